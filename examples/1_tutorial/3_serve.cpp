// SPDX-License-Identifier: Apache-2.0
// Step 3: a whole service: validated routes for every table of the schema, on the backend the
// settings name.
#include <weir/app/service.hpp>

#include <tutorial.weir.hpp>

int main() {
    weir::app::service service{weir::app::settings::from_environment()};
    service.serve<tutorial::tables>();
    return service.run();
}
