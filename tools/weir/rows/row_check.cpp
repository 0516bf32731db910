// SPDX-License-Identifier: Apache-2.0
#include "row_check.hpp"

#include <weir/core/error.hpp>
#include <weir/core/text.hpp>
#include <weir/core/uuid.hpp>
#include <weir/data/record_batch.hpp>
#include <weir/json/intake.hpp>
#include <weir/json/reader.hpp>

namespace weir::ops {

namespace {

constexpr auto spelling = json::value_spelling::postgres;

bool is_made_random(const column& of) {
    return of.generated == generated_by::uuid || of.audit == audit_role::record_uuid;
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

bool is_needed(const column& of) noexcept {
    return !of.nullable && !of.has_default() && of.generated == generated_by::nobody &&
           of.audit == audit_role::none;
}

row_check::row_check(const table& of, const row_fill& fill)
    : of_(&of), patterns_(of.columns),
      reader_(of, json::record_purpose::create, spelling, &patterns_), fills_(of.columns.size()) {
    for (std::size_t at = 0; at < of.columns.size(); ++at) {
        const auto& column = of.columns[at];
        reader_.set_role(
            at, is_needed(column) ? json::field_role::required : json::field_role::optional
        );
        auto& made = fills_[at];
        if (column.has_default()) {
            made = default_of(column);
        } else if (column.audit == audit_role::inserted_by) {
            made = fill.actor;
        } else if (column.audit == audit_role::is_deleted) {
            made = "f";
        } else if (column.audit == audit_role::inserted_at ||
                   column.generated == generated_by::now) {
            weir::detail::append_moment(
                made.emplace(), fill.now, column.type, text_format::postgres
            );
        }
    }
}

std::string row_check::default_of(const column& of) const {
    json::reader in{of.default_json, json::reader::most_depth};
    violations broken;
    std::string made;
    const location nowhere;
    const json::value_reader read{spelling};
    const bool is_read =
        read.read({in, broken}, of.type, nullptr, made, value_path{value_path{nowhere}, of.name});
    if (!is_read || !broken.empty())
        throw configuration_error{
            "the default of column '" + std::string{of.name} + "' is no value of it"
        };
    return made;
}

bool row_check::take(std::string_view object, std::string& out, std::string& why) {
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
    const auto values = reader_.values();
    for (std::size_t at = 0; at < values.size(); ++at) {
        out.push_back('\t');
        const auto& value = values[at];
        if (value.is_given && !value.is_null) {
            append_copy_field(out, value.text);
        } else if (!value.is_given && is_made_random(of_->columns[at])) {
            append_uuid(out, uuid::random());
        } else if (!value.is_given && fills_[at]) {
            append_copy_field(out, *fills_[at]);
        } else {
            out.append("\\N");
        }
    }
    return true;
}

} // namespace weir::ops
