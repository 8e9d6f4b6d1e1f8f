// mdns/engine/packer.hpp: fills datagrams. Given what to say, decides which records share a
// message, what goes along in the Additional section (RFC 6763 §12, RFC 6762 §6.1, §6.2), where a
// message is full (§17) and which bits it carries (§18). When to say it is the outbox's business.
#pragma once

#include <span>
#include <vector>

#include "mdns/engine/answer.hpp"
#include "mdns/engine/cache.hpp"
#include "mdns/engine/context.hpp"
#include "mdns/engine/echo_filter.hpp"
#include "mdns/engine/record_states.hpp"

namespace mdns::engine {

struct Ask {
    wire::Name name;
    std::uint16_t type = 0;
    std::uint16_t klass = 0;
    bool unicast = false;  // QU, §5.4
    bool alone = false;    // one question a message: no reason for a responder to wait (§6.3)
    Reason why = Reason::query;
};

class Packer {
public:
    Packer(Context& host, LinkId link, const LinkInfo& info, RecordStates& records,
           const Cache& cache, EchoFilter& echoes)
        : host_(host),
          link_(link),
          info_(info),
          records_(records),
          cache_(cache),
          echoes_(echoes) {}

    // Each takes items from the front until all are sent or budget (datagrams left) is 0, and
    // returns how many it took.
    /// \param causes  as many as items
    std::size_t answers(Instant now, std::span<const Answer> items, std::span<const Cause> causes,
                        const std::optional<Endpoint>& to, std::size_t& budget);
    std::size_t goodbyes(Instant now, std::span<const wire::Record> records, std::size_t& budget);
    std::size_t probes(Instant now, std::span<const NamePlace> names, bool unicast,
                       std::size_t& budget);
    std::size_t questions(Instant now, std::span<const Ask> asks, std::size_t& budget);

    /// A conventional DNS reply (§6.7).
    void legacy_reply(Instant now, const Endpoint& to, const wire::Message& query,
                      std::span<const Answer> items);

    /// The types that exist at a name of ours, for its NSEC; empty when one of them is above 255
    /// (§6.1: then no NSEC at all). Good until the next call.
    std::span<const std::uint16_t> types_at(NamePlace name) const;

    std::uint64_t packets_out() const { return packets_out_; }
    std::size_t size_limit() const;  // of an ordinary packet's payload

private:
    void begin_packet();
    bool put(const Answer& item, wire::Section section);
    bool put_record(RecordIndex index, wire::Section section);
    bool put_denial(NamePlace name, std::uint32_t ttl, wire::Section section);
    void put_additionals(Instant now, std::span<const Answer> items, bool multicast);
    void put_additional_set(Instant now, NamePlace name, std::uint16_t type, bool multicast);
    void put_addresses(Instant now, NamePlace host, bool multicast);
    std::size_t estimate(RecordIndex index) const;
    void put_known_answers(Instant now, const Ask& ask, Cause& why);
    void emit(Instant now, const std::optional<Endpoint>& to, const Cause& why);

    Context& host_;
    LinkId link_;
    const LinkInfo& info_;
    RecordStates& records_;
    const Cache& cache_;
    EchoFilter& echoes_;
    bool legacy_ = false;
    std::uint64_t packets_out_ = 0;
};

}  // namespace mdns::engine
