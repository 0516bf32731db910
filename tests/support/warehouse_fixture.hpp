// SPDX-License-Identifier: Apache-2.0
// Sessions on a SQL warehouse of the local workspace, over HTTP. Light: sessions are erased, and
// warehouse_fixture.cpp is compiled once.
#pragma once

#include <weir/data/any_session.hpp>
#include <weir/data/caller.hpp>

#include <memory>
#include <string>

namespace test {

/// A catalog of a test's own on the workspace of this test program, empty, with the schemas that
/// the tables of tests live in.
class own_warehouse {
public:
    own_warehouse();
    ~own_warehouse();

    own_warehouse(const own_warehouse&) = delete;
    own_warehouse(own_warehouse&&) = delete;
    own_warehouse& operator=(const own_warehouse&) = delete;
    own_warehouse& operator=(own_warehouse&&) = delete;

    [[nodiscard]] weir::any_session session(const weir::nobody& who);
    [[nodiscard]] weir::any_caller_session session(const weir::caller& who);

    [[nodiscard]] const std::string& catalog() const noexcept;

private:
    struct parts;

    std::unique_ptr<parts> parts_;
};

} // namespace test
