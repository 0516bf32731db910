// SPDX-License-Identifier: Apache-2.0
#include "statements.hpp"

#include <weir/core/sha256.hpp>

#include <algorithm>
#include <charconv>
#include <thread>
#include <utility>

#include "identities.hpp"
#include "refusal.hpp"

namespace local_workspace {

enum class statement_state { pending, running, succeeded, failed, canceled, closed };

namespace {

using steady = std::chrono::steady_clock;
using weir::json::token;

constexpr std::size_t most_parameters = 256;
constexpr std::size_t most_parameter_bytes = 1U << 20U;
constexpr std::size_t most_text = 16U << 20U;
constexpr std::int64_t hour_ms = 3'600'000;

using state = statement_state;

std::string_view name_of(state of) {
    constexpr std::string_view names[]{
        "PENDING", "RUNNING", "SUCCEEDED", "FAILED", "CANCELED", "CLOSED"
    };
    return names[static_cast<std::size_t>(of)];
}

bool is_over(state of) {
    return of != state::pending && of != state::running;
}

/// `30s` as seconds: 0 or 5 to 50.
std::chrono::seconds read_wait(const json_value& body) {
    const auto text = body.string("wait_timeout");
    if (text.empty())
        return std::chrono::seconds{10};
    int seconds = -1;
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, seconds);
    if (read.ec != std::errc{} || read.ptr + 1 != end || *read.ptr != 's')
        throw invalid("wait_timeout must be a number of seconds followed by s, was '" + text + "'");
    if (seconds != 0 && (seconds < 5 || seconds > 50))
        throw invalid(
            "wait_timeout must be 0s (disabled) or between 5s and 50s, was '" + text + "'"
        );
    return std::chrono::seconds{seconds};
}

std::string one_of(
    const json_value& body, std::string_view name, std::initializer_list<std::string_view> values
) {
    const auto* const found = body.find(name);
    if (found == nullptr)
        return std::string{*values.begin()};
    for (const auto each : values)
        if (found->is(token::string) && found->text == each)
            return found->text;
    throw invalid("'" + found->text + "' is not a value of " + std::string{name});
}

std::vector<parameter> read_parameters(const json_value& body) {
    std::vector<parameter> made;
    const auto* const given = body.find("parameters");
    if (given == nullptr)
        return made;
    if (!given->is(token::array))
        throw invalid("parameters must be a list");
    if (given->elements.size() > most_parameters)
        throw bad_request(
            "Parameterized query has too many parameters: " +
            std::to_string(given->elements.size()) + " parameters were given but the limit is " +
            std::to_string(most_parameters) + "."
        );
    std::size_t bytes = 0;
    for (const auto& each : given->elements) {
        parameter read{.name = each.string("name"), .type = each.string("type")};
        read.ordinal = each.integer("ordinal").value_or(0);
        if (read.name.empty() && read.ordinal < 1)
            throw invalid("A parameter needs a name");
        if (const auto* value = each.find("value")) {
            if (!value->is(token::string))
                throw bad_request("The value of parameter '" + read.name + "' must be a string");
            read.value = value->text;
            bytes += value->text.size();
        }
        made.push_back(std::move(read));
    }
    if (bytes > most_parameter_bytes)
        throw bad_request(
            "The parameters have " + std::to_string(bytes) + " bytes but the limit is " +
            std::to_string(most_parameter_bytes) + "."
        );
    return made;
}

std::string signature(const std::string& id, std::string_view index, std::string_view expires) {
    static const auto key = make_id();
    std::string text{key};
    text.append(id).append("/").append(index).append("/").append(expires);
    return weir::sha256_hex(text);
}

} // namespace

struct statements::session {
    std::mutex mutex{};
    std::string catalog{};
    std::string schema{};
};

struct statements::entry {
    std::string id{};
    std::string user{};
    statement_order order{};
    bool is_external = false;
    std::shared_ptr<session> in{};
    cancellation cancel{};

    mutable std::mutex mutex{};
    std::condition_variable changed{};
    local_workspace::statement_result result{};
    std::optional<statement_failure> failure{};
    state at = state::pending;
    std::int64_t ended_ms = 0;

    /// Cancels it and waits, for so long, until it is over. An interrupt that comes before the
    /// engine has begun is lost, hence again and again.
    void stop() {
        const auto patience = steady::now() + std::chrono::seconds{5};
        std::unique_lock lock{mutex};
        while (!is_over(at) && steady::now() < patience) {
            cancel.cancel();
            changed.notify_all();
            changed.wait_for(lock, std::chrono::milliseconds{5}, [&] { return is_over(at); });
        }
    }

