// SPDX-License-Identifier: Apache-2.0
// A stack of its own for work that is to pause in the middle. Costs <ucontext.h>. Linux.
#pragma once

#include <cstddef>
#include <new>
#include <optional>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>
#include <utility>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WEIR_FIBERS_TELL_ASAN
#endif
#if __has_feature(thread_sanitizer)
#define WEIR_FIBERS_TELL_TSAN
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(WEIR_FIBERS_TELL_ASAN)
#define WEIR_FIBERS_TELL_ASAN
#endif
#if defined(__SANITIZE_THREAD__) && !defined(WEIR_FIBERS_TELL_TSAN)
#define WEIR_FIBERS_TELL_TSAN
#endif
#ifdef WEIR_FIBERS_TELL_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef WEIR_FIBERS_TELL_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace weir::detail {

/// Memory for a stack, its far end guarded.
class stack_memory {
public:
    /// Virtual; what is never touched costs nothing.
    static constexpr std::size_t bytes = 512UL * 1024;

    /// Errors: std::bad_alloc.
    stack_memory()
        : begin_(::mmap(
              nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0
          )) {
        if (begin_ == MAP_FAILED)
            throw std::bad_alloc{};
        const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
        if (::mprotect(begin_, page, PROT_NONE) != 0) {
            ::munmap(begin_, bytes);
            throw std::bad_alloc{};
        }
    }

    stack_memory(const stack_memory&) = delete;
    stack_memory(stack_memory&&) = delete;
    stack_memory& operator=(const stack_memory&) = delete;
    stack_memory& operator=(stack_memory&&) = delete;

    ~stack_memory() { ::munmap(begin_, bytes); }

    [[nodiscard]] void* begin() const noexcept { return begin_; }

private:
    void* begin_;
};

/// What sanitizers are told of switches between stacks, which they take for corruption otherwise.
class stack_witness {
public:
    stack_witness() = default;
    stack_witness(const stack_witness&) = delete;
    stack_witness(stack_witness&&) = delete;
    stack_witness& operator=(const stack_witness&) = delete;
    stack_witness& operator=(stack_witness&&) = delete;

#ifdef WEIR_FIBERS_TELL_TSAN
    ~stack_witness() {
        if (has_own_fiber_)
            ::__tsan_destroy_fiber(fiber_);
    }
#else
    ~stack_witness() = default;
#endif

    /// This stands for a stack of that memory.
    void begins([[maybe_unused]] const stack_memory& of) noexcept {
#ifdef WEIR_FIBERS_TELL_ASAN
        begin_ = of.begin();
        bytes_ = stack_memory::bytes;
#endif
#ifdef WEIR_FIBERS_TELL_TSAN
        fiber_ = ::__tsan_create_fiber(0);
        has_own_fiber_ = true;
#endif
    }

    /// This stands for the stack of the calling thread.
    void begins() noexcept {
#ifdef WEIR_FIBERS_TELL_TSAN
        fiber_ = ::__tsan_get_current_fiber();
#endif
    }

    void before_switch([[maybe_unused]] const stack_witness& to) noexcept {
#ifdef WEIR_FIBERS_TELL_ASAN
        ::__sanitizer_start_switch_fiber(&fake_, to.begin_, to.bytes_);
#endif
#ifdef WEIR_FIBERS_TELL_TSAN
        ::__tsan_switch_to_fiber(to.fiber_, 0);
#endif
    }

    /// `from`: whose stack was left for this one.
    void after_switch([[maybe_unused]] stack_witness& from) noexcept {
#ifdef WEIR_FIBERS_TELL_ASAN
        ::__sanitizer_finish_switch_fiber(fake_, &from.begin_, &from.bytes_);
#endif
    }

private:
#ifdef WEIR_FIBERS_TELL_ASAN
    void* fake_ = nullptr;
    const void* begin_ = nullptr;
    std::size_t bytes_ = 0;
#endif
#ifdef WEIR_FIBERS_TELL_TSAN
    void* fiber_ = nullptr;
    bool has_own_fiber_ = false;
#endif
};

/// A place where a thread goes on: on its own stack, or on one of another's making. All that switch
/// to each other belong to one thread.
class fiber {
public:
    /// What it runs; must neither throw nor return.
    using life = void (*)(void* argument);

    /// The calling thread's own stack.
    fiber() noexcept { witness_.begins(); }

    /// A new stack, on which `lived(argument)` begins with the first switch to it.
    ///
    /// Errors: std::bad_alloc.
    fiber(life lived, void* argument) : stack_(std::in_place), lived_(lived), argument_(argument) {
        if (::getcontext(&at_) != 0)
            throw std::bad_alloc{};
        at_.uc_stack.ss_sp = stack_->begin();
        at_.uc_stack.ss_size = stack_memory::bytes;
        at_.uc_link = nullptr;
        ::makecontext(&at_, &fiber::begin, 0);
        witness_.begins(*stack_);
    }

    fiber(const fiber&) = delete;
    fiber(fiber&&) = delete;
    fiber& operator=(const fiber&) = delete;
    fiber& operator=(fiber&&) = delete;
    ~fiber() = default;

    /// Goes on there; returns when somebody switches back. Requires that this is where the thread
    /// is.
    void switch_to(fiber& next) noexcept {
        switching() = {this, &next};
        witness_.before_switch(next.witness_);
        ::swapcontext(&at_, &next.at_);
        arrive();
    }

private:
    struct move {
        fiber* from = nullptr;
        fiber* to = nullptr;
    };

    // The last of this thread.
    static move& switching() noexcept {
        static thread_local move last;
        return last;
    }

    static void arrive() noexcept {
        const auto [from, to] = switching();
        to->witness_.after_switch(from->witness_);
    }

    static void begin() noexcept {
        arrive();
        const auto& self = *switching().to;
        self.lived_(self.argument_);
    }

    // Absent: the thread's own.
    std::optional<stack_memory> stack_{};
    stack_witness witness_{};
    ucontext_t at_{};
    life lived_ = nullptr;
    void* argument_ = nullptr;
};

} // namespace weir::detail
