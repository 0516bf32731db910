// SPDX-License-Identifier: Apache-2.0
// A session for tests without a database: records what it was asked, answers with rows prepared
// beforehand.
#pragma once

#include <weir/data/session.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::test {

/// Rows as a database would spell them; an absent field is NULL.
struct fake_answer {
    std::vector<std::vector<std::optional<std::string>>> rows{};
    std::uint64_t affected_rows = 0;
};

/// One statement the session was asked to execute.
struct recorded_statement {
    std::string text;
    std::vector<std::optional<std::string>> arguments;
    deadline until;
};

class fake_result {
public:
    explicit fake_result(fake_answer answer) : answer_(std::move(answer)) {}

    std::optional<std::span<const text_field>> next() {
        if (at_ == answer_.rows.size())
            return std::nullopt;
        fields_.clear();
        for (const auto& field : answer_.rows[at_])
            fields_.push_back({field ? std::string_view{*field} : std::string_view{}, !field});
        ++at_;
        return fields_;
    }

    [[nodiscard]] std::uint64_t affected_rows() const { return answer_.affected_rows; }

private:
    fake_answer answer_;
    std::size_t at_ = 0;
    std::vector<text_field> fields_;
};

/// What a test prepares and reads back; sessions share it, because routes take theirs by value.
struct fake_database {
    std::deque<fake_answer> answers{};
    std::vector<recorded_statement> statements{};
};

/// A fake session for `Who` (weir::caller or weir::nobody).
template <class Who>
class fake_session {
public:
    fake_session(fake_database& database, Who who, sql::dialect spoken)
        : database_(&database), who_(std::move(who)), spoken_(spoken) {}

    [[nodiscard]] sql::dialect dialect() const { return spoken_; }

    [[nodiscard]] std::string_view actor() const { return who_.actor(); }

    [[nodiscard]] const weir::caller& caller() const
        requires std::same_as<Who, weir::caller>
    {
        return who_;
    }

    fake_result
    execute(const sql::statement& statement, const sql::arguments& arguments, deadline until) {
        auto& recorded = database_->statements.emplace_back(
            recorded_statement{std::string{statement.text}, {}, until}
        );
        for (std::size_t at = 0; at < arguments.size(); ++at) {
            const auto text = arguments.text(at);
            recorded.arguments.emplace_back(
                text ? std::optional<std::string>{*text} : std::nullopt
            );
        }
        if (database_->answers.empty())
            return fake_result{{}};
        auto answer = std::move(database_->answers.front());
        database_->answers.pop_front();
        return fake_result{std::move(answer)};
    }

private:
    fake_database* database_;
    Who who_;
    sql::dialect spoken_;
};

} // namespace weir::test
