// SPDX-License-Identifier: Apache-2.0
// Pages by position, on both backends: over random rows of every type in random orders, while other
// threads insert and delete.
#include <weir/core/error.hpp>
#include <weir/data/repository.hpp>
#include <weir/sql/order.hpp>

#include <algorithm>
#include <atomic>
#include <catch.hpp>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <optional>
#include <random>
#include <semaphore>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "backends.hpp"

namespace paging_cases {

using namespace weir;
using namespace weir::test;
namespace c = specimens::specimen_columns;

namespace {

using specimens_of_any = repository<specimens::specimen, any_session>;
using options_of_specimens = list_options<specimens::specimen>;
using page_of_specimens = page<specimens::specimen>;

/// Random rows out of few values, so that many are equal, with those that databases order in ways
/// of their own.
class chance {
public:
    explicit chance(std::uint32_t seed) : engine_(seed) {}

    std::size_t below(std::size_t end) {
        return std::uniform_int_distribution<std::size_t>{0, end - 1}(engine_);
    }

    template <class T>
    std::optional<T> one_of(std::initializer_list<T> values) {
        const auto at = below(values.size() + 1);
        return at == values.size() ? std::nullopt : std::optional<T>{values.begin()[at]};
    }

    specimens::specimen_create row() {
        using real = std::numeric_limits<double>;
        using single = std::numeric_limits<float>;
        using exact = decimal<38, 10>;
        using bytes = std::vector<std::byte>;
        static const uuid some = uuid::random();
        static const uuid other = uuid::random();
        return {
            .tiny = one_of<std::int8_t>({-128, 0, 127}),
            .small = one_of<std::int16_t>({-1, 0, 1}),
            .whole = one_of<std::int32_t>({INT32_MIN, 0, INT32_MAX}),
            .single =
                one_of<float>({0.1F, -0.0F, 0.0F, 1e20F, single::quiet_NaN(), -single::infinity()}),
            .twice = one_of<double>(
                {0.1, -0.0, 0.0, 5e-324, real::quiet_NaN(), real::infinity(), -real::infinity()}
            ),
            .exact = one_of<exact>({exact{}, *exact::parse("-0.0000000001"), *exact::parse("9")}),
            .words = one_of<std::string>(
                {"", "a", "A", "Z", "_a", "a b", "a-b", "ab", "\u00e4", "z", "\U0001f6e2", "\uff21"}
            ),
            .brief = one_of<std::string>({"", "b", "B", "b "}),
            .code = one_of<std::string>({"a", "B", "a b"}),
            .truth = one_of<bool>({false, true}),
            .day = one_of<date>({date{-719'162}, date{0}}),
            .moment = one_of<timestamp>({timestamp{1}, timestamp{1'714'564'800'123'456}}),
            .wall = one_of<timestamp_ntz>({timestamp_ntz{-1}, timestamp_ntz{1'000'000}}),
            .bytes = one_of<bytes>(
                {bytes{}, bytes{std::byte{0}}, bytes{std::byte{255}}, bytes{std::byte{127}}}
            ),
            .other = one_of<uuid>({some, other}),
            .colour = one_of<specimens::shade>(
                {specimens::shade::no, specimens::shade::light_grey, specimens::shade::dark}
            ),
        };
    }

    std::vector<sort_by<specimens::specimen>> order() {
        const auto& columns = table_of<specimens::specimen>.columns;
        std::vector<sort_by<specimens::specimen>> made;
        std::vector<bool> taken(columns.size());
        for (auto wanted = 1 + below(4); wanted > 0;) {
            const auto at = below(columns.size());
            if (taken[at] || !sql::has_order(columns[at].type.kind))
                continue;
            taken[at] = true;
            made.emplace_back(sql::order_term{
                .column = static_cast<std::uint16_t>(at),
                .descending = below(2) == 0,
                .nulls = static_cast<sql::null_order>(below(3)),
            });
            --wanted;
        }
        return made;
    }

private:
    std::mt19937 engine_;
};

std::string spelled(const options_of_specimens& options) {
    std::string text;
    for (const auto& by : options.order) {
        text.append(table_of<specimens::specimen>.columns[by.term.column].name);
        text.append(by.term.descending ? ".desc" : ".asc");
        text.append(sql::detail::puts_nulls_first(by.term) ? ".first " : ".last ");
    }
    return text + "limit " + std::to_string(options.limit_rows.value_or(0));
}

/// Inserts rows and deletes them again, from threads of its own, some changes for each page that
/// is read.
template <class Backend>
class unrest {
public:
    explicit unrest(Backend& backend) {
        for (std::uint32_t seed = 0; seed < threads; ++seed)
            threads_.emplace_back([this, &backend, seed] { stir(backend, seed); });
    }

    unrest(const unrest&) = delete;
    unrest(unrest&&) = delete;
    unrest& operator=(const unrest&) = delete;
    unrest& operator=(unrest&&) = delete;

    ~unrest() {
        stop_.store(true);
        due_.release(threads);
        for (auto& thread : threads_)
            thread.join();
    }

    void go_on() { due_.release(2); }

    [[nodiscard]] std::uint64_t changes() const { return changes_.load(); }

private:
    static constexpr std::uint32_t threads = 3;

    void stir(Backend& backend, std::uint32_t seed) {
        auto session = backend.session(nobody{});
        specimens_of_any rows{session};
        chance random{1000 + seed};
        std::vector<uuid> mine;
        while (true) {
            due_.acquire();
            if (stop_.load())
                return;
            try {
                if (mine.size() < 8 || random.below(2) == 0) {
                    mine.push_back(rows.insert(random.row()).id);
                } else {
                    std::swap(mine[random.below(mine.size())], mine.back());
                    const specimens::specimen_key key{mine.back()};
                    random.below(2) == 0 ? rows.remove(key) : rows.purge(key);
                    mine.pop_back();
                }
                changes_.fetch_add(1);
            } catch (const conflict_error&) {
                // Two changes met in the engine: neither is what this is about.
            }
        }
    }

    std::counting_semaphore<> due_{threads};
    std::atomic<bool> stop_{false};
    std::atomic<std::uint64_t> changes_{0};
    std::vector<std::thread> threads_;
};

std::vector<uuid> ids_of(const std::vector<specimens::specimen>& rows) {
    std::vector<uuid> ids;
    for (const auto& row : rows)
        ids.push_back(row.id);
    return ids;
}

/// Page after page from the first: the rows' ids, and the last page.
template <class Others>
std::pair<std::vector<uuid>, page_of_specimens>
walk_forwards(specimens_of_any& rows, options_of_specimens options, Others& others) {
    std::vector<uuid> ids;
    while (true) {
        others.go_on();
        auto found = rows.page(options);
        REQUIRE(found.rows.size() <= options.limit_rows.value());
        REQUIRE((found.previous.has_value() == options.from.has_value()));
        for (const auto id : ids_of(found.rows))
            ids.push_back(id);
        REQUIRE(ids.size() < 100'000);
        if (!found.next)
            return {ids, std::move(found)};
        options.from = std::move(found.next);
    }
}

/// Page before page from a page back to the first.
template <class Others>
std::vector<uuid> walk_backwards(
    specimens_of_any& rows, options_of_specimens options, page_of_specimens last, Others& others
) {
    auto ids = ids_of(last.rows);
    while (last.previous) {
        others.go_on();
        options.from = std::move(last.previous);
        last = rows.page(options);
        REQUIRE(last.rows.size() <= options.limit_rows.value());
        REQUIRE(last.next.has_value());
        const auto before = ids_of(last.rows);
        ids.insert(ids.begin(), before.begin(), before.end());
        REQUIRE(ids.size() < 100'000);
    }
    return ids;
}

/// Those of `ids` that are among `wanted`, in their order.
std::vector<uuid> only(const std::vector<uuid>& ids, const std::set<uuid>& wanted) {
    std::vector<uuid> kept;
    std::copy_if(ids.begin(), ids.end(), std::back_inserter(kept), [&](const uuid& id) {
        return wanted.count(id) != 0;
    });
    return kept;
}

bool repeats(const std::vector<uuid>& ids) {
    return std::set<uuid>{ids.begin(), ids.end()}.size() != ids.size();
}

} // namespace

TEMPLATE_TEST_CASE(
    "a walk neither repeats a row nor skips one that was there throughout",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    specimens_of_any rows{session};
    chance random{7};
    std::set<uuid> all;
    std::set<uuid> true_ones;
    for (int at = 0; at < 60; ++at) {
        const auto made = rows.insert(random.row());
        all.insert(made.id);
        if (made.truth)
            true_ones.insert(made.id);
    }
    unrest<TestType> others{backend};
    for (int round = 0; round < 12 || others.changes() < 100; ++round) {
        options_of_specimens options{.order = random.order()};
        options.limit_rows = static_cast<std::uint32_t>(2 + random.below(16));
        const bool is_filtered = random.below(3) == 0;
        if (is_filtered)
            options.where = c::truth.is_not_null();
        const auto& steady = is_filtered ? true_ones : all;
        CAPTURE(round, spelled(options));
        auto [forwards, last] = walk_forwards(rows, options, others);
        REQUIRE_FALSE(repeats(forwards));
        REQUIRE(only(forwards, steady).size() == steady.size());
        const auto backwards = walk_backwards(rows, options, std::move(last), others);
        REQUIRE_FALSE(repeats(backwards));
        REQUIRE((only(backwards, steady) == only(forwards, steady)));
    }
}

TEMPLATE_TEST_CASE(
    "a place in a list outlives its row, and leads back from an empty page",
    "",
    postgres_backend,
    embedded_backend,
    warehouse_backend
) {
    TestType backend;
    auto session = backend.session(nobody{});
    repository<specimens::bare_note, any_session> notes{session};
    for (const auto* slug : {"a", "b", "c", "d", "e"})
        notes.insert({.slug = slug});
    const auto slugs = [](const page<specimens::bare_note>& of) {
        std::string text;
        for (const auto& row : of.rows)
            text += row.slug;
        return text;
    };
    list_options<specimens::bare_note> options{.limit_rows = 2};
    const auto first = notes.page(options);
    CHECK(slugs(first) == "ab");
    CHECK_FALSE(first.previous.has_value());
    options.from = first.next;
    const auto second = notes.page(options);
    CHECK(slugs(second) == "cd");
    CHECK(notes.list(options).size() == 2);

    for (const auto* slug : {"b", "c", "d", "e"})
        notes.purge({slug});
    CHECK(slugs(notes.page(options)).empty());
    const auto back = notes.page(options).previous;
    REQUIRE(back.has_value());
    options.from = back;
    CHECK(slugs(notes.page(options)) == "a");
    // The row at the place belongs to the page that leads back to it.
    notes.insert({.slug = "b"});
    CHECK(slugs(notes.page(options)) == "ab");
    const auto forth = notes.page(options).next;
    REQUIRE(forth.has_value());
    options.from = forth;
    CHECK(slugs(notes.page(options)).empty());

    // Read backwards, a list is in its own order all the same.
    options.from = second.next;
    notes.insert({.slug = "c"});
    options.from->towards = sql::direction::backward;
    CHECK(slugs({.rows = notes.list(options)}) == "bc");
}

TEST_CASE("a position of another order is refused before a statement is sent") {
    embedded_backend backend;
    auto session = backend.session(nobody{});
    specimens_of_any rows{session};
    CHECK_THROWS_AS(
        rows.page({.order = {c::big}, .from = sql::list_position{.values = {any_value{1.0}}}}),
        validation_error
    );
}

TEST_CASE("all backends order every type alike, NULL, NaN, zeros and text among it") {
    postgres_backend on_postgres;
    embedded_backend on_embedded;
    warehouse_backend on_warehouse;
    auto postgres_session = on_postgres.session(nobody{});
    auto embedded_session = on_embedded.session(nobody{});
    auto warehouse_session = on_warehouse.session(nobody{});
    specimens_of_any in_postgres{postgres_session};
    specimens_of_any in_embedded{embedded_session};
    specimens_of_any in_warehouse{warehouse_session};
    chance random{11};
    std::vector<specimens::specimen_create> made;
    for (std::int64_t label = 0; label < 120; ++label) {
        made.push_back(random.row());
        made.back().big = label;
    }
    in_postgres.insert_quietly(made);
    in_embedded.insert_quietly(made);
    in_warehouse.insert_quietly(made);
    const auto labels = [](specimens_of_any& rows, options_of_specimens options) {
        std::vector<std::int64_t> found;
        for (bool more = true; more;) {
            auto part = rows.page(options);
            for (const auto& row : part.rows)
                found.push_back(row.big.value());
            more = part.next.has_value();
            options.from = std::move(part.next);
        }
        return found;
    };
    for (int round = 0; round < 30; ++round) {
        options_of_specimens options{.order = random.order(), .limit_rows = 50};
        // Keys, times and actors of writing are each backend's own.
        std::erase_if(options.order, [](const auto& by) {
            const auto& column = table_of<specimens::specimen>.columns[by.term.column];
            return column.key || column.audit != audit_role::none || column.name == "big" ||
                   column.name == "stamped";
        });
        options.order.emplace_back(c::big);
        CAPTURE(round, spelled(options));
        const auto expected = labels(in_postgres, options);
        REQUIRE(expected.size() == made.size());
        REQUIRE(labels(in_embedded, options) == expected);
        REQUIRE(labels(in_warehouse, options) == expected);
    }
}

TEST_CASE("text is ordered and compared by its bytes whatever the column's collation") {
    postgres_backend backend;
    auto session = backend.session(nobody{});
    specimens_of_any rows{session};
    const auto execute = [&](std::string_view text) {
        session.execute({text, "", sql::verb::ddl}, {}, deadline{});
    };
    // A table that others made: in English, "a" comes before "B" and "_".
    execute(
        R"(alter table @{app_data}"specimens" alter column "words" type text collate "en-x-icu")"
    );
    for (const auto* word : {"a", "B", "_", "A", "b"})
        rows.insert({.words = word});
    const auto words = [&](options_of_specimens options) {
        std::string found;
        options.order = {c::words};
        options.limit_rows = 1;
        for (bool more = true; more;) {
            auto part = rows.page(options);
            for (const auto& row : part.rows)
                found += row.words.value();
            more = part.next.has_value();
            options.from = std::move(part.next);
        }
        return found;
    };
    CHECK(words({}) == "AB_ab");
    CHECK(words({.where = c::words < "_"}) == "AB");
    CHECK(words({.where = c::words.ilike("B")}) == "Bb");
}

} // namespace paging_cases
