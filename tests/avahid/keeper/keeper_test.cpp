// PRODUCT, "Privileges" and "Routes": what the keeper does, and that it does nothing else.
#include "avahid/keeper/keeper.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>

#include "avahid/keeper/protocol.hpp"
#include "tests/avahid/keeper/namespace.hpp"

namespace avahid::keeper::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string addresses() { return run("ip -4 address show"); }
std::string routes() { return run("ip -4 route show"); }
/// Rules and routes for what has one of our addresses as its source.
std::string by_source() { return run("ip -4 rule show; ip -4 route show table all"); }

class AvahidKeeper : public Namespace {};

// ---- addresses and routes ----

TEST_F(AvahidKeeper, SetsTheAddressAsSlash16WithScopeLink) {  // RFC3927-§2.8-01 RFC3927-§2.6.1-01
    Kept keeper;
    ASSERT_EQ(keeper.add(eth0, "169.254.7.7"), 0);
    EXPECT_THAT(addresses(), HasSubstr("inet 169.254.7.7/16 brd 169.254.255.255 scope link "
                                       "noprefixroute eth0\n       valid_lft forever"));
    EXPECT_THAT(addresses(), Not(HasSubstr("dynamic")));
}

TEST_F(AvahidKeeper, RoutesTheWholePrefixOnLink) {  // RFC3927-§2.6.2-01 RFC3927-§2.6.2-02
    Kept keeper;
    ASSERT_EQ(keeper.add(eth0, "169.254.7.7"), 0);
    EXPECT_EQ(routes(), "169.254.0.0/16 dev eth0 proto static scope link src 169.254.7.7 metric " +
                            std::to_string(1000 + eth0) + " \n");
}

TEST_F(AvahidKeeper, RoutesEverythingOnLinkIfAskedTo) {  // RFC3927-§2.6.2-04 RFC3927-§2.6.2-05
    Kept keeper;
    ASSERT_EQ(keeper.add(eth0, "169.254.7.7", true), 0);
    EXPECT_THAT(routes(),
                HasSubstr("default dev eth0 proto static scope link src 169.254.7.7 metric " +
                          std::to_string(1000 + eth0)));
    EXPECT_THAT(run("ip route get 10.0.0.9"), HasSubstr("10.0.0.9 dev eth0 src 169.254.7.7"));
}

TEST_F(AvahidKeeper, LeavesRoutesOfOthersInFront) {
    // RFC3927-§1.9-04 RFC3927-§2.6.2-03 RFC3927-§2.6.1-01
    run("ip address add 10.0.0.5/24 dev eth1 && ip route add default via 10.0.0.1");
    Kept keeper;
    ASSERT_EQ(keeper.add(eth0, "169.254.7.7", true), 0);
    EXPECT_THAT(run("ip route get 192.0.2.1"), HasSubstr("via 10.0.0.1 dev eth1 src 10.0.0.5"));
    EXPECT_THAT(run("ip route get 10.0.0.9"), HasSubstr("dev eth1 src 10.0.0.5"));
    EXPECT_THAT(run("ip route get 169.254.9.9"), HasSubstr("dev eth0 src 169.254.7.7"));
}

TEST_F(AvahidKeeper, PrefersARoutableSourceOnTheSameInterface) {  // RFC3927-§1.9-04
    run("ip address add 10.0.0.5/24 dev eth0");
    Kept keeper;
    ASSERT_EQ(keeper.add(eth0, "169.254.7.7", true), 0);
    EXPECT_THAT(run("ip route get 10.0.0.9"), HasSubstr("src 10.0.0.5"));
}

TEST_F(AvahidKeeper, ServesTwoInterfacesByMetric) {  // RFC3927-§3.2-01
    Kept keeper;
    ASSERT_EQ(keeper.add(eth0, "169.254.7.7", true), 0);
    ASSERT_EQ(keeper.add(eth1, "169.254.8.8", true), 0);
    EXPECT_THAT(routes(),
                AllOf(HasSubstr("169.254.0.0/16 dev eth0"), HasSubstr("169.254.0.0/16 dev eth1"),
                      HasSubstr("default dev eth0"), HasSubstr("default dev eth1")));
    ASSERT_EQ(keeper.remove(eth0, "169.254.7.7"), 0);
    EXPECT_THAT(addresses(), AllOf(Not(HasSubstr("169.254.7.7")), HasSubstr("169.254.8.8")));
    EXPECT_THAT(routes(), AllOf(Not(HasSubstr("eth0")), HasSubstr("default dev eth1")));
}

