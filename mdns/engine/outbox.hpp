// mdns/engine/outbox.hpp: what this link has to say and has not said yet.
// Owns the waiting: random delays and aggregation (§6, §6.4), one multicast per record and second
// (§6), who waits for an answer and whose known answers take it back (§7.1, §7.2), pacing. What
// goes into a datagram is the packer's; what is worth saying is the activities'.
#pragma once

#include <boost/container/small_vector.hpp>
#include <vector>

#include "mdns/engine/packer.hpp"
#include "mdns/engine/scheduler.hpp"
#include "mdns/engine/thrift.hpp"

namespace mdns::engine {

/// Not before earliest; at due at the latest, sooner when a packet leaves anyway (§6.4).
struct Window {
    Instant earliest;
    Instant due;
};

class Outbox {
public:
    Outbox(Context& host, RecordStates& records, Scheduler& timers, Packer& packer)
        : host_(host), records_(records), timers_(timers), packer_(packer) {}

    /// A query came in: answers must not outgrow them when there are very many.
    void on_query(Instant now, std::size_t bytes) { thrift_.on_query(now, bytes); }

    // ---- multicast answers ----

    /// \param asker  whose known answers may take it back; empty: nobody's (an announcement)
    /// \param spacing  record_interval, or defence_interval against a probe (§6)
    void answer(Instant now, const Answer& item, Window window, const Address* asker,
                Duration spacing, const Cause& why);
    /// §7.1, §7.2: this host knows the record; it is not sent unless somebody else waits for it.
    void known_to(const Address& asker, RecordIndex record);
    /// §7.2: this host will list more known answers; what only it waits for waits longer.
    void wait_for_more(const Address& asker, Window window);
    /// §7.4: somebody else has just multicast this record; ours counts as sent.
    void answered_by_peer(Instant now, RecordIndex record);
    /// The record is no longer ours to send.
    void forget(RecordIndex record);
    void forget_name(NamePlace name);

    // ---- the rest ----

    void unicast(const Endpoint& to, const Answer& item, Window window, Reason why);
    void goodbye(wire::Record record) { goodbyes_.push_back(std::move(record)); }
    void probe(NamePlace name) { probes_.push_back(name); }
    void ask(Ask question) { asks_.push_back(std::move(question)); }

    /// Sends what is due, and with it what may already go; arms the timer for the rest.
    /// \param unicast_probes  whether probes may be QU (§8.1, §15.1)
    void flush(Instant now, bool unicast_probes);
    void on_timer() { timer_ = Scheduler::none; }
    bool empty() const;

private:
    struct Pending {
        Answer item;
        Window window;
        boost::container::small_vector<Address, 1> askers;
        bool for_all = false;  // no single host can take it back
        Cause why;
    };
    struct Reply {
        Endpoint to;
        Answer item;
        Window window;
        Reason why;
    };

    Instant last_sent(const Answer& item) const;
    bool twin_says_it(RecordIndex record) const;
    Pending* find(const Answer& item);
    void erase(std::size_t index);
    std::size_t& budget(Instant now);
    void flush_replies(Instant now);
    void flush_answers(Instant now);
    void gather(Instant now, std::optional<bool> addresses);
    void flush_questions(Instant now);
    Instant next_answer(Instant now) const;
    void arm(Instant now);
    void give_back_memory();

    Context& host_;
    RecordStates& records_;
    Scheduler& timers_;
    Packer& packer_;
    Thrift thrift_;
    std::vector<Pending> pending_;
    std::vector<Reply> replies_;
    // Before these, none of them has to leave: with thousands waiting, each packet that comes in
    // must not have all of them looked through.
    Instant answers_due_ = Instant::max();
    Instant replies_due_ = Instant::max();
    std::vector<wire::Record> goodbyes_;
    std::vector<NamePlace> probes_;
    std::vector<Ask> asks_;
    boost::unordered_flat_map<NamePlace, Instant> denials_sent_;
    Scheduler::Slot timer_ = Scheduler::none;
    bool stinted_ = false;  // by thrift_
    Instant pace_began_{};
    std::size_t pace_left_ = 0;
    bool was_asked_ = false;  // some answer was to a query
};

}  // namespace mdns::engine
