// SPDX-License-Identifier: Apache-2.0
// `PUT /records/update` and `DELETE /records/delete`: rows named by keys or by filters. Costs
// data/record_changes.hpp and records/filters.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/core/value.hpp>
#include <weir/data/record_changes.hpp>
#include <weir/data/record_keys.hpp>
#include <weir/http/records/filters.hpp>
#include <weir/http/records/route.hpp>
#include <weir/json/intake.hpp>
#include <weir/json/reader.hpp>
#include <weir/json/record_reader.hpp>
#include <weir/json/value_reader.hpp>
#include <weir/json/writer.hpp>
#include <weir/table/any_text.hpp>
#include <weir/table/table.hpp>
#include <weir/table/value_path.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http::detail {

/// The keys of a request, and how it spelled each.
struct spelled_keys {
    record_keys keys;
    std::vector<std::string_view> spelled{};
};

/// Reads the rows a request names. Lifetime: refers to the body and to the facts.
class key_reader {
public:
    key_reader(const table& of, const record_body& body)
        : of_(&of), body_(&body), by_(find_key_column()),
          made_{record_keys{of.columns[by_], by_}, {}} {}

    /// `key_value` or `key_values`.
    [[nodiscard]] spelled_keys read(std::size_t most) {
        if (const auto& one = body_->part("key_value")) {
            json::reader in{*one};
            static_cast<void>(add(in, place("key_value")));
        } else {
            const auto at = place("key_values");
            json::reader in{*body_->part("key_values")};
            if (in.peek() != json::token::array)
                refuse_form("list_type", at, "Input should be a valid list");
            in.enter_array();
            for (std::size_t count = 0; in.next_element(); ++count) {
                if (count == most)
                    refuse_form(
                        "too_long", at, "At most " + std::to_string(most) + " keys are taken"
                    );
                auto here = at;
                here.emplace_back(count);
                static_cast<void>(add(in, here));
            }
            if (made_.spelled.empty() && broken_.empty())
                refuse_form("too_short", at, "List should have at least 1 item");
        }
        return finish();
    }

    /// Reads one key; its position, or absent for what is none.
    [[nodiscard]] std::optional<std::size_t> add(json::reader& in, const location& at) {
        std::string_view raw;
        if (!in.read_raw(raw))
            return std::nullopt;
        const auto& column = of_->columns[by_];
        json::reader alone{raw};
        std::string text;
        const auto before = broken_.size();
        const value_path start{at};
        if (alone.peek() == json::token::null) {
            broken_.push_back({"null_not_allowed", at, "A key is not null"});
        } else {
            const json::value_reader values{json::value_spelling::statement_api};
            static_cast<void>(
                values.read({alone, broken_}, column.type, nullptr, text, value_path{start})
            );
        }
        if (broken_.size() != before) {
            for (auto each = before; each < broken_.size(); ++each)
                name_column(broken_[each]);
            return std::nullopt;
        }
        auto value = parse_any(text, column.type, text_format::statement_api);
        if (!value) {
            broken_.push_back({"key_column", at, words() + " is of a type that finds no rows"});
            return std::nullopt;
        }
        const auto position = made_.keys.add(std::move(*value));
        if (position == made_.spelled.size())
            made_.spelled.push_back(raw);
        return position;
    }

    [[nodiscard]] std::uint16_t by() const noexcept { return by_; }

    [[nodiscard]] violations& broken() noexcept { return broken_; }

    [[nodiscard]] spelled_keys finish() {
        if (!broken_.empty())
            refuse_form(std::move(broken_));
        return std::move(made_);
    }

    [[nodiscard]] static location place(std::string_view name) {
        return {std::string{"body"}, std::string{name}};
    }

private:
    [[nodiscard]] std::uint16_t find_key_column() const {
        violations broken;
        condition_builder known{*of_, broken, "body"};
        const auto& name = *body_->key_column();
        const auto found = known.find_column(name);
        const auto at = place("key_column");
        if (!found) {
            known.refuse_column(name, value_path{at});
            refuse_form(std::move(broken));
        }
        const auto kind = of_->columns[*found].type.kind;
        if (!is_scalar(kind) || kind == type::json)
            refuse_form("key_column", at, "Column '" + name + "' is of a type that finds no rows");
        return *found;
    }

    [[nodiscard]] std::string words() const {
        return "Column '" + std::string{of_->columns[by_].name} + "'";
    }

    /// A key is a value of its column, wherever it stands.
    void name_column(violation& each) const {
        const auto quote = each.msg.find("' ");
        if (each.msg.starts_with("Column '") && quote != std::string::npos)
            each.msg = words() + each.msg.substr(quote + 1);
    }

    const table* of_;
    const record_body* body_;
    std::uint16_t by_;
    spelled_keys made_;
    violations broken_{};
};

