#include "avahid/daemon.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <random>
#include <thread>

#include "avahid/host/host_label.hpp"
#include "avahid/host/host_name.hpp"
#include "avahid/keeper/client.hpp"
#include "avahid/kernel_hostname.hpp"
#include "avahid/link_local.hpp"
#include "avahid/links.hpp"
#include "avahid/net/link_monitor.hpp"
#include "avahid/ops/log.hpp"
#include "avahid/ops/notify.hpp"
#include "avahid/report.hpp"
#include "avahid/resume.hpp"
#include "avahid/session/session.hpp"
#include "avahid/simple/server.hpp"
#include "avahid/spare_memory.hpp"
#include "avahid/static_services.hpp"
#include "avahid/varlink/server.hpp"
#include "dnssd/catalogue.hpp"
#include "mdns/engine/engine.hpp"
#include "mdns/io/sockets.hpp"

namespace avahid {
namespace {

using mdns::engine::Instant;
using std::chrono::steady_clock;

constexpr auto retry_time = std::chrono::seconds(5);  // for links whose socket could not be opened
constexpr auto look_pause = std::chrono::seconds(1);  // for programs that share our port
constexpr auto goodbye_time = std::chrono::seconds(2);  // at the most, when stopping
// A killed daemon accepts until the kernel has taken it apart: so long an address may be in use.
constexpr auto dying_time = std::chrono::seconds(1);
constexpr auto dying_pause = std::chrono::milliseconds(50);

mdns::engine::Config engine_config(const config::Config& config) {
    std::random_device device;
    return {(std::uint64_t{device()} << 32) | device(), config.server.cache_memory_max};
}

host::Options host_options(const config::Config& config) {
    return {config.publish.addresses && !config.publish.disable_publishing,
            config.publish.a_on_ipv6, config.publish.aaaa_on_ipv4, config.server.domain_name};
}

session::Limits session_limits(const config::Config& config) {
    session::Limits limits;
    limits.clients_per_uid = config.control.clients_max_per_uid;
    limits.handles_per_client = config.server.objects_per_client_max;
    limits.handles_per_uid = config.control.objects_max_per_uid;
    const config::Publish& publish = config.publish;
    limits.may_publish = !publish.disable_publishing && !publish.disable_user_service_publishing;
    return limits;
}

void log_line(const std::string& line) { log::warning("{}", line); }

/// Blocks: only before the event loop.
boost::system::error_code listen_patiently(auto& server, const std::string& path) {
    const auto until = steady_clock::now() + dying_time;
    auto error = server.listen(path);
    while (error == boost::system::errc::address_in_use && steady_clock::now() < until) {
        std::this_thread::sleep_for(dying_pause);
        error = server.listen(path);
    }
    return error;
}

}  // namespace

struct Daemon::Impl final : session::Machine {
    explicit Impl(Setup given);

    bool open();
    int run();
    void drain();
    void arm();
    void pump() {
        drain();
        sockets.flush();
    }
    void on_timer();
    void on_datagram(mdns::engine::LinkId link, const mdns::engine::Source& source,
                     std::span<const std::uint8_t> bytes);
    void on_link_event(const net::LinkEvent& event);
    void look_for_others(Instant now);
    void on_host_event(const host::Event& event);
    void tell_host_name();
    void log_rename(const dnssd::Event& event) const;
    void on_resume();
    void retry_failed_links();
    void on_hostname();
    void wait_for_signal();
    void wait_for_request();
    void wait_for_watchdog(std::chrono::microseconds interval);
    void load_static();
    void reload_all();
    void reload_keeper(const config::Server& now);
    bool listen();
    void stop();
    void finish();
    std::string wanted_host_name() const;

    // session::Machine
    session::Status status() const override;
    session::Errc set_host_name(const std::string& name) override;
    session::Errc ipv4ll(const std::string& interface, session::Ipv4llAction action) override;
    session::Errc reload() override;
    std::optional<int> ifindex_of(const std::string& interface) const override;
    std::string name_of(int ifindex) const override;
    std::vector<mdns::engine::CachedRecordInfo> cache() const override {
        return engine.cache(steady_clock::now());
    }
    void flush_cache() override { engine.flush_cache(steady_clock::now()); }

