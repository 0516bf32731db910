// SPDX-License-Identifier: Apache-2.0
#include <weir/workspace/profile_file.hpp>

#include <catch.hpp>
#include <string>
#include <string_view>

namespace profile_file_cases {

using namespace weir::workspace;

namespace {

constexpr std::string_view text = R"(# mine
[DEFAULT]
host  = https://d.net
token = dapi#0 # after a blank
[svc]
; a comment
client_id=2c1e
client_secret = a=b
)";

std::string refusal(std::string_view content, std::string_view name = "") {
    try {
        static_cast<void>(profile_file::parse(content, "/f").choose(name));
    } catch (const weir::configuration_error& failed) {
        return failed.what();
    }
    return {};
}

} // namespace

TEST_CASE("values keep what is not a comment") {
    const auto file = profile_file::parse(text, "/f");
    const auto* chosen = file.choose("");
    REQUIRE(chosen != nullptr);
    CHECK(chosen->at("host") == "https://d.net");
    CHECK(chosen->at("token") == "dapi#0");
    CHECK(file.choose("svc")->at("client_secret") == "a=b");
}

TEST_CASE("profiles inherit nothing from DEFAULT") {
    const auto file = profile_file::parse(text, "/f");
    CHECK(file.choose("svc")->count("host") == 0);
}

TEST_CASE("the settings' default_profile is chosen before DEFAULT, after a named one") {
    const auto file = profile_file::parse(
        "[__settings__]\ndefault_profile = b\n[DEFAULT]\nk=d\n[a]\nk=a\n[b]\nk=b\n", "/f"
    );
    CHECK(file.choose("")->at("k") == "b");
    CHECK(file.choose("a")->at("k") == "a");
}

TEST_CASE("a missing named profile is an error, a missing DEFAULT is not") {
    CHECK(refusal("[a]\nk=1\n", "none") == "/f has no none profile configured");
    CHECK(
        refusal("[__settings__]\ndefault_profile = gone\n") == "/f has no gone profile configured"
    );
    CHECK(
        refusal("[__settings__]\nk=1\n", "__settings__") ==
        "/f: __settings__ is reserved and no profile"
    );
    CHECK(profile_file::parse("[a]\nk=1\n", "/f").choose("") == nullptr);
    CHECK(profile_file::read("/there/is/no/such/file").choose("") == nullptr);
}

TEST_CASE("lines that cannot be understood are told by number, never repeated") {
    CHECK(refusal("[a]\nsecret-thing\n") == "/f:2: expected key = value");
    CHECK(refusal("k=1\n") == "/f:1: a value before the first [profile]");
    CHECK(refusal("\n[a\n") == "/f:2: a section's name ends with ]");
    CHECK(refusal("[a]\n=x\n") == "/f:2: expected key = value");
}

TEST_CASE("a file that is there and cannot be read is told, an empty one has no profiles") {
    CHECK_THROWS_WITH(profile_file::read("/"), "/: cannot be read");
    CHECK(profile_file::read("/dev/null").choose("") == nullptr);
}

} // namespace profile_file_cases
