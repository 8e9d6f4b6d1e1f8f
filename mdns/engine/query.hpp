// mdns/engine/query.hpp: asking. RFC 6762 §5.2 (series, back-off, refresh), §5.4 (QU), §6.1
// (negative answers), §7.3 (duplicate questions), §10.4 (reconfirming). Equal questions of several
// clients are one question on the wire; each client is told all that is known first, then every
// change. Leaves known answers (§7.1) to the packer and life times to the cache.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <vector>

#include "mdns/engine/room.hpp"

namespace mdns::engine {

class Asking {
public:
    explicit Asking(Room& room) : room_(room) {}

    /// \param replay  the link has just come up: the first query may ask for unicast (§5.4)
    void subscribe(Instant now, QueryId id, const Query& query, bool replay);
    void unsubscribe(QueryId id);
    /// Tells what subscribe() would tell at once, but asks nothing, and nobody waits.
    /// \return nothing on the wire could add to it
    bool recall(Instant now, const Query& query, const Recalled& tell) const;
    /// The link is going: everybody is told that what they had from here is gone.
    void tell_all_gone();

    void on_series_timer(Instant now, std::uint64_t question);
    void on_record_timer(Instant now, Cache::Place place);
    /// §7.3: somebody asks what we were about to ask.
    void on_peer_question(Instant now, const wire::Message& query);
    void on_change(Instant now, const Cache::Change& change);
    /// A record of our own appeared on this link, or went.
    void on_own_record(Instant now, RecordIndex index, bool added);
    void reconfirm(Instant now, const wire::Record& record);

    void forget_cache(Instant now);
    /// Every open question begins its series again.
    void begin_again(Instant now);

    bool wanted(std::uint64_t hash, const wire::NameView& name, std::uint16_t type) const {
        return wanted_at(names_.find(hash, name), type);
    }
    bool wanted(std::uint64_t hash, const wire::Name& name, std::uint16_t type) const {
        return wanted_at(names_.find(hash, name), type);
    }
    std::size_t size() const { return by_query_.size(); }

private:
    using Index = std::uint32_t;
    struct Question {
        wire::Name name;
        std::uint64_t hash = 0;
        std::uint16_t type = 0;
        std::uint16_t klass = 0;
        std::vector<QueryId> subscribers;  // empty: this place is free
        Duration interval{};               // to the next query; 0: none was sent yet
        std::optional<Instant> sent;
        std::optional<Instant> asked_by_peer;  // the same, seen in a peer's query (§7.3)
        bool unicast = false;
        bool alone = false;
        bool denied = false;  // the subscribers know that there is no such record
        Scheduler::Slot timer = Scheduler::none;
    };

    bool wanted_at(NamePlace place, std::uint16_t type) const;
    Index find_or_make(const Query& query);
    void free_place(Index index);
    template <class AnyName, class Visit>
    void for_each_question(std::uint64_t hash, const AnyName& name, std::uint16_t record_type,
                           Visit&& visit);
    template <class Visit>
    void for_each_known(Instant now, const Question& question, Visit&& visit) const;
    bool deny_if_known(Instant now, const Question& question) const;
    void start(Instant now, Index index, Duration delay);
    std::optional<Instant> asked_for_us(Instant now, const Question& question) const;
    bool satisfied(Instant now, const Question& question) const;
    void resume_if_open(Instant now, Index index);
    void look_again_later(Instant now, Index index);
    void tell(const Question& question, const wire::Record& record, bool added, bool local);
    void ask_again(Instant now, Cache::Place place, bool at_any_rate);
    bool lists_only_what_we_know(Instant now, const wire::Message& query,
                                 const Question& question) const;

    Room& room_;
    std::vector<Question> questions_;
    std::vector<Index> free_;
    NameTable<std::vector<Index>> names_;
    boost::unordered_flat_map<std::uint64_t, Index> by_query_;
};

}  // namespace mdns::engine
