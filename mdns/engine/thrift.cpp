#include "mdns/engine/thrift.hpp"

#include <algorithm>

namespace mdns::engine {

void Thrift::on_query(Instant now, std::size_t bytes) {
    turn(now);
    ++seconds_[at_].queries;
    seconds_[at_].bytes_in += static_cast<std::uint32_t>(bytes);
}

void Thrift::on_answers(Instant now, std::size_t bytes) {
    turn(now);
    seconds_[at_].bytes_out += static_cast<std::uint32_t>(bytes);
}

std::size_t Thrift::packets(Instant now, std::size_t size) {
    turn(now);
    const Second& before = seconds_[(at_ + window) % seconds_.size()];
    if (std::max(seconds_[at_].queries, before.queries) < storm) return unlimited;
    std::size_t in = 0;
    std::size_t out = size * static_cast<std::size_t>(std::chrono::seconds(window) /
                                                      always);  // what always may go
    for (std::size_t age = 0; age < seconds_.size(); ++age) {
        const Second& second = seconds_[(at_ + seconds_.size() - age) % seconds_.size()];
        if (age + 1 < window) in += second.bytes_in;
        out += second.bytes_out;
    }
    if (in >= out + size) return (in - out) / size;
    if (now - last_always_ < always) return 0;
    last_always_ = now;
    return 1;
}

void Thrift::turn(Instant now) {
    const auto passed = std::chrono::duration_cast<std::chrono::seconds>(now - began_);
    if (passed < std::chrono::seconds(1)) return;
    began_ += passed;
    for (auto left = std::min<std::size_t>(static_cast<std::size_t>(passed.count()), window + 1);
         left > 0; --left) {
        at_ = (at_ + 1) % seconds_.size();
        seconds_[at_] = {};
    }
}

}  // namespace mdns::engine
