// SPDX-License-Identifier: Apache-2.0
// What a repository calls around its writes: an interface, so that repositories without hooks pay
// for nothing but a pointer. hooks.hpp makes one of an application's functions. Light.
#pragma once

#include <weir/core/chrono.hpp>
#include <weir/core/deadline.hpp>
#include <weir/core/violation.hpp>
#include <weir/table/row.hpp>
#include <weir/table/table.hpp>

#include <cstdint>

namespace weir {

class any_session_base;

/// What surrounds the call of a hook. Lifetime: that call.
struct hook_scope {
    /// The unit of work the write is part of.
    any_session_base& session;
    now_function clock;
    deadline until;
    /// Where the row stands in the input.
    const location& at;
};

/// The hooks of one table, whichever it is.
/// Threads: safe; what the application's functions do is theirs to keep safe.
class any_hooks {
public:
    /// The writes that hooks may surround.
    enum class write : std::uint8_t { create, update, remove, restore, purge };

    any_hooks(const any_hooks&) = default;
    any_hooks(any_hooks&&) = default;
    any_hooks& operator=(const any_hooks&) = default;
    any_hooks& operator=(any_hooks&&) = default;
    virtual ~any_hooks() = default;

    /// The table they are for.
    [[nodiscard]] const table& of() const noexcept { return *of_; }

    /// Whether something runs before or after a write: it then needs a unit of work, and all but
    /// creations read the row first.
    [[nodiscard]] virtual bool surround(write what) const = 0;

    /// Whether any write is surrounded; validators alone need no unit.
    [[nodiscard]] bool need_unit() const {
        return surround(write::create) || surround(write::update) || surround(write::remove) ||
               surround(write::restore) || surround(write::purge);
    }

protected:
    explicit any_hooks(const table& of) : of_(&of) {}

private:
    const table* of_;
};

/// The hooks of the table of `Row`. What broke rules is added to `broken`; a hook that refuses
/// otherwise throws.
template <class Row>
class row_hooks : public any_hooks {
public:
    row_hooks() : any_hooks(table_of<Row>) {}

    /// Rules of the application's own; they see nothing but the input.
    virtual void
    validate(const create_of<Row>& given, const location& at, violations& broken) const = 0;
    virtual void
    validate(const update_of<Row>& changes, const location& at, violations& broken) const = 0;

    virtual void before_create(create_of<Row>& given, const hook_scope& scope) const = 0;
    virtual void after_create(const Row& stored, const hook_scope& scope) const = 0;
    virtual void
    before_update(const Row& current, update_of<Row>& changes, const hook_scope& scope) const = 0;
    virtual void
    after_update(const Row& before, const Row& stored, const hook_scope& scope) const = 0;
    /// Around a removal, a restoration or a purge; `row` is as it was before, after a restoration
    /// as it is stored.
    virtual void before(write what, const Row& row, const hook_scope& scope) const = 0;
    virtual void after(write what, const Row& row, const hook_scope& scope) const = 0;
};

} // namespace weir
