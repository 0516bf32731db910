// SPDX-License-Identifier: Apache-2.0
#include "command_parts.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "write.hpp"

namespace weir::ops {

int fail(outcome of, std::string_view message) {
    std::fprintf(stderr, "weir: %.*s\n", static_cast<int>(message.size()), message.data());
    return code(of);
}

int print(const std::string& text, outcome then) {
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    if (written && std::fflush(stdout) == 0)
        return code(then);
    return fail(outcome::machine_failed, "cannot write to standard output");
}

void tell_step(std::size_t step, std::size_t of, const std::string& statement) {
    const auto line = statement.substr(0, statement.find('\n'));
    std::fprintf(stderr, "[%zu/%zu] %s\n", step, of, line.c_str());
}

loaded_schemas::loaded_schemas(std::vector<std::string> paths, const std::vector<std::string>& with)
    : given_(paths.size()) {
    paths.insert(paths.end(), with.begin(), with.end());
    read_ = gen::load(paths, gen::read_file, found_);
}

std::optional<int> loaded_schemas::problem() const {
    if (!read_.unreadable.empty())
        return fail(outcome::machine_failed, "cannot read " + read_.unreadable);
    const auto text = found_.print(read_.files);
    std::fwrite(text.data(), 1, text.size(), stderr);
    if (found_.has_errors())
        return code(outcome::refused);
    return std::nullopt;
}

std::optional<std::string> environment(std::string_view name) {
    const char* value = std::getenv(std::string{name}.c_str());
    if (value == nullptr)
        return std::nullopt;
    return std::string{value};
}

asked_tables::asked_tables(const loaded_schemas& read) {
    const auto facts = store_.tables(read.schemas());
    if (!facts)
        throw configuration_error{
            "relations point to more than 1024 tables; give fewer schemas at once"
        };
    tables_ = *facts;
    for (std::size_t file = 0; file < read.given(); ++file)
        given_ += read.schemas()[file].tables.size();
}

wanted_tables
asked_tables::wanted(std::string schema, wanted_tables::lookup variables, backend on) const {
    return {tables_, given_, std::move(schema), std::move(variables), on};
}

bool has_table_on(backend wanted, std::span<const table* const> tables) {
    return std::any_of(tables.begin(), tables.end(), [&](const table* each) {
        return each->backend == wanted;
    });
}

} // namespace weir::ops
