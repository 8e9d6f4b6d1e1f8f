// avahid/unicast/local_zone.hpp: keeps an eye on whether the machine's DNS servers have a zone
// "local.", so that the NSS module can leave its names to them (as nss-mdns does, which asks anew
// in each lookup). Nobody waits for this: it is asked when somebody wants to know and resolv.conf
// or the network has changed, or the answer is old. Idle, it does nothing.
#pragma once

#include <sys/stat.h>

#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "avahid/unicast/zone.hpp"

namespace avahid::unicast {

class LocalZone {
public:
    struct Times {
        std::chrono::milliseconds wait = std::chrono::seconds(1);        // for one server's reply
        std::chrono::milliseconds fresh = std::chrono::minutes(5);       // an answer is
        std::chrono::milliseconds silent = std::chrono::seconds(10);     // servers may come back
        std::chrono::milliseconds look_again = std::chrono::seconds(1);  // at the file
        std::uint16_t port = 53;
    };
    using Log = std::function<void(const std::string& line)>;

    /// \param log  one line when a zone is found, and when it is gone
    LocalZone(boost::asio::io_context& io, std::string resolv_conf, Log log);
    LocalZone(boost::asio::io_context& io, std::string resolv_conf, Log log, const Times& times);

    /// What is known at present; looks at the file and at the age of the answer, and asks anew
    /// where needed.
    Zone state();
    /// Maybe another network, whose servers may say something else: the next lookup asks anew.
    void on_network_change() { moved_ = true; }
    void stop();

private:
    struct Stamp {  // of the file: one that differs was changed or replaced
        dev_t device = 0;
        ino_t inode = 0;
        off_t size = 0;
        timespec modified{};
        bool operator==(const Stamp& other) const {
            return device == other.device && inode == other.inode && size == other.size &&
                   modified.tv_sec == other.modified.tv_sec &&
                   modified.tv_nsec == other.modified.tv_nsec;
        }
    };
    Stamp stamp() const;
    void start_over();
    void ask();
    void ask_next();
    void receive();
    void settle(Zone zone, std::chrono::milliseconds fresh);

    static constexpr int rounds = 2;

    std::string path_;
    Log log_;
    Times times_;
    boost::asio::ip::udp::socket socket_;
    boost::asio::steady_timer timer_;
    std::random_device random_;  // an off-path attacker must guess id and port (RFC 5452)
    std::vector<boost::asio::ip::address> servers_;
    std::vector<std::uint8_t> reply_;
    std::size_t tries_ = 0;
    std::uint16_t id_ = 0;
    bool asking_ = false;
    bool moved_ = true;
    Zone zone_ = Zone::unknown;
    Stamp stamp_;
    std::chrono::steady_clock::time_point stale_at_{};
    std::chrono::steady_clock::time_point looked_{};
};

}  // namespace avahid::unicast
