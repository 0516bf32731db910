// SPDX-License-Identifier: Apache-2.0
// Everything that differs between libpqxx 6.4 and 7.x, and nothing else. Costs <pqxx/pqxx>.
// 7.x: written against 7.10; 8.x needs <format>, which g++ 12 lacks.
#pragma once

#include <weir/core/text_field.hpp>
#include <weir/sql/statement.hpp>

#include <pqxx/pqxx>

#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir::lakebase::detail {

/// Opens a connection that never reconnects behind our back, and whose error texts carry every
/// field.
///
/// Errors: pqxx::broken_connection.
inline std::unique_ptr<pqxx::connection> open_connection(const std::string& connection_string) {
    auto opened = std::make_unique<pqxx::connection>(connection_string);
#if PQXX_VERSION_MAJOR < 7
    // 6.4 would open a new connection in place of a dead one and lose what SET and PREPARE did (7
    // never does).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    opened->inhibit_reactivation(true);
#pragma GCC diagnostic pop
    opened->set_verbosity(pqxx::connection_base::verbose);
#else
    opened->set_verbosity(pqxx::error_verbosity::verbose);
#endif
    return opened;
}

/// Prepares now, so that a connection that breaks here has not executed anything.
inline void prepare(pqxx::connection& on, const std::string& name, const std::string& definition) {
    on.prepare(name, definition);
#if PQXX_VERSION_MAJOR < 7
    // 6.4 only notes the definition, and keeps it when the server refuses it.
    try {
        on.prepare_now(name);
    } catch (...) {
        if (on.is_open())
            on.unprepare(name);
        throw;
    }
#endif
}

/// Arguments in the shape the library takes; kept between calls for its memory.
class argument_pointers {
public:
    /// Executes a prepared statement. Lifetime: `arguments` is only read.
    pqxx::result execute(
        pqxx::transaction_base& in, const std::string& prepared, const sql::arguments& arguments
    ) {
#if PQXX_VERSION_MAJOR < 7
        pointers_.clear();
        for (std::size_t at = 0; at < arguments.size(); ++at) {
            const auto text = arguments.text(at);
            pointers_.push_back(text ? text->data() : nullptr);
        }
        return in.exec_prepared(
            prepared, pqxx::prepare::make_dynamic_params(pointers_.begin(), pointers_.end())
        );
#else
        pqxx::params packed;
        packed.reserve(arguments.size());
        for (std::size_t at = 0; at < arguments.size(); ++at) {
            const auto text = arguments.text(at);
            if (text) {
                packed.append(pqxx::zview{text->data(), text->size()});
            } else {
                packed.append();
            }
        }
#if PQXX_VERSION_MAJOR > 7 || PQXX_VERSION_MINOR >= 10
        return in.exec(pqxx::prepped{prepared}, packed);
#else
        return in.exec_prepared(prepared, packed);
#endif
#endif
    }

private:
#if PQXX_VERSION_MAJOR < 7
    std::vector<const char*> pointers_;
#endif
};

/// Refers to the fields of the row `position` stands on.
/// Lifetime: as long as any copy of the result.
inline void view_fields(const pqxx::const_result_iterator& position, std::vector<text_field>& out) {
    out.clear();
    // One iterator per row: r[i][j] would copy the result's two reference counts for each field.
    const auto columns = position->size();
    auto field = position->begin();
    for (auto at = columns; at > 0; --at, ++field) {
        if (field->is_null()) {
            out.push_back({{}, true});
        } else {
            out.push_back({{field->c_str(), field->size()}, false});
        }
    }
}

/// The SQLSTATE of an exception of the library; empty when the server gave none.
///
/// 6.4 drops the code of these types, 7.x of too_many_connections only.
inline std::string sqlstate_of(const std::exception& failure) {
    if (const auto* refused = dynamic_cast<const pqxx::sql_error*>(&failure)) {
        if (!refused->sqlstate().empty())
            return refused->sqlstate();
    }
    if (dynamic_cast<const pqxx::insufficient_privilege*>(&failure) != nullptr)
        return "42501";
    if (dynamic_cast<const pqxx::serialization_failure*>(&failure) != nullptr)
        return "40001";
    if (dynamic_cast<const pqxx::deadlock_detected*>(&failure) != nullptr)
        return "40P01";
    if (dynamic_cast<const pqxx::statement_completion_unknown*>(&failure) != nullptr) {
        return "40003";
    }
    if (dynamic_cast<const pqxx::transaction_rollback*>(&failure) != nullptr)
        return "40000";
    if (dynamic_cast<const pqxx::too_many_connections*>(&failure) != nullptr)
        return "53300";
    return {};
}

} // namespace weir::lakebase::detail
