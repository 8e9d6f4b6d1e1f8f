// avahid/dbus/service.hpp: Avahi's D-Bus API, org.freedesktop.Avahi on the system bus, as the
// daemon sees it. Behind it, from the outside in:
//   bus          the connection, reconnecting          clients, client   who is there, quotas
//   server       the object "/"                        object, activity  what clients have going on
//   service_browser, service_resolver, entry_group, …  one file for each kind of object
//   call, exported   method calls and tables of them   errors, avahi     Avahi's names and numbers
// A reply always precedes the signals that its call led to: results come back by on_event() only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "avahid/dbus/context.hpp"

namespace avahid::dbus {

/// Lines for people. Empty ones are not called.
struct Log {
    std::function<void(const std::string&)> note;     // the bus comes
    std::function<void(const std::string&)> warning;  // it goes; a client is turned away
    std::function<void(const std::string&)> missing;  // it was not there at the start
};

class Service {
public:
    /// \param pump  called from the io_context after calls into the session: carries out what they
    ///              led to, and brings events back by on_event(); never called from on_event()
    Service(boost::asio::io_context& io, session::Session& session, std::function<void()> pump,
            const Log& log = {});
    ~Service();
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    void set_limits(const Limits& limits);
    /// Connects now, or as soon as there is a bus.
    /// \param address  empty: the system bus
    void start(const std::string& address);
    /// It has not come to anything yet: up, or a first failure.
    bool is_starting() const;
    /// Says StateChanged when the state has, or the name.
    void on_host(const Host& host);
    /// \return false: the client is none of ours
    bool on_event(dnssd::Instant now, session::ClientId client, const dnssd::Event& event);
    /// Leaves the bus; all clients are forgotten.
    void stop();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace avahid::dbus
