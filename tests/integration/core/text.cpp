// SPDX-License-Identifier: Apache-2.0
// The codec against PostgreSQL itself: what weir writes the server reads as the same value, and the
// other way.
#include <weir/core/text_array.hpp>

#include <pqxx/pqxx>

#include <bit>
#include <catch.hpp>
#include <cstdint>
#include <limits>
#include <postgres_fixture.hpp>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace {

constexpr auto postgres = weir::text_format::postgres;

/// How weir's text relates to what the server prints for the same value.
enum class spelling { same, other };

struct server {
    server() : link(settings()), work(link) {}

    static std::string settings() {
        const auto& found = test::postgres_server::shared();
        return "host='" + found.host() + "' port=" + std::to_string(found.port()) +
               " user=weir_app dbname=databricks_postgres"
               " options='-c TimeZone=UTC -c DateStyle=ISO'";
    }

    pqxx::connection link;
    pqxx::work work;
};

std::string_view text_of(const pqxx::field& field) {
    return {field.c_str(), field.size()};
}

template <class T>
bool same(const T& left, const T& right) {
    if constexpr (std::is_floating_point_v<T>) {
        return left == right || (left != left && right != right);
    } else {
        return left == right;
    }
}

/// Sends all values as text through a cast to `type` and back.
template <class T>
void travel(server& to, const std::string& type, const std::vector<T>& values, spelling expected) {
    std::vector<std::string> sent;
    for (const auto& value : values) {
        weir::append_text(sent.emplace_back(), value, postgres);
    }
    std::string array;
    weir::append_text(array, sent, postgres);
    const auto rows = to.work.exec_params(
        "select x::" + type + "::text from unnest($1::text[]) with ordinality u(x, o) order by o",
        array
    );
    REQUIRE(rows.size() == values.size());
    int wrong = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto got = text_of(rows[static_cast<pqxx::result::size_type>(i)][0]);
        T back{};
        const bool good = weir::parse_text(got, back, postgres) && same(back, values[i]) &&
                          (expected == spelling::other || got == sent[i]);
        if (!good && ++wrong < 5)
            UNSCOPED_INFO(type << ": sent " << sent[i] << ", got " << got);
    }
    CHECK(wrong == 0);
}

/// 2,000 values, the same on every run.
template <class Make>
auto many(std::uint64_t seed, Make make) {
    std::mt19937_64 random{seed};
    std::vector<decltype(make(random))> values;
    for (int i = 0; i < 2'000; ++i) {
        values.push_back(make(random));
    }
    return values;
}

template <class Make>
auto many_arrays(std::uint64_t seed, Make make) {
    return many(seed, [&](std::mt19937_64& random) {
        std::vector<decltype(make(random))> elements(random() % 4);
        for (auto& element : elements) {
            element = make(random);
        }
        return elements;
    });
}

std::int64_t any_time(std::mt19937_64& random) {
    const auto range = static_cast<std::uint64_t>(weir::max_timestamp.microseconds) -
                       static_cast<std::uint64_t>(weir::min_timestamp.microseconds) + 1;
    const auto time =
        weir::min_timestamp.microseconds + static_cast<std::int64_t>(random() % range);
    constexpr std::int64_t grains[]{1, 1'000, weir::microseconds_per_second};
    return time - time % grains[random() % 3];
}

std::string awkward_text(std::mt19937_64& random) {
    constexpr std::string_view alphabet = "\"\\{},. \t\n\r\v\fnulNUL'x;:[]=()$-";
    std::string text;
    for (auto left = random() % 6; left > 0; --left) {
        text += alphabet[random() % alphabet.size()];
    }
    // Spaces to Unicode, but not to PostgreSQL's array syntax.
    if (random() % 5 == 0)
        text += "\u00a0\u3000\u0085";
    return text;
}

std::vector<std::byte> any_bytes(std::mt19937_64& random) {
    std::vector<std::byte> bytes(random() % 40);
    for (auto& byte : bytes) {
        byte = static_cast<std::byte>(random());
    }
    return bytes;
}

weir::decimal<38, 10> any_decimal(std::mt19937_64& random) {
    const auto high = static_cast<std::int64_t>(random()) >> 4;
    const auto wide = weir::make_int128(high, random());
    return weir::decimal<38, 10>::from_unscaled(wide >> (random() % 120));
}

weir::date any_date(std::mt19937_64& random) {
    const auto count = static_cast<std::uint64_t>(weir::max_date.days - weir::min_date.days + 1);
    return {weir::min_date.days + static_cast<std::int32_t>(random() % count)};
}

} // namespace

TEST_CASE("numbers reach PostgreSQL and come back unchanged") {
    server to;
    travel(
        to,
        "bigint",
        many(1, [](auto& random) { return static_cast<std::int64_t>(random()) >> random() % 60; }),
        spelling::same
    );
    travel(to, "numeric(38,10)", many(2, any_decimal), spelling::same);
    // The server switches to exponents at other magnitudes.
    auto reals = many(3, [](auto& random) { return std::bit_cast<double>(random()); });
    const auto infinity = std::numeric_limits<double>::infinity();
    reals.insert(reals.end(), {infinity, -infinity, -0.0, std::numeric_limits<double>::max()});
    travel(to, "double precision", reals, spelling::other);
    travel(
        to,
        "real",
        many(
            4,
            [](auto& random) { return std::bit_cast<float>(static_cast<std::uint32_t>(random())); }
        ),
        spelling::other
    );
}

