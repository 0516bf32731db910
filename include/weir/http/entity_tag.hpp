// SPDX-License-Identifier: Apache-2.0
// Entity tags: versions of rows as `ETag`, and the conditions of `If-Match` and `If-None-Match`
// (RFC 9110, 8.8.3 and 13.1). Costs data/versions.hpp.
//
// A tag is `"<version>"`, or `"<version>.<variant>"` where the body is not the plain one: two
// bodies of one version are told apart, and either tag is good for `If-Match`, which asks for the
// version alone.
#pragma once

#include <weir/core/error.hpp>
#include <weir/data/versions.hpp>
#include <weir/http/headers.hpp>
#include <weir/http/response.hpp>
#include <weir/json/writer.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http {

/// One tag of a list, without its quotes.
struct entity_tag {
    std::string opaque{};
    bool is_weak = false;

    friend bool operator==(const entity_tag&, const entity_tag&) = default;
};

/// `If-Match` or `If-None-Match` as sent.
struct tag_condition {
    /// Whether the field was sent at all.
    bool is_given = false;
    /// `*`: any row.
    bool is_any = false;
    std::vector<entity_tag> tags{};
};

/// Tags one field may list.
inline constexpr std::size_t most_entity_tags = 10;

namespace detail {

/// A character inside a tag's quotes. Source: RFC 9110 8.8.3.
[[nodiscard]] constexpr bool is_tag_character(char c) noexcept {
    const auto code = static_cast<unsigned char>(c);
    return code == 0x21 || (code >= 0x23 && code != 0x7F);
}

/// Takes one tag off the front; false when there is none.
[[nodiscard]] inline bool take_entity_tag(std::string_view& text, entity_tag& out) {
    out.is_weak = text.starts_with("W/");
    if (out.is_weak)
        text.remove_prefix(2);
    if (!text.starts_with('"'))
        return false;
    std::size_t at = 1;
    while (at < text.size() && is_tag_character(text[at]))
        ++at;
    if (at == text.size() || text[at] != '"')
        return false;
    out.opaque = text.substr(1, at - 1);
    text.remove_prefix(at + 1);
    return true;
}

/// Adds the tags of one field; false when it is no list of tags.
[[nodiscard]] inline bool take_entity_tags(std::string_view text, tag_condition& out) {
    text = trimmed(text);
    if (text == "*") {
        out.is_any = true;
        return true;
    }
    while (!text.empty()) {
        if (text.front() == ',') {
            text = trimmed(text.substr(1));
            continue;
        }
        if (!take_entity_tag(text, out.tags.emplace_back()))
            return false;
        text = trimmed(text);
        if (!text.empty() && text.front() != ',')
            return false;
    }
    return true;
}

} // namespace detail

/// Reads `If-Match` or `If-None-Match`.
///
/// Errors: validation_error at `header` and the name: no list of tags, tags beside `*`, or more
/// than
///         ten.
[[nodiscard]] inline tag_condition read_tags(const headers& sent, std::string_view name) {
    tag_condition read;
    bool is_good = true;
    for (const auto& field : sent) {
        if (!equals_ignoring_case(field.name, name))
            continue;
        read.is_given = true;
        is_good = is_good && detail::take_entity_tags(field.value, read);
    }
    const auto at = [name] { return location{"header", std::string{name}}; };
    if (read.is_given && (!is_good || (read.is_any ? !read.tags.empty() : read.tags.empty())))
        throw validation_error{
            {{"entity_tag", at(), R"('*', or entity tags in quotes: "one", "two")"}}
        };
    if (read.tags.size() > most_entity_tags)
        throw validation_error{{{"too_many_tags", at(), "At most 10 entity tags are taken"}}};
    return read;
}

/// The entity tag of a row's body. `numbers`: how the body spells them.
[[nodiscard]] inline std::string
tag_of(const row_version& of, json::numbers numbers = json::numbers::plain) {
    return of.text + (numbers == json::numbers::as_string ? ".s" : "");
}

/// Adds `ETag` to an answer. `tag` as tag_of() makes it.
inline void add_tag(response& answer, std::string_view tag) {
    std::string quoted;
    quoted.reserve(tag.size() + 2);
    quoted.append(1, '"').append(tag).append(1, '"');
    answer.headers.add("ETag", quoted);
}

/// Whether a client that has these bodies needs no other: the comparison is weak.
[[nodiscard]] inline bool is_known(const tag_condition& none_match, std::string_view tag) {
    return none_match.is_any || std::any_of(
                                    none_match.tags.begin(),
                                    none_match.tags.end(),
                                    [tag](const entity_tag& known) { return known.opaque == tag; }
                                );
}

namespace detail {

/// The version in a tag, whatever the body.
[[nodiscard]] inline row_version version_in(const entity_tag& tag) {
    return {tag.opaque.substr(0, tag.opaque.find('.'))};
}

} // namespace detail

/// The versions that tags of `If-Match` name. They are compared strongly: a weak one names what no
/// row is in.
[[nodiscard]] inline std::vector<row_version> matched_versions(const tag_condition& match) {
    std::vector<row_version> made;
    for (const auto& tag : match.tags)
        made.push_back(tag.is_weak ? row_version{} : detail::version_in(tag));
    return made;
}

/// What the conditions of a write demand.
struct write_conditions {
    row_demand demanded{};
    /// `If-Match` was sent: nothing may be created.
    bool must_exist = false;
    /// `If-None-Match: *` was sent: nothing may be changed.
    bool must_be_new = false;
};

/// Reads the conditions of a write.
///
/// Errors: as read_tags().
[[nodiscard]] inline write_conditions read_conditions(const headers& sent) {
    const auto match = read_tags(sent, "If-Match");
    const auto none_match = read_tags(sent, "If-None-Match");
    write_conditions made{
        .demanded = {.one_of = matched_versions(match)},
        .must_exist = match.is_given,
        .must_be_new = none_match.is_any
    };
    for (const auto& tag : none_match.tags)
        made.demanded.none_of.push_back(detail::version_in(tag));
    return made;
}

/// The same for a write that needs a row: `If-None-Match: *` then demands what no row is in.
[[nodiscard]] inline row_demand read_demand(const headers& sent) {
    auto made = read_conditions(sent);
    if (made.must_be_new)
        made.demanded.one_of = {row_version{}};
    return std::move(made.demanded);
}

} // namespace weir::http
