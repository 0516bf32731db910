// SPDX-License-Identifier: Apache-2.0
#include <catch.hpp>
#include <emit_row.hpp>
#include <load.hpp>
#include <map>

using namespace weir::gen;

namespace {

schema_set loaded(
    const std::map<std::string, std::string>& files,
    const std::vector<std::string>& paths,
    diagnostics& found
) {
    const auto read = [&files](const std::string& path) -> std::optional<std::string> {
        const auto at = files.find(path);
        if (at == files.end())
            return std::nullopt;
        return at->second;
    };
    return load(paths, read, found);
}

const std::string one_table = "version: 1\nname: shop\ntables:\n  - name: t\n    key: [id]\n    "
                              "columns:\n      - {name: id, type: bigint, required: true}\n";

} // namespace

TEST_CASE("a schema that is referred to is read from beside the file") {
    diagnostics found;
    const auto set = loaded(
        {{"d/shop.yaml", one_table + "      - {name: unit, type: units.unit}\n"},
         {"d/units.yaml", "version: 1\nname: units\ntypes:\n  unit: {enum: [kg]}\n"}},
        {"d/shop.yaml"},
        found
    );
    CHECK_FALSE(found.has_errors());
    CHECK(set.files.size() == 2);
    CHECK(set.given == 1);
    CHECK(set.schemas[0].type_imports == std::vector<std::string>{"units"});
}

TEST_CASE("a file that cannot be read is named") {
    diagnostics found;
    CHECK(loaded({}, {"a.yaml"}, found).unreadable == "a.yaml");
}

TEST_CASE("a broken file does not hide the errors of another") {
    diagnostics found;
    const auto set = loaded(
        {{"a.yaml", "a: [\n"}, {"b.yaml", "version: 3\nname: b\n"}}, {"a.yaml", "b.yaml"}, found
    );
    CHECK(found.found().size() == 2);
}

TEST_CASE("the same schema gives the same bytes") {
    diagnostics found;
    const auto first = loaded({{"shop.yaml", one_table}}, {"shop.yaml"}, found);
    const auto second = loaded({{"shop.yaml", one_table}}, {"shop.yaml"}, found);
    CHECK(
        emit_header(first.schemas[0], first.files) == emit_header(second.schemas[0], second.files)
    );
}

TEST_CASE("any cut of a schema is read or refused, never more") {
    const std::string whole =
        one_table +
        "      - {name: a, type: \"decimal(4,2)\", default: \"1.5\", min: 0}\n      - {name: b, "
        "type: array<struct<c:int!>>, default: [{c: 1}]}\n      - {name: c, enum: [x, y], default: "
        "x}\n    access: {owner: d}\n    relations:\n      - {name: up, to: t, from: [id], "
        "inverse: down}\n    api: {order_by: [id desc], include: [up]}\n";
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        diagnostics found;
        const auto set = loaded({{"a.yaml", whole.substr(0, length)}}, {"a.yaml"}, found);
        if (!found.has_errors())
            CHECK_FALSE(emit_header(set.schemas.at(0), set.files).empty());
    }
}

TEST_CASE("any byte of a schema may be wrong") {
    const std::string whole =
        one_table +
        "      - {name: a, type: \"map<string,decimal(4,2)>\", default: {k: \"1.5\"}}\n    "
        "checks:\n      - {name: c, expr: \"id > 0\"}\n    unique: [[id]]\n";
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const char c :
             {'\0', '{', '}', '[', ':', '"', '#', '\n', '\t', '&', '-', '9', '\xff'}) {
            auto text = whole;
            text[at] = c;
            diagnostics found;
            const auto set = loaded({{"a.yaml", text}}, {"a.yaml"}, found);
            if (!found.has_errors())
                CHECK_FALSE(emit_header(set.schemas.at(0), set.files).empty());
            CHECK(found.print(set.files).size() < 100'000);
        }
    }
}
