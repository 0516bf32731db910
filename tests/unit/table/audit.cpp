// SPDX-License-Identifier: Apache-2.0
#include <weir/table/audit.hpp>

#include <catch.hpp>

namespace audit_cases {

namespace {

using weir::type;

constexpr weir::column columns[]{
    {.name = "id",
     .type = {.kind = type::int64},
     .nullable = false,
     .key = true,
     .generated = weir::generated_by::identity},
    {.name = "owner", .nullable = false},
    {.name = "name", .nullable = false},
    {.name = "kind", .nullable = false, .default_json = "\"x\""},
    {.name = "note"},
    {.name = "token",
     .type = {.kind = type::uuid},
     .nullable = false,
     .generated = weir::generated_by::uuid},
    {.name = "made",
     .type = {.kind = type::timestamp},
     .nullable = false,
     .generated = weir::generated_by::now},
    {.name = "score", .readonly = true},
    {.name = "margin", .is_private = true},
    {.name = "code", .nullable = false, .key = true},
    weir::audit_column(weir::audit_role::record_uuid),
};
constexpr std::uint16_t key[]{0, 9};
constexpr weir::table owned{
    .name = "t",
    .columns = columns,
    .key = key,
    .access = {.rule = weir::access_rule::owner, .owner = 1}
};
constexpr weir::table open{.name = "t", .columns = columns, .key = key};

template <class Rule>
std::string matching(const weir::table& of, Rule rule) {
    std::string names;
    for (std::size_t at = 0; at < of.columns.size(); ++at) {
        if (!rule(of, at))
            continue;
        if (!names.empty())
            names += ' ';
        names += of.columns[at].name;
    }
    return names;
}

} // namespace

TEST_CASE("the audit columns are sound and in the order of their roles") {
    for (std::size_t at = 0; at < weir::audit_columns.size(); ++at) {
        const auto& column = weir::audit_columns[at];
        CHECK(static_cast<std::size_t>(column.audit) == at + 1);
        CHECK(weir::is_sound_audit_column(column));
        CHECK(&weir::audit_column(column.audit) == &column);
    }
    CHECK(weir::find_column(weir::audit_columns, weir::audit_role::deleted_by) == 7);
}

TEST_CASE("an audit column of another name, type or nullability is not sound") {
    auto column = weir::audit_column(weir::audit_role::updated_by);
    column.nullable = false;
    CHECK_FALSE(weir::is_sound_audit_column(column));
    column = weir::audit_column(weir::audit_role::updated_by);
    column.name = "changed_by";
    CHECK_FALSE(weir::is_sound_audit_column(column));
    column = weir::audit_column(weir::audit_role::updated_by);
    column.type.kind = type::int64;
    CHECK_FALSE(weir::is_sound_audit_column(column));
    column = weir::audit_column(weir::audit_role::updated_by);
    column.readonly = false;
    CHECK_FALSE(weir::is_sound_audit_column(column));
    CHECK_FALSE(weir::is_sound_audit_column(columns[2]));
}

TEST_CASE("inserts set what nobody else fills") {
    CHECK(matching(owned, weir::is_create_column) == "name kind note token score margin code");
    CHECK(matching(open, weir::is_create_column) == "owner name kind note token score margin code");
}

TEST_CASE("updates leave the key, the owner and generated columns alone") {
    CHECK(matching(owned, weir::is_update_column) == "name kind note score margin");
    CHECK(matching(open, weir::is_update_column) == "owner name kind note score margin");
}

TEST_CASE("payloads may not name what is private, read-only or filled by weir") {
    CHECK(matching(owned, weir::is_payload_column) == "name kind note token code");
    CHECK(matching(owned, weir::is_update_payload_column) == "name kind note");
}

TEST_CASE("required is what has no other source") {
    CHECK(matching(owned, weir::is_required_column) == "name code");
    CHECK(matching(open, weir::is_required_column) == "owner name code");
}

TEST_CASE("answers hide private columns only") {
    CHECK_FALSE(weir::is_answer_column(columns[8]));
    CHECK(weir::is_answer_column(columns[7]));
    CHECK(weir::is_answer_column(columns[10]));
}

} // namespace audit_cases
