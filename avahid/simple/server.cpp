// avahid/simple/server.cpp: from a line to a call of the session, from an event to a reply.
#include "avahid/simple/server.hpp"

#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "avahid/session/client_log.hpp"
#include "avahid/session/listener.hpp"
#include "avahid/simple/connection.hpp"
#include "avahid/simple/line_protocol.hpp"

namespace avahid::simple {

using boost::system::error_code;
using session::ClientId;
using std::chrono::steady_clock;

namespace {

/// Says why before hanging up; what does not fit into the socket now is lost.
void turn_away(int connection) {
    const std::string why = format_error(Code::too_many_clients);
    [[maybe_unused]] const auto lost =
        ::send(connection, why.data(), why.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

Code code_of(session::Errc errc) {
    switch (errc) {
        case session::Errc::too_many_clients:
            return Code::too_many_clients;
        case session::Errc::too_many_objects:
            return Code::too_many_objects;
        case session::Errc::bad_name:
        case session::Errc::bad_host:
        case session::Errc::bad_domain:
            return Code::invalid_host_name;
        case session::Errc::bad_address:
            return Code::invalid_address;
        default:
            return Code::failure;
    }
}

/// One client, and what it waits for.
struct Client {
    std::shared_ptr<Connection> connection;
    session::Peer peer;       // for the log
    dnssd::Instant deadline;  // then we lose patience
    std::optional<dnssd::Handle> lookup = std::nullopt;
    std::optional<dnssd::Handle> browse = std::nullopt;
    HostReply form = HostReply::avahi;
    dnssd::Address asked{};
};

}  // namespace

struct Server::Impl final : Connection::Owner, std::enable_shared_from_this<Server::Impl> {
    Impl(boost::asio::io_context& context, session::Session& calls, std::function<void()> after,
         Log sink, const Limits& patience)
        : io(context),
          session(calls),
          pump(std::move(after)),
          log(sink),
          clients_log(std::move(sink)),
          limits(patience),
          sweeper(context) {}

    std::shared_ptr<session::Listener> make_listener();
    void say(const session::Peer& peer, const std::string& line);
    void on_accept(keeper::Descriptor connected);

    void on_line(Connection& connection, std::string_view line) override;
    void on_overlong_line(Connection& connection) override;
    void on_end(Connection& connection) override;

    void carry_out(Client& client, const Help&);
    void carry_out(Client& client, const Refused& refused);
    void carry_out(Client& client, const BrowseDnsServers& command);
    void tell(ClientId id, Client& client, std::string line);
    void carry_out(Client& client, const LookupHost& command);
    std::string host_reply(const Client& client, const dnssd::HostResult& result) const;
    void carry_out(Client& client, const LookupAddress& command);
    void wait_for(Client& client, const session::Result<dnssd::Handle>& lookup);
    void reply(Client& client, std::string text);

    void sweep();
    void sweep_later();
    void lose_patience(ClientId id, Client& client);
    void end(ClientId id);

    boost::asio::io_context& io;
    session::Session& session;
    std::function<void()> pump;
    Log log;
    session::ClientLog clients_log;
    Limits limits;
    std::function<unicast::Zone()> local_zone = [] { return unicast::Zone::absent; };
    std::shared_ptr<session::Listener> listener;
    std::unordered_map<ClientId, Client> clients;
    boost::asio::steady_timer sweeper;
    bool sweeping = false;
};

// ---- clients come ----

std::shared_ptr<session::Listener> Server::Impl::make_listener() {
    return std::make_shared<session::Listener>(
        io, "simple protocol",
        [weak = weak_from_this()](keeper::Descriptor connected) {
            if (const auto self = weak.lock()) self->on_accept(std::move(connected));
        },
        log);
}

void Server::Impl::say(const session::Peer& peer, const std::string& line) {
    clients_log.say(steady_clock::now(), peer.uid, "simple protocol: " + line);
}

void Server::Impl::on_accept(keeper::Descriptor connected) {
    const auto peer = session::peer_of(connected.get());
    if (!peer) return;
    const auto id = session.open(peer->uid);
    if (!id) {
        say(*peer, peer->text() + " turned away: " + session::to_string(id.error()));
        return turn_away(connected.get());
    }
    auto connection = std::make_shared<Connection>(io, std::move(connected), *id, *this);
    clients.emplace(*id, Client{.connection = connection,
                                .peer = *peer,
                                .deadline = steady_clock::now() + limits.to_ask});
    sweep_later();
    connection->start();
}

// ---- they ask ----

void Server::Impl::on_line(Connection& connection, std::string_view line) {
    Client& client = clients.at(connection.client());
    std::visit([&](const auto& command) { carry_out(client, command); }, parse_line(line));
}

void Server::Impl::on_overlong_line(Connection& connection) {
    reply(clients.at(connection.client()), format_error(Code::invalid_command));
}

void Server::Impl::carry_out(Client& client, const Help&) { reply(client, format_help()); }

void Server::Impl::carry_out(Client& client, const Refused& refused) {
    reply(client, refused.reply);
}

/// Goes on until the client leaves.
void Server::Impl::carry_out(Client& client, const BrowseDnsServers& command) {
    const auto browse =
        session.browse_dns_servers(steady_clock::now(), client.connection->client(), "",
                                   dnssd::DnsServerKind::resolve, command.families, dnssd::Scope{});
    if (!browse) return reply(client, format_error(code_of(browse.error())));
    client.browse = *browse;
    client.deadline = dnssd::Instant::max();
    client.connection->stream(format_browsing());
    pump();
}

void Server::Impl::tell(ClientId id, Client& client, std::string line) {
    if (client.connection->stream(std::move(line))) return;
    say(client.peer, "dropped client (" + client.peer.text() + "): does not read its reply");
    client.connection->abandon();
    // Not from here: this is the middle of an event.
    boost::asio::post(io, [weak = weak_from_this(), id] {
        if (const auto self = weak.lock(); self && self->clients.contains(id)) self->end(id);
    });
    client.browse.reset();
}

void Server::Impl::carry_out(Client& client, const LookupHost& command) {
    client.form = command.reply;
    if (command.reply == HostReply::all && local_zone() == unicast::Zone::present)
        return reply(client, format_error(Code::invalid_domain));
    wait_for(client, session.lookup_host(steady_clock::now(), client.connection->client(),
                                         command.name, command.families, dnssd::Scope{}));
}

void Server::Impl::carry_out(Client& client, const LookupAddress& command) {
    client.asked = command.address;
    wait_for(client, session.lookup_address(steady_clock::now(), client.connection->client(),
                                            command.address, dnssd::Scope{}));
}

void Server::Impl::wait_for(Client& client, const session::Result<dnssd::Handle>& lookup) {
    if (!lookup) return reply(client, format_error(code_of(lookup.error())));
    client.lookup = *lookup;
    client.deadline = steady_clock::now() + limits.to_answer;
    pump();
}

/// That there is no such name can be said only where it could not be a DNS server's.
std::string Server::Impl::host_reply(const Client& client, const dnssd::HostResult& result) const {
    const bool miss = result.outcome == dnssd::HostResult::Outcome::no_such_name;
    if (miss && client.form == HostReply::all && local_zone() != unicast::Zone::absent)
        return format_error(Code::invalid_domain);
    return format_host(result, client.form);
}

void Server::Impl::reply(Client& client, std::string text) {
    client.lookup.reset();
    client.deadline = steady_clock::now() + limits.to_read;
    client.connection->finish(std::move(text));
}

// ---- they go ----

void Server::Impl::on_end(Connection& connection) { end(connection.client()); }

void Server::Impl::end(ClientId id) {
    clients.erase(id);
    session.close(steady_clock::now(), id);
    pump();
}

void Server::Impl::sweep_later() {
    if (std::exchange(sweeping, true)) return;
    sweeper.expires_after(limits.sweep);
    sweeper.async_wait([weak = weak_from_this()](const error_code& cancelled) {
        const auto self = weak.lock();
        if (!cancelled && self) self->sweep();
    });
}

void Server::Impl::sweep() {
    sweeping = false;
    const dnssd::Instant now = steady_clock::now();
    std::vector<ClientId> late;
    for (const auto& [id, client] : clients) {
        if (client.deadline <= now) late.push_back(id);
    }
    for (const ClientId id : late) {
        if (const auto found = clients.find(id); found != clients.end())
            lose_patience(id, found->second);
    }
    if (!clients.empty()) sweep_later();
}

/// With ourselves, when a lookup does not end; else with the client.
void Server::Impl::lose_patience(ClientId id, Client& client) {
    if (client.lookup) return reply(client, format_error(Code::timeout));
    const char* what = client.connection->replying() ? "does not read its reply" : "asks nothing";
    say(client.peer, "dropped client (" + client.peer.text() + "): " + what);
    client.connection->abandon();
    end(id);
}

// ---- the outside ----

Server::Server(boost::asio::io_context& io, session::Session& session, std::function<void()> pump,
               Log log, const Limits& limits)
    : impl_(std::make_shared<Impl>(io, session, std::move(pump),
                                   log ? std::move(log) : Log([](const std::string&) {}), limits)) {
}

Server::~Server() { stop(); }

void Server::set_local_zone(std::function<unicast::Zone()> zone) {
    impl_->local_zone = std::move(zone);
}

error_code Server::listen(const std::string& path) {
    impl_->listener = impl_->make_listener();
    return impl_->listener->listen(path);
}

error_code Server::adopt(int descriptor) {
    impl_->listener = impl_->make_listener();
    return impl_->listener->adopt(descriptor);
}

bool Server::on_event(dnssd::Instant, ClientId id, const dnssd::Event& event) {
    const auto found = impl_->clients.find(id);
    if (found == impl_->clients.end()) return false;
    Client& client = found->second;
    const auto waits_for = [&client](dnssd::Handle handle) { return client.lookup == handle; };
    if (const auto* host = std::get_if<dnssd::HostResult>(&event); host && waits_for(host->handle))
        impl_->reply(client, impl_->host_reply(client, *host));
    if (const auto* address = std::get_if<dnssd::AddressResult>(&event);
        address && waits_for(address->handle))
        impl_->reply(client, format_address(*address, client.asked));
    if (const auto* server = std::get_if<dnssd::DnsServerFound>(&event);
        server && client.browse == server->handle)
        impl_->tell(id, client, format_dns_server(*server));
    if (const auto* lost = std::get_if<dnssd::DnsServerLost>(&event);
        lost && client.browse == lost->handle)
        impl_->tell(id, client, format_dns_server(*lost));
    return true;
}

void Server::stop() {
    if (impl_->listener) impl_->listener->stop();
    impl_->listener.reset();
    impl_->sweeper.cancel();
    for (const auto& [id, client] : std::exchange(impl_->clients, {})) {
        client.connection->abandon();
        impl_->session.close(steady_clock::now(), id);
    }
}

std::size_t Server::connections() const { return impl_->clients.size(); }

}  // namespace avahid::simple
