#include <gmock/gmock.h>

#include "tests/avahid/session/support.hpp"

namespace avahid::session {
namespace {

using dnssd::GroupState;

const dnssd::Service web{.name = {"Web", "_http._tcp"}, .port = 80};

struct Groups : Sessions {
    Groups() : one(client(1)), two(client(2)) {}
    Handle group(ClientId id) {
        const auto handle = session.new_group(network.now(), id);
        EXPECT_TRUE(handle);
        return handle ? *handle : Handle{};
    }
    Errc add(ClientId id, Handle handle, const dnssd::GroupItem& item) {
        return session.add_to_group(network.now(), id, handle, item);
    }
    ClientId one;
    ClientId two;
};

TEST_F(Groups, AreToldOfToTheirClient) {
    const Handle handle = group(one);
    EXPECT_EQ(add(one, handle, web), Errc::ok);
    EXPECT_EQ(session.commit_group(network.now(), one, handle), Errc::ok);
    std::vector<GroupState> states;
    for (const auto& [to, event] : run(3s)) {
        EXPECT_EQ(to, one);
        states.push_back(std::get<dnssd::GroupChanged>(event).state);
    }
    EXPECT_THAT(states, ElementsAre(GroupState::registering, GroupState::established));
    EXPECT_EQ(session.group(one, handle)->state, GroupState::established);
    EXPECT_EQ(session.publications(), 1u);
}

TEST_F(Groups, AreTheirClientsOnly) {
    const Handle handle = group(one);
    EXPECT_EQ(add(two, handle, web), Errc::no_such_handle);
    EXPECT_EQ(session.update_group(network.now(), two, handle, web), Errc::no_such_handle);
    EXPECT_EQ(session.commit_group(network.now(), two, handle), Errc::no_such_handle);
    EXPECT_EQ(session.reset_group(network.now(), two, handle), Errc::no_such_handle);
    EXPECT_EQ(session.group(two, handle).error(), Errc::no_such_handle);
    EXPECT_TRUE(session.group(one, handle)->empty);
}

TEST_F(Groups, HaveAsManyEntriesAsAllowed) {  // entries-per-entry-group-max
    const Handle handle = group(one);
    const auto subtype = [&](int i) {
        return add(one, handle, dnssd::ServiceSubtype{web.name, "_s" + std::to_string(i)});
    };
    EXPECT_EQ(add(one, handle, dnssd::ServiceSubtype{web.name, ""}), Errc::bad_subtype);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(subtype(i), Errc::ok);
    EXPECT_EQ(subtype(5), Errc::too_many_entries);
    EXPECT_EQ(
        session.update_group(network.now(), one, handle, dnssd::ServiceSubtype{web.name, "_s1"}),
        Errc::ok);
    session.reset_group(network.now(), one, handle);
    EXPECT_EQ(subtype(5), Errc::ok);
}

TEST_F(Groups, CountAsHandles) {
    for (int i = 0; i < 4; ++i) group(one);
    EXPECT_EQ(session.new_group(network.now(), one).error(), Errc::too_many_objects);
}

TEST_F(Groups, AreRefusedWhereUsersMayNotPublish) {
    Session strict{host.catalogue, machine, Limits{.may_publish = false},
                   [](uid_t) { return true; }};
    EXPECT_EQ(strict.new_group(network.now(), *strict.open(0)).error(), Errc::not_permitted);
}

TEST_F(Groups, GoWithTheirClient) {
    const Handle handle = group(one);
    add(one, handle, web);
    session.commit_group(network.now(), one, handle);
    run(3s);
    session.close(network.now(), one);
    EXPECT_EQ(session.publications(), 0u);
    EXPECT_EQ(add(two, group(two), web), Errc::ok);  // the name is free again
}

TEST_F(Groups, TellWhatIsWrong) {
    const Handle handle = group(one);
    EXPECT_EQ(session.commit_group(network.now(), one, handle), Errc::empty);
    EXPECT_EQ(session.update_group(network.now(), one, handle, web), Errc::not_found);
    add(one, handle, web);
    session.commit_group(network.now(), one, handle);
    EXPECT_EQ(session.commit_group(network.now(), one, handle), Errc::bad_state);
    dnssd::Service other = web;
    other.port = 81;
    EXPECT_EQ(add(two, group(two), other), Errc::collision);
}

}  // namespace
}  // namespace avahid::session
