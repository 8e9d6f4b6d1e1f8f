#include "avahid/daemon.hpp"

#include <fmt/ranges.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <random>
#include <thread>

#include "avahid/config/hosts_file.hpp"
#include "avahid/config/service_folder.hpp"
#include "avahid/dbus/service.hpp"
#include "avahid/file_watch.hpp"
#include "avahid/host/host_label.hpp"
#include "avahid/host/host_name.hpp"
#include "avahid/host/static_hosts.hpp"
#include "avahid/keeper/client.hpp"
#include "avahid/kernel_hostname.hpp"
#include "avahid/link_local.hpp"
#include "avahid/links.hpp"
#include "avahid/net/link_monitor.hpp"
#include "avahid/ops/activation.hpp"
#include "avahid/ops/log.hpp"
#include "avahid/ops/memory.hpp"
#include "avahid/ops/notify.hpp"
#include "avahid/report.hpp"
#include "avahid/resume.hpp"
#include "avahid/send_limit.hpp"
#include "avahid/session/session.hpp"
#include "avahid/simple/server.hpp"
#include "avahid/static_services.hpp"
#include "avahid/unicast/local_zone.hpp"
#include "avahid/varlink/server.hpp"
#include "avahid/workstations.hpp"
#include "dnssd/catalogue.hpp"
#include "dnssd/service_name.hpp"
#include "mdns/engine/engine.hpp"
#include "mdns/io/sockets.hpp"

namespace avahid {
namespace {

using mdns::engine::Instant;
using std::chrono::steady_clock;

constexpr auto retry_time = std::chrono::seconds(5);  // for links whose socket could not be opened
constexpr auto look_pause = std::chrono::seconds(1);  // for programs that share our port
constexpr auto bus_time = std::chrono::seconds(1);    // at the most, at the start
constexpr auto goodbye_time = std::chrono::seconds(2);  // at the most, when stopping
// A killed daemon accepts until the kernel has taken it apart: so long an address may be in use.
constexpr auto dying_time = std::chrono::seconds(1);
constexpr auto dying_pause = std::chrono::milliseconds(50);

std::uint64_t random_seed() {
    std::random_device device;
    return (std::uint64_t{device()} << 32) | device();
}

host::Options host_options(const config::Config& config) {
    host::Options options{config.publish.addresses && !config.publish.disable_publishing,
                          config.publish.a_on_ipv6, config.publish.aaaa_on_ipv4,
                          config.server.domain_name};
    if (config.publish.hinfo) {
        const auto kind = machine_kind();
        options.hinfo = {kind.cpu, kind.os};
    }
    return options;
}

mdns::io::Binding binding(const config::Config& config) {
    return config.server.disallow_other_stacks ? mdns::io::Binding::exclusive
                                               : mdns::io::Binding::device;
}

/// Keys that have changed, and hold for what begins from now on, or from the next start.
std::vector<std::string> not_applied(const config::Config& before, const config::Config& now) {
    std::vector<std::string> keys;
    const auto check = [&keys](bool changed, const char* key) {
        if (changed) keys.emplace_back(key);
    };
    check(before.server.disallow_other_stacks != now.server.disallow_other_stacks,
          "disallow-other-stacks");
    check(before.limits != now.limits, "[rlimits]");
    check(before.ipv4ll.settle_time != now.ipv4ll.settle_time, "settle-time");
    check(before.ipv4ll.release_after != now.ipv4ll.release_after, "release-after");
    check(before.ipv4ll.probe_scale != now.ipv4ll.probe_scale, "probe-scale");
    check(before.ipv4ll.default_route != now.ipv4ll.default_route, "default-route");
    return keys;
}

/// Whoever lets a client have more lets its user have more.
std::size_t objects_per_uid(const config::Config& config) {
    const auto& wanted = config.control.objects_max_per_uid;
    return wanted ? *wanted : std::size_t{4} * config.server.objects_per_client_max;
}

session::Limits session_limits(const config::Config& config) {
    session::Limits limits;
    limits.clients_per_uid = config.control.clients_max_per_uid;
    limits.handles_per_client = config.server.objects_per_client_max;
    limits.handles_per_uid = objects_per_uid(config);
    limits.entries_per_group = config.server.entries_per_entry_group_max;
    const config::Publish& publish = config.publish;
    limits.may_publish = !publish.disable_publishing && !publish.disable_user_service_publishing;
    return limits;
}

dbus::Limits dbus_limits(const config::Config& config) {
    dbus::Limits limits;
    limits.clients = config.server.clients_max;
    limits.objects_per_client = config.server.objects_per_client_max;
    limits.objects_per_uid = objects_per_uid(config);
    limits.entries_per_group = config.server.entries_per_entry_group_max;
    limits.may_publish = session_limits(config).may_publish;
    return limits;
}

/// A machine may have no bus for good: at the most, that is a warning.
dbus::Log dbus_log(config::Dbus wanted) {
    const auto warning = [](const std::string& line) { log::warning("{}", line); };
    const auto note = [](const std::string& line) { log::info("{}", line); };
    if (wanted == config::Dbus::warn) return {note, warning, note};
    return {note, warning, warning};
}

dbus::avahi::ServerState server_state(host::State state) {
    return state == host::State::established ? dbus::avahi::ServerState::running
                                             : dbus::avahi::ServerState::registering;
}

void log_line(const std::string& line) { log::warning("{}", line); }

std::vector<host::StaticName> static_names(const std::vector<config::StaticHost>& hosts) {
    std::vector<host::StaticName> names;
    for (const auto& host : hosts) {
        const auto name = mdns::wire::Name::from_text(host.name);
        const auto composed = name ? dnssd::to_nfc(*name) : std::nullopt;
        if (composed) names.push_back({*composed, host.address});
    }
    return names;
}

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
    bool may_send(Instant now, mdns::engine::LinkId link);
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
    void tell_host_state();
    void serve_dbus();
    void wait_for_bus();
    std::string who(const net::Address& peer, int ifindex) const;
    void log_rename(const dnssd::Event& event) const;
    void on_resume();
    void retry_failed_links();
    void on_hostname();
    void wait_for_signal();
    void wait_for_request();
    void wait_for_watchdog(std::chrono::microseconds interval);
    void load_static();
    void on_static_files();
    void watch_static();
    void log_static_host(const host::StaticEvent& event) const;
    void reload_all();
    void change_config(config::Config wanted);
    void apply_config(Instant now);
    void tell_workstations(Instant now, const net::Interface& interface);
    void reload_keeper(const config::Server& now);
    bool listen();
    void stop();
    void finish();
    std::string wanted_host_name() const;

