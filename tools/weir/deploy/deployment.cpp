// SPDX-License-Identifier: Apache-2.0
#include "deploy/deployment.hpp"

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

#include "shape.hpp"
#include "yaml.hpp"

namespace weir::ops {

namespace {

using gen::mapping;

using words = std::string_view;

constexpr std::array<words, 9> file_keys{
    "version",
    "app",
    "lakebase",
    "warehouse",
    "settings",
    "secrets",
    "serving",
    "environments",
    // Only what differs is said per environment.
    "description",
};
constexpr std::array<words, 8> environment_keys{
    "app", "lakebase", "warehouse", "settings", "secrets", "serving", "workspace", "run_as"
};
constexpr std::array<words, 4> app_keys{"name", "compute_size", "user_api_scopes", "permissions"};
constexpr std::array<words, 2> app_environment_keys{"name", "compute_size"};
constexpr std::array<words, 10> lakebase_keys{
    "project",
    "instance",
    "branch",
    "endpoint",
    "database",
    "schema",
    "min_cu",
    "max_cu",
    "pg_version",
    "capacity",
};
constexpr std::array<words, 1> warehouse_keys{"id"};
constexpr std::array<words, 2> secret_keys{"scope", "key"};
constexpr std::array<words, 1> workspace_keys{"host"};
constexpr std::array<words, 4> permission_keys{
    "level", "user_name", "group_name", "service_principal_name"
};
// Source: databricks.md 5.2, 6.5.
constexpr std::array<words, 2> levels{"CAN_USE", "CAN_MANAGE"};
constexpr std::array<words, 3> compute_sizes{"MEDIUM", "LARGE", "XLARGE"};
constexpr std::array<words, 4> capacities{"CU_1", "CU_2", "CU_4", "CU_8"};
/// Variables that the other parts of the file give.
constexpr std::array<words, 5> given_names{
    "LAKEBASE_ENDPOINT",
    "LAKEBASE_INSTANCE",
    "LAKEBASE_INSTANCE_NAME",
    "LAKEBASE_SCHEMA",
    "DATABRICKS_WAREHOUSE_ID",
};
/// Settings that weir reads and nobody may read in a file, and ends of other such names.
constexpr std::array<words, 6> secret_names{
    "DATABASE_URL",
    "PGPASSWORD",
    "LAKEBASE_TOKEN",
    "DATABRICKS_TOKEN",
    "DATABRICKS_CLIENT_SECRET",
    "WEIR_CURSOR_KEY",
};
constexpr std::array<words, 4> secret_endings{"_PASSWORD", "_SECRET", "_TOKEN", "_API_KEY"};

constexpr words lower = "abcdefghijklmnopqrstuvwxyz";
constexpr words upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr words digits = "0123456789";

bool consists_of(words text, std::initializer_list<words> sets) {
    return std::all_of(text.begin(), text.end(), [&](char letter) {
        return std::any_of(sets.begin(), sets.end(), [&](words set) {
            return set.find(letter) != words::npos;
        });
    });
}

bool is_secret(words name) {
    return std::find(secret_names.begin(), secret_names.end(), name) != secret_names.end() ||
           std::any_of(secret_endings.begin(), secret_endings.end(), [&](words ending) {
               return name.ends_with(ending);
           });
}

/// Reads one environment out of the file: what is common, then what is its own.
class reader {
public:
    reader(std::string_view target, deployment& made, gen::diagnostics& to)
        : target_(target), made_(&made), to_(&to) {}

    void read_common(const mapping& from) {
        in(from, "app", app_keys, [&](const mapping& app) {
            read_app(app);
            made_->user_api_scopes.clear();
            for (const auto& each : app.texts("user_api_scopes"))
                made_->user_api_scopes.push_back(each.value);
            read_permissions(app);
        });
        if (from.is_map() && !from.has("app"))
            to_->error(
                "missing-key", from.at().at, "deployment.yaml has no 'app'", "app: {name: …}"
            );
        set(made_->description, from, "description");
        read_shared(from, false);
    }

