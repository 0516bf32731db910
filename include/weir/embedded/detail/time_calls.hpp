// SPDX-License-Identifier: Apache-2.0
// Calls about dates and times whose unit or pattern decides what they are: dateadd, datediff,
// date_format, to_date and the like. Costs token_tree.hpp.
#pragma once

#include <weir/embedded/detail/token_tree.hpp>
#include <weir/embedded/types.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weir::embedded::detail {

/// A pattern of Databricks as DuckDB's; what has no counterpart, such as zones, is refused.
/// Source: Databricks SQL reference, datetime patterns.
[[nodiscard]] inline std::string time_pattern(std::string_view pattern, bool is_parsed) {
    struct letters {
        std::string_view run;
        std::string_view text;
        bool is_parsed;
    };

    constexpr letters known[]{
        {"yyyy", "%Y", true},   {"yy", "%y", true},   {"MMMM", "%B", true}, {"MMM", "%b", true},
        {"MM", "%m", true},     {"M", "%-m", true},   {"dd", "%d", true},   {"d", "%-d", true},
        {"EEEE", "%A", false},  {"EEE", "%a", false}, {"EE", "%a", false},  {"E", "%a", false},
        {"HH", "%H", true},     {"H", "%-H", true},   {"hh", "%I", true},   {"h", "%-I", true},
        {"mm", "%M", true},     {"m", "%-M", true},   {"ss", "%S", true},   {"s", "%-S", true},
        {"SSSSSS", "%f", true}, {"SSS", "%g", true},  {"a", "%p", true},    {"DDD", "%j", false},
    };
    std::string made;
    const auto add = [&](char c) { made.append(c == '%' ? "%%" : std::string(1, c)); };
    for (std::size_t at = 0; at < pattern.size();) {
        const char c = pattern[at];
        if (c == '\'') {
            const auto end = pattern.find('\'', at + 1);
            if (end == std::string_view::npos)
                refuse_unsupported("a pattern with an open quote");
            if (end == at + 1)
                add('\'');
            for (const char quoted : pattern.substr(at + 1, end - at - 1))
                add(quoted);
            at = end + 1;
            continue;
        }
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_letter) {
            add(c);
            ++at;
            continue;
        }
        const auto end = pattern.find_first_not_of(c, at);
        const auto run = pattern.substr(at, end == std::string_view::npos ? end : end - at);
        const letters* found = nullptr;
        for (const auto& each : known)
            if (each.run == run && (each.is_parsed || !is_parsed))
                found = &each;
        if (found == nullptr)
            refuse_unsupported("the letters " + std::string{run} + " in a pattern");
        made.append(found->text);
        at += run.size();
    }
    return made;
}

/// Writes such calls; `Writer` is expression_writer, which writes what lies inside them.
template <class Writer>
class time_calls {
public:
    explicit time_calls(Writer& writer) : writer_(writer), tree_(writer.tree()) {}

    /// Appends the call and answers true; false: it is an ordinary one.
    bool write(std::string& out, const std::string& name, token_range inside) {
        const auto arguments = tree_.split(inside);
        const auto count = arguments.size();
        const auto is = [&](std::string_view one, std::string_view other) {
            return name == one || name == other;
        };
        if (count == 3 && (is("dateadd", "date_add") || name == "timestampadd")) {
            write_add(out, arguments);
        } else if (count == 3 && (is("datediff", "date_diff") || name == "timestampdiff")) {
            write_difference(out, arguments);
        } else if (count == 2 && name == "date_format") {
            write_format(out, moment(arguments[0]), pattern(arguments[1], false));
        } else if (count == 2 && name == "to_date") {
            write_parsed(out, arguments, "DATE");
        } else if (count == 2 && name == "to_timestamp") {
            write_parsed(out, arguments, "TIMESTAMPTZ");
        } else if (count == 2 && name == "trunc") {
            write_trunc(out, arguments);
        } else if (count == 2 && name == "date_part") {
            const auto field = upper(tree_.literal(arguments[0], "a field").text);
            write_field(out, field, writer_.text(arguments[1]));
        } else if (count == 1 && is("unix_timestamp", "unix_seconds")) {
            out.append("CAST(floor(epoch_us(CAST(").append(writer_.text(arguments[0]));
            out.append(" AS TIMESTAMPTZ)) / 1000000.0) AS BIGINT)");
        } else if ((count == 1 || count == 2) && name == "from_unixtime") {
            write_format(
                out,
                "make_timestamp(CAST(" + writer_.text(arguments[0]) + " AS BIGINT) * 1000000)",
                count == 1 ? "%Y-%m-%d %H:%M:%S" : pattern(arguments[1], false)
            );
        } else {
            return false;
        }
        return true;
    }

    /// A field of a time, as EXTRACT gives it.
    static void write_field(std::string& out, std::string_view field, const std::string& value) {
        // Databricks' second has its fraction.
        if (field == "SECOND" || field == "SECONDS") {
            out.append("CAST(extract(MICROSECONDS FROM ").append(value);
            out.append(") / 1000000.0 AS DECIMAL(8,6))");
            return;
        }
        for (const std::string_view known :
             {"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE"}) {
            if (field != known && field != std::string{known} + "S")
                continue;
            out.append("extract(").append(known).append(" FROM ").append(value).append(")");
            return;
        }
        refuse_unsupported("extract of that field");
    }

private:
    [[nodiscard]] std::string moment(token_range of) {
        return "CAST(CAST(" + writer_.text(of) + " AS TIMESTAMPTZ) AS TIMESTAMP)";
    }

