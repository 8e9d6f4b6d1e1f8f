#include "avahid/dbus/clients.hpp"

#include <sdbus-c++/IProxy.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "avahid/dbus/backlog.hpp"

namespace avahid::dbus {

Clients::Clients(Context& context)
    : context_(context),
      bus_(sdbus::createProxy(*context.connection, "org.freedesktop.DBus",
                              "/org/freedesktop/DBus")) {}

Clients::~Clients() = default;

void Clients::with_client_of(const Call& call, Then then) {
    const std::string name = call.sender();
    if (const auto found = clients_.find(name); found != clients_.end()) {
        Call copy = call;
        return then(copy, *found->second);
    }
    const auto [waiting, first] = waiting_.try_emplace(name);
    // As many as it could have objects; the bus answers before there are that many.
    if (waiting->second.size() >= context_.limits.objects_per_client)
        return call.fail(Error::too_many_objects);
    waiting->second.push_back({call, std::move(then)});
    if (first) ask_for_user(name);
}

void Clients::ask_for_user(const std::string& name) {
    bus_->callMethodAsync("GetConnectionUnixUser")
        .onInterface("org.freedesktop.DBus")
        .withArguments(name)
        .uponReplyInvoke([this, name](const sdbus::Error* error, std::uint32_t uid) {
            if (error != nullptr) {
                refuse(name, Error::access_denied);
            } else {
                on_user(name, uid);
            }
        });
}

void Clients::say(uid_t uid, const std::string& line) {
    context_.log.say(std::chrono::steady_clock::now(), uid, line);
}

void Clients::on_user(const std::string& name, uid_t uid) {
    if (clients_.size() >= context_.limits.clients) {
        say(uid, name + " (uid " + std::to_string(uid) + ") turned away: too many clients");
        return refuse(name, Error::too_many_clients);
    }
    const auto id = context_.session.open(uid);
    if (!id) {
        say(uid, name + " (uid " + std::to_string(uid) +
                     ") turned away: " + session::to_string(id.error()));
        return refuse(name, error_of(id.error()));
    }
    auto made = std::make_unique<Client>(*this, context_, name, uid, *id);
    Client& client = *made;
    clients_.emplace(name, std::move(made));
    by_id_.emplace(*id, &client);
    const auto waiting = waiting_.extract(name);
    if (waiting.empty()) return;
    for (Waiting& one : waiting.mapped()) one.then(one.call, client);
}

void Clients::refuse(const std::string& name, Error error) {
    const auto waiting = waiting_.extract(name);
    if (waiting.empty()) return;
    for (const Waiting& one : waiting.mapped()) one.call.fail(error);
}

void Clients::on_gone(const std::string& name) {
    waiting_.erase(name);
    const auto found = clients_.find(name);
    if (found == clients_.end()) return;
    by_id_.erase(found->second->id());
    clients_.erase(found);
}

/// Called from inside what sends: what ends is destroyed later.
void Clients::on_stuck(const std::string& name) {
    const auto found = clients_.find(name);
    // Who only ever called what needs no client is of no user yet.
    const uid_t user = found == clients_.end() ? static_cast<uid_t>(-1) : found->second->uid();
    say(user, "dropped client " + name + ": it does not read what it is sent");
    boost::asio::post(context_.io, [this, name, alive = std::weak_ptr<bool>(alive_)] {
        if (alive.expired()) return;
        on_gone(name);
        context_.soon();
    });
}

bool Clients::on_event(Instant now, session::ClientId client, const dnssd::Event& event) {
    const auto found = by_id_.find(client);
    if (found == by_id_.end()) return false;
    found->second->on_event(now, event);
    return true;
}

void Clients::note_object(uid_t uid, int change) {
    std::size_t& count = objects_[uid];
    count += static_cast<std::size_t>(change);
    if (count == 0) objects_.erase(uid);
}

std::size_t Clients::objects(uid_t uid) const {
    const auto found = objects_.find(uid);
    return found == objects_.end() ? 0 : found->second;
}

void Clients::note_sent(const Client& client, std::size_t size) {
    context_.backlog->on_sent(client.name(), size);
}

}  // namespace avahid::dbus
