// SPDX-License-Identifier: Apache-2.0
// Any text as a cursor, and as what a cursor holds once its seal is opened: only validation_error
// at the cursor leaves, and what is accepted is a position of the list's order.
#include <weir/http/cursor.hpp>
#include <weir/http/list_query.hpp>
#include <weir/http/target.hpp>
#include <weir/sql/keyset.hpp>
#include <weir/sql/order.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "require.hpp"

namespace {

using namespace weir;
using namespace weir::http;
using fuzz::require;

constexpr std::string_view labels[]{"no", "light grey", "dark"};
constexpr column columns[]{
    {.name = "id", .type = {.kind = type::int64}, .nullable = false, .key = true},
    {.name = "tiny", .type = {.kind = type::int8}},
    {.name = "single", .type = {.kind = type::float32}},
    {.name = "twice", .type = {.kind = type::float64}},
    {.name = "exact", .type = {.kind = type::decimal, .precision = 12, .scale = 2}},
    {.name = "words", .type = {.kind = type::string}, .nullable = false},
    {.name = "truth", .type = {.kind = type::boolean}},
    {.name = "day", .type = {.kind = type::date}},
    {.name = "moment", .type = {.kind = type::timestamp}},
    {.name = "wall", .type = {.kind = type::timestamp_ntz}},
    {.name = "bytes", .type = {.kind = type::binary}},
    {.name = "other", .type = {.kind = type::uuid}},
    {.name = "colour", .type = {.kind = type::enumeration, .labels = labels}},
};
constexpr std::uint16_t key[]{0};
constexpr table specimens{
    .name = "specimens", .columns = columns, .key = key, .api = {.path = "specimens"}
};

const secret fixed_key{"0123456789abcdef0123456789abcdef"};
const cursors of_specimens{specimens, fixed_key};
const sealer seal_of_specimens{fixed_key};

struct list {
    list_query asked{};
    cursor_binding bound{};
    std::vector<sql::order_term> whole{};
    /// What every cursor of the list begins with.
    std::string head{};
};

std::string token_of(std::string_view text) {
    std::string token;
    const auto sealed = seal_of_specimens.seal(text);
    append_base64url(token, std::as_bytes(std::span{sealed}));
    return token;
}

list make_list(std::string_view order) {
    list made;
    made.asked = read_list_query(specimens, split_target("/x?order=" + std::string{order}).query);
    made.bound = of_specimens.bind(made.asked, nullptr);
    made.whole = sql::whole_order(specimens, made.asked.order);
    std::vector<std::byte> raw;
    require(
        parse_base64url(of_specimens.write({}, made.bound).value(), raw), "a cursor is base64url"
    );
    const std::string sealed{reinterpret_cast<const char*>(raw.data()), raw.size()};
    made.head = seal_of_specimens.open(sealed).value();
    return made;
}

std::optional<sql::list_position> read(const list& in, std::string_view token) {
    auto asked = in.asked;
    asked.cursor = token;
    try {
        return of_specimens.read(asked, in.bound);
    } catch (const validation_error& refused) {
        require(!refused.broken().empty(), "a refusal names what is wrong");
        for (const auto& each : refused.broken())
            require(each.loc == location{"query", "cursor"}, "a refusal is about the cursor");
        return std::nullopt;
    }
}

void is_written_again(const list& in, const sql::list_position& at) {
    require(sql::is_position_in(specimens, in.whole, at), "a position has its order's columns");
    const auto token = of_specimens.write(at, in.bound);
    if (!token)
        return;
    const auto again = read(in, *token);
    require(again.has_value(), "a cursor is read as it was written");
    // Compared as text: a NaN is no other's equal.
    require(of_specimens.write(*again, in.bound) == token, "a cursor means what it meant");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const list lists[]{
        make_list("id.desc"),
        make_list("tiny,single.desc,twice,exact,words"),
        make_list("truth,day,moment.nullsfirst,wall,bytes,other,colour.desc"),
    };
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    for (const auto& in : lists) {
        require(!read(in, text), "nobody makes a cursor without the key");
        require(!read(in, token_of(text)) || text.starts_with(in.head), "a cursor is bound");
        if (const auto at = read(in, token_of(in.head + std::string{text})))
            is_written_again(in, *at);
    }
    return 0;
}
