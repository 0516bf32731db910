// SPDX-License-Identifier: Apache-2.0
// A SQL warehouse for work on its tables, with no limit on how long that takes. Light: what speaks
// to the platform is in the source.
#pragma once

#include <weir/app/settings.hpp>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../database.hpp"

namespace weir::ops {

/// Threads: any number at once.
class house {
public:
    /// The warehouse that settings name; no call is made yet.
    ///
    /// Errors: configuration_error with everything that is missing or wrong.
    explicit house(const app::settings& chosen);
    ~house();

    house(const house&) = delete;
    house(house&&) = delete;
    house& operator=(const house&) = delete;
    house& operator=(house&&) = delete;

    /// Rows of a query; `columns`: by their names, in this order; empty: all. Texts fill `:p1` and
    /// so on.
    ///
    /// Errors: database_error with the platform's words; its SQLSTATE is empty where the warehouse
    /// cannot be reached.
    [[nodiscard]] text_rows query(
        const std::string& text,
        std::initializer_list<std::string_view> arguments = {},
        std::initializer_list<std::string_view> columns = {}
    );

    /// The rows of a query one after the other, in constant memory.
    ///
    /// Lifetime: fields until the function returns. Errors: as query(), and those of the function.
    void
    stream(const std::string& text, const std::function<void(std::span<const text_field>)>& each);

    /// Runs one statement; the rows it changed. Errors: as query().
    std::uint64_t
    run(const std::string& text, std::initializer_list<std::string_view> arguments = {});

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

/// A schema's place: its prefix taken apart.
struct place_names {
    std::string catalog{};
    std::string schema{};
    /// `` `main`.information_schema. ``
    std::string catalogs{};
};

/// Errors: configuration_error for a place without a catalog.
[[nodiscard]] place_names place_of(const std::string& prefix);

} // namespace weir::ops
