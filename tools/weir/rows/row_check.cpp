// SPDX-License-Identifier: Apache-2.0
#include "row_check.hpp"

#include <weir/core/error.hpp>
#include <weir/core/sha256.hpp>
#include <weir/core/text.hpp>
#include <weir/data/codec.hpp>
#include <weir/data/record_batch.hpp>
#include <weir/json/intake.hpp>
#include <weir/json/reader.hpp>
#include <weir/json/string.hpp>

#include <algorithm>

namespace weir::ops {

namespace {

bool is_made_uuid(const column& of) {
    return of.generated == generated_by::uuid || of.audit == audit_role::record_uuid;
}

bool is_in_key(const table& of, std::size_t column) {
    return std::find(of.key.begin(), of.key.end(), column) != of.key.end();
}

} // namespace

void append_copy_field(std::string& out, std::string_view text) {
    while (true) {
        const auto stop = text.find_first_of("\\\n\r\t");
        out.append(text.substr(0, stop));
        if (stop == std::string_view::npos)
            return;
        out.push_back('\\');
        const char each = text[stop];
        out.push_back(each == '\n' ? 'n' : each == '\r' ? 'r' : each == '\t' ? 't' : each);
        text.remove_prefix(stop + 1);
    }
}

bool is_needed(const table& of, std::size_t column) noexcept {
    const auto& each = of.columns[column];
    if (of.backend == backend::warehouse && !of.audit && is_in_key(of, column) &&
        each.generated == generated_by::identity)
        return true;
    return !each.nullable && !each.has_default() && each.generated == generated_by::nobody &&
           each.audit == audit_role::none;
}

row_check::row_check(const table& of, const row_fill& fill)
    : of_(&of), is_copied_(of.backend == backend::lakebase), seed_(fill.seed),
      patterns_(of.columns),
      reader_(
          of,
          json::record_purpose::create,
          is_copied_ ? json::value_spelling::postgres : json::value_spelling::json,
          &patterns_
      ),
      fills_(of.columns.size()) {
    for (std::size_t at = 0; at < of.columns.size(); ++at) {
        reader_.set_role(
            at, is_needed(of, at) ? json::field_role::required : json::field_role::optional
        );
        fills_[at] = fill_of(of.columns[at], fill);
    }
}

std::optional<std::string> row_check::fill_of(const column& of, const row_fill& fill) const {
    if (of.has_default())
        return default_of(of);
    std::string made;
    if (of.audit == audit_role::is_deleted) {
        made = is_copied_ ? "f" : "false";
    } else if (of.audit == audit_role::inserted_by) {
        if (is_copied_)
            made = fill.actor;
        else
            json::append_json_string(made, fill.actor);
    } else if (of.audit == audit_role::inserted_at || of.generated == generated_by::now) {
        const std::string_view quote = is_copied_ ? "" : "\"";
        made.append(quote);
        weir::detail::append_moment(
            made, fill.now, of.type, is_copied_ ? text_format::postgres : text_format::statement_api
        );
        made.append(quote);
    } else {
        return std::nullopt;
    }
    return made;
}

std::string row_check::default_of(const column& of) const {
    json::reader in{of.default_json, json::reader::most_depth};
    violations broken;
    std::string made;
    const location nowhere;
    const json::value_reader read{
        is_copied_ ? json::value_spelling::postgres : json::value_spelling::json
    };
    const bool is_read =
        read.read({in, broken}, of.type, nullptr, made, value_path{value_path{nowhere}, of.name});
    if (!is_read || !broken.empty())
        throw configuration_error{
            "the default of column '" + std::string{of.name} + "' is no value of it"
        };
    return made;
}

uuid row_check::made_uuid(std::uint64_t line, std::size_t column) const {
    if (seed_.empty())
        return uuid::random();
    std::string from = seed_;
    from.append(":").append(std::to_string(line)).append(":").append(std::to_string(column));
    const auto digest = sha256(from);
    uuid made;
    for (std::size_t at = 0; at < made.bytes.size(); ++at)
        made.bytes[at] = static_cast<std::uint8_t>(digest[at]);
    // Version 4 and variant 1. Source: RFC 9562 5.4.
    made.bytes[6] = static_cast<std::uint8_t>((made.bytes[6] & 0x0FU) | 0x40U);
    made.bytes[8] = static_cast<std::uint8_t>((made.bytes[8] & 0x3FU) | 0x80U);
    return made;
}

bool row_check::take(row_at which, std::string_view object, std::string& out, std::string& why) {
    broken_.clear();
    json::reader in{object, json::reader::most_depth};
    const json::intake of{in, broken_};
    const bool is_read = reader_.read(of, {}) && in.finish();
    if (!is_read && broken_.empty()) {
        const auto& wrong = in.error();
        why = "it is not JSON: ";
        why.append(wrong.what).append(" at byte ").append(std::to_string(wrong.offset + 1));
        return false;
    }
    if (!broken_.empty()) {
        why.clear();
        for (const auto& each : broken_)
            why.append(why.empty() ? "" : "; ").append(each.msg);
        return false;
    }
    if (is_copied_)
        append_copy_line(which, out);
    else
        append_object_line(which, out);
    out.push_back('\n');
    return true;
}

void row_check::append_copy_line(row_at which, std::string& out) {
    out.append(std::to_string(which.number));
    const auto values = reader_.values();
    for (std::size_t at = 0; at < values.size(); ++at) {
        out.push_back('\t');
        const auto& value = values[at];
        if (value.is_given && !value.is_null) {
            append_copy_field(out, value.text);
        } else if (!value.is_given && is_made_uuid(of_->columns[at])) {
            append_uuid(out, made_uuid(which.line, at));
        } else if (!value.is_given && fills_[at]) {
            append_copy_field(out, *fills_[at]);
        } else {
            out.append("\\N");
        }
    }
}

void row_check::append_object_line(row_at which, std::string& out) {
    out.append("{\"").append(row_number_name).append("\":").append(std::to_string(which.number));
    const auto values = reader_.values();
    for (std::size_t at = 0; at < values.size(); ++at) {
        const auto& value = values[at];
        const bool is_made = !value.is_given && is_made_uuid(of_->columns[at]);
        if (value.is_given ? value.is_null : !is_made && !fills_[at])
            continue;
        out.append(",\"").append(of_->columns[at].name).append("\":");
        if (value.is_given) {
            append_json_member(out, &value.text, of_->columns[at].type);
        } else if (is_made) {
            out.push_back('"');
            append_uuid(out, made_uuid(which.line, at));
            out.push_back('"');
        } else {
            append_json_member(out, &*fills_[at], of_->columns[at].type);
        }
    }
    out.push_back('}');
}

} // namespace weir::ops
