// SPDX-License-Identifier: Apache-2.0
// A result of 1,000,000 rows of ten columns from a warehouse: read as a stream over HTTP, with the
// memory it took; and the reading alone against bare JSON parsers over the same bytes. The other
// end is a process of its own, so that only the reader is measured.
#include <weir/warehouse/session.hpp>
#include <weir/warehouse/workspace_transport.hpp>
#include <weir/workspace/client.hpp>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#ifdef WEIR_HAS_SIMDJSON
#include <simdjson.h>
#endif

#include "measure.hpp"

namespace {

constexpr std::size_t all_rows = 1'000'000;
constexpr std::size_t rows_per_chunk = 25'000;
constexpr std::size_t chunks = all_rows / rows_per_chunk;

/// A row as warehouses send it: whole numbers, texts with an escape and beyond ASCII here and
/// there, a decimal, a double, a time, NULL.
void append_row(std::string& out, std::size_t at) {
    const auto number = std::to_string(at);
    out.append("[\"").append(number);
    out.append("\",\"SMITH ").append(number).append("-15H");
    out.append(at % 10 == 0 ? R"( \"B\")" : "").append("\",\"");
    out.append(at % 7 == 0 ? "San Andr\u00e9s" : "Delaware Basin").append("\",\"");
    out.append(std::to_string(at % 1'000)).append("\",\"").append(number).append(".50\",\"");
    out.append(std::to_string(at % 97)).append(".123456789\",\"");
    out.append(at % 2 == 0 ? "true" : "false").append("\",\"2024-05-01 10:20:30.123456\",");
    out.append(at % 3 == 0 ? "null" : "\"WOLFCAMP A\"");
    out.append(",\"a remark of some length, as people write them\"]");
}

std::string rows_of_chunk(std::size_t chunk) {
    std::string out{"["};
    for (std::size_t at = 0; at < rows_per_chunk; ++at) {
        if (at != 0)
            out.push_back(',');
        append_row(out, chunk * rows_per_chunk + at);
    }
    out.push_back(']');
    return out;
}

std::string result_of(std::size_t chunk) {
    const auto text = std::to_string(chunk);
    return R"({"chunk_index":)" + text + R"(,"row_offset":)" +
           std::to_string(chunk * rows_per_chunk) + R"(,"row_count":)" +
           std::to_string(rows_per_chunk) + R"(,"data_array":)" + rows_of_chunk(chunk) + "}";
}

std::string answer_to_execute() {
    std::string columns;
    for (std::size_t at = 0; at < 10; ++at) {
        columns += at == 0 ? "" : ",";
        columns += R"({"name":"c)" + std::to_string(at) + R"(","type_text":"STRING"})";
    }
    return R"({"statement_id":"s1","status":{"state":"SUCCEEDED"},"manifest":{"format":"JSON_ARRAY",)"
           R"("schema":{"columns":[)" +
           columns + R"(]},"total_chunk_count":)" + std::to_string(chunks) +
           R"(,"total_row_count":)" + std::to_string(all_rows) +
           R"(,"truncated":false},"result":)" + result_of(0) + "}";
}

/// A workspace that knows this one result, in a process of its own.
class server {
public:
    server() {
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0)
            std::abort();
        pid_ = ::fork();
        if (pid_ == 0)
            serve(ends[1]);
        if (::read(ends[0], &port_, sizeof port_) != sizeof port_)
            std::abort();
    }

    server(const server&) = delete;
    server(server&&) = delete;
    server& operator=(const server&) = delete;
    server& operator=(server&&) = delete;

    ~server() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

private:
    [[noreturn]] static void serve(int announce) {
        std::vector<std::string> results;
        for (std::size_t at = 0; at < chunks; ++at)
            results.push_back(result_of(at));
        httplib::Server on;
        on.set_tcp_nodelay(true);
        const auto first = answer_to_execute();
        on.Post("/api/2.0/sql/statements", [&](const httplib::Request&, httplib::Response& to) {
            to.set_content(first, "application/json");
        });
        on.Get(
            R"(/api/2.0/sql/statements/s1/result/chunks/(\d+))",
            [&](const httplib::Request& asked, httplib::Response& to) {
                const auto text = asked.matches[1].str();
                to.set_content(results.at(std::stoul(text)), "application/json");
            }
        );
        const int port = on.bind_to_any_port("127.0.0.1");
        if (::write(announce, &port, sizeof port) != sizeof port)
            std::abort();
        on.listen_after_bind();
        std::_Exit(0);
    }

    int port_ = 0;
    pid_t pid_ = 0;
};

/// Answers from memory.
class memory_transport final : public weir::warehouse::transport {
public:
    explicit memory_transport(const std::vector<std::string>& bodies) : bodies_(&bodies) {}

    std::string send(const weir::warehouse::api_call& call) override {
        if (call.method == "POST")
            return first_;
        const auto text = call.path.substr(call.path.rfind('/') + 1);
        return bodies_->at(std::stoul(text));
    }

    std::string fetch(const weir::warehouse::storage_link&, weir::deadline) override { return {}; }

private:
    const std::vector<std::string>* bodies_;
    std::string first_ = answer_to_execute();
};

/// Reads every field of the result.
std::size_t read_all(weir::warehouse::warehouse& from) {
    auto session = from.session(weir::nobody{});
    auto rows = session.stream({.text = "select * from t", .table = "t"}, {}, {});
    std::size_t read = 0;
    std::size_t bytes = 0;
    while (const auto row = rows.next()) {
        ++read;
        for (const auto& each : *row)
            bytes += each.text.size();
    }
    if (read != all_rows)
        std::abort();
    return bytes;
}

/// Takes note of every string, as a reader of rows must.
struct noting_sax {
    std::size_t bytes = 0;

    bool null() { return true; }

    bool boolean(bool) { return true; }

    bool number_integer(std::int64_t) { return true; }

    bool number_unsigned(std::uint64_t) { return true; }

    bool number_float(double, const std::string&) { return true; }

    bool string(std::string& text) {
        bytes += text.size();
        return true;
    }

    bool binary(std::vector<std::uint8_t>&) { return true; }

    bool start_object(std::size_t) { return true; }

    bool key(std::string&) { return true; }

    bool end_object() { return true; }

    bool start_array(std::size_t) { return true; }

    bool end_array() { return true; }

    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) {
        return false;
    }
};

std::size_t read_by_nlohmann(const std::vector<std::string>& bodies) {
    noting_sax noted;
    for (const auto& each : bodies)
        if (!nlohmann::json::sax_parse(each, &noted))
            std::abort();
    return noted.bytes;
}

#ifdef WEIR_HAS_SIMDJSON
std::size_t read_by_simdjson_dom(const std::vector<simdjson::padded_string>& bodies) {
    simdjson::dom::parser parser;
    std::size_t bytes = 0;
    for (const auto& each : bodies) {
        for (const auto row : simdjson::dom::array{parser.parse(each)["data_array"]})
            for (const auto field : simdjson::dom::array{row})
                if (std::string_view text; field.get(text) == simdjson::SUCCESS)
                    bytes += text.size();
    }
    return bytes;
}

std::size_t read_by_simdjson(const std::vector<simdjson::padded_string>& bodies) {
    simdjson::ondemand::parser parser;
    std::size_t bytes = 0;
    for (const auto& each : bodies) {
        auto document = parser.iterate(each);
        for (auto row : document["data_array"])
            for (auto field : row)
                if (std::string_view text; field.get(text) == simdjson::SUCCESS)
                    bytes += text.size();
    }
    return bytes;
}
#endif

/// Best of some runs, in MB/s of CPU time.
template <class Work>
double measure_rate(const char* name, std::size_t bytes, Work&& work) {
    double best = 0;
    for (int run = 0; run < 7; ++run) {
        const auto start = weir::bench::cpu_microseconds();
        weir::bench::keep(work());
        const auto rate = static_cast<double>(bytes) / (weir::bench::cpu_microseconds() - start);
        best = rate > best ? rate : best;
    }
    std::printf("%-58s %8.0f MB/s of CPU time\n", name, best);
    return best;
}

long peak_kib() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return used.ru_maxrss;
}