    // session::Machine
    session::Status status() const override;
    session::Errc set_host_name(const std::string& name) override;
    session::Errc ipv4ll(const std::string& interface, session::Ipv4llAction action) override;
    session::Errc ipv4ll_begin_with(const std::string& interface,
                                    boost::asio::ip::address_v4 address) override;
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
    host::StaticHosts static_hosts;
    mdns::io::Sockets sockets;
    net::LinkMonitor monitor;
    Links links;
    LinkLocal link_local;
    StaticServices services;
    Workstations workstations;
    SendLimit send_limit;
    FileWatch static_files;
    std::vector<config::Diagnostic> told_static;  // of the files as they were when last read
    session::Session session;
    varlink::Server varlink;
    simple::Server simple;
    unicast::LocalZone local_zone;
    dbus::Service dbus;
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
      engine({.seed = random_seed()}),
      catalogue(engine, {.seed = random_seed()}),
      host(engine, {}),
      static_hosts(engine),
      sockets(
          io,
          {[this](auto link, const auto& source, auto bytes) { on_datagram(link, source, bytes); },
           [this](auto link, const auto& error) {
               log::warning("{}: sending failed: {}", name_of(link.ifindex), error.message());
           }},
          binding(setup.config)),
      monitor(io, [this](const net::LinkEvent& event) { on_link_event(event); }),
      links(engine, sockets, host),
      link_local(io, keeper.get(), setup.options.state_dir, monitor.interfaces()),
      services(catalogue, [this](const std::string& name) { return ifindex_of(name).value_or(0); }),
      workstations(catalogue),
      static_files(io, [this] { on_static_files(); }, {}),
      session(catalogue, *this, {}),
      varlink(
          io, session, [this] { pump(); }, log_line),
      simple(
          io, session, [this] { pump(); }, log_line),
      local_zone(io, "/etc/resolv.conf", log_line),
      dbus(
          io, session, [this] { pump(); }, dbus_log(setup.config.server.enable_dbus)) {
    simple.set_local_zone([this] { return local_zone.state(); });
    apply_config(steady_clock::now());
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
    watch_static();
    load_static();
    local_zone.state();  // so that it is known by the first lookup
    pump();
    tell_host_state();
    serve_dbus();
    wait_for_bus();
    if (const auto interval = ops::notify::watchdog_interval()) wait_for_watchdog(*interval);
    ops::notify::ready("serving " + host.label() + ".local");
    log::info("avahid {} is ready", setup.version);
    if (setup.on_ready) setup.on_ready();
    ops::forget_startup();
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
                if (!may_send(now, datagram->link)) continue;
                sockets.send(*datagram);
                if (session.monitors().any()) session.monitors().on_sent(*datagram);
            } else if (!host.on_event(now, *output) && !static_hosts.on_event(now, *output)) {
                catalogue.on_event(now, *output);
            }
        }
        while (const auto event = host.poll()) {
            more = true;
            on_host_event(*event);
        }
        while (const auto event = static_hosts.poll()) log_static_host(*event);
        while (const auto event = catalogue.poll()) {
            more = true;
            log_rename(*event);
            if (!session.on_event(now, *event)) services.on_event(now, *event);
        }
        while (const auto addressed = session.poll()) {
            more = true;
            const auto& [client, event] = *addressed;
            if (!varlink.on_event(now, client, event) && !dbus.on_event(now, client, event))
                simple.on_event(now, client, event);
        }
    }
    while (const auto packet = session.monitors().poll()) varlink.on_packet(now, *packet);
    if (stopping && engine.idle()) return finish();
    arm();
}

