// Real sockets: this host with two links, and another host at the far end of both.
#include "mdns/io/sockets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <set>
#include <thread>

#include "tests/avahid/net/scratch_network.hpp"
#include "tests/mdns/io/plain_socket.hpp"

namespace mdns::io {

/// One datagram as it was handed over.
struct Heard {
    std::string bytes;
    engine::LinkId link;
    std::string from;
    bool to_group = false;
    bool operator==(const Heard&) const = default;
};
void PrintTo(const Heard& heard, std::ostream* out) {
    *out << heard.bytes.substr(0, 40) << " on " << heard.link.ifindex << "/"
         << (heard.link.family == engine::Family::ipv4 ? "IPv4" : "IPv6") << " from " << heard.from
         << (heard.to_group ? " to the group" : " to us");
}

namespace {

using namespace std::chrono_literals;
using boost::asio::ip::make_address;
using engine::Endpoint;
using engine::Family;
using engine::LinkId;
using test::PlainSocket;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::span<const std::uint8_t> bytes_of(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

class SocketsTest : public test::ScratchNetwork {
protected:
    void SetUp() override {
        ScratchNetwork::SetUp();
        if (IsSkipped()) return;
        for (const auto* host : {&here, &far}) {
            host->enter();
            sysctl("net/ipv6/conf/default/accept_dad", "0");
            sysctl("net/ipv6/conf/all/accept_dad", "0");
        }
        here.enter();
        for (int i = 0; i < 2; ++i) link(i);
        for (const std::string n : {"0", "1"}) {
            ASSERT_TRUE(multicast_works("eth" + n));
            far.enter();
            ASSERT_TRUE(multicast_works("far" + n));
            here.enter();
        }
        eth0 = PlainSocket::index("eth0");
        eth1 = PlainSocket::index("eth1");
    }
    /// eth0: 10.0.0.1 and fd00::1 here, 10.0.0.2 and fd00::2 there; eth1: 10.0.1.1 and so on.
    void link(int number) {
        const std::string n = std::to_string(number);
        // With equal indexes at both ends the kernel would follow the carrier a second late.
        ip("link add eth" + n + " index 1" + n + " type veth peer name far" + n + " index 2" + n +
           " netns " + far.path());
        address("eth" + n, n, "1");
        far.enter();
        address("far" + n, n, "2");
        here.enter();
    }
    static void address(const std::string& interface, const std::string& net,
                        const std::string& host) {
        ip("address add 10.0." + net + "." + host + "/24 dev " + interface);
        ip("address add fd00:" + net + "::" + host + "/64 dev " + interface + " nodad");
        ip("address add fe80::" + host + "/64 dev " + interface + " nodad");
        ip("link set " + interface + " up");
    }
    /// The kernel gives the interface its IPv6 routes some time after the carrier.
    static bool multicast_works(const std::string& interface) {
        for (int i = 0; i < 1000; ++i) {
            std::ifstream routes("/proc/thread-self/net/ipv6_route");
            for (std::string line; std::getline(routes, line);) {
                if (line.starts_with("ff00") && line.ends_with(" " + interface)) return true;
            }
            std::this_thread::sleep_for(5ms);
        }
        return false;
    }
    PlainSocket far_socket(int domain) const {
        far.enter();
        PlainSocket socket(domain);
        here.enter();
        return socket;
    }
    PlainSocket far_on_5353(int domain) const {
        far.enter();
        PlainSocket socket(domain);
        socket.share_port().bind(5353).join("far0").join("far1");
        here.enter();
        return socket;
    }

    void make(Binding binding) {
        sockets = std::make_unique<Sockets>(
            io,
            Handlers{
                .on_datagram =
                    [this](LinkId link, const engine::Source& source,
                           std::span<const std::uint8_t> bytes) {
                        heard.push_back({std::string(bytes.begin(), bytes.end()), link,
                                         source.from.address.to_string(), source.to_group});
                        if (reply) reply(link, source);
                    },
                .on_send_failure =
                    [this](LinkId, const boost::system::error_code& why) {
                        failures.push_back(why);
                    },
            },
            binding);
    }
    void open(LinkId link) {
        const auto opened = sockets->open(link);
        ASSERT_FALSE(opened.has_error()) << opened.error().text();
    }
    void open_all(Binding binding = Binding::device) {
        make(binding);
        for (const int ifindex : {eth0, eth1}) {
            open({ifindex, Family::ipv4});
            open({ifindex, Family::ipv6});
        }
    }
    /// What is heard until the count is reached, and a little longer: silence counts too.
    std::vector<Heard> hear(std::size_t count) {
        run_until([&] { return heard.size() >= count; }, 3s);
        run_for(50ms);
        return std::exchange(heard, {});
    }
    void send(LinkId link, const std::string& bytes, std::optional<Endpoint> to = std::nullopt) {
        sockets->send({link, std::move(to), bytes_of(bytes), {}});
        sockets->flush();
    }

    test::Namespace far;
    int eth0 = 0;
    int eth1 = 0;
    std::vector<Heard> heard;
    std::vector<boost::system::error_code> failures;
    std::function<void(LinkId, const engine::Source&)> reply;
    std::unique_ptr<Sockets> sockets;
};

/// The same must hold when the kernel does not let us bind to a device.
class BothBindings : public SocketsTest, public ::testing::WithParamInterface<Binding> {};
INSTANTIATE_TEST_SUITE_P(Sockets, BothBindings, ::testing::Values(Binding::device, Binding::any),
                         [](const auto& binding) {
                             return binding.param == Binding::device ? "Device" : "Any";
                         });

// RFC6762-§11-08 RFC6762-§11-09 RFC6762-§5.2-16
TEST_P(BothBindings, MulticastIsHeardOnceOnItsOwnLink) {
    open_all(GetParam());
    auto v4 = far_on_5353(AF_INET);
    auto v6 = far_on_5353(AF_INET6);
    v4.send_to_group("four0", "far0");
    EXPECT_THAT(hear(1), ElementsAre(Heard{"four0", {eth0, Family::ipv4}, "10.0.0.2", true}));
    v4.send_to_group("four1", "far1");
    EXPECT_THAT(hear(1), ElementsAre(Heard{"four1", {eth1, Family::ipv4}, "10.0.1.2", true}));
    v6.send_to_group("six0", "far0");
    const auto six0 = hear(1);
    ASSERT_THAT(six0, SizeIs(1));
    EXPECT_EQ(six0[0].link, (LinkId{eth0, Family::ipv6}));
    EXPECT_TRUE(six0[0].to_group);
    EXPECT_THAT(six0[0].from, ::testing::StartsWith("fe80::"));
    EXPECT_THAT(six0[0].from, ::testing::Not(::testing::HasSubstr("%")));
    v6.send_to_group("six1", "far1");
    const auto six1 = hear(1);
    ASSERT_THAT(six1, SizeIs(1));
    EXPECT_EQ(six1[0].link, (LinkId{eth1, Family::ipv6}));
}

TEST_P(BothBindings, UnicastBelongsToTheLinkItCameInOn) {  // RFC6762-§11-08 RFC6762-§11-09
    open_all(GetParam());
    // Many senders: without a device binding the kernel spreads them over our sockets.
    for (int i = 0; i < 16; ++i) {
        auto v4 = far_socket(AF_INET);
        auto v6 = far_socket(AF_INET6);
        v4.send_to("four0", "10.0.0.1");
        v4.send_to("four1", "10.0.1.1");
        v6.send_to("six0", "fd00:0::1");
        v6.send_to("six1", "fe80::1", 5353, v6.index_there("far1"));
    }
    const auto all = hear(64);
    ASSERT_THAT(all, SizeIs(64));
    for (const Heard& one : all) {
        const int expected = one.bytes.back() == '0' ? eth0 : eth1;
        EXPECT_EQ(one.link.ifindex, expected) << one.bytes;
        EXPECT_EQ(one.link.family == Family::ipv4, one.bytes.starts_with("four"));
        EXPECT_FALSE(one.to_group);
    }
}

TEST_P(BothBindings, ClosedLinkIsNotHeard) {  // RFC6762-§11-09
    open_all(GetParam());
    auto v4 = far_on_5353(AF_INET);
    auto v6 = far_on_5353(AF_INET6);
    sockets->close({eth1, Family::ipv4});
    sockets->close({eth1, Family::ipv6});
    EXPECT_FALSE(sockets->is_open({eth1, Family::ipv4}));
    v4.send_to_group("gone", "far1");
    v6.send_to_group("gone", "far1");
    v4.send_to("gone", "10.0.1.1");
    v4.send_to_group("four0", "far0");
    EXPECT_THAT(hear(1), ElementsAre(Heard{"four0", {eth0, Family::ipv4}, "10.0.0.2", true}));
    open({eth1, Family::ipv4});
    v4.send_to_group("again", "far1");
    EXPECT_THAT(hear(1), ElementsAre(Heard{"again", {eth1, Family::ipv4}, "10.0.1.2", true}));
}

// RFC6762-§15.1-01
TEST_F(SocketsTest, SharesThePortWithProgramsThatCameBeforeAndAfter) {
    PlainSocket before(AF_INET);
    before.share_port().bind(5353).join("eth0");
    open_all();
    PlainSocket after(AF_INET);
    after.share_port().bind(5353).join("eth0");
    auto sender = far_on_5353(AF_INET);
    sender.send_to_group("all", "far0");
    EXPECT_THAT(hear(1), ElementsAre(Heard{"all", {eth0, Family::ipv4}, "10.0.0.2", true}));
    EXPECT_EQ(before.receive().value_or(test::Seen()).bytes, "all");
    EXPECT_EQ(after.receive().value_or(test::Seen()).bytes, "all");
}

TEST_F(SocketsTest, UnicastIsOursUnlessTheOtherProgramHasReusePort) {
    PlainSocket before(AF_INET);
    before.share_address().bind(5353).join("eth0");
    open_all();
    PlainSocket after(AF_INET);
    after.share_address().bind(5353).join("eth0");
    for (int i = 0; i < 32; ++i) far_socket(AF_INET).send_to("ours", "10.0.0.1");
    EXPECT_THAT(hear(32), SizeIs(32));
    EXPECT_FALSE(before.receive(0));
    EXPECT_FALSE(after.receive(0));
}

// RFC6762-§11-01 RFC6762-§6-15 RFC6762-§5.2-15
TEST_F(SocketsTest, GoesOutOnItsLinkWithTtl255FromPort5353) {
    open_all();
    for (const int domain : {AF_INET, AF_INET6}) {
        const Family family = domain == AF_INET ? Family::ipv4 : Family::ipv6;
        far.enter();
        PlainSocket far1(domain);
        far1.share_port().bind(5353).join("far1");
        here.enter();
        send({eth0, family}, "not there");
        send({eth1, family}, "multi");
        const auto multicast = far1.receive();
        ASSERT_TRUE(multicast);
        EXPECT_EQ(multicast->bytes, "multi");
        EXPECT_EQ(multicast->port, 5353);
        EXPECT_EQ(multicast->hop_limit, 255);
        EXPECT_EQ(multicast->from, domain == AF_INET ? "10.0.1.1" : multicast->from);

        auto asker = far_socket(domain);
        asker.bind(0);
        const auto peer = make_address(domain == AF_INET ? "10.0.0.2" : "fd00:0::2");
        send({eth0, family}, "uni", Endpoint{peer, static_cast<std::uint16_t>(asker.port())});
        const auto unicast = asker.receive();
        ASSERT_TRUE(unicast);
        EXPECT_EQ(unicast->bytes, "uni");
        EXPECT_EQ(unicast->port, 5353);
        EXPECT_EQ(unicast->hop_limit, 255);
    }
    EXPECT_EQ(sockets->counters().sent, 6u);
    EXPECT_THAT(failures, IsEmpty());
}

TEST_P(BothBindings, LinkLocalPeerIsReachedOnItsLink) {
    open_all(GetParam());  // fe80::2 is on both links
    far.enter();
    PlainSocket far1(AF_INET6);
    far1.hear_only("far1").bind(0);
    here.enter();
    send({eth1, Family::ipv6}, "over eth1",
         Endpoint{make_address("fe80::2"), static_cast<std::uint16_t>(far1.port())});
    const auto seen = far1.receive();
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->bytes, "over eth1");
}

TEST_F(SocketsTest, OwnMulticastIsHeardByUsAndByOtherProgramsHere) {
    open_all();
    PlainSocket other(AF_INET);
    other.share_port().bind(5353).join("eth0").join("eth1");
    send({eth0, Family::ipv4}, "echo");
    EXPECT_THAT(hear(1), ElementsAre(Heard{"echo", {eth0, Family::ipv4}, "10.0.0.1", true}));
    EXPECT_EQ(other.receive().value_or(test::Seen()).bytes, "echo");
    EXPECT_FALSE(other.receive(50));
}

TEST_F(SocketsTest, LegacyQueryOfAProgramHereIsHeardAndAnswered) {
    open_all();
    reply = [&](LinkId link, const engine::Source& source) {
        sockets->send({link, source.from, bytes_of("answer"), {}});
    };
    PlainSocket asker(AF_INET);
    asker.send_to_group("question", "eth0");
    EXPECT_THAT(hear(1), ElementsAre(Heard{"question", {eth0, Family::ipv4}, "10.0.0.1", true}));
    EXPECT_EQ(asker.receive().value_or(test::Seen()).bytes, "answer");
}

TEST_F(SocketsTest, ReplyComesFromTheAddressThatWasAsked) {  // RFC6762-§5.5-01
    ip("address add 10.0.0.77/24 dev eth0");
    ip("address add fd00:0::77/64 dev eth0 nodad");
    open_all();
    reply = [&](LinkId link, const engine::Source& source) {
        sockets->send({link, source.from, bytes_of("answer"), {}});
    };
    const auto answered_from = [&](int domain, const char* address) {
        auto asker = far_socket(domain);
        asker.send_to("question", address);
        hear(1);
        return asker.receive().value_or(test::Seen()).from;
    };
    for (const char* address : {"10.0.0.1", "10.0.0.77", "10.0.1.1"}) {
        EXPECT_EQ(answered_from(AF_INET, address), address);
    }
    for (const char* address : {"fd00::1", "fd00::77"}) {
        EXPECT_EQ(answered_from(AF_INET6, address), address);
    }
}

TEST_F(SocketsTest, ReplyIsSentThoughTheAddressThatWasAskedIsGone) {
    ip("address add 10.0.0.77/24 dev eth0");
    open_all();
    auto asker = far_socket(AF_INET);
    asker.send_to("question", "10.0.0.77");
    ASSERT_THAT(hear(1), SizeIs(1));
    ip("address del 10.0.0.77/24 dev eth0");
    send({eth0, Family::ipv4}, "answer",
         Endpoint{make_address("10.0.0.2"), static_cast<std::uint16_t>(asker.port())});
    EXPECT_EQ(asker.receive().value_or(test::Seen()).from, "10.0.0.1");
    EXPECT_EQ(sockets->counters().send_failed, 0u);
}

TEST_F(SocketsTest, LargestMessageArrivesThoughTheLinkIsSmall) {  // RFC6762-§17-06
    open_all();
    const std::string large(8900, 'x');
    const std::string largest(8972, 'y');
    far_socket(AF_INET).send_to_group(large, "far0");
    EXPECT_THAT(hear(1), ElementsAre(Heard{large, {eth0, Family::ipv4}, "10.0.0.2", true}));
    far_socket(AF_INET6).send_to_group(largest, "far0");
    const auto six = hear(1);
    ASSERT_THAT(six, SizeIs(1));
    EXPECT_EQ(six[0].bytes, largest);
    auto peer = far_on_5353(AF_INET);
    send({eth0, Family::ipv4}, large);
    EXPECT_EQ(peer.receive().value_or(test::Seen()).bytes, large);
}

TEST_F(SocketsTest, TooLongOrMisaddressedIsCountedOnly) {
    open_all();
    auto sender = far_socket(AF_INET);
    sender.allow_broadcast();
    sender.send_to_group(std::string(9001, 'x'), "far0");
    sender.send_to("broadcast", "10.0.0.255");
    sender.send_to_group("fine", "far0");
    EXPECT_THAT(hear(1), ElementsAre(Heard{"fine", {eth0, Family::ipv4}, "10.0.0.2", true}));
    EXPECT_EQ(sockets->counters().oversized, 1u);
    EXPECT_EQ(sockets->counters().misaddressed, 1u);
    EXPECT_EQ(sockets->counters().received, 1u);
}

TEST_F(SocketsTest, EmptyDatagramsAreReadAsAnyOther) {
    open_all();
    auto sender = far_socket(AF_INET);
    for (int i = 0; i < 3; ++i) sender.send_to_group("", "far0");
    sender.send_to_group("fine", "far0");
    const auto all = hear(4);
    ASSERT_THAT(all, SizeIs(4));
    EXPECT_EQ(all[0].bytes, "");
    EXPECT_EQ(all[3].bytes, "fine");
}

TEST_F(SocketsTest, AWrongChecksumHoldsNothingUp) {  // ready to be read, and then nothing is there
    open_all();
    far.enter();
    const FileDescriptor raw(::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_UDP));
    here.enter();
    struct {
        std::uint16_t from = htons(5353), to = htons(5353), length = htons(11), checksum = 0x1234;
        char bytes[4] = "bad";
    } datagram;
    sockaddr_in to{};
    to.sin_family = AF_INET;
    ::inet_pton(AF_INET, "10.0.0.1", &to.sin_addr);
    auto sender = far_socket(AF_INET);
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(
            ::sendto(raw.get(), &datagram, 11, 0, reinterpret_cast<sockaddr*>(&to), sizeof to), 11);
        sender.send_to("good", "10.0.0.1");
    }
    const auto all = hear(3);
    ASSERT_THAT(all, SizeIs(3));
    for (const auto& one : all) EXPECT_EQ(one.bytes, "good");
}