void stream_over_http(const server& from, std::size_t bytes) {
    weir::workspace::config config;
    config.host = from.url();
    config.token = weir::secret{"t"};
    config.auth_type = "pat";
    weir::workspace::client client{config};
    weir::warehouse::workspace_transport over{client};
    weir::warehouse::warehouse house{over, {.warehouse_id = "w"}};
    const auto before = peak_kib();
    const auto start = std::chrono::steady_clock::now();
    const auto cpu = weir::bench::cpu_microseconds();
    weir::bench::keep(read_all(house));
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    const auto used = weir::bench::cpu_microseconds() - cpu;
    std::printf(
        "%-58s %8.0f MB/s, %.0f MB/s of CPU time\n",
        "streamed over HTTP, one chunk ahead",
        static_cast<double>(bytes) / took.count(),
        static_cast<double>(bytes) / used
    );
    std::printf(
        "%-58s %8.1f MiB, of which %.1f MiB before\n",
        "peak memory",
        static_cast<double>(peak_kib()) / 1024,
        static_cast<double>(before) / 1024
    );
}

} // namespace

int main() {
    const server other_end;
    std::size_t bytes = 0;
    for (std::size_t at = 0; at < chunks; ++at)
        bytes += result_of(at).size();
    std::printf(
        "1,000,000 rows of 10 columns: %.0f MB of JSON in %zu chunks\n",
        static_cast<double>(bytes) / 1e6,
        chunks
    );
    stream_over_http(other_end, bytes);

    std::vector<std::string> bodies;
    for (std::size_t at = 0; at < chunks; ++at)
        bodies.push_back(result_of(at));
    memory_transport over{bodies};
    weir::warehouse::warehouse house{over, {.warehouse_id = "w"}};
    const auto ours =
        measure_rate("weir, session.stream() from memory", bytes, [&] { return read_all(house); });
    auto fastest =
        measure_rate("nlohmann, bare SAX", bytes, [&] { return read_by_nlohmann(bodies); });
#ifdef WEIR_HAS_SIMDJSON
    std::vector<simdjson::padded_string> padded{bodies.begin(), bodies.end()};
    fastest = std::max(fastest, measure_rate("simdjson, DOM", bytes, [&] {
                           return read_by_simdjson_dom(padded);
                       }));
    fastest = std::max(fastest, measure_rate("simdjson, on demand", bytes, [&] {
                           return read_by_simdjson(padded);
                       }));
#endif
    std::printf("weir reads at %.2f of the fastest\n", ours / fastest);
}
