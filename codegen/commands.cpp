// SPDX-License-Identifier: Apache-2.0
#include "commands.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>

#include "diagnostics.hpp"
#include "emit_fwd.hpp"
#include "emit_row.hpp"
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
    auto paths = options.schemas;
    paths.insert(paths.end(), options.with.begin(), options.with.end());
    auto loaded = load(paths, read_file, found);
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
    return code(outcome::done);
}

} // namespace weir::gen
