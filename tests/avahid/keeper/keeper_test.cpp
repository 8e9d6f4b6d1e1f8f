// PRODUCT, "Privileges" and "Routes": what the keeper does, and that it does nothing else.
#include "avahid/keeper/keeper.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>
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

TEST_F(AvahidKeeper, RemovesAddressAndRoutes) {
    Kept keeper;
    ASSERT_EQ(keeper.add(eth0, "169.254.7.7", true), 0);
    ASSERT_EQ(keeper.remove(eth0, "169.254.7.7"), 0);
    EXPECT_THAT(addresses(), Not(HasSubstr("169.254")));
    EXPECT_THAT(routes(), IsEmpty());
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
              HasSubstr("NoNewPrivs:\t1\n")));
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
