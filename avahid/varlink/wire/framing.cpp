#include "avahid/varlink/wire/framing.hpp"

namespace avahid::varlink::wire {

void Deframer::feed(std::string_view bytes) {
    buffer_.erase(0, taken_);
    scanned_ -= taken_;
    taken_ = 0;
    buffer_ += bytes;
}

std::optional<std::string> Deframer::next() {
    const std::size_t end = buffer_.find('\0', scanned_);
    const std::size_t length = (end == std::string::npos ? buffer_.size() : end) - taken_;
    if (length > limit_) too_long_ = true;
    if (too_long_) return std::nullopt;
    if (end == std::string::npos) {
        scanned_ = buffer_.size();
        return std::nullopt;
    }
    std::string message = buffer_.substr(taken_, length);
    taken_ = scanned_ = end + 1;
    return message;
}

}  // namespace avahid::varlink::wire
