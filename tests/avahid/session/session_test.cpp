#include "avahid/session/session.hpp"

#include <gmock/gmock.h>

#include "tests/avahid/session/support.hpp"

namespace avahid::session {
namespace {

TEST_F(Sessions, HandEachEventToItsClient) {
    const ClientId one = client(1);
    const ClientId two = client(2);
    const auto first = browse(one);
    const auto second = browse(two);
    ASSERT_TRUE(first && second);
    for (const auto& [to, event] : run(2s)) {
        const Handle handle = std::visit([](const auto& e) { return e.handle; }, event);
        EXPECT_EQ(handle, to == one ? *first : *second);
    }
}

TEST_F(Sessions, LeaveEventsOfNobodyAlone) {
    EXPECT_FALSE(session.on_event(network.now(), dnssd::AllForNow{Handle{12345}}));
    EXPECT_EQ(session.poll(), std::nullopt);
}

TEST_F(Sessions, PublishNothingWhereThatIsForbidden) {  // disable-user-service-publishing
    Session strict{host.catalogue, machine, Limits{.may_publish = false},
                   [](uid_t) { return true; }};
    const auto one = strict.open(0);
    ASSERT_TRUE(one);
    const dnssd::Service web{.name = {"Web", "_http._tcp"}, .port = 80};
    EXPECT_EQ(strict.publish(network.now(), *one, web).error(), Errc::not_permitted);
    EXPECT_EQ(strict
                  .publish_address(network.now(), *one, *mdns::wire::Name::from_text("x.local"),
                                   boost::asio::ip::make_address("10.0.0.1"), true, {})
                  .error(),
              Errc::not_permitted);
    EXPECT_TRUE(strict.browse(network.now(), *one, "_http._tcp", "local", "", {}));
}

TEST_F(Sessions, TakeEverythingAlongWhenAClientGoes) {
    const ClientId one = client(1);
    ASSERT_TRUE(session.publish(network.now(), one, {.name = {"Web", "_http._tcp"}, .port = 80}));
    ASSERT_TRUE(browse(one));
    EXPECT_EQ(session.publications(), 1u);
    run(3s);
    network.forget_packets();
    session.close(network.now(), one);
    EXPECT_EQ(session.clients(), 0u);
    EXPECT_EQ(session.publications(), 0u);
    EXPECT_THAT(run(60s), IsEmpty());
    bool goodbye = false;
    for (const auto& sent : network.records_from(host)) goodbye |= sent.record.ttl == 0;
    EXPECT_TRUE(goodbye);
    EXPECT_THAT(network.questions_from(host), IsEmpty());
    session.close(network.now(), one);  // again: ignored
}

TEST_F(Sessions, DropEventsOfAClientThatIsGone) {
    const ClientId one = client(1);
    const auto handle = browse(one);
    ASSERT_TRUE(handle);
    EXPECT_TRUE(session.on_event(network.now(), dnssd::AllForNow{*handle}));
    session.close(network.now(), one);
    EXPECT_EQ(session.poll(), std::nullopt);
    EXPECT_FALSE(session.on_event(network.now(), dnssd::AllForNow{*handle}));
}

TEST_F(Sessions, KeepClientsOutOfEachOthersHandles) {
    const ClientId one = client(1);
    const ClientId two = client(1);
    const auto handle =
        session.publish(network.now(), one, {.name = {"Web", "_http._tcp"}, .port = 80});
    ASSERT_TRUE(handle);
    EXPECT_EQ(session.update_txt(network.now(), two, *handle, {"a=1"}), Errc::no_such_handle);
    session.cancel(network.now(), two, *handle);
    EXPECT_EQ(session.publications(), 1u);
    EXPECT_EQ(session.update_txt(network.now(), one, *handle, {"a=1"}), Errc::ok);
    session.cancel(network.now(), one, *handle);
    EXPECT_EQ(session.publications(), 0u);
}

TEST_F(Sessions, LimitTheClientsOfAUser) {
    std::vector<ClientId> clients;
    for (int i = 0; i < 3; ++i) clients.push_back(client(1));
    EXPECT_EQ(session.open(1).error(), Errc::too_many_clients);
    client(2);  // is not concerned
    session.close(network.now(), clients[0]);
    client(1);
}

TEST_F(Sessions, LimitTheHandlesOfAClient) {
    const ClientId one = client(1);
    std::vector<Handle> handles;
    for (int i = 0; i < 4; ++i) handles.push_back(*browse(one));
    EXPECT_EQ(browse(one).error(), Errc::too_many_objects);
    session.cancel(network.now(), one, handles[0]);
    EXPECT_TRUE(browse(one));
}

TEST_F(Sessions, LimitTheHandlesOfAUserAndNoOneElses) {
    const ClientId one = client(1);
    const ClientId two = client(1);
    const ClientId other = client(2);
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(browse(one));
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(browse(two));
    EXPECT_EQ(browse(two).error(), Errc::too_many_objects);
    EXPECT_TRUE(browse(other));
    session.close(network.now(), one);
    EXPECT_TRUE(browse(two));
}

TEST_F(Sessions, FreeTheQuotaWhenALookupEnds) {
    const ClientId one = client(1);
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 2; ++i) {
            const std::string host_name = "n" + std::to_string(round * 2 + i) + ".local";
            ASSERT_TRUE(
                session.lookup_host(network.now(), one, name(host_name), Families::both, {}));
            ASSERT_TRUE(session.lookup_address(network.now(), one, address("169.254.7.9"), {}));
        }
        EXPECT_EQ(browse(one).error(), Errc::too_many_objects);
        EXPECT_THAT(run(2s), SizeIs(4));
    }
    EXPECT_TRUE(browse(one));
}

TEST_F(Sessions, RefusedCallsUseNoQuota) {
    const ClientId one = client(1);
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(session.browse(network.now(), one, "http", "local", "", {}).error(),
                  Errc::bad_type);
    }
    EXPECT_TRUE(browse(one));
}

TEST_F(Sessions, TellWhoMayManage) {
    EXPECT_TRUE(session.may_manage(client(0)));
    EXPECT_FALSE(session.may_manage(client(1)));
    EXPECT_FALSE(session.may_manage(ClientId{999}));
}

TEST_F(Sessions, RefuseClientsThatAreNone) {
    EXPECT_EQ(browse(ClientId{999}).error(), Errc::failed);
    session.close(network.now(), ClientId{999});
}

TEST_F(Sessions, EveryErrorHasASentence) {
    for (int i = 0; i <= static_cast<int>(Errc::failed); ++i) {
        EXPECT_STRNE(to_string(static_cast<Errc>(i)), "unknown error");
    }
}

}  // namespace
}  // namespace avahid::session
