// SPDX-License-Identifier: Apache-2.0
// Calls whose arguments are more than expressions: casts, JSON, structs, maps, extract. Costs
// token_tree.hpp.
#pragma once

#include <weir/embedded/detail/time_calls.hpp>
#include <weir/embedded/detail/token_tree.hpp>
#include <weir/embedded/tokenizer.hpp>
#include <weir/embedded/types.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::embedded::detail {

/// `value` as the type, with Databricks' meaning of that cast.
[[nodiscard]] inline std::string
cast_text(const std::string& value, const sql_type& to, std::string_view function = "CAST") {
    std::string made;
    if (to.kind == type::string) {
        made.append("weir_string(").append(value).append(")");
    } else if (to.kind == type::varchar) {
        made.append("left(weir_string(").append(value).append("), ");
        made.append(std::to_string(to.length)).append(")");
    } else if (to.kind == type::fixed_char) {
        made.append("rpad(weir_string(").append(value).append("), ");
        made.append(std::to_string(to.length)).append(", ' ')");
    } else if (to.kind == type::binary) {
        made.append("encode(").append(value).append(")");
    } else if (to.kind == type::json) {
        made.append(function).append("(weir_to_json(").append(value).append(") AS JSON)");
    } else {
        made.append(function).append("(").append(value).append(" AS ");
        append_duckdb_type(made, to);
        made.append(")");
    }
    return made;
}

/// Writes such calls; `Writer` is expression_writer, which writes what lies inside them.
template <class Writer>
class special_calls {
public:
    explicit special_calls(Writer& writer) : writer_(writer), tree_(writer.tree()) {}

    /// Appends the call and answers true; false: it is an ordinary one.
    bool write(std::string& out, const std::string& name, token_range inside) {
        if (name == "cast" || name == "try_cast") {
            write_cast(out, name == "cast" ? "CAST" : "TRY_CAST", inside);
        } else if (name == "from_json") {
            write_from_json(out, inside);
        } else if (name == "to_json") {
            write_to_json(out, inside);
        } else if (name == "named_struct") {
            write_named_struct(out, inside);
        } else if (name == "struct") {
            write_struct(out, inside);
        } else if (name == "map") {
            write_map(out, inside);
        } else if (name == "variant_get") {
            write_variant_get(out, inside);
        } else if (name == "extract") {
            write_extract(out, inside);
        } else if (name == "encode" || name == "decode") {
            write_character_set(out, name, inside);
        } else if (name == "current_user" || name == "session_user" || name == "user") {
            if (inside.first != inside.last)
                refuse_syntax("current_user takes no argument", tree_.offset(inside.first));
            writer_.write_current_user(out);
        } else {
            return time_calls{writer_}.write(out, name, inside) ||
                   write_type_call(out, name, inside);
        }
        return true;
    }

private:
    /// `bigint(x)`, `date(x)`, `string(x)`: casts by the type's name.
    bool write_type_call(std::string& out, const std::string& name, token_range inside) {
        for (const std::string_view each :
             {"boolean",
              "tinyint",
              "smallint",
              "int",
              "bigint",
              "float",
              "double",
              "decimal",
              "string",
              "date",
              "timestamp",
              "binary"}) {
            if (name != each)
                continue;
            const auto arguments = tree_.split(inside);
            if (arguments.size() != 1)
                return false;
            const auto named = tokenize(each);
            out.append(cast_text(writer_.text(arguments[0]), type_reader{named, 0}.read()));
            return true;
        }
        return false;
    }

    void write_cast(std::string& out, std::string_view function, token_range inside) {
        std::size_t as = 0;
        for (auto at = inside.first; at < inside.last; ++at) {
            if (tree_.partner(at) != 0) {
                at = tree_.partner(at);
            } else if (tree_.is_word(at, "AS")) {
                as = at;
            }
        }
        if (as == 0 || as == inside.first)
            refuse_syntax("expected CAST(value AS type)", tree_.offset(inside.first));
        type_reader reader{tree_.tokens().first(inside.last), as + 1};
        const auto to = reader.read();
        if (reader.at() != inside.last)
            refuse_syntax("unexpected text after a type", tree_.offset(reader.at()));
        out.append(cast_text(writer_.text({inside.first, as}), to, function));
    }

