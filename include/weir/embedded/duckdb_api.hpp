// SPDX-License-Identifier: Apache-2.0
// The part of DuckDB's C interface that weir calls, as weir's own declarations, so that the
// engine's header is needed neither to compile nor in the repository. A test compares them with the
// real header. Costs nothing.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace weir::embedded::duck {

// Handles: the library hands out pointers and takes them back; nothing looks inside.
struct database_handle;
struct connection_handle;
struct config_handle;
struct prepared_handle;
struct chunk_handle;
struct vector_handle;
struct logical_type_handle;
struct scalar_function_handle;
struct scalar_function_set_handle;
struct function_info_handle;

using database = database_handle*;
using connection = connection_handle*;
using config = config_handle*;
using prepared = prepared_handle*;
using chunk = chunk_handle*;
using vector = vector_handle*;
using logical_type = logical_type_handle*;
using scalar_function = scalar_function_handle*;
using scalar_function_set = scalar_function_set_handle*;
using function_info = function_info_handle*;
using index = std::uint64_t;

/// 0: success, 1: failure.
enum class state : std::uint32_t { success = 0, failure = 1 };

/// Source: enum DUCKDB_TYPE of duckdb.h 1.4; later versions only add.
enum class type_id : std::uint32_t {
    invalid = 0,
    boolean = 1,
    tinyint = 2,
    smallint = 3,
    integer = 4,
    bigint = 5,
    utinyint = 6,
    usmallint = 7,
    uinteger = 8,
    ubigint = 9,
    float32 = 10,
    float64 = 11,
    timestamp = 12,
    date = 13,
    hugeint = 16,
    varchar = 17,
    blob = 18,
    decimal = 19,
    list = 24,
    structure = 25,
    map = 26,
    timestamp_tz = 31,
    any = 34,
    sql_null = 36,
};

/// Source: enum duckdb_error_type of duckdb.h 1.4.
enum class error_type : std::uint32_t {
    out_of_range = 1,
    conversion = 2,
    divide_by_zero = 6,
    transaction = 10,
    not_implemented = 11,
    catalog = 13,
    parser = 14,
    constraint = 18,
    connection_failure = 21,
    syntax = 22,
    binder = 24,
    io = 28,
    interrupt = 29,
    fatal = 30,
    internal = 31,
    invalid_input = 32,
    out_of_memory = 33,
    permission = 34,
    dependency = 37,
};

enum class result_type : std::uint32_t {
    invalid = 0,
    changed_rows = 1,
    nothing = 2,
    query_result = 3
};

/// A 128-bit integer in two halves.
struct hugeint {
    std::uint64_t lower;
    std::int64_t upper;
};

struct decimal {
    std::uint8_t width;
    std::uint8_t scale;
    hugeint value;
};

struct date {
    std::int32_t days;
};

struct timestamp {
    std::int64_t micros;
};

struct list_entry {
    std::uint64_t offset;
    std::uint64_t length;
};

/// A string inside a vector: up to 12 bytes in place, else four bytes of prefix and a pointer.
struct string {
    std::uint32_t length;
    char rest[12];

    /// Lifetime: as long as the vector; short strings live in this object.
    [[nodiscard]] std::string_view view() const noexcept {
        if (length <= sizeof rest)
            return {static_cast<const char*>(rest), length};
        const char* text = nullptr;
        std::memcpy(&text, static_cast<const char*>(rest) + 4, sizeof text);
        return {text, length};
    }
};

/// What a statement gave; the library owns what the pointers refer to.
struct result {
    std::uint64_t column_count;
    std::uint64_t row_count;
    std::uint64_t rows_changed;
    void* columns;
    char* error_message;
    void* internal_data;
};

using scalar_body = void (*)(function_info, chunk, vector);
using deleter = void (*)(void*);

/// The functions, found in the library by name.
struct api {
    const char* (*library_version)();
    void (*free)(void*);

    state (*create_config)(config*);
    state (*set_config)(config, const char*, const char*);
    void (*destroy_config)(config*);
    state (*open_ext)(const char*, database*, config, char**);
    void (*close)(database*);
    state (*connect)(database, connection*);
    void (*disconnect)(connection*);
    void (*interrupt)(connection);

