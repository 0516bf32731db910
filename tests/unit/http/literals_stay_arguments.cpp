// SPDX-License-Identifier: Apache-2.0
// Nothing that came from a request is in the text of a statement: every operator of every type, in
// every grammar, in both dialects.
#include <weir/http/filter_array.hpp>
#include <weir/http/list_body.hpp>
#include <weir/http/list_query.hpp>
#include <weir/sql/list.hpp>
#include <weir/sql/statements.hpp>

#include <array>
#include <catch.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conditions.hpp"

namespace literals_stay_arguments_cases {

namespace {

using namespace weir;
using namespace weir::http;
using namespace weir::test;

constexpr std::array<std::string_view, 3> markers{"zq7marker", "7481516", "7481-05"};

/// A literal of a type that nothing else in a statement looks like; absent where there is none.
std::optional<std::string> marked(const column_type& of) {
    switch (of.kind) {
    case type::string:
        return "zq7marker";
    case type::int64:
        return "7481516";
    case type::decimal:
        return "7481516.25";
    case type::float64:
        return "7481516.5";
    case type::date:
        return "7481-05-16";
    default:
        return std::nullopt;
    }
}

std::string quoted(std::string_view text) {
    return '"' + std::string{text} + '"';
}

bool holds_marker(std::string_view text) {
    for (const auto marker : markers)
        if (text.find(marker) != std::string_view::npos)
            return true;
    return false;
}

std::size_t asked_count = 0;

// The query's text holds no marker, and its arguments all that it asks for.
void stays_out(const sql::condition& where) {
    for (const auto spoken : {sql::dialect::postgres, sql::dialect::databricks}) {
        const auto text = sql::written(spoken, [&](sql::writer& out) {
            sql::write_list(out, asked_table, {.where = &where, .has_offset = true});
        });
        CAPTURE(text);
        CHECK_FALSE(holds_marker(text));
        sql::arguments bound;
        sql::bind_condition(bound, asked_table, where, spoken);
        std::string all;
        for (std::size_t at = 0; at < bound.size(); ++at)
            all.append(bound.text(at).value()).append("\n");
        CHECK(holds_marker(all));
    }
    ++asked_count;
}

sql::condition from_url(const std::string& name, const std::string& value) {
    const std::vector<query_parameter> query{{name, value}, {"limit", "7"}};
    return read_list_query(asked_table, query).where;
}

sql::condition from_body(const std::string& where) {
    return read_list_body(asked_table, R"({"where":)" + where + "}").asked.where;
}

sql::condition from_filters(const std::string& filters) {
    violations broken;
    condition_builder build{asked_table, broken, "query", wildcards::sql};
    json::reader in{filters};
    sql::condition made;
    const location at{"query", "filters"};
    REQUIRE(read_filter_array(in, build, made, value_path{at}));
    REQUIRE(broken.empty());
    return made;
}

/// The values of an operator, as URLs and as JSON spell them.
struct spelling {
    std::string url;
    std::string json;
};

std::vector<spelling> spellings(const column_type& of, const filter_operator& how) {
    const auto& item = of.element != nullptr ? *of.element : of;
    const auto value = marked(item);
    if (of.kind == type::map) {
        const auto key = marked(*of.key).value();
        std::vector<spelling> both{{"{" + key + "}", "[" + quoted(key) + "]"}};
        if (value && is_scalar(of.element->kind)) {
            const auto entry = "{" + quoted(key) + ":" + quoted(*value) + "}";
            both.push_back({entry, entry});
        }
        return both;
    }
    if (!value || how.name == "is")
        return {};
    const auto list = quoted(*value) + "," + quoted(*value);
    if (sql::is_containment(how.how))
        return {{"{" + list + "}", "[" + list + "]"}};
    if (how.how == sql::comparison::in)
        return {{"(" + list + ")", "[" + list + "]"}};
    return {{*value, quoted(*value)}};
}

} // namespace

TEST_CASE("no operator of any grammar lets a literal into a statement") {
    for (const auto& column : asked_columns) {
        if (column.is_private)
            continue;
        for (const auto& how : filter_operators) {
            if (!takes_operator(column.type, how.how) || how.name == "is")
                continue;
            for (const auto& spelled : spellings(column.type, how)) {
                const std::string name{column.name};
                const std::string op{how.name};
                CAPTURE(name, op, spelled.url);
                if (name != "or")
                    stays_out(from_url(name, op + "." + spelled.url));
                stays_out(from_url("not.or", "(" + name + ".not." + op + "." + spelled.url + ")"));
                stays_out(from_body(
                    R"({"column":")" + name + R"(","op":")" + op + R"(","value":)" + spelled.json +
                    "}"
                ));
            }
        }
    }
    CHECK(asked_count > 150);
}

TEST_CASE("no filter of the records API lets a literal into a statement") {
    for (const auto& column : asked_columns) {
        const auto value = marked(column.type);
        if (!value || column.is_private)
            continue;
        for (const auto& how : record_operators) {
            if (!how.takes_value || (how.meaning == "like" && column.type.kind != type::string))
                continue;
            const bool is_list = how.name == "between" || how.name.ends_with("in");
            const auto spelled =
                is_list ? "[" + quoted(*value) + "," + quoted(*value) + "]" : quoted(*value);
            CAPTURE(column.name, how.name);
            stays_out(from_filters(
                R"([{"column":")" + std::string{column.name} + R"(","op":")" +
                std::string{how.name} + R"(","value":)" + spelled + "}]"
            ));
        }
    }
}

TEST_CASE("a limit and an offset are arguments") {
    const auto text = sql::written(sql::dialect::databricks, [](sql::writer& out) {
        sql::write_list(out, asked_table, {.has_offset = true});
    });
    CHECK(text.ends_with(" limit :p1 offset :p2"));
}

} // namespace literals_stay_arguments_cases
