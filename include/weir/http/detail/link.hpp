// SPDX-License-Identifier: Apache-2.0
// One connection of the listener: a worker reads for it and answers on it, and others read on while
// it does. Costs nghttp2.h, <stop_token>, <thread>.
#pragma once

#include <weir/core/binary.hpp>
#include <weir/core/canceller.hpp>
#include <weir/http/chunked.hpp>
#include <weir/http/connection_limits.hpp>
#include <weir/http/detail/link_socket.hpp>
#include <weir/http/detail/link_table.hpp>
#include <weir/http/detail/worker_pool.hpp>
#include <weir/http/http2_session.hpp>
#include <weir/http/problem.hpp>
#include <weir/http/request_id.hpp>
#include <weir/http/request_reader.hpp>
#include <weir/http/response_head.hpp>
#include <weir/http/router.hpp>
#include <weir/http/status_counts.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::http::detail {

class link;

/// Work on a connection.
struct link_job {
    std::shared_ptr<link> on;
    /// 0 by HTTP/1.1; below: nothing but to end what streams held.
    http2_session::stream_id stream = 0;

    void run() noexcept;

    /// It has waited too long.
    void turn_down() noexcept;
};

/// What all connections of a server share.
struct link_host {
    link_host(const router& served, const connection_limits& within, const worker_options& by)
        : routes(&served), limits(within), workers(by, links) {}

    const router* routes;
    connection_limits limits;
    link_table links{};
    worker_pool<link_job, link_table> workers;
    canceller cancels{};
    /// What no route answered: refusals, and router::at_once().
    status_counts own_answers{};
    std::atomic<bool> is_stopping{false};
};

/// A connection. Threads: shared object safe.
class link : public std::enable_shared_from_this<link> {
    using clock = std::chrono::steady_clock;
    using stream_id = http2_session::stream_id;

public:
    /// `key`: what its events hold.
    link(link_host& host, int socket, std::uint64_t key)
        : host_(&host), key_(key), socket_(socket, host.links.epoll(), key), reader_(host.limits),
          due_(clock::now() + host.limits.keep_alive) {}

    link(const link&) = delete;
    link(link&&) = delete;
    link& operator=(const link&) = delete;
    link& operator=(link&&) = delete;
    ~link() = default;

    /// Has its events come. False: the system refuses.
    [[nodiscard]] bool watch() { return socket_.watch(); }

    void unwatch() { socket_.unwatch(); }

    [[nodiscard]] std::uint64_t key() const noexcept { return key_; }

    /// When it will have been idle for too long; absent while something is under way.
    [[nodiscard]] std::optional<clock::time_point> idle_until() {
        const hold lock{*this};
        const bool is_idle = phase_ == phase::open && socket_.has_sent_all() &&
                             (http2_ ? !http2_->has_streams() : !is_busy_ && reader_.is_between());
        return is_idle ? std::optional{due_} : std::nullopt;
    }

    /// What epoll reports. `room` is for reading into. False: the connection is over.
    ///
    /// Never waits: a client asks again before the thread that answered it is done with the link,
    /// which then sees to it.
    [[nodiscard]] bool on_events(std::uint32_t events, std::span<char> room) {
        missed_.fetch_or(events);
        do {
            const std::unique_lock lock{mutex_, std::try_to_lock};
            if (!lock)
                return true;
            see(missed_.exchange(0), room);
            if (is_over())
                return false;
        } while (missed_.load() != 0);
        return true;
    }

    /// Ends what is late. False: the connection is over.
    [[nodiscard]] bool on_time(clock::time_point now) {
        const hold lock{*this};
        if (is_over() || now < due_)
            return !is_over();
        const bool may_be_told = phase_ == phase::open && socket_.has_sent_all();
        if (may_be_told && http2_) {
            if (http2_->refuse_late(now) && http2_->has_streams()) {
                pump();
            } else {
                http2_->drain();
                pump();
                end();
            }
        } else if (may_be_told && !is_busy_ && !reader_.is_between()) {
            refuse(
                {408,
                 "request_timeout",
                 reader_.is_in_body() ? "The body did not arrive in time"
                                      : "The request did not arrive in time",
                 {},
                 {}}
            );
        } else {
            lose();
        }
        return !is_over();
    }

