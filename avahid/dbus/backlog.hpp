// avahid/dbus/backlog.hpp: who does not read. The bus keeps what we send until its recipient takes
// it, and when it keeps too much of ours it stops listening to us: then one client that sleeps
// would silence us for all. So after some 100 kB sent to a client we ask it for a sign of life
// (Peer.Ping, which D-Bus libraries answer by themselves); it comes back behind all that was sent.
// The bus's policy must let us ask (avahid-dbus.conf does); where it does not, all count as
// readers.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

namespace sdbus {
class IConnection;
class IProxy;
}  // namespace sdbus

namespace avahid::dbus {

class Backlog {
public:
    /// \param on_stuck  called once for a client that is given up, from the event loop
    Backlog(sdbus::IConnection& connection, std::function<void(const std::string&)> on_stuck);
    ~Backlog();
    Backlog(const Backlog&) = delete;
    Backlog& operator=(const Backlog&) = delete;

    /// About this many bytes are on their way to the client.
    void on_sent(const std::string& client, std::size_t size);
    /// It was given up, and has given no sign of life since: its calls are not answered.
    bool is_stuck(const std::string& client) const;
    void on_gone(const std::string& client);

private:
    struct Entry {
        std::size_t unread = 0;    // at the most
        std::size_t asked_at = 0;  // of it, when it was last asked; 0: it is not asked
        bool stuck = false;
        std::unique_ptr<sdbus::IProxy> proxy{};
    };
    void ask(const std::string& client, Entry& entry);
    void on_answer(const std::string& client, bool read);

    sdbus::IConnection& connection_;
    std::function<void(const std::string&)> on_stuck_;
    std::size_t unread_ = 0;  // by all
    std::unordered_map<std::string, Entry> entries_;
};

}  // namespace avahid::dbus