    void end(state with, std::int64_t now_ms) {
        const std::lock_guard lock{mutex};
        if (is_over(at))
            return;
        at = with;
        ended_ms = now_ms;
        changed.notify_all();
    }
};

statements::~statements() {
    std::unique_lock lock{mutex_};
    for (auto& [id, of] : known_)
        of->cancel.cancel();
    for (auto& [id, of] : known_)
        of->changed.notify_all();
    idle_.wait(lock, [&] { return running_ == 0; });
}

statement_settings statements::settings() const {
    const std::lock_guard lock{settings_mutex_};
    return settings_;
}

void statements::change(const statement_settings& to) {
    const std::lock_guard lock{settings_mutex_};
    settings_ = to;
}

statement_order statements::read_order(const json_value& body) const {
    if (!body.is(token::object))
        throw bad_request("The body must be a JSON object");
    statement_order made{.text = body.string("statement")};
    if (made.text.empty())
        throw invalid("statement is required and must not be empty");
    if (made.text.size() > most_text)
        throw bad_request(
            "The statement has " + std::to_string(made.text.size()) +
            " bytes but the limit is 16777216."
        );
    made.parameters = read_parameters(body);
    made.catalog = body.string("catalog");
    made.schema = body.string("schema");
    made.row_limit = body.integer("row_limit");
    made.byte_limit = body.integer("byte_limit");
    if (made.row_limit.value_or(1) < 1 || made.byte_limit.value_or(1) < 1)
        throw invalid("row_limit and byte_limit must be positive");
    const auto now = settings();
    made.chunk_rows = now.chunk_rows;
    made.chunk_bytes = now.chunk_bytes;
    made.hex_binary = now.hex_binary;
    if (now.keeps_past)
        made.past_clock = [clock = clock_] { return clock->now_ms(); };
    return made;
}

std::string statements::execute(const json_value& body, const std::string& user) {
    auto made = std::make_shared<entry>();
    made->order = read_order(body);
    made->order.user = user;
    made->id = make_id();
    made->user = user;
    const auto disposition =
        one_of(body, "disposition", {"INLINE", "EXTERNAL_LINKS", "INLINE_OR_EXTERNAL_LINKS"});
    const auto format = one_of(body, "format", {"JSON_ARRAY", "ARROW_STREAM", "CSV"});
    const auto on_timeout = one_of(body, "on_wait_timeout", {"CONTINUE", "CANCEL"});
    const auto wait = read_wait(body);
    made->is_external = disposition == "EXTERNAL_LINKS";
    if (format == "ARROW_STREAM")
        throw not_supported("format ARROW_STREAM; use JSON_ARRAY, or CSV with EXTERNAL_LINKS");
    if (format == "CSV" && !made->is_external)
        throw invalid("The format CSV is only supported with disposition EXTERNAL_LINKS");
    if (format == "CSV")
        made->order.format = result_format::csv;
    if (!made->is_external)
        made->order.inline_limit = settings().inline_limit;
    const auto warehouse = body.string("warehouse_id");
    if (warehouse.empty())
        throw invalid("warehouse_id is required");
    const auto from = warehouses_->start(warehouse);
    if (const auto session_id = body.string("session_id"); !session_id.empty()) {
        const std::lock_guard lock{mutex_};
        const auto found = sessions_.find(session_id);
        if (found == sessions_.end())
            throw not_found("Session " + session_id + " does not exist");
        made->in = found->second;
    }
    {
        const std::lock_guard lock{mutex_};
        forget_old();
        known_[made->id] = made;
        ++running_;
    }
    std::thread{[this, made, from] {
        run(made, from);
        const std::lock_guard lock{mutex_};
        --running_;
        idle_.notify_all();
    }}.detach();
    if (wait.count() == 0)
        return json_object{}
            .add("statement_id", made->id)
            .add("status", json_object{}.add("state", "PENDING"))
            .text();
    bool in_time = false;
    {
        std::unique_lock lock{made->mutex};
        in_time = made->changed.wait_for(lock, wait, [&] { return is_over(made->at); });
    }
    if (!in_time && on_timeout == "CANCEL") {
        // What it did before counts: it may end well nevertheless.
        made->stop();
    }
    return describe(*made);
}