    void read_own(const mapping& from) {
        in(from, "app", app_environment_keys, [&](const mapping& app) { read_app(app); });
        in(from, "workspace", workspace_keys, [&](const mapping& workspace) {
            set(made_->workspace_host, workspace, "host");
        });
        set(made_->run_as, from, "run_as");
        read_shared(from, true);
    }

private:
    template <class Read>
    void
    in(const mapping& from, std::string_view key, std::span<const words> keys, const Read& read) {
        if (const auto* found = from.get(key); found != nullptr) {
            const mapping inner{*found, "'" + std::string{key} + "'", keys, *to_};
            if (inner.is_map())
                read(inner);
        }
    }

    /// Where it is written; absent when it is not.
    std::optional<gen::range> set(std::string& to, const mapping& from, std::string_view key) {
        if (!from.is_map() || !from.has(key))
            return std::nullopt;
        auto found = from.text(key);
        constexpr std::string_view variable = "${target}";
        for (auto at = found.value.find(variable); at != std::string::npos;
             at = found.value.find(variable, at + target_.size()))
            found.value.replace(at, variable.size(), target_);
        to = std::move(found.value);
        return found.at;
    }

    void refuse(gen::range at, const std::string& what, std::string hint) {
        to_->error("bad-value", at, what, std::move(hint));
    }

    void set_word(
        std::string& to, const mapping& from, std::string_view key, std::span<const words> known
    ) {
        if (const auto found = from.word(key, known))
            to = known[found->value];
    }

    void read_app(const mapping& from) {
        if (const auto at = set(made_->app, from, "name")) {
            if (made_->app.empty() || made_->app.size() > 30 ||
                !consists_of(made_->app, {lower, digits, "-"}))
                refuse(
                    *at,
                    "'" + made_->app + "' is no name of an app",
                    "at most 30 lower-case letters, digits and hyphens"
                );
        }
        set_word(made_->compute_size, from, "compute_size", compute_sizes);
    }

    void read_permissions(const mapping& from) {
        made_->permissions.clear();
        const auto* items = from.list("permissions");
        if (items == nullptr)
            return;
        for (const auto& item : *items) {
            const mapping each{item, "a permission", permission_keys, *to_};
            if (!each.is_map())
                continue;
            app_permission read;
            static_cast<void>(each.needed_text("level"));
            set_word(read.level, each, "level", levels);
            int named = 0;
            for (const auto kind : std::span{permission_keys}.subspan(1)) {
                if (set(read.who, each, kind)) {
                    read.kind = kind;
                    ++named;
                }
            }
            if (named != 1)
                refuse(
                    item.at,
                    "a permission must name one of user_name, group_name and "
                    "service_principal_name",
                    "{level: CAN_USE, group_name: users}"
                );
            made_->permissions.push_back(std::move(read));
        }
    }

    void read_shared(const mapping& from, bool only_known) {
        in(from, "lakebase", lakebase_keys, [&](const mapping& lakebase) {
            read_lakebase(lakebase);
        });
        if (const auto* found = from.get("warehouse"); found != nullptr) {
            made_->has_warehouse = true;
            const mapping warehouse{*found, "'warehouse'", warehouse_keys, *to_};
            static_cast<void>(warehouse.needed_text("id"));
            set(made_->warehouse_id, warehouse, "id");
        }
        each_variable(from, "settings", [&](const mapping& all, const std::string& name) {
            if (is_secret(name))
                to_->error(
                    "raw-secret",
                    all.key_at(name),
                    "'" + name + "' is a secret, and this file is no place for one",
                    "secrets: {" + name + ": {scope: …, key: …}}"
                );
            check_known(only_known, made_->settings.contains(name), all, name);
            static_cast<void>(set(made_->settings[name], all, name));
        });
        each_variable(from, "serving", [&](const mapping& all, const std::string& name) {
            check_known(only_known, made_->serving.contains(name), all, name);
            static_cast<void>(set(made_->serving[name], all, name));
        });
        each_variable(from, "secrets", [&](const mapping& all, const std::string& name) {
            check_known(only_known, made_->secrets.contains(name), all, name);
            in(all, name, secret_keys, [&](const mapping& place) {
                static_cast<void>(place.needed_text("scope"));
                static_cast<void>(place.needed_text("key"));
                auto& to = made_->secrets[name];
                set(to.scope, place, "scope");
                set(to.key, place, "key");
            });
        });
    }

