// SPDX-License-Identifier: Apache-2.0
// field-ops: the whole of a service on schemas/field_ops.yaml.
#include <weir/app/migrate.hpp>
#include <weir/app/service.hpp>

#include <field_ops.weir.hpp>

int main(int argc, char** argv) {
    weir::app::service service{weir::app::settings::from_environment()};
    service.serve<field_ops::tables>();
    service.migrate_with(weir::app::migrate);
    return service.run(argc, argv);
}
