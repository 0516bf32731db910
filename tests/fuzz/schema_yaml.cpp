// SPDX-License-Identifier: Apache-2.0
// Any text as a schema: everything wrong is told, and what has no errors is emitted, and formatted
// without changing what it says.
#include <cstddef>
#include <cstdint>
#include <emit_ddl.hpp>
#include <emit_fwd.hpp>
#include <emit_model.hpp>
#include <emit_row.hpp>
#include <fmt.hpp>
#include <load.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "require.hpp"

namespace {

using namespace weir::gen;
using weir::fuzz::require;

/// The only other schema an input can refer to.
constexpr std::string_view units = "version: 1\nname: units\ntypes:\n  unit: {enum: [kg, lb]}\n"
                                   "tables:\n  - name: scales\n    key: [id]\n    columns:\n"
                                   "      - {name: id, type: bigint, required: true}\n";

schema_set loaded(std::string_view text, diagnostics& found) {
    const auto read = [text](const std::string& path) -> std::optional<std::string> {
        if (path == "given.yaml")
            return std::string{text};
        if (path == "units.yaml")
            return std::string{units};
        return std::nullopt;
    };
    return load({"given.yaml"}, read, found);
}

void are_told(const diagnostics& found, const sources& files) {
    for (const auto& each : found.found()) {
        require(!each.id.empty() && !each.message.empty(), "a diagnostic has an id and a message");
        require(each.at.file < files.size(), "a diagnostic lies in a file");
        require(each.at.begin <= files[each.at.file].text().size(), "and in its text");
    }
    require(found.print(files).empty() == found.found().empty(), "what is found is printed");
}

void is_emitted(const schema_set& made) {
    const auto& schema = made.schemas.front();
    require(!emit_header(schema, made.files).empty(), "a header is emitted");
    require(!emit_forward(schema).empty(), "a forward header is emitted");
    require(!emit_model(made.schemas, made.given, made.files).empty(), "a model is emitted");
    for (const auto spoken : {weir::sql::dialect::postgres, weir::sql::dialect::databricks}) {
        for (const bool all : {false, true}) {
            const auto ddl = emit_ddl(made.schemas, made.given, spoken, all);
            require(ddl.text.empty() || ddl.refusal.empty(), "DDL is written or refused");
        }
    }
}

/// A file that is no schema may be left alone; a schema may not.
std::optional<std::string> formatted(const std::string& text, bool is_schema) {
    sources files;
    files.emplace_back("given.yaml", text);
    diagnostics found;
    const auto parsed = parse_yaml(files, 0, found);
    if (!parsed || found.has_errors())
        return std::nullopt;
    auto made = format_schema(files, 0, *parsed);
    require(made || !is_schema, "the formatter keeps what a schema says");
    return made;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text{reinterpret_cast<const char*>(data), size};
    diagnostics found;
    const auto made = loaded(text, found);
    are_told(found, made.files);
    if (!found.has_errors())
        is_emitted(made);
    const auto canonical = formatted(text, !found.has_errors());
    if (!canonical)
        return 0;
    require(
        formatted(*canonical, !found.has_errors()) == canonical,
        "formatting twice is formatting once"
    );
    diagnostics again;
    static_cast<void>(loaded(*canonical, again));
    // It may heal one: types that YAML needs quotes for get them.
    require(found.has_errors() || !again.has_errors(), "formatting makes no error");
    return 0;
}
