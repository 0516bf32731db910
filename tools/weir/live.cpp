// SPDX-License-Identifier: Apache-2.0
#include "live.hpp"

#include <weir/app/settings.hpp>

#include <optional>
#include <string>
#include <utility>

#include "connect.hpp"
#include "delta/grants.hpp"
#include "delta/house.hpp"
#include "delta/migrate.hpp"
#include "delta/survey.hpp"
#include "survey.hpp"

namespace weir::ops {

namespace {

void note_left_out(comparison& found, const wanted_tables& wanted, std::string_view other) {
    if (wanted.left_out() != 0)
        found.notes.push_back(
            std::to_string(wanted.left_out()) + " of the tables given are elsewhere: --on " +
            std::string{other}
        );
}

class on_lakebase final : public live_tables {
public:
    on_lakebase(const asked_tables& tables, target to)
        : wanted_(tables.wanted(to.schema, to.variables)), at_(to.connection) {}

    void lock(std::chrono::seconds wait) override { alone_.emplace(at_, wait); }

    [[nodiscard]] comparison look() override {
        auto found = survey(at_, wanted_);
        note_left_out(found, wanted_, "warehouse");
        return found;
    }

    [[nodiscard]] bool has_transactions() const override { return true; }

    void
    run(const comparison& found,
        const plan& made,
        const decisions& by,
        const migrate_options& how,
        const progress& tell) override {
        run_plan(
            at_, wanted_.state(), found, made, by, std::chrono::seconds{how.lock_seconds}, tell
        );
    }

    [[nodiscard]] std::vector<missing_grant> missing_grants(const std::string& role) override {
        return find_missing_grants(at_, wanted_.state(), role);
    }

    void give(const std::vector<missing_grant>& grants) override {
        std::string all = "begin; ";
        for (const auto& each : grants)
            all.append(each.statement).append("; ");
        at_.run(all.append("commit"));
    }

private:
    wanted_tables wanted_;
    database at_;
    std::optional<migration_lock> alone_{};
};

class on_warehouse final : public live_tables {
public:
    on_warehouse(const asked_tables& tables, const app::settings& chosen)
        : wanted_(tables.wanted({}, variables_of(chosen), backend::warehouse)), at_(chosen) {}

    void lock(std::chrono::seconds) override {}

    [[nodiscard]] comparison look() override {
        auto found = survey(at_, wanted_);
        note_left_out(found, wanted_, "lakebase");
        return found;
    }

    [[nodiscard]] bool has_transactions() const override { return false; }

    void
    run(const comparison& found,
        const plan& made,
        const decisions& by,
        const migrate_options& how,
        const progress& tell) override {
        run_plan(
            at_,
            wanted_,
            found,
            made,
            by,
            std::chrono::seconds{how.wait_seconds},
            how.breaks_lock,
            tell
        );
    }

    [[nodiscard]] std::vector<missing_grant> missing_grants(const std::string& role) override {
        return find_missing_grants(at_, wanted_.state(), role);
    }

    void give(const std::vector<missing_grant>& grants) override {
        for (const auto& each : grants)
            at_.run(each.statement);
    }

private:
    wanted_tables wanted_;
    house at_;
};

} // namespace

backend backend_of(const asked_tables& tables, const std::string& on) {
    if (!on.empty())
        return on == "warehouse" ? backend::warehouse : backend::lakebase;
    const auto own = tables.own();
    return own.empty() || has_table_on(backend::lakebase, own) ? backend::lakebase
                                                               : backend::warehouse;
}

std::unique_ptr<live_tables> open_live(const asked_tables& tables, const std::string& on) {
    const auto chosen = app::settings::from_environment();
    if (backend_of(tables, on) == backend::warehouse)
        return std::make_unique<on_warehouse>(tables, chosen);
    return std::make_unique<on_lakebase>(tables, target_of(chosen));
}

} // namespace weir::ops
