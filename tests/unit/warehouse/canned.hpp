// SPDX-License-Identifier: Apache-2.0
// A transport that answers from a list, and the answers the tests put there.
#pragma once

#include <weir/warehouse/session.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

/// `text` with every `'` a `"`: JSON that can be read.
inline std::string json(std::string_view text) {
    std::string made{text};
    for (auto& c : made)
        if (c == '\'')
            c = '"';
    return made;
}

inline std::string state(std::string_view name) {
    return json("{'statement_id':'s1','status':{'state':'" + std::string{name} + "'}}");
}

inline std::string failed(const std::string& message) {
    return json(
        "{'statement_id':'s1','status':{'state':'FAILED','error':{'error_code':'BAD_REQUEST',"
        "'message':'" +
        message + "'}}}"
    );
}

/// A result of one column `a`, its first chunk `data` an array of rows.
inline std::string succeeded(const std::string& data, std::size_t rows, std::size_t chunks = 1) {
    return json(
        "{'statement_id':'s1','status':{'state':'SUCCEEDED'},'manifest':{'schema':{'columns':"
        "[{'name':'a','type_text':'STRING'}]},'total_chunk_count':" +
        std::to_string(chunks) + ",'total_row_count':" + std::to_string(rows) +
        ",'truncated':false},'result':{'data_array':" + data + "}}"
    );
}

inline std::string affected(std::size_t count) {
    return json(
        "{'statement_id':'s1','status':{'state':'SUCCEEDED'},'manifest':{'schema':{'columns':"
        "[{'name':'num_inserted_rows'},{'name':'num_affected_rows'}]},'total_chunk_count':1,"
        "'total_row_count':1},'result':{'data_array':[['99','" +
        std::to_string(count) + "']]}}"
    );
}

/// One call as it was made.
struct made_call {
    std::string method;
    std::string path;
    std::string body;
    std::string bearer;
    std::string request_id;
    std::string traceparent;
    bool is_repeatable = false;
};

/// Answers by method and path, each list from its front; its last answer stays.
class canned_transport final : public weir::warehouse::transport {
public:
    using answer = std::function<std::string()>;

    void add(const std::string& call, std::string body) {
        add(call, answer{[body = std::move(body)] { return body; }});
    }

    void add(const std::string& call, answer made) { answers_[call].push_back(std::move(made)); }

    std::string send(const weir::warehouse::api_call& call) override {
        {
            const std::lock_guard lock{mutex_};
            calls.push_back(
                {std::string{call.method},
                 call.path,
                 std::string{call.body},
                 std::string{call.bearer},
                 std::string{call.request_id},
                 std::string{call.traceparent},
                 call.is_repeatable}
            );
        }
        return take(std::string{call.method} + " " + call.path);
    }

    std::string fetch(const weir::warehouse::storage_link& from, weir::deadline) override {
        return take("LINK " + from.url);
    }

    [[nodiscard]] std::size_t count(std::string_view method, std::string_view path) const {
        std::size_t found = 0;
        for (const auto& each : calls)
            found += each.method == method && each.path == path ? 1U : 0U;
        return found;
    }

    std::vector<made_call> calls{};

private:
    std::string take(const std::string& call) {
        answer next;
        {
            const std::lock_guard lock{mutex_};
            auto& list = answers_[call];
            if (list.empty())
                throw weir::not_found_error{call + ": no answer is prepared"};
            next = list.front();
            if (list.size() > 1)
                list.pop_front();
        }
        return next();
    }

    std::mutex mutex_{};
    std::map<std::string, std::deque<answer>> answers_{};
};

inline constexpr const char* execute = "POST /api/2.0/sql/statements";
inline constexpr const char* ask = "GET /api/2.0/sql/statements/s1";
inline constexpr const char* cancel = "POST /api/2.0/sql/statements/s1/cancel";

/// A warehouse on such a transport, that never waits long.
struct on_canned {
    canned_transport over{};
    weir::warehouse::warehouse house;

    explicit on_canned(weir::warehouse::options how = {})
        : house(over, [&] {
              how.warehouse_id = "w1";
              how.first_poll = how.longest_poll = std::chrono::milliseconds{1};
              how.cancel_grace = std::chrono::milliseconds{50};
              how.conflict_pause = std::chrono::milliseconds{1};
              how.variables = [](std::string_view name) -> std::optional<std::string> {
                  if (name == "UC_CATALOG")
                      return "main";
                  return std::nullopt;
              };
              return how;
          }()) {}

    weir::warehouse::rows
    run(weir::sql::verb verb = weir::sql::verb::select,
        weir::deadline until = {},
        const weir::sql::arguments& arguments = {}) {
        return house
            .session(
                weir::nobody{.name = "svc"},
                {.bearer = "obo", .request_id = "r-1", .traceparent = "00-t"}
            )
            .execute(
                {.text = "select * from @{${UC_CATALOG}.prod}`wells`",
                 .table = "wells",
                 .verb = verb},
                arguments,
                until
            );
    }
};

/// The first column of all rows.
inline std::vector<std::string> texts_of(weir::warehouse::rows rows) {
    std::vector<std::string> all;
    while (const auto row = rows.next())
        all.emplace_back(row->front().text);
    return all;
}

} // namespace test
