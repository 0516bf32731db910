// SPDX-License-Identifier: Apache-2.0
// Wish: "I need a route of my own beside the generated ones."
#include <weir/app/service.hpp>

#include <field_ops.weir.hpp>

using field_ops::order;
using field_ops::order_line;
using field_ops::order_status;

int main() {
    weir::app::service service{weir::app::settings::from_environment()};
    service.serve<field_ops::tables>();

    // All that a POST writes takes effect together, if it answers 2xx.
    service.route("POST", "/api/v1/orders/{key}/place", [](weir::http::route_context& in) {
        const auto key = in.read_key<order>();
        const auto placed = in.rows<order>().update(
            key, {.status = order_status::placed, .placed_at = weir::now()}
        );
        if (!placed)
            throw weir::not_found_error{"No such order"};
        in.rows<order_line>().insert(
            {.order_id = key.id, .line_no = 1, .sku = "SHIPPING", .quantity = 1}
        );
        return weir::http::row_response(200, *placed);
    });

    service.route("GET", "/api/v1/drafts", [](weir::http::route_context& in) {
        namespace c = field_ops::order_columns;
        const auto drafts = in.rows<order>().list({.where = c::status == order_status::draft});
        return weir::http::rows_response<order>(200, drafts);
    });

    return service.run();
}