    template <class Read>
    void each_variable(const mapping& from, std::string_view key, const Read& read) {
        const auto* found = from.get(key);
        if (found == nullptr)
            return;
        if (!found->is_map()) {
            // Says so.
            static_cast<void>(mapping{*found, "'" + std::string{key} + "'", {}, *to_});
            return;
        }
        const mapping all{*found, "'" + std::string{key} + "'", *to_};
        for (const auto& each : found->entries) {
            const auto& name = each.key.text;
            if (name.empty() || !consists_of(name, {upper, digits, "_"}) ||
                digits.find(name.front()) != words::npos) {
                refuse(
                    each.key.at,
                    "'" + name + "' is no name of a variable",
                    "capital letters, digits and underscores"
                );
                continue;
            }
            if (std::find(given_names.begin(), given_names.end(), name) != given_names.end())
                refuse(
                    each.key.at,
                    "'" + name + "' comes from what 'lakebase' and 'warehouse' say",
                    "leave it out"
                );
            const auto [place, is_first] = given_by_.emplace(name, key);
            if (!is_first && place->second != key)
                refuse(
                    each.key.at,
                    "'" + name + "' is in '" + place->second + "' already",
                    "a variable has one value"
                );
            read(all, name);
        }
    }

    // Else an app would have another shape in one environment than in the others.
    void check_known(bool is_asked, bool is_known, const mapping& all, const std::string& name) {
        if (is_asked && !is_known)
            to_->error(
                "unknown-key",
                all.key_at(name),
                all.what() + " of every environment has no '" + name + "'",
                "an environment changes what the file gives to all"
            );
    }

    void read_lakebase(const mapping& from) {
        if (!made_->lakebase)
            made_->lakebase.emplace();
        auto& to = *made_->lakebase;
        const bool names_project = from.has("project");
        if (names_project && from.has("instance")) {
            refuse(
                from.key_at("instance"),
                "'lakebase' names a project and an instance",
                "project: the autoscaling generation; instance: the one before it"
            );
            return;
        }
        for (const std::string_view kind : {"project", "instance"}) {
            if (const auto at = set(to.name, from, kind)) {
                to.is_project = names_project;
                check_name(*at, to.name, kind);
            }
        }
        if (to.name.empty())
            to_->error(
                "missing-key",
                from.at().at,
                "'lakebase' names no project and no instance",
                "project: …"
            );
        set(to.branch, from, "branch");
        set(to.endpoint, from, "endpoint");
        set(to.database, from, "database");
        set(to.schema, from, "schema");
        set_word(to.capacity, from, "capacity", capacities);
        if (const auto version = from.number("pg_version")) {
            to.pg_version = version->value;
            if (version->value != 16 && version->value != 17)
                refuse(version->at, "Lakebase has PostgreSQL 16 and 17", "pg_version: 17");
        }
        read_units(from, to);
        check_generation(from, to);
    }

    void check_name(gen::range at, const std::string& name, std::string_view kind) {
        const bool is_name = !name.empty() && name.size() <= 63 &&
                             consists_of(name, {lower, digits, "-"}) &&
                             lower.find(name.front()) != words::npos;
        if (!is_name)
            refuse(
                at,
                "'" + name + "' is no name of " + (kind == "project" ? "a project" : "an instance"),
                "a lower-case letter, then at most 62 lower-case letters, digits and hyphens"
            );
    }

