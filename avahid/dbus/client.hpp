// avahid/dbus/client.hpp: one program on the bus, by the unique name of its connection. Owns what
// it has going on and counts it against its quota; goes, with all of that, when the name goes.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "avahid/dbus/activity.hpp"
#include "avahid/dbus/errors.hpp"

namespace avahid::dbus {

class Clients;

class Client {
public:
    /// \param id  of the session; the client closes it at its end
    Client(Clients& all, Context& context, std::string name, uid_t uid, session::ClientId id);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    const std::string& name() const { return name_; }  // ":1.42"
    session::ClientId id() const { return id_; }
    uid_t uid() const { return uid_; }
    Context& context() const { return context_; }

    /// May it have one more? Else too_many_objects.
    Error admit() const;
    /// Takes over a new activity.
    void keep(std::unique_ptr<Activity> activity);
    /// "/Client3/EntryGroup1": the next of its objects.
    std::string next_path(const char* kind);
    /// Does an entry group of its publish this?
    bool publishes(const dnssd::ServiceName& name) const;
    /// Whom publishes() asks about this name, until it is forgotten; as often as it was noted.
    void note_publisher(const dnssd::ServiceName& name, const Activity& publisher);
    void forget_publisher(const dnssd::ServiceName& name, const Activity& publisher);

    void on_event(Instant now, const dnssd::Event& event);

    /// A message of about this size is on its way to it.
    void note_sent(std::size_t size);

    // For Activity.
    void watch(Handle handle, Activity& activity) { watchers_[handle] = &activity; }
    void unwatch(Handle handle) { watchers_.erase(handle); }
    void bury(Activity& activity);

private:
    Clients& all_;
    Context& context_;
    std::string name_;
    uid_t uid_;
    session::ClientId id_;
    std::uint32_t number_;
    std::uint32_t next_object_ = 1;
    std::unordered_map<Handle, Activity*> watchers_;
    // By the folded name: a client may browse for as many services as it publishes.
    std::unordered_multimap<std::string, const Activity*> publishers_;
    std::unordered_map<const Activity*, std::unique_ptr<Activity>> activities_;
};

}  // namespace avahid::dbus
