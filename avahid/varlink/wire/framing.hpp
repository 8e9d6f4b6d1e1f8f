// avahid/varlink/wire/framing.hpp: bytes of a stream socket to messages: each ends with one NUL
// byte.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace avahid::varlink::wire {

constexpr std::size_t max_call = 64u << 10;   // bytes of one call
constexpr std::size_t max_reply = 16u << 20;  // bytes of one reply

class Deframer {
public:
    /// \param limit  bytes a message may have, without its NUL
    explicit Deframer(std::size_t limit) : limit_(limit) {}

    void feed(std::string_view bytes);
    /// The next whole message, without its NUL. Empty: none yet, or too_long().
    std::optional<std::string> next();
    /// The message at hand, finished or not, is beyond the limit; there is no way on from here.
    bool too_long() const { return too_long_; }
    /// Bytes not yet taken by next().
    std::size_t pending() const { return buffer_.size() - taken_; }

private:
    std::size_t limit_;
    std::string buffer_;
    std::size_t taken_ = 0;    // buffer_ up to here has been given out
    std::size_t scanned_ = 0;  // no NUL between taken_ and here
    bool too_long_ = false;
};

}  // namespace avahid::varlink::wire
