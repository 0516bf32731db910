// SPDX-License-Identifier: Apache-2.0
// What the routes of tables have in common: their session, their answers, their refusals. Costs
// data/any_session.hpp and json/writer.hpp.
#pragma once

#include <weir/core/error.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/shared_unit.hpp>
#include <weir/http/negotiation.hpp>
#include <weir/http/request.hpp>
#include <weir/http/response.hpp>
#include <weir/http/router.hpp>
#include <weir/http/sessions.hpp>
#include <weir/table/table.hpp>

#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace weir::http::detail {

/// A session for whoever asks, which `cancelled_by` cancels.
///
/// Errors: authentication_error when nobody does and the table has `access`.
[[nodiscard]] inline any_session_base open_session(
    const sessions& from, const table& of, const request& asked, std::stop_token cancelled_by
) {
    if (asked.within != nullptr && (asked.caller || of.access.rule == access_rule::open))
        return asked.within->join();
    auto purpose = purpose_of(asked, &of);
    purpose.cancelled_by = std::move(cancelled_by);
    if (asked.caller)
        return from.for_caller(*asked.caller, purpose);
    if (of.access.rule != access_rule::open)
        throw authentication_error{"This table is for known callers only"};
    return from.for_nobody(purpose);
}

/// The same, cancelled once nobody waits for the answer.
[[nodiscard]] inline any_session_base
open_session(const sessions& from, const table& of, const request& asked) {
    return open_session(from, of, asked, asked.client_left);
}

[[noreturn]] inline void throw_absent(const table& of) {
    throw not_found_error{"No row of table '" + std::string{of.name} + "' has this key"};
}

/// An answer that tells which preferences it honoured; without a body where `body` is empty.
[[nodiscard]] inline response
answer_json(int status, std::string body, const preferences& applied) {
    auto made = body.empty() ? response{.status = status} : json_response(status, std::move(body));
    tell_preferences(made, applied);
    return made;
}

/// Adds a route whose media types are checked before it runs. `offered` is constant.
inline void add_json_route(
    router& routes,
    std::string_view method,
    const std::string& pattern,
    bool takes_body,
    handler answer,
    std::span<const media> offered = only_json
) {
    routes.add(
        method,
        pattern,
        [takes_body, offered, answer = std::move(answer)](const request& asked) {
            if (const auto refused = check_media(asked, takes_body, offered))
                return problem_response(*refused, asked.request_id);
            return answer(asked);
        }
    );
}

} // namespace weir::http::detail
