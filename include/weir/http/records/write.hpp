// SPDX-License-Identifier: Apache-2.0
// `POST /records/write`: records into a table, which may be made for them. Costs
// data/record_changes.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/data/record_batch.hpp>
#include <weir/data/record_changes.hpp>
#include <weir/http/records/definition.hpp>
#include <weir/http/records/route.hpp>
#include <weir/json/intake.hpp>
#include <weir/json/reader.hpp>
#include <weir/json/record_reader.hpp>
#include <weir/json/writer.hpp>
#include <weir/table/runtime_table.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http::detail {

/// Reads the records of a request.
class record_list {
public:
    /// `text`: the list, JSON.
    record_list(std::string_view text, std::size_t most) : text_(text), most_(most) {}

    /// Calls `take(values)` for each record.
    ///
    /// Errors: validation_error with every violation.
    template <class Take>
    void read(
        json::record_reader& by,
        const table& of,
        const std::vector<expected_column>& expected,
        const Take& take
    ) const {
        json::reader in{text_};
        violations broken;
        const json::intake of_body{in, broken};
        location at{std::string{"body"}, std::string{"data"}};
        if (in.peek() != json::token::array)
            refuse_form("list_type", at, "Input should be a valid list");
        in.enter_array();
        std::size_t count = 0;
        at.emplace_back(count);
        while (in.next_element()) {
            if (count == most_)
                refuse_form(
                    "too_long",
                    {at[0], at[1]},
                    "At most " + std::to_string(most_) + " records are taken"
                );
            at.back() = count++;
            if (!by.read(of_body, at))
                break;
            if (broken.empty())
                take(by.values());
        }
        if (!broken.empty())
            refuse_records(std::move(broken), of, expected);
        if (count == 0)
            refuse_form("too_short", {at[0], at[1]}, "List should have at least 1 item");
    }

private:
    std::string_view text_;
    std::size_t most_;
};

/// A table's facts as a request's definition narrows them. Lifetime: refers to the facts.
class defined_table {
public:
    defined_table(const table& of, const record_definition* definition)
        : columns_(of.columns.begin(), of.columns.end()), facts_(of),
          is_hidden_(columns_.size(), false) {
        facts_.columns = columns_;
        if (definition == nullptr)
            return;
        const auto& said = definition->columns.facts().columns;
        for (std::size_t at = 0; at < columns_.size(); ++at) {
            const auto found = find_column(said, columns_[at].name);
            if (found == said.size()) {
                is_hidden_[at] = is_payload_column(of, at);
            } else {
                columns_[at].nullable = columns_[at].nullable && said[found].nullable;
                fits_ = fits_ && definition->fits(found, columns_[at].type);
                ++defined_;
            }
        }
        fits_ = fits_ && defined_ == said.size();
    }

    [[nodiscard]] const table& facts() const noexcept { return facts_; }

    /// Whether reading by these facts also checks what the definition says.
    [[nodiscard]] bool is_whole() const noexcept { return fits_; }

    /// Columns that the definition does not have are unknown to its records.
    void narrow(json::record_reader& reader) const {
        for (std::size_t at = 0; at < is_hidden_.size(); ++at) {
            const bool is_needed = reader.role(at) == json::field_role::required;
            if (is_hidden_[at] && !is_needed)
                reader.set_role(at, json::field_role::hidden);
        }
    }

private:
    std::vector<column> columns_;
    table facts_;
    std::vector<bool> is_hidden_;
    std::size_t defined_ = 0;
    bool fits_ = true;
};

/// Answers writes.
class record_write : public record_route {
public:
    using record_route::record_route;

    [[nodiscard]] response operator()(const request& asked) const {
        record_body body{asked.body};
        body.require("data", body.part("data").has_value());
        if (body.auto_create() && !body.part("schema_definition"))
            body.refuse(
                "schema_definition", "missing", "schema_definition is required with auto_create"
            );
        const auto at = body.finish();
        std::optional<record_definition> definition;
        if (const auto& text = body.part("schema_definition"))
            definition.emplace(
                definition_reader{}.read(*text, at.table, directory().place_of(at).place())
            );
        const record_list records{*body.part("data"), directory().options().max_records};
        auto target = directory().find(at, asked);
        if (target.of == nullptr && body.auto_create()) {
            check(*definition, records);
            definition->columns.add_audit_columns();
            definition->columns.add_index();
            target = directory().create(at, definition->columns, asked);
        }
        const auto* const narrowed = definition ? &*definition : nullptr;
        return on_table(
            at,
            asked,
            operations::create,
            [&](const record_target& found, any_session_base& session) {
                return insert(found, session, asked, at, narrowed, records);
            }
        );
    }

private:
    static void check(const record_definition& definition, const record_list& records) {
        const auto& facts = definition.columns.facts();
        json::record_reader reader{
            facts, json::record_purpose::create, json::value_spelling::statement_api
        };
        records.read(reader, facts, definition.expected, [](auto&&) {});
    }

    [[nodiscard]] response insert(
        const record_target& target,
        any_session_base& session,
        const request& asked,
        const record_address& at,
        const record_definition* definition,
        const record_list& records
    ) const {
        const defined_table narrowed{*target.of, definition};
        if (definition != nullptr && !narrowed.is_whole())
            check(*definition, records);
        json::record_reader reader{
            narrowed.facts(),
            json::record_purpose::create,
            spelling_of_rows(session.dialect()),
            target.patterns
        };
        if (definition != nullptr)
            narrowed.narrow(reader);
        if (target.found) {
            for (std::size_t each = 0; each < target.of->columns.size(); ++each) {
                if (target.found->is_defaulted(each) &&
                    reader.role(each) == json::field_role::required)
                    reader.set_role(each, json::field_role::optional);
            }
        }
        const auto expected =
            definition != nullptr ? definition->expected : expected_of(*target.of);
        record_changes changes{session, *target.of, asked.until, directory().options().clock};
        auto batch = changes.begin_batch();
        records.read(reader, narrowed.facts(), expected, [&](auto values) { batch.add(values); });
        const auto count = std::to_string(changes.insert(batch));
        std::string body = "{\"message\":";
        json::append_json_string(body, "Inserted " + count + " record(s) into " + at.full());
        return json_response(200, body.append(",\"count\":").append(count).append("}"));
    }
};

} // namespace weir::http::detail
