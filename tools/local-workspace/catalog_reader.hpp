// SPDX-License-Identifier: Apache-2.0
// What there is to know about tables: for Unity Catalog, for DESCRIBE and SHOW, for
// information_schema. Each user is told of what they may read. Source: databricks.md 4.7, 4.8, 6.8.
#pragma once

#include <weir/embedded/database.hpp>

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access_rules.hpp"
#include "engine.hpp"
#include "statement_words.hpp"
#include "table_facts.hpp"

namespace local_workspace {

/// Lifetime: the database, the rules and the facts outlive it. Threads: may be shared.
class catalog_reader {
public:
    catalog_reader(
        weir::embedded::database& of, const access_rules& rules, const table_facts& facts
    )
        : database_(&of), rules_(&rules), facts_(&facts) {}

    /// Absent: no such table. Names are compared in lower case.
    [[nodiscard]] std::optional<table_description>
    describe(std::string_view catalog, std::string_view schema, std::string_view table) const;

    /// The same by `catalog.schema.table`.
    [[nodiscard]] std::optional<table_description> describe_named(std::string_view table) const;

    /// The names of a schema's tables and views that the user may read.
    [[nodiscard]] std::vector<std::string>
    tables_of(std::string_view catalog, std::string_view schema, std::string_view user) const;

    /// Answers DESCRIBE and SHOW; absent: the statement is neither.
    /// Errors: statement_failure.
    [[nodiscard]] std::optional<statement_result>
    tell(const statement_order& order, const token_list& tokens) const;

    /// The order with relations of information_schema in place of their names: what they hold
    /// becomes a parameter. Absent: the statement names none.
    /// Errors: statement_failure for relations that are not known.
    [[nodiscard]] std::optional<statement_order>
    with_information_schema(const statement_order& order, const token_list& tokens) const;

    /// What is known of tables is no longer so: a statement has changed some.
    void forget();

private:
    struct place {
        std::string catalog;
        std::string schema;
        std::string name;
    };

    /// Answers asked for again are kept until a table changes.
    template <class Kept, class Ask>
    [[nodiscard]] Kept
    known(std::map<std::string, Kept>& in, std::string key, const Ask& ask) const;

    [[nodiscard]] std::optional<table_description>
    read(std::string_view catalog, std::string_view schema, std::string_view table) const;
    [[nodiscard]] std::vector<place> places_of(std::string_view sql) const;
    [[nodiscard]] std::vector<place>
    tables_in(std::string_view catalog, std::string_view user) const;
    [[nodiscard]] table_description
    existing(const std::vector<std::string>& parts, const statement_order& order) const;
    /// The rows of a relation of information_schema, as JSON.
    [[nodiscard]] std::string
    rows_of(std::string_view relation, std::string_view catalog, std::string_view user) const;
    [[nodiscard]] std::string tables_json(std::string_view catalog, std::string_view user) const;
    [[nodiscard]] std::string columns_json(std::string_view catalog, std::string_view user) const;
    [[nodiscard]] std::string
    keys_json(std::string_view relation, std::string_view catalog, std::string_view user) const;
    [[nodiscard]] std::string privileges_json(
        std::string_view relation, std::string_view catalog, std::string_view user
    ) const;
    [[nodiscard]] statement_result
    detail_statement(const statement_order& order, word_reader& in) const;
    [[nodiscard]] std::string schemata_json(std::string_view catalog) const;
    [[nodiscard]] statement_result
    describe_statement(const statement_order& order, word_reader& in) const;
    [[nodiscard]] statement_result
    show_statement(const statement_order& order, word_reader& in) const;

    weir::embedded::database* database_;
    const access_rules* rules_;
    const table_facts* facts_;

    mutable std::mutex mutex_;
    mutable std::uint64_t changes_ = 0;
    mutable std::map<std::string, std::optional<table_description>> described_;
    mutable std::map<std::string, std::vector<place>> listed_;
};

} // namespace local_workspace
