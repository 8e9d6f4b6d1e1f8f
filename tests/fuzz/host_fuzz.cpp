// One whole host (engine, catalogue, host name) and strangers who say anything, well formed or not,
// in any order with programs, cables and time. Whatever happens: it sends only what RFC 6762 allows
// (tests/sim/watch), its memory stays within bounds, its names are answered when all is quiet, and
// it says goodbye for what it has announced.
#include <cstdio>
#include <cstdlib>

#include "mdns/constants.hpp"
#include "tests/sim/network.hpp"
#include "tests/support/dns.hpp"

#if defined(__has_include) && __has_include(<sanitizer/allocator_interface.h>)
#include <sanitizer/allocator_interface.h>
#endif

namespace {

using namespace std::chrono_literals;
namespace wire = mdns::wire;
using mdns::engine::Family;
using mdns::engine::Source;

constexpr std::size_t cache_memory_max = 64 << 10;
constexpr std::size_t other_memory_max = 512 << 10;  // what the rest of it may come to
constexpr int interfaces[] = {2, 3};

#if defined(SANITIZER_ALLOCATOR_INTERFACE_H)
std::size_t memory_used() { return __sanitizer_get_current_allocated_bytes(); }
#else
std::size_t memory_used() { return 0; }
#endif

class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
    bool empty() const { return left_ == 0; }
    std::uint8_t byte() { return left_ == 0 ? std::uint8_t{0} : (--left_, *data_++); }
    sim::Octets bytes(std::size_t count) {
        count = std::min(count, left_);
        sim::Octets taken(data_, data_ + count);
        data_ += count;
        left_ -= count;
        return taken;
    }
    template <class T, std::size_t n>
    T pick(const T (&choices)[n]) {
        return choices[byte() % n];
    }

private:
    const std::uint8_t* data_;
    std::size_t left_;
};

/// What strangers say is about what matters to the host, or its packet would be of no interest.
class Stranger {
public:
    Stranger(Input& input, const sim::Host& host) : input_(input), host_(host) {}

    Source source() {
        const std::uint8_t how = input_.byte();
        const char* const from = how & 1   ? "10.0.2.77"
                                 : how & 2 ? "10.0.2.1"  // as the host's own
                                 : how & 4 ? "203.0.113.9"
                                           : "10.0.2.78";
        return {{boost::asio::ip::make_address(from), how & 8 ? mdns::port : std::uint16_t{40000}},
                (how & 16) == 0};
    }

    sim::Octets message() {
        if (input_.byte() % 8 == 0) return input_.bytes(std::size_t{input_.byte()} * 2);
        const std::uint8_t how = input_.byte();
        test::Build build(how & 1);
        if (how & 2) build.truncated();
        for (int count = input_.byte() % 4; count > 0; --count)
            build.ask(name(), type(), input_.byte() & 1);
        for (int count = input_.byte() % 6; count > 0; --count) {
            const auto record = a_record();
            const std::uint8_t where = input_.byte();
            if (where % 4 == 0) {
                build.authority(record, where & 16);
            } else if (where % 4 == 1) {
                build.additional(record, where & 16);
            } else {
                build.answer(record, where & 16);
            }
        }
        return build.bytes();
    }

    /// Many records of its own, so that the cache is full.
    sim::Octets crowd() {
        test::Build build(true);
        const int first = input_.byte();
        for (int at = 0; at < 60; ++at)
            build.answer(test::ptr("_http._tcp.local",
                                   "s" + std::to_string(first * 16 + at) + "._http._tcp.local"));
        return build.bytes();
    }

private:
    std::string host_name() const { return host_.host_name.name().to_text(); }
    std::string service() const {
        const auto& published = host_.published();
        return (published.empty() ? "Website._http._tcp" : published.begin()->first) + ".local";
    }
    std::string name() {
        switch (input_.byte() % 8) {
            case 0:
                return host_name();
            case 1:
                return service();
            case 2:
                return "_http._tcp.local";
            case 3:
                return "_services._dns-sd._udp.local";
            case 4:
                return "1.2.0.10.in-addr.arpa";
            case 5:
                return "peer.local";
            case 6:
                return "Other._http._tcp.local";
            default:
                return "alpha-2.local";
        }
    }
    std::uint16_t type() {
        return input_.pick<std::uint16_t>({wire::type::a, wire::type::aaaa, wire::type::ptr,
                                           wire::type::srv, wire::type::txt, wire::type::nsec,
                                           wire::type::any, 13});
    }
    wire::Record a_record() {
        const std::string owner = name();
        const auto ttl =
            input_.pick<std::uint32_t>({0, 1, 2, 10, 120, 4500, 0x7fffffff, 0xffffffff});
        switch (input_.byte() % 7) {
            case 0:
                return test::a(owner, input_.byte() & 1 ? "10.0.2.1" : "10.0.2.77", ttl);
            case 1:
                return test::aaaa(owner, "fe80::77", ttl);
            case 2:
                return test::ptr(owner, name(), ttl);
            case 3:
                return test::srv(owner, name(), input_.byte() & 1 ? 80 : 81, ttl);
            case 4:
                return test::txt(owner, {input_.byte() & 1 ? "" : "a=1"}, ttl);
            case 5:
                return test::nsec(owner, {type()}, ttl);
            default: {
                const auto bytes = input_.bytes(input_.byte() % 16);
                return {
                    test::name(owner), 65300, wire::class_in, ttl, {bytes.begin(), bytes.end()}};
            }
        }
    }

