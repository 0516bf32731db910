// SPDX-License-Identifier: Apache-2.0
// JSON out of text fields and into validated structs, beside nlohmann's DOM and SAX doing the same
// job.
#include <weir/json/page_writer.hpp>
#include <weir/json/row_reader.hpp>
#include <weir/json/row_writer.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../unit/json/fixture.hpp"
#include "measure.hpp"

namespace bench_shop {

struct well {
    std::int64_t api10{};
    std::int64_t api14{};
    std::string wellname{};
    std::optional<std::string> spuddate{};
    std::optional<std::string> firstproddate{};
    std::optional<std::string> compldate{};
    std::optional<double> oileur{};
    std::optional<double> gaseur{};
    std::optional<double> wellspacing{};
};

BOOST_DESCRIBE_STRUCT(
    well,
    (),
    (api10, api14, wellname, spuddate, firstproddate, compldate, oileur, gaseur, wellspacing)
)

struct well_key {
    std::int64_t api10{};
};

BOOST_DESCRIBE_STRUCT(well_key, (), (api10))

constexpr weir::column day(std::string_view name) {
    return {
        .name = name,
        .type = {.kind = weir::type::string},
        .format = weir::string_format::date_pattern,
        .format_pattern = "MM/DD/YYYY"
    };
}

inline constexpr weir::column columns[]{
    {.name = "api10",
     .type = {.kind = weir::type::int64},
     .nullable = false,
     .key = true,
     .min = weir::bound::of_exact(1'000'000'000),
     .max = weir::bound::of_exact(9'999'999'999)},
    {.name = "api14", .type = {.kind = weir::type::int64}, .nullable = false},
    {.name = "wellname",
     .type = {.kind = weir::type::string},
     .nullable = false,
     .min_length = 1,
     .max_length = 120},
    day("spuddate"),
    day("firstproddate"),
    day("compldate"),
    {.name = "oileur", .type = {.kind = weir::type::float64}, .min = weir::bound::of_real(0)},
    {.name = "gaseur", .type = {.kind = weir::type::float64}, .min = weir::bound::of_real(0)},
    {.name = "wellspacing", .type = {.kind = weir::type::float64}, .default_json = "640.0"},
};
inline constexpr std::uint16_t key[]{0};

} // namespace bench_shop

template <>
inline constexpr weir::table weir::table_of<bench_shop::well>{
    .name = "wells", .columns = bench_shop::columns, .key = bench_shop::key, .audit = false
};

template <>
struct weir::row_types<bench_shop::well> {
    using create = bench_shop::well;
    using update = bench_shop::well_key;
    using key = bench_shop::well_key;
};

namespace {

using weir::text_field;
using weir::bench::compare;
using weir::bench::keep;
using weir::bench::measure;

constexpr std::array<text_field, 17> order_fields{{
    {"6f1e0c52-3f0a-4d5e-9b1c-2a7d8e9f0a1b"},
    {"someone@example.com"},
    {"placed"},
    {"1234.50"},
    {R"({"zip": "78701", "city": "Austin", "street": "1 Congress Avenue"})"},
    {"{urgent,\"second floor\"}"},
    {R"({"source": "web"})"},
    {"2024-05-01 10:20:30.123456+00"},
    {"0.1250"},
    {"0b7f6f0e-52a1-4c8e-8a55-93a0c8e7d1f2"},
    {"f"},
    {"2024-05-01 10:20:31.5+00"},
    {"someone@example.com"},
    {"2024-05-02 08:00:00+00"},
    {"other@example.com"},
    {"", true},
    {"", true},
}};

/// A nlohmann document of one row, each value converted as its column asks.
nlohmann::json
row_document(std::span<const weir::column> columns, std::span<const text_field> fields) {
    auto row = nlohmann::json::object();
    for (std::size_t at = 0; at < columns.size(); ++at) {
        const auto& column = columns[at];
        if (column.is_private)
            continue;
        auto& member = row[std::string{column.name}];
        if (fields[at].is_null)
            continue;
        const std::string text{fields[at].text};
        switch (column.type.kind) {
        case weir::type::int64: {
            std::int64_t value = 0;
            std::from_chars(text.data(), text.data() + text.size(), value);
            member = value;
            break;
        }
        case weir::type::decimal:
        case weir::type::float64:
            member = std::strtod(text.c_str(), nullptr);
            break;
        case weir::type::boolean:
            member = text == "t";
            break;
        case weir::type::timestamp: {
            auto time = text.substr(0, text.size() - 3) + 'Z';
            time[10] = 'T';
            member = std::move(time);
            break;
        }
        case weir::type::array: {
            std::vector<std::string> elements;
            if (weir::parse_text(text, elements, weir::text_format::postgres))
                member = elements;
            break;
        }
        case weir::type::map:
        case weir::type::structure:
            member = nlohmann::json::parse(text);
            break;
        default:
            member = text;
        }
    }
    return row;
}

/// Fills a well from SAX events; checks types, no rules.
class well_sax : public nlohmann::json_sax<nlohmann::json> {
public:
    explicit well_sax(bench_shop::well& out) : out_(out) {}

    bool null() override { return true; }

    bool boolean(bool) override { return false; }

    bool number_integer(number_integer_t value) override {
        return number(static_cast<double>(value), value);
    }

    bool number_unsigned(number_unsigned_t value) override {
        return number(static_cast<double>(value), static_cast<std::int64_t>(value));
    }

    bool number_float(number_float_t value, const string_t&) override { return number(value, 0); }

    bool string(string_t& value) override {
        if (name_ == "wellname") {
            out_.wellname = std::move(value);
        } else if (name_ == "spuddate") {
            out_.spuddate = std::move(value);
        } else if (name_ == "firstproddate") {
            out_.firstproddate = std::move(value);
        } else if (name_ == "compldate") {
            out_.compldate = std::move(value);
        } else {
            return false;
        }
        return true;
    }

    bool binary(binary_t&) override { return false; }

    bool start_object(std::size_t) override { return true; }

    bool key(string_t& name) override {
        name_ = std::move(name);
        return true;
    }

    bool end_object() override { return true; }

    bool start_array(std::size_t) override { return false; }

    bool end_array() override { return false; }

    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        return false;
    }

private:
    bool number(double real, std::int64_t whole) {
        if (name_ == "api10") {
            out_.api10 = whole;
        } else if (name_ == "api14") {
            out_.api14 = whole;
        } else if (name_ == "oileur") {
            out_.oileur = real;
        } else if (name_ == "gaseur") {
            out_.gaseur = real;
        } else if (name_ == "wellspacing") {
            out_.wellspacing = real;
        } else {
            return false;
        }
        return true;
    }

    bench_shop::well& out_;
    std::string name_;
};

constexpr std::string_view well_body =
    R"({"api10": 4201234567, "api14": 42012345670000, "wellname": "SMITH 1-15H", "spuddate": "01/15/2019", )"
    R"("firstproddate": "05/01/2019", "compldate": "04/20/2019", "oileur": 512345.5, "gaseur": 1023456.25, "wellspacing": 640.0})";

void measure_out() {
    const auto columns = weir::table_of<shop::order>.columns;
    const weir::json::row_writer rows{columns, weir::text_format::postgres};
    std::string out;
    std::printf("\nout: PostgreSQL text fields of 17 columns\n");
    const auto ours = measure("page of 100 rows, weir", [&] {
        out.clear();
        weir::json::page_writer page{out};
        for (int row = 0; row < 100; ++row)
            page.append(rows, order_fields);
        page.end_rows();
        page.close();
        keep(out);
    });
    std::printf("  %zu bytes, %.3f us a row\n", out.size(), ours / 100);
    const auto dom = measure("page of 100 rows, nlohmann DOM and dump", [&] {
        nlohmann::json page;
        auto& data = page["data"] = nlohmann::json::array();
        for (int row = 0; row < 100; ++row)
            data.push_back(row_document(columns, order_fields));
        page["count"] = data.size();
        out = page.dump();
        keep(out);
    });
    compare("page against the DOM", ours, dom);
    measure("one row, writer prepared for it", [&] {
        out.clear();
        weir::json::row_writer{columns, weir::text_format::postgres}.append(out, order_fields);
        keep(out);
    });
    const weir::json::row_writer as_strings{
        columns, weir::text_format::postgres, weir::json::numbers::as_string
    };
    measure("one row, numbers as strings", [&] {
        out.clear();
        as_strings.append(out, order_fields);
        keep(out);
    });
    shop::order row{.customer = "someone@example.com"};
    row.total = weir::decimal<12, 2>::from_unscaled(123'450);
    row.ship_to = shop::address{.street = "1 Congress Avenue", .city = "Austin", .zip = "78701"};
    row.tags = {"urgent", "second floor"};
    row.extras = std::map<std::string, std::string>{{"source", "web"}};
    row.placed_at = weir::timestamp{1'714'558'830'123'456};
    measure("one row out of its struct", [&] {
        out.clear();
        weir::json::append_json(out, row);
        keep(out);
    });
}

void measure_in() {
    std::printf("\nin: a body of 9 columns\n");
    const auto ours = measure("read and validated, weir", [&] {
        weir::json::create_body<bench_shop::well> body;
        const auto broken = weir::json::read_creates<bench_shop::well>(well_body, body);
        if (!broken.empty())
            std::abort();
        keep(body);
    });
    const auto dom = measure("read, nlohmann DOM", [&] {
        const auto read = nlohmann::json::parse(well_body);
        bench_shop::well well;
        read.at("api10").get_to(well.api10);
        read.at("api14").get_to(well.api14);
        read.at("wellname").get_to(well.wellname);
        well.spuddate = read.at("spuddate").get<std::string>();
        well.firstproddate = read.at("firstproddate").get<std::string>();
        well.compldate = read.at("compldate").get<std::string>();
        well.oileur = read.at("oileur").get<double>();
        well.gaseur = read.at("gaseur").get<double>();
        well.wellspacing = read.at("wellspacing").get<double>();
        keep(well);
    });
    const auto sax = measure("read, nlohmann SAX", [&] {
        bench_shop::well well;
        well_sax handler{well};
        if (!nlohmann::json::sax_parse(well_body, &handler))
            std::abort();
        keep(well);
    });
    compare("against the DOM", ours, dom);
    compare("against SAX", ours, sax);
    std::string many = "[";
    for (int row = 0; row < 1000; ++row)
        many.append(row == 0 ? "" : ",").append(well_body);
    many += ']';
    const auto per_row = measure("1,000 rows in one body, weir", [&] {
        weir::json::create_body<bench_shop::well> body;
        const auto broken = weir::json::read_creates<bench_shop::well>(many, body);
        if (!broken.empty())
            std::abort();
        keep(body);
    });
    std::printf(
        "  %.3f us a row, %.0f MB/s\n", per_row / 1000, static_cast<double>(many.size()) / per_row
    );
    const auto skip = measure("the same, checked only, weir", [&] {
        weir::json::reader in{many};
        if (!in.skip_value() || !in.finish())
            std::abort();
    });
    const auto accept = measure("the same, checked only, nlohmann", [&] {
        if (!nlohmann::json::accept(many))
            std::abort();
    });
    std::printf("  %.0f MB/s\n", static_cast<double>(many.size()) / skip);
    compare("checking", skip, accept);
}

} // namespace

int main() {
    std::printf("g++ %s, CPU time, median of 15 (least .. most)\n", __VERSION__);
    measure_out();
    measure_in();
}
