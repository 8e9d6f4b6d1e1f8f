// avahid/dbus/greeting.hpp: is there a bus that answers? libsystemd waits for the bus while it
// connects, and the daemon must not: so first this asks, without waiting, on a connection of its
// own, for what every bus says first (D-Bus specification, "Authentication Protocol").
#pragma once

#include <boost/system/error_code.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace boost::asio {
class io_context;
}

namespace avahid::dbus {

/// The socket of "unix:path=/run/dbus/system_bus_socket" or "unix:abstract=…", the first of
/// several; a leading zero byte for an abstract one. Empty: no Unix socket.
std::optional<std::string> socket_of(const std::string& address);

class Greeting {
public:
    using Then = std::function<void(const boost::system::error_code&)>;
    explicit Greeting(boost::asio::io_context& io);
    ~Greeting();  // `then` is not called any more
    Greeting(const Greeting&) = delete;
    Greeting& operator=(const Greeting&) = delete;

    /// Calls `then` once, from the event loop: with success when the bus has answered.
    /// \param socket  from socket_of()
    void start(const std::string& socket, std::chrono::milliseconds patience, Then then);

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace avahid::dbus
