// avahid/dbus/bus.hpp: the connection to the system bus: made when there is a bus, made again when
// it comes back, carried by the daemon's event loop. Knows nothing of what is said on it, except
// the name we own and whose names go.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}
namespace sdbus {
class IConnection;
}

namespace avahid::dbus {

class Bus {
public:
    struct Hooks {
        /// Connected; the name is not ours yet: the time to make objects.
        std::function<void(sdbus::IConnection&)> up;
        /// The connection is about to be destroyed: nothing of it may be left after this.
        std::function<void()> down;
        /// This unique name has left the bus.
        std::function<void(const std::string&)> gone;
        /// A message has been dealt with.
        std::function<void()> after_each;
        /// All that were there have been, for now.
        std::function<void()> after_all;
        /// It is there and the name is ours; once more after each loss.
        std::function<void()> serving;
        /// It is not there; once until it is. The text says why.
        std::function<void(const std::string&)> missing;
        /// It was there.
        std::function<void(const std::string&)> lost;
    };

    /// \param address  empty: the system bus
    /// \param name     the well-known name to own
    Bus(boost::asio::io_context& io, std::string address, std::string name, Hooks hooks);
    ~Bus();
    Bus(const Bus&) = delete;
    Bus& operator=(const Bus&) = delete;

    void start();
    void stop();
    /// Neither up, nor has it failed once.
    bool is_starting() const;
    bool is_up() const;
    /// Sends what is waiting and could not be sent at once; after every use of the connection that
    /// did not happen in a hook.
    void arm();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace avahid::dbus
