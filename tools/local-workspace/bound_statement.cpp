// SPDX-License-Identifier: Apache-2.0
#include "bound_statement.hpp"

#include <weir/embedded/types.hpp>

#include <utility>

#include "statement_words.hpp"

namespace local_workspace {

namespace {

namespace embedded = weir::embedded;
using weir::embedded::token;
using weir::embedded::token_kind;

// Bytes of one token in the statement, for the markers only.
struct marker {
    std::size_t offset;
    std::size_t length;
    std::size_t argument;
};

// Parameters' names are compared without case, as identifiers are.
const parameter* named(const statement_order& order, std::string_view name) {
    for (const auto& each : order.parameters)
        if (!each.name.empty() && upper(each.name) == upper(name))
            return &each;
    return nullptr;
}

const parameter* at_position(const statement_order& order, std::int64_t position) {
    for (const auto& each : order.parameters)
        if (each.name.empty() && each.ordinal == position)
            return &each;
    return nullptr;
}

weir::column_type type_of(const parameter& given) {
    if (given.type.empty() || upper(given.type) == "VOID")
        return {.kind = weir::type::string};
    embedded::sql_type read;
    try {
        read = embedded::parse_schema(given.type);
    } catch (const weir::error& unknown) {
        throw failure_of(
            "UNSUPPORTED_DATATYPE", "0A000", "Unsupported data type of a parameter: " + given.type
        );
    }
    switch (read.kind) {
    case weir::type::array:
    case weir::type::map:
    case weir::type::structure:
    case weir::type::json:
    case weir::type::binary:
        throw failure_of(
            "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
            "42K09",
            "Parameters cannot be of type " + given.type + "; pass text and convert it"
        );
    default:
        return {.kind = read.kind, .precision = read.precision, .scale = read.scale};
    }
}

} // namespace

bound_statement::bound_statement(const statement_order& order, const std::vector<token>& tokens) {
    std::vector<marker> markers;
    std::int64_t positions = 0;
    for (const auto& each : tokens) {
        if (each.kind == token_kind::parameter) {
            if (const auto* given = named(order, each.text))
                markers.push_back({each.offset, each.text.size() + 1, argument_of(*given)});
            // Others are left for the translator: in `STRUCT<a:INT>` they are types.
        } else if (each.is_symbol("?")) {
            const auto* given = at_position(order, ++positions);
            if (given == nullptr)
                throw failure_of(
                    "UNBOUND_SQL_PARAMETER",
                    "42P02",
                    "Found the unbound parameter: _" + std::to_string(each.offset)
                );
            markers.push_back({each.offset, 1, argument_of(*given)});
        }
    }
    std::size_t from = 0;
    for (const auto& each : markers) {
        text_.append(order.text, from, each.offset - from);
        text_ += ":p" + std::to_string(each.argument + 1);
        from = each.offset + each.length;
    }
    text_.append(order.text, from);
}

std::size_t bound_statement::argument_of(const parameter& given) {
    const auto [known, added] = positions_.try_emplace(&given, positions_.size());
    if (added) {
        const auto& type = types_.emplace_back(type_of(given));
        if (given.value) {
            arguments_.add_text(*given.value, type);
        } else {
            arguments_.add_null(type);
        }
    }
    return known->second;
}

} // namespace local_workspace
