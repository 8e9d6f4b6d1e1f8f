// RFC 3927 §2.5, last paragraph: ARP replies by broadcast.
#include "tests/ipv4ll/support/host.hpp"

namespace ipv4ll::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Mac asker(int number) {
    return {
        0x02, 1, 0, 0, static_cast<std::uint8_t>(number / 256), static_cast<std::uint8_t>(number)};
}

TEST(Ipv4llAnswer, AQuestionForOurAddressIsAnsweredByBroadcast) {
    // RFC3927-§2.5-07 RFC5227-§2.5-01
    Host host;
    const Ipv4 address = host.bind();
    const Ipv4 who{{169, 254, 9, 9}};
    EXPECT_THAT(host.receive(question(address, peer_mac, who)),
                ElementsAre(testing::VariantWith<engine::SendArp>(testing::Field(
                    &engine::SendArp::packet,
                    ArpPacket{wire::Operation::reply, own_mac, address, peer_mac, who}))));
    EXPECT_EQ(host.conflicts(), 0);
}

TEST(Ipv4llAnswer, SoIsAProbe) {  // RFC5227-§2.5-01
    Host host;
    const Ipv4 address = host.bind();
    EXPECT_THAT(host.receive(probe(address)), ElementsAre(IsReply(address, peer_mac)));
    EXPECT_EQ(host.conflicts(), 0);
}

TEST(Ipv4llAnswer, FromTheFirstAnnouncementOn) {  // RFC5227-§2.5-01
    Host host;
    host.run();
    EXPECT_THAT(host.receive(question(host.address())), IsEmpty());
    host.assigned();
    EXPECT_THAT(host.receive(question(host.address())),
                ElementsAre(IsReply(host.address(), peer_mac)));
}

TEST(Ipv4llAnswer, NotForOtherAddresses) {  // RFC3927-§2.7-03
    Host host;
    const Ipv4 address = host.bind();
    EXPECT_THAT(host.receive(question(Ipv4{address.to_uint() ^ 1U})), IsEmpty());
}

TEST(Ipv4llAnswer, ARepliesTargetIsNoQuestion) {
    Host host;
    const Ipv4 address = host.bind();
    ArpPacket reply = question(address);
    reply.operation = wire::Operation::reply;
    EXPECT_THAT(host.receive(reply), IsEmpty());
}

TEST(Ipv4llAnswer, OncePerAskerAndSecond) {
    Host host;
    const Ipv4 address = host.bind();
    EXPECT_THAT(host.receive(question(address)), ElementsAre(IsReply(address, peer_mac)));
    host.wait(reply_interval - 1ms);
    EXPECT_THAT(host.receive(question(address)), IsEmpty());
    EXPECT_THAT(host.receive(question(address, asker(1))), ElementsAre(IsReply(address, asker(1))));
    host.wait(1ms);
    EXPECT_THAT(host.receive(question(address)), ElementsAre(IsReply(address, peer_mac)));
}

TEST(Ipv4llAnswer, ManyAskersGetABoundedNumber) {
    Host host;
    const Ipv4 address = host.bind();
    std::size_t replies = 0;
    for (int i = 0; i < 1000; ++i) replies += host.receive(question(address, asker(i))).size();
    EXPECT_EQ(replies, engine::ReplyLimit::capacity);
    host.wait(reply_interval);
    EXPECT_THAT(host.receive(question(address, asker(0))), ElementsAre(IsReply(address, asker(0))));
}

}  // namespace
}  // namespace ipv4ll::test
