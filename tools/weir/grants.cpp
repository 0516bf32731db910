// SPDX-License-Identifier: Apache-2.0
#include "grants.hpp"

#include <set>

#include "sql_words.hpp"

namespace weir::ops {

namespace {

/// Asks for one kind of object after the other, all by the same shape of query.
class grant_finder {
public:
    grant_finder(database& at, const std::string& role, bool is_there)
        : at_(&at), role_(&role), is_there_(is_there) {}

    /// `has`: whether the role has the privilege `p`, an SQL condition that is NULL where the
    /// object is not there.
    void look(std::string_view privileges, std::string_view has, const std::string& object) {
        const auto lacked = lacked_of(privileges, has);
        if (!lacked.empty())
            found_.push_back(
                {lacked + " on " + object,
                 "grant " + lacked + " on " + object + " to " + quoted(*role_),
                 {}}
            );
    }

    /// Rights on what the connected role will make in a schema.
    void look_ahead(
        std::string_view privileges, std::string_view kind, char letter, const std::string& schema
    ) {
        const auto lacked = lacked_of(
            privileges,
            "pg_has_role(" + literal(*role_) +
                ", current_user, 'usage') or exists (select 1 from pg_default_acl as d, "
                "aclexplode(d.defaclacl) as x where d.defaclrole = (select oid from pg_roles where "
                "rolname = current_user) "
                "and d.defaclobjtype = '" +
                letter + "' and d.defaclnamespace = to_regnamespace(" + literal(schema) +
                ") and x.grantee = " + literal(quoted(*role_)) +
                "::regrole and lower(x.privilege_type) = p)"
        );
        if (!lacked.empty())
            found_.push_back(
                {lacked + " on later " + std::string{kind} + " in schema " + schema,
                 "alter default privileges in schema " + schema + " grant " + lacked + " on " +
                     std::string{kind} + " to " + quoted(*role_),
                 {}}
            );
    }

    [[nodiscard]] std::vector<missing_grant> take() { return std::move(found_); }

private:
    [[nodiscard]] std::string lacked_of(std::string_view privileges, std::string_view has) const {
        if (!is_there_)
            return std::string{privileges};
        return at_
            ->query(
                "select string_agg(p, ', ' order by n) from unnest(string_to_array($1, ', ')) "
                "with ordinality as w(p, n) where not coalesce(" +
                    std::string{has} + ", false)",
                {privileges}
            )
            .front()
            .front();
    }

    database* at_;
    const std::string* role_;
    bool is_there_;
    std::vector<missing_grant> found_{};
};

} // namespace

std::vector<missing_grant>
find_missing_grants(database& at, const schema_state& wanted, const std::string& role) {
    const bool is_there = !at.query("select 1 from pg_roles where rolname = $1", {role}).empty();
    const auto name = literal(role);
    grant_finder finder{at, role, is_there};
    const auto base = quoted(at.query("select current_database()").front().front());
    finder.look(
        "connect, temporary",
        "has_database_privilege(" + name + ", current_database(), p)",
        "database " + base
    );
    std::set<std::string> schemas;
    for (const auto& table : wanted.tables)
        schemas.insert(table.prefix.substr(0, table.prefix.size() - 1));
    constexpr std::string_view of_sequences = "usage, select";
    for (const auto& schema : schemas) {
        finder.look(
            "usage, create",
            "has_schema_privilege(" + name + ", to_regnamespace(" + literal(schema) + "), p)",
            "schema " + schema
        );
        finder.look(
            of_sequences,
            // The planner may ask for the right before it looks at the kind.
            "not exists (select 1 from pg_class as c where c.relnamespace = to_regnamespace(" +
                literal(schema) +
                ") and case when c.relkind = 'S' then not has_sequence_privilege(" + name +
                ", c.oid, p) end)",
            "all sequences in schema " + schema
        );
        // What they will be is not known yet.
        finder.look_ahead("select, insert, update, delete", "tables", 'r', schema);
        finder.look_ahead(of_sequences, "sequences", 'S', schema);
    }
    for (const auto& table : wanted.tables)
        finder.look(
            table.rights,
            "has_table_privilege(" + name + ", to_regclass(" + literal(table.full_name()) + "), p)",
            "table " + table.full_name()
        );
    auto found = finder.take();
    if (!is_there)
        found.insert(
            found.begin(),
            {"role " + quoted(role),
             {},
             "create it first: on Lakebase select databricks_create_role(" + name +
                 ", 'SERVICE_PRINCIPAL'), elsewhere create role"}
        );
    return found;
}

} // namespace weir::ops