TEST_F(SocketsTest, OtherGroupsOfOtherProgramsAreNotOurs) {
    open_all();
    ip("address add 239.1.1.1 dev eth0 autojoin");  // somebody here has joined
    ip("address add ff02::1234 dev eth0 autojoin");
    auto v4 = far_socket(AF_INET);
    v4.send_to_group("set the interface", "far0", 5999);
    v4.send_to("foreign", "239.1.1.1");
    auto v6 = far_socket(AF_INET6);
    v6.send_to("foreign", "ff02::1234", 5353, v6.index_there("far0"));
    v6.send_to("all nodes", "ff02::1", 5353, v6.index_there("far0"));
    v4.send_to_group("fine", "far0");
    EXPECT_THAT(hear(1), ElementsAre(Heard{"fine", {eth0, Family::ipv4}, "10.0.0.2", true}));
    EXPECT_EQ(sockets->counters().misaddressed, 0u);  // the kernel has kept them away
}

TEST_F(SocketsTest, AnySenderTtlAndNetWillDo) {  // RFC6762-§11-02 RFC6762-§11-04
    open_all();
    far.enter();
    ip("address add 203.0.113.9/32 dev far0");
    ip("address del 10.0.0.2/24 dev far0");
    here.enter();
    sysctl("net/ipv4/conf/all/rp_filter", "0");
    sysctl("net/ipv4/conf/eth0/rp_filter", "0");
    far_socket(AF_INET).small_ttl().send_to_group("off net", "far0");
    EXPECT_THAT(hear(1), ElementsAre(Heard{"off net", {eth0, Family::ipv4}, "203.0.113.9", true}));
}

