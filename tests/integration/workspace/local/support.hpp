// SPDX-License-Identifier: Apache-2.0
// The local workspace with tables and endpoints in it, and where it is.
#pragma once

#include <weir/warehouse/session.hpp>
#include <weir/warehouse/workspace_transport.hpp>
#include <weir/workspace/client.hpp>

#include <catch.hpp>
#include <local_workspace.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace test {

/// The environment of a program that works with it.
inline std::optional<std::string> environment(std::string_view name) {
    if (name == "DATABRICKS_HOST")
        return workspace_process::shared().url();
    if (name == "DATABRICKS_TOKEN")
        return "dapi-local";
    if (name == "DATABRICKS_WAREHOUSE_ID")
        return "local";
    return std::nullopt;
}

/// Tells the workspace something, at the path of one of its administrator's calls.
inline void declare(weir::workspace::client& at, std::string_view path, std::string body) {
    static_cast<void>(at.send({.method = "POST", .path = std::string{path}, .body = std::move(body)}
    ));
}

/// A table of wells, four of them.
inline void make_wells(weir::warehouse::warehouse& on) {
    auto session = on.session(weir::nobody{});
    for (const std::string_view text :
         {"create schema if not exists oil_gas.production",
          "create or replace table oil_gas.production.wells (api10 bigint not null, wellname "
          "string, "
          "oil double, spud date, rate decimal(10,2), seen timestamp, tags array<string>)",
          "insert into oil_gas.production.wells values "
          "(1, 'SMITH 1', 120000.5, date'2024-05-01', 1.50, "
          "timestamp'2024-05-01T10:20:30.123456Z', "
          "array('a','b')), "
          "(2, 'DOE 3', 90000, null, null, null, null), "
          "(3, 'ROE 2', 250000, date'2023-01-31', 12.25, null, array()), "
          "(4, null, 0, null, 0, null, null)"})
        static_cast<void>(session.execute({.text = text, .verb = weir::sql::verb::ddl}, {}, {}));
}

} // namespace test