    [[nodiscard]] std::string pattern(token_range of, bool is_parsed) const {
        return time_pattern(tree_.literal(of, "a pattern").text, is_parsed);
    }

    /// A bare word: `MONTH`.
    [[nodiscard]] std::string unit(token_range of) const {
        if (of.last != of.first + 1 || tree_[of.first].kind != token_kind::word)
            refuse_unsupported("a unit of time that is no plain word");
        return upper(tree_[of.first].text);
    }

    void write_add(std::string& out, const std::vector<token_range>& arguments) {
        struct step {
            std::string_view unit;
            std::string_view function;
        };

        constexpr step steps[]{
            {"YEAR", "to_months(12 * "},
            {"QUARTER", "to_months(3 * "},
            {"MONTH", "to_months("},
            {"WEEK", "to_days(7 * "},
            {"DAY", "to_days("},
            {"HOUR", "to_hours("},
            {"MINUTE", "to_minutes("},
            {"SECOND", "to_seconds("},
            {"MILLISECOND", "to_milliseconds("},
            {"MICROSECOND", "to_microseconds("},
        };
        const auto wanted = unit(arguments[0]);
        for (const auto& each : steps) {
            if (each.unit != wanted)
                continue;
            out.append("(CAST(").append(writer_.text(arguments[2])).append(" AS TIMESTAMPTZ) + ");
            out.append(each.function).append("CAST(").append(writer_.text(arguments[1]));
            out.append(" AS INTEGER)))");
            return;
        }
        refuse_unsupported("the unit " + wanted);
    }

    /// Whole units between two moments, those that are not full cut off.
    void write_difference(std::string& out, const std::vector<token_range>& arguments) {
        struct span {
            std::string_view unit;
            std::string_view microseconds;
        };

        constexpr span spans[]{
            {"WEEK", "604800000000"},
            {"DAY", "86400000000"},
            {"HOUR", "3600000000"},
            {"MINUTE", "60000000"},
            {"SECOND", "1000000"},
            {"MILLISECOND", "1000"},
            {"MICROSECOND", "1"},
        };
        const auto wanted = unit(arguments[0]);
        const auto from = moment(arguments[1]);
        const auto to = moment(arguments[2]);
        for (const auto& each : spans) {
            if (each.unit != wanted)
                continue;
            out.append("((epoch_us(").append(to).append(") - epoch_us(").append(from);
            out.append(")) // ").append(each.microseconds).append(")");
            return;
        }
        const auto* const months = wanted == "MONTH"     ? "32"
                                   : wanted == "QUARTER" ? "96"
                                   : wanted == "YEAR"    ? "384"
                                                         : nullptr;
        if (months == nullptr)
            refuse_unsupported("the unit " + wanted);
        // A month counts when its day and its time of day are reached. Source: java.time,
        // LocalDateTime.until.
        const auto days = [](const std::string& day) {
            return "((year(" + day + ") * 12 + month(" + day + ")) * 32 + day(" + day + "))";
        };
        const auto reached = "(CAST(" + to + " AS DATE) - CASE WHEN " + to + " > " + from +
                             " AND CAST(" + to + " AS TIME) < CAST(" + from +
                             " AS TIME) THEN 1 WHEN " + to + " < " + from + " AND CAST(" + to +
                             " AS TIME) > CAST(" + from + " AS TIME) THEN -1 ELSE 0 END)";
        out.append("((").append(days(reached)).append(" - ");
        out.append(days("CAST(" + from + " AS DATE)")).append(") // ").append(months).append(")");
    }

    static void
    write_format(std::string& out, const std::string& value, const std::string& pattern) {
        out.append("strftime(").append(value).append(", ");
        append_literal(out, pattern);
        out.push_back(')');
    }

    void write_parsed(
        std::string& out, const std::vector<token_range>& arguments, std::string_view type
    ) {
        out.append("CAST(strptime(").append(writer_.text(arguments[0])).append(", ");
        append_literal(out, pattern(arguments[1], true));
        out.append(") AS ").append(type).append(")");
    }

    void write_trunc(std::string& out, const std::vector<token_range>& arguments) {
        const auto wanted = upper(tree_.literal(arguments[1], "a unit of trunc").text);
        const auto is = [&](std::initializer_list<std::string_view> words) {
            for (const auto each : words)
                if (each == wanted)
                    return true;
            return false;
        };
        const auto* const unit = is({"YEAR", "YYYY", "YY"})   ? "year"
                                 : is({"QUARTER"})            ? "quarter"
                                 : is({"MONTH", "MON", "MM"}) ? "month"
                                 : is({"WEEK"})               ? "week"
                                                              : nullptr;
        if (unit == nullptr)
            refuse_unsupported("trunc to " + wanted);
        out.append("CAST(date_trunc('").append(unit).append("', CAST(");
        out.append(writer_.text(arguments[0])).append(" AS DATE)) AS DATE)");
    }

    Writer& writer_;
    const token_tree& tree_;
};

} // namespace weir::embedded::detail