    void read_units(const mapping& from, lakebase_needs& to) {
        double least = 0;
        double most = 0;
        const auto read = [&](std::string_view key, std::string& text, double& value) {
            const auto at = set(text, from, key);
            const auto* const end = text.data() + text.size();
            const auto parsed = std::from_chars(text.data(), end, value);
            if (parsed.ec == std::errc{} && parsed.ptr == end && value >= 0.5 && value <= 1000)
                return;
            value = 0.5;
            refuse(
                at.value_or(from.at().at),
                "'" + std::string{key} + "' must be a number of compute units",
                "0.5 or more"
            );
        };
        read("min_cu", to.min_cu, least);
        read("max_cu", to.max_cu, most);
        // databricks.md 5.4
        if (least > most || most - least > 16)
            refuse(
                from.has("max_cu") ? from.find_at("max_cu") : from.find_at("min_cu"),
                "'max_cu' must be 'min_cu' or up to 16 more",
                "min_cu is " + to.min_cu + ", max_cu " + to.max_cu
            );
    }

    void check_generation(const mapping& from, const lakebase_needs& to) {
        constexpr std::array<words, 5> of_projects{
            "branch", "endpoint", "min_cu", "max_cu", "pg_version"
        };
        for (const auto key : of_projects) {
            if (!to.is_project && from.has(key))
                refuse(
                    from.key_at(key),
                    "an instance has no '" + std::string{key} + "'",
                    "capacity: CU_1"
                );
        }
        if (to.is_project && from.has("capacity"))
            refuse(from.key_at("capacity"), "a project has no 'capacity'", "min_cu and max_cu");
    }

    std::string_view target_;
    deployment* made_;
    gen::diagnostics* to_;
    /// Which part of the file a variable is in.
    std::map<std::string, std::string> given_by_{};
};

/// Whether apps of both have the same resources and variables, by their names.
bool are_alike(const deployment& one, const deployment& other) {
    if (one.has_warehouse != other.has_warehouse || !one.lakebase != !other.lakebase)
        return false;
    return !one.lakebase || (one.lakebase->is_project == other.lakebase->is_project &&
                             one.lakebase->schema.empty() == other.lakebase->schema.empty());
}

} // namespace

deployments read_deployments(const gen::sources& files, std::uint32_t file, gen::diagnostics& to) {
    deployments made;
    const auto read = gen::parse_yaml(files, file, to);
    if (!read)
        return made;
    const mapping root{read->root, "deployment.yaml", file_keys, to};
    if (!root.is_map())
        return made;
    if (root.needed_text("version").value != "1" && root.has("version"))
        to.error("bad-value", root.find_at("version"), "the version must be 1", "version: 1");
    const auto* own = root.get("environments");
    std::optional<mapping> each_own;
    if (own != nullptr)
        each_own.emplace(*own, "'environments'", environments, to);
    for (std::size_t at = 0; at < made.size(); ++at) {
        reader from{targets[at], made[at], to};
        from.read_common(root);
        if (!each_own || !each_own->is_map())
            continue;
        if (const auto* found = each_own->get(environments[at]); found != nullptr) {
            const mapping inner{
                *found, "'" + std::string{environments[at]} + "'", environment_keys, to
            };
            if (inner.is_map())
                from.read_own(inner);
        }
        if (made[at].app.empty() && root.has("app") && !to.has_errors())
            to.error(
                "missing-key",
                root.find_at("app"),
                "the app has no name in " + std::string{environments[at]},
                "app: {name: …}"
            );
        if (!are_alike(made.front(), made[at]))
            to.error(
                "unknown-key",
                own->at,
                std::string{environments[at]} + " has other parts than " +
                    std::string{environments.front()},
                "what 'lakebase' and 'warehouse' are belongs to the file, what differs in them to "
                "an environment"
            );
    }
    return made;
}

deployments usual_deployments(const std::string& name, bool needs_lakebase, bool needs_warehouse) {
    deployments made;
    for (std::size_t at = 0; at < made.size(); ++at) {
        const auto called = name + '-' + std::string{targets[at]};
        made[at].app = called;
        if (needs_lakebase)
            made[at].lakebase.emplace().name = called;
        made[at].has_warehouse = needs_warehouse;
    }
    return made;
}

std::string resource_key(std::string_view kind, std::string_view variable) {
    std::string made{variable};
    std::transform(made.begin(), made.end(), made.begin(), [](char letter) {
        if (letter == '_')
            return '-';
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return std::string{kind}.append("-").append(made);
}

} // namespace weir::ops
