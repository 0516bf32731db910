// SPDX-License-Identifier: Apache-2.0
#include "commands.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>

#include "diagnostics.hpp"
#include "emit_ddl.hpp"
#include "emit_fwd.hpp"
#include "emit_model.hpp"
#include "emit_openapi.hpp"
#include "emit_routes.hpp"
#include "emit_row.hpp"
#include "emit_schema.hpp"
#include "fmt.hpp"
#include "load.hpp"
#include "write.hpp"

namespace weir::gen {

namespace {

int code(outcome of) {
    return static_cast<int>(of);
}

int refuse_command(const std::string& message) {
    std::fprintf(stderr, "weir-gen: %s\n", message.c_str());
    return code(outcome::wrong_command_line);
}

int machine_failed(const std::string& doing, const std::string& path) {
    std::fprintf(
        stderr, "weir-gen: cannot %s %s: %s\n", doing.c_str(), path.c_str(), std::strerror(errno)
    );
    return code(outcome::machine_failed);
}

// Prints what was found; absent when work may go on.
std::optional<int> settle(const schema_set& loaded, const diagnostics& found, bool strict) {
    if (!loaded.unreadable.empty())
        return machine_failed("read", loaded.unreadable);
    const auto text = found.print(loaded.files);
    std::fwrite(text.data(), 1, text.size(), stderr);
    if (found.has_errors() || (strict && found.has_warnings()))
        return code(outcome::wrong_schema);
    return std::nullopt;
}

std::string shown_path(const std::string& path, const std::string& relative_to) {
    namespace fs = std::filesystem;
    if (!relative_to.empty()) {
        const auto base = fs::absolute(relative_to).lexically_normal();
        const auto relative = fs::absolute(path).lexically_normal().lexically_relative(base / "");
        if (!relative.empty() && *relative.begin() != "..")
            return relative.generic_string();
    }
    if (path.starts_with('/') || path.starts_with(".."))
        return std::string{base_name(path)};
    return path;
}

int print(const std::string& text) {
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    if (written && std::fflush(stdout) == 0)
        return code(outcome::done);
    return machine_failed("write", "standard output");
}

std::vector<std::string> all_paths(const check_options& options) {
    auto paths = options.schemas;
    paths.insert(paths.end(), options.with.begin(), options.with.end());
    return paths;
}

struct output {
    std::string path;
    std::string text;
};

} // namespace

int run(const generate_options& options) {
    if (options.out.empty() == options.out_dir.empty()) {
        return refuse_command("generate needs one of --out and --out-dir");
    }
    if (!options.out.empty() && options.schemas.size() != 1) {
        return refuse_command("--out takes one schema; use --out-dir for several");
    }
    constexpr std::string_view header_ending = ".weir.hpp";
    if (!options.out.empty() && !options.out.ends_with(header_ending)) {
        return refuse_command("--out must end in .weir.hpp");
    }
    diagnostics found;
    auto loaded = load(all_paths(options), read_file, found);
    if (const auto stop = settle(loaded, found, options.strict))
        return *stop;

    std::vector<output> outputs;
    for (std::size_t at = 0; at < options.schemas.size(); ++at) {
        auto& schema = loaded.schemas[at];
        schema.shown_path = shown_path(schema.path, options.relative_to);
        const auto stem = options.out.empty()
                              ? options.out_dir + '/' + schema.name.value
                              : options.out.substr(0, options.out.size() - header_ending.size());
        outputs.push_back({stem + ".weir.hpp", emit_header(schema, loaded.files)});
        outputs.push_back({stem + ".weir_fwd.hpp", emit_forward(schema)});
        outputs.push_back({stem + ".weir.cpp", emit_routes(schema, base_name(stem))});
    }
    for (const auto& each : outputs) {
        if (!write_file(each.path, each.text))
            return machine_failed("write", each.path);
    }
    if (!options.depfile.empty()) {
        std::vector<std::string> read;
        for (const auto& each : loaded.files)
            read.push_back(each.path());
        if (!write_file(options.depfile, depfile_text(outputs.front().path, read))) {
            return machine_failed("write", options.depfile);
        }
    }
    if (options.print_model)
        return print(emit_model(loaded.schemas, options.schemas.size(), loaded.files));
    return code(outcome::done);
}

int run(const check_options& options) {
    diagnostics found;
    const auto loaded = load(all_paths(options), read_file, found);
    if (options.format == "json" && loaded.unreadable.empty()) {
        const int printed = print(found.as_json(loaded.files));
        const bool is_wrong = found.has_errors() || (options.strict && found.has_warnings());
        return printed == 0 && is_wrong ? code(outcome::wrong_schema) : printed;
    }
    if (const auto stop = settle(loaded, found, options.strict))
        return *stop;
    if (options.print_model)
        return print(emit_model(loaded.schemas, options.schemas.size(), loaded.files));
    return code(outcome::done);
}

int run(const ddl_options& options) {
    const bool is_lakebase = options.dialect == "lakebase";
    if (is_lakebase && !options.policies.empty())
        return refuse_command("--policies is for --dialect warehouse: the DDL of Lakebase has them"
        );
    diagnostics found;
    const auto loaded = load(all_paths(options), read_file, found);
    if (const auto stop = settle(loaded, found, options.strict))
        return *stop;
    const auto spoken = is_lakebase ? sql::dialect::postgres : sql::dialect::databricks;
    const auto made = emit_ddl(
        loaded.schemas, options.schemas.size(), spoken, options.all_tables, options.policies
    );
    if (made.refusal.empty())
        return print(made.text);
    std::fprintf(stderr, "weir-gen: %s\n", made.refusal.c_str());
    return code(outcome::wrong_schema);
}

int run(const openapi_options& options) {
    if (!options.base.empty() && (!options.base.starts_with('/') || options.base.ends_with('/')))
        return refuse_command("--base starts with / and does not end with one");
    diagnostics found;
    const auto loaded = load(all_paths(options), read_file, found);
    if (const auto stop = settle(loaded, found, options.strict))
        return *stop;
    const auto made = emit_openapi(
        loaded.schemas, options.schemas.size(), {options.title, options.version, options.base}
    );
    if (!made) {
        std::fprintf(
            stderr,
            "weir-gen: relations point to more than 1024 tables; describe fewer schemas at once\n"
        );
        return code(outcome::wrong_schema);
    }
    if (options.out.empty())
        return print(*made);
    return write_file(options.out, *made) ? code(outcome::done)
                                          : machine_failed("write", options.out);
}

int run(const fmt_options& options) {
    auto result = outcome::done;
    for (const auto& path : options.schemas) {
        const auto text = read_file(path);
        if (!text)
            return machine_failed("read", path);
        sources files;
        files.emplace_back(path, *text);
        diagnostics found;
        const auto parsed = parse_yaml(files, 0, found);
        if (!parsed || found.has_errors()) {
            const auto told = found.print(files);
            std::fwrite(told.data(), 1, told.size(), stderr);
            result = outcome::wrong_schema;
            continue;
        }
        const auto formatted = format_schema(files, 0, *parsed);
        if (!formatted) {
            std::fprintf(
                stderr,
                "weir-gen: %s: the formatter would change its meaning; nothing was written, please "
                "report it\n",
                path.c_str()
            );
            return code(outcome::machine_failed);
        }
        if (*formatted == *text)
            continue;
        if (options.check) {
            std::fprintf(stderr, "%s: not in canonical form; run weir-gen fmt\n", path.c_str());
            result = outcome::wrong_schema;
        } else if (!write_file(path, *formatted)) {
            return machine_failed("write", path);
        }
    }
    return code(result);
}

int run(const language_options&) {
    return print(emit_language_schema());
}

} // namespace weir::gen
