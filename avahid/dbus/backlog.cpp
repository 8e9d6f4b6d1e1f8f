#include "avahid/dbus/backlog.hpp"

#include <sdbus-c++/IConnection.h>
#include <sdbus-c++/IProxy.h>
#include <sdbus-c++/Message.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace avahid::dbus {
namespace {

constexpr std::size_t ask_after = std::size_t{100} << 10;
// What one may leave unread, and what all may together: the system bus keeps 127 MB for us.
constexpr std::size_t unread_max = std::size_t{16} << 20;
constexpr std::size_t all_unread_max = std::size_t{64} << 20;
constexpr std::size_t fair_share = std::size_t{1} << 20;  // left alone when all is too much
// As good as for ever: a client that sleeps may wake up, and is asked once only.
constexpr auto patience = std::chrono::hours(24 * 365);

/// These come from the bus; any other error is the client's own answer, or the policy's.
bool says_unread(const sdbus::Error& error) {
    constexpr const char* names[] = {
        "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Timeout",
        "org.freedesktop.DBus.Error.TimedOut", "org.freedesktop.DBus.Error.LimitsExceeded"};
    return std::ranges::find(names, error.getName()) != std::end(names);
}

}  // namespace

Backlog::Backlog(sdbus::IConnection& connection, std::function<void(const std::string&)> on_stuck)
    : connection_(connection), on_stuck_(std::move(on_stuck)) {}

Backlog::~Backlog() = default;

void Backlog::on_sent(const std::string& client, std::size_t size) {
    Entry& entry = entries_[client];
    entry.unread += size;
    unread_ += size;
    if (entry.asked_at == 0) {
        if (entry.unread >= ask_after) ask(client, entry);
        return;
    }
    const bool too_much =
        entry.unread > unread_max || (unread_ > all_unread_max && entry.unread > fair_share);
    if (!too_much || std::exchange(entry.stuck, true)) return;
    on_stuck_(client);
}

bool Backlog::is_stuck(const std::string& client) const {
    const auto found = entries_.find(client);
    return found != entries_.end() && found->second.stuck;
}

void Backlog::ask(const std::string& client, Entry& entry) {
    entry.asked_at = entry.unread;
    try {
        if (!entry.proxy) entry.proxy = sdbus::createProxy(connection_, client, "/");
        entry.proxy->callMethodAsync("Ping")
            .onInterface("org.freedesktop.DBus.Peer")
            .withTimeout(patience)
            .uponReplyInvoke([this, client](const sdbus::Error* error) {
                on_answer(client, error == nullptr || !says_unread(*error));
            });
    } catch (const sdbus::Error&) {  // the bus is gone: it is noticed elsewhere
    }
}

void Backlog::on_answer(const std::string& client, bool read) {
    const auto found = entries_.find(client);
    if (found == entries_.end()) return;
    Entry& entry = found->second;
    const std::size_t size = std::exchange(entry.asked_at, 0);
    if (!read) return;  // asked again when more is sent
    entry.unread -= size;
    unread_ -= size;
    entry.stuck = false;
    if (entry.unread >= ask_after) ask(client, entry);
}

void Backlog::on_gone(const std::string& client) {
    const auto found = entries_.find(client);
    if (found == entries_.end()) return;
    unread_ -= found->second.unread;
    entries_.erase(found);
}

}  // namespace avahid::dbus