    Setup setup;
    const Instant started = steady_clock::now();
    boost::asio::io_context io{1};
    boost::asio::steady_timer timer{io};
    Instant armed = Instant::max();
    boost::asio::steady_timer watchdog{io};
    boost::asio::steady_timer last_call{io};
    boost::asio::steady_timer retry{io};
    bool retrying = false;
    SpareMemory spare_memory{io};
    Instant looked_for_others{};
    boost::asio::signal_set signals{io, SIGINT, SIGTERM};
    boost::asio::signal_set requests{io, SIGHUP, SIGUSR1};
    ResumeDetector sleep;
    int exit_status = 0;
    bool stopping = false;
    bool keeper_lost = false;                // with it the power over its addresses
    bool host_name_was_established = false;  // on some link
    bool host_name_was_set = false;          // by a client: the kernel's is no longer followed

    std::unique_ptr<keeper::KeeperClient> keeper;
    mdns::engine::Engine engine;
    dnssd::Catalogue catalogue;
    host::HostName host;
    mdns::io::Sockets sockets;
    net::LinkMonitor monitor;
    Links links;
    LinkLocal link_local;
    StaticServices services;
    session::Session session;
    varlink::Server varlink;
    simple::Server simple;
    std::unique_ptr<HostnameWatcher> hostname;
};

Daemon::Daemon(Setup setup) : impl_(std::make_unique<Impl>(std::move(setup))) {}
Daemon::~Daemon() = default;
bool Daemon::open() { return impl_->open(); }
int Daemon::run() { return impl_->run(); }

Daemon::Impl::Impl(Setup given)
    : setup(std::move(given)),
      keeper(setup.keeper ? std::make_unique<keeper::KeeperClient>(
                                io, std::move(setup.keeper->socket),
                                [this] {
                                    keeper_lost = true;
                                    log::error(
                                        "the keeper process has died: link-local addresses stay "
                                        "until the next start, ending");
                                    exit_status = 1;
                                    if (!stopping) stop();
                                })
                          : nullptr),
      engine(engine_config(setup.config)),
      catalogue(engine, {.negative_timeout = setup.config.control.negative_timeout}),
      host(engine, host_options(setup.config)),
      sockets(
          io,
          {[this](auto link, const auto& source, auto bytes) { on_datagram(link, source, bytes); },
           [this](auto link, const auto& error) {
               log::warning("{}: sending failed: {}", name_of(link.ifindex), error.message());
           }}),
      monitor(io, [this](const net::LinkEvent& event) { on_link_event(event); }),
      links(engine, sockets, host),
      link_local(io, keeper.get(), setup.options.state_dir),
      services(catalogue, [this](const std::string& name) { return ifindex_of(name).value_or(0); }),
      session(catalogue, *this, session_limits(setup.config)),
      varlink(
          io, session, [this] { pump(); }, log_line),
      simple(
          io, session, [this] { pump(); }, log_line) {
    links.on_config(setup.config);
    link_local.on_config(setup.config);
}

bool Daemon::Impl::open() {
    if (!listen()) return false;
    if (const auto followed = monitor.start(); !followed) {
        log::error("the kernel does not tell of its interfaces (netlink): {}",
                   followed.error().message());
        return false;
    }
    return true;
}

int Daemon::Impl::run() {
    wait_for_signal();
    wait_for_request();
    host.set_wanted(steady_clock::now(), wanted_host_name());
    hostname = std::make_unique<HostnameWatcher>(io, [this] { on_hostname(); });
    tell_host_name();  // claimed together with the services that point to it
    load_static();
    pump();
    if (const auto interval = ops::notify::watchdog_interval()) wait_for_watchdog(*interval);
    ops::notify::ready("serving " + host.label() + ".local");
    log::info("avahid {} is ready", setup.version);
    io.run();
    return exit_status;
}

// ---- the one loop everything goes through ----

void Daemon::Impl::drain() {
    const Instant now = steady_clock::now();
    for (bool more = true; more;) {
        more = false;
        while (auto output = engine.poll()) {
            more = true;
            if (const auto* datagram = std::get_if<mdns::engine::SendDatagram>(&*output)) {
                sockets.send(*datagram);
            } else if (!host.on_event(now, *output)) {
                catalogue.on_event(now, *output);
            }
        }
        while (const auto event = host.poll()) {
            more = true;
            on_host_event(*event);
        }
        while (const auto event = catalogue.poll()) {
            more = true;
            log_rename(*event);
            if (!session.on_event(now, *event)) services.on_event(now, *event);
        }
        while (const auto addressed = session.poll()) {
            more = true;
            if (!varlink.on_event(now, addressed->client, addressed->event)) {
                simple.on_event(now, addressed->client, addressed->event);
            }
        }
    }
    if (stopping && engine.idle()) return finish();
    arm();
}

void Daemon::Impl::arm() {
    Instant next = Instant::max();
    if (const auto due = engine.deadline()) next = due->at;
    if (const auto due = catalogue.deadline()) next = std::min(next, *due);
    if (next == armed) return;
    armed = next;
    timer.expires_at(next);
    timer.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled) on_timer();
    });
}

