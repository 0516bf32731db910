// SPDX-License-Identifier: Apache-2.0
#include "deploy/source_files.hpp"

#include <weir/core/error.hpp>
#include <weir/core/sha256.hpp>

#include <filesystem>
#include <system_error>

#include "deploy/app_files.hpp"
#include "write.hpp"

namespace weir::ops {

source_files source_of(const std::string& packed, const deployment& of) {
    source_files found;
    std::error_code failed;
    for (const auto& each : std::filesystem::directory_iterator{packed + "/app", failed}) {
        auto text = gen::read_file(each.path().string());
        if (!text)
            throw configuration_error{"cannot read " + each.path().string()};
        found[each.path().filename().string()] = std::move(*text);
    }
    if (failed || !found.contains("run.sh"))
        throw configuration_error{packed + " is no folder that weir pack made"};
    found["app.yaml"] = app_yaml(of);
    return found;
}

std::string
source_folder(const std::string& user, const deployment& of, const source_files& files) {
    std::string all;
    for (const auto& [name, text] : files)
        all.append(name).append(" ").append(sha256_hex(text)).append("\n");
    return "/Workspace/Users/" + user + "/.weir/" + of.app + '/' + sha256_hex(all).substr(0, 16);
}

} // namespace weir::ops
