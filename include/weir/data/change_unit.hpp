// SPDX-License-Identifier: Apache-2.0
// The unit of work that a change of several statements takes place in, whatever the session's type.
// Light: session.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/data/session.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace weir::detail {

/// Whether a session's statements are part of a unit of work already.
template <session Session>
[[nodiscard]] bool is_in_unit(const Session& session) {
    if constexpr (requires { session.is_unit(); }) {
        return session.is_unit();
    } else {
        return unit_of_work<Session>;
    }
}

/// Begins a unit of work that is about to write: as the only writer, where the engine would
/// otherwise let one of two fail.
template <class Session>
[[nodiscard]] auto begin_to_write(Session& session, deadline until) {
    if constexpr (requires { session.begin_writing(until); }) {
        return session.begin_writing(until);
    } else {
        return session.begin(until);
    }
}

[[noreturn]] inline void throw_without_units() {
    throw configuration_error{"This backend has no units of work"};
}

template <class Session>
struct unit_type {
    using type = Session;
};

/// The unit of an erased session is used as such a session, so that nothing is compiled twice.
template <class Session>
    requires(!unit_of_work<Session> && transactional_session<Session>)
struct unit_type<Session> {
    using begun = decltype(begin_to_write(std::declval<Session&>(), deadline{}));
    using type = std::conditional_t<std::derived_from<begun, Session>, Session, begun>;
};

/// What statements of a unit of work of a session are executed on.
template <class Session>
using unit_of = typename unit_type<Session>::type;

} // namespace weir::detail
