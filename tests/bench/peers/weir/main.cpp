// SPDX-License-Identifier: Apache-2.0
// weir as a peer: a whole service on the one table, nothing switched off.
#include <weir/app/service.hpp>

#include <wells.weir.hpp>

int main() {
    weir::app::service service{weir::app::settings::from_environment()};
    service.serve<bench::tables>();
    return service.run();
}
