// mdns/engine/probe.hpp: is the name free? RFC 6762 §8.1 (three probes, 250 ms apart), §8.2 (two
// hosts probe at once: who wins), §8.2.1 (several records). A probe is per name: with qtype ANY it
// verifies every type at once.
#pragma once

#include <boost/container/small_vector.hpp>
#include <vector>

#include "mdns/engine/room.hpp"

namespace mdns::engine {

class Probe {
public:
    explicit Probe(Room& room) : room_(room) {}

    /// Begins the series for every name of the publication that is not yet ours here.
    /// \return false when there is nothing to probe: it may be announced
    /// \param least  not before that long: at most probe_wait_max
    bool start(Instant now, Claim& claim, Duration least = {});
    /// \return true when the series has passed without a claim by somebody else
    bool on_timer(Instant now, Claim& claim);

    /// Does one of these records need a name verified that the running series is not about?
    bool has_new_name(PublicationId id, const std::vector<RecordIndex>& added) const;

    /// §8.2: a peer probes for a name that we are probing for.
    void on_peer_probe(Instant now, const wire::Message& query);
    /// §8.1: a response that holds a name which we are probing for.
    void on_claim(Instant now, const Source& from, const wire::Message& response);

    /// Counts towards the limit of 15 conflicts in ten seconds (§8.1).
    void note_conflict(Instant now);

private:
    using Names = boost::container::small_vector<NamePlace, 4>;
    Names unverified_names(const Claim& claim) const;
    Claim* probing_claim(NamePlace name);
    bool loses_tie_break(Instant now, NamePlace name, const wire::Message& query);
    void lose(Claim& claim, NamePlace name, const Endpoint& peer);
    void wait_and_retry(Instant now, NamePlace name);

    Room& room_;
    Instant batch_{};  // when the first probe of those now waiting leaves
    std::vector<Instant> conflicts_;
};

}  // namespace mdns::engine