void Daemon::Impl::on_timer() {
    armed = Instant::max();
    if (sleep.resumed()) on_resume();
    const Instant now = steady_clock::now();
    engine.on_time(now);
    catalogue.on_time(now);
    pump();
}

void Daemon::Impl::on_datagram(mdns::engine::LinkId link, const mdns::engine::Source& source,
                               std::span<const std::uint8_t> bytes) {
    if (sleep.resumed()) on_resume();
    engine.on_datagram(steady_clock::now(), link, source, bytes);
    drain();  // the sockets flush after the last datagram they have read
}

// ---- what the machine does ----

void Daemon::Impl::on_link_event(const net::LinkEvent& event) {
    if (stopping) return;
    const Instant now = steady_clock::now();
    look_for_others(now);
    const auto found = monitor.interfaces().find(event.ifindex);
    if (event.kind == net::LinkEvent::Kind::gone || found == monitor.interfaces().end()) {
        links.on_interface_gone(now, event.ifindex);
        link_local.on_interface_gone(event.ifindex);
        spare_memory.give_back_soon();
    } else {
        links.on_interface(now, found->second);
        link_local.on_interface(found->second);
    }
    pump();
    retry_failed_links();
}

/// Links come by the hundred, and this reads a table as long as all our sockets.
void Daemon::Impl::look_for_others(Instant now) {
    if (now - looked_for_others < look_pause) return;
    looked_for_others = now;
    if (!sockets.look_for_others()) return;
    for (const auto& [ifindex, interface] : monitor.interfaces())
        links.on_interface(now, interface);
}

void Daemon::Impl::retry_failed_links() {
    if (retrying || !links.has_failed()) return;
    retrying = true;
    retry.expires_after(retry_time);
    retry.async_wait([this](const boost::system::error_code& cancelled) {
        retrying = false;
        if (cancelled || stopping) return;
        const Instant now = steady_clock::now();
        for (const auto& [ifindex, interface] : monitor.interfaces()) {
            links.on_interface(now, interface);
        }
        pump();
        retry_failed_links();
    });
}

void Daemon::Impl::on_host_event(const host::Event& event) {
    if (const auto* renamed = std::get_if<host::Renamed>(&event)) {
        log::warning("host name {}.local belongs to {} ({}): now {}.local", renamed->from,
                     renamed->peer.address.to_string(), name_of(renamed->link.ifindex),
                     renamed->to);
        if (renamed->no_end) log::error("for a minute no host name was free: trying on");
        if (!host_name_was_established) tell_host_name();  // services are still being probed, too
    } else if (const auto* changed = std::get_if<host::StateChanged>(&event)) {
        if (changed->state != host::State::established) return;
        log::info("host name {}.local is established", host.label());
        host_name_was_established = !engine.links().empty();
        tell_host_name();
    }
}

