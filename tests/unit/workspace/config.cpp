// SPDX-License-Identifier: Apache-2.0
#include <weir/workspace/config.hpp>

#include <catch.hpp>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>

namespace config_cases {

using namespace weir::workspace;

namespace {

using variables = std::map<std::string, std::string, std::less<>>;

lookup looking_in(variables known) {
    return [known = std::move(known)](std::string_view name) -> std::optional<std::string> {
        const auto found = known.find(name);
        if (found == known.end())
            return std::nullopt;
        return found->second;
    };
}

/// A home of its own with a profile file, gone after the test.
class home {
public:
    explicit home(std::string_view profiles) {
        std::string path = "/tmp/weir-home-XXXXXX";
        REQUIRE(::mkdtemp(path.data()) != nullptr);
        path_ = path;
        std::ofstream{path_ + "/.databrickscfg"} << profiles;
    }

    home(const home&) = delete;
    home(home&&) = delete;
    home& operator=(const home&) = delete;
    home& operator=(home&&) = delete;

    ~home() {
        ::unlink((path_ + "/.databrickscfg").c_str());
        ::rmdir(path_.c_str());
    }

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
};

std::string refusal(variables known, std::string_view home_path = "/nowhere", config given = {}) {
    try {
        static_cast<void>(config::from(looking_in(std::move(known)), home_path, std::move(given)));
    } catch (const weir::configuration_error& failed) {
        return failed.what();
    }
    return {};
}

constexpr std::string_view profiles = R"([DEFAULT]
host = https://default.net
token = default-token
http_timeout_seconds = 7
[svc]
host = svc.net
client_id = cid
client_secret = shh
[both]
host = b.net
token = t
client_id = c
)";

} // namespace

TEST_CASE("code wins over the environment, the environment over the profile") {
    const home at{profiles};
    config given;
    given.profile = "DEFAULT";
    given.warehouse_id = "from-code";
    const auto made = config::from(
        looking_in({{"DATABRICKS_HOST", "env.net"}, {"DATABRICKS_WAREHOUSE_ID", "from-env"}}),
        at.path(),
        given
    );
    CHECK(made.host == "https://env.net");
    CHECK(made.warehouse_id == "from-code");
    CHECK(made.token == weir::secret{"default-token"});
    CHECK(made.auth_type == "pat");
    CHECK(made.http_timeout == std::chrono::seconds{7});
}

TEST_CASE("the profile file is not looked at where host or credentials are known") {
    const home at{profiles};
    const auto made = config::from(
        looking_in(
            {{"DATABRICKS_HOST", "app.net"},
             {"DATABRICKS_CLIENT_ID", "cid"},
             {"DATABRICKS_CLIENT_SECRET", "shh"}}
        ),
        at.path()
    );
    CHECK(made.auth_type == "oauth-m2m");
    CHECK(made.token.empty());
    CHECK(refusal({{"DATABRICKS_TOKEN", "t"}}, at.path()).starts_with("No workspace"));
}

TEST_CASE("empty variables count as unset") {
    const home at{profiles};
    const auto made =
        config::from(looking_in({{"DATABRICKS_HOST", ""}, {"DATABRICKS_TOKEN", ""}}), at.path());
    CHECK(made.host == "https://default.net");
}

TEST_CASE("a profile is chosen by variable, its file by another, ~ is the home") {
    const home at{profiles};
    const auto made = config::from(
        looking_in(
            {{"DATABRICKS_CONFIG_PROFILE", "svc"}, {"DATABRICKS_CONFIG_FILE", "~/.databrickscfg"}}
        ),
        at.path()
    );
    CHECK(made.host == "https://svc.net");
    CHECK(made.auth_type == "oauth-m2m");
    CHECK(made.client_secret == weir::secret{"shh"});
    CHECK(
        refusal({{"DATABRICKS_CONFIG_PROFILE", "none"}}, at.path()) ==
        at.path() + "/.databrickscfg has no none profile configured"
    );
}

TEST_CASE("more than one way to authenticate is refused, unless one is pinned") {
    const home at{profiles};
    CHECK(
        refusal({{"DATABRICKS_CONFIG_PROFILE", "both"}}, at.path()) ==
        "validate: more than one authorization method configured: oauth and pat"
    );
    CHECK(
        refusal(
            {{"DATABRICKS_HOST", "h"},
             {"DATABRICKS_TOKEN", "t"},
             {"DATABRICKS_USERNAME", "u"},
             {"DATABRICKS_CLIENT_ID", "c"}}
        ) == "validate: more than one authorization method configured: basic and oauth and pat"
    );
    const auto made = config::from(
        looking_in({{"DATABRICKS_CONFIG_PROFILE", "both"}, {"DATABRICKS_AUTH_TYPE", "pat"}}),
        at.path()
    );
    CHECK(made.auth_type == "pat");
}

TEST_CASE("what is missing or unknown is named") {
    CHECK(refusal({{"DATABRICKS_HOST", "h"}})
              .starts_with("cannot configure default credentials, please check "));
    CHECK(refusal({{"DATABRICKS_HOST", "h"}, {"DATABRICKS_CLIENT_ID", "c"}})
              .starts_with("cannot configure default credentials, please check "));
    CHECK(
        refusal(
            {{"DATABRICKS_HOST", "h"},
             {"DATABRICKS_AUTH_TYPE", "oauth-m2m"},
             {"DATABRICKS_CLIENT_ID", "c"}}
        ) == "oauth-m2m: DATABRICKS_CLIENT_SECRET (client_secret) is missing, by code, environment "
             "or profile"
    );
    CHECK(
        refusal({{"DATABRICKS_HOST", "h"}, {"DATABRICKS_AUTH_TYPE", "pat"}}) ==
        "pat: DATABRICKS_TOKEN (token) is missing, by code, environment or profile"
    );
    CHECK(
        refusal({{"DATABRICKS_HOST", "h"}, {"DATABRICKS_AUTH_TYPE", "azure-cli"}}) ==
        "DATABRICKS_AUTH_TYPE (auth_type): expected pat or oauth-m2m, the ways weir knows"
    );
    const home at{"[DEFAULT]\nhost=h\ntoken=t\nhttp_timeout_seconds=soon\n"};
    CHECK(refusal({}, at.path()) == "http_timeout_seconds: expected a number of seconds");
}

TEST_CASE("a description names what is set and shows no secret") {
    const auto made = config::from(
        looking_in(
            {{"DATABRICKS_HOST", "h"},
             {"DATABRICKS_CLIENT_ID", "cid"},
             {"DATABRICKS_CLIENT_SECRET", "shh"}}
        ),
        "/nowhere"
    );
    CHECK(
        describe(made) == "host=https://h, client_id=cid, client_secret=***, auth_type=oauth-m2m"
    );
}

} // namespace config_cases
