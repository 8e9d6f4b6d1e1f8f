// mdns/engine/context.hpp: what all links of the engine share: what we publish, randomness,
// counters, and the outputs on their way to poll().
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "mdns/constants.hpp"
#include "mdns/engine/answer.hpp"
#include "mdns/engine/asked_unicast.hpp"
#include "mdns/engine/engine.hpp"
#include "mdns/engine/marks.hpp"
#include "mdns/engine/random.hpp"
#include "mdns/engine/zone.hpp"
#include "mdns/wire/writer.hpp"

namespace mdns::engine {

/// Datagrams and events in the order they were made.
class Outputs {
public:
    void event(Output output) { queue_.push_back({std::move(output), 0, 0}); }

    /// Copies bytes into an arena that is used again once everything was polled.
    void datagram(LinkId link, const std::optional<Endpoint>& to,
                  std::span<const std::uint8_t> bytes, const Cause& why) {
        queue_.push_back({SendDatagram{link, to, {}, why}, arena_.size(), bytes.size()});
        arena_.insert(arena_.end(), bytes.begin(), bytes.end());
    }

    std::optional<Output> poll() {
        if (next_ == queue_.size()) return {};
        Item& item = queue_[next_++];
        if (auto* send = std::get_if<SendDatagram>(&item.output)) {
            send->bytes = std::span(arena_).subspan(item.begin, item.size);
        }
        return std::move(item.output);
    }

    bool empty() const { return next_ == queue_.size(); }

    /// Before an input: whatever was polled may be forgotten.
    void recycle() {
        if (!empty()) return;
        queue_.clear();
        arena_.clear();
        next_ = 0;
        // A burst, such as ten thousand services at the start, comes once.
        if (queue_.capacity() > kept) queue_.shrink_to_fit();
        if (arena_.capacity() > kept * max_packet) arena_.shrink_to_fit();
    }

private:
    struct Item {
        Output output;
        std::size_t begin;  // in the arena
        std::size_t size;
    };
    static constexpr std::size_t kept = 64;  // outputs of one input
    std::vector<Item> queue_;
    std::vector<std::uint8_t> arena_;
    std::size_t next_ = 0;
};

class Cache;

struct Context {
    explicit Context(const Config& given)
        : config(given), random(given.seed), key{random.next(), random.next()}, zone(key) {}

    Config config;
    Random random;
    wire::HashKey key;
    Zone zone;
    Outputs outputs;
    Counters counters;
    wire::Message message;  // decoded in place, datagram after datagram
    wire::Writer writer;
    bool heard_goodbye = false;               // in the message just handled
    std::vector<PublicationId> contradicted;  // by it: in doubt on the whole interface
    std::vector<Cache*> caches;               // of all links
    std::size_t cache_bytes = 0;              // in them
    AskedUnicast asked_unicast;
    Marks matched;  // by the query at hand
    Marks known;    // to who asks it
    Marks packed;   // in the packet being written
    Scratch scratch;
    std::vector<PublicationId> progressed;  // publications whose state on some link changed
};

}  // namespace mdns::engine
