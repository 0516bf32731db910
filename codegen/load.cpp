// SPDX-License-Identifier: Apache-2.0
#include "load.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include "check.hpp"
#include "foreign_schemas.hpp"
#include "resolve.hpp"
#include "types.hpp"

namespace weir::gen {

namespace {

class loader {
public:
    loader(schema_set& made, const file_reading& read, diagnostics& to)
        : made_(&made), read_(&read), to_(&to) {}

    bool add(const std::string& path) {
        auto text = (*read_)(path);
        if (!text)
            return false;
        const auto file = static_cast<std::uint32_t>(made_->files.size());
        made_->files.emplace_back(path, std::move(*text));
        auto document = parse_yaml(made_->files, file, *to_);
        if (!document)
            return true;
        made_->documents.push_back(std::move(*document));
        const auto& root = made_->documents.back().root;
        parsed_.push_back({file, &root});
        if (const auto* name = root.find("name"); name != nullptr)
            names_.insert(name->text);
        return true;
    }

    void follow_references() {
        for (std::size_t at = 0; at < parsed_.size(); ++at) {
            const auto here = parsed_[at];
            for (const auto& each : foreign_schemas(*here.root)) {
                if (names_.contains(each.value))
                    continue;
                const auto path =
                    std::string{folder_of(made_->files[here.file].path())} + each.value + ".yaml";
                // Not found: the reference itself will be reported.
                names_.insert(each.value);
                static_cast<void>(add(path));
            }
        }
    }

    [[nodiscard]] const std::vector<parsed_file>& parsed() const noexcept { return parsed_; }

private:
    schema_set* made_;
    const file_reading* read_;
    diagnostics* to_;
    std::vector<parsed_file> parsed_;
    std::set<std::string> names_;
};

} // namespace

schema_set load(const std::vector<std::string>& paths, const file_reading& read, diagnostics& to) {
    schema_set made;
    loader loading{made, read, to};
    for (const auto& path : paths) {
        if (!loading.add(path)) {
            made.unreadable = path;
            return made;
        }
    }
    made.given = made.files.size();
    loading.follow_references();
    made.schemas = resolve(loading.parsed(), made.files, to);
    check(made.schemas, to);
    return made;
}

} // namespace weir::gen