TEST_F(AvahidKeeper, WhatHasAnAddressAsItsSourceLeavesByItsInterface) {  // RFC3927-§3.2-01
    Kept keeper;
    ASSERT_EQ(keeper.add(eth0, "169.254.7.7", true), 0);
    ASSERT_EQ(keeper.add(eth1, "169.254.8.8", true), 0);
    EXPECT_THAT(run("ip route get 169.254.9.9 from 169.254.7.7"), HasSubstr("dev eth0"));
    EXPECT_THAT(run("ip route get 169.254.9.9 from 169.254.8.8"), HasSubstr("dev eth1"));
}

TEST_F(AvahidKeeper, AndIsNeverSentToARouter) {
    // RFC3927-§2.6.2-02 RFC3927-§2.6.2-04 RFC3927-§2.6.2-05
    run("ip address add 10.0.0.5/24 dev eth0 && ip route add default via 10.0.0.1");
    Kept keeper;
    ASSERT_EQ(keeper.add(eth0, "169.254.7.7", false), 0);
    for (const char* const to : {"192.0.2.1", "10.0.0.1", "169.254.9.9"}) {
        const std::string route = run(std::string("ip route get from 169.254.7.7 ") + to);
        EXPECT_THAT(route, AllOf(HasSubstr("dev eth0"), Not(HasSubstr("via"))));
    }
}

TEST_F(AvahidKeeper, RemovesAddressAndRoutes) {
    Kept keeper;
    ASSERT_EQ(keeper.add(eth0, "169.254.7.7", true), 0);
    ASSERT_EQ(keeper.remove(eth0, "169.254.7.7"), 0);
    EXPECT_THAT(addresses(), Not(HasSubstr("169.254")));
    EXPECT_THAT(routes(), IsEmpty());
    EXPECT_THAT(by_source(), Not(HasSubstr("169.254")));
    EXPECT_EQ(keeper.add(eth0, "169.254.8.8"), 0);
}

TEST_F(AvahidKeeper, AddsNothingWhenARouteCannotBe) {
    run("ip link set eth0 down");
    Kept keeper;
    EXPECT_NE(keeper.add(eth0, "169.254.7.7"), 0);
    EXPECT_THAT(addresses(), Not(HasSubstr("169.254")));
}

