// SPDX-License-Identifier: Apache-2.0
// The metadata of include/weir/table, built from models at run time: so the generator checks
// defaults and writes DDL with the same code that services run.
#pragma once

#include <weir/table/table.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model.hpp"

namespace weir::gen {

/// Builds facts and owns what they point to. The models must outlive it; it is not copied.
class facts_store {
public:
    facts_store() = default;
    facts_store(const facts_store&) = delete;
    facts_store& operator=(const facts_store&) = delete;
    ~facts_store() = default;

    /// The facts of one column; its type must be known.
    /// Lifetime: as long as the store.
    [[nodiscard]] weir::column column(const column_model& of);

    /// Lifetime: as long as the store.
    [[nodiscard]] weir::column_type type(const type_model& of);

    /// Facts of every table, in the models' order; absent when relations point to more tables than
    /// the generator can hold at once (1024). Call once, with schemas free of errors. Lifetime: as
    /// long as the store.
    [[nodiscard]] std::optional<std::vector<const weir::table*>>
    tables(const std::deque<schema_model>& schemas);

private:
    template <class T>
    std::span<const T> keep(std::vector<T> items);
    std::string_view keep_text(std::string text);
    std::span<const std::string_view> keep_texts(const std::vector<located_text>& texts);
    column_indexes positions(const table_model& of, const std::vector<located_text>& names);
    std::span<const sort_column> order(const table_model& of, const std::vector<sort_model>& by);
    weir::table table(const schema_model& in, const table_model& of);
    std::span<const relation> relations(const table_model& of);
    weir::access access(const table_model& of);
    std::span<const inclusion> inclusions(const table_model& of);
    weir::api api(const table_model& of);

    std::deque<std::string> texts_;
    std::deque<weir::column_type> types_;
    std::deque<weir::table> tables_;
    std::map<const table_model*, const weir::table& (*)()> targets_;
    /// Arrays of every element type, kept by a pointer that knows how to free them.
    std::deque<std::shared_ptr<const void>> arrays_;
    std::map<const enumeration*, std::span<const std::string_view>> labels_;
    std::map<const structure*, std::span<const weir::column>> fields_;
};

} // namespace weir::gen