    /// The pairs of `map('key', 'value', …)` where options are expected.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> options(token_range range
    ) const {
        std::vector<std::pair<std::string, std::string>> found;
        if (!tree_.is_word(range.first, "MAP") || range.first + 1 >= range.last ||
            !tree_[range.first + 1].is_symbol("(") ||
            tree_.partner(range.first + 1) + 1 != range.last) {
            refuse_unsupported("options that are no map of literals");
        }
        const auto parts = tree_.split({range.first + 2, range.last - 1});
        if (parts.size() % 2 != 0)
            refuse_syntax("an option without its value", tree_.offset(range.first));
        for (std::size_t i = 0; i < parts.size(); i += 2) {
            found.emplace_back(
                tree_.literal(parts[i], "an option's name").text,
                tree_.literal(parts[i + 1], "an option").text
            );
        }
        return found;
    }

    void write_from_json(std::string& out, token_range inside) {
        const auto arguments = tree_.split(inside);
        if (arguments.size() < 2 || arguments.size() > 3)
            refuse_unsupported("from_json without a schema");
        bool strict = false;
        if (arguments.size() == 3) {
            for (const auto& [option, value] : options(arguments[2])) {
                if (option != "mode" || (value != "FAILFAST" && value != "PERMISSIVE")) {
                    refuse_unsupported("the from_json option " + option);
                }
                strict = value == "FAILFAST";
            }
        }
        const auto to = parse_schema(tree_.literal(arguments[1], "a from_json schema").text);
        std::string canonical;
        append_databricks_type(canonical, to);
        // Bytes cannot stand in JSON: they arrive as DuckDB's escaped text and become bytes in a
        // second cast.
        const bool in_two_steps = holds_binary(to);
        if (in_two_steps)
            out.append("CAST(");
        out.append("CAST(CAST(weir_read_json(").append(writer_.text(arguments[0])).append(", ");
        append_literal(out, canonical);
        out.append(strict ? ", true) AS JSON) AS " : ", false) AS JSON) AS ");
        append_duckdb_type(out, to, "VARCHAR");
        out.push_back(')');
        if (in_two_steps) {
            out.append(" AS ");
            append_duckdb_type(out, to);
            out.push_back(')');
        }
    }

    // By default times stop at milliseconds and NULL fields are left out. Source: Spark SQL, JSON
    // options.
    void write_to_json(std::string& out, token_range inside) {
        const auto arguments = tree_.split(inside);
        if (arguments.empty() || arguments.size() > 2)
            refuse_unsupported("to_json with that many arguments");
        bool microseconds = false;
        bool nulls = false;
        if (arguments.size() == 2) {
            for (const auto& [option, value] : options(arguments[1])) {
                if (option == "timestampFormat" && value == "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX") {
                    microseconds = true;
                } else if (option == "timestampNTZFormat" &&
                           value == "yyyy-MM-dd'T'HH:mm:ss.SSSSSS") {
                    microseconds = true;
                } else if (option == "ignoreNullFields" && (value == "true" || value == "false")) {
                    nulls = value == "false";
                } else {
                    refuse_unsupported("the to_json option " + option + " with that value");
                }
            }
        }
        out.append("weir_to_json").append(microseconds ? "_us" : "").append(nulls ? "_nulls" : "");
        out.push_back('(');
        writer_.write(out, arguments[0]);
        out.push_back(')');
    }

    void write_named_struct(std::string& out, token_range inside) {
        const auto arguments = tree_.split(inside);
        if (arguments.empty() || arguments.size() % 2 != 0)
            refuse_syntax("named_struct takes pairs", tree_.offset(inside.first));
        out.append("struct_pack(");
        for (std::size_t i = 0; i < arguments.size(); i += 2) {
            if (i != 0)
                out.append(", ");
            append_name(out, tree_.literal(arguments[i], "a field's name").text);
            out.append(" := ").append(writer_.text(arguments[i + 1]));
        }
        out.push_back(')');
    }

    void write_struct(std::string& out, token_range inside) {
        const auto arguments = tree_.split(inside);
        if (arguments.empty())
            refuse_unsupported("an empty struct");
        out.append("struct_pack(");
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            if (i != 0)
                out.append(", ");
            auto value = arguments[i];
            std::string name{"col" + std::to_string(i + 1)};
            const auto& last = tree_[value.last - 1];
            if (last.is_name() && value.last - value.first >= 3 &&
                tree_.is_word(value.last - 2, "AS")) {
                name = last.text;
                value.last -= 2;
            } else if (last.is_name() && tree_.is_plain_name(value)) {
                name = last.text;
            }
            append_name(out, name);
            out.append(" := ").append(writer_.text(value));
        }
        out.push_back(')');
    }

    void write_map(std::string& out, token_range inside) {
        const auto arguments = tree_.split(inside);
        if (arguments.size() % 2 != 0)
            refuse_syntax("map takes pairs", tree_.offset(inside.first));
        out.append("MAP {");
        for (std::size_t i = 0; i < arguments.size(); i += 2) {
            if (i != 0)
                out.append(", ");
            out.append(writer_.text(arguments[i]))
                .append(": ")
                .append(writer_.text(arguments[i + 1]));
        }
        out.push_back('}');
    }

    void write_variant_get(std::string& out, token_range inside) {
        const auto arguments = tree_.split(inside);
        if (arguments.size() != 3)
            refuse_unsupported("variant_get without a type");
        const auto named = tokenize(tree_.literal(arguments[2], "a variant_get type").text);
        type_reader reader{named, 0};
        const auto to = reader.read();
        std::string value{"json_extract_string("};
        value.append(writer_.text(arguments[0])).append(", ");
        append_literal(value, tree_.literal(arguments[1], "a variant_get path").text);
        value.push_back(')');
        out.append(is_text(to) ? value : cast_text(value, to));
    }

    void write_extract(std::string& out, token_range inside) {
        if (inside.last < inside.first + 3 || tree_[inside.first].kind != token_kind::word ||
            !tree_.is_word(inside.first + 1, "FROM")) {
            refuse_unsupported("extract of that field");
        }
        time_calls<Writer>::write_field(
            out, upper(tree_[inside.first].text), writer_.text({inside.first + 2, inside.last})
        );
    }

    void write_character_set(std::string& out, const std::string& name, token_range inside) {
        const auto arguments = tree_.split(inside);
        if (arguments.size() != 2 ||
            upper(tree_.literal(arguments[1], "a character set").text) != "UTF-8") {
            refuse_unsupported(name + " with a character set other than UTF-8");
        }
        out.append(name).push_back('(');
        writer_.write(out, arguments[0]);
        out.push_back(')');
    }

    Writer& writer_;
    const token_tree& tree_;
};

} // namespace weir::embedded::detail