/// The one way in which a request names rows.
/// Errors: validation_error unless exactly one of them is there.
[[nodiscard]] inline std::string_view
method_of(record_body& body, std::initializer_list<std::string_view> known) {
    std::string_view found;
    std::size_t count = 0;
    std::string names;
    for (const auto name : known) {
        names.append(names.empty() ? "" : ", ").append(name);
        if (!body.part(name))
            continue;
        found = name;
        ++count;
    }
    if (count != 1) {
        // Names that are missing altogether come first.
        static_cast<void>(body.finish());
        refuse_form("value_error", {std::string{"body"}}, "Specify exactly one of " + names);
    }
    if (found != "filters")
        body.require("key_column", body.key_column().has_value());
    return found;
}

inline void
append_keys(std::string& out, const spelled_keys& keys, const std::vector<std::size_t>& positions) {
    out.append("\"not_found\":[");
    for (std::size_t at = 0; at < positions.size(); ++at)
        out.append(at == 0 ? "" : ",").append(keys.spelled[positions[at]]);
    out.append("]");
}

/// Answers updates.
class record_update : public record_route {
public:
    using record_route::record_route;

    [[nodiscard]] response operator()(const request& asked) const {
        record_body body{asked.body};
        const auto method = method_of(body, {"key_value", "key_values", "bulk_updates", "filters"});
        if (method != "bulk_updates")
            body.require("updates", body.part("updates").has_value());
        else if (body.part("updates"))
            body.refuse("updates", "value_error", "bulk_updates bring their own updates");
        const auto at = body.finish();
        return on_table(
            at,
            asked,
            operations::update,
            [&](const record_target& target, any_session_base& session) {
                return update(target, session, asked, at, body, method);
            }
        );
    }

private:
    [[nodiscard]] response update(
        const record_target& target,
        any_session_base& session,
        const request& asked,
        const record_address& at,
        const record_body& body,
        std::string_view method
    ) const {
        const auto& of = *target.of;
        const auto most = directory().options().max_records;
        record_changes changes{session, of, asked.until, directory().options().clock};
        if (method == "filters") {
            const auto filters =
                read_record_filters(of, *body.part("filters"), "body", filter_lists::are_not_empty);
            const auto change = read_updates(target, session, *body.part("updates"));
            return answer(changes, changes.update(filters.where, change, filters.removed));
        }
        const auto turn = take_turn(session, at, asked.until);
        key_reader reader{of, body};
        if (method == "bulk_updates") {
            std::vector<record_change> each;
            const auto keys = read_bulk(target, session, *body.part("bulk_updates"), reader, each);
            return answer(changes, changes.update_each(keys.keys, each), keys);
        }
        const auto keys = reader.read(most);
        const auto change = read_updates(target, session, *body.part("updates"));
        return answer(changes, changes.update(keys.keys, change), keys);
    }

    /// What a single argument per column takes, or many rows at once.
    [[nodiscard]] static json::value_spelling spelling_of(sql::dialect spoken, bool many) {
        if (many)
            return spelling_of_rows(spoken);
        return spoken == sql::dialect::postgres ? json::value_spelling::postgres
                                                : json::value_spelling::statement_api;
    }

    [[nodiscard]] static record_change read_updates(
        const record_target& target, const any_session_base& session, std::string_view text
    ) {
        json::reader in{text};
        violations broken;
        json::record_reader reader{
            *target.of,
            json::record_purpose::update,
            spelling_of(session.dialect(), false),
            target.patterns
        };
        record_change made;
        read_change({in, broken}, reader, key_reader::place("updates"), made);
        if (!broken.empty())
            refuse_form(std::move(broken));
        return made;
    }

    /// Reads an object of changes; later ones of the same column win.
    static void read_change(
        const json::intake& of, json::record_reader& reader, const location& at, record_change& into
    ) {
        const auto before = of.broken.size();
        if (!reader.read(of, at) || of.broken.size() != before)
            return;
        const auto values = reader.values();
        bool any = false;
        for (std::size_t column = 0; column < values.size(); ++column) {
            if (!values[column].is_given)
                continue;
            any = true;
            const auto position = static_cast<std::uint16_t>(column);
            const auto known = std::find(into.columns.begin(), into.columns.end(), position);
            if (known != into.columns.end()) {
                into.values[static_cast<std::size_t>(known - into.columns.begin())] =
                    values[column];
            } else {
                into.columns.push_back(position);
                into.values.push_back(values[column]);
            }
        }
        if (!any)
            of.broken.push_back({"too_short", at, "Nothing is to be set"});
    }

    [[nodiscard]] spelled_keys read_bulk(
        const record_target& target,
        const any_session_base& session,
        std::string_view text,
        key_reader& keys,
        std::vector<record_change>& changes
    ) const {
        const auto at = key_reader::place("bulk_updates");
        json::record_reader reader{
            *target.of,
            json::record_purpose::update,
            spelling_of(session.dialect(), true),
            target.patterns
        };
        // It says which row; a second value of it in the same object would be another row's.
        reader.set_role(keys.by(), json::field_role::key);
        json::reader in{text};
        if (in.peek() != json::token::array)
            refuse_form("list_type", at, "Input should be a valid list");
        in.enter_array();
        std::size_t count = 0;
        for (; in.next_element(); ++count) {
            if (count == directory().options().max_records)
                refuse_form("too_long", at, "More updates than are taken at once");
            auto here = at;
            here.emplace_back(count);
            if (!read_item(in, reader, keys, changes, here))
                break;
        }
        if (count == 0 && keys.broken().empty())
            refuse_form("too_short", at, "List should have at least 1 item");
        return keys.finish();
    }