/// A TCP connection from 127.0.0.1 to 169.254.7.7, accepted by a socket of the given family.
struct Connection {
    explicit Connection(int family) {
        const Descriptor listener{::socket(family, SOCK_STREAM, 0)};
        const int on = 1;
        ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(7777);
        to.sin_addr.s_addr = htonl(0xA9FE0707);
        sockaddr_in6 any{};
        any.sin6_family = AF_INET6;
        any.sin6_port = htons(7777);
        if (family == AF_INET) {
            EXPECT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
        } else {
            EXPECT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&any), sizeof any), 0);
        }
        EXPECT_EQ(::listen(listener.get(), 1), 0);
        near = Descriptor{::socket(AF_INET, SOCK_STREAM, 0)};
        sockaddr_in from{};
        from.sin_family = AF_INET;
        from.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::bind(near.get(), reinterpret_cast<sockaddr*>(&from), sizeof from), 0);
        EXPECT_EQ(::connect(near.get(), reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
        far = Descriptor{::accept(listener.get(), nullptr, nullptr)};
    }
    static bool alive(const Descriptor& end) {
        char byte = 0;
        return ::recv(end.get(), &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
    }
    Descriptor near;
    Descriptor far;
};

TEST_F(AvahidKeeper, ResetsTheConnectionsOfAnAddressItYields) {
    // RFC3927-§2.5-06 RFC5227-§2.4-13
    run("ip link set lo up");
    for (const int family : {AF_INET, AF_INET6}) {
        Kept keeper;
        ASSERT_EQ(keeper.add(eth0, "169.254.7.7"), 0);
        const Connection connection{family};
        ASSERT_TRUE(Connection::alive(connection.near) && Connection::alive(connection.far));
        ASSERT_EQ(keeper.yield(eth0, "169.254.7.7"), 0);
        EXPECT_FALSE(Connection::alive(connection.near));
        EXPECT_FALSE(Connection::alive(connection.far));
        EXPECT_THAT(addresses(), Not(HasSubstr("169.254")));
    }
}

TEST_F(AvahidKeeper, LeavesConnectionsAloneOtherwise) {
    run("ip link set lo up");
    Kept keeper;
    ASSERT_EQ(keeper.add(eth0, "169.254.7.7"), 0);
    ASSERT_EQ(keeper.add(eth1, "169.254.8.8"), 0);
    const Connection connection{AF_INET};
    ASSERT_EQ(keeper.yield(eth1, "169.254.8.8"), 0);  // another one
    ASSERT_EQ(keeper.remove(eth0, "169.254.7.7"), 0);
    EXPECT_TRUE(Connection::alive(connection.near) && Connection::alive(connection.far));
}

// ---- what it refuses ----

TEST_F(AvahidKeeper, RefusesAddressesOutsideTheRange) {  // RFC3927-§2.1-02
    Kept keeper;
    for (const char* address : {"0.0.0.0", "10.0.0.1", "169.253.7.7", "169.255.7.7",
                                "169.254.0.255", "169.254.255.0", "169.254.255.255", "127.0.0.1"}) {
        EXPECT_EQ(keeper.add(eth0, address), EINVAL) << address;
        EXPECT_EQ(keeper.remove_stale(eth0, address), EINVAL) << address;
    }
    EXPECT_EQ(keeper.add(eth0, "169.254.1.0"), 0);
    EXPECT_EQ(keeper.add(eth1, "169.254.254.255"), 0);
    EXPECT_THAT(addresses(), Not(HasSubstr("inet 10.")));
}

TEST_F(AvahidKeeper, RefusesInterfacesWithoutArp) {  // RFC3927-§V-04 RFC5227-§1.3-01
    run("ip link set lo up && ip link set eth1 arp off && ip tuntap add tun0 mode tun");
    Kept keeper;
    for (const char* name : {"lo", "eth1", "tun0"}) {
        const int ifindex = std::stoi(run(std::string{"cat /proc/net/dev > /dev/null; ip -o link "
                                                      "show "} +
                                          name));
        EXPECT_EQ(keeper.open_arp(ifindex), EOPNOTSUPP) << name;
        EXPECT_EQ(keeper.add(ifindex, "169.254.7.7"), EOPNOTSUPP) << name;
    }
    for (const int ifindex : {0, -1, 12345}) {
        EXPECT_EQ(keeper.open_arp(ifindex), ENODEV);
        EXPECT_EQ(keeper.add(ifindex, "169.254.7.7"), ENODEV);
    }
}

TEST_F(AvahidKeeper, RefusesDeniedInterfaces) {
    Kept keeper{{.interfaces = {.allow = {}, .deny = {"wg*", "eth1"}}, .identity = {}}};
    EXPECT_EQ(keeper.open_arp(eth0), 0);
    EXPECT_EQ(keeper.open_arp(eth1), EPERM);
    EXPECT_EQ(keeper.add(eth1, "169.254.7.7"), EPERM);
    EXPECT_EQ(keeper.remove_stale(eth1, "169.254.7.7"), EPERM);
}

TEST_F(AvahidKeeper, RefusesInterfacesNotAllowed) {
    Kept keeper{{.interfaces = {.allow = {"*1"}, .deny = {}}, .identity = {}}};
    EXPECT_EQ(keeper.open_arp(eth0), EPERM);
    EXPECT_EQ(keeper.open_arp(eth1), 0);
}

// ---- its rules change, but not as its client likes ----

/// A folder with a configuration that names what is denied, a line each.
class AvahidKeeperRules : public AvahidKeeper {
protected:
    void SetUp() override {
        AvahidKeeper::SetUp();
        if (IsSkipped()) return;
        std::string folder = testing::TempDir() + "keeper-XXXXXX";
        ASSERT_TRUE(::mkdtemp(folder.data()));
        ::chmod(folder.c_str(), 0755);
        folder_ = folder;
        deny("eth1");
    }
    void TearDown() override {
        std::filesystem::remove_all(folder_);
        AvahidKeeper::TearDown();
    }
    std::string file() const { return folder_ + "/rules"; }
    void deny(const std::string& globs) const {
        std::ofstream(file()) << globs;
        ::chmod(file().c_str(), 0644);
    }
    KeeperConfig config() const {
        const auto read = [](const std::string& path) -> std::optional<InterfaceRules> {
            std::ifstream lines(path);
            if (!lines) return {};
            return InterfaceRules{.allow = {},
                                  .deny = {std::istream_iterator<std::string>(lines), {}}};
        };
        return {.interfaces = {.allow = {}, .deny = {"eth1"}},
                .identity = Identity{65534, 65534},
                .file = {file(), read}};
    }
    std::string folder_;
};

TEST_F(AvahidKeeperRules, AreReadAgainFromTheFile) {
    Kept keeper{config()};
    EXPECT_EQ(keeper.open_arp(eth1), EPERM);
    deny("");
    EXPECT_EQ(keeper.open_arp(eth1), EPERM) << "not before it is told";
    EXPECT_EQ(keeper.reload_rules(), 0);
    EXPECT_EQ(keeper.open_arp(eth1), 0);
}

TEST_F(AvahidKeeperRules, TakeBackWhatTheyNowDeny) {
    Kept keeper{config()};
    ASSERT_EQ(keeper.add(eth0, "169.254.7.7", true), 0);
    deny("eth0");
    EXPECT_EQ(keeper.reload_rules(), 0);
    EXPECT_THAT(addresses(), Not(HasSubstr("169.254")));
    EXPECT_THAT(routes(), IsEmpty());
    EXPECT_EQ(keeper.add(eth0, "169.254.7.7"), EPERM);
    EXPECT_EQ(keeper.add(eth1, "169.254.7.7"), 0);
}

TEST_F(AvahidKeeperRules, StayWhenOthersThanRootCouldHaveWrittenThem) {
    Kept keeper{config()};
    deny("");
    for (const std::string& path : {file(), folder_}) {
        const auto mode = static_cast<mode_t>(path == folder_ ? 0755 : 0644);
        ::chmod(path.c_str(), mode | S_IWOTH);
        EXPECT_EQ(keeper.reload_rules(), EPERM) << path;
        ::chmod(path.c_str(), mode | S_IWGRP);
        EXPECT_EQ(keeper.reload_rules(), EPERM) << path;
        ::chmod(path.c_str(), mode);
        ASSERT_EQ(::chown(path.c_str(), 65534, 65534), 0);
        EXPECT_EQ(keeper.reload_rules(), EPERM) << path;
        ASSERT_EQ(::chown(path.c_str(), 0, 0), 0);
    }
    EXPECT_EQ(keeper.open_arp(eth1), EPERM);
    EXPECT_EQ(keeper.reload_rules(), 0);
    EXPECT_EQ(keeper.open_arp(eth1), 0);
}

TEST_F(AvahidKeeperRules, StayWhenTheyCannotBeRead) {
    Kept keeper{config()};
    deny("");
    ::chmod(file().c_str(), 0600);
    EXPECT_EQ(keeper.reload_rules(), EIO);
    ::unlink(file().c_str());
    EXPECT_EQ(keeper.reload_rules(), EIO);
    EXPECT_EQ(keeper.open_arp(eth1), EPERM);
}

TEST_F(AvahidKeeperRules, AreNotLedElsewhereByAFolderThatIsPutInPlace) {
    Kept keeper{config()};
    const std::string away = folder_ + "-away";
    ASSERT_EQ(keeper.open_arp(eth0), 0);  // it has found its folder
    std::filesystem::rename(folder_, away);
    std::filesystem::create_directory(folder_);
    deny("");
    EXPECT_EQ(keeper.reload_rules(), 0);
    EXPECT_EQ(keeper.open_arp(eth1), EPERM);
    std::filesystem::remove_all(away);
}

TEST_F(AvahidKeeperRules, StayWhenTheClientIsRootToo) {
    KeeperConfig as_root = config();
    as_root.identity.reset();
    Kept keeper{as_root};
    deny("");
    EXPECT_EQ(keeper.reload_rules(), EPERM);
    EXPECT_EQ(keeper.open_arp(eth1), EPERM);
}

TEST_F(AvahidKeeper, HasNoRulesToReloadUnlessToldWhere) {
    Kept keeper{
        {.interfaces = {.allow = {}, .deny = {"eth1"}}, .identity = Identity{65534, 65534}}};
    EXPECT_EQ(keeper.reload_rules(), ENOENT);
    EXPECT_EQ(keeper.open_arp(eth1), EPERM);
}

TEST_F(AvahidKeeper, RemovesOnlyWhatItAdded) {
    run("ip address add 169.254.7.7/16 dev eth0 scope link");
    Kept keeper;
    EXPECT_EQ(keeper.remove(eth0, "169.254.7.7"), EPERM);
    EXPECT_EQ(keeper.yield(eth0, "169.254.7.7"), EPERM);
    EXPECT_EQ(keeper.add(eth0, "169.254.7.7"), EEXIST);
    EXPECT_EQ(keeper.remove(eth0, "169.254.7.7"), EPERM);
    keeper.close();
    EXPECT_THAT(addresses(), HasSubstr("169.254.7.7"));  // RFC3927-§1.6-01
}

// ---- the route of interfaces without an address of ours (on-link-route=yes) ----

TEST_F(AvahidKeeper, RoutesThePrefixWithoutAnAddressIfAskedTo) {
    run("ip address add 10.0.0.5/24 dev eth0");
    Kept keeper;
    ASSERT_EQ(keeper.add_route(eth0), 0);
    EXPECT_EQ(keeper.add_route(eth0), 0) << "again, after the link was down";
    EXPECT_THAT(routes(), HasSubstr("169.254.0.0/16 dev eth0 proto static scope link metric " +
                                    std::to_string(1000 + eth0)));
    EXPECT_THAT(run("ip route get 169.254.9.9"), HasSubstr("dev eth0 src 10.0.0.5"));
    EXPECT_EQ(keeper.remove_route(eth0), 0);
    EXPECT_THAT(routes(), Not(HasSubstr("169.254")));
    EXPECT_EQ(keeper.remove_route(eth0), EPERM);
}

TEST_F(AvahidKeeper, TheRouteOfAnAddressTakesItsPlace) {
    Kept keeper;
    ASSERT_EQ(keeper.add_route(eth0), 0);
    ASSERT_EQ(keeper.add(eth0, "169.254.7.7"), 0);
    EXPECT_EQ(routes(), "169.254.0.0/16 dev eth0 proto static scope link src 169.254.7.7 metric " +
                            std::to_string(1000 + eth0) + " \n");
    EXPECT_EQ(keeper.add_route(eth0), EBUSY);
    EXPECT_EQ(keeper.remove_route(eth0), EPERM);
    ASSERT_EQ(keeper.remove(eth0, "169.254.7.7"), 0);
    EXPECT_THAT(routes(), IsEmpty());
}

TEST_F(AvahidKeeper, TakesRoutesBackWhenItsClientIsGone) {
    Kept keeper;
    ASSERT_EQ(keeper.add_route(eth0), 0);
    keeper.close();
    EXPECT_THAT(routes(), IsEmpty());
}

TEST_F(AvahidKeeper, RoutesNothingByDeniedInterfaces) {
    Kept keeper{{.interfaces = {.allow = {}, .deny = {"eth1"}}, .identity = {}}};
    EXPECT_EQ(keeper.add_route(eth1), EPERM);
    EXPECT_EQ(keeper.remove_route(eth1), EPERM);
    EXPECT_THAT(routes(), IsEmpty());
}

TEST_F(AvahidKeeper, HoldsOneAddressPerInterface) {
    Kept keeper;
    ASSERT_EQ(keeper.add(eth0, "169.254.7.7", true), 0);
    EXPECT_EQ(keeper.remove_stale(eth0, "169.254.7.7"), EBUSY);
    EXPECT_EQ(keeper.add(eth0, "169.254.8.8", true), 0);
    EXPECT_THAT(addresses(), AllOf(Not(HasSubstr("169.254.7.7")), HasSubstr("169.254.8.8")));
    EXPECT_EQ(keeper.remove(eth0, "169.254.7.7"), EPERM);
}

TEST_F(AvahidKeeper, ServesAnInterfaceThatCameBack) {
    Kept keeper;
    ASSERT_EQ(keeper.add(eth0, "169.254.7.7"), 0);
    run("ip link del eth0 && ip link add eth0 index " + std::to_string(eth0) +
        " type veth peer name eth1 && ip link set eth0 up && ip link set eth1 up");
    EXPECT_EQ(keeper.add(eth0, "169.254.7.7"), 0);
    EXPECT_THAT(addresses(), HasSubstr("169.254.7.7/16"));
}

TEST_F(AvahidKeeper, SurvivesMessagesThatAreNone) {
    auto spawned = spawn_keeper({});
    ASSERT_TRUE(spawned);
    const int fd = spawned->socket.get();
    const auto ask = [fd](const void* data, std::size_t size) {
        EXPECT_EQ(::send(fd, data, size, MSG_NOSIGNAL), static_cast<ssize_t>(size));
        Reply reply;
        EXPECT_EQ(::recv(fd, &reply, sizeof reply, 0), static_cast<ssize_t>(sizeof reply));
        return reply.error;
    };
    const std::string junk(5000, '\xFF');
    for (const std::size_t size : {1U, 19U, 21U, 5000U}) {
        EXPECT_EQ(ask(junk.data(), size), EBADMSG) << size;
    }
    Request request{7, static_cast<Operation>(99), eth0, 0, 0};
    EXPECT_EQ(ask(&request, sizeof request), EINVAL);
    request = {7, Operation::open_arp, eth0, 1, 0};
    EXPECT_EQ(ask(&request, sizeof request), EINVAL);
    request = {7, Operation::add_address, eth0, 0xA9FE0707, 2};
    EXPECT_EQ(ask(&request, sizeof request), EINVAL);
    request = {7, Operation::add_address, eth0, 0xA9FE0707, 1};
    EXPECT_EQ(ask(&request, sizeof request), 0);
    end_keeper(*spawned);
}

/// Plays a first process that was taken over: it has the socket and says anything.
TEST_F(AvahidKeeper, ACompromisedClientGetsNothingElse) {
    run("ip address add 10.0.0.5/24 dev eth0 && ip address add 192.0.2.1/24 dev eth1 && "
        "ip route add default via 10.0.0.1 && ip link set lo up");
    const std::string before = addresses() + routes() + run("ip -6 route show");
    auto spawned = spawn_keeper(
        {.interfaces = {.allow = {}, .deny = {"eth1"}}, .identity = Identity{65534, 65534}});
    ASSERT_TRUE(spawned);
    const int fd = spawned->socket.get();
    std::minstd_rand dice{7};
    // Numbers that mean something, among all others.
    const std::vector<std::uint32_t> telling = {0,
                                                1,
                                                2,
                                                3,
                                                6,
                                                0x7F000001,
                                                0x0A000005,
                                                0xC0000201,
                                                0xA9FE0001,
                                                0xA9FEFF01,
                                                0xA9FEFFFF,
                                                0xA9FD0707,
                                                0x80000000,
                                                0xFFFFFFFF,
                                                static_cast<std::uint32_t>(eth0),
                                                static_cast<std::uint32_t>(eth1)};
    const auto any = [&] {
        const auto drawn = static_cast<std::uint32_t>(dice());
        return dice() % 4 == 0 ? drawn : telling[dice() % telling.size()];
    };
    const auto started = std::chrono::steady_clock::now();
    for (int i = 0; i < 1500; ++i) {
        std::array<std::uint32_t, 5> words = {any(), any() % 11, any(), any(), any() % 4};
        // On eth0 it may have an address of the range, or the route, and may open a socket: not
        // what is asked here.
        const bool rightful = words[2] == static_cast<std::uint32_t>(eth0) &&
                              (words[1] == 1 || words[1] == 7 || (words[3] >> 16) == 0xA9FE);
        if (rightful) words[2] = static_cast<std::uint32_t>(eth1);
        const std::size_t size = dice() % 3 == 0 ? 1 + dice() % sizeof words : sizeof words;
        ASSERT_EQ(::send(fd, words.data(), size, MSG_NOSIGNAL), static_cast<ssize_t>(size));
        Reply reply;
        ASSERT_EQ(::recv(fd, &reply, sizeof reply, 0), static_cast<ssize_t>(sizeof reply));
        EXPECT_NE(reply.error, 0) << words[1] << " " << words[2] << " " << words[3];
    }
    EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(10));
    EXPECT_EQ(addresses() + routes() + run("ip -6 route show"), before);
    end_keeper(*spawned);
    EXPECT_EQ(addresses() + routes() + run("ip -6 route show"), before);
}

