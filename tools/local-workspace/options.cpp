// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <charconv>
#include <limits>
#include <stdexcept>
#include <string_view>

namespace local_workspace {

namespace {

std::int64_t read_number(std::string_view name, std::string_view text, std::int64_t most) {
    std::int64_t read = -1;
    const auto* const end = text.data() + text.size();
    const auto outcome = std::from_chars(text.data(), end, read);
    if (outcome.ec != std::errc{} || outcome.ptr != end || read < 0 || read > most)
        throw std::runtime_error{
            std::string{name} + " needs a number up to " + std::to_string(most)
        };
    return read;
}

std::pair<std::string, std::string> split(const std::string& text, char at) {
    const auto found = text.find(at);
    if (found == std::string::npos)
        return {{}, text};
    return {text.substr(0, found), text.substr(found + 1)};
}

} // namespace

options read_options(int count, const char* const* arguments) {
    options made;
    for (int i = 1; i < count; ++i) {
        std::string name{arguments[i]};
        if (name == "--help" || name == "-h") {
            made.help = true;
            return made;
        }
        std::string value;
        if (const auto equals = name.find('=');
            name.starts_with("--") && equals != std::string::npos) {
            value = name.substr(equals + 1);
            name.resize(equals);
        } else if (i + 1 < count) {
            value = arguments[++i];
        } else {
            throw std::runtime_error{"option " + name + " needs a value; see --help"};
        }
        if (name == "--port") {
            made.port = static_cast<int>(read_number(name, value, 65'535));
        } else if (name == "--database") {
            made.database = value;
        } else if (name == "--library") {
            made.library = value;
        } else if (name == "--workspace-id") {
            made.workspace_id = value;
        } else if (name == "--token") {
            auto [user, token] = split(value, '=');
            made.tokens.emplace_back(token, user.empty() ? "local@example.com" : user);
        } else if (name == "--client") {
            const auto [id, secret] = split(value, ':');
            if (id.empty() || secret.empty())
                throw std::runtime_error{"--client needs ID:SECRET"};
            made.clients.emplace_back(id, secret);
        } else if (name == "--warehouse") {
            made.warehouses.push_back(value);
        } else if (name == "--token-life") {
            made.token_life = read_number(name, value, 86'400);
        } else if (name == "--credential-life") {
            made.credential_life = read_number(name, value, 86'400);
        } else if (name == "--cold-start") {
            made.cold_start_ms = read_number(name, value, 3'600'000);
        } else if (name == "--postgres") {
            made.postgres = value;
        } else if (name == "--instance") {
            made.instances.push_back(value);
        } else if (name == "--endpoint") {
            made.endpoints.push_back(value);
        } else {
            throw std::runtime_error{"no option " + name + "; see --help"};
        }
    }
    if (made.tokens.empty())
        made.tokens.emplace_back("dapi-local", "local@example.com");
    if (made.clients.empty())
        made.clients.emplace_back("local-client", "local-secret");
    if (made.warehouses.empty())
        made.warehouses.emplace_back("local");
    if (made.instances.empty())
        made.instances.emplace_back("local");
    if (made.endpoints.empty())
        made.endpoints.emplace_back("projects/local/branches/production/endpoints/primary");
    return made;
}

} // namespace local_workspace