    /// The server stops: idle connections end, requests that have begun are finished. One that has
    /// not said a word yet may ask once.
    [[nodiscard]] bool on_stop() {
        const hold lock{*this};
        if (is_over())
            return false;
        if (http2_) {
            http2_->drain();
            pump();
        } else if (!is_busy_ && phase_ == phase::open) {
            if (reader_.is_between() && !is_fresh_) {
                lose();
            } else {
                due_ = std::min(due_, clock::now() + (is_fresh_ ? fresh_grace : stopping_grace));
            }
        }
        return !is_over();
    }

    /// Ends the connection at once, without a word.
    void drop() {
        const hold lock{*this};
        if (!is_over())
            lose();
    }

    /// Answers that there is no room for it, and ends it.
    void turn_away() {
        const hold lock{*this};
        refuse({503, "overloaded", "Too many connections at once", {}, {}});
    }

    /// A worker's part.
    void work(stream_id stream) noexcept {
        try {
            if (stream > 0) {
                work_http2(stream);
            } else if (stream == 0) {
                work_http1();
            } else {
                end_doomed();
            }
        } catch (...) { // Out of memory: no answer can be made.
            drop();
        }
    }

    /// Answers, in place of a worker, a request that has waited for one too long.
    void turn_down(stream_id stream) noexcept {
        try {
            const hold lock{*this};
            if (is_over())
                return;
            const problem told{503, "overloaded", "The request waited too long", {}, {}};
            if (stream > 0) {
                http2_->refuse(stream, told);
                return pump();
            }
            host_->own_answers.add(told.status);
            // The connection stays: another would cost both sides more than the answer.
            send_answer(problem_response(told, choose_request_id(reader_.asked().headers)));
        } catch (...) { // Out of memory: no answer can be made.
            drop();
        }
    }

private:
    enum class phase {
        open,
        /// The last answer is being sent.
        ending,
        /// All is sent; what the client still sends is dropped, so that no reset overtakes the
        /// answer. Source: RFC 9112 9.6.
        lingering,
        over,
    };

