// SPDX-License-Identifier: Apache-2.0
#include <weir/table/history.hpp>
#include <weir/table/identifier.hpp>

#include <algorithm>
#include <string>
#include <string_view>

#include "check.hpp"
#include "names.hpp"

namespace weir::gen {

namespace {

class history_checks {
public:
    history_checks(const schema_model& schema, const table_model& of, diagnostics& to)
        : schema_(&schema), of_(&of), to_(&to), what_("table '" + of.name.value + "'"),
          name_(of.name.value + std::string{history_suffix}) {}

    void all() {
        audit();
        if (of_->backend.value == backend::warehouse) {
            warehouse();
            return;
        }
        long_name();
        taken_name();
        taken_columns();
        silent_changes();
    }

private:
    void audit() {
        if (of_->audit)
            return;
        to_->error(
            "history-audit",
            of_->history_at,
            "the history of " + what_ + " needs the audit columns",
            "write 'audit: true'"
        );
    }

    void warehouse() {
        to_->error(
            "history-backend",
            of_->history_at,
            what_ + " is on the warehouse, which keeps no history in the same unit of work",
            "leave it out: Delta keeps old versions itself, and 'as_of' reads them"
        );
    }

    void long_name() {
        if (name_.size() <= postgres_identifier_limit)
            return;
        to_->error(
            "history-name",
            of_->name.at,
            "the history would be called '" + name_ + "', which has " +
                std::to_string(name_.size()) + " bytes; the backend keeps " +
                std::to_string(postgres_identifier_limit),
            "shorten the table's name"
        );
    }

    void taken_name() {
        for (const auto& each : schema_->tables) {
            if (each.backend.value != of_->backend.value ||
                lower_case(each.name.value) != lower_case(name_))
                continue;
            to_->add(
                {"history-name",
                 severity::error,
                 each.name.at,
                 "the history of " + what_ + " is called '" + each.name.value + "' too",
                 "give this table another name",
                 {{of_->history_at, "that history is asked for here"}}}
            );
        }
    }

    void taken_columns() {
        for (const auto& each : of_->columns) {
            const auto name = lower_case(each.name.value);
            if (std::none_of(
                    history_columns.begin(),
                    history_columns.end(),
                    [&](const column& kept) { return kept.name == name; }
                ))
                continue;
            to_->error(
                "history-column",
                each.name.at,
                "the history of " + what_ + " has a column '" + name + "' of its own",
                "give this column another name"
            );
        }
    }

    // The database would change rows by itself, and nothing would keep them.
    void silent_changes() {
        for (const auto& each : of_->relations) {
            if (each.on_delete != delete_action::cascade &&
                each.on_delete != delete_action::set_null)
                continue;
            to_->error(
                "history-on-delete",
                each.on_delete_at,
                "'on_delete' would change rows of " + what_ + " past its history",
                "write 'on_delete: restrict', or leave it out"
            );
        }
    }

    const schema_model* schema_;
    const table_model* of_;
    diagnostics* to_;
    std::string what_;
    std::string name_;
};

} // namespace

void check_history(const schema_model& schema, diagnostics& to) {
    for (const auto& each : schema.tables) {
        if (each.history)
            history_checks{schema, each, to}.all();
    }
}

} // namespace weir::gen
