#include "avahid/varlink/server.hpp"

#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <optional>
#include <unordered_map>
#include <utility>

#include "avahid/session/client_log.hpp"
#include "avahid/session/listener.hpp"
#include "avahid/varlink/connection.hpp"
#include "avahid/varlink/failure.hpp"
#include "avahid/varlink/wire/message.hpp"

namespace avahid::varlink {

using boost::asio::local::stream_protocol;
using boost::system::error_code;
using session::ClientId;

namespace {

/// Says why before hanging up; what does not fit into the socket now is lost.
void turn_away(stream_protocol::socket& socket, session::Errc errc) {
    const Failure failure = from_session(errc);
    const std::string message =
        wire::frame(wire::Reply{.error = failure.error, .parameters = failure.parameters});
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(boost::asio::buffer(message), ignored);
}

}  // namespace

struct Server::Impl : std::enable_shared_from_this<Server::Impl> {
    Impl(boost::asio::io_context& context, session::Session& calls, std::function<void()> after,
         Log sink)
        : io(context),
          session(calls),
          pump(std::move(after)),
          log(sink),
          clients_log(std::move(sink)) {}

    std::shared_ptr<session::Listener> make_listener();
    error_code serve(keeper::Descriptor connection);
    void say(const session::Peer& peer, const std::string& line);
    void on_accept(stream_protocol::socket socket);
    void on_gone(ClientId client, const std::string& why);
    void pump_later();

    boost::asio::io_context& io;
    session::Session& session;
    std::function<void()> pump;
    Log log;
    session::ClientLog clients_log;
    std::shared_ptr<session::Listener> listener;
    std::unordered_map<ClientId, std::shared_ptr<Connection>> connections;
    std::unordered_map<ClientId, session::Peer> peers;  // for the log
    bool pump_pending = false;
    bool stopped = false;
};

std::shared_ptr<session::Listener> Server::Impl::make_listener() {
    return std::make_shared<session::Listener>(
        io, "control socket",
        [weak = weak_from_this()](keeper::Descriptor connection) {
            if (const auto self = weak.lock()) self->serve(std::move(connection));
        },
        log);
}

error_code Server::Impl::serve(keeper::Descriptor connection) {
    stream_protocol::socket socket(io);
    error_code error;
    socket.assign(stream_protocol(), connection.get(), error);
    if (error) return error;
    (void)connection.release();  // the socket's now
    on_accept(std::move(socket));
    return {};
}

void Server::Impl::say(const session::Peer& peer, const std::string& line) {
    clients_log.say(std::chrono::steady_clock::now(), peer.uid, "control socket: " + line);
}

void Server::Impl::on_accept(stream_protocol::socket socket) {
    const auto peer = session::peer_of(socket.native_handle());
    if (!peer) return;
    const auto client = session.open(peer->uid);
    if (!client) {
        say(*peer, peer->text() + " turned away: " + session::to_string(client.error()));
        return turn_away(socket, client.error());
    }
    Connection::Hooks hooks{
        .pump = [this] { pump(); },
        .gone = [this](ClientId id, const std::string& why) { on_gone(id, why); },
    };
    auto connection =
        std::make_shared<Connection>(std::move(socket), session, *client, std::move(hooks));
    connections[*client] = connection;
    peers[*client] = *peer;
    connection->start();
}

void Server::Impl::on_gone(ClientId client, const std::string& why) {
    if (!why.empty()) {
        const session::Peer& peer = peers[client];
        say(peer, "dropped client (" + peer.text() + "): " + why);
    }
    connections.erase(client);
    peers.erase(client);
    session.close(std::chrono::steady_clock::now(), client);
    pump_later();
}

/// on_event() is called from pump(): what it led to is carried out by another one, after this.
void Server::Impl::pump_later() {
    if (std::exchange(pump_pending, true)) return;
    boost::asio::post(io, [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        self->pump_pending = false;
        if (!self->stopped) self->pump();
    });
}

Server::Server(boost::asio::io_context& io, session::Session& session, std::function<void()> pump,
               Log log)
    : impl_(std::make_shared<Impl>(io, session, std::move(pump),
                                   log ? std::move(log) : Log([](const std::string&) {}))) {}

Server::~Server() { stop(); }

error_code Server::listen(const std::string& path) {
    impl_->listener = impl_->make_listener();
    return impl_->listener->listen(path);
}

error_code Server::adopt(int descriptor) {
    impl_->listener = impl_->make_listener();
    return impl_->listener->adopt(descriptor);
}

error_code Server::serve(int descriptor) { return impl_->serve(keeper::Descriptor(descriptor)); }

bool Server::on_event(dnssd::Instant now, ClientId client, const dnssd::Event& event) {
    const auto found = impl_->connections.find(client);
    if (found == impl_->connections.end()) return false;
    const auto connection = found->second;  // it may leave, and the map let go of it
    connection->on_event(now, event);
    impl_->pump_later();
    return true;
}

void Server::on_packet(dnssd::Instant now, const session::Packet& packet) {
    for (const ClientId client : impl_->session.monitors().watching(packet.link)) {
        const auto found = impl_->connections.find(client);
        if (found == impl_->connections.end()) continue;
        const auto connection = found->second;  // it may leave, and the map let go of it
        connection->on_packet(now, packet);
    }
}

void Server::stop() {
    impl_->stopped = true;
    if (impl_->listener) impl_->listener->stop();
    impl_->listener.reset();
    for (const auto& [client, connection] : std::exchange(impl_->connections, {})) {
        connection->abandon();
        impl_->session.close(std::chrono::steady_clock::now(), client);
    }
}

}  // namespace avahid::varlink
