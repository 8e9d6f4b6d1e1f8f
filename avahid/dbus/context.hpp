// avahid/dbus/context.hpp: what everything on the bus reaches: the session below, the connection
// above, and what the daemon has told of the host.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "avahid/dbus/avahi.hpp"
#include "avahid/session/client_log.hpp"
#include "avahid/session/session.hpp"

namespace boost::asio {
class io_context;
}
namespace sdbus {
class IConnection;
}

namespace avahid::dbus {

class Backlog;

/// What the daemon tells of this machine.
struct Host {
    std::string label;             // "alpha"
    std::string domain = "local";  // "local"
    avahi::ServerState state = avahi::ServerState::registering;

    std::string fqdn() const { return label + "." + domain; }
    bool operator==(const Host&) const = default;
};

struct Limits {
    std::size_t clients = 4096;             // clients-max, over all users
    std::size_t objects_per_client = 1024;  // objects-per-client-max
    std::size_t objects_per_uid = 16384;    // objects-max-per-uid
    std::size_t entries_per_group = 32;     // entries-per-entry-group-max
    bool may_publish = true;  // disable-user-service-publishing refuses entry groups altogether
};

struct Context {
    boost::asio::io_context& io;
    session::Session& session;
    /// Has what was asked of the session carried out, and what was sent written, once this turn of
    /// the event loop is over. To be called after anything of either that no method call led to.
    std::function<void()> soon;
    session::ClientLog log;
    Limits limits{};
    Host host{};
    std::uint32_t cookie = 0;       // of GetLocalServiceCookie
    std::uint32_t next_client = 0;  // the N of /ClientN
    Backlog* backlog = nullptr;
    sdbus::IConnection* connection = nullptr;  // empty: no bus
};

}  // namespace avahid::dbus
