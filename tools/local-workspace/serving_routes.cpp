// SPDX-License-Identifier: Apache-2.0
// Serving endpoints that an administrator declares: they answer what they were told to, at once or
// as a stream of events. Source: databricks.md 6.2.
#include <weir/core/sha256.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "services.hpp"

namespace local_workspace {

namespace {

using weir::http::request;
using weir::http::response;
using weir::json::token;

struct serving_endpoint {
    std::string task{};
    /// JSON of the answer; empty: the inputs come back, or the last message.
    std::string answer{};
    std::int64_t latency_ms = 0;
    bool is_ready = true;
};

class serving_board {
public:
    void declare(const json_value& body) {
        const auto name = body.string("name");
        if (name.empty())
            throw invalid("name is required");
        serving_endpoint made{.task = body.string("task")};
        if (const auto* given = body.find("answer"))
            made.answer = to_json(*given);
        made.latency_ms = body.integer("latency_ms").value_or(0);
        const auto* const ready = body.find("ready");
        made.is_ready = ready == nullptr || body.truth("ready");
        const std::lock_guard lock{mutex_};
        known_[name] = std::move(made);
    }

    serving_endpoint find(const std::string& name) {
        const std::lock_guard lock{mutex_};
        const auto found = known_.find(name);
        if (found == known_.end())
            throw not_found("Endpoint with name '" + name + "' does not exist.");
        return found->second;
    }

    std::string list() {
        const std::lock_guard lock{mutex_};
        std::vector<std::string> made;
        for (const auto& [name, of] : known_)
            made.push_back(describe(name, of));
        return json_object{}.add_raw("endpoints", json_array(made)).text();
    }

    static std::string describe(const std::string& name, const serving_endpoint& of) {
        json_object state;
        state.add("ready", of.is_ready ? "READY" : "NOT_READY")
            .add("config_update", "NOT_UPDATING");
        json_object entity;
        entity.add("name", name + "-1").add("entity_name", name).add("entity_version", "1");
        return json_object{}
            .add("name", name)
            .add("id", weir::sha256_hex(name).substr(0, 32))
            .add("task", of.task)
            .add("state", state)
            .add("config", json_object{}.add_raw("served_entities", "[" + entity.text() + "]"))
            .add("permission_level", "CAN_QUERY")
            .text();
    }

private:
    std::mutex mutex_;
    std::map<std::string, serving_endpoint> known_;
};

std::string last_message(const json_value& body) {
    const auto* const messages = body.find("messages");
    if (messages == nullptr || messages->elements.empty())
        throw bad_request("messages must hold at least one message");
    return messages->elements.back().string("content");
}

std::string chat_answer(const std::string& name, const std::string& text, std::int64_t now) {
    json_object choice;
    choice.add("index", 0)
        .add("message", json_object{}.add("role", "assistant").add("content", text))
        .add("finish_reason", "stop");
    json_object usage;
    usage.add("prompt_tokens", text.size()).add("completion_tokens", text.size());
    usage.add("total_tokens", text.size() * 2);
    return json_object{}
        .add("id", "chatcmpl-" + make_id())
        .add("object", "chat.completion")
        .add("created", now)
        .add("model", name)
        .add_raw("choices", "[" + choice.text() + "]")
        .add("usage", usage)
        .text();
}

/// One word an event, then the end as OpenAI's interface marks it.
response chat_events(const std::string& name, const std::string& text) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find(' ', at + 1), text.size());
        words.push_back(text.substr(at, end - at));
        at = end;
    }
    return weir::http::stream_response(
        "text/event-stream",
        weir::http::body_stream{
            [words = std::move(words), name, at = std::size_t{0}](std::string& out) mutable {
                if (at == words.size()) {
                    out += "data: [DONE]\n\n";
                    return false;
                }
                json_object choice;
                choice.add("index", 0).add("delta", json_object{}.add("content", words[at++]));
                json_object event;
                event.add("object", "chat.completion.chunk")
                    .add("model", name)
                    .add_raw("choices", "[" + choice.text() + "]");
                out += "data: " + event.text() + "\n\n";
                return true;
            }
        }
    );
}

/// Gives the inputs back: what a model of the identity would.
std::string echo(const json_value& body) {
    for (const std::string_view name : {"dataframe_records", "instances", "inputs"}) {
        if (const auto* given = body.find(name)) {
            const bool is_list = given->is(token::array);
            return json_object{}
                .add_raw("predictions", is_list ? to_json(*given) : "[" + to_json(*given) + "]")
                .text();
        }
    }
    if (const auto* split = body.find("dataframe_split"))
        if (const auto* data = split->find("data"))
            return json_object{}.add_raw("predictions", to_json(*data)).text();
    throw bad_request(
        "The request needs one of dataframe_records, dataframe_split, instances, inputs, messages"
    );
}

response invoke(serving_board& board, const workspace& of, const call& from) {
    const auto name = from.path("name");
    const auto endpoint = board.find(name);
    constexpr std::size_t most_bytes = 16U << 20U;
    if (from.asked.body.size() > most_bytes)
        throw bad_request("The request's payload exceeds 16 MB");
    if (!endpoint.is_ready)
        throw refusal{503, "TEMPORARILY_UNAVAILABLE", "Endpoint " + name + " is not ready"};
    if (endpoint.latency_ms > 0)
        std::this_thread::sleep_for(std::chrono::milliseconds{endpoint.latency_ms});
    response made;
    if (from.body.find("messages") != nullptr) {
        const auto text = last_message(from.body);
        made = from.body.truth("stream") ? chat_events(name, text)
               : endpoint.answer.empty() ? answer(chat_answer(name, text, of.clock.now()))
                                         : answer(endpoint.answer);
    } else if (from.body.truth("stream")) {
        throw not_supported("streams of anything but messages");
    } else {
        made = answer(endpoint.answer.empty() ? echo(from.body) : endpoint.answer);
    }
    made.headers.add("served-model-name", name + "-1");
    return made;
}

} // namespace

void add_serving_routes(api& to, workspace& of) {
    const auto board = std::make_shared<serving_board>();
    to.add_open("POST", "/admin/serving-endpoints", [board](const request& asked) {
        const auto body = parse_json(asked.body);
        if (!body)
            throw bad_request("The body must be JSON");
        board->declare(*body);
        return answer(json_object{});
    });
    to.add("GET", "/api/2.0/serving-endpoints", [board](const call&) {
        return answer(board->list());
    });
    to.add("GET", "/api/2.0/serving-endpoints/{name}", [board](const call& from) {
        const auto name = from.path("name");
        return answer(serving_board::describe(name, board->find(name)));
    });
    to.add("POST", "/serving-endpoints/{name}/invocations", [board, &of](const call& from) {
        return invoke(*board, of, from);
    });
}

} // namespace local_workspace