bool Daemon::Impl::may_send(Instant now, mdns::engine::LinkId link) {
    const auto answer = send_limit.ask(now, link);
    if (answer == SendLimit::Answer::drop_and_tell)
        log::warning("{}: more than ratelimit-burst packets: not sent", name_of(link.ifindex));
    return answer == SendLimit::Answer::send;
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
    if (session.monitors().any()) {
        const mdns::engine::Counters before = engine.counters();
        engine.on_datagram(steady_clock::now(), link, source, bytes);
        session.monitors().on_received(link, source, bytes, before, engine.counters());
    } else {
        engine.on_datagram(steady_clock::now(), link, source, bytes);
    }
    drain();  // the sockets flush after the last datagram they have read
}

// ---- what the machine does ----

void Daemon::Impl::on_link_event(const net::LinkEvent& event) {
    if (stopping) return;
    const Instant now = steady_clock::now();
    look_for_others(now);
    local_zone.on_network_change();
    const auto found = monitor.interfaces().find(event.ifindex);
    if (event.kind == net::LinkEvent::Kind::gone || found == monitor.interfaces().end()) {
        links.on_interface_gone(now, event.ifindex);
        link_local.on_interface_gone(event.ifindex);
    } else {
        links.on_interface(now, found->second);
        link_local.on_interface(found->second);
    }
    services.on_interfaces(now);
    if (found == monitor.interfaces().end()) {
        workstations.on_interface_gone(now, event.ifindex);
    } else {
        tell_workstations(now, found->second);
    }
    pump();
    retry_failed_links();
}

void Daemon::Impl::tell_workstations(Instant now, const net::Interface& interface) {
    const int ifindex = interface.ifindex;
    const bool up = links.is_up({ifindex, mdns::engine::Family::ipv4}) ||
                    links.is_up({ifindex, mdns::engine::Family::ipv6});
    workstations.on_interface(now, interface, up && setup.config.publishes_on(interface.name));
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
        log::warning("host name {}.local belongs to {}: now {}.local", renamed->from,
                     who(renamed->peer.address, renamed->link.ifindex), renamed->to);
        if (renamed->no_end) log::error("for a minute no host name was free: trying on");
        if (!host_name_was_established) tell_host_name();  // services are still being probed, too
        dbus.on_host(
            {renamed->from, setup.config.server.domain_name, dbus::avahi::ServerState::collision});
        tell_host_state();
    } else if (const auto* changed = std::get_if<host::StateChanged>(&event)) {
        tell_host_state();
        if (changed->state != host::State::established) return;
        log::info("host name {}.local is established", host.label());
        host_name_was_established = !engine.links().empty();
        tell_host_name();
    }
}