TEST_F(SocketsTest, BurstOfManyIsReadAndSentInFull) {
    open_all();
    auto peer = far_on_5353(AF_INET);
    auto sender = far_socket(AF_INET);
    for (int i = 0; i < 200; ++i) sender.send_to_group("in" + std::to_string(i), "far0");
    const auto in = hear(200);
    ASSERT_THAT(in, SizeIs(200));
    EXPECT_EQ(in.back().bytes, "in199");
    while (peer.receive(0)) continue;
    for (int i = 0; i < 200; ++i) {
        const std::string text = "out" + std::to_string(i);
        sockets->send({{i % 2 == 0 ? eth0 : eth1, Family::ipv4}, std::nullopt, bytes_of(text), {}});
    }
    sockets->flush();
    std::set<std::string> out;
    while (const auto seen = peer.receive(200)) out.insert(seen->bytes);
    EXPECT_THAT(out, SizeIs(200));
    EXPECT_EQ(sockets->counters().sent, 200u);
}

TEST_F(SocketsTest, SixtyLinksAreJoinedWithinTheUsualMembershipLimit) {  // RFC6762-§22-02
    sysctl("net/ipv4/igmp_max_memberships", "20");
    make(Binding::device);
    std::vector<LinkId> links;
    for (int i = 0; i < 60; ++i) {
        const std::string n = std::to_string(i);
        ip("link add m" + n + " type veth peer name n" + n);
        ip("link set m" + n + " up");
        links.push_back({PlainSocket::index("m" + n), Family::ipv4});
        links.push_back({links.back().ifindex, Family::ipv6});
    }
    for (const LinkId link : links) open(link);
    const auto joined = [](const char* file, const char* group) {
        std::ifstream table(file);
        int count = 0;
        for (std::string line; std::getline(table, line);) {
            if (line.find(group) != std::string::npos) ++count;
        }
        return count;
    };
    EXPECT_EQ(joined("/proc/thread-self/net/igmp", "FB0000E0"), 60);
    EXPECT_EQ(joined("/proc/thread-self/net/igmp6", "ff0200000000000000000000000000fb"), 60);
    for (const LinkId link : links) sockets->close(link);
    EXPECT_EQ(joined("/proc/thread-self/net/igmp", "FB0000E0"), 0);
    for (const LinkId link : links) open(link);
    EXPECT_EQ(joined("/proc/thread-self/net/igmp", "FB0000E0"), 60);
}

