#include "avahid/unicast/local_zone.hpp"

#include <fstream>
#include <iterator>

#include "avahid/unicast/resolv_conf.hpp"
#include "avahid/unicast/soa.hpp"

namespace avahid::unicast {

using boost::asio::ip::udp;
using boost::system::error_code;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t max_reply = 4096;

}  // namespace

LocalZone::LocalZone(boost::asio::io_context& io, std::string resolv_conf, Log log)
    : LocalZone(io, std::move(resolv_conf), std::move(log), Times{}) {}

LocalZone::LocalZone(boost::asio::io_context& io, std::string resolv_conf, Log log,
                     const Times& times)
    : path_(std::move(resolv_conf)),
      log_(std::move(log)),
      times_(times),
      socket_(io),
      timer_(io),
      reply_(max_reply) {}

LocalZone::Stamp LocalZone::stamp() const {
    struct stat file {};
    if (::stat(path_.c_str(), &file) != 0) return {};
    return {file.st_dev, file.st_ino, file.st_size, file.st_mtim};
}

Zone LocalZone::state() {
    const auto now = steady_clock::now();
    if (now - looked_ >= times_.look_again) {
        looked_ = now;
        if (!(stamp() == stamp_)) moved_ = true;
    }
    if (moved_) start_over();
    if (!asking_ && now >= stale_at_) ask();  // until that is answered, the old answer holds
    return zone_;
}

void LocalZone::start_over() {
    moved_ = false;
    stamp_ = stamp();
    looked_ = steady_clock::now();
    std::ifstream file(path_);
    servers_ = parse_resolv_conf(std::string(std::istreambuf_iterator<char>(file), {})).servers;
    zone_ = Zone::unknown;
    ask();
}

void LocalZone::ask() {
    asking_ = true;
    tries_ = 0;
    ask_next();
}

/// Each server in turn, and all of them once more.
void LocalZone::ask_next() {
    stop();
    for (; tries_ < servers_.size() * rounds; ++tries_) {
        const udp::endpoint server(servers_[tries_ % servers_.size()], times_.port);
        error_code failed;
        socket_.open(server.protocol(), failed);  // each time another port of the kernel's choice
        if (!failed) socket_.connect(server, failed);
        id_ = static_cast<std::uint16_t>(random_());
        if (!failed) socket_.send(boost::asio::buffer(soa_query(id_)), 0, failed);
        if (failed) {
            socket_.close(failed);
            continue;
        }
        ++tries_;
        timer_.expires_after(times_.wait);
        timer_.async_wait([this](const error_code& cancelled) {
            if (!cancelled) ask_next();
        });
        return receive();
    }
    settle(Zone::absent, servers_.empty() ? times_.fresh : times_.silent);
}

void LocalZone::receive() {
    socket_.async_receive(
        boost::asio::buffer(reply_), [this](const error_code& failed, std::size_t size) {
            if (failed == boost::asio::error::operation_aborted) return;
            if (failed) return ask_next();  // refused: no server there
            const auto exists = zone_exists({reply_.data(), size}, id_);
            if (exists) return settle(*exists ? Zone::present : Zone::absent, times_.fresh);
            receive();  // not the answer: that may still come
        });
}

void LocalZone::settle(Zone zone, std::chrono::milliseconds fresh) {
    stop();
    asking_ = false;
    stale_at_ = steady_clock::now() + fresh;
    if (zone == zone_) return;
    if (zone == Zone::present) {
        log_(
            "the DNS servers have a zone 'local.': the name service module leaves its names to "
            "them");
    } else if (zone_ == Zone::present) {
        log_("the DNS servers have no zone 'local.' any more");
    }
    zone_ = zone;
}

void LocalZone::stop() {
    timer_.cancel();
    error_code ignored;
    socket_.close(ignored);
}

}  // namespace avahid::unicast
