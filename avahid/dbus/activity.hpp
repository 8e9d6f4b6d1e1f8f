// avahid/dbus/activity.hpp: something a client has going on: an object of its own (object.hpp), or
// a call that is answered later (ResolveService). It owns its handles of the session and takes them
// along. Owned by its Client.
#pragma once

#include <vector>

#include "avahid/dbus/context.hpp"

namespace avahid::dbus {

using dnssd::Handle;
using dnssd::Instant;

class Client;

class Activity {
public:
    explicit Activity(Client& client) : client_(client) {}
    /// Cancels its handles.
    virtual ~Activity();
    Activity(const Activity&) = delete;
    Activity& operator=(const Activity&) = delete;

    /// An event of one of its handles.
    virtual void on_event(Instant, const dnssd::Event&) {}
    /// Does it publish this service? For the flag that tells a client of its own services.
    virtual bool publishes(const dnssd::ServiceName&) const { return false; }

protected:
    Client& client() const { return client_; }
    Context& context() const;
    session::Session& session() const { return context().session; }
    session::ClientId client_id() const;
    static Instant now();

    /// From here on the handle's events come to on_event().
    void own(Handle handle);
    /// Ends what the handle names. One that is not owned is ignored.
    void cancel(Handle handle);
    void cancel_all();
    /// This activity is over: nothing comes to it any more, and it is destroyed soon; safe in any
    /// of its own functions.
    void end();

private:
    Client& client_;
    std::vector<Handle> handles_;
};

}  // namespace avahid::dbus