TEST_F(SocketsTest, MissingInterfaceIsOneClearError) {
    make(Binding::device);
    const auto opened = sockets->open({9999, Family::ipv4});
    ASSERT_TRUE(opened.has_error());
    EXPECT_EQ(opened.error().text(), "join 224.0.0.251: No such device");
    EXPECT_EQ(sockets->open({9999, Family::ipv6}).error().text(), "join ff02::fb: No such device");
    EXPECT_FALSE(sockets->is_open({9999, Family::ipv4}));
}

TEST_F(SocketsTest, PortThatIsNotSharedIsOneClearError) {
    PlainSocket greedy(AF_INET);
    greedy.bind(5353);
    make(Binding::device);
    const auto opened = sockets->open({eth0, Family::ipv4});
    ASSERT_TRUE(opened.has_error());
    EXPECT_EQ(opened.error().text(), "bind to UDP port 5353: Address already in use");
    EXPECT_TRUE(sockets->port_shared(Family::ipv4));
    open({eth0, Family::ipv6});  // the other family is not concerned
    EXPECT_FALSE(sockets->port_shared(Family::ipv6));
}

TEST_F(SocketsTest, OtherStackIsDetectedAndNamed) {  // RFC6762-§15.1-02
    open_all();
    EXPECT_FALSE(sockets->port_shared(Family::ipv4));
    EXPECT_FALSE(sockets->look_for_others());
    EXPECT_THAT(sockets->others(), IsEmpty());
    {
        PlainSocket late(AF_INET);
        late.share_port().bind(5353);
        EXPECT_TRUE(sockets->look_for_others());
        EXPECT_TRUE(sockets->port_shared(Family::ipv4));
        EXPECT_FALSE(sockets->port_shared(Family::ipv6));
        const auto others = sockets->others();
        ASSERT_THAT(others, SizeIs(1));
        EXPECT_EQ(others[0].pid, ::getpid());
        EXPECT_THAT(others[0].program, ::testing::StartsWith("test_mdns_io"));
    }
    EXPECT_TRUE(sockets->look_for_others());
    EXPECT_FALSE(sockets->port_shared(Family::ipv4));

    PlainSocket early(AF_INET6);
    early.share_port().bind(5353);
    open_all();
    EXPECT_TRUE(sockets->port_shared(Family::ipv6));
}