[[maybe_unused]] long resident_kilobytes(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
    long total = 0;
    long resident = 0;
    file >> total >> resident;
    return resident * ::sysconf(_SC_PAGESIZE) / 1024;
}

TEST_F(AvahidKeeper, AFloodMakesItSlowNotLarge) {
    auto spawned = spawn_keeper({});
    ASSERT_TRUE(spawned);
    const int fd = spawned->socket.get();
    const Request add{1, Operation::add_address, eth0, 0xA9FE0707, 1};
    const Request remove{2, Operation::remove_address, eth0, 0xA9FE0707, 0};
    const auto ask = [fd](const Request& request) {
        Reply reply{0, EIO};
        (void)::send(fd, &request, sizeof request, MSG_NOSIGNAL);
        (void)::recv(fd, &reply, sizeof reply, 0);
        return reply.error;
    };
    ASSERT_EQ(ask(add), 0);
    ASSERT_EQ(ask(remove), 0);
    [[maybe_unused]] const long before = resident_kilobytes(spawned->pid);
    const auto began = std::chrono::steady_clock::now();
    int served = 0;
    while (std::chrono::steady_clock::now() - began < std::chrono::seconds(4)) {
        EXPECT_EQ(ask(add), 0);
        EXPECT_EQ(ask(remove), 0);
        served += 2;
    }
    // 2000 at once, 200 a second: whoever listens to netlink can bear that.
    EXPECT_LE(served, 2000 + 4 * 200 + 50);
#if !defined(__SANITIZE_ADDRESS__)  // which keeps what was freed
    EXPECT_LE(resident_kilobytes(spawned->pid), before + 1024);
#endif
    end_keeper(*spawned);
    EXPECT_THAT(addresses(), Not(HasSubstr("169.254")));
}