void statements::run(const std::shared_ptr<entry>& of, steady::time_point from) {
    {
        // The warehouse starts; a cancellation may come meanwhile.
        std::unique_lock lock{of->mutex};
        of->changed.wait_until(lock, from, [&] { return of->cancel.is_cancelled(); });
        if (is_over(of->at))
            return;
        of->at = state::running;
    }
    try {
        if (of->cancel.is_cancelled())
            return of->end(state::canceled, clock_->now_ms());
        if (of->in) {
            const std::lock_guard lock{of->in->mutex};
            if (of->order.catalog.empty())
                of->order.catalog = of->in->catalog;
            if (of->order.schema.empty())
                of->order.schema = of->in->schema;
        }
        of->order.in_session = of->in != nullptr;
        if (fault_)
            if (auto injected = fault_(of->order.text))
                throw statement_failure{*injected};
        auto result = engine_->run(of->order, of->cancel);
        {
            const std::lock_guard lock{of->mutex};
            of->result = std::move(result);
        }
        of->end(state::succeeded, clock_->now_ms());
    } catch (const statement_failure& failed) {
        if (failed.error_code() == "CANCELLED")
            return of->end(state::canceled, clock_->now_ms());
        {
            const std::lock_guard lock{of->mutex};
            of->failure = failed;
        }
        of->end(state::failed, clock_->now_ms());
    } catch (const std::exception&) {
        {
            const std::lock_guard lock{of->mutex};
            of->failure = statement_failure{"INTERNAL_ERROR", "[INTERNAL_ERROR]", "XX000"};
        }
        of->end(state::failed, clock_->now_ms());
    }
}

// Requires mutex_. Twelve hours after its end nobody knows a statement any more.
void statements::forget_old() {
    const auto now = clock_->now_ms();
    std::erase_if(known_, [&](const auto& each) {
        const std::lock_guard lock{each.second->mutex};
        return is_over(each.second->at) && now - each.second->ended_ms >= 12 * hour_ms;
    });
}

std::shared_ptr<statements::entry>
statements::find(const std::string& id, const std::string& user) {
    const std::lock_guard lock{mutex_};
    forget_old();
    const auto found = known_.find(id);
    // Others' statements are nobody's business.
    if (found == known_.end() || found->second->user != user)
        throw refusal{404, "NOT_FOUND", "The statement " + id + " was not found."};
    auto& of = *found->second;
    const std::lock_guard own{of.mutex};
    if (of.at == state::succeeded && clock_->now_ms() - of.ended_ms >= hour_ms) {
        of.at = state::closed;
        of.result = {};
    }
    return found->second;
}

std::string statements::get(const std::string& id, const std::string& user) {
    return describe(*find(id, user));
}

void statements::cancel(const std::string& id, const std::string& user) {
    find(id, user)->stop();
}

void statements::close(const std::string& id, const std::string& user) {
    const auto of = find(id, user);
    of->stop();
    const std::lock_guard lock{of->mutex};
    if (of->at == state::succeeded) {
        of->at = state::closed;
        of->result = {};
    }
    of->changed.notify_all();
}

std::string
statements::chunk(const std::string& id, std::string_view index, const std::string& user) {
    const auto of = find(id, user);
    const std::lock_guard lock{of->mutex};
    std::size_t at = 0;
    const auto* const end = index.data() + index.size();
    const auto read = std::from_chars(index.data(), end, at);
    if (read.ec != std::errc{} || read.ptr != end)
        throw invalid("chunk_index must be a number");
    if (of->at == state::closed)
        throw refusal{
            404, "NOT_FOUND", "The result of statement " + id + " is not available any more."
        };
    if (of->at != state::succeeded)
        throw bad_request(
            "The statement " + id + " has no result: it is " + std::string{name_of(of->at)}
        );
    if (at == 0 && of->result.chunks.empty())
        return "{}";
    if (at >= of->result.chunks.size())
        throw invalid("The statement " + id + " has no chunk " + std::to_string(at));
    return describe_chunk(*of, at);
}

std::string statements::describe_chunk(const entry& of, std::size_t index) const {
    const auto& chunks = of.result.chunks;
    const auto& shown = chunks[index];
    json_object made;
    made.add("chunk_index", index)
        .add("row_offset", shown.row_offset)
        .add("row_count", shown.row_count);
    if (of.is_external) {
        const auto expires_ms = clock_->now_ms() + settings().link_life * 1000;
        const auto expires = std::to_string(expires_ms);
        const auto number = std::to_string(index);
        made.add("byte_count", shown.data.size())
            .add(
                "external_link",
                base_url_ + "/external-links/" + of.id + "/" + number + "?expires=" + expires +
                    "&signature=" + signature(of.id, number, expires)
            )
            .add("expiration", rfc3339(expires_ms));
    }
    if (index + 1 < chunks.size()) {
        made.add("next_chunk_index", index + 1)
            .add(
                "next_chunk_internal_link",
                "/api/2.0/sql/statements/" + of.id + "/result/chunks/" + std::to_string(index + 1) +
                    "?row_offset=" + std::to_string(chunks[index + 1].row_offset)
            );
    }
    if (of.is_external)
        return json_object{}.add_raw("external_links", "[" + made.text() + "]").text();
    return made.add_raw("data_array", shown.data).text();
}