TEST_CASE("days and moments reach PostgreSQL and come back unchanged") {
    server to;
    travel(to, "date", many(5, any_date), spelling::same);
    // The server drops trailing zeros of the fraction.
    travel(
        to,
        "timestamptz",
        many(6, [](auto& random) { return weir::timestamp{any_time(random)}; }),
        spelling::other
    );
    travel(
        to,
        "timestamp",
        many(7, [](auto& random) { return weir::timestamp_ntz{any_time(random)}; }),
        spelling::other
    );
}

TEST_CASE("bytes and UUIDs reach PostgreSQL and come back unchanged") {
    server to;
    travel(to, "bytea", many(8, any_bytes), spelling::same);
    travel(to, "uuid", many(9, [](auto&) { return weir::uuid::random(); }), spelling::same);
}

TEST_CASE("arrays are written letter by letter as PostgreSQL prints them") {
    server to;
    travel(to, "text[]", many_arrays(10, awkward_text), spelling::same);
    travel(to, "bytea[]", many_arrays(11, any_bytes), spelling::same);
    travel(to, "numeric(38,10)[]", many_arrays(12, any_decimal), spelling::same);
    travel(to, "date[]", many_arrays(13, any_date), spelling::same);
    travel(
        to, "boolean[]", std::vector<std::vector<bool>>{{}, {true}, {false, true}}, spelling::same
    );
}

TEST_CASE("moments printed in any time zone mean what the server means") {
    server to;
    int read = 0;
    int wrong = 0;
    for (const auto& zone : to.work.exec("select name from pg_timezone_names")) {
        to.work.exec("set local timezone to " + to.work.quote(zone[0].c_str()));
        const auto rows = to.work.exec(
            "select x::text, (extract(epoch from x) * 1000000)::numeric(30,0)::text from unnest("
            "array['0001-01-03 00:00:00+00', '1700-05-01 10:20:30.123456+00',"
            " '1900-01-01 00:00:00+00', '1950-06-01 12:00:00.5+00', '2024-07-01 00:00:00+00',"
            " '9999-12-30 00:00:00+00']::timestamptz[]) x"
        );
        for (const auto& row : rows) {
            weir::timestamp time;
            const bool good = weir::parse_text(text_of(row[0]), time, postgres) &&
                              std::to_string(time.microseconds) == text_of(row[1]);
            ++read;
            if (!good && ++wrong < 5)
                UNSCOPED_INFO(zone[0].c_str() << ": " << row[0].c_str());
        }
    }
    CHECK(read > 1'000);
    CHECK(wrong == 0);
}

TEST_CASE("half_up rounds as PostgreSQL's numeric does") {
    server to;
    std::mt19937_64 random{14};
    int wrong = 0;
    for (int round = 0; round < 1'000; ++round) {
        std::string text = (random() % 2 == 0 ? "-" : "") + std::to_string(random() % 1'000) + '.';
        for (auto left = 1 + random() % 6; left > 0; --left) {
            text += "0459"[random() % 4];
        }
        const auto ours = weir::decimal<12, 2>::parse(text, weir::rounding::half_up);
        const auto rows = to.work.exec_params("select $1::text::numeric(12,2)::text", text);
        const bool good = ours && ours->to_string() == text_of(rows[0][0]);
        if (!good && ++wrong < 5)
            UNSCOPED_INFO(text << " is " << rows[0][0].c_str());
    }
    CHECK(wrong == 0);
}

TEST_CASE("what PostgreSQL stores but weir cannot hold is refused, not misread") {
    server to;
    const auto printed = [&](const std::string& expression) {
        return std::string{text_of(to.work.exec("select (" + expression + ")::text")[0][0])};
    };
    weir::date day;
    weir::timestamp time;
    weir::decimal<5, 2> small;
    std::vector<std::int32_t> numbers;
    CHECK_FALSE(weir::parse_text(printed("'infinity'::date"), day, postgres));
    CHECK_FALSE(weir::parse_text(printed("'0044-03-15 BC'::date"), day, postgres));
    CHECK_FALSE(weir::parse_text(printed("'10000-01-01'::date"), day, postgres));
    CHECK_FALSE(weir::parse_text(printed("'-infinity'::timestamptz"), time, postgres));
    CHECK_FALSE(weir::parse_text(printed("'0044-03-15 BC'::timestamptz"), time, postgres));
    CHECK_FALSE(weir::parse_text(printed("now()::timestamp"), time, postgres));
    CHECK_FALSE(weir::parse_text(printed("'NaN'::numeric"), small, postgres));
    CHECK_FALSE(weir::parse_text(printed("1.234::numeric"), small, postgres));
    CHECK_FALSE(weir::parse_text(printed("array[1, null, 3]"), numbers, postgres));
    CHECK_FALSE(weir::parse_text(printed("array[[1, 2], [3, 4]]"), numbers, postgres));
    REQUIRE(weir::parse_text(printed("'[0:1]={7,8}'::int[]"), numbers, postgres));
    CHECK(numbers == std::vector<std::int32_t>{7, 8});
}