TEST_F(AvahidKeeper, ServesMoreRequestsThanTheSocketHolds) {
    Kept keeper;
    int answers = 0;
    for (int i = 0; i < 1500; ++i) {
        keeper.client().remove_address(eth0, boost::asio::ip::make_address_v4("169.254.7.7"),
                                       [&answers](const auto& error) {
                                           EXPECT_EQ(error.value(), EPERM);
                                           ++answers;
                                       });
    }
    EXPECT_TRUE(keeper.run_until([&answers] { return answers == 1500; })) << answers;
}

// ---- what is left behind ----

TEST_F(AvahidKeeper, TakesEverythingBackWhenItsClientIsGone) {
    Kept keeper;
    ASSERT_EQ(keeper.add(eth0, "169.254.7.7", true), 0);
    ASSERT_EQ(keeper.add(eth1, "169.254.8.8", true), 0);
    keeper.close();
    EXPECT_THAT(addresses(), Not(HasSubstr("169.254")));
    EXPECT_THAT(routes(), IsEmpty());
}

TEST_F(AvahidKeeper, TakesEverythingBackWhenItsClientIsKilled) {
    // A process that starts a keeper, has an address set, and is killed without warning.
    std::array<int, 2> ready{};
    ASSERT_EQ(::pipe2(ready.data(), O_CLOEXEC), 0);
    const pid_t client = ::fork();
    ASSERT_GE(client, 0);
    if (client == 0) {
        auto spawned = spawn_keeper({});
        const Request request{1, Operation::add_address, eth0, 0xA9FE0707, 1};
        Reply reply{0, EIO};
        if (spawned && ::send(spawned->socket.get(), &request, sizeof request, 0) > 0) {
            (void)::recv(spawned->socket.get(), &reply, sizeof reply, 0);
        }
        const pid_t keeper = spawned ? spawned->pid : -1;
        const std::array<int, 2> told = {reply.error, keeper};
        (void)!::write(ready[1], told.data(), sizeof told);
        ::pause();
        ::_exit(0);
    }
    std::array<int, 2> told{};
    ASSERT_EQ(::read(ready[0], told.data(), sizeof told), static_cast<ssize_t>(sizeof told));
    EXPECT_EQ(told[0], 0);
    EXPECT_THAT(addresses(), HasSubstr("169.254.7.7"));

    ::kill(client, SIGKILL);
    ::waitpid(client, nullptr, 0);
    for (int i = 0; i < 200 && ::kill(told[1], 0) == 0; ++i) ::usleep(10'000);
    EXPECT_THAT(addresses(), Not(HasSubstr("169.254")));
    EXPECT_THAT(routes(), IsEmpty());
    ::close(ready[0]);
    ::close(ready[1]);
}

TEST_F(AvahidKeeper, DoesWhatWasAskedBeforeItsClientLeft) {
    // Removed by request, not taken back: otherwise the keeper would tell of a death.
    std::array<int, 2> log{};
    ASSERT_EQ(::pipe2(log.data(), O_CLOEXEC), 0);
    const Descriptor stderr_before{::dup(STDERR_FILENO)};
    ::dup2(log[1], STDERR_FILENO);
    {
        Kept keeper;
        ::dup2(stderr_before.get(), STDERR_FILENO);
        ::close(log[1]);
        EXPECT_EQ(keeper.add(eth0, "169.254.7.7"), 0);
        EXPECT_EQ(keeper.add(eth1, "169.254.8.8"), 0);
        for (const auto& [ifindex, address] :
             {std::pair{eth0, "169.254.7.7"}, std::pair{eth1, "169.254.8.8"}}) {
            keeper.client().remove_address(ifindex, boost::asio::ip::make_address_v4(address), {});
        }
        keeper.close();
    }
    EXPECT_THAT(addresses(), Not(HasSubstr("169.254")));
    std::string told(200, '\0');
    const ssize_t size = ::read(log[0], told.data(), told.size());
    told.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    EXPECT_EQ(told, "");
    ::close(log[0]);
}

TEST_F(AvahidKeeper, RemovesWhatACrashHasLeft) {
    {
        Kept crashing;
        ASSERT_EQ(crashing.add(eth0, "169.254.7.7", true), 0);
        ::kill(crashing.pid(), SIGKILL);
        EXPECT_TRUE(crashing.run_until([&crashing] { return crashing.lost(); }));
    }
    ASSERT_THAT(addresses(), HasSubstr("169.254.7.7"));
    Kept keeper;
    EXPECT_EQ(keeper.remove_stale(eth0, "169.254.7.7"), 0);
    EXPECT_THAT(addresses(), Not(HasSubstr("169.254")));
    EXPECT_THAT(routes(), IsEmpty());
    EXPECT_THAT(by_source(), Not(HasSubstr("169.254")));
    EXPECT_EQ(keeper.remove_stale(eth0, "169.254.7.7"), 0) << "gone already";
    EXPECT_EQ(keeper.add(eth0, "169.254.7.7"), 0);
}

TEST_F(AvahidKeeper, AnAddressOthersHaveTakenOffCountsAsRemoved) {
    Kept keeper;
    ASSERT_EQ(keeper.add(eth0, "169.254.7.7"), 0);
    run("ip address flush dev eth0");
    EXPECT_EQ(keeper.remove(eth0, "169.254.7.7"), 0);
    EXPECT_EQ(keeper.add(eth0, "169.254.7.7"), 0);
    run("ip link del eth0");
    EXPECT_EQ(keeper.remove(eth0, "169.254.7.7"), 0);
}

TEST_F(AvahidKeeper, ItsDeathFailsAllRequests) {
    Kept keeper;
    ASSERT_EQ(keeper.add(eth0, "169.254.7.7"), 0);
    ::kill(keeper.pid(), SIGKILL);
    EXPECT_NE(keeper.remove(eth0, "169.254.7.7"), 0);
    EXPECT_TRUE(keeper.run_until([&keeper] { return keeper.lost(); }));
    EXPECT_NE(keeper.open_arp(eth0), 0);
}

// ---- what it is ----

std::string status_of(pid_t pid) {
    std::stringstream text;
    text << std::ifstream("/proc/" + std::to_string(pid) + "/status").rdbuf();
    return text.str();
}

TEST_F(AvahidKeeper, HoldsTwoCapabilitiesAndNothingElse) {
    Kept keeper;
    ASSERT_EQ(keeper.open_arp(eth0), 0);  // it is up
    EXPECT_THAT(
        status_of(keeper.pid()),
        AllOf(HasSubstr("Name:\tavahid-keeper\n"), HasSubstr("CapPrm:\t0000000000003000\n"),
              HasSubstr("CapEff:\t0000000000003000\n"), HasSubstr("CapInh:\t0000000000000000\n"),
              HasSubstr("CapBnd:\t0000000000000000\n"), HasSubstr("CapAmb:\t0000000000000000\n"),
              HasSubstr("NoNewPrivs:\t1\n"), HasSubstr("Seccomp:\t2\n")));
}

TEST_F(AvahidKeeper, WorksAsAnotherUser) {
    Kept keeper{{.interfaces = {}, .identity = Identity{65534, 65534}}};
    ASSERT_EQ(keeper.add(eth0, "169.254.7.7", true), 0);
    EXPECT_EQ(keeper.open_arp(eth0), 0);
    EXPECT_THAT(
        status_of(keeper.pid()),
        AllOf(HasSubstr("Uid:\t65534\t65534\t65534\t65534\n"), HasSubstr("Groups:\t \n"),
              HasSubstr("CapEff:\t0000000000003000\n"), HasSubstr("CapPrm:\t0000000000003000\n")));
}

TEST_F(AvahidKeeper, KeepsNoDescriptorOfItsParent) {
    const Descriptor secret{::open("/dev/zero", O_RDONLY)};
    Kept keeper;
    ASSERT_EQ(keeper.open_arp(eth0), 0);
    const std::string open = run("ls -l /proc/" + std::to_string(keeper.pid()) + "/fd");
    EXPECT_THAT(open, Not(HasSubstr("/dev/zero")));
    EXPECT_THAT(open, Not(HasSubstr("packet")));
}

TEST_F(AvahidKeeper, IsNotEndedByTheTerminal) {
    Kept keeper;
    ASSERT_EQ(keeper.open_arp(eth0), 0);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::kill(keeper.pid(), number);
    EXPECT_EQ(keeper.add(eth0, "169.254.7.7"), 0);
}

}  // namespace
}  // namespace avahid::keeper::test
