// SPDX-License-Identifier: Apache-2.0
// The engine's spelling of a type, `STRUCT(a INTEGER, b VARCHAR[])`, as Databricks spells it. Costs
// types.hpp.
#pragma once

#include <weir/embedded/types.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace weir::embedded::detail {

/// Reads one type of the engine's. A type that Databricks has no word for is text.
class engine_type_reader {
public:
    explicit engine_type_reader(std::string_view text) : rest_(text) {}

    void append(std::string& out) {
        std::string made;
        element(made);
        // `INTEGER[][]`: each bracket goes around what stands before it.
        while (take("[")) {
            rest_.remove_prefix(std::min(rest_.find(']'), rest_.size()));
            static_cast<void>(take("]"));
            made = "ARRAY<" + made + ">";
        }
        out.append(made);
    }

private:
    void element(std::string& out) {
        if (take("STRUCT(")) {
            out.append("STRUCT<");
            fields(out);
            out.append(">");
        } else if (take("MAP(")) {
            out.append("MAP<");
            append(out);
            static_cast<void>(take(","));
            out.append(", ");
            append(out);
            static_cast<void>(take(")"));
            out.append(">");
        } else if (rest_.starts_with("DECIMAL(")) {
            const auto end = std::min(rest_.find(')') + 1, rest_.size());
            out.append(rest_.substr(0, end));
            rest_.remove_prefix(end);
        } else {
            word(out);
        }
    }

    void fields(std::string& out) {
        for (bool is_first = true; !rest_.empty() && !take(")"); is_first = false) {
            if (!is_first && take(","))
                out.append(", ");
            skip_blanks();
            out.push_back('`');
            name(out);
            out.append("`: ");
            append(out);
        }
    }

    /// A field's name, in quotes, of which two stand for one, or bare.
    void name(std::string& out) {
        const auto add = [&out](char c) {
            if (c == '`')
                out.push_back('`');
            out.push_back(c);
        };
        std::size_t at = 0;
        if (rest_.starts_with('"')) {
            for (at = 1; at < rest_.size(); ++at) {
                if (rest_[at] == '"' && (at + 1 == rest_.size() || rest_[at + 1] != '"'))
                    break;
                at += rest_[at] == '"' ? 1U : 0U;
                add(rest_[at]);
            }
            at = std::min(at + 1, rest_.size());
        } else {
            while (at < rest_.size() && rest_[at] != ' ')
                add(rest_[at++]);
        }
        rest_.remove_prefix(at);
    }

    void word(std::string& out) {
        static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> words{{
            {"TIMESTAMP WITH TIME ZONE", "TIMESTAMP"},
            {"TIMESTAMP", "TIMESTAMP_NTZ"},
            {"INTEGER", "INT"},
            {"BIGINT", "BIGINT"},
            {"SMALLINT", "SMALLINT"},
            {"TINYINT", "TINYINT"},
            {"DOUBLE", "DOUBLE"},
            {"FLOAT", "FLOAT"},
            {"BOOLEAN", "BOOLEAN"},
            {"DATE", "DATE"},
            {"BLOB", "BINARY"},
            {"JSON", "VARIANT"},
        }};
        const auto end = std::min(rest_.find_first_of("[,)"), rest_.size());
        const auto given = rest_.substr(0, end);
        rest_.remove_prefix(end);
        for (const auto& [ours, theirs] : words) {
            if (given == ours) {
                out.append(theirs);
                return;
            }
        }
        out.append("STRING");
    }

    void skip_blanks() {
        while (rest_.starts_with(' '))
            rest_.remove_prefix(1);
    }

    [[nodiscard]] bool take(std::string_view wanted) {
        skip_blanks();
        if (!rest_.starts_with(wanted))
            return false;
        rest_.remove_prefix(wanted.size());
        return true;
    }

    std::string_view rest_;
};

/// Appends a type of the engine's as Databricks spells it.
inline void append_databricks_type(std::string& out, std::string_view engine_text) {
    engine_type_reader{engine_text}.append(out);
}

} // namespace weir::embedded::detail