TEST_F(SocketsTest, RefusedSendingIsToldOncePerLinkAndReason) {
    open_all();
    ip("link set eth0 down");
    for (int i = 0; i < 3; ++i) send({eth0, Family::ipv4}, "lost");
    EXPECT_THAT(failures, IsEmpty());  // the link may be about to come up
    EXPECT_TRUE(run_until([&] { return sockets->counters().send_failed == 3; }, 2s));
    send({eth0, Family::ipv4}, "lost at once");
    EXPECT_EQ(sockets->counters().send_failed, 4u);
    EXPECT_THAT(failures, SizeIs(1));
    auto peer = far_on_5353(AF_INET);
    send({eth1, Family::ipv4}, "other link");
    EXPECT_EQ(peer.receive().value_or(test::Seen()).bytes, "other link");
    ip("link set eth0 up");
    ip("address replace 10.0.0.1/24 dev eth0");
    send({eth0, Family::ipv4}, "back");
    EXPECT_EQ(peer.receive().value_or(test::Seen()).bytes, "back");
}

TEST_F(SocketsTest, WhatALinkCannotSendYetIsSentALittleLaterInOrder) {
    open_all();
    const LinkId link{eth0, Family::ipv6};
    auto peer = far_on_5353(AF_INET6);
    ip("-6 route flush table local dev eth0 type multicast");  // as before the kernel has made it
    send(link, "one");
    send(link, "two");
    run_for(60ms);
    EXPECT_FALSE(peer.receive(0));
    ip("-6 route add multicast ff00::/8 dev eth0 table local");
    send(link, "three");
    EXPECT_TRUE(run_until([&] { return sockets->counters().sent == 3; }, 2s));
    for (const char* expected : {"one", "two", "three"}) {
        EXPECT_EQ(peer.receive().value_or(test::Seen()).bytes, expected);
    }
    EXPECT_THAT(failures, IsEmpty());
    EXPECT_EQ(sockets->counters().send_failed, 0u);
}

