// SPDX-License-Identifier: Apache-2.0
// Short words for the tests of sessions on the local workspace's warehouse.
#pragma once

#include <weir/data/create_tables.hpp>
#include <weir/data/repository.hpp>
#include <weir/warehouse/session.hpp>

#include <catch.hpp>
#include <chrono>
#include <local_workspace.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

using namespace std::chrono_literals;
using weir::deadline;
using weir::nobody;
using weir::sql::verb;

using session_type = weir::warehouse::session_for<nobody>;
using field = std::optional<std::string>;

/// A session on the warehouse of the test program's workspace, without faults.
struct on_warehouse {
    explicit on_warehouse(weir::warehouse::options how = {})
        : warehouse(workspace, std::move(how)) {
        workspace.clear_faults();
        workspace.change(
            R"({"inline_limit":26214400,"chunk_rows":100000,"chunk_bytes":4194304,"link_life":899,)"
            R"("cold_start_ms":0})"
        );
    }

    on_warehouse(const on_warehouse&) = delete;
    on_warehouse(on_warehouse&&) = delete;
    on_warehouse& operator=(const on_warehouse&) = delete;
    on_warehouse& operator=(on_warehouse&&) = delete;

    ~on_warehouse() { workspace.clear_faults(); }

    weir::warehouse::rows run(std::string_view sql, verb does = verb::select, deadline until = {}) {
        return session.execute({.text = sql, .table = "things", .verb = does}, {}, until);
    }

    void write(std::string_view sql) { static_cast<void>(run(sql, verb::ddl)); }

    std::vector<std::vector<field>> all(std::string_view sql) {
        auto rows = run(sql);
        std::vector<std::vector<field>> found;
        while (const auto row = rows.next()) {
            auto& fields = found.emplace_back();
            for (const auto& each : *row)
                fields.push_back(each.is_null ? field{} : field{std::string{each.text}});
        }
        return found;
    }

    /// The first field of the first row; `NULL` when it is.
    std::string one(std::string_view sql) { return all(sql).at(0).at(0).value_or("NULL"); }

    /// How a statement is refused: the kind of error and the SQLSTATE.
    std::pair<weir::error_kind, std::string>
    refusal(std::string_view sql, verb does = verb::select) {
        try {
            static_cast<void>(run(sql, does));
        } catch (const weir::error& failure) {
            return {failure.kind(), std::string{failure.sqlstate()}};
        }
        FAIL("accepted: " << sql);
        throw std::logic_error{"unreachable"};
    }

    workspace_process& workspace = workspace_process::shared();
    local_warehouse warehouse;
    session_type session = warehouse.session(nobody{.name = "tester"});
};

} // namespace test
