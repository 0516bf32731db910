// SPDX-License-Identifier: Apache-2.0
// Which of the things a server can send a client wants: media types by `Accept`, content codings
// by `Accept-Encoding`. Light.
#pragma once

#include <weir/http/headers.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weir::http {

/// The forms of answers.
enum class media : std::uint8_t {
    json,
    /// A JSON object per line, streamed.
    ndjson,
    /// RFC 4180, streamed.
    csv,
};

/// The forms of a list, and of everything else; the first is sent to clients that do not mind.
inline constexpr std::array list_media{media::json, media::ndjson, media::csv};
inline constexpr std::array only_json{media::json};

[[nodiscard]] constexpr std::string_view media_type(media of) noexcept {
    switch (of) {
    case media::json:
        return "application/json";
    case media::ndjson:
        return "application/x-ndjson";
    case media::csv:
        return "text/csv";
    }
    return {};
}

namespace detail {

/// The weight among the parameters of a list item, `;q=0.5`: 0 to 1, and 1 where there is none or
/// it cannot be read. Source: RFC 9110 12.4.2.
[[nodiscard]] inline double weight_of(std::string_view parameters) {
    while (!parameters.empty()) {
        const auto end = parameters.find(';');
        const auto parameter = trimmed(parameters.substr(0, end));
        parameters =
            end == std::string_view::npos ? std::string_view{} : parameters.substr(end + 1);
        if (parameter.size() < 3 || to_lower(parameter[0]) != 'q' || parameter[1] != '=')
            continue;
        double weight = 1;
        std::from_chars(
            parameter.data() + 2,
            parameter.data() + parameter.size(),
            weight,
            std::chars_format::fixed
        );
        return weight > 0 ? (weight < 1 ? weight : 1.0) : 0.0;
    }
    return 1;
}

/// How exactly a media range names a type: 0 not at all. Parameters other than the weight are not
/// told apart.
[[nodiscard]] inline int precision_of(std::string_view range, std::string_view type) {
    if (equals_ignoring_case(range, type))
        return 3;
    const auto group = type.substr(0, type.find('/') + 1);
    if (range.size() == group.size() + 1 && range.ends_with('*') &&
        equals_ignoring_case(range.substr(0, group.size()), group))
        return 2;
    return range == "*/*" ? 1 : 0;
}

/// How much a client wants a media type, by the most exact range that names it; 0: not at all.
[[nodiscard]] inline double weight_of_media(const headers& sent, std::string_view type) {
    if (!sent.find("Accept"))
        return 1;
    int best = 0;
    double weight = 0;
    sent.for_each_item_of("Accept", [&](std::string_view item) {
        const auto end = item.find(';');
        const int precision = precision_of(trimmed(item.substr(0, end)), type);
        if (precision <= best)
            return;
        best = precision;
        weight = end == std::string_view::npos ? 1 : weight_of(item.substr(end + 1));
    });
    return weight;
}

} // namespace detail

/// The form of answer that a client wants most, the earlier of equals; absent: none of them.
/// Source: RFC 9110 12.5.1.
[[nodiscard]] inline std::optional<media>
choose_media(const headers& sent, std::span<const media> offered) {
    std::optional<media> chosen;
    double best = 0;
    for (const auto each : offered) {
        const auto weight = detail::weight_of_media(sent, media_type(each));
        if (weight > best) {
            best = weight;
            chosen = each;
        }
    }
    return chosen;
}

/// What a client that accepts none of them is told.
[[nodiscard]] inline std::string media_text(std::span<const media> offered) {
    std::string text = "Answers are ";
    for (std::size_t at = 0; at < offered.size(); ++at) {
        if (at != 0)
            text += at + 1 == offered.size() ? " or " : ", ";
        text += media_type(offered[at]);
    }
    return text;
}

namespace detail {

/// The weights `Accept-Encoding` gives: a coding's own, the plain form's, that of everything else.
struct coding_weights {
    std::optional<double> own{};
    std::optional<double> plain{};
    std::optional<double> rest{};

    [[nodiscard]] double of_coding() const noexcept { return own.value_or(rest.value_or(0)); }
};

[[nodiscard]] inline coding_weights
read_coding_weights(const headers& sent, std::string_view coding) {
    coding_weights read;
    sent.for_each_item_of("Accept-Encoding", [&](std::string_view item) {
        const auto end = item.find(';');
        const auto name = trimmed(item.substr(0, end));
        const double weight = end == std::string_view::npos ? 1 : weight_of(item.substr(end + 1));
        if (equals_ignoring_case(name, coding)) {
            read.own = weight;
        } else if (equals_ignoring_case(name, "identity")) {
            read.plain = weight;
        } else if (name == "*") {
            read.rest = weight;
        }
    });
    return read;
}

} // namespace detail

/// Whether a client can read a content coding at all. Source: RFC 9110 12.5.3: without
/// `Accept-Encoding` any.
[[nodiscard]] inline bool accepts_coding(const headers& sent, std::string_view coding) {
    return !sent.find("Accept-Encoding") ||
           detail::read_coding_weights(sent, coding).of_coding() > 0;
}

/// Whether a client wants an answer in a content coding rather than as it is. Who says nothing
/// gets it as it is.
[[nodiscard]] inline bool prefers_coding(const headers& sent, std::string_view coding) {
    const auto read = detail::read_coding_weights(sent, coding);
    return read.of_coding() > 0 && read.of_coding() >= read.plain.value_or(0);
}

} // namespace weir::http
