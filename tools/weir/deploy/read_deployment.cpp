// SPDX-License-Identifier: Apache-2.0
#include "deploy/read_deployment.hpp"

#include <cstdio>
#include <string>

#include "command_parts.hpp"
#include "deploy/app_needs.hpp"
#include "diagnostics.hpp"
#include "source.hpp"
#include "write.hpp"

namespace weir::ops {

read_deployment deployments_of(
    const std::string& path, const std::string& name, std::span<const table* const> tables
) {
    if (path.empty())
        return {
            usual_deployments(
                bundle_name(name),
                has_table_on(backend::lakebase, tables),
                has_table_on(backend::warehouse, tables)
            ),
            {}
        };
    auto text = gen::read_file(path);
    if (!text)
        return {{}, fail(outcome::machine_failed, "cannot read " + path)};
    gen::sources files;
    files.emplace_back(path, std::move(*text));
    gen::diagnostics found;
    read_deployment made{read_deployments(files, 0, found), {}};
    const auto told = found.print(files);
    std::fwrite(told.data(), 1, told.size(), stderr);
    if (found.has_errors()) {
        made.problem = code(outcome::refused);
        return made;
    }
    const auto missing = find_missing_needs(made.all.front(), tables);
    for (const auto& each : missing)
        made.problem = fail(outcome::refused, each);
    return made;
}

std::string bundle_name(const std::string& program) {
    std::string made;
    for (const char letter : program) {
        const bool is_upper = letter >= 'A' && letter <= 'Z';
        const bool is_kept =
            (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || is_upper;
        const char kept = is_upper ? static_cast<char>(letter - 'A' + 'a') : letter;
        // A name has at most 30 characters, and `-staging` comes after this one.
        if (made.size() < 22)
            made.push_back(is_kept ? kept : '-');
    }
    return made;
}

} // namespace weir::ops
