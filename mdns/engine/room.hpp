// mdns/engine/room.hpp: what the activities of one link share. Each reads zone and cache, arms
// timers, fills the outbox; none knows another. Only Link knows them all.
#pragma once

#include "mdns/engine/cache.hpp"
#include "mdns/engine/claims.hpp"
#include "mdns/engine/context.hpp"
#include "mdns/engine/echo_filter.hpp"
#include "mdns/engine/outbox.hpp"
#include "mdns/engine/packer.hpp"
#include "mdns/engine/record_states.hpp"
#include "mdns/engine/scheduler.hpp"

namespace mdns::engine {

struct Room {
    Room(Context& context, LinkId link, const LinkInfo& about)
        : host(context), id(link), info(about) {}
    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;

    Context& host;
    const LinkId id;
    LinkInfo info;
    Scheduler timers;
    RecordStates records{host.zone};
    Claims claims;
    EchoFilter echoes;
    Cache cache{host, timers};
    Packer packer{host, id, info, records, cache, echoes};
    Outbox outbox{host, records, timers, packer};

    /// §15.1: unicast answers might reach the other stack's socket instead of ours.
    bool may_ask_unicast() const { return !info.port_shared; }
};

}  // namespace mdns::engine
