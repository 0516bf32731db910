// SPDX-License-Identifier: Apache-2.0
// A SQL warehouse as a backend of a service: sessions that carry the request's id and, where a
// table asks for it, the user's own token. Costs httplib.h through workspace/client.hpp.
#pragma once

#include <weir/core/deadline.hpp>
#include <weir/core/error.hpp>
#include <weir/data/any_session.hpp>
#include <weir/data/caller.hpp>
#include <weir/data/statement_deferral.hpp>
#include <weir/http/health.hpp>
#include <weir/http/sessions.hpp>
#include <weir/table/table.hpp>
#include <weir/warehouse/left_statement.hpp>
#include <weir/warehouse/options.hpp>
#include <weir/warehouse/session.hpp>
#include <weir/warehouse/workspace_transport.hpp>
#include <weir/workspace/client.hpp>
#include <weir/workspace/warehouses.hpp>

#include <string>
#include <utility>

namespace weir::app {

/// Threads: may be shared. Lifetime: the client must outlive it, and it its sessions.
class warehouse_backend {
public:
    /// Makes no call yet. Errors: configuration_error.
    warehouse_backend(workspace::client& by, warehouse::options how)
        : client_(&by), id_(warehouse::detail::id_of(how.warehouse_id)), over_(by), how_(how),
          on_(over_, std::move(how)) {}

    /// A statement that was left running. Lifetime: this outlives it.
    [[nodiscard]] warehouse::left_statement left(std::string id, std::string request_id) {
        return {over_, how_, std::move(id), std::move(request_id)};
    }

    /// Sessions of whoever asks; `service` is the actor where nobody does.
    [[nodiscard]] http::sessions sessions(nobody service) {
        return {
            [this, service = std::move(service)](const http::session_purpose& purpose) {
                return any_session{on_.session(service, for_request(purpose))};
            },
            [this](const caller& who, const http::session_purpose& purpose) {
                return any_caller_session{on_.session(who, identity_of(who, purpose))};
            },
        };
    }

    /// Healthy while the platform tells that the warehouse is there, running or not: a statement
    /// would start it, and a check every few seconds would keep it running for nothing.
    [[nodiscard]] http::health_component health(std::string name) {
        return {
            .name = std::move(name),
            .check =
                [this](deadline until) {
                    const auto told = workspace::read_warehouse(*client_, id_, {.until = until});
                    if (told.state == "DELETING" || told.state == "DELETED")
                        throw configuration_error{"The warehouse is deleted"};
                },
            .circuit = [this] { return client_->circuit(); },
        };
    }

private:
    static warehouse::call_identity for_request(const http::session_purpose& purpose) {
        return {
            .request_id = std::string{purpose.request_id},
            .traceparent = std::string{purpose.traceparent},
        };
    }

    // A table that is read as the calling user never falls back to the service's own rights.
    static warehouse::call_identity
    identity_of(const caller& who, const http::session_purpose& purpose) {
        auto made = for_request(purpose);
        if (purpose.of == nullptr)
            return made;
        if (purpose.of->access.rule != access_rule::run_as_user) {
            if (purpose.deferral && (purpose.deferral->is_wanted || purpose.of->api.async))
                made.deferral = purpose.deferral;
            return made;
        }
        if (who.token.empty())
            throw authentication_error{
                "This table is read as the calling user, and the request came without the user's "
                "token (X-Forwarded-Access-Token)"
            };
        made.bearer = who.token.reveal();
        return made;
    }

    workspace::client* client_;
    std::string id_;
    warehouse::workspace_transport over_;
    warehouse::options how_;
    warehouse::warehouse on_;
};

} // namespace weir::app
