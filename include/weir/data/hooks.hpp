// SPDX-License-Identifier: Apache-2.0
// An application's own functions around the writes of one table, inside the unit of work: they may
// change what is written, refuse it, and write elsewhere with it. Costs <functional>, <memory> and
// data/repository.hpp; nothing light includes it.
#pragma once

#include <weir/core/error.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/repository.hpp>
#include <weir/data/row_hooks.hpp>
#include <weir/data/session_view.hpp>
#include <weir/data/shared_unit.hpp>
#include <weir/table/handle.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weir {

/// Collects the rules a row breaks. Lifetime: the call it is given to.
class refusals {
public:
    refusals(violations& to, const location& at) : to_(&to), at_(&at) {}

    /// The value of a column is refused: `type` is a stable machine name, `msg` a sentence for
    /// people.
    template <class Row, class Value>
    void refuse(handle<Row, Value> column, std::string type, std::string msg) {
        refuse(table_of<Row>.columns[column.index].name, std::move(type), std::move(msg));
    }

    void refuse(std::string_view column, std::string type, std::string msg) {
        auto loc = *at_;
        loc.emplace_back(std::string{column});
        to_->push_back({std::move(type), std::move(loc), std::move(msg)});
    }

    /// The row as a whole is refused.
    void refuse(std::string type, std::string msg) {
        to_->push_back({std::move(type), *at_, std::move(msg)});
    }

private:
    violations* to_;
    const location* at_;
};

/// What a hook is given besides the row. Lifetime: the call of the hook; keep nothing of it.
class hook_context : public refusals {
public:
    hook_context(violations& to, const hook_scope& scope)
        : refusals(to, scope.at), scope_(&scope) {}

    /// Who writes; nullptr: nobody known.
    [[nodiscard]] const weir::caller* caller() const { return scope_->session.known_caller(); }

    /// Whom the audit columns name.
    [[nodiscard]] std::string_view actor() const { return scope_->session.actor(); }

    /// The current moment, by the repository's clock.
    [[nodiscard]] timestamp now() const { return scope_->clock(); }

    /// By when the write must be done.
    [[nodiscard]] deadline until() const { return scope_->until; }

    /// The unit of work, for statements of one's own: they take effect with the write or not at
    /// all.
    [[nodiscard]] any_session_base& session() const { return scope_->session; }

    /// Rows of any table in the same unit of work, for the same caller. Hooks of that table run
    /// only if they are given.
    ///
    /// Errors: authentication_error for a table with `access` when nobody is known.
    template <class Other>
    [[nodiscard]] auto rows(const any_hooks* hooks = nullptr) {
        repository_options options{
            .clock = scope_->clock, .until = scope_->until, .hooks = hooks, .at = {}
        };
        if constexpr (table_of<Other>.access.rule == access_rule::open) {
            return repository<Other, any_session>{as_anybody(), std::move(options)};
        } else {
            return repository<Other, any_caller_session>{as_caller(), std::move(options)};
        }
    }

private:
    any_session& as_anybody() {
        if (!anybody_)
            anybody_.emplace(open_view(scope_->session));
        return *anybody_;
    }

    any_caller_session& as_caller() {
        if (caller() == nullptr)
            throw authentication_error{"This table is for known callers only"};
        if (!known_)
            known_.emplace(session_view<weir::caller>{scope_->session});
        return *known_;
    }

    const hook_scope* scope_;
    std::optional<any_session> anybody_;
    std::optional<any_caller_session> known_;
};

/// The functions of an application around the writes of `Row`s. Any may be left out.
///
/// A before-hook may change what is written; the result is validated again. Any hook may refuse,
/// by context.refuse() (400, with the place) or by throwing; the whole write is then undone, and
/// what hooks wrote with it. After-hooks see the row as stored. With a hook, `current` is read and
/// locked before.
/// Threads: routes call them from many threads at once.
template <class Row>
struct hooks {
    /// Rules beyond the schema's, reported together with those. They see the input alone; what
    /// depends on the stored row is a before-hook's.
    std::function<void(const create_of<Row>& given, refusals& broken)> validate_create{};
    std::function<void(const update_of<Row>& changes, refusals& broken)> validate_update{};

    std::function<void(create_of<Row>& given, hook_context& context)> before_create{};
    std::function<void(const Row& stored, hook_context& context)> after_create{};

    std::function<void(const Row& current, update_of<Row>& changes, hook_context& context)>
        before_update{};
    std::function<void(const Row& before, const Row& stored, hook_context& context)> after_update{};

    /// A deletion: soft where the table keeps deleted rows.
    std::function<void(const Row& current, hook_context& context)> before_remove{};
    std::function<void(const Row& removed, hook_context& context)> after_remove{};

    std::function<void(const Row& removed, hook_context& context)> before_restore{};
    std::function<void(const Row& stored, hook_context& context)> after_restore{};