/// As the configuration wants it now.
void Daemon::Impl::serve_dbus() {
    dbus.set_limits(dbus_limits(setup.config));
    if (setup.config.server.enable_dbus == config::Dbus::no) return dbus.stop();
    dbus.start(setup.options.bus_address);
}

/// What is started after us expects our name on the bus: only before the event loop.
void Daemon::Impl::wait_for_bus() {
    const auto until = steady_clock::now() + bus_time;
    while (dbus.is_starting() && io.run_one_until(until) > 0) {
    }
}

void Daemon::Impl::tell_host_state() {
    dbus.on_host({host.label(), setup.config.server.domain_name, server_state(host.state())});
}

/// What points to the host is told the name once it is ours: until then, it may be a rival's.
void Daemon::Impl::tell_host_name() {
    const Instant now = steady_clock::now();
    catalogue.set_host_name(now, host.name());
    services.on_host_name(now, host.label());
    workstations.on_host_name(now, host.label());
}

/// "192.0.2.7 (eth0, 02:00:00:00:00:01)": who it is on the link, if the kernel has had to ask.
std::string Daemon::Impl::who(const net::Address& peer, int ifindex) const {
    std::string text = fmt::format("{} ({}", peer.to_string(), name_of(ifindex));
    net::Address bare = peer;
    if (peer.is_v6()) bare = boost::asio::ip::address_v6(peer.to_v6().to_bytes());  // no scope id
    for (const net::Neighbour& one : monitor.neighbours()) {
        if (one.ifindex == ifindex && one.address == bare)
            text += fmt::format(", {:02x}", fmt::join(one.hardware, ":"));
    }
    return text + ")";
}

void Daemon::Impl::log_rename(const dnssd::Event& event) const {
    const auto* renamed = std::get_if<dnssd::Renamed>(&event);
    if (!renamed) return;
    log::warning("service '{}' belongs to {}: now '{}'", renamed->from,
                 who(renamed->peer.address, renamed->link.ifindex), renamed->to);
    if (renamed->no_end) log::error("for a minute no name of this service was free: trying on");
}

void Daemon::Impl::log_static_host(const host::StaticEvent& event) const {
    if (const auto* lost = std::get_if<host::StaticLost>(&event)) {
        const bool here = lost->peer == mdns::engine::Endpoint{};
        log::warning("static host {} is not published: the name belongs to {}", lost->name,
                     here ? "this machine" : lost->peer.address.to_string());
    } else if (const auto* done = std::get_if<host::StaticEstablished>(&event)) {
        log::info("static host {} is established", done->name);
    }
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
    if (setup.config.server.host_name_from_machine_id) {
        if (const std::string id = machine_id(); !id.empty()) return id;
        log::error("host-name-from-machine-id: this machine has no id");
    }
    if (!setup.config.server.host_name.empty()) {
        if (const auto label = host::checked_label(setup.config.server.host_name)) return *label;
        log::error("host-name '{}' is no name: using the machine's", setup.config.server.host_name);
    }
    return host::label_from_hostname(kernel_hostname());
}

void Daemon::Impl::on_hostname() {
    if (stopping || host_name_was_set || !setup.config.server.host_name.empty() ||
        setup.config.server.host_name_from_machine_id)
        return;
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
    auto folder = config::load_service_folders(setup.options.service_dirs);
    auto hosts = config::load_hosts(setup.options.hosts_files);
    auto& diagnostics = folder.diagnostics;
    diagnostics.insert(diagnostics.end(), hosts.diagnostics.begin(), hosts.diagnostics.end());
    report_news(diagnostics, told_static);
    told_static = std::move(diagnostics);
    if (setup.config.publish.disable_publishing) folder.files.clear(), hosts.hosts.clear();
    const Instant now = steady_clock::now();
    services.load(now, folder.files);
    static_hosts.load(now, static_names(hosts.hosts), host.name());
}

