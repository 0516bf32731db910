// SPDX-License-Identifier: Apache-2.0
// weir's own functions inside the engine, for what DuckDB does differently from Databricks:
// to_json, CAST AS STRING, from_json, the divisor's check, size, names of types. Costs
// value_text.hpp and read_json.hpp.
#pragma once

#include <weir/embedded/duckdb_api.hpp>
#include <weir/embedded/read_json.hpp>
#include <weir/embedded/type_text.hpp>
#include <weir/embedded/value_text.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace weir::embedded {

namespace detail {

/// What a function needs to know when it runs. Lifetime: the library's functions outlive every
/// database.
struct function_context {
    const duck::api* api = nullptr;
    value_style style = value_style::string;
    json_style json{};
};

/// The context and the input columns of a running function.
class call {
public:
    call(const function_context& context, duck::chunk input)
        : api(*context.api), rows(api.data_chunk_get_size(input)) {
        const auto count = api.data_chunk_get_column_count(input);
        types_.reserve(count);
        for (duck::index i = 0; i < count; ++i) {
            const auto vector = api.data_chunk_get_vector(input, i);
            types_.push_back(describe_type(api, api.vector_get_column_type(vector)));
            columns.emplace_back(api, types_.back(), vector);
        }
    }

    const duck::api& api;
    std::size_t rows;
    std::vector<value_view> columns;

private:
    // Reserved before views point into it.
    std::vector<value_type> types_;
};

/// Marks rows of an output vector as NULL.
class null_marker {
public:
    null_marker(const duck::api& api, duck::vector output) {
        api.vector_ensure_validity_writable(output);
        validity_ = api.vector_get_validity(output);
    }

    void mark(std::size_t row) noexcept {
        validity_[row / 64] &= ~(std::uint64_t{1} << (row % 64));
    }

private:
    std::uint64_t* validity_;
};

/// Runs a function's body; no exception may pass through the library.
template <class Body>
void guarded(duck::function_info info, const function_context& context, Body body) noexcept {
    try {
        body();
    } catch (const std::exception& failure) {
        context.api->scalar_function_set_error(info, failure.what());
    }
}

// The library hands a function nothing but `info`, and only the library can look into it: its
// look-up is found here, set before the first function is registered and never changed, because one
// process loads one libduckdb.
inline std::atomic<void* (*)(duck::function_info)> extra_info_of{nullptr};

[[nodiscard]] inline const function_context& context_of(duck::function_info info) noexcept {
    return *static_cast<const function_context*>(extra_info_of.load(std::memory_order_relaxed)(info)
    );
}

inline void run_text(duck::function_info info, duck::chunk input, duck::vector output) {
    const auto& context = context_of(info);
    guarded(info, context, [&] {
        const call given{context, input};
        const value_writer writer{context.style, context.json};
        null_marker nulls{given.api, output};
        std::string text;
        for (std::size_t row = 0; row < given.rows; ++row) {
            if (given.columns[0].is_null(row)) {
                nulls.mark(row);
                continue;
            }
            text.clear();
            writer.append(text, given.columns[0], row);
            given.api.vector_assign_string_element_len(output, row, text.data(), text.size());
        }
    });
}

inline void run_size(duck::function_info info, duck::chunk input, duck::vector output) {
    const auto& context = context_of(info);
    guarded(info, context, [&] {
        const call given{context, input};
        const auto& column = given.columns[0];
        if (column.type->id != duck::type_id::list && column.type->id != duck::type_id::map) {
            throw statement_error{"size() of a value that is no array and no map"};
        }
        null_marker nulls{given.api, output};
        auto* const sizes = static_cast<std::int32_t*>(given.api.vector_get_data(output));
        for (std::size_t row = 0; row < given.rows; ++row) {
            if (column.is_null(row)) {
                nulls.mark(row);
            } else {
                sizes[row] = static_cast<std::int32_t>(column.at<duck::list_entry>(row).length);
            }
        }
    });
}

inline constexpr std::string_view divide_by_zero_text = "[DIVIDE_BY_ZERO] Division by zero";

template <class Number>
void run_divisor(duck::function_info info, duck::chunk input, duck::vector output) {
    const auto& context = context_of(info);
    guarded(info, context, [&] {
        const call given{context, input};
        null_marker nulls{given.api, output};
        auto* const divisors = static_cast<Number*>(given.api.vector_get_data(output));
        for (std::size_t row = 0; row < given.rows; ++row) {
            if (given.columns[0].is_null(row)) {
                nulls.mark(row);
                continue;
            }
            divisors[row] = given.columns[0].at<Number>(row);
            const bool is_zero = [&] {
                if constexpr (std::is_same_v<Number, duck::hugeint>) {
                    return divisors[row].lower == 0 && divisors[row].upper == 0;
                } else {
                    return divisors[row] == Number{0};
                }
            }();
            if (is_zero)
                throw statement_error{std::string{divide_by_zero_text}};
        }
    });
}

inline constexpr std::string_view malformed_json_text =
    "[MALFORMED_RECORD_IN_PARSING] JSON does not fit the type";

/// weir_read_json(text, schema, strict)
inline void run_read_json(duck::function_info info, duck::chunk input, duck::vector output) {
    const auto& context = context_of(info);
    guarded(info, context, [&] {
        const call given{context, input};
        null_marker nulls{given.api, output};
        std::string schema_text;
        sql_type schema;
        std::string text;
        for (std::size_t row = 0; row < given.rows; ++row) {
            if (given.columns[0].is_null(row)) {
                nulls.mark(row);
                continue;
            }
            const auto wanted = given.columns[1].at<duck::string>(row).view();
            if (wanted != schema_text) {
                schema_text = wanted;
                schema = parse_schema(schema_text);
            }
            text.clear();
            const auto outcome =
                rewrite_json(text, given.columns[0].at<duck::string>(row).view(), schema);
            if (outcome != json_rewrite::whole && given.columns[2].at<bool>(row)) {
                throw statement_error{std::string{malformed_json_text}};
            }
            if (outcome == json_rewrite::malformed) {
                nulls.mark(row);
            } else {
                given.api.vector_assign_string_element_len(output, row, text.data(), text.size());
            }
        }
    });
}

/// weir_type_text(type as the engine spells it)
inline void run_type_text(duck::function_info info, duck::chunk input, duck::vector output) {
    const auto& context = context_of(info);
    guarded(info, context, [&] {
        const call given{context, input};
        null_marker nulls{given.api, output};
        std::string text;
        for (std::size_t row = 0; row < given.rows; ++row) {
            if (given.columns[0].is_null(row)) {
                nulls.mark(row);
                continue;
            }
            text.clear();
            append_databricks_type(text, given.columns[0].at<duck::string>(row).view());
            given.api.vector_assign_string_element_len(output, row, text.data(), text.size());
        }
    });
}

/// Builds and registers functions on one connection; they are then in the whole database.
class function_registrar {
public:
    function_registrar(const duck::api& api, duck::connection connection)
        : api_(api), connection_(connection) {}