    state (*query)(connection, const char*, result*);
    void (*destroy_result)(result*);
    const char* (*result_error)(result*);
    error_type (*result_error_type)(result*);
    result_type (*result_return_type)(result);
    index (*rows_changed)(result*);
    index (*column_count)(result*);
    const char* (*column_name)(result*, index);
    logical_type (*column_logical_type)(result*, index);
    chunk (*fetch_chunk)(result);

    state (*prepare)(connection, const char*, prepared*);
    const char* (*prepare_error)(prepared);
    void (*destroy_prepare)(prepared*);
    state (*execute_prepared)(prepared, result*);
    state (*execute_prepared_streaming)(prepared, result*);
    state (*bind_null)(prepared, index);
    state (*bind_boolean)(prepared, index, bool);
    state (*bind_int8)(prepared, index, std::int8_t);
    state (*bind_int16)(prepared, index, std::int16_t);
    state (*bind_int32)(prepared, index, std::int32_t);
    state (*bind_int64)(prepared, index, std::int64_t);
    state (*bind_float)(prepared, index, float);
    state (*bind_double)(prepared, index, double);
    state (*bind_decimal)(prepared, index, decimal);
    state (*bind_date)(prepared, index, date);
    state (*bind_timestamp)(prepared, index, timestamp);
    state (*bind_timestamp_tz)(prepared, index, timestamp);
    state (*bind_varchar_length)(prepared, index, const char*, index);

    void (*destroy_data_chunk)(chunk*);
    index (*data_chunk_get_size)(chunk);
    index (*data_chunk_get_column_count)(chunk);
    vector (*data_chunk_get_vector)(chunk, index);
    logical_type (*vector_get_column_type)(vector);
    void* (*vector_get_data)(vector);
    std::uint64_t* (*vector_get_validity)(vector);
    void (*vector_ensure_validity_writable)(vector);
    void (*vector_assign_string_element_len)(vector, index, const char*, index);
    vector (*list_vector_get_child)(vector);
    vector (*struct_vector_get_child)(vector, index);

    logical_type (*create_logical_type)(type_id);
    void (*destroy_logical_type)(logical_type*);
    type_id (*get_type_id)(logical_type);
    char* (*logical_type_get_alias)(logical_type);
    std::uint8_t (*decimal_width)(logical_type);
    std::uint8_t (*decimal_scale)(logical_type);
    logical_type (*list_type_child_type)(logical_type);
    logical_type (*map_type_key_type)(logical_type);
    logical_type (*map_type_value_type)(logical_type);
    index (*struct_type_child_count)(logical_type);
    char* (*struct_type_child_name)(logical_type, index);
    logical_type (*struct_type_child_type)(logical_type, index);

    scalar_function (*create_scalar_function)();
    void (*destroy_scalar_function)(scalar_function*);
    void (*scalar_function_set_name)(scalar_function, const char*);
    void (*scalar_function_add_parameter)(scalar_function, logical_type);
    void (*scalar_function_set_return_type)(scalar_function, logical_type);
    void (*scalar_function_set_special_handling)(scalar_function);
    void (*scalar_function_set_extra_info)(scalar_function, void*, deleter);
    void (*scalar_function_set_function)(scalar_function, scalar_body);
    void* (*scalar_function_get_extra_info)(function_info);
    void (*scalar_function_set_error)(function_info, const char*);
    state (*register_scalar_function)(connection, scalar_function);
    scalar_function_set (*create_scalar_function_set)(const char*);
    void (*destroy_scalar_function_set)(scalar_function_set*);
    state (*add_scalar_function_to_set)(scalar_function_set, scalar_function);
    state (*register_scalar_function_set)(connection, scalar_function_set);
};

