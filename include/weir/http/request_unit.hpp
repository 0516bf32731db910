// SPDX-License-Identifier: Apache-2.0
// A request answered in one unit of work. Costs data/shared_unit.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/shared_unit.hpp>
#include <weir/http/request.hpp>
#include <weir/http/response.hpp>

namespace weir::http {

/// Whether an answer says that what was asked for was done.
[[nodiscard]] inline bool is_done(const response& answer) noexcept {
    return answer.status >= 200 && answer.status < 300;
}

/// The request, as a handler sees it whose sessions are to join a unit of work.
[[nodiscard]] inline request part_of(const request& asked, shared_unit& unit) {
    request inner = asked;
    inner.within = &unit;
    return inner;
}

/// Answers by `write(const request&)` in one unit of work: committed when the answer is 2xx, else,
/// and whatever is thrown, undone.
///
/// Errors: configuration_error for a streamed answer, which would be made when the unit is over.
template <class Write>
response answer_in_unit(any_session_base& session, const request& asked, const Write& write) {
    shared_unit unit{session, asked.until};
    auto made = write(part_of(asked, unit));
    if (made.stream)
        throw configuration_error{"An answer made in a unit of work cannot be streamed after it"};
    if (is_done(made))
        unit.commit();
    return made;
}

} // namespace weir::http