    /// A deletion for good of a row that may be deleted softly already.
    std::function<void(const Row& current, hook_context& context)> before_purge{};
    std::function<void(const Row& purged, hook_context& context)> after_purge{};
};

namespace detail {

/// An application's functions as a repository calls them.
template <class Row>
class function_hooks final : public row_hooks<Row> {
public:
    explicit function_hooks(hooks<Row> given) : given_(std::move(given)) {}

    [[nodiscard]] bool surround(any_hooks::write what) const override {
        switch (what) {
        case any_hooks::write::create:
            return given_.before_create || given_.after_create;
        case any_hooks::write::update:
            return given_.before_update || given_.after_update;
        case any_hooks::write::remove:
        case any_hooks::write::restore:
        case any_hooks::write::purge:
            return before_of(what) || after_of(what);
        }
        return false;
    }

    void
    validate(const create_of<Row>& given, const location& at, violations& broken) const override {
        check(given_.validate_create, given, at, broken);
    }

    void
    validate(const update_of<Row>& changes, const location& at, violations& broken) const override {
        check(given_.validate_update, changes, at, broken);
    }

    void before_create(create_of<Row>& given, const hook_scope& scope) const override {
        call(given_.before_create, scope, given);
    }

    void after_create(const Row& stored, const hook_scope& scope) const override {
        call(given_.after_create, scope, stored);
    }

    void before_update(const Row& current, update_of<Row>& changes, const hook_scope& scope)
        const override {
        call(given_.before_update, scope, current, changes);
    }

    void
    after_update(const Row& before, const Row& stored, const hook_scope& scope) const override {
        call(given_.after_update, scope, before, stored);
    }

    void before(any_hooks::write what, const Row& row, const hook_scope& scope) const override {
        call(before_of(what), scope, row);
    }

    void after(any_hooks::write what, const Row& row, const hook_scope& scope) const override {
        call(after_of(what), scope, row);
    }

private:
    using row_hook = std::function<void(const Row&, hook_context&)>;

    [[nodiscard]] const row_hook& before_of(any_hooks::write what) const {
        if (what == any_hooks::write::restore)
            return given_.before_restore;
        return what == any_hooks::write::purge ? given_.before_purge : given_.before_remove;
    }

    [[nodiscard]] const row_hook& after_of(any_hooks::write what) const {
        if (what == any_hooks::write::restore)
            return given_.after_restore;
        return what == any_hooks::write::purge ? given_.after_purge : given_.after_remove;
    }

    template <class Rule, class Part>
    static void check(const Rule& rule, const Part& given, const location& at, violations& broken) {
        if (!rule)
            return;
        refusals list{broken, at};
        rule(given, list);
    }

    template <class Hook, class... Rows>
    static void call(const Hook& hook, const hook_scope& scope, Rows&... rows) {
        if (!hook)
            return;
        violations broken;
        hook_context context{broken, scope};
        hook(rows..., context);
        if (!broken.empty())
            throw validation_error{std::move(broken)};
    }

    hooks<Row> given_;
};

} // namespace detail

/// Hooks ready for table_options, service::serve() and repository_options. Copies share them.
template <row Row>
[[nodiscard]] std::shared_ptr<const any_hooks> share(hooks<Row> given) {
    return std::make_shared<const detail::function_hooks<Row>>(std::move(given));
}

/// Writes rows with their hooks in one unit of work: `use(repository&)` inserts, updates and
/// removes, and its result is this function's. Whatever is thrown undoes everything. On a unit of
/// work it is part of that one, to be committed or given up by whoever began it.
///
///     auto stored = weir::with_hooks<order>(session, *hooks, [&](auto& orders) {
///         return orders.insert({.customer = "ada"});
///     });
///
/// Errors: those of the session, the repository and the hooks; does not compile on a backend
///         without units of work.
template <row Row, class Session, class Use>
auto with_hooks(
    Session& session, const any_hooks& around, Use&& use, repository_options options = {}
) {
    static_assert(
        transactional_session<Session> || unit_of_work<Session>,
        "weir: hooks run in a unit of work, and this session has none"
    );
    using who = std::conditional_t<caller_session<Session>, caller, nobody>;
    using rows_of_table = repository<Row, any_session_for<who>>;
    options.hooks = &around;
    any_session_for<who> erased{borrowed_session<Session>{session}};
    if constexpr (unit_of_work<Session>) {
        rows_of_table rows{erased, std::move(options)};
        return use(rows);
    } else {
        shared_unit unit{erased, options.until.value_or(deadline{})};
        any_session_for<who> within{joined_session<who>{unit}};
        rows_of_table rows{within, std::move(options)};
        if constexpr (std::is_void_v<decltype(use(rows))>) {
            use(rows);
            unit.commit();
        } else {
            auto result = use(rows);
            unit.commit();
            return result;
        }
    }
}

} // namespace weir
