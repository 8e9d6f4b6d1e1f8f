// mdns/engine/engine.hpp: RFC 6762 for all links of one host.
// Owns what we publish and what others said; gives publications and queries to every link in their
// scope (§14, §20), and brings events of all links together. Pure: give it an input, drain poll(),
// re-arm at deadline(). It never asks for the time, sends, or calls back.
// Left to others: choosing names after a conflict (dnssd/rename, avahid/host), sockets (mdns/io).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "mdns/engine/types.hpp"

namespace mdns::engine {

struct Config {
    std::uint64_t seed = 1;                    // of all randomness; tests fix it
    std::size_t cache_memory_max = 32u << 20;  // bytes over all links
};

/// Counters since start, for `status` and metrics.
struct Counters {
    std::uint64_t packets_in = 0;
    std::uint64_t packets_out = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t malformed = 0;      // datagrams refused by the decoder
    std::uint64_t bad_records = 0;    // records left out of accepted datagrams
    std::uint64_t bad_header = 0;     // opcode or rcode (§18.3, §18.11)
    std::uint64_t bad_port = 0;       // responses not from 5353 (§6), anything from port 0
    std::uint64_t off_link = 0;       // unicast, or a legacy query, from elsewhere (§5.5, §11)
    std::uint64_t unsolicited = 0;    // unicast responses nobody asked for (§6)
    std::uint64_t no_link = 0;        // came when the link had just gone
    std::uint64_t own_echoes = 0;     // our own packets, looped back
    std::uint64_t cache_dropped = 0;  // records not kept for lack of room
    std::uint64_t conflicts = 0;
};

enum class PublicationState { probing, announcing, established, conflict };

struct LinkStatus {
    LinkId link;
    std::size_t cached_records = 0;
    std::uint64_t packets_in = 0;
    std::uint64_t packets_out = 0;
};

struct CachedRecordInfo {
    LinkId link;
    wire::Record record;      // with the TTL as received
    std::uint32_t remaining;  // seconds
};

/// Why the next deadline is there: for logs and tests.
struct Deadline {
    Instant at;
    LinkId link;
    std::string_view why;
};

class Engine {
public:
    explicit Engine(const Config& config);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    // ---- inputs; now is monotonic, never earlier than in the call before ----

    /// The link is up and has an address; or what is known of it changed. A new link gets every
    /// matching publication (probed, §8) and query replayed onto it.
    void on_link(Instant now, LinkId link, const LinkInfo& info);
    /// Gone, down or without address: its cache is forgotten (§10.3), nothing more is sent on it.
    void on_link_gone(Instant now, LinkId link);
    void on_datagram(Instant now, LinkId link, const Source& source,
                     std::span<const std::uint8_t> bytes);
    /// Does all that is due; an early or repeated call does nothing.
    void on_time(Instant now);

    /// \return empty when another publication in an overlapping scope has a unique record of the
    ///         same name and type (a collision on this very host), or a record fits no packet (§17)
    std::optional<PublicationId> publish(Instant now, Publication publication);
    bool may_publish(const Publication& publication) const;  // would it be refused?
    /// Replaces the records: what is new is announced, what is gone said goodbye to (§8.4); what
    /// stays is left alone. Names not yet verified are probed first. An eleventh update within a
    /// minute waits, and only the last of those that wait is made (§8.4); what addresses a host has
    /// is told at once.
    /// \return false, and nothing is changed, when a record collides as in publish()
    bool update(Instant now, PublicationId id, std::vector<PublishedRecord> records);
    /// Says goodbye (§10.1) for what was announced and nobody else publishes.
    void withdraw(Instant now, PublicationId id);

    QueryId query(Instant now, const Query& query);
    void cancel(Instant now, QueryId id);
    /// Tells what query() would tell at once, of all links; but asks nothing, and nobody waits.
    /// \return on some link nothing could be added by asking
    bool recall(Instant now, const Query& query, const Recalled& tell) const;
    /// A client found this cached record to be stale (§10.4).
    void reconfirm(Instant now, const wire::Record& record, const Scope& scope);
    void flush_cache(Instant now);
    /// Of the cache, as in Config; what is known already stays.
    void set_cache_memory_max(std::size_t bytes);
    /// The network there may have become another one (a new address or router): open questions are
    /// asked anew, as if just begun; what is known stays.
    void requery(Instant now, const Scope& scope);

    /// Withdraws everything. When idle() and poll() is empty, all goodbyes are out.
    void stop(Instant now);
    bool idle() const;

    // ---- outputs ----

    /// Next output, in order; empty: drained.
    std::optional<Output> poll();
    /// Empty: nothing is planned.
    std::optional<Deadline> deadline() const;

    // ---- questions ----

    /// The least advanced state over all links of the publication.
    std::optional<PublicationState> state(PublicationId id) const;
    const Counters& counters() const;
    std::vector<LinkStatus> links() const;
    std::vector<CachedRecordInfo> cache(Instant now) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace mdns::engine
