// SPDX-License-Identifier: Apache-2.0
#include <weir/core/joint_work.hpp>
#include <weir/core/standby.hpp>
#include <weir/lakebase/detail/shared_trips.hpp>

#include <atomic>
#include <catch.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <set>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using weir::deadline;
using weir::lakebase::detail::cancel_point;
using weir::lakebase::detail::passenger;
using weir::lakebase::detail::pq_answer;
using weir::lakebase::detail::shared_trips;

namespace {

/// A read with all it needs.
struct single_read {
    weir::sql::statement statement{};
    weir::sql::arguments arguments{};
    cancel_point owner{};
    passenger self;

    explicit single_read(deadline until = {}) : self{statement, arguments, owner, until} {}
};

/// Until one is as fast as from a server that is near.
void travel_fast(shared_trips& by) {
    while (!by.is_near()) {
        single_read quick;
        const shared_trips::trip trip{by, quick.self};
    }
}

/// One trip at once, and nobody who waits leaves by itself.
struct line {
    shared_trips trips{1, shared_trips::most_seats, 1h};

    line() { travel_fast(trips); }

    void await_waiting(std::size_t count) const {
        while (trips.waiting() < count)
            std::this_thread::yield();
    }
};

pq_answer answer(ExecStatusType status) {
    return pq_answer{::PQmakeEmptyPGresult(nullptr, status)};
}

/// Travels in a thread of its own; gives how many it led.
std::future<std::size_t> travel(line& on, single_read& with) {
    return std::async(std::launch::async, [&] {
        shared_trips::trip trip{on.trips, with.self};
        const auto led = trip.party().size();
        for (std::size_t seat = 0; seat < led; ++seat)
            trip.take(seat, answer(PGRES_TUPLES_OK));
        trip.arrive();
        return led;
    });
}

} // namespace

TEST_CASE("a read that is alone leaves at once and takes nobody along") {
    line on;
    single_read one;
    const shared_trips::trip trip{on.trips, one.self};
    REQUIRE(trip.party().size() == 1);
    CHECK(trip.party().front() == &one.self);
    CHECK(on.trips.shared() == 0);
}

TEST_CASE("reads that come while one is under way leave together when it is back") {
    line on;
    single_read first;
    single_read second;
    single_read third;
    shared_trips::trip trip{on.trips, first.self};
    auto led_second = travel(on, second);
    on.await_waiting(1);
    auto led_third = travel(on, third);
    on.await_waiting(2);
    trip.take(0, answer(PGRES_COMMAND_OK));
    trip.arrive();
    CHECK(led_second.get() == 2);
    CHECK(led_third.get() == 0);
    CHECK(first.self.answer.status() == PGRES_COMMAND_OK);
    CHECK(second.self.answer.status() == PGRES_TUPLES_OK);
    CHECK(third.self.answer.status() == PGRES_TUPLES_OK);
    CHECK(on.trips.shared() == 2);
}

TEST_CASE("each is handed the answer of its own seat, and none where none came") {
    line on;
    single_read first;
    single_read second;
    single_read third;
    single_read fourth;
    shared_trips::trip before{on.trips, first.self};
    std::vector<std::future<std::size_t>> others;
    auto leading = std::async(std::launch::async, [&] {
        shared_trips::trip trip{on.trips, second.self};
        trip.take(0, answer(PGRES_TUPLES_OK));
        trip.take(1, answer(PGRES_COMMAND_OK));
        return trip.party().size();
    });
    on.await_waiting(1);
    others.push_back(travel(on, third));
    on.await_waiting(2);
    others.push_back(travel(on, fourth));
    on.await_waiting(3);
    before.arrive();
    CHECK(leading.get() == 3);
    for (auto& other : others)
        CHECK(other.get() == 0);
    CHECK(second.self.answer.status() == PGRES_TUPLES_OK);
    CHECK(third.self.answer.status() == PGRES_COMMAND_OK);
    CHECK_FALSE(fourth.self.answer);
}