void Daemon::Impl::on_static_files() {
    if (stopping) return;
    log::info("static files have changed: reading them again");
    load_static();
    pump();
}

void Daemon::Impl::watch_static() {
    const auto trouble = static_files.start(setup.options.service_dirs, setup.options.hosts_files);
    if (!trouble.empty())
        log::warning("static files are not watched ({}): SIGHUP reads them again", trouble);
}

session::Errc Daemon::Impl::reload() {
    // Later, so that the client that asked has its answer first.
    boost::asio::post(io, [this] { reload_all(); });
    return session::Errc::ok;
}

void Daemon::Impl::change_config(config::Config wanted) {
    const auto name_keys = [](const config::Config& config) {
        return std::pair(config.server.host_name, config.server.host_name_from_machine_id);
    };
    const bool renamed = name_keys(setup.config) != name_keys(wanted);
    for (const auto& key : not_applied(setup.config, wanted))
        log::warning("{} has changed: that takes effect at the next start", key);
    reload_keeper(wanted.server);
    setup.config = std::move(wanted);
    serve_dbus();
    const Instant now = steady_clock::now();
    apply_config(now);
    if (renamed) {
        host_name_was_set = false;
        host.set_wanted(now, wanted_host_name());
    }
    for (const auto& [ifindex, interface] : monitor.interfaces()) {
        links.on_interface(now, interface);
        link_local.on_interface(interface);
        tell_workstations(now, interface);
    }
}

/// At the start, and by difference after a reload: every part knows what it had before.
void Daemon::Impl::apply_config(Instant now) {
    const config::Config& config = setup.config;
    links.on_config(config);
    link_local.on_config(config);
    session.set_limits(session_limits(config));
    host.set_options(now, host_options(config));
    engine.set_cache_memory_max(config.server.cache_memory_max);
    catalogue.set_negative_timeout(config.control.negative_timeout);
    catalogue.set_browse_domains(now, config.server.browse_domains);
    send_limit.set(config.server.ratelimit_interval, config.server.ratelimit_burst);
    workstations.set_wanted(now, config.publish.workstation && !config.publish.disable_publishing);
}

void Daemon::Impl::reload_all() {
    if (stopping) return;
    ops::notify::reloading();
    const auto how =
        setup.options.config_file_given ? config::Missing::is_an_error : config::Missing::is_fine;
    auto loaded = config::load_config(setup.options.config_file, how);
    report(loaded.diagnostics);
    const bool unreadable = std::ranges::any_of(loaded.diagnostics, [](const auto& one) {
        return one.severity == config::Severity::error && one.line == 0;
    });
    if (unreadable) {  // its defaults are not what its owner wants
        log::error("the configuration stays as it was");
    } else {
        config::apply(setup.options, loaded.config);
        change_config(std::move(loaded.config));
    }
    static_files.refresh();
    told_static.clear();  // whoever asks is told again
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
    auto handed = ops::take_handed_sockets();
    const auto try_listen = [&handed](auto& server, const std::string& path) {
        const auto descriptor = ops::take_socket(handed, path);
        const auto error = descriptor ? server.adopt(*descriptor) : listen_patiently(server, path);
        if (error) log::error("{}: clients cannot be served there: {}", path, error.message());
        return error;
    };
    const auto control = try_listen(varlink, setup.options.control_socket());
    if (control == boost::system::errc::address_in_use) {
        log::error("another avahid is running");
        return false;
    }
    try_listen(simple, setup.options.simple_socket());
    for (const auto& socket : handed) {
        log::warning("{}: nothing of ours listens there: closed", socket.path);
        ::close(socket.descriptor);
    }
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
    local_zone.stop();
    dbus.stop();
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

session::Errc Daemon::Impl::ipv4ll_begin_with(const std::string& name,
                                              boost::asio::ip::address_v4 address) {
    const auto ifindex = ifindex_of(name);
    if (!ifindex) return session::Errc::no_such_interface;
    return link_local.begin_with(*ifindex, address);
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