    void
    add(const char* name,
        std::initializer_list<duck::type_id> parameters,
        duck::type_id result,
        duck::scalar_body body,
        function_context context = {}) {
        auto function = make(name, parameters, result, body, context);
        check(name, api_.register_scalar_function(connection_, function));
        api_.destroy_scalar_function(&function);
    }

    void add_divisors() {
        constexpr const char* name = "weir_divisor";
        auto set = api_.create_scalar_function_set(name);
        const auto overload = [&](duck::type_id number, duck::scalar_body body) {
            auto function = make(name, {number}, number, body, {});
            check(name, api_.add_scalar_function_to_set(set, function));
            api_.destroy_scalar_function(&function);
        };
        overload(duck::type_id::tinyint, run_divisor<std::int8_t>);
        overload(duck::type_id::smallint, run_divisor<std::int16_t>);
        overload(duck::type_id::integer, run_divisor<std::int32_t>);
        overload(duck::type_id::bigint, run_divisor<std::int64_t>);
        overload(duck::type_id::hugeint, run_divisor<duck::hugeint>);
        overload(duck::type_id::float64, run_divisor<double>);
        check(name, api_.register_scalar_function_set(connection_, set));
        api_.destroy_scalar_function_set(&set);
    }

private:
    duck::scalar_function make(
        const char* name,
        std::initializer_list<duck::type_id> parameters,
        duck::type_id result,
        duck::scalar_body body,
        function_context context
    ) {
        const auto function = api_.create_scalar_function();
        api_.scalar_function_set_name(function, name);
        for (const auto each : parameters) {
            auto kind = api_.create_logical_type(each);
            api_.scalar_function_add_parameter(function, kind);
            api_.destroy_logical_type(&kind);
        }
        auto kind = api_.create_logical_type(result);
        api_.scalar_function_set_return_type(function, kind);
        api_.destroy_logical_type(&kind);
        api_.scalar_function_set_special_handling(function);
        context.api = &api_;
        api_.scalar_function_set_extra_info(
            function,
            new function_context{context},
            [](void* held) { delete static_cast<function_context*>(held); }
        );
        api_.scalar_function_set_function(function, body);
        return function;
    }

    static void check(const char* name, duck::state outcome) {
        if (outcome != duck::state::success) {
            throw configuration_error{
                std::string{"The embedded engine refused weir's function "} + name
            };
        }
    }

    const duck::api& api_;
    duck::connection connection_;
};

} // namespace detail

/// Adds weir's functions to the database of a connection.
/// Errors:   configuration_error when another libduckdb is in use in this process.
/// Lifetime: `api` must outlive the database.
inline void register_functions(const duck::api& api, duck::connection connection) {
    decltype(api.scalar_function_get_extra_info) none = nullptr;
    const bool is_first =
        detail::extra_info_of.compare_exchange_strong(none, api.scalar_function_get_extra_info);
    if (!is_first && none != api.scalar_function_get_extra_info) {
        throw configuration_error{
            "Two different libduckdb in one process: name one in WEIR_DUCKDB_LIBRARY"
        };
    }
    detail::function_registrar functions{api, connection};
    using enum duck::type_id;
    const auto add_text = [&](const char* name, value_style style, json_style json = {}) {
        functions.add(name, {any}, varchar, detail::run_text, {nullptr, style, json});
    };
    add_text("weir_string", value_style::string);
    add_text("weir_to_json", value_style::json);
    add_text("weir_to_json_us", value_style::json, {.microseconds = true});
    add_text("weir_to_json_nulls", value_style::json, {.nulls = true});
    add_text("weir_to_json_us_nulls", value_style::json, {.microseconds = true, .nulls = true});
    functions.add("weir_size", {any}, integer, detail::run_size);
    functions.add("weir_read_json", {varchar, varchar, boolean}, varchar, detail::run_read_json);
    functions.add("weir_type_text", {varchar}, varchar, detail::run_type_text);
    functions.add_divisors();
}

} // namespace weir::embedded