TEST_CASE("who waits for another's trip stands by, who leads does not") {
    line on;
    single_read first;
    single_read second;
    std::atomic<bool> leads{false};
    weir::standby_mark() = &leads;
    shared_trips::trip before{on.trips, first.self};
    weir::standby_mark() = nullptr;
    CHECK_FALSE(leads);
    std::atomic<bool> waits{false};
    std::thread waiting{[&] {
        weir::standby_mark() = &waits;
        const shared_trips::trip trip{on.trips, second.self};
    }};
    on.await_waiting(1);
    before.arrive();
    waiting.join();
    CHECK(waits);
}

TEST_CASE("a trip has so many seats, and who finds none leads the next") {
    line on;
    shared_trips& trips = on.trips;
    std::vector<std::unique_ptr<single_read>> reads;
    for (std::size_t number = 0; number < shared_trips::most_seats + 2; ++number)
        reads.push_back(std::make_unique<single_read>());
    shared_trips::trip before{trips, reads.front()->self};
    std::vector<std::future<std::size_t>> led;
    for (std::size_t number = 1; number < reads.size(); ++number) {
        led.push_back(travel(on, *reads[number]));
        on.await_waiting(number);
    }
    before.arrive();
    std::multiset<std::size_t> parties;
    for (auto& one : led)
        parties.insert(one.get());
    CHECK(parties.count(shared_trips::most_seats) == 1);
    CHECK(parties.count(1) == 1);
    CHECK(parties.count(0) == shared_trips::most_seats - 1);
}

TEST_CASE("who has waited for long enough leaves beside the trip before it") {
    shared_trips trips{1, 16, 0ms};
    travel_fast(trips);
    single_read first;
    single_read second;
    const shared_trips::trip before{trips, first.self};
    const shared_trips::trip beside{trips, second.self};
    CHECK(beside.party().size() == 1);
}

TEST_CASE("nobody waits for a server that has shown no trip to be fast") {
    shared_trips trips{1, 16, 1h};
    for (int slow = 0; slow < 3; ++slow) {
        single_read first;
        single_read second;
        const shared_trips::trip before{trips, first.self};
        const shared_trips::trip beside{trips, second.self};
        CHECK(beside.party().size() == 1);
        std::this_thread::sleep_for(2 * shared_trips::near);
    }
    CHECK_FALSE(trips.is_near());
    travel_fast(trips);
    CHECK(trips.is_near());
}

TEST_CASE("a trip is due when the first of its passengers is") {
    line on;
    single_read first;
    single_read second;
    single_read third{deadline::in(5s)};
    shared_trips::trip before{on.trips, first.self};
    auto due = std::async(std::launch::async, [&] {
        const shared_trips::trip trip{on.trips, second.self};
        return trip.due().at();
    });
    on.await_waiting(1);
    auto taken = travel(on, third);
    on.await_waiting(2);
    before.arrive();
    CHECK(due.get() == third.self.due.at());
    CHECK(taken.get() == 0);
}

TEST_CASE("a cancelled read does not set out") {
    line on;
    single_read one;
    one.owner.cancel();
    const shared_trips::trip trip{on.trips, one.self};
    CHECK(trip.party().empty());
}

TEST_CASE("a read that is cancelled while it waits is let go, without an answer") {
    line on;
    single_read first;
    single_read second;
    const shared_trips::trip before{on.trips, first.self};
    auto led = travel(on, second);
    on.await_waiting(1);
    second.owner.cancel();
    on.trips.let_go(second.owner);
    CHECK(led.get() == 0);
    CHECK_FALSE(second.self.answer);
    CHECK(on.trips.waiting() == 0);
}

TEST_CASE("a passenger that is cancelled is let go as soon as its read is sent, the others stay") {
    const bool is_sent_before = GENERATE(true, false);
    line on;
    single_read first;
    single_read second;
    single_read third;
    shared_trips::trip before{on.trips, first.self};
    std::promise<void> is_aboard;
    std::promise<void> is_let_go;
    auto leading = std::async(std::launch::async, [&] {
        shared_trips::trip trip{on.trips, second.self};
        if (is_sent_before)
            trip.has_left();
        is_aboard.set_value();
        is_let_go.get_future().wait();
        trip.take(0, answer(PGRES_TUPLES_OK));
        trip.take(1, answer(PGRES_TUPLES_OK));
        return trip.party().size();
    });
    on.await_waiting(1);
    std::promise<void> is_back;
    auto riding = std::async(std::launch::async, [&] {
        const shared_trips::trip trip{on.trips, third.self};
        is_back.set_value();
    });
    on.await_waiting(2);
    before.arrive();
    is_aboard.get_future().wait();
    third.owner.cancel();
    on.trips.let_go(third.owner);
    auto back = is_back.get_future();
    if (is_sent_before)
        back.wait();
    else
        CHECK(back.wait_for(20ms) == std::future_status::timeout);
    is_let_go.set_value();
    CHECK(leading.get() == 2);
    riding.get();
    CHECK(second.self.answer.status() == PGRES_TUPLES_OK);
    CHECK(bool{third.self.answer} == !is_sent_before);
}

