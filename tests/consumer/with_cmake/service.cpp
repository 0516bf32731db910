// SPDX-License-Identifier: Apache-2.0
// A whole service outside this repository: it includes what was installed and nothing else.
#include <weir/app/migrate.hpp>
#include <weir/app/service.hpp>

#include <tutorial.weir.hpp>

int main() {
    weir::app::service service{weir::app::settings::from_environment()};
    service.serve<tutorial::tables>();
    service.migrate_with(weir::app::migrate);
    return service.run();
}
