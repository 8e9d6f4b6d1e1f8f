// tests/sim/crowd_test.cpp: two hundred hosts with ten services each are switched on at once, on
// one link. How long until all is settled, what it costs, and what it would cost if nobody kept
// silent because another has spoken.
#include <fmt/format.h>

#include "mdns/wire/writer.hpp"
#include "tests/sim/properties.hpp"
#include "tests/support/dns.hpp"

namespace sim {
namespace {

namespace wire = mdns::wire;

constexpr int services = 10;
constexpr const char* types[services] = {
    "_http._tcp",    "_ipp._tcp",  "_ssh._tcp",         "_smb._tcp",         "_sftp-ssh._tcp",
    "_airplay._tcp", "_raop._tcp", "_workstation._tcp", "_device-info._tcp", "_ipps._tcp"};

/// Delivers packets so that none silences anybody, by the RFC's own rules: a query comes without
/// its known answers (§7.1), but with one that nobody else has (so that it stands for nobody
/// else's question, §7.3); a response with TTLs one second shorter than those of other owners (so
/// that it stands for nobody else's answer, §7.4). What is counted is what the sender would have
/// sent: without known answers.
class NoSuppression {
public:
    Bytes operator()(const Packet& packet) {
        message_.decode(*packet.bytes);
        if (!message_.authorities().empty()) return packet.bytes;  // a probe
        if (message_.header().response) return shortened();
        const std::size_t plain = without_known_answers()->size();
        spared_ += packet.bytes->size() - plain;
        if (message_.questions().empty()) ++spared_packets_;  // more known answers (§7.2)
        return with_a_stranger();
    }
    std::size_t spared_bytes() const { return spared_; }
    std::size_t spared_packets() const { return spared_packets_; }

private:
    void begin(bool truncated) {
        wire::Header header = message_.header();
        header.truncated = truncated;
        writer_.begin(header, 9000);
        for (const auto& question : message_.questions()) {
            const std::uint16_t top = question.unicast_response ? wire::top_bit : 0;
            writer_.question(question.name.to_name(), question.type, question.klass | top);
        }
    }
    Bytes done() {
        const auto bytes = writer_.finish();
        return std::make_shared<const Octets>(bytes.begin(), bytes.end());
    }
    Bytes without_known_answers() {
        begin(false);
        return done();
    }
    Bytes with_a_stranger() {
        begin(false);
        for (const auto& question : message_.questions()) {
            const auto name = question.name.to_name();
            const auto stranger = wire::make_name(test::name("nobody.invalid"));
            writer_.record(wire::Section::answer, name, wire::type::ptr, wire::class_in, 4500,
                           stranger);
        }
        return done();
    }
    Bytes shortened() {
        writer_.begin(message_.header(), 9000);
        add(message_.answers(), wire::Section::answer);
        add(message_.additionals(), wire::Section::additional);
        return done();
    }
    void add(std::span<const wire::RecordView> records, wire::Section section) {
        for (const auto& view : records) {
            const auto record = view.to_record();
            const std::uint16_t top = view.cache_flush ? wire::top_bit : 0;
            writer_.record(section, record.name, record.type, record.klass | top,
                           record.ttl > 1 ? record.ttl - 1 : record.ttl, record.rdata);
        }
    }

    wire::Message message_;
    wire::Writer writer_;
    std::size_t spared_ = 0;
    std::size_t spared_packets_ = 0;
};

/// AVAHID_HOSTS sets another number.
int how_many(int hosts) {
    const char* const wanted = std::getenv("AVAHID_HOSTS");
    return wanted ? std::atoi(wanted) : hosts;
}

/// All within two seconds. Every tenth wants to be called as another. All browse for two types.
void switch_on(Network& network, int hosts) {
    for (int at = 0; at < hosts; ++at) network.add();
    for (const auto& host : network.hosts) {
        network.run(2s / hosts);
        host->plug(2, 0, false);
        const std::string label =
            host->index % 10 == 0 ? "raspberrypi" : "host" + std::to_string(host->index);
        host->want_name(label);
        for (int at = 0; at < services; ++at)
            host->publish(label, types[at], static_cast<std::uint16_t>(8000 + host->index));
        host->browse(types[host->index % services]);
        host->browse(types[(host->index + 1) % services]);
    }
}

bool settled(const Network& network) {
    const std::size_t listed = 2 * network.hosts.size();
    return std::ranges::all_of(network.hosts, [&](const auto& host) {
        return host->published().size() == services &&
               host->found({2, Family::ipv4}).size() == listed;
    });
}

/// For a quarter of an hour.
/// \return the time after which all is settled
Duration run(Network& network, int hosts) {
    switch_on(network, hosts);
    while (!settled(network) && network.since_start() < 15min) network.run(1s);
    const Duration time = network.since_start();
    network.run(15min - time);
    return time;
}

struct Cost {  // of one host
    double packets;
    double bytes;
    double answers;
};

Cost print(const char* what, const Network& network, std::size_t packets, std::size_t bytes) {
    const Traffic sum = network.watch.total();
    const auto each = [&](std::size_t all) {
        return static_cast<double>(all) / static_cast<double>(network.hosts.size());
    };
    fmt::print("    {:<22}{:>8.1f} packets{:>10.0f} bytes{:>8.1f} questions{:>8.1f} answers\n",
               what, each(packets), each(bytes), each(sum.questions), each(sum.answers));
    return {each(packets), each(bytes), each(sum.answers)};
}

TEST(SimCrowd, OfTwoHundredHostsWithTenServicesConverges) {
    const int hosts = how_many(std::getenv("AVAHID_LONG") ? 200 : 40);
    Network network(1, {});
    const Duration time = run(network, hosts);
    expect_unique_names(network);
    EXPECT_EQ(all_services(network).size(), static_cast<std::size_t>(hosts * services));
    EXPECT_LT(time, 5min);
    expect_allowed(network);
    fmt::print("{} hosts with {} services each have settled after {} s; each sent in 15 minutes\n",
               hosts, services, time / 1s);
    const Traffic sum = network.watch.total();
    print("on the wire", network, sum.packets, sum.bytes);
}

TEST(SimCrowd, WouldSayMoreIfNobodyKeptSilent) {
    const int hosts = how_many(40);
    Network network(1, {});
    run(network, hosts);
    Network loud(1, {});
    NoSuppression filter;
    loud.rewrite = std::ref(filter);
    run(loud, hosts);
    const Traffic sum = network.watch.total();
    const Traffic more = loud.watch.total();
    fmt::print("of {} hosts each sent in 15 minutes\n", hosts);
    const Cost with = print("as it is", network, sum.packets, sum.bytes);
    const Cost without = print("without suppression", loud, more.packets - filter.spared_packets(),
                               more.bytes - filter.spared_bytes());
    // Known answers are bytes, too: what is saved for certain is packets, and work.
    EXPECT_LT(with.packets * 1.5, without.packets);
    EXPECT_LT(with.answers * 2, without.answers);
}

}  // namespace
}  // namespace sim