/// What points to the host is told the name once it is ours: until then, it may be a rival's.
void Daemon::Impl::tell_host_name() {
    const Instant now = steady_clock::now();
    catalogue.set_host_name(now, host.name());
    services.on_host_name(now, host.label());
}

void Daemon::Impl::log_rename(const dnssd::Event& event) const {
    const auto* renamed = std::get_if<dnssd::Renamed>(&event);
    if (!renamed) return;
    log::warning("service '{}' belongs to {} ({}): now '{}'", renamed->from,
                 renamed->peer.address.to_string(), name_of(renamed->link.ifindex), renamed->to);
    if (renamed->no_end) log::error("for a minute no name of this service was free: trying on");
}

void Daemon::Impl::on_resume() {
    log::info("resumed from suspend: every link starts again");
    const Instant now = steady_clock::now();
    links.take_all_down(now);
    link_local.on_resume();
    for (const auto& [ifindex, interface] : monitor.interfaces())
        links.on_interface(now, interface);
}

std::string Daemon::Impl::wanted_host_name() const {
    if (!setup.config.server.host_name.empty()) {
        if (const auto label = host::checked_label(setup.config.server.host_name)) return *label;
        log::error("host-name '{}' is no name: using the machine's", setup.config.server.host_name);
    }
    return host::label_from_hostname(kernel_hostname());
}

void Daemon::Impl::on_hostname() {
    if (stopping || host_name_was_set || !setup.config.server.host_name.empty()) return;
    const std::string label = wanted_host_name();
    if (label == host.wanted()) return;
    log::info("the machine's host name is now {}", label);
    host.set_wanted(steady_clock::now(), label);
    pump();
}

void Daemon::Impl::wait_for_signal() {
    signals.async_wait([this](const boost::system::error_code& cancelled, int) {
        if (cancelled) return;
        wait_for_signal();
        log::info("told to stop");
        stop();
    });
}

void Daemon::Impl::wait_for_request() {
    requests.async_wait([this](const boost::system::error_code& cancelled, int signal) {
        if (cancelled) return;
        wait_for_request();
        if (signal == SIGHUP) {
            reload_all();
        } else {
            log_state(status(), cache());
        }
    });
}

void Daemon::Impl::wait_for_watchdog(std::chrono::microseconds interval) {
    ops::notify::watchdog();
    watchdog.expires_after(interval / 3);
    watchdog.async_wait([this, interval](const boost::system::error_code& cancelled) {
        if (!cancelled) wait_for_watchdog(interval);
    });
}

// ---- configuration ----

void Daemon::Impl::load_static() {
    const auto folder = config::load_service_folders(setup.options.service_dirs);
    const auto hosts = config::load_hosts(setup.options.hosts_files);
    report(folder.diagnostics);
    report(hosts.diagnostics);
    if (setup.config.publish.disable_publishing) return;
    services.load(steady_clock::now(), folder.files, hosts.hosts);
}

session::Errc Daemon::Impl::reload() {
    // Later, so that the client that asked has its answer first.
    boost::asio::post(io, [this] { reload_all(); });
    return session::Errc::ok;
}

void Daemon::Impl::reload_all() {
    if (stopping) return;
    ops::notify::reloading();
    const auto how =
        setup.options.config_file_given ? config::Missing::is_an_error : config::Missing::is_fine;
    auto loaded = config::load_config(setup.options.config_file, how);
    report(loaded.diagnostics);
    config::apply(setup.options, loaded.config);
    const std::string old_name = setup.config.server.host_name;
    reload_keeper(loaded.config.server);
    setup.config = std::move(loaded.config);
    links.on_config(setup.config);
    link_local.on_config(setup.config);
    const Instant now = steady_clock::now();
    if (old_name != setup.config.server.host_name) {
        host_name_was_set = false;
        host.set_wanted(now, wanted_host_name());
    }
    for (const auto& [ifindex, interface] : monitor.interfaces()) {
        links.on_interface(now, interface);
        link_local.on_interface(interface);
    }
    load_static();
    pump();
    log::info("configuration reloaded");
    ops::notify::ready("serving " + host.label() + ".local");
}

