// mdns/engine/conflict.hpp: a record of ours is contradicted after it was established. RFC 6762 §9,
// §6.6; and §10.2: our own records, heard from another link of this host.
#pragma once

#include <vector>

#include "mdns/engine/room.hpp"

namespace mdns::engine {

class Conflicts {
public:
    explicit Conflicts(Room& room) : room_(room) {}

    struct Contradicted {
        std::vector<PublicationId> reset;   // must be probed again ("MUST immediately reset")
        std::vector<RecordIndex> silenced;  // their unique records, no longer answered with
    };
    Contradicted on_claim(Instant now, const wire::Message& response);
    /// The other family of the interface has heard it: the same names are in doubt here, so that
    /// both are settled together and in favour of the same host.
    Contradicted on_sibling_claim(std::span<const PublicationId> reset);

private:
    /// When our records were last announced because another link of ours spoke for them.
    struct Echoed {
        Instant at;
        Duration pause;
    };
    void on_claim(Instant now, const wire::RecordView& seen, NamePlace name, Contradicted& found);
    void contradict(NamePlace name, Contradicted& found);
    void silence(PublicationId id, Contradicted& found);
    void announce_ours_too(Instant now, const wire::RecordView& seen, NamePlace name);

    bool may_announce_again(Instant now, NamePlace name);

    Room& room_;
    boost::unordered_flat_map<NamePlace, Echoed> echoed_;
};

}  // namespace mdns::engine
