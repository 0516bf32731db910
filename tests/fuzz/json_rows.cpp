// SPDX-License-Identifier: Apache-2.0
// Any text as a body of rows, as an update, as a key, and as a field of a result: nothing
// crashes, what is accepted survives being written again, and what is written is JSON.
#include <weir/core/utf8.hpp>
#include <weir/json/parse_text.hpp>
#include <weir/json/row_reader.hpp>
#include <weir/json/row_writer.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../unit/json/fixture.hpp"
#include "require.hpp"

namespace {

using weir::fuzz::require;

bool is_json(std::string_view text) {
    weir::json::reader in{text, weir::json::reader::most_depth};
    return in.skip_value() && in.finish();
}

void read_bodies(std::string_view text) {
    weir::json::create_body<shop::sample> samples;
    if (weir::json::read_creates<shop::sample>(text, samples).empty()) {
        std::string written;
        weir::json::append_json(written, samples.rows);
        weir::json::create_body<shop::sample> again;
        require(
            weir::json::read_creates<shop::sample>(written, again).empty(),
            "written rows are accepted"
        );
        std::string rewritten;
        weir::json::append_json(rewritten, again.rows);
        require(written == rewritten, "a row has one spelling");
    }
    weir::json::create_body<shop::order> orders;
    const auto broken = weir::json::read_creates<shop::order>(text, orders);
    require(!broken.empty() || is_json(text), "only JSON is accepted");
    for (const auto& each : broken)
        require(!each.loc.empty() && !each.msg.empty(), "violations say where and what");
    shop::order_update update;
    static_cast<void>(weir::json::read_update<shop::order>(text, update));
    require(update.margin.is_absent(), "private columns are out of reach");
    shop::sample_key key;
    static_cast<void>(weir::json::parse_key<shop::sample>(text, key));
    static_cast<void>(weir::json::parse_json_text(text, samples.rows.emplace_back().discounts));
}

/// One column of samples given the text: throwing for all of them would take most of the time.
void write_field(
    const weir::column& column,
    std::string_view text,
    weir::text_format format,
    weir::json::numbers numbers
) {
    // What jsonb holds is JSON; the writer relies on it.
    const bool is_jsonb =
        format == weir::text_format::postgres &&
        (column.type.kind == weir::type::json ||
         (!weir::is_scalar(column.type.kind) && !weir::is_native_array(column.type)));
    if (is_jsonb && !is_json(text))
        return;
    const weir::json::row_writer rows{std::span{&column, 1}, format, numbers};
    const weir::text_field field{text};
    std::string out;
    try {
        rows.append(out, std::span{&field, 1});
    } catch (const weir::decode_error&) {
        require(out.empty(), "a refused row leaves nothing behind");
        return;
    }
    // Text is not checked on its way out: it comes from a database that did.
    if (weir::is_valid_utf8(text))
        require(is_json(out), "what is written is JSON");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    read_bodies(text);
    if (size == 0)
        return 0;
    // The first byte says which column the others are a field of.
    const auto columns = weir::table_of<shop::sample>.columns;
    const auto& column = columns[data[0] % columns.size()];
    for (const auto format : {weir::text_format::postgres, weir::text_format::statement_api}) {
        write_field(column, text.substr(1), format, weir::json::numbers::plain);
        write_field(column, text.substr(1), format, weir::json::numbers::as_string);
    }
    return 0;
}