/// It reads the file itself; what is asked of it from here on is judged by that.
void Daemon::Impl::reload_keeper(const config::Server& now) {
    if (!keeper || keeper_lost) return;
    const config::Server& before = setup.config.server;
    const bool changed = now.allow_interfaces != before.allow_interfaces ||
                         now.deny_interfaces != before.deny_interfaces;
    keeper->reload_rules([changed](const boost::system::error_code& error) {
        if (!error || !changed) return;
        log::warning(
            "link-local addresses: the interfaces allowed and denied stay those of the start: "
            "the keeper takes others only from a file that root alone can write ({})",
            error.message());
    });
}

/// \return false when another avahid is at work here: the two would only quarrel
bool Daemon::Impl::listen() {
    const auto try_listen = [](auto& server, const std::string& path) {
        const auto error = listen_patiently(server, path);
        if (error) log::error("{}: clients cannot be served there: {}", path, error.message());
        return error;
    };
    const auto control = try_listen(varlink, setup.options.control_socket());
    if (control == boost::system::errc::address_in_use) {
        log::error("another avahid is running");
        return false;
    }
    try_listen(simple, setup.options.simple_socket());
    return true;
}

// ---- the end ----

void Daemon::Impl::stop() {
    if (stopping) return boost::asio::post(io, [this] { finish(); });  // told twice: at once
    stopping = true;
    ops::notify::stopping();
    engine.stop(steady_clock::now());
    last_call.expires_after(goodbye_time);
    last_call.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled) finish();
    });
    pump();
}

/// The goodbyes are out: only now may the addresses they were sent from go.
void Daemon::Impl::finish() {
    sockets.flush();
    varlink.stop();
    simple.stop();
    if (!keeper_lost) link_local.stop();  // else nothing would be released, only said to be
    keeper.reset();
    if (setup.keeper) keeper::end_keeper(*setup.keeper);
    io.stop();
}

// ---- session::Machine ----

session::Status Daemon::Impl::status() const {
    const Instant now = steady_clock::now();
    session::Status status;
    status.version = setup.version;
    status.host_name = host.label();
    status.wanted_name = host.wanted();
    status.host_state = host::to_string(host.state());
    status.uptime = std::chrono::duration<double>(now - started).count();
    const auto neighbours = monitor.neighbours();
    for (const auto& [ifindex, interface] : monitor.interfaces()) {
        if (interface.loopback) continue;
        session::LinkState link = link_state(interface, engine.links());
        link.mdns_ipv4 = links.is_up({ifindex, mdns::engine::Family::ipv4});
        link.mdns_ipv6 = links.is_up({ifindex, mdns::engine::Family::ipv6});
        link.note = links.why_not(interface);
        if (link.note.empty()) link.note = links.remark(interface, neighbours);
        if (link.note.empty()) link.note = link_local.remark(ifindex);
        status.links.push_back(std::move(link));
    }
    status.ipv4ll = link_local.states();
    status.clients = session.clients();
    status.publications = session.publications() + services.size();
    status.counters = {engine.counters(), sockets.counters()};
    return status;
}

session::Errc Daemon::Impl::set_host_name(const std::string& name) {
    const auto label = host::checked_label(name);
    if (!label) return session::Errc::bad_name;
    host_name_was_set = true;
    host.set_wanted(steady_clock::now(), *label);
    return session::Errc::ok;
}

session::Errc Daemon::Impl::ipv4ll(const std::string& name, session::Ipv4llAction action) {
    const auto ifindex = ifindex_of(name);
    if (!ifindex) return session::Errc::no_such_interface;
    return link_local.act(monitor.interfaces().at(*ifindex), action);
}

std::optional<int> Daemon::Impl::ifindex_of(const std::string& name) const {
    for (const auto& [ifindex, interface] : monitor.interfaces()) {
        if (interface.name == name) return ifindex;
    }
    return {};
}

std::string Daemon::Impl::name_of(int ifindex) const {
    const auto found = monitor.interfaces().find(ifindex);
    return found == monitor.interfaces().end() ? std::to_string(ifindex) : found->second.name;
}

}  // namespace avahid
