// SPDX-License-Identifier: Apache-2.0
// weir pack: a folder from which a service is deployed.
#include <weir/json/document_writer.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <utility>
#include <vector>

#include "command_parts.hpp"
#include "commands.hpp"
#include "deploy/app_files.hpp"
#include "deploy/app_needs.hpp"
#include "deploy/binary_check.hpp"
#include "deploy/read_deployment.hpp"
#include "source.hpp"
#include "write.hpp"

namespace weir::ops {

namespace {

/// A part's bytes in base64 stay below the limit of a file too.
constexpr std::size_t part_bytes = 7U << 20U;

/// Writes what is to be in the folder, and tells it.
class folder {
public:
    explicit folder(std::string path) : path_(std::move(path)) {}

    /// Errors: configuration_error.
    void make(const std::string& below) const {
        for (const auto& each : {path_, path_ + below}) {
            if (::mkdir(each.c_str(), 0777) != 0 && errno != EEXIST)
                throw configuration_error{"cannot make the folder " + each + ": " + reason()};
        }
    }

    /// Errors: configuration_error.
    void write(const std::string& name, std::string_view text) {
        if (!gen::write_file(path_ + name, text))
            throw configuration_error{"cannot write " + path_ + name + ": " + reason()};
        written_.emplace_back(path_ + name, text.size());
    }

    [[nodiscard]] std::string text_report() const {
        std::string told;
        for (const auto& [file, bytes] : written_)
            told.append(file).append("  ").append(std::to_string(bytes)).append(" bytes\n");
        return told;
    }

    [[nodiscard]] std::string json_report() const {
        json::document_writer to;
        to.begin_object();
        to.text("outcome", "done");
        to.text("output", path_);
        to.begin_array("files");
        for (const auto& [file, bytes] : written_) {
            to.begin_object();
            to.text("file", file);
            to.number("bytes", bytes);
            to.end_object();
        }
        to.end_array();
        to.end_object();
        return to.take();
    }

private:
    static std::string reason() { return std::strerror(errno); }

    std::string path_;
    std::vector<std::pair<std::string, std::size_t>> written_{};
};

int pack(const pack_options& options, const asked_tables& read, const std::string& program) {
    const auto name = std::string{gen::base_name(options.binary)};
    const auto tables = read.own();
    const auto of = deployments_of(options.deployment, name, tables);
    if (of.problem)
        return *of.problem;
    const auto environment = static_cast<std::size_t>(
        std::find(environments.begin(), environments.end(), options.environment) -
        environments.begin()
    );
    const bool is_split = program.size() > most_file_bytes;
    const std::size_t parts = is_split ? (program.size() + part_bytes - 1) / part_bytes : 0;

    folder to{options.output};
    to.make("/app");
    if (!is_split)
        to.write("/app/" + name, program);
    for (std::size_t i = 0; i < parts; ++i)
        to.write(
            "/app/" + part_name(name, i),
            std::string_view{program}.substr(i * part_bytes, part_bytes)
        );
    to.write("/app/run.sh", start_script(name, parts));
    to.write("/app/app.yaml", app_yaml(of.all[environment]));
    to.write("/databricks.yml", databricks_yml(of.all, bundle_name(name), tables));
    return print(options.format == "json" ? to.json_report() : to.text_report(), outcome::done);
}

} // namespace

int run(const pack_options& options) {
    const loaded_schemas read{options.schemas, options.with};
    if (const auto stop = read.problem())
        return *stop;
    return guarded([&] {
        const auto program = gen::read_file(options.binary);
        if (!program)
            return fail(outcome::machine_failed, "cannot read " + options.binary);
        const auto obstacles = find_obstacles(*program, options.split);
        if (!obstacles.empty()) {
            std::string all = options.binary + " cannot run in an app:";
            for (const auto& each : obstacles)
                all.append("\n  it ").append(each);
            return fail(outcome::refused, all);
        }
        return pack(options, asked_tables{read}, *program);
    });
}

} // namespace weir::ops
