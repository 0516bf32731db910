// SPDX-License-Identifier: Apache-2.0
// Validating a struct against the table of another row.
#include <weir/table/validate.hpp>

#include "shop.hpp"

struct stranger {
    int age{};
};

BOOST_DESCRIBE_STRUCT(stranger, (), (age))

#ifdef WEIR_EXPECT_ERROR
weir::violations check(const stranger& given) {
    return weir::validate<shop::item>(given);
}
#else
weir::violations check(const shop::item_create& given) {
    return weir::validate<shop::item>(given);
}
#endif
