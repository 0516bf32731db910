// SPDX-License-Identifier: Apache-2.0
// Wish: "Something of mine must happen with every write: fill in, refuse, write elsewhere, all or
// nothing."
#include <weir/app/service.hpp>
#include <weir/data/hooks.hpp>

#include <field_ops.weir.hpp>

using field_ops::order;
using field_ops::order_line;
using field_ops::order_status;
namespace c = field_ops::order_columns;

int main() {
    weir::hooks<order> around{
        // Changes what is written; the schema's rules are checked again afterwards.
        .before_create =
            [](field_ops::order_create& given, weir::hook_context& in) {
                given.status = order_status::draft;
                given.extras = {{"made_by", std::string{in.actor()}}};
            },
        // Sees the row as stored, and writes in the same unit of work.
        .after_create =
            [](const order& stored, weir::hook_context& in) {
                in.rows<order_line>().insert(
                    {.order_id = stored.id, .line_no = 1, .sku = "WELCOME", .quantity = 1}
                );
            },
        // Sees the row as it is, locked, and may change the changes or refuse them.
        .before_update =
            [](const order& current, field_ops::order_update& changes, weir::hook_context& in) {
                if (current.status == order_status::shipped)
                    in.refuse(c::status, "shipped", "A shipped order stays as it is");
                if (changes.status.has_value() && changes.status.value() == order_status::placed)
                    changes.placed_at = in.now();
            },
        // An exception refuses too, with the status of its kind: here 403.
        .before_remove =
            [](const order& current, weir::hook_context&) {
                if (current.status != order_status::draft)
                    throw weir::permission_error{"Only drafts may be deleted"};
            },
    };

    weir::app::service service{weir::app::settings::from_environment()};
    service.serve<field_ops::tables>({.hooks = {weir::share(std::move(around))}});
    return service.run();
}