TEST_F(SocketsTest, ClosingDoesNotWaitAndTellsNothing) {
    open_all();
    ip("link set eth0 down");
    sockets->send({{eth0, Family::ipv4}, std::nullopt, bytes_of("goodbye"), {}});
    sockets->close({eth0, Family::ipv4});
    EXPECT_EQ(sockets->counters().send_failed, 1u);
    run_for(300ms);
    EXPECT_THAT(failures, IsEmpty());
}

// A query that this host sends to one of its own addresses comes in on the loopback interface.
TEST_P(BothBindings, OwnAddressCanBeAskedByThisHostAndAnswersOnItsLink) {
    open_all(GetParam());
    sockets->on_addresses({eth0, Family::ipv4}, {make_address("10.0.0.1")});
    sockets->on_addresses({eth1, Family::ipv4}, {make_address("10.0.1.1")});
    sockets->on_addresses({eth1, Family::ipv6}, {make_address("fd00:1::1")});
    reply = [&](LinkId link, const engine::Source& source) {
        sockets->send({link, source.from, bytes_of("answer"), {}});
    };
    const auto ask = [&](int domain, const char* address, LinkId link) {
        PlainSocket asker(domain);
        asker.send_to("question", address);
        EXPECT_THAT(hear(1), ElementsAre(Heard{"question", link, address, false}));
        const auto answer = asker.receive().value_or(test::Seen());
        EXPECT_EQ(answer.bytes, "answer");
        EXPECT_EQ(answer.from, address);
    };
    ask(AF_INET, "10.0.0.1", {eth0, Family::ipv4});
    ask(AF_INET, "10.0.1.1", {eth1, Family::ipv4});
    ask(AF_INET6, "fd00:1::1", {eth1, Family::ipv6});
    EXPECT_EQ(sockets->traffic({eth0, Family::ipv4}).unicast_heard, 0u);  // that was ourselves

    PlainSocket(AF_INET).send_to("of no link", "127.0.0.1");
    sockets->close({eth0, Family::ipv4});
    PlainSocket(AF_INET).send_to("of a closed link", "10.0.0.1");
    EXPECT_THAT(hear(0), IsEmpty());
}

