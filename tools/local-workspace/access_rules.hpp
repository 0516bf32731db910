// SPDX-License-Identifier: Apache-2.0
// Who may read and change which table, and which of its rows: GRANT, REVOKE, row filters and the
// functions they are made of. A table that no rule names is everybody's. Source: databricks.md 4.7.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine.hpp"
#include "statement_words.hpp"
#include "table_uses.hpp"

namespace local_workspace {

/// A table's filter, as Unity Catalog describes it.
struct row_filter {
    std::string function{};
    std::vector<std::string> columns{};
};

struct grant {
    std::string principal{};
    std::string privilege{};
};

/// Whoever first grants something on a table, a schema or a catalog, or filters a table, owns it;
/// the workspace's owner owns all of them. Owners need no grants; filters hold for owners too.
///
/// Threads: may be shared.
class access_rules {
public:
    explicit access_rules(std::string owner) : owner_(std::move(owner)) {}

    /// Executes a statement that changes rules; false: it is none.
    /// Errors: statement_failure.
    bool run(const statement_order& order, const token_list& tokens);

    /// What has to change in a statement's text so that its user sees and changes no row but those
    /// the filters allow; also forgets the rules of what it drops.
    ///
    /// Errors: statement_failure INSUFFICIENT_PERMISSIONS, UNSUPPORTED_FEATURE.
    [[nodiscard]] std::vector<text_edit>
    apply(const statement_order& order, const token_list& tokens);

    /// Whether rules were forgotten since it was asked last.
    [[nodiscard]] bool has_changed();

    /// By `catalog.schema.table` in lower case.
    [[nodiscard]] bool may_read(std::string_view table, std::string_view user) const;
    [[nodiscard]] std::optional<row_filter> filter_of(std::string_view table) const;
    [[nodiscard]] std::vector<grant> grants_on(std::string_view object) const;
    /// The workspace's owner where nobody else has taken it.
    [[nodiscard]] std::string owner_of(std::string_view object) const;

    /// The rules as JSON, and from it.
    [[nodiscard]] std::string save() const;
    void load(std::string_view json);

    /// The full name of a table, or of a schema's or catalog's place within it.
    [[nodiscard]] static std::string
    full_name(const std::vector<std::string>& parts, const statement_order& order);

    /// The same of a CATALOG, a SCHEMA, or anything else.
    [[nodiscard]] static std::string place_of(
        std::string_view kind, const std::vector<std::string>& parts, const statement_order& order
    );

private:
    struct function {
        std::vector<std::string> parameters{};
        std::string body{};
    };

    void change_grants(const statement_order& order, word_reader& in, bool gives);
    void create_function(const statement_order& order, const token_list& tokens, word_reader& in);
    void drop_function(const statement_order& order, word_reader& in);
    bool change_filter(const statement_order& order, word_reader& in);

    void check_ddl(const statement_order& order, const token_list& tokens);
    void forget(const std::string& object);
    void
    require(const std::string& table, std::string_view privilege, const std::string& user) const;
    void require_ownership(const std::string& object, const std::string& user);
    [[nodiscard]] bool owns(std::string_view object, std::string_view user) const;
    [[nodiscard]] bool
    may(std::string_view table, std::string_view privilege, std::string_view user) const;
    [[nodiscard]] std::string condition(const row_filter& of, std::string_view alias) const;

    std::string owner_;
    mutable std::mutex mutex_;
    std::map<std::string, std::string, std::less<>> owners_;
    /// What a GRANT or a REVOKE has named is its owner's and theirs who were granted something.
    std::set<std::string, std::less<>> closed_;
    /// By object.
    std::multimap<std::string, grant, std::less<>> grants_;
    std::map<std::string, function, std::less<>> functions_;
    std::map<std::string, row_filter, std::less<>> filters_;
    bool has_changed_ = false;
};

} // namespace local_workspace