namespace {

/// What pieces of joint work find, each with a read of its own.
struct joint_reads {
    std::vector<std::unique_ptr<single_read>> reads;
    /// How many each led.
    std::vector<std::size_t> led;

    explicit joint_reads(std::size_t count) : led(count) {
        for (std::size_t at = 0; at < count; ++at)
            reads.push_back(std::make_unique<single_read>());
    }

    /// `before(piece)` comes before its read.
    template <class Before>
    void travel(shared_trips& by, const Before& before) {
        weir::joint_work work;
        work.run(reads.size(), [&](std::size_t at) {
            before(at);
            shared_trips::trip trip{by, reads[at]->self};
            led[at] = trip.party().size();
            for (std::size_t seat = 0; seat < led[at]; ++seat)
                trip.take(seat, answer(PGRES_TUPLES_OK));
        });
    }

    void travel(shared_trips& by) {
        travel(by, [](std::size_t) {});
    }
};

} // namespace

TEST_CASE("reads of joint work are one trip, wherever the server is") {
    const bool is_near = GENERATE(true, false);
    shared_trips trips{1, shared_trips::most_seats, 1h};
    if (is_near)
        travel_fast(trips);
    joint_reads on{5};
    on.travel(trips);
    CHECK(on.led == std::vector<std::size_t>{0, 0, 0, 0, 5});
    for (const auto& each : on.reads)
        CHECK(each->self.answer.status() == PGRES_TUPLES_OK);
    CHECK(trips.shared() == 5);
}

TEST_CASE("reads of joint work for which no seat is left go on the next trip") {
    line on;
    joint_reads many{shared_trips::most_seats + 2};
    many.travel(on.trips);
    std::multiset<std::size_t> parties{many.led.begin(), many.led.end()};
    CHECK(parties.count(shared_trips::most_seats) == 1);
    CHECK(parties.count(2) == 1);
    CHECK(parties.count(0) == many.led.size() - 2);
}

TEST_CASE("reads that pause are taken along by whoever leaves, and called by nobody") {
    line on;
    single_read first;
    single_read other;
    joint_reads joint{3};
    std::future<std::size_t> led;
    joint.travel(on.trips, [&](std::size_t at) {
        if (at != 2)
            return;
        // Two pause. The trip that comes back calls another, though they came before.
        shared_trips::trip before{on.trips, first.self};
        CHECK(before.party().size() == 3);
        led = travel(on, other);
        on.await_waiting(1);
        before.arrive();
        CHECK(led.get() == 1);
    });
    CHECK(joint.led == std::vector<std::size_t>{0, 0, 1});
}

TEST_CASE("a read of joint work waits for the trip before it, as any") {
    line on;
    single_read first;
    shared_trips::trip before{on.trips, first.self};
    joint_reads joint{3};
    auto travelling = std::async(std::launch::async, [&] { joint.travel(on.trips); });
    on.await_waiting(3);
    before.arrive();
    travelling.get();
    CHECK(joint.led == std::vector<std::size_t>{0, 0, 3});
}

TEST_CASE("a read that is cancelled while it pauses is let go, without an answer") {
    line on;
    joint_reads joint{3};
    joint.travel(on.trips, [&](std::size_t at) {
        if (at != 2)
            return;
        joint.reads[0]->owner.cancel();
        on.trips.let_go(joint.reads[0]->owner);
    });
    CHECK(joint.led == std::vector<std::size_t>{0, 0, 2});
    CHECK_FALSE(joint.reads[0]->self.answer);
    CHECK(joint.reads[1]->self.answer);
}