std::string statements::describe(entry& of) const {
    const std::lock_guard lock{of.mutex};
    json_object status;
    status.add("state", name_of(of.at));
    if (of.failure) {
        status.add(
            "error",
            json_object{}
                .add("error_code", of.failure->error_code())
                .add("message", of.failure->what())
        );
        if (!of.failure->sqlstate().empty())
            status.add("sql_state", of.failure->sqlstate());
    }
    json_object made;
    made.add("statement_id", of.id).add("status", status);
    if (of.at != state::succeeded)
        return made.text();
    json_object schema;
    schema.add("column_count", of.result.columns.size());
    std::vector<std::string> columns;
    for (const auto& each : of.result.columns) {
        json_object column;
        column.add("name", each.name)
            .add("type_text", each.type_text)
            .add("type_name", each.type_name)
            .add("position", columns.size());
        if (each.type_name == "DECIMAL")
            column.add("type_precision", each.precision).add("type_scale", each.scale);
        columns.push_back(column.text());
    }
    if (!columns.empty())
        schema.add_raw("columns", json_array(columns));
    std::vector<std::string> chunks;
    std::size_t bytes = 0;
    for (const auto& each : of.result.chunks) {
        json_object chunk;
        chunk.add("chunk_index", chunks.size())
            .add("row_offset", each.row_offset)
            .add("row_count", each.row_count);
        if (of.is_external)
            chunk.add("byte_count", each.data.size());
        bytes += each.data.size();
        chunks.push_back(chunk.text());
    }
    json_object manifest;
    manifest.add("format", of.order.format == result_format::csv ? "CSV" : "JSON_ARRAY")
        .add("schema", schema)
        .add("total_row_count", of.result.rows)
        .add("total_chunk_count", chunks.size())
        .add("truncated", of.result.truncated);
    if (of.is_external)
        manifest.add("total_byte_count", bytes);
    if (!chunks.empty())
        manifest.add_raw("chunks", json_array(chunks));
    made.add("manifest", manifest);
    made.add_raw("result", chunks.empty() ? std::string{"{}"} : describe_chunk(of, 0));
    return made.text();
}

std::string statements::open_session(const json_value& body) {
    static_cast<void>(warehouses_->start(body.string("warehouse_id")));
    auto made = std::make_shared<session>();
    made->catalog = body.string("catalog");
    made->schema = body.string("schema");
    const auto id = make_id();
    const std::lock_guard lock{mutex_};
    sessions_[id] = std::move(made);
    return json_object{}.add("session_id", id).text();
}

void statements::close_session(const std::string& id) {
    const std::lock_guard lock{mutex_};
    if (sessions_.erase(id) == 0)
        throw not_found("Session " + id + " does not exist");
}

statements::link_content statements::follow(
    const std::string& id,
    std::string_view index,
    std::string_view expires,
    std::string_view signed_by
) const {
    const auto denied = [](std::string_view why) {
        return link_content{
            403,
            "application/xml",
            "<Error><Code>AccessDenied</Code><Message>" + std::string{why} + "</Message></Error>"
        };
    };
    if (signature(id, index, expires) != signed_by)
        return denied("The signature does not match");
    std::int64_t until = 0;
    std::from_chars(expires.data(), expires.data() + expires.size(), until);
    if (clock_->now_ms() >= until)
        return denied("Request has expired");
    std::size_t at = 0;
    std::from_chars(index.data(), index.data() + index.size(), at);
    const std::lock_guard lock{mutex_};
    const auto found = known_.find(id);
    if (found == known_.end())
        return denied("No such result");
    const std::lock_guard own{found->second->mutex};
    if (at >= found->second->result.chunks.size())
        return denied("No such result");
    const bool is_csv = found->second->order.format == result_format::csv;
    return {200, is_csv ? "text/csv" : "application/json", found->second->result.chunks[at].data};
}

} // namespace local_workspace
