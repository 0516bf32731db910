// SPDX-License-Identifier: Apache-2.0
// Any text as the body of a query and as the filters of the records API: only validation_error
// leaves, and what is accepted stays inside the table and can be asked of both dialects.
#include <weir/core/error.hpp>
#include <weir/http/filter_array.hpp>
#include <weir/http/list_body.hpp>
#include <weir/json/reader.hpp>
#include <weir/table/value_path.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "list_properties.hpp"
#include "require.hpp"

namespace {

using namespace weir;
using namespace weir::http;
using fuzz::require;
using fuzz::specimens;

void can_be_asked(const list_query& asked) {
    fuzz::stays_inside(asked);
    fuzz::can_be_asked(asked, sql::dialect::postgres);
    fuzz::can_be_asked(asked, sql::dialect::databricks);
}

void as_body(std::string_view text) {
    try {
        can_be_asked(read_list_body(specimens, text).asked);
    } catch (const validation_error& refused) {
        fuzz::is_told(refused);
    }
}

void as_filters(std::string_view text) {
    static const location filters{"body", "filters"};
    violations broken;
    condition_builder build{specimens, broken, "body", wildcards::sql};
    json::reader in{text};
    list_query asked{.columns = {0}};
    const bool is_json = read_filter_array(in, build, asked.where, value_path{filters});
    require(is_json || in.failed(), "a reading that ends early says why");
    if (!broken.empty()) {
        fuzz::is_told(validation_error{broken});
    } else if (is_json) {
        can_be_asked(asked);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    as_body(text);
    as_filters(text);
    return 0;
}
