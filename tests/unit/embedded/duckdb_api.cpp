// SPDX-License-Identifier: Apache-2.0
#include <weir/embedded/duckdb_api.hpp>

#include <catch.hpp>
#include <cstddef>
#include <cstring>
#include <set>
#include <string>
#include <type_traits>

using namespace weir::embedded;

TEST_CASE("every function of the engine is looked up once") {
    duck::api functions{};
    std::set<std::string> names;
    std::size_t visited = 0;
    duck::for_each_function(functions, [&](const char* name, auto& /*function*/) {
        names.insert(name);
        ++visited;
    });
    CHECK(names.size() == visited);
    // One pointer each: a member that is not visited would stay null.
    CHECK(visited * sizeof(void*) == sizeof(duck::api));
}

TEST_CASE("a string of a vector is read in place when short and through its pointer when long") {
    duck::string value{};
    value.length = 12;
    std::memcpy(static_cast<char*>(value.rest), "twelve chars", 12);
    CHECK(value.view() == "twelve chars");

    const char* const text = "thirteen char";
    value.length = 13;
    std::memcpy(static_cast<char*>(value.rest) + 4, &text, sizeof text);
    CHECK(value.view() == "thirteen char");
}

#if __has_include(<duckdb.h>)
#include <duckdb.h>

