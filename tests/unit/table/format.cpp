// SPDX-License-Identifier: Apache-2.0
#include <weir/table/format.hpp>

#include <catch.hpp>
#include <string>
#include <vector>

namespace format_cases {

namespace {

using texts = std::vector<std::string>;

template <class Rule>
void accepts(Rule rule, const texts& sound) {
    for (const auto& text : sound) {
        INFO(text);
        CHECK(rule(text));
    }
}

template <class Rule>
void refuses(Rule rule, const texts& broken) {
    for (const auto& text : broken) {
        INFO(text);
        CHECK_FALSE(rule(text));
    }
}

} // namespace

TEST_CASE("e-mail addresses are a dotted local part and a host name") {
    const std::string local(64, 'a');
    const auto domain =
        std::string(63, 'b') + "." + std::string(63, 'c') + "." + std::string(61, 'd');
    accepts(
        weir::is_email,
        {"a@b",
         "a.b+c@example.org",
         "!#$%&'*+-/=?^_`{|}~@x.y",
         "A9@EXAMPLE.co",
         local + "@b.c",
         local + "@" + domain}
    );
    refuses(weir::is_email, {"",      "@",           "a",
                             "a@",    "@b",          ".a@b",
                             "a.@b",  "a..b@c",      "a b@c",
                             "a@b@c", "\"a b\"@c",   "a@[127.0.0.1]",
                             "a@-b",  "a@b..c",      "a@b.",
                             "a@b_c", "a@b\n",       "ä@b",
                             "a,b@c", local + "a@b", local + "@" + domain + "d"});
}

TEST_CASE("UUIDs are 8-4-4-4-12 hexadecimal digits") {
    accepts(
        weir::is_uuid,
        {"00000000-0000-0000-0000-000000000000", "6BA7B810-9dad-11d1-80b4-00C04FD430C8"}
    );
    refuses(
        weir::is_uuid,
        {"",
         "6ba7b8109dad11d180b400c04fd430c8",
         "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}",
         "6ba7b810-9dad-11d1-80b4-00c04fd430cg",
         "6ba7b810-9dad-11d1-80b4-00c04fd430c8 ",
         "6ba7b81-09dad-11d1-80b4-00c04fd430c8"}
    );
}

TEST_CASE("IPv4 addresses are four numbers up to 255") {
    accepts(weir::is_ipv4, {"0.0.0.0", "127.0.0.1", "255.255.255.255", "1.20.30.4"});
    refuses(
        weir::is_ipv4,
        {"",
         "1",
         "1.2.3",
         "1.2.3.",
         "1.2.3.4.",
         "1.2.3.4.5",
         "256.1.1.1",
         "01.2.3.4",
         "1.2.3.04",
         "1.2.3.-4",
         "1..2.3",
         " 1.2.3.4",
         "1.2.3.4 ",
         "0x7f.0.0.1",
         "1.2.3.1000",
         "1.2.3.4/8",
         "00.0.0.0"}
    );
}

TEST_CASE("IPv6 addresses are eight groups, once shortened") {
    accepts(
        weir::is_ipv6,
        {"::",
         "::1",
         "1::",
         "2001:db8::1",
         "1:2:3:4:5:6:7:8",
         "1:2:3:4:5:6:7::",
         "::2:3:4:5:6:7:8",
         "ABCD:ef01:2345:6789:abcd:EF01:2345:6789",
         "::ffff:192.0.2.1",
         "1:2:3:4:5:6:192.0.2.1",
         "64:ff9b::192.0.2.33",
         "1::2:192.0.2.1",
         "fe80::1",
         "0:0:0:0:0:0:0:0"}
    );
    refuses(
        weir::is_ipv6,
        {"",
         ":",
         ":::",
         "1",
         "1:2:3:4:5:6:7",
         "1:2:3:4:5:6:7:8:9",
         "1::2::3",
         "1:2:3:4:5:6:7::8",
         "::1:2:3:4:5:6:7:8",
         "12345::",
         "g::",
         "1:",
         ":1",
         "1:2:3:4:5:6:7:",
         "1:2:3:4:5:6:7:192.0.2.1",
         "::192.0.2",
         "::192.0.2.256",
         "192.0.2.1",
         "[::1]",
         "fe80::1%eth0",
         "::1 ",
         "::192.0.2.1:1",
         "1:2:3:4:5:6:7:8::"}
    );
}

TEST_CASE("host names are labels of letters, digits and inner hyphens") {
    accepts(
        weir::is_hostname,
        {"a", "a-b", "1.2", "example.org", "xn--bcher-kva.example", std::string(63, 'x'), "A.b"}
    );
    refuses(
        weir::is_hostname,
        {"",
         ".",
         "a.",
         ".a",
         "a..b",
         "-a",
         "a-",
         "a_b",
         "a b",
         "bücher.example",
         std::string(64, 'x'),
         "a/b",
         "a:80"}
    );
    std::string longest;
    for (int label = 0; label < 127; ++label)
        longest += "a.";
    longest.pop_back();
    CHECK(longest.size() == 253);
    CHECK(weir::is_hostname(longest));
    CHECK_FALSE(weir::is_hostname("a" + longest));
}

TEST_CASE("URIs are absolute and hold allowed characters only") {
    accepts(
        weir::is_uri,
        {"http://example.org",
         "https://user:pw@example.org:8080/a/b?c=d&e=%20#f/?",
         "mailto:a@b.c",
         "urn:isbn:0451450523",
         "file:///etc/hosts",
         "ldap://[2001:db8::7]/c=GB?objectClass?one",
         "tel:+1-816-555-1212",
         "a:",
         "a+b-c.d:x",
         "http://example.org:",
         "x://h/a;b,c='!'(1)*"}
    );
    refuses(
        weir::is_uri,
        {"",
         "/a/b",
         "//example.org",
         "example.org",
         "1http://x",
         ":x",
         "http:// x",
         "http://x/%2",
         "http://x/%zz",
         "http://x/a b",
         "http://x/<y>",
         "http://x/ü",
         "http://[::1",
         "http://[1.2.3.4]/",
         "http://x:80a/",
         "http://x y/",
         "http://x/a#b#c",
         "http://x/\"",
         "http://x/\\y",
         "ht_tp://x",
         "http://a@b@c/",
         "http://x/\n",
         "http://[::1]x/"}
    );
}

TEST_CASE("dates are real days of the years 1 to 9999") {
    accepts(weir::is_date, {"2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"});
    refuses(
        weir::is_date,
        {"",
         "2023-02-29",
         "1900-02-29",
         "2024-13-01",
         "2024-00-01",
         "2024-01-00",
         "2024-04-31",
         "0000-01-01",
         "2024-1-1",
         "24-01-01",
         "2024/01/01",
         "2024-01-01 ",
         "2024-01-01T00:00:00Z",
         "-024-01-01",
         "2024-01-1a"}
    );
}

TEST_CASE("date-times follow RFC 3339") {
    accepts(
        weir::is_date_time,
        {"2024-05-01T10:20:30Z",
         "2024-05-01t10:20:30z",
         "2024-05-01T10:20:30.123456789012Z",
         "2024-05-01T10:20:30+05:30",
         "2024-05-01T23:59:59-23:59",
         "1998-12-31T23:59:60Z",
         "1998-12-31T15:59:60.5-08:00",
         "1999-01-01T00:59:60+01:00"}
    );
    refuses(
        weir::is_date_time,
        {"",
         "2024-05-01",
         "2024-05-01 10:20:30Z",
         "2024-05-01T10:20:30",
         "2024-05-01T10:20Z",
         "2024-05-01T24:00:00Z",
         "2024-05-01T10:60:00Z",
         "2024-05-01T10:20:61Z",
         "2024-05-01T10:20:60Z",
         "1998-12-31T23:58:60Z",
         "1998-12-31T23:59:60+01:00",
         "2024-05-01T10:20:30.Z",
         "2024-05-01T10:20:30+5:30",
         "2024-05-01T10:20:30+0530",
         "2024-05-01T10:20:30+24:00",
         "2024-05-01T10:20:30+05:60",
         "2024-05-01T10:20:30ZZ",
         "2024-02-30T10:20:30Z",
         "2024-05-01T10:20:30,5Z",
         "2024-05-01T1a:20:30Z"}
    );
}

TEST_CASE("date patterns say where year, month and day stand") {
    const auto american = [](std::string_view text) {
        return weir::is_date_by(text, "MM/DD/YYYY");
    };
    accepts(american, {"02/29/2024", "12/31/9999", "01/01/0001"});
    refuses(
        american,
        {"",
         "2/29/2024",
         "29/02/2024",
         "02/30/2024",
         "02/29/2023",
         "02-29-2024",
         "02/29/24",
         "02/29/2024 ",
         " 02/29/2024",
         "02/29/0000",
         "13/01/2024",
         "02/29/",
         "xx/29/2024"}
    );
    CHECK(weir::is_date_by("20240501", "YYYYMMDD"));
    CHECK_FALSE(weir::is_date_by("2024051", "YYYYMMDD"));
    CHECK(weir::is_date_by("05.2024", "MM.YYYY"));
    CHECK_FALSE(weir::is_date_by("13.2024", "MM.YYYY"));
}

TEST_CASE("a date pattern names year and month once, the day at most once") {
    accepts(
        weir::is_date_pattern,
        {"MM/DD/YYYY", "YYYY-MM-DD", "DD.MM.YYYY", "YYYYMMDD", "MM YYYY", "YYYY/MM"}
    );
    refuses(
        weir::is_date_pattern,
        {"",
         "MM/DD/YY",
         "YYYY",
         "MM/DD",
         "YYYY-MM-DD-DD",
         "YYYY-MM-MM",
         "YYYYMMDDYYYY",
         "YYYY-MM-DDTHH",
         "mm/dd/yyyy",
         "YYYY-M-D",
         "YYYY\nMM",
         "YYYY–MM",
         "D/MM/YYYY"}
    );
}

TEST_CASE("a format is looked up by its column") {
    using weir::string_format;
    CHECK(weir::matches_format("anything", string_format::none, {}));
    CHECK(weir::matches_format("05/01/2024", string_format::date_pattern, "MM/DD/YYYY"));
    const std::vector<std::pair<string_format, std::string>> sound{
        {string_format::email, "a@b.c"},
        {string_format::uuid, "6ba7b810-9dad-11d1-80b4-00c04fd430c8"},
        {string_format::uri, "http://a"},
        {string_format::date, "2024-05-01"},
        {string_format::date_time, "2024-05-01T10:20:30Z"},
        {string_format::ipv4, "1.2.3.4"},
        {string_format::ipv6, "::1"},
        {string_format::hostname, "a.b"},
    };
    for (const auto& [format, text] : sound) {
        INFO(weir::name_of(format));
        CHECK_FALSE(weir::name_of(format).empty());
        CHECK(weir::matches_format(text, format, {}));
        CHECK_FALSE(weir::matches_format("?", format, {}));
    }
    CHECK(weir::name_of(string_format::none).empty());
    CHECK(weir::name_of(string_format::date_time) == "date-time");
    CHECK(weir::name_of(string_format::date_pattern) == "date");
}

} // namespace format_cases
