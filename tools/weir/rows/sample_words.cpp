// SPDX-License-Identifier: Apache-2.0
#include "sample_words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

namespace weir::ops {

namespace {

using words = std::string_view;

constexpr auto first_names =
    std::to_array<words>({"Maria", "James",  "Aisha",  "Chen",  "Sofia",  "David", "Fatima",
                          "Lukas", "Priya",  "Noah",   "Elena", "Samuel", "Yuki",  "Omar",
                          "Clara", "Mateus", "Ingrid", "Tariq", "Grace",  "Viktor"});
constexpr auto last_names =
    std::to_array<words>({"Lopez",  "Smith", "Okafor", "Wang",   "Rossi", "Johnson", "Haddad",
                          "Weber",  "Patel", "Brown",  "Petrov", "Meyer", "Tanaka",  "Farah",
                          "Jensen", "Silva", "Larsen", "Mensah", "Clark", "Novak"});
constexpr auto cities = std::to_array<words>(
    {"Houston",
     "Calgary",
     "Rotterdam",
     "Lagos",
     "Osaka",
     "Porto",
     "Denver",
     "Bergen",
     "Aberdeen",
     "Midland",
     "Leipzig",
     "Tulsa"}
);
constexpr auto streets = std::to_array<words>(
    {"Harbor Road",
     "Mill Lane",
     "Station Street",
     "Oak Avenue",
     "Quarry Way",
     "Church Street",
     "River Walk",
     "Park Drive"}
);
constexpr auto countries =
    std::to_array<words>({"US", "CA", "NL", "NG", "JP", "PT", "NO", "GB", "DE", "BR", "IN", "KE"});
constexpr auto currencies = std::to_array<words>({"EUR", "USD", "GBP", "CAD", "NOK", "JPY"});
constexpr auto colours =
    std::to_array<words>({"blue", "green", "grey", "red", "amber", "white", "black", "teal"});
constexpr auto adjectives = std::to_array<words>(
    {"Northern", "Quiet", "Upper", "Bright", "Old", "Western", "Steady", "Lower", "Copper", "Grand"}
);
constexpr auto nouns = std::to_array<words>(
    {"Ridge", "Harbor", "Field", "Station", "Valve", "Crossing", "Meadow", "Bridge", "Basin", "Mill"
    }
);
constexpr auto plain_words = std::to_array<words>(
    {"pump",
     "report",
     "check",
     "valve",
     "first",
     "order",
     "north",
     "pressure",
     "review",
     "late",
     "normal",
     "sample",
     "weekly",
     "supply",
     "crew",
     "survey"}
);

bool has(std::string_view name, std::initializer_list<std::string_view> any) {
    return std::any_of(any.begin(), any.end(), [&](std::string_view each) {
        return name.find(each) != std::string_view::npos;
    });
}

std::string joined(std::string_view left, std::string_view right) {
    std::string made{left};
    return made.append(" ").append(right);
}

std::string digits_text(dice& by, std::size_t count) {
    std::string made;
    while (made.size() < count)
        made.push_back(static_cast<char>('0' + by.below(10)));
    return made;
}

std::string sentence(dice& by) {
    std::string made{by.pick(plain_words)};
    made.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(made.front())));
    const auto more = 3 + by.below(6);
    for (std::uint64_t each = 0; each < more; ++each)
        made.append(" ").append(by.pick(plain_words));
    return made.append(".");
}

} // namespace

std::string_view word_text(dice& by) {
    return by.pick(plain_words);
}

std::string email_text(dice& by, std::uint64_t number) {
    std::string made{by.pick(first_names)};
    made.append(".").append(by.pick(last_names)).append(std::to_string(number + 1));
    for (auto& each : made)
        each = static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
    return made.append("@example.com");
}

std::string text_for(std::string_view name, dice& by, std::uint64_t number) {
    if (has(name, {"email", "e_mail", "mail"}))
        return email_text(by, number);
    if (has(name, {"phone", "mobile", "telephone", "fax"}))
        return "+1555" + digits_text(by, 7);
    if (has(name, {"first_name", "firstname", "given_name"}))
        return std::string{by.pick(first_names)};
    if (has(name, {"last_name", "lastname", "surname", "family_name"}))
        return std::string{by.pick(last_names)};
    if (has(name, {"url", "uri", "website", "link", "homepage"}))
        return std::string{"https://www.example.com/"}.append(word_text(by));
    if (has(name, {"city", "town"}))
        return std::string{by.pick(cities)};
    if (has(name, {"country", "nation"}))
        return std::string{by.pick(countries)};
    if (has(name, {"zip", "postal", "postcode"}))
        return digits_text(by, 5);
    if (has(name, {"street", "address"}))
        return std::to_string(1 + by.below(180)) + ' ' + std::string{by.pick(streets)};
    if (has(name, {"currency"}))
        return std::string{by.pick(currencies)};
    if (has(name, {"colour", "color"}))
        return std::string{by.pick(colours)};
    if (has(name, {"sku", "code", "reference", "serial", "tag"}))
        return std::string{by.pick(nouns)}.substr(0, 2).append("-") + digits_text(by, 5);
    if (has(name,
            {"customer",
             "person",
             "user",
             "author",
             "contact",
             "employee",
             "agent",
             "owner",
             "full_name"}))
        return joined(by.pick(first_names), by.pick(last_names));
    if (has(name, {"text", "note", "description", "body", "comment", "remark", "wording", "memo"}))
        return sentence(by);
    if (has(name, {"name", "title", "label", "subject"}))
        return joined(by.pick(adjectives), by.pick(nouns));
    return std::string{word_text(by)};
}

} // namespace weir::ops