    static bool read_item(
        json::reader& in,
        json::record_reader& reader,
        key_reader& keys,
        std::vector<record_change>& changes,
        const location& at
    ) {
        auto& broken = keys.broken();
        if (in.peek() != json::token::object) {
            broken.push_back({"dict_type", at, "Input should be a valid dictionary"});
            return in.skip_value() && broken.size() < json::intake::most_violations;
        }
        std::optional<std::string_view> key;
        std::optional<std::string_view> updates;
        std::string_view name;
        in.enter_object();
        while (in.next_member(name)) {
            auto* const into = name == "key_value" ? &key : name == "updates" ? &updates : nullptr;
            std::string_view raw;
            if (!in.read_raw(raw))
                return false;
            if (into != nullptr)
                *into = raw;
        }
        const auto inside = [&](std::string_view member) {
            auto here = at;
            here.emplace_back(std::string{member});
            return here;
        };
        if (!key)
            broken.push_back({"missing", inside("key_value"), "Field required"});
        if (!updates)
            broken.push_back({"missing", inside("updates"), "Field required"});
        if (key && updates) {
            json::reader key_text{*key};
            const auto position = keys.add(key_text, inside("key_value"));
            json::reader text{*updates};
            record_change nowhere;
            if (position && *position == changes.size())
                changes.emplace_back();
            read_change(
                {text, broken}, reader, inside("updates"), position ? changes[*position] : nowhere
            );
        }
        return broken.size() < json::intake::most_violations;
    }

    [[nodiscard]] static std::string begin_answer(const record_changes& changes) {
        std::string body = R"({"data":[{"updated_at":)";
        json::append_json(body, changes.stamp().at);
        body.append(",\"updated_by\":");
        json::append_json_string(body, changes.stamp().actor);
        return body;
    }

    [[nodiscard]] static response answer(const record_changes& changes, std::uint64_t count) {
        return json_response(
            200,
            begin_answer(changes) + "}],\"count\":" + std::to_string(count) + ",\"total\":null}"
        );
    }

    [[nodiscard]] static response
    answer(const record_changes& changes, const record_outcome& made, const spelled_keys& keys) {
        auto body = begin_answer(changes);
        if (!made.missing.empty())
            append_keys(body.append(","), keys, made.missing);
        return json_response(
            200, body + "}],\"count\":" + std::to_string(made.count) + ",\"total\":null}"
        );
    }
};

/// Answers deletions.
class record_delete : public record_route {
public:
    using record_route::record_route;

    [[nodiscard]] response operator()(const request& asked) const {
        record_body body{asked.body};
        const auto method = method_of(body, {"key_value", "key_values", "filters"});
        const auto at = body.finish();
        return on_table(
            at,
            asked,
            operations::remove,
            [&](const record_target& target, any_session_base& session) {
                return remove(target, session, asked, at, body, method);
            }
        );
    }

private:
    [[nodiscard]] response remove(
        const record_target& target,
        any_session_base& session,
        const request& asked,
        const record_address& at,
        const record_body& body,
        std::string_view method
    ) const {
        const auto& of = *target.of;
        if (body.soft() && !sql::keeps_deleted(of))
            refuse_form(
                "soft_delete",
                key_reader::place("soft"),
                "Soft deletion needs the column is_deleted; send soft: false to remove rows"
            );
        if (!body.soft() && target.declared != nullptr)
            require_purge_right(
                of,
                asked,
                target.declared->options != nullptr && target.declared->options->purge_without_rule
            );
        const auto how = body.soft() ? record_removal::mark : record_removal::purge;
        record_changes changes{session, of, asked.until, directory().options().clock};
        if (method == "filters") {
            const auto filters =
                read_record_filters(of, *body.part("filters"), "body", filter_lists::are_not_empty);
            return answer({changes.remove(filters.where, how, filters.removed), {}}, nullptr);
        }
        const auto turn = take_turn(session, at, asked.until);
        const auto keys = key_reader{of, body}.read(directory().options().max_records);
        return answer(changes.remove(keys.keys, how), &keys);
    }

    [[nodiscard]] static response answer(const record_outcome& made, const spelled_keys* keys) {
        std::string body = R"({"data":[{"is_deleted":true})";
        if (!made.missing.empty()) {
            append_keys(body.append(",{"), *keys, made.missing);
            body.append("}");
        }
        return json_response(
            200, body + "],\"count\":" + std::to_string(made.count) + ",\"total\":null}"
        );
    }
};

} // namespace weir::http::detail
