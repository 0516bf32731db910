// SPDX-License-Identifier: Apache-2.0
// Loads into Lakebase: a batch is a transaction, which notes how far it is too.
#include <limits>
#include <utility>

#include "load_record.hpp"
#include "load_target.hpp"
#include "row_table.hpp"
#include "stage.hpp"

namespace weir::ops {

namespace {

class lakebase_load final : public load_target {
public:
    lakebase_load(
        const target& to, const wanted_tables& wanted, const table& of, const std::string& checksum
    )
        : at_(open_for_rows(to)),
          record_(at_, wanted.prefix_of(of.name), std::string{of.name}, checksum),
          stage_(at_, of, full_name(wanted, of)) {}

    [[nodiscard]] std::optional<load_state> read() override { return record_.read(); }

    [[nodiscard]] load_state begin(const std::string& file, std::uint64_t) override {
        record_.begin(file);
        return {};
    }

    [[nodiscard]] std::string actor() override {
        return at_.query("select session_user").front().front();
    }

    [[nodiscard]] std::size_t most_bytes() const override {
        return std::numeric_limits<std::size_t>::max();
    }

    std::uint64_t bring(
        const std::function<std::string_view()>& feed,
        std::uint64_t,
        std::vector<refused_row>& refused
    ) override {
        at_.run("begin");
        const auto rows = stage_.copy(feed);
        const auto taken = stage_.insert(1, rows, refused);
        stage_.advance_identity();
        return taken;
    }

    void keep(const load_state& now) override {
        record_.write(now);
        at_.run("commit");
    }

private:
    database at_;
    load_record record_;
    row_stage stage_;
};

} // namespace

std::unique_ptr<load_target>
open_lakebase_load(const asked_tables& tables, const table& of, const std::string& checksum) {
    const auto to = target_of_settings();
    const auto wanted = tables.wanted(to.schema, to.variables);
    return std::make_unique<lakebase_load>(to, wanted, of, checksum);
}

} // namespace weir::ops