TEST_F(SocketsTest, LocalSocketIsNoOtherProgramAndGoesWithTheLastLink) {
    open_all();
    EXPECT_FALSE(sockets->look_for_others());
    for (const int ifindex : {eth0, eth1}) sockets->close({ifindex, Family::ipv4});
    EXPECT_THAT(other_sockets(Family::ipv4, {}), IsEmpty());
    open({eth0, Family::ipv4});
    EXPECT_THAT(other_sockets(Family::ipv4, {}), SizeIs(2));
}

TEST_F(SocketsTest, CountsWhetherOthersAreHeard) {
    open_all();
    const LinkId link{eth0, Family::ipv4};
    sockets->on_addresses(link, {make_address("10.0.0.1")});
    send(link, "to all");
    send(link, "to one", Endpoint{make_address("10.0.0.2"), 5353});
    EXPECT_THAT(hear(1), SizeIs(1));  // its own, looped back
    EXPECT_EQ(sockets->traffic(link).group_sent, 1u);
    EXPECT_EQ(sockets->traffic(link).group_heard, 0u);
    auto peer = far_on_5353(AF_INET);
    peer.send_to("to us", "10.0.0.1");
    EXPECT_THAT(hear(1), SizeIs(1));
    EXPECT_EQ(sockets->traffic(link).unicast_heard, 1u);
    EXPECT_EQ(sockets->traffic(link).group_heard, 0u);
    peer.send_to_group("to all", "far0");
    EXPECT_THAT(hear(1), SizeIs(1));
    EXPECT_EQ(sockets->traffic(link).group_heard, 1u);
    EXPECT_EQ(sockets->traffic({eth1, Family::ipv4}).group_sent, 0u);
}

