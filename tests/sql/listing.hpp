// SPDX-License-Identifier: Apache-2.0
// Handles of the field_ops columns, and statements written in one line, for tests.
#pragma once

#include <weir/core/decimal.hpp>
#include <weir/core/time.hpp>
#include <weir/core/uuid.hpp>
#include <weir/sql/list.hpp>
#include <weir/sql/statements.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "field_ops_facts.hpp"

namespace weir::test {

namespace w {

inline constexpr handle<well, std::int64_t> api10{0};
inline constexpr handle<well, std::string> wellname{2};
inline constexpr handle<well, std::string> spuddate{3};
inline constexpr handle<well, double> oileur{6};

} // namespace w

namespace o {

inline constexpr handle<order, uuid> id{0};
inline constexpr handle<order, order_status> status{2};
inline constexpr handle<order, decimal<12, 2>> total{3};
inline constexpr handle<order, std::vector<std::string>> tags{5};
inline constexpr handle<order, std::map<std::string, std::string>> extras{6};
inline constexpr handle<order, timestamp> placed_at{7};
inline constexpr handle<order, bool> is_deleted{10};

} // namespace o

namespace l {

inline constexpr handle<order_line, std::int32_t> quantity{3};

} // namespace l

inline constexpr std::uint16_t api10_only[]{0};
inline constexpr std::uint16_t id_and_total[]{0, 3};
inline constexpr sql::order_term by_oil_then_name[]{
    {.column = 6, .descending = true}, {.column = 2}
};

struct listing {
    sql::dialect spoken;

    template <class Write>
    [[nodiscard]] std::string write(Write&& write) const {
        return sql::written(spoken, write);
    }

    template <class Row>
    [[nodiscard]] std::string list(const sql::list_shape& shape) const {
        return write([&](sql::writer& out) { sql::write_list(out, table_of<Row>, shape); });
    }

    template <class Row>
    [[nodiscard]] std::string where(const sql::typed_condition<Row>& asked) const {
        return write([&](sql::writer& out) {
            sql::write_condition(out, table_of<Row>, asked.untyped());
        });
    }

    /// The values a condition binds; NULL cannot be among them.
    template <class Row>
    [[nodiscard]] std::vector<std::string> values(const sql::typed_condition<Row>& asked) const {
        sql::arguments bound;
        sql::bind_condition(bound, table_of<Row>, asked.untyped(), spoken);
        std::vector<std::string> texts;
        for (std::size_t at = 0; at < bound.size(); ++at)
            texts.emplace_back(bound.text(at).value());
        return texts;
    }
};

} // namespace weir::test