    static constexpr stream_id doomed_only = -1;
    // How long work that has begun may still take once the server stops.
    static constexpr std::chrono::milliseconds stopping_grace{1'000};
    // How long a client that has just connected may take to ask.
    static constexpr std::chrono::milliseconds fresh_grace{500};
    // The same as stopping_grace for a streamed answer whose client keeps reading.
    static constexpr std::chrono::milliseconds stream_grace{5'000};
    // A client that ended its side so long after its request was read has left; earlier it may be
    // one that only half closes, and waits.
    static constexpr std::chrono::milliseconds half_closed_patience{1'000};
    // What a client may send ahead of its answers.
    static constexpr std::size_t most_pending = 64 * 1024;
    static constexpr std::size_t most_lingering = 64 * 1024 * 1024;
    // Pieces of a stream that a worker makes before others get their turn.
    static constexpr int pieces_at_once = 16;
    // What of HTTP/2 is sent at once.
    static constexpr std::size_t most_output = 64 * 1024;

    [[nodiscard]] bool is_over() const noexcept { return phase_ == phase::over; }

    [[nodiscard]] bool is_stopping() const noexcept { return host_->is_stopping.load(); }

    // For work that goes on.
    void enlist(stream_id stream) { host_->workers.go_on({shared_from_this(), stream}); }

    // For a request; false: too much waits.
    [[nodiscard]] bool line_up(stream_id stream, const request& asked, std::size_t body) {
        // Besides what is sent: the request, its place in line, and what each field takes more.
        constexpr std::size_t own_bytes = 1'024;
        constexpr std::size_t field_bytes = sizeof(header) + 32;
        auto bytes = own_bytes + asked.target.size() + body;
        for (const auto& each : asked.headers)
            bytes += each.name.size() + each.value.size() + field_bytes;
        return host_->workers.add({shared_from_this(), stream}, line_for(asked), bytes);
    }

    [[nodiscard]] line line_for(const request& asked) const {
        if (host_->routes->is_urgent(asked))
            return line::urgent;
        if (const auto is_near = host_->routes->is_joint_and_near(asked))
            return *is_near ? line::joint : line::joint_far;
        return line::usual;
    }

    // Has the link for itself. Whoever lets go of it sees to what happened meanwhile.
    class hold {
    public:
        explicit hold(link& of) : of_(&of), lock_(of.mutex_) {}

        hold(const hold&) = delete;
        hold(hold&&) = delete;
        hold& operator=(const hold&) = delete;
        hold& operator=(hold&&) = delete;

        ~hold() {
            if (lock_)
                unlock();
        }

        void lock() { lock_.lock(); }

        void unlock() {
            lock_.unlock();
            if (of_->missed_.load() != 0)
                of_->host_->links.serve(readiness::event_of(of_->key_, 0));
        }

    private:
        link* of_;
        std::unique_lock<std::mutex> lock_;
    };

    void see(std::uint32_t events, std::span<char> room) {
        if ((events & (EPOLLHUP | EPOLLERR)) != 0 && !is_over())
            lose();
        if ((events & EPOLLOUT) != 0 && !is_over())
            write_on();
        if ((events & EPOLLIN) != 0 && !is_over()) {
            read_on(room, (events & EPOLLRDHUP) != 0);
        } else if ((events & EPOLLRDHUP) != 0 && !is_over()) {
            peer_ended();
        }
    }

    // ---------------------------------------------------------------- its end

    // The client is gone, or has to go. Whoever sees the socket's end lets go of it.
    void lose() {
        phase_ = phase::over;
        socket_.end();
        abandon();
        if (stream_)
            doomed_.push_back(std::move(stream_));
        if (http2_) {
            http2_->abandon_all();
            settle();
        }
        bury();
    }

    // Everything that had to be said is on its way.
    void end() {
        if (phase_ != phase::open)
            return;
        phase_ = phase::ending;
        if (socket_.has_sent_all())
            linger();
    }

    void linger() {
        if (peer_has_ended_)
            return lose();
        phase_ = phase::lingering;
        socket_.end_sending();
        socket_.resume_reading();
        due_ = clock::now() + std::chrono::milliseconds{is_stopping() ? 200 : 1'000};
    }

    // Cancels what runs for a client that left.
    void abandon() {
        if (is_busy_ && gone_.stop_possible())
            host_->cancels.cancel(gone_);
    }

    // What streams hold may wait for a database as it ends: that is for workers.
    void bury() {
        if (!doomed_.empty())
            enlist(doomed_only);
    }

    void end_doomed() {
        std::vector<body_stream> taken;
        const hold lock{*this};
        taken.swap(doomed_);
        // `taken` ends after the lock.
    }

    // ---------------------------------------------------------------- reading

    // `to_the_end`: the peer's end has come, of which nobody tells again.
    void read_on(std::span<char> room, bool to_the_end) {
        while (!is_over() && !socket_.is_paused()) {
            std::size_t size = 0;
            switch (socket_.receive(room, size)) {
            case link_socket::received::some:
                take({room.data(), size});
                break;
            case link_socket::received::none:
                return;
            case link_socket::received::end:
                return peer_ended();
            case link_socket::received::lost:
                return lose();
            }
            // What comes from here on is told.
            if (size < room.size() && !to_the_end)
                return;
        }
    }

    // Perhaps only half closed: an answer under way is still sent, though hardly anybody waits.
    void peer_ended() {
        peer_has_ended_ = true;
        socket_.stop_reading();
        if (http2_ || phase_ == phase::lingering || (!is_busy_ && phase_ == phase::open))
            return lose();
        abandon();
    }

    void take(std::string_view bytes) {
        if (phase_ == phase::lingering) {
            lingered_ += bytes.size();
            if (lingered_ > most_lingering)
                lose();
        } else if (phase_ == phase::ending) {
            return;
        } else if (http2_) {
            take_http2(bytes);
        } else if (is_busy_) {
            pending_ += bytes;
            if (pending_.size() > most_pending)
                socket_.pause_reading();
        } else if (is_fresh_) {
            take_first(bytes);
        } else {
            advance(bytes);
        }
    }

    // The first bytes of a connection tell which HTTP it speaks.
    void take_first(std::string_view bytes) {
        if (pending_.empty() && !http2_preface.starts_with(bytes.substr(0, 1))) {
            is_fresh_ = false;
            return advance(bytes);
        }
        pending_ += bytes;
        const auto known = std::string_view{pending_}.substr(0, http2_preface.size());
        if (!http2_preface.starts_with(known)) {
            is_fresh_ = false;
            return resume();
        }
        if (known.size() < http2_preface.size()) {
            due_ = std::min(due_, owed_by(host_->limits.head_time));
        } else {
            start_http2();
            take_http2(std::exchange(pending_, {}));
        }
    }

    // Goes on with what came while something else was to be done first.
    void resume() {
        const auto input = std::exchange(pending_, {});
        advance(input);
    }

    void advance(std::string_view input) {
        const bool was_in_body = reader_.is_in_body();
        const bool was_between = reader_.is_between();
        const auto reached = reader_.feed(input);
        if (reached == request_reader::state::refused)
            return refuse(reader_.refusal());
        if (reached == request_reader::state::whole) {
            pending_ = input;
            return begin();
        }
        if (reader_.takes_continue() && !socket_.send("HTTP/1.1 100 Continue\r\n\r\n", {}))
            return lose();
        if (reader_.is_in_body() && !was_in_body) {
            due_ = owed_by(host_->limits.body_time);
        } else if (was_between && !reader_.is_between()) {
            due_ = owed_by(host_->limits.head_time);
        }
    }

    [[nodiscard]] clock::time_point owed_by(std::chrono::milliseconds time) const {
        return clock::now() + (is_stopping() ? std::min(time, stopping_grace) : time);
    }

    // ---------------------------------------------------------------- HTTP/1.1

    void begin() {
        auto& asked = reader_.asked();
        if (std::exchange(is_first_, false) && upgrades())
            return upgrade();
        is_busy_ = true;
        due_ = clock::time_point::max();
        asked_at_ = clock::now();
        asked.until = deadline::in(host_->limits.request_time);
        is_head_ = asked.method == "HEAD";
        // Of requests that came together only the first, so that many cannot fill the stack.
        if (pending_.empty()) {
            if (auto made = host_->routes->at_once(asked)) {
                host_->own_answers.add(made->status);
                return send_answer(std::move(*made));
            }
        }
        if (!line_up(0, asked, reader_.body().size()))
            refuse({503, "overloaded", "Too many requests at once", {}, {}});
    }

    void work_http1() {
        request asked;
        std::string body;
        hold lock{*this};
        if (is_over())
            return;
        if (stream_)
            return pull(lock);
        if (peer_.empty())
            peer_ = peer_address(socket_.get());
        if (!gone_.stop_possible())
            gone_ = std::stop_source{};
        // To begin what nobody waits for any more would keep others waiting.
        if (peer_has_ended_ && clock::now() - asked_at_ >= half_closed_patience)
            return lose();
        // It may have left right behind its request.
        if (peer_has_ended_)
            abandon();
        asked = std::move(reader_.asked());
        body = std::move(reader_.body());
        asked.remote_address = peer_;
        asked.client_left = gone_.get_token();
        lock.unlock();

        asked.body = body;
        auto answer = host_->routes->handle(std::move(asked));

        lock.lock();
        if (is_over()) {
            lock.unlock(); // The answer's stream may take a while to end.
            return;
        }
        send_answer(std::move(answer));
        if (stream_)
            pull(lock);
    }

    void send_answer(response answer) {
        const auto& expected = reader_.expected();
        ++served_;
        takes_chunks_ = expected.takes_chunks;
        keep_alive_ = expected.keep_alive && served_ < host_->limits.requests && !is_stopping() &&
                      !peer_has_ended_ && (!answer.stream || takes_chunks_);
        auto head = response_head(answer, keep_alive_, std::time(nullptr), takes_chunks_);
        const bool has_body = !is_head_ && !is_bodiless(answer.status);
        if (answer.stream && has_body) {
            stream_ = std::move(answer.stream);
            head_of_stream_ = std::move(head);
            stream_due_ = clock::time_point::max();
            return;
        }
        if (answer.stream) {
            doomed_.push_back(std::move(answer.stream));
            bury();
        }
        if (!has_body)
            answer.body.clear();
        if (!socket_.send(std::move(head), std::move(answer.body)))
            return lose();
        go_on();
    }

    // Something was given to the socket: once it is all gone, the next thing.
    void go_on() {
        if (!socket_.has_sent_all()) {
            due_ = clock::now() + host_->limits.write_time;
            return;
        }
        if (phase_ == phase::ending)
            return linger();
        if (http2_)
            return pump();
        if (!is_busy_)
            return;
        due_ = clock::time_point::max();
        if (stream_)
            return enlist(0);
        if (!keep_alive_)
            return end();
        is_busy_ = false;
        reader_.next();
        due_ = clock::now() + host_->limits.keep_alive;
        socket_.resume_reading();
        if (!pending_.empty())
            resume();
    }

    void write_on() {
        if (!socket_.flush())
            return lose();
        go_on();
    }

    // Makes pieces of the streamed answer and sends them, until the client has to take some first.
    // Unlocks `lock` meanwhile.
    void pull(hold& lock) {
        auto source = std::move(stream_);
        auto head = std::exchange(head_of_stream_, {});
        for (int made = 0; made < pieces_at_once; ++made) {
            std::string piece;
            bool has_failed = false;
            lock.unlock();
            const bool more = pulled(source, piece, has_failed);
            lock.lock();
            if (is_over()) {
                lock.unlock();
                return;
            }
            if (has_failed)
                return break_off(std::move(head));
            frame(piece, head, more);
            if (!socket_.send(std::exchange(head, {}), std::move(piece)))
                return lose();
            if (is_stopping() && stream_due_ == clock::time_point::max())
                stream_due_ = clock::now() + stream_grace;
            if (more && clock::now() >= stream_due_) {
                doomed_.push_back(std::move(source));
                bury();
                return break_off({});
            }
            if (!more || !socket_.has_sent_all()) {
                stream_ = std::move(source);
                return go_on();
            }
        }
        stream_ = std::move(source);
        enlist(0);
    }

    // Whether more pieces follow. A source that is through has ended when this returns.
    static bool pulled(body_stream& source, std::string& piece, bool& has_failed) noexcept {
        bool more = false;
        try {
            more = source.pull(piece);
        } catch (...) { // The router's log has it.
            has_failed = true;
        }
        if (!more)
            source = {};
        return more;
    }

    void frame(std::string& piece, std::string& head, bool more) const {
        if (!takes_chunks_)
            return;
        if (!piece.empty()) {
            head += chunk_head(piece.size());
            piece += "\r\n";
        }
        if (!more)
            piece += last_chunk;
    }

    // Ends the connection inside an answer so that the client notices. A chunked body lacks its end
    // then; for HTTP/1.0, to which an orderly end would be the body's, only a reset tells.
    void break_off(std::string unsent) {
        if (!socket_.send(std::move(unsent), {}))
            return lose();
        if (!takes_chunks_) {
            socket_.reset();
            return lose();
        }
        end();
    }

    void refuse(const problem& told) {
        host_->own_answers.add(told.status);
        auto answer = problem_response(told, choose_request_id(reader_.asked().headers));
        auto head = response_head(answer, false, std::time(nullptr), true);
        if (reader_.asked().method == "HEAD")
            answer.body.clear();
        pending_ = {};
        phase_ = phase::ending;
        if (!socket_.send(std::move(head), std::move(answer.body)))
            return lose();
        go_on();
    }

    // ---------------------------------------------------------------- HTTP/2

    // Source: RFC 7540 3.2. A request with a body stays one of HTTP/1.1.
    [[nodiscard]] bool upgrades() {
        const auto& sent = reader_.asked().headers;
        if (sent.count("HTTP2-Settings") != 1 || reader_.expected().has_body() ||
            !reader_.expected().takes_chunks)
            return false;
        bool to_h2c = false;
        sent.for_each_item_of("Upgrade", [&](std::string_view name) {
            to_h2c = to_h2c || equals_ignoring_case(name, "h2c");
        });
        int named = 0;
        sent.for_each_item_of("Connection", [&](std::string_view option) {
            if (equals_ignoring_case(option, "Upgrade") ||
                equals_ignoring_case(option, "HTTP2-Settings"))
                ++named;
        });
        return to_h2c && named >= 2;
    }

    void upgrade() {
        std::vector<std::byte> settings;
        const auto text = *reader_.asked().headers.find("HTTP2-Settings");
        if (!parse_base64url(text, settings))
            return refuse(bad_request("HTTP2-Settings is malformed"));
        start_http2();
        if (!http2_->adopt(
                {reinterpret_cast<const char*>(settings.data()), settings.size()},
                std::move(reader_.asked())
            )) {
            http2_.reset();
            return refuse(bad_request("HTTP2-Settings is malformed"));
        }
        constexpr std::string_view switching = "HTTP/1.1 101 Switching Protocols\r\n"
                                               "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
        if (!socket_.send(std::string{switching}, {}))
            return lose();
        take_http2(std::exchange(pending_, {}));
    }

    void start_http2() {
        http2_ = std::make_unique<http2_session>(
            host_->limits, peer_address(socket_.get()), host_->own_answers
        );
        if (is_stopping())
            http2_->drain();
    }

    void take_http2(std::string_view bytes) {
        has_failed_ = !http2_->receive(bytes);
        pump();
    }

    // Hands on what is to be done and sends what is to be sent, until the client has to do
    // something.
    void pump() {
        if (!socket_.has_sent_all())
            return settle();
        bool is_through = false;
        while (socket_.has_sent_all() && !is_through) {
            settle();
            std::string out;
            http2_->output(out, most_output);
            is_through = out.empty();
            if (!socket_.send(std::move(out), {}))
                return lose();
        }
        settle();
        if (!socket_.has_sent_all()) {
            due_ = clock::now() + host_->limits.write_time;
            return;
        }
        if (has_failed_ || http2_->is_over() || (is_stopping() && !http2_->has_streams()))
            return end();
        if (http2_->has_streams()) {
            idle_due_ = clock::time_point::max();
        } else if (idle_due_ == clock::time_point::max()) {
            idle_due_ = clock::now() + host_->limits.keep_alive;
        }
        due_ = std::min(idle_due_, http2_->due());
    }

    void settle() {
        for (auto& each : http2_->take_abandoned())
            host_->cancels.cancel(std::move(each));
        for (auto& each : http2_->take_doomed())
            doomed_.push_back(std::move(each));
        if (is_over())
            return;
        bury();
        for (const auto id : http2_->take_hungry())
            enlist(id);
        for (const auto id : http2_->take_ready()) {
            const auto* const asked = http2_->waiting(id);
            if (auto made = asked == nullptr ? std::nullopt : host_->routes->at_once(*asked)) {
                host_->own_answers.add(made->status);
                http2_->answer(id, std::move(*made));
            } else if (asked != nullptr && !line_up(id, *asked, http2_->body_size(id))) {
                http2_->refuse(id, {503, "overloaded", "Too many requests at once", {}, {}});
            }
        }
    }

    void work_http2(stream_id id) {
        request asked;
        std::string body;
        response answer;
        body_stream source;
        hold lock{*this};
        if (is_over())
            return;
        if (http2_->take_request(id, asked, body)) {
            lock.unlock();
            asked.body = body;
            answer = host_->routes->handle(std::move(asked));
            lock.lock();
            if (is_over())
                return lock.unlock();
            http2_->answer(id, std::move(answer));
            return pump();
        }
        source = http2_->take_source(id);
        if (!source)
            return;
        std::string piece;
        bool has_failed = false;
        lock.unlock();
        pulled(source, piece, has_failed);
        lock.lock();
        if (is_over())
            return lock.unlock();
        http2_->give_piece(id, std::move(piece), std::move(source), has_failed);
        pump();
    }

    link_host* host_;
    std::uint64_t key_;
    std::mutex mutex_;
    // What epoll reported and nobody has seen to.
    std::atomic<std::uint32_t> missed_{0};
    link_socket socket_;
    phase phase_ = phase::open;
    request_reader reader_;
    clock::time_point due_;
    // Of HTTP/2; far away while it has streams.
    clock::time_point idle_due_ = clock::time_point::max();
    // When the request that is answered had come.
    clock::time_point asked_at_{};
    std::string peer_;
    // Came before its turn.
    std::string pending_;
    std::unique_ptr<http2_session> http2_;
    // What runs for it stops once this is requested.
    std::stop_source gone_{std::nostopstate};
    // A streamed answer that waits for its client.
    body_stream stream_;
    std::string head_of_stream_;
    clock::time_point stream_due_{};
    std::vector<body_stream> doomed_;
    std::size_t served_ = 0;
    std::size_t lingered_ = 0;
    // Nothing has come yet that tells HTTP/1.1 from HTTP/2.
    bool is_fresh_ = true;
    bool is_first_ = true;
    // A request of HTTP/1.1 is being answered.
    bool is_busy_ = false;
    bool is_head_ = false;
    bool keep_alive_ = true;
    bool takes_chunks_ = true;
    bool peer_has_ended_ = false;
    bool has_failed_ = false;
};

inline void link_job::run() noexcept {
    on->work(stream);
}

inline void link_job::turn_down() noexcept {
    on->turn_down(stream);
}

inline void link_table::serve(const event& happened) noexcept {
    // A piece of what a client sends; kept, for it is large.
    static thread_local std::array<char, 64 * 1024> room;
    const auto on = find(happened.data.u64);
    if (on == nullptr)
        return;
    try {
        if (on->on_events(happened.events, room))
            return;
    } catch (const std::bad_alloc&) {
        on->drop();
    }
    remove(*on);
}

inline void link_table::remove(link& over) noexcept {
    over.unwatch();
    bool is_last = false;
    {
        const std::lock_guard lock{mutex_};
        links_.erase(over.key());
        count_.store(links_.size());
        is_last = links_.empty();
    }
    if (is_last)
        call_keeper();
}

} // namespace weir::http::detail
