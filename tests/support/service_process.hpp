// SPDX-License-Identifier: Apache-2.0
// A service started as its users start it: a process with an environment, stopped by SIGTERM.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <poll.h>
#include <signal.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace weir::test {

/// Runs a program with exactly the given environment (plus PATH) in a folder, its stdout and stderr
/// kept together. It ends with this object, and with this process.
class service_process {
public:
    using settings = std::vector<std::pair<std::string, std::string>>;

    /// `folder` is away from the checkout unless said: no .env file there may leak in.
    service_process(
        const std::string& program,
        const settings& environment,
        const std::string& folder = "/",
        const std::vector<std::string>& options = {}
    ) {
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0)
            throw std::runtime_error{"pipe"};
        std::vector<std::string> texts{"PATH=/usr/bin:/bin"};
        for (const auto& [name, value] : environment)
            texts.push_back(name + "=" + value);
        std::vector<char*> environ_of_child;
        for (auto& text : texts)
            environ_of_child.push_back(text.data());
        environ_of_child.push_back(nullptr);
        std::vector<std::string> words{program};
        words.insert(words.end(), options.begin(), options.end());
        std::vector<char*> arguments;
        for (auto& word : words)
            arguments.push_back(word.data());
        arguments.push_back(nullptr);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::dup2(ends[1], STDOUT_FILENO);
            ::dup2(ends[1], STDERR_FILENO);
            ::close(ends[0]);
            ::close(ends[1]);
            if (::chdir(folder.c_str()) != 0)
                ::_exit(126);
            ::execve(program.c_str(), arguments.data(), environ_of_child.data());
            ::_exit(127);
        }
        ::close(ends[1]);
        output_ = ends[0];
    }

    service_process(const service_process&) = delete;
    service_process(service_process&&) = delete;
    service_process& operator=(const service_process&) = delete;
    service_process& operator=(service_process&&) = delete;

    ~service_process() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
        ::close(output_);
    }

    /// The port of the line `listening on http://127.0.0.1:PORT`; 0 when the process ended without
    /// one.
    std::uint16_t wait_until_listening(std::chrono::seconds patience = std::chrono::seconds{60}) {
        constexpr std::string_view announced = "listening on http://127.0.0.1:";
        const auto end = std::chrono::steady_clock::now() + patience;
        while (std::chrono::steady_clock::now() < end) {
            const auto at = seen_.find(announced);
            if (at != std::string::npos && seen_.find('\n', at) != std::string::npos)
                return static_cast<std::uint16_t>(std::atoi(seen_.c_str() + at + announced.size()));
            if (!read_some(std::chrono::milliseconds{200}))
                return 0;
        }
        return 0;
    }

    /// Sends a signal and waits for the end; the exit code, or 128 + the signal that killed it.
    int stop(int signal = SIGTERM) {
        ::kill(pid_, signal);
        return wait();
    }

    int wait() {
        while (read_some(std::chrono::seconds{30})) {
        }
        int status = 0;
        ::waitpid(pid_, &status, 0);
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

    [[nodiscard]] pid_t pid() const { return pid_; }

    /// Everything printed so far.
    const std::string& output() {
        while (read_some(std::chrono::milliseconds{0})) {
        }
        return seen_;
    }

private:
    bool read_some(std::chrono::milliseconds patience) {
        pollfd wanted{output_, POLLIN, 0};
        if (::poll(&wanted, 1, static_cast<int>(patience.count())) == 0)
            return patience.count() != 0;
        std::array<char, 4096> part{};
        const auto got = ::read(output_, part.data(), part.size());
        if (got <= 0)
            return false;
        seen_.append(part.data(), static_cast<std::size_t>(got));
        return true;
    }

    pid_t pid_ = -1;
    int output_ = -1;
    std::string seen_;
};

} // namespace weir::test
