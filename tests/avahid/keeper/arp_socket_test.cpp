// The ARP socket of the keeper on a real link: what it lets through, and what it sends.
#include "avahid/keeper/arp_socket.hpp"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <poll.h>
#include <sys/socket.h>

#include <vector>

#include "ipv4ll/wire/arp.hpp"
#include "tests/avahid/keeper/namespace.hpp"

namespace avahid::keeper::test {
namespace {

using ipv4ll::wire::ArpPacket;
using ipv4ll::wire::Ipv4;
using ipv4ll::wire::Mac;
using Bytes = std::vector<std::uint8_t>;

const Mac mac = {0x02, 0, 0, 0, 0, 0x99};
const Ipv4 ours{{169, 254, 7, 7}};
const Ipv4 routable{{10, 0, 0, 1}};

Bytes frame_of(const ArpPacket& packet) {
    const auto frame = ipv4ll::wire::encode_arp(packet);
    return {frame.begin(), frame.end()};
}

class AvahidArpSocket : public Namespace {
protected:
    void SetUp() override {
        Namespace::SetUp();
        if (IsSkipped()) return;
        run("sysctl -q -w net.ipv6.conf.all.disable_ipv6=1");
        auto opened = open_arp_socket(eth0);
        ASSERT_TRUE(opened) << opened.error().message();
        socket_ = std::move(*opened);
        peer_ = Descriptor{::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL))};
        sockaddr_ll link{};
        link.sll_family = AF_PACKET;
        link.sll_protocol = htons(ETH_P_ALL);
        link.sll_ifindex = eth1;
        ASSERT_EQ(::bind(peer_.get(), reinterpret_cast<sockaddr*>(&link), sizeof link), 0);
    }
    void send(const Bytes& frame) const {
        ASSERT_EQ(::send(peer_.get(), frame.data(), frame.size(), 0),
                  static_cast<ssize_t>(frame.size()));
    }
    static Bytes receive(const Descriptor& from) {
        pollfd ready{from.get(), POLLIN, 0};
        if (::poll(&ready, 1, 2000) <= 0) return {};
        Bytes frame(2000);
        const ssize_t size = ::recv(from.get(), frame.data(), frame.size(), MSG_DONTWAIT);
        frame.resize(size < 0 ? 0U : static_cast<std::size_t>(size));
        return frame;
    }
    /// Sends the frames and a last one; what arrives before the last one?
    std::vector<Bytes> received_of(const std::vector<Bytes>& frames) const {
        const Bytes last = frame_of(ipv4ll::wire::make_probe(mac, Ipv4{{169, 254, 200, 200}}));
        for (const Bytes& frame : frames) send(frame);
        send(last);
        std::vector<Bytes> arrived;
        for (Bytes frame = receive(socket_); frame != last; frame = receive(socket_)) {
            if (frame.empty()) {
                ADD_FAILURE() << "the last frame did not arrive";
                break;
            }
            arrived.push_back(frame);
        }
        return arrived;
    }

    Descriptor socket_;
    Descriptor peer_;
};

TEST_F(AvahidArpSocket, LetsLinkLocalArpThrough) {
    const std::vector<Bytes> frames = {
        frame_of(ipv4ll::wire::make_probe(mac, ours)),
        frame_of(ipv4ll::wire::make_announcement(mac, ours)),
        frame_of({ipv4ll::wire::Operation::reply, mac, ours, Mac{}, routable}),
        frame_of({ipv4ll::wire::Operation::request, mac, routable, Mac{}, ours}),
    };
    EXPECT_EQ(received_of(frames), frames);
}

TEST_F(AvahidArpSocket, AcceptsPaddedFrames) {  // RFC3927-§V-02
    Bytes padded = frame_of(ipv4ll::wire::make_probe(mac, ours));
    padded.resize(60);
    EXPECT_THAT(received_of({padded}), testing::ElementsAre(padded));
}

TEST_F(AvahidArpSocket, DropsEverythingElse) {  // RFC3927-§V-01
    const Bytes probe = frame_of(ipv4ll::wire::make_probe(mac, ours));
    const auto changed = [&probe](std::size_t at, std::uint8_t value) {
        Bytes frame = probe;
        frame[at] = value;
        return frame;
    };
    Bytes tagged = probe;
    const Bytes tag = {0x81, 0x00, 0x00, 0x05};
    tagged.insert(tagged.begin() + 12, tag.begin(), tag.end());
    Bytes cut = probe;
    cut.resize(30);
    EXPECT_THAT(received_of({
                    frame_of(ipv4ll::wire::make_probe(mac, routable)),
                    frame_of({ipv4ll::wire::Operation::reply, mac, routable, Mac{}, routable}),
                    changed(13, 0x00),
                    changed(15, 6),
                    changed(17, 1),
                    changed(18, 8),
                    changed(19, 16),
                    changed(21, 3),
                    changed(20, 1),
                    tagged,
                    cut,
                }),
                testing::IsEmpty());
}

TEST_F(AvahidArpSocket, SendsByBroadcastAndDoesNotHearItself) {  // RFC3927-§1.2-01 RFC3927-§V-03
    const Bytes probe = frame_of(ipv4ll::wire::make_probe(mac, ours));
    ASSERT_EQ(::send(socket_.get(), probe.data(), probe.size(), 0), 42);
    EXPECT_EQ(receive(peer_), probe);
    EXPECT_THAT(received_of({}), testing::IsEmpty());
}

TEST_F(AvahidArpSocket, ItsFilterCannotBeTakenOff) {
    int value = 0;
    EXPECT_LT(::setsockopt(socket_.get(), SOL_SOCKET, SO_DETACH_FILTER, &value, sizeof value), 0);
    EXPECT_EQ(errno, EPERM);
}

}  // namespace
}  // namespace avahid::keeper::test
