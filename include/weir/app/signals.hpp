// SPDX-License-Identifier: Apache-2.0
// SIGTERM and SIGINT as something to wait for. Costs <csignal>.
#pragma once

#include <csignal>
#include <pthread.h>

namespace weir::app {

/// Holds back SIGTERM and SIGINT from this thread and those it starts, until wait() takes one.
class stop_signals {
public:
    stop_signals() noexcept {
        sigemptyset(&held_);
        sigaddset(&held_, SIGTERM);
        sigaddset(&held_, SIGINT);
        pthread_sigmask(SIG_BLOCK, &held_, &before_);
        // A client that hung up is an error of its write, not the end of the process.
        std::signal(SIGPIPE, SIG_IGN);
    }

    stop_signals(const stop_signals&) = delete;
    stop_signals(stop_signals&&) = delete;
    stop_signals& operator=(const stop_signals&) = delete;
    stop_signals& operator=(stop_signals&&) = delete;

    ~stop_signals() { release(); }

    /// Waits for one of them; which one.
    [[nodiscard]] int wait() const noexcept {
        int taken = 0;
        sigwait(&held_, &taken);
        return taken;
    }

    /// Gives the signals their former effect back: from here on a second one ends the process at
    /// once.
    void release() noexcept { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t held_{};
    sigset_t before_{};
};

} // namespace weir::app
