// SPDX-License-Identifier: Apache-2.0
// A response's body as it is made: pulled piece by piece by the transport, so that it need not fit
// into memory. Costs <memory>.
#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace weir::http {

/// Makes a body piece by piece. Empty: the response has an ordinary body.
///
/// Holds any callable `bool pull(std::string& out)`, which appends the next piece to `out` and says
/// whether more may follow. It may throw: the transport then breaks the connection off, so that no
/// client takes the part for the whole. The transport pulls only when the client has taken what
/// came before, and destroys the stream as soon as the client has left; what the stream holds must
/// end then.
///
/// Lifetime: owns what it needs, for it outlives the handler and the request.
/// Threads:  pulled by one thread at a time.
class body_stream {
public:
    body_stream() = default;

    template <class Pull>
        requires(!std::is_same_v<std::remove_cvref_t<Pull>, body_stream> && std::is_invocable_r_v<bool, Pull&, std::string&>)
    explicit body_stream(Pull pull) : held_(std::make_unique<held<Pull>>(std::move(pull))) {}

    [[nodiscard]] explicit operator bool() const noexcept { return held_ != nullptr; }

    /// Appends the next piece to `out`; false: that was the last. Not on an empty stream, and not
    /// again after false or an exception.
    bool pull(std::string& out) { return held_->pull(out); }

private:
    struct interface {
        interface() = default;
        interface(const interface&) = delete;
        interface(interface&&) = delete;
        interface& operator=(const interface&) = delete;
        interface& operator=(interface&&) = delete;
        virtual ~interface() = default;

        virtual bool pull(std::string& out) = 0;
    };

    template <class Pull>
    struct held final : interface {
        explicit held(Pull&& pull) : pull_(std::move(pull)) {}

        bool pull(std::string& out) override { return pull_(out); }

        Pull pull_;
    };

    std::unique_ptr<interface> held_{};
};

} // namespace weir::http
