// avahid/dbus/timeout.hpp: a function to be called once, later, unless its owner is gone by then.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <utility>

namespace avahid::dbus {

class Timeout {
public:
    explicit Timeout(boost::asio::io_context& io) : timer_(io) {}
    Timeout(const Timeout&) = delete;
    Timeout& operator=(const Timeout&) = delete;

    /// Takes the place of what was set before. The function may destroy its owner.
    void set(std::chrono::milliseconds delay, std::function<void()> function) {
        timer_.expires_after(delay);
        timer_.async_wait(
            [alive = std::weak_ptr<bool>(alive_), run = std::move(function)](const auto& error) {
                if (!error && !alive.expired()) run();
            });
    }
    void cancel() { timer_.cancel(); }

private:
    boost::asio::steady_timer timer_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace avahid::dbus