    Input& input_;
    const sim::Host& host_;
};

class Run {
public:
    explicit Run(Input& input) : input_(input), host_(network_.add()), stranger_(input, host_) {
        host_.engine.set_cache_memory_max(cache_memory_max);
        host_.plug(2, 0);
        host_.want_name("alpha");
        services_.push_back(host_.publish("Website", "_http._tcp", 80));
        host_.browse("_http._tcp");
        network_.run(10ms * input_.byte());
    }

    void step() {
        switch (input_.byte() % 16) {
            case 0:
                network_.run(4ms * input_.byte());
                break;
            case 1:
                network_.run(1s * input_.byte());
                break;
            case 2:
                program();
                break;
            case 3:
                cable();
                break;
            case 4:
                inject(stranger_.crowd());
                break;
            default:
                inject(stranger_.message());
        }
    }

    void check_quietly() {
        if (!network_.watch.troubles.empty()) fail(network_.watch.troubles.front());
        const std::size_t used = memory_used();  // of which the simulation itself has a part
        if (used > before_ + cache_memory_max + other_memory_max + 4 * network_.watch.total().bytes)
            fail(std::to_string(used - before_) + " bytes of memory");
    }

    /// Strangers are gone: names settle and are answered.
    void check_names() {
        if (host_.links.empty()) host_.plug(2, 0);
        network_.run(200s);
        check_quietly();
        const auto link = host_.links.begin()->first;
        const std::string name = host_.host_name.name().to_text();
        const std::size_t before = network_.packets.size();
        network_.inject(host_, link, peer(), test::query().ask(name, wire::type::a).bytes());
        network_.run(2s);
        for (std::size_t at = before; at < network_.packets.size(); ++at) {
            if (test::read(*network_.packets[at].bytes).has_answer(name + " A ")) return;
        }
        fail(name + " is not answered for");
    }

    void check_goodbyes() {
        host_.stop();
        network_.run(3s);
        if (!host_.engine.idle()) fail("it does not come to an end");
        check_quietly();
        for (const auto& lost : network_.watch.without_goodbye()) fail("no goodbye for " + lost);
    }

private:
    Source peer() { return {{boost::asio::ip::make_address("10.0.2.78"), mdns::port}, true}; }
    sim::LinkId link() {
        return {input_.pick(interfaces), input_.byte() % 4 == 0 ? Family::ipv6 : Family::ipv4};
    }
    void inject(const sim::Octets& bytes) {
        const auto where = link();
        if (host_.links.contains(where)) network_.inject(host_, where, stranger_.source(), bytes);
    }

    void program() {
        switch (input_.byte() % 8) {
            case 0:
                if (services_.size() < 8)
                    services_.push_back(
                        host_.publish(input_.byte() & 1 ? "Other" : "Third", "_http._tcp", 8080));
                break;
            case 1:
                if (!services_.empty()) {
                    host_.cancel(services_.back());
                    services_.pop_back();
                }
                break;
            case 2:
                if (!services_.empty()) {
                    host_.update_txt(services_.back(), {"v=" + std::to_string(input_.byte())});
                }
                break;
            case 3:
                host_.ask("peer.local", input_.byte() & 1 ? wire::type::a : wire::type::any);
                break;
            case 4:
                host_.stop_asking();
                break;
            case 5:
                host_.browse(input_.byte() & 1 ? "_http._tcp" : "_ipp._tcp");
                break;
            case 6:
                host_.want_name(input_.byte() & 1 ? "alpha" : "beta");
                break;
            default:
                host_.flush_cache();
        }
    }

    void cable() {
        const int ifindex = input_.pick(interfaces);
        if (host_.links.contains({ifindex, Family::ipv4})) {
            host_.unplug(ifindex);
        } else {
            host_.plug(ifindex, ifindex - 2);
        }
    }

    [[noreturn]] void fail(const std::string& what) const {
        std::fprintf(stderr, "%s\n%s\n", network_.trace(60).c_str(), what.c_str());
        std::abort();
    }

    const std::size_t before_ = memory_used();
    sim::Network network_{1, {}};
    Input& input_;
    sim::Host& host_;
    Stranger stranger_;
    std::vector<dnssd::Handle> services_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    Run run(input);
    for (int steps = 0; !input.empty() && steps < 300; ++steps) {
        run.step();
        run.check_quietly();
    }
    run.check_names();
    run.check_goodbyes();
    return 0;
}