TEST_F(SocketsTest, RefusedDatagramDoesNotTakeTheOthersAlong) {
    open_all();
    auto peer = far_on_5353(AF_INET);
    const LinkId link{eth0, Family::ipv4};
    sockets->send({link, std::nullopt, bytes_of("first"), {}});
    sockets->send({link, Endpoint{make_address("255.255.255.255"), 5353}, bytes_of("refused"), {}});
    sockets->send({link, std::nullopt, bytes_of("last"), {}});
    sockets->flush();
    EXPECT_EQ(peer.receive().value_or(test::Seen()).bytes, "first");
    EXPECT_EQ(peer.receive().value_or(test::Seen()).bytes, "last");
    EXPECT_EQ(sockets->counters().sent, 2u);
    EXPECT_EQ(sockets->counters().send_failed, 1u);
}

TEST_F(SocketsTest, ImpossibleRequestsAreCounted) {
    open_all();
    send({9999, Family::ipv4}, "no such link");
    send({eth0, Family::ipv4}, "wrong family", Endpoint{make_address("fe80::2"), 5353});
    send({eth0, Family::ipv4}, std::string(9001, 'x'));
    EXPECT_EQ(sockets->counters().send_failed, 3u);
    EXPECT_EQ(sockets->counters().sent, 0u);
}

TEST_F(SocketsTest, LinkMayBeClosedFromWithinItsDatagram) {
    open_all();
    reply = [&](LinkId link, const engine::Source&) {
        sockets->send({link, std::nullopt, bytes_of("goodbye"), {}});
        sockets->close(link);
    };
    auto peer = far_on_5353(AF_INET);
    peer.send_to_group("one", "far0");
    peer.send_to_group("two", "far0");
    EXPECT_THAT(hear(1), SizeIs(1));
    EXPECT_EQ(peer.receive().value_or(test::Seen()).bytes, "one");  // its own, looped back
    EXPECT_EQ(peer.receive().value_or(test::Seen()).bytes, "two");
    EXPECT_EQ(peer.receive().value_or(test::Seen()).bytes, "goodbye");
}

TEST_F(SocketsTest, MayBeDestroyedFromWithinADatagram) {
    open_all();
    reply = [&](LinkId, const engine::Source&) { sockets.reset(); };
    auto sender = far_socket(AF_INET);
    sender.send_to_group("one", "far0");
    sender.send_to_group("two", "far0");
    EXPECT_THAT(hear(1), SizeIs(1));
}

TEST_F(SocketsTest, InterfaceThatGoesAwayHarmsNoOther) {
    open_all();
    ip("link del eth0");
    send({eth0, Family::ipv4}, "into the void");
    sockets->close({eth0, Family::ipv4});
    sockets->close({eth0, Family::ipv6});
    auto sender = far_socket(AF_INET);
    sender.send_to_group("still here", "far1");
    EXPECT_THAT(hear(1), ElementsAre(Heard{"still here", {eth1, Family::ipv4}, "10.0.1.2", true}));
}

}  // namespace
}  // namespace mdns::io
