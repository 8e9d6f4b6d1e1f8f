// Against a name server of our own on the loopback interface.
#include "avahid/unicast/local_zone.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <set>

namespace avahid::unicast {
namespace {

using boost::asio::ip::udp;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LocalZoneTest : public ::testing::Test {
protected:
    LocalZoneTest() {
        server.open(udp::v4());
        server.bind({boost::asio::ip::address_v4::loopback(), 0});
        times.port = server.local_endpoint().port();
        times.look_again = times.fresh = std::chrono::milliseconds(0);
        std::filesystem::create_directories(folder);
        configure("nameserver 127.0.0.1\n");
    }
    ~LocalZoneTest() override { std::filesystem::remove_all(folder); }

    void configure(const std::string& text) {
        const std::string fresh = path + ".new";  // replaced, as network managers do
        std::ofstream(fresh) << text;
        std::filesystem::rename(fresh, path);
    }
    LocalZone make() {
        return {io, path, [this](const std::string& line) { log.push_back(line); }, times};
    }
    /// The next query, answered with this RCODE and an SOA record if wanted.
    void answer(std::uint8_t rcode, bool soa) {
        std::vector<std::uint8_t> bytes(512);
        udp::endpoint from;
        bytes.resize(server.receive_from(boost::asio::buffer(bytes), from));
        bytes[2] |= 0x80;
        bytes[3] = rcode;
        if (soa) {
            bytes[7] = 1;
            for (const int byte : {0xc0, 12, 0, 6, 0, 1, 0, 0, 0, 60, 0, 22, 0, 0, 0, 0, 0,
                                   1,    0,  0, 0, 1, 0, 0, 0, 1, 0,  0, 0,  1, 0, 0, 0, 1})
                bytes.push_back(static_cast<std::uint8_t>(byte));
        }
        server.send_to(boost::asio::buffer(bytes), from);
        settle();
    }
    /// What is ready: on the loopback interface, all that was sent.
    void settle() {
        io.restart();
        io.poll();
    }
    /// Carries out what is due, for as long as anything is awaited.
    void run() {
        io.restart();
        io.run();
    }
    bool was_asked() { return server.available() > 0; }

    const std::string folder = ::testing::TempDir() + "local_zone_" + std::to_string(::getpid());
    const std::string path = folder + "/resolv.conf";
    boost::asio::io_context io;
    udp::socket server{io};
    LocalZone::Times times;
    std::vector<std::string> log;
};

TEST_F(LocalZoneTest, AsksOnlyWhenSomebodyWantsToKnow) {
    auto zone = make();
    EXPECT_FALSE(was_asked());
    EXPECT_EQ(zone.state(), Zone::unknown);
    EXPECT_TRUE(was_asked());
}

TEST_F(LocalZoneTest, AZoneIsPresentAndTold) {  // NSS-§name-03
    auto zone = make();
    zone.state();
    answer(0, true);
    EXPECT_EQ(zone.state(), Zone::present);
    EXPECT_THAT(log, ElementsAre(HasSubstr("have a zone 'local.'")));
}

TEST_F(LocalZoneTest, NoSuchNameIsAbsent) {
    auto zone = make();
    zone.state();
    answer(3, false);
    EXPECT_EQ(zone.state(), Zone::absent);
    EXPECT_THAT(log, IsEmpty());
}

TEST_F(LocalZoneTest, AnAnswerIsKept) {  // NSS-§name-04
    times.fresh = std::chrono::minutes(5);
    auto zone = make();
    zone.state();
    answer(0, true);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(zone.state(), Zone::present);
    EXPECT_FALSE(was_asked());
}

TEST_F(LocalZoneTest, AnOldAnswerHoldsUntilThereIsANewOne) {
    auto zone = make();
    zone.state();
    answer(0, true);
    EXPECT_EQ(zone.state(), Zone::present);
    answer(3, false);
    EXPECT_EQ(zone.state(), Zone::absent);
    EXPECT_THAT(log.back(), HasSubstr("no zone"));
}

TEST_F(LocalZoneTest, AnotherFileIsAskedAnew) {
    times.fresh = std::chrono::minutes(5);
    auto zone = make();
    zone.state();
    answer(0, true);
    configure("# at home\nnameserver 127.0.0.1\n");
    EXPECT_EQ(zone.state(), Zone::unknown);
    answer(3, false);
    EXPECT_EQ(zone.state(), Zone::absent);
}

TEST_F(LocalZoneTest, AnotherNetworkIsAskedAnewButNotBeforeAnybodyWantsToKnow) {
    times.fresh = std::chrono::minutes(5);
    auto zone = make();
    zone.state();
    answer(0, true);
    zone.on_network_change();
    EXPECT_FALSE(was_asked());
    EXPECT_EQ(zone.state(), Zone::unknown);
    EXPECT_TRUE(was_asked());
}

TEST_F(LocalZoneTest, IdAndPortOfAQueryAreNotForeseen) {  // RFC 5452 §9.1, §9.2
    auto zone = make();
    std::set<int> ids, ports, steps;
    for (int i = 0, last = 0; i < 32; ++i) {
        zone.state();
        std::vector<std::uint8_t> bytes(512);
        udp::endpoint from;
        bytes.resize(server.receive_from(boost::asio::buffer(bytes), from));
        const int id = bytes[0] << 8 | bytes[1];
        ids.insert(id);
        ports.insert(from.port());
        steps.insert(id - last);
        last = id;
        bytes[2] |= 0x80;
        server.send_to(boost::asio::buffer(bytes), from);
        settle();
    }
    // By chance, two of 32 are the same now and then.
    EXPECT_GT(ids.size(), 28u);
    EXPECT_GT(steps.size(), 28u) << "not counted up";
    EXPECT_GT(ports.size(), 28u);
}

TEST_F(LocalZoneTest, WithoutServersThereIsNoZone) {
    configure("search example\n");
    auto zone = make();
    EXPECT_EQ(zone.state(), Zone::absent);
    std::filesystem::remove(path);
    EXPECT_EQ(zone.state(), Zone::absent);
}

TEST_F(LocalZoneTest, ServersThatAreSilentHaveNone) {  // NSS-§name-04
    times.wait = std::chrono::milliseconds(1);
    auto zone = make();
    EXPECT_EQ(zone.state(), Zone::unknown);
    run();
    EXPECT_EQ(zone.state(), Zone::absent);
}

TEST_F(LocalZoneTest, AServerThatIsNotThereIsPassedOver) {
    server.close();
    auto zone = make();
    zone.state();
    run();  // refused each time: no wait
    EXPECT_EQ(zone.state(), Zone::absent);
}

TEST_F(LocalZoneTest, TheNextServerIsAskedWhenOneFails) {
    configure("nameserver 127.0.0.9\nnameserver 127.0.0.1\n");  // nobody listens at the first
    auto zone = make();
    zone.state();
    settle();
    answer(0, true);
    EXPECT_EQ(zone.state(), Zone::present);
}

}  // namespace
}  // namespace avahid::unicast
