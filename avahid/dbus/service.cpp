#include "avahid/dbus/service.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <optional>
#include <random>
#include <utility>

#include "avahid/dbus/backlog.hpp"
#include "avahid/dbus/bus.hpp"
#include "avahid/dbus/clients.hpp"
#include "avahid/dbus/server.hpp"

namespace avahid::dbus {
namespace {

void say(const std::function<void(const std::string&)>& sink, const std::string& line) {
    if (sink) sink("D-Bus: " + line);
}

}  // namespace

struct Service::Impl : std::enable_shared_from_this<Service::Impl> {
    Impl(boost::asio::io_context& io, session::Session& session, std::function<void()> after,
         const Log& log);

    Bus::Hooks hooks();
    void up(sdbus::IConnection& connection);
    void down();
    void soon();

    std::function<void()> pump;
    Log log;
    Context context;
    // While there is a bus.
    std::optional<Backlog> backlog;
    std::optional<Clients> clients;
    std::optional<Server> server;
    std::optional<Bus> bus;  // last: its end calls down()
    bool soon_pending = false;
};

Service::Impl::Impl(boost::asio::io_context& io, session::Session& session,
                    std::function<void()> after, const Log& sinks)
    : pump(std::move(after)),
      log(sinks),
      context{
          .io = io,
          .session = session,
          .soon = [this] { soon(); },
          .log = session::ClientLog([this](const std::string& line) { say(log.warning, line); })} {
    context.cookie = std::random_device{}();
}

Bus::Hooks Service::Impl::hooks() {
    return {
        .up = [this](sdbus::IConnection& connection) { up(connection); },
        .down = [this] { down(); },
        .gone =
            [this](const std::string& name) {
                clients->on_gone(name);
                backlog->on_gone(name);
            },
        .after_each = [this] { clients->bury_dead(); },
        .after_all = [this] { pump(); },
        .serving = [this] { say(log.note, std::string("serving ") + avahi::bus_name); },
        .missing = [this](const std::string& why) { say(log.missing, "no bus yet: " + why); },
        .lost = [this](const std::string& why) { say(log.warning, "the bus is gone: " + why); }};
}

void Service::Impl::up(sdbus::IConnection& connection) {
    context.connection = &connection;
    backlog.emplace(connection, [this](const std::string& name) { clients->on_stuck(name); });
    context.backlog = &*backlog;
    clients.emplace(context);
    server.emplace(context, *clients);
}

void Service::Impl::down() {
    server.reset();
    clients.reset();
    backlog.reset();
    context.backlog = nullptr;
    context.connection = nullptr;
    soon();  // what the clients had is withdrawn
}

void Service::Impl::soon() {
    if (std::exchange(soon_pending, true)) return;
    boost::asio::post(context.io, [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        self->soon_pending = false;
        if (self->clients) self->clients->bury_dead();
        self->pump();
        if (self->bus) self->bus->arm();
    });
}

Service::Service(boost::asio::io_context& io, session::Session& session, std::function<void()> pump,
                 const Log& log)
    : impl_(std::make_shared<Impl>(io, session, std::move(pump), log)) {}

Service::~Service() { stop(); }

void Service::set_limits(const Limits& limits) { impl_->context.limits = limits; }

void Service::start(const std::string& address) {
    if (impl_->bus) return;
    impl_->bus.emplace(impl_->context.io, address, avahi::bus_name, impl_->hooks());
    impl_->bus->start();
}

bool Service::is_starting() const { return impl_->bus && impl_->bus->is_starting(); }

void Service::on_host(const Host& host) {
    if (std::exchange(impl_->context.host, host) == host || !impl_->server) return;
    impl_->server->tell_state();
    impl_->soon();
}

bool Service::on_event(dnssd::Instant now, session::ClientId client, const dnssd::Event& event) {
    if (!impl_->clients || !impl_->clients->on_event(now, client, event)) return false;
    impl_->soon();
    return true;
}

void Service::stop() { impl_->bus.reset(); }

}  // namespace avahid::dbus