/// Calls `visit(name, function)` for every function of `of`; names are without the library's prefix
/// `duckdb_`.
template <class Visit>
void for_each_function(api& of, Visit&& visit) {
    visit("library_version", of.library_version);
    visit("free", of.free);
    visit("create_config", of.create_config);
    visit("set_config", of.set_config);
    visit("destroy_config", of.destroy_config);
    visit("open_ext", of.open_ext);
    visit("close", of.close);
    visit("connect", of.connect);
    visit("disconnect", of.disconnect);
    visit("interrupt", of.interrupt);
    visit("query", of.query);
    visit("destroy_result", of.destroy_result);
    visit("result_error", of.result_error);
    visit("result_error_type", of.result_error_type);
    visit("result_return_type", of.result_return_type);
    visit("rows_changed", of.rows_changed);
    visit("column_count", of.column_count);
    visit("column_name", of.column_name);
    visit("column_logical_type", of.column_logical_type);
    visit("fetch_chunk", of.fetch_chunk);
    visit("prepare", of.prepare);
    visit("prepare_error", of.prepare_error);
    visit("destroy_prepare", of.destroy_prepare);
    visit("execute_prepared", of.execute_prepared);
    visit("execute_prepared_streaming", of.execute_prepared_streaming);
    visit("bind_null", of.bind_null);
    visit("bind_boolean", of.bind_boolean);
    visit("bind_int8", of.bind_int8);
    visit("bind_int16", of.bind_int16);
    visit("bind_int32", of.bind_int32);
    visit("bind_int64", of.bind_int64);
    visit("bind_float", of.bind_float);
    visit("bind_double", of.bind_double);
    visit("bind_decimal", of.bind_decimal);
    visit("bind_date", of.bind_date);
    visit("bind_timestamp", of.bind_timestamp);
    visit("bind_timestamp_tz", of.bind_timestamp_tz);
    visit("bind_varchar_length", of.bind_varchar_length);
    visit("destroy_data_chunk", of.destroy_data_chunk);
    visit("data_chunk_get_size", of.data_chunk_get_size);
    visit("data_chunk_get_column_count", of.data_chunk_get_column_count);
    visit("data_chunk_get_vector", of.data_chunk_get_vector);
    visit("vector_get_column_type", of.vector_get_column_type);
    visit("vector_get_data", of.vector_get_data);
    visit("vector_get_validity", of.vector_get_validity);
    visit("vector_ensure_validity_writable", of.vector_ensure_validity_writable);
    visit("vector_assign_string_element_len", of.vector_assign_string_element_len);
    visit("list_vector_get_child", of.list_vector_get_child);
    visit("struct_vector_get_child", of.struct_vector_get_child);
    visit("create_logical_type", of.create_logical_type);
    visit("destroy_logical_type", of.destroy_logical_type);
    visit("get_type_id", of.get_type_id);
    visit("logical_type_get_alias", of.logical_type_get_alias);
    visit("decimal_width", of.decimal_width);
    visit("decimal_scale", of.decimal_scale);
    visit("list_type_child_type", of.list_type_child_type);
    visit("map_type_key_type", of.map_type_key_type);
    visit("map_type_value_type", of.map_type_value_type);
    visit("struct_type_child_count", of.struct_type_child_count);
    visit("struct_type_child_name", of.struct_type_child_name);
    visit("struct_type_child_type", of.struct_type_child_type);
    visit("create_scalar_function", of.create_scalar_function);
    visit("destroy_scalar_function", of.destroy_scalar_function);
    visit("scalar_function_set_name", of.scalar_function_set_name);
    visit("scalar_function_add_parameter", of.scalar_function_add_parameter);
    visit("scalar_function_set_return_type", of.scalar_function_set_return_type);
    visit("scalar_function_set_special_handling", of.scalar_function_set_special_handling);
    visit("scalar_function_set_extra_info", of.scalar_function_set_extra_info);
    visit("scalar_function_set_function", of.scalar_function_set_function);
    visit("scalar_function_get_extra_info", of.scalar_function_get_extra_info);
    visit("scalar_function_set_error", of.scalar_function_set_error);
    visit("register_scalar_function", of.register_scalar_function);
    visit("create_scalar_function_set", of.create_scalar_function_set);
    visit("destroy_scalar_function_set", of.destroy_scalar_function_set);
    visit("add_scalar_function_to_set", of.add_scalar_function_to_set);
    visit("register_scalar_function_set", of.register_scalar_function_set);
}

} // namespace weir::embedded::duck
