// SPDX-License-Identifier: Apache-2.0
// The calls of a repository to its hooks, with validation before and after them. Costs
// table/validate.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/core/violation.hpp>
#include <weir/data/row_hooks.hpp>
#include <weir/data/row_statements.hpp>
#include <weir/table/row.hpp>
#include <weir/table/validate.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace weir::detail {

/// The hooks an option names, typed; nullptr for none.
///
/// Errors: configuration_error for another table's hooks, and for a session that hooks cannot be
///         given.
template <class Row, class Session>
[[nodiscard]] const row_hooks<Row>* own_hooks(const any_hooks* given) {
    if (given == nullptr)
        return nullptr;
    if (&given->of() != &table_of<Row>)
        throw configuration_error{
            "The hooks of table '" + std::string{given->of().name} +
            "' were given to a repository of table '" + std::string{table_of<Row>.name} + "'"
        };
    if constexpr (std::derived_from<Session, any_session_base>) {
        return static_cast<const row_hooks<Row>*>(given);
    } else {
        throw configuration_error{
            "A repository with hooks needs a weir::any_session; with_hooks() gives it one"
        };
    }
}

/// Calls hooks, or does nothing where there are none. Lifetime: one call of a repository.
template <class Row, class Session>
class hook_calls {
public:
    hook_calls(Session& session, const repository_options& options, const row_hooks<Row>* called)
        : session_(&session), options_(&options), hooks_(called) {}

    /// Whether hooks run around a write.
    [[nodiscard]] bool surround(any_hooks::write what) const {
        return hooks_ != nullptr && hooks_->surround(what);
    }

    /// Where the rows stand in the input.
    [[nodiscard]] const location& at() const noexcept { return options_->at; }

    /// Where one row of many stands.
    [[nodiscard]] location place(std::size_t row) const {
        auto place = at();
        place.emplace_back(row);
        return place;
    }

    [[nodiscard]] std::vector<location> places(std::size_t rows) const {
        std::vector<location> made;
        made.reserve(rows);
        for (std::size_t row = 0; row < rows; ++row)
            made.push_back(place(row));
        return made;
    }

    /// Errors: validation_error for the schema's rules and the application's.
    template <class Part>
    void check(const Part& given, const location& place) const {
        violations broken;
        add_violations(given, place, broken);
        refuse(std::move(broken));
    }

    void
    check_all(std::span<const create_of<Row>> given, const std::vector<location>& places) const {
        violations broken;
        for (std::size_t row = 0; row < given.size(); ++row)
            add_violations(given[row], places[row], broken);
        refuse(std::move(broken));
    }

    /// Checks rows to create, lets the hooks change them, and checks what they made of them.
    ///
    /// Errors: validation_error with what is wrong about all rows.
    void prepare(std::span<create_of<Row>> given, const std::vector<location>& places) const {
        check_all(given, places);
        if (!surround(any_hooks::write::create))
            return;
        violations broken;
        for (std::size_t row = 0; row < given.size(); ++row) {
            try {
                hooks_->before_create(given[row], scope(places[row]));
            } catch (const validation_error& refused) {
                broken.insert(broken.end(), refused.broken().begin(), refused.broken().end());
            }
        }
        refuse(std::move(broken));
        check_all(given, places);
    }

    void after_create(const Row& stored, const location& place) const {
        if (surround(any_hooks::write::create))
            hooks_->after_create(stored, scope(place));
    }

    /// Also checks what the hooks made of the changes.
    void before_update(const Row& current, update_of<Row>& changes, const location& place) const {
        if (!surround(any_hooks::write::update))
            return;
        hooks_->before_update(current, changes, scope(place));
        check(changes, place);
    }

    void after_update(const Row& before, const Row& stored, const location& place) const {
        if (surround(any_hooks::write::update))
            hooks_->after_update(before, stored, scope(place));
    }

    void before(any_hooks::write what, const Row& row) const {
        hooks_->before(what, row, scope(at()));
    }

    void after(any_hooks::write what, const Row& row) const {
        hooks_->after(what, row, scope(at()));
    }

private:
    template <class Part>
    void add_violations(const Part& given, const location& place, violations& broken) const {
        weir::validate<Row>(given, place, broken);
        hooks_->validate(given, place, broken);
    }

    static void refuse(violations broken) {
        if (!broken.empty())
            throw validation_error{std::move(broken)};
    }

    /// Lifetime: `place` until the hook returns.
    [[nodiscard]] hook_scope scope(const location& place) const {
        if constexpr (std::derived_from<Session, any_session_base>) {
            return {*session_, options_->clock, options_->until.value_or(deadline{}), place};
        } else {
            throw configuration_error{"A repository with hooks needs a weir::any_session"};
        }
    }

    Session* session_;
    const repository_options* options_;
    const row_hooks<Row>* hooks_;
};

} // namespace weir::detail