namespace duckdb_api_cases {

namespace {

/// Whether two types are passed alike: pointers, integers and enumerations of one size, structs of
/// one layout.
template <class Ours, class Theirs>
constexpr bool passes_alike() {
    if constexpr (std::is_void_v<Ours> || std::is_void_v<Theirs>) {
        return std::is_void_v<Ours> && std::is_void_v<Theirs>;
    } else if constexpr (std::is_pointer_v<Ours> || std::is_pointer_v<Theirs>) {
        return std::is_pointer_v<Ours> && std::is_pointer_v<Theirs>;
    } else if constexpr (std::is_class_v<Ours> || std::is_class_v<Theirs>) {
        return std::is_class_v<Ours> && std::is_class_v<Theirs> && sizeof(Ours) == sizeof(Theirs) &&
               alignof(Ours) == alignof(Theirs) && std::is_trivially_copyable_v<Ours>;
    } else {
        return sizeof(Ours) == sizeof(Theirs) &&
               std::is_floating_point_v<Ours> == std::is_floating_point_v<Theirs>;
    }
}

template <class Ours, class Theirs>
constexpr bool agrees = false;

template <class OurResult, class... Ours, class TheirResult, class... Theirs>
    requires(sizeof...(Ours) == sizeof...(Theirs))
constexpr bool agrees<OurResult (*)(Ours...), TheirResult (*)(Theirs...)> =
    passes_alike<OurResult, TheirResult>() && (passes_alike<Ours, Theirs>() && ...);

static_assert(agrees<int (*)(char*), int (*)(void*)>);
static_assert(!agrees<int (*)(char*), int (*)(long)>);
static_assert(!agrees<int (*)(float), int (*)(int)>);
static_assert(!agrees<int (*)(int), int (*)(int, int)>);

} // namespace

// NOLINTNEXTLINE(cppcoreguidelines-macro-usage): a function's name and its text at once
#define AGREES(name)                                                                               \
    static_assert(                                                                                 \
        agrees<decltype(duck::api::name), decltype(&duckdb_##name)>,                               \
        "duckdb_" #name ": the declaration in duckdb_api.hpp is not the library's"                 \
    );                                                                                             \
    seen.insert(#name)

TEST_CASE("weir's declarations are those of the engine's header") {
    std::set<std::string> seen;
    AGREES(library_version);
    AGREES(free);
    AGREES(create_config);
    AGREES(set_config);
    AGREES(destroy_config);
    AGREES(open_ext);
    AGREES(close);
    AGREES(connect);
    AGREES(disconnect);
    AGREES(interrupt);
    AGREES(query);
    AGREES(destroy_result);
    AGREES(result_error);
    AGREES(result_error_type);
    AGREES(result_return_type);
    AGREES(rows_changed);
    AGREES(column_count);
    AGREES(column_name);
    AGREES(column_logical_type);
    AGREES(fetch_chunk);
    AGREES(prepare);
    AGREES(prepare_error);
    AGREES(destroy_prepare);
    AGREES(execute_prepared);
    AGREES(execute_prepared_streaming);
    AGREES(bind_null);
    AGREES(bind_boolean);
    AGREES(bind_int8);
    AGREES(bind_int16);
    AGREES(bind_int32);
    AGREES(bind_int64);
    AGREES(bind_float);
    AGREES(bind_double);
    AGREES(bind_decimal);
    AGREES(bind_date);
    AGREES(bind_timestamp);
    AGREES(bind_timestamp_tz);
    AGREES(bind_varchar_length);
    AGREES(destroy_data_chunk);
    AGREES(data_chunk_get_size);
    AGREES(data_chunk_get_column_count);
    AGREES(data_chunk_get_vector);
    AGREES(vector_get_column_type);
    AGREES(vector_get_data);
    AGREES(vector_get_validity);
    AGREES(vector_ensure_validity_writable);
    AGREES(vector_assign_string_element_len);
    AGREES(list_vector_get_child);
    AGREES(struct_vector_get_child);
    AGREES(create_logical_type);
    AGREES(destroy_logical_type);
    AGREES(get_type_id);
    AGREES(logical_type_get_alias);
    AGREES(decimal_width);
    AGREES(decimal_scale);
    AGREES(list_type_child_type);
    AGREES(map_type_key_type);
    AGREES(map_type_value_type);
    AGREES(struct_type_child_count);
    AGREES(struct_type_child_name);
    AGREES(struct_type_child_type);
    AGREES(create_scalar_function);
    AGREES(destroy_scalar_function);
    AGREES(scalar_function_set_name);
    AGREES(scalar_function_add_parameter);
    AGREES(scalar_function_set_return_type);
    AGREES(scalar_function_set_special_handling);
    AGREES(scalar_function_set_extra_info);
    AGREES(scalar_function_set_function);
    AGREES(scalar_function_get_extra_info);
    AGREES(scalar_function_set_error);
    AGREES(register_scalar_function);
    AGREES(create_scalar_function_set);
    AGREES(destroy_scalar_function_set);
    AGREES(add_scalar_function_to_set);
    AGREES(register_scalar_function_set);

    duck::api functions{};
    duck::for_each_function(functions, [&](const char* name, auto& /*function*/) {
        INFO(name);
        CHECK(seen.contains(name));
    });
}

TEST_CASE("weir's layouts and numbers are those of the engine's header") {
    STATIC_REQUIRE(sizeof(duck::result) == sizeof(duckdb_result));
    STATIC_REQUIRE(offsetof(duck::result, internal_data) == offsetof(duckdb_result, internal_data));
    STATIC_REQUIRE(sizeof(duck::string) == sizeof(duckdb_string_t));
    STATIC_REQUIRE(offsetof(duck::decimal, value) == offsetof(duckdb_decimal, value));
    STATIC_REQUIRE(offsetof(duck::hugeint, upper) == offsetof(duckdb_hugeint, upper));
    STATIC_REQUIRE(offsetof(duck::list_entry, length) == offsetof(duckdb_list_entry, length));

    const auto same = [](auto ours, auto theirs) {
        return static_cast<unsigned>(ours) == static_cast<unsigned>(theirs);
    };
    using enum duck::type_id;
    CHECK(same(boolean, DUCKDB_TYPE_BOOLEAN));
    CHECK(same(tinyint, DUCKDB_TYPE_TINYINT));
    CHECK(same(smallint, DUCKDB_TYPE_SMALLINT));
    CHECK(same(integer, DUCKDB_TYPE_INTEGER));
    CHECK(same(bigint, DUCKDB_TYPE_BIGINT));
    CHECK(same(utinyint, DUCKDB_TYPE_UTINYINT));
    CHECK(same(usmallint, DUCKDB_TYPE_USMALLINT));
    CHECK(same(uinteger, DUCKDB_TYPE_UINTEGER));
    CHECK(same(ubigint, DUCKDB_TYPE_UBIGINT));
    CHECK(same(float32, DUCKDB_TYPE_FLOAT));
    CHECK(same(float64, DUCKDB_TYPE_DOUBLE));
    CHECK(same(timestamp, DUCKDB_TYPE_TIMESTAMP));
    CHECK(same(date, DUCKDB_TYPE_DATE));
    CHECK(same(hugeint, DUCKDB_TYPE_HUGEINT));
    CHECK(same(varchar, DUCKDB_TYPE_VARCHAR));
    CHECK(same(blob, DUCKDB_TYPE_BLOB));
    CHECK(same(decimal, DUCKDB_TYPE_DECIMAL));
    CHECK(same(list, DUCKDB_TYPE_LIST));
    CHECK(same(structure, DUCKDB_TYPE_STRUCT));
    CHECK(same(map, DUCKDB_TYPE_MAP));
    CHECK(same(timestamp_tz, DUCKDB_TYPE_TIMESTAMP_TZ));
    CHECK(same(any, DUCKDB_TYPE_ANY));
    CHECK(same(sql_null, DUCKDB_TYPE_SQLNULL));

    using fault = duck::error_type;
    CHECK(same(fault::out_of_range, DUCKDB_ERROR_OUT_OF_RANGE));
    CHECK(same(fault::conversion, DUCKDB_ERROR_CONVERSION));
    CHECK(same(fault::divide_by_zero, DUCKDB_ERROR_DIVIDE_BY_ZERO));
    CHECK(same(fault::transaction, DUCKDB_ERROR_TRANSACTION));
    CHECK(same(fault::not_implemented, DUCKDB_ERROR_NOT_IMPLEMENTED));
    CHECK(same(fault::catalog, DUCKDB_ERROR_CATALOG));
    CHECK(same(fault::parser, DUCKDB_ERROR_PARSER));
    CHECK(same(fault::constraint, DUCKDB_ERROR_CONSTRAINT));
    CHECK(same(fault::syntax, DUCKDB_ERROR_SYNTAX));
    CHECK(same(fault::binder, DUCKDB_ERROR_BINDER));
    CHECK(same(fault::io, DUCKDB_ERROR_IO));
    CHECK(same(fault::interrupt, DUCKDB_ERROR_INTERRUPT));
    CHECK(same(fault::fatal, DUCKDB_ERROR_FATAL));
    CHECK(same(fault::internal, DUCKDB_ERROR_INTERNAL));
    CHECK(same(fault::invalid_input, DUCKDB_ERROR_INVALID_INPUT));
    CHECK(same(fault::out_of_memory, DUCKDB_ERROR_OUT_OF_MEMORY));
    CHECK(same(fault::permission, DUCKDB_ERROR_PERMISSION));
    CHECK(same(fault::dependency, DUCKDB_ERROR_DEPENDENCY));
    CHECK(same(fault::connection_failure, DUCKDB_ERROR_CONNECTION));

    CHECK(same(duck::result_type::changed_rows, DUCKDB_RESULT_TYPE_CHANGED_ROWS));
    CHECK(same(duck::result_type::nothing, DUCKDB_RESULT_TYPE_NOTHING));
    CHECK(same(duck::result_type::query_result, DUCKDB_RESULT_TYPE_QUERY_RESULT));
    CHECK(same(duck::state::failure, DuckDBError));
}
#endif

} // namespace duckdb_api_cases
