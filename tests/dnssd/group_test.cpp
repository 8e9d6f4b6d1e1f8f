#include "dnssd/group.hpp"

#include <gmock/gmock.h>

#include "tests/dnssd/support/network.hpp"

namespace dnssd::test {
namespace {

using mdns::engine::Company;
using mdns::engine::Sharing;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

std::string text(const Record& record) {
    return record.name.to_text() + " " + mdns::wire::type_name(record.type) + " " +
           mdns::wire::rdata_to_text(record.type, record.rdata);
}

OwnRecord own(const Record& record, Sharing sharing, Company company = Company::same_data) {
    return {.record = {record, sharing, company, true}, .scope = {}};
}

struct Grouping : testing::Test {
    Grouping() {
        us.plug(2, Family::ipv4, 0, "169.254.1.1");
        peer.plug(2, Family::ipv4, 0, "169.254.1.2");
        us.catalogue.set_host_name(network.now(), name("alpha.local"));
        peer.catalogue.set_host_name(network.now(), name("beta.local"));
    }
    Handle group(Host& host) { return host.catalogue.new_group(network.now()); }
    Errc add(Host& host, Handle handle, const GroupItem& item) {
        return host.catalogue.add_to_group(network.now(), handle, item);
    }
    Errc update(Host& host, Handle handle, const GroupItem& item) {
        return host.catalogue.update_group(network.now(), handle, item);
    }
    Errc commit(Host& host, Handle handle) {
        return host.catalogue.commit_group(network.now(), handle);
    }
    /// A group with these, established.
    Handle established(Host& host, const std::vector<GroupItem>& items) {
        const Handle handle = group(host);
        for (const auto& item : items) EXPECT_EQ(add(host, handle, item), Errc::ok);
        EXPECT_EQ(commit(host, handle), Errc::ok);
        network.run(3s);
        EXPECT_EQ(state(host, handle), GroupState::established);
        return handle;
    }
    static GroupState state(Host& host, Handle handle) {
        return host.catalogue.group(handle)->state;
    }
    std::vector<GroupState> states(Host& host, Handle handle) {
        std::vector<GroupState> all;
        for (const auto& event : host.all<GroupChanged>())
            if (event.handle == handle) all.push_back(event.state);
        return all;
    }
    std::set<std::string> said(bool goodbyes = false) const {
        std::set<std::string> texts;
        for (const auto& sent : network.records_from(us))
            if ((sent.record.ttl == 0) == goodbyes) texts.insert(text(sent.record));
        return texts;
    }
    std::set<std::string> probed(const Host& host) const {
        std::set<std::string> names;
        for (const auto& asked : network.questions_from(host))
            if (asked.type == mdns::wire::type::any) names.insert(asked.name);
        return names;
    }
    const Service web{.name = {"Web", "_http._tcp"}, .port = 80, .txt = {"a=1"}};
    const Service ftp{.name = {"Files", "_ftp._tcp"}, .port = 21};
    Network network;
    Host& us = network.add_host();
    Host& peer = network.add_host();
};

// ---- states ----

TEST_F(Grouping, IsEstablishedWhenAllOfItIs) {
    const Handle handle = group(us);
    EXPECT_EQ(state(us, handle), GroupState::uncommitted);
    EXPECT_TRUE(us.catalogue.group(handle)->empty);
    EXPECT_EQ(add(us, handle, web), Errc::ok);
    EXPECT_EQ(add(us, handle, ftp), Errc::ok);
    EXPECT_EQ(add(us, handle, own(a("box.local", "192.0.2.7"), Sharing::unique)), Errc::ok);
    network.run(3s);
    EXPECT_THAT(said(), IsEmpty());  // not committed yet
    EXPECT_FALSE(us.catalogue.group(handle)->empty);
    EXPECT_EQ(commit(us, handle), Errc::ok);
    EXPECT_EQ(state(us, handle), GroupState::registering);
    network.run(3s);
    EXPECT_THAT(states(us, handle), ElementsAre(GroupState::registering, GroupState::established));
    EXPECT_THAT(probed(us),
                UnorderedElementsAre("Web._http._tcp.local", "Files._ftp._tcp.local", "box.local"));
    EXPECT_THAT(said(), Contains("Web._http._tcp.local SRV 0 0 80 alpha.local"));
    EXPECT_THAT(said(), Contains("Files._ftp._tcp.local SRV 0 0 21 alpha.local"));
    EXPECT_THAT(said(), Contains("box.local A 192.0.2.7"));
}

TEST_F(Grouping, IsNotEstablishedWhenOnlyOneLinkIs) {
    us.plug(3, Family::ipv4, 1, "169.254.1.1");
    const Handle handle = group(us);
    OwnRecord at_once = own(txt("note.local", {"x"}), Sharing::shared);
    at_once.scope.ifindex = 2;
    Service probed_first = web;
    probed_first.scope.ifindex = 3;
    add(us, handle, at_once);
    add(us, handle, probed_first);
    commit(us, handle);
    network.run(300ms);
    EXPECT_THAT(said(), Contains("note.local TXT \"x\""));
    EXPECT_EQ(state(us, handle), GroupState::registering);
    network.run(2s);
    EXPECT_EQ(state(us, handle), GroupState::established);
}

TEST_F(Grouping, AnswersNothingBeforeItsNamesAreVerified) {
    const Handle handle = group(us);
    add(us, handle, web);
    commit(us, handle);
    network.run(700ms);
    EXPECT_THAT(said(), IsEmpty());
}

TEST_F(Grouping, CommitsOnce) {
    const Handle handle = group(us);
    EXPECT_EQ(commit(us, handle), Errc::empty);
    add(us, handle, web);
    EXPECT_EQ(commit(us, handle), Errc::ok);
    EXPECT_EQ(commit(us, handle), Errc::bad_state);
    network.run(3s);
    EXPECT_EQ(commit(us, handle), Errc::bad_state);
}

TEST_F(Grouping, IsEstablishedAtOnceWithoutALink) {
    us.unplug(2, Family::ipv4);
    const Handle handle = group(us);
    add(us, handle, web);
    commit(us, handle);
    network.settle();
    EXPECT_EQ(state(us, handle), GroupState::established);
}

TEST_F(Grouping, ResetSaysGoodbyeForAllAndStartsOver) {
    const Handle handle = established(us, {web, ftp});
    us.catalogue.reset_group(network.now(), handle);
    network.run(1s);
    EXPECT_THAT(said(true), Contains("Web._http._tcp.local SRV 0 0 80 alpha.local"));
    EXPECT_THAT(said(true), Contains("_ftp._tcp.local PTR Files._ftp._tcp.local"));
    EXPECT_THAT(states(us, handle), Contains(GroupState::uncommitted).Times(1));
    EXPECT_TRUE(us.catalogue.group(handle)->empty);
    EXPECT_EQ(add(us, handle, ftp), Errc::ok);
    EXPECT_EQ(commit(us, handle), Errc::ok);
    network.run(3s);
    EXPECT_EQ(state(us, handle), GroupState::established);
}

TEST_F(Grouping, EndsWithGoodbyes) {
    us.catalogue.cancel(network.now(), established(us, {web}));
    network.run(1s);
    EXPECT_THAT(said(true), Contains("Web._http._tcp.local SRV 0 0 80 alpha.local"));
}

TEST_F(Grouping, WaitsForTheNameOfTheHost) {
    Host& fresh = network.add_host();
    fresh.plug(2, Family::ipv4, 0, "169.254.1.3");
    const Handle handle = group(fresh);
    add(fresh, handle, web);
    commit(fresh, handle);
    network.run(3s);
    EXPECT_EQ(state(fresh, handle), GroupState::registering);
    fresh.catalogue.set_host_name(network.now(), name("gamma.local"));
    network.run(3s);
    EXPECT_EQ(state(fresh, handle), GroupState::established);
    std::set<std::string> texts;
    for (const auto& sent : network.records_from(fresh)) texts.insert(text(sent.record));
    EXPECT_THAT(texts, Contains("Web._http._tcp.local SRV 0 0 80 gamma.local"));
}

// ---- conflicts ----

TEST_F(Grouping, OneLostNameWithdrawsAll) {
    established(peer, {web});
    const Handle handle = group(us);
    add(us, handle, web);
    add(us, handle, ftp);
    add(us, handle, own(txt("note.local", {"x"}), Sharing::shared));
    commit(us, handle);
    network.run(3s);
    EXPECT_THAT(states(us, handle), ElementsAre(GroupState::registering, GroupState::collision));
    const auto lost = us.all<GroupChanged>().back();
    EXPECT_EQ(lost.name, name("Web._http._tcp.local"));
    EXPECT_EQ(lost.peer.address, address("169.254.1.2"));
    EXPECT_EQ(lost.link, (LinkId{2, Family::ipv4}));
    network.forget_packets();
    network.say(0, {ptr("_x._tcp.local", "y._x._tcp.local")});
    network.run(20s);
    EXPECT_THAT(said(), IsEmpty());  // of nothing in it
}

TEST_F(Grouping, AnEstablishedGroupThatLosesIsWithdrawn) {
    const Handle handle = established(us, {web, ftp});
    network.forget_packets();
    for (int i = 0; i < 20 && state(us, handle) != GroupState::collision; ++i) {
        network.say(0, {srv_by("Web._http._tcp.local", "zeta.local", 99, 0, 0)});
        network.run(300ms);
    }
    EXPECT_EQ(state(us, handle), GroupState::collision);
    EXPECT_THAT(said(true), Contains("Files._ftp._tcp.local SRV 0 0 21 alpha.local"));
}

TEST_F(Grouping, MayBeFilledAgainAfterACollision) {
    const Handle theirs = established(peer, {web});
    const Handle handle = group(us);
    add(us, handle, web);
    commit(us, handle);
    network.run(3s);
    ASSERT_EQ(state(us, handle), GroupState::collision);
    EXPECT_TRUE(us.catalogue.group(handle)->empty);  // as avahi-publish expects
    EXPECT_EQ(commit(us, handle), Errc::empty);
    peer.catalogue.cancel(network.now(), theirs);
    network.run(2s);
    EXPECT_EQ(add(us, handle, web), Errc::ok);
    EXPECT_EQ(commit(us, handle), Errc::ok);
    network.run(3s);
    EXPECT_EQ(state(us, handle), GroupState::established);
}

TEST_F(Grouping, OrEmptiedAndFilledWithAnotherName) {
    established(peer, {web});
    const Handle handle = group(us);
    add(us, handle, web);
    commit(us, handle);
    network.run(3s);
    us.catalogue.reset_group(network.now(), handle);
    Service other = web;
    other.name.instance = "Web #2";
    EXPECT_EQ(add(us, handle, other), Errc::ok);
    EXPECT_EQ(commit(us, handle), Errc::ok);
    network.run(3s);
    EXPECT_EQ(state(us, handle), GroupState::established);
}

// ---- collisions on this machine: refused when asked for, committed or not ----

TEST_F(Grouping, RefusesANameOfAnotherGroup) {
    const Handle first = group(us);
    const Handle second = group(us);
    EXPECT_EQ(add(us, first, web), Errc::ok);
    Service other = web;
    other.port = 81;
    EXPECT_EQ(add(us, second, other), Errc::collision);
    EXPECT_TRUE(us.catalogue.group(second)->empty);  // of a service that is refused nothing stays
    commit(us, first);
    network.run(3s);
    EXPECT_EQ(add(us, second, other), Errc::collision);
    us.catalogue.cancel(network.now(), first);
    EXPECT_EQ(add(us, second, other), Errc::ok);
}

TEST_F(Grouping, RefusesANameInOtherLetterCase) {
    const Handle handle = group(us);
    add(us, handle, web);
    Service other = web;
    other.name.instance = "WEB";
    other.port = 81;
    EXPECT_EQ(add(us, handle, other), Errc::collision);
}

TEST_F(Grouping, RefusesANameOfASingleService) {  // RFC6763-§7.1-02
    ASSERT_TRUE(us.catalogue.publish(network.now(), web));
    Service other = web;
    other.subtypes = {"_printer"};
    EXPECT_EQ(add(us, group(us), other), Errc::collision);
}

TEST_F(Grouping, TwoProgramsMayPublishTheSameDataAsAvahiAllows) {
    const Handle first = established(us, {web});
    const Handle second = established(us, {web});
    us.catalogue.cancel(network.now(), first);
    network.run(2s);
    EXPECT_THAT(said(true), IsEmpty());  // still published by the other
    us.catalogue.cancel(network.now(), second);
    network.run(2s);
    EXPECT_THAT(said(true), Contains("Web._http._tcp.local SRV 0 0 80 alpha.local"));
}

TEST_F(Grouping, ANameMayHaveAddressesOfSeveralPrograms) {
    const NamedAddress one{.name = name("box.local"), .address = address("192.0.2.7")};
    const NamedAddress two{.name = name("box.local"), .address = address("192.0.2.8")};
    const Handle first = established(us, {one});
    network.forget_packets();
    const Handle second = established(us, {two});
    EXPECT_THAT(probed(us), Not(Contains("box.local")));  // ours already
    EXPECT_THAT(said(), Contains("box.local A 192.0.2.8"));
    EXPECT_THAT(said(), Contains("box.local A 192.0.2.7"));  // the whole set together
    us.catalogue.cancel(network.now(), first);
    network.run(2s);
    EXPECT_THAT(said(true), UnorderedElementsAre("box.local A 192.0.2.7",
                                                 "7.2.0.192.in-addr.arpa PTR box.local"));
    EXPECT_EQ(state(us, second), GroupState::established);
}

TEST_F(Grouping, AnAddressHasOneNameOnly) {
    established(us, {NamedAddress{.name = name("box.local"), .address = address("192.0.2.7")}});
    NamedAddress other{.name = name("crate.local"), .address = address("192.0.2.7")};
    EXPECT_EQ(add(us, group(us), other), Errc::collision);
    other.reverse = false;
    EXPECT_EQ(add(us, group(us), other), Errc::ok);
}

TEST_F(Grouping, ASharedRecordDoesNotJoinAUniqueOne) {
    established(us, {own(txt("rec.local", {"a"}), Sharing::unique)});
    EXPECT_EQ(add(us, group(us), own(txt("rec.local", {"b"}), Sharing::shared)), Errc::collision);
    EXPECT_EQ(add(us, group(us), own(txt("rec.local", {"a"}), Sharing::shared)), Errc::ok);
}

// ---- scopes ----

TEST_F(Grouping, EntriesAreOfTheirOwnLinksOnly) {
    us.plug(3, Family::ipv4, 1, "169.254.1.1");
    Service here = web;
    here.scope.ifindex = 2;
    Service there = ftp;
    there.scope.ifindex = 3;
    established(us, {here, there});
    std::map<int, std::set<std::string>> by_segment;
    for (const auto& packet : network.packets) {
        mdns::wire::Message message;
        if (packet.sender != 0 || message.decode(packet.bytes) != mdns::wire::Errc::ok) continue;
        for (const auto& record : message.records())
            by_segment[packet.segment].insert(record.name.to_text());
    }
    EXPECT_THAT(by_segment[0],
                AllOf(Contains("Web._http._tcp.local"), Not(Contains("Files._ftp._tcp.local"))));
    EXPECT_THAT(by_segment[2],
                AllOf(Contains("Files._ftp._tcp.local"), Not(Contains("Web._http._tcp.local"))));
}

TEST_F(Grouping, TheSameNameMayBeUsedOnEachInterface) {
    us.plug(3, Family::ipv4, 1, "169.254.1.1");
    Service here = web;
    here.scope.ifindex = 2;
    Service there = web;
    there.scope.ifindex = 3;
    there.port = 8080;
    established(us, {here, there});
    Service everywhere = web;
    everywhere.port = 9;
    EXPECT_EQ(add(us, group(us), everywhere), Errc::collision);
}

// ---- changes while established ----

TEST_F(Grouping, TextIsChangedWithoutProbingOrGoodbye) {
    const Handle handle = established(us, {web, ftp});
    network.forget_packets();
    EXPECT_EQ(update(us, handle, ServiceText{web.name, {"b=2"}}), Errc::ok);
    network.run(3s);
    EXPECT_THAT(probed(us), IsEmpty());
    EXPECT_THAT(said(true), IsEmpty());
    EXPECT_THAT(said(), ElementsAre("Web._http._tcp.local TXT \"b=2\""));
    EXPECT_THAT(states(us, handle), ElementsAre(GroupState::registering, GroupState::established));
}

TEST_F(Grouping, SubtypesAreAddedWithoutProbingOrGoodbye) {  // RFC6763-§7.1-04
    const Handle handle = established(us, {web});
    network.forget_packets();
    EXPECT_EQ(add(us, handle, ServiceSubtype{web.name, "_printer"}), Errc::ok);
    network.run(3s);
    EXPECT_THAT(probed(us), IsEmpty());
    EXPECT_THAT(said(true), IsEmpty());
    EXPECT_THAT(said(),  // SRV and TXT come along (§12.1)
                UnorderedElementsAre("_printer._sub._http._tcp.local PTR Web._http._tcp.local",
                                     "Web._http._tcp.local SRV 0 0 80 alpha.local",
                                     "Web._http._tcp.local TXT \"a=1\""));
    EXPECT_EQ(state(us, handle), GroupState::established);
}

TEST_F(Grouping, ManyAdditionsAreNotHeldBackAsUpdates) {
    const Handle handle = established(us, {web});
    for (int i = 0; i < 30; ++i)
        EXPECT_EQ(add(us, handle, ServiceSubtype{web.name, "_s" + std::to_string(i)}), Errc::ok);
    network.run(3s);
    EXPECT_THAT(said(), Contains("_s29._sub._http._tcp.local PTR Web._http._tcp.local"));
}

TEST_F(Grouping, ALaterServiceThatLosesItsNameTakesTheGroupAlong) {
    established(peer, {ftp});
    const Handle handle = established(us, {web});
    EXPECT_EQ(add(us, handle, ftp), Errc::ok);
    network.run(3s);
    EXPECT_EQ(state(us, handle), GroupState::collision);
    EXPECT_THAT(said(true), Contains("Web._http._tcp.local SRV 0 0 80 alpha.local"));
}

TEST_F(Grouping, AServiceIsChangedAsAWhole) {
    const Handle handle = established(us, {web});
    network.forget_packets();
    Service moved = web;
    moved.port = 8080;
    EXPECT_EQ(update(us, handle, moved), Errc::ok);
    network.run(3s);
    EXPECT_THAT(said(), ElementsAre("Web._http._tcp.local SRV 0 0 8080 alpha.local"));
    EXPECT_THAT(probed(us), IsEmpty());
}

TEST_F(Grouping, WhatIsNotThereIsNotChanged) {
    const Handle handle = established(us, {web});
    network.forget_packets();
    EXPECT_EQ(update(us, handle, ftp), Errc::not_found);
    EXPECT_EQ(update(us, handle, ServiceText{ftp.name, {"x"}}), Errc::not_found);
    ServiceText elsewhere{web.name, {"x"}};
    elsewhere.scope.ifindex = 2;
    EXPECT_EQ(update(us, handle, elsewhere), Errc::not_found);
    network.run(3s);
    EXPECT_THAT(said(), IsEmpty());
}

TEST_F(Grouping, AChangeThatIsHalfPossibleIsNotMade) {
    NamedAddress box{.name = name("box.local"), .address = address("192.0.2.7")};
    const Handle handle = group(us);
    add(us, handle, box);
    box.address = address("192.0.2.8");  // whose reverse name is not there to be changed
    EXPECT_EQ(update(us, handle, box), Errc::not_found);
    commit(us, handle);
    network.run(3s);
    EXPECT_THAT(said(), Contains("box.local A 192.0.2.7"));
    EXPECT_THAT(said(), Not(Contains("box.local A 192.0.2.8")));
}

TEST_F(Grouping, AChangeBeforeTheCommitCounts) {
    const Handle handle = group(us);
    add(us, handle, web);
    EXPECT_EQ(update(us, handle, ServiceText{web.name, {"b=2"}}), Errc::ok);
    commit(us, handle);
    network.run(3s);
    EXPECT_THAT(said(), Contains("Web._http._tcp.local TXT \"b=2\""));
    EXPECT_THAT(said(), Not(Contains(HasSubstr("a=1"))));
}

TEST_F(Grouping, FollowsTheNameOfTheHost) {  // RFC6763-§5-04
    Service elsewhere = ftp;
    elsewhere.host = name("other.local");
    const Handle handle = established(us, {web, elsewhere});
    network.forget_packets();
    us.catalogue.set_host_name(network.now(), name("omega.local"));
    network.run(3s);
    EXPECT_THAT(said(), ElementsAre("Web._http._tcp.local SRV 0 0 80 omega.local"));
    EXPECT_THAT(probed(us), IsEmpty());
    EXPECT_EQ(state(us, handle), GroupState::established);
}

// ---- records ----

TEST_F(Grouping, AnyRecordMayBePublished) {
    established(us, {own(cname("www.local", "alpha.local"), Sharing::unique),
                     own({name("odd.local"), 65280, 1, 77, {1, 2, 3}}, Sharing::shared)});
    EXPECT_THAT(said(), Contains("www.local CNAME alpha.local"));
    EXPECT_THAT(probed(us), ElementsAre("www.local"));
    for (const auto& sent : network.records_from(us)) {
        EXPECT_EQ(sent.cache_flush, sent.record.type == mdns::wire::type::cname);
        if (sent.record.type == 65280) {
            EXPECT_EQ(sent.record.ttl, 77);
        }
    }
}

TEST_F(Grouping, WithoutProbingOrAnnouncingWhenToldSo) {
    auto quiet = own(txt("quiet.local", {"x"}), Sharing::known_unique);
    quiet.record.announce = false;
    established(us, {quiet});
    EXPECT_THAT(probed(us), IsEmpty());
    EXPECT_THAT(said(), IsEmpty());
    peer.catalogue.query(network.now(), name("quiet.local"), mdns::wire::type::txt, {});
    network.run(1s);
    EXPECT_THAT(peer.all<RecordChange>(), SizeIs(1));
}

TEST_F(Grouping, AliasesOfAHostAreFollowed) {
    established(
        us, {own(cname("www.local", "alpha.local"), Sharing::unique),
             NamedAddress{
                 .name = name("alpha.local"), .address = address("192.0.2.7"), .reverse = false}});
    peer.catalogue.lookup_host(network.now(), name("www.local"), Families::both, {});
    network.run(2s);
    ASSERT_THAT(peer.all<HostResult>(), SizeIs(1));
    ASSERT_THAT(peer.all<HostResult>()[0].addresses, SizeIs(1));
    EXPECT_EQ(peer.all<HostResult>()[0].addresses[0].address, address("192.0.2.7"));
}

TEST_F(Grouping, RefusesWhatIsWrong) {
    const Handle handle = group(us);
    const auto with = [&](auto change) {
        Service service = web;
        change(service);
        return add(us, handle, service);
    };
    EXPECT_EQ(with([](Service& s) { s.name.instance = ""; }), Errc::bad_name);
    EXPECT_EQ(with([](Service& s) { s.name.instance = std::string(64, 'x'); }), Errc::bad_name);
    EXPECT_EQ(with([](Service& s) { s.name.instance = "a\nb"; }), Errc::bad_name);
    EXPECT_EQ(with([](Service& s) { s.name.type = "http"; }), Errc::bad_type);
    EXPECT_EQ(with([](Service& s) { s.name.domain = "example.com"; }), Errc::bad_domain);
    EXPECT_EQ(with([](Service& s) { s.host = Name(); }), Errc::bad_host);
    EXPECT_EQ(with([](Service& s) { s.txt = {std::string(256, 'x')}; }), Errc::bad_txt);
    EXPECT_EQ(with([](Service& s) { s.txt.assign(40, std::string(255, 'x')); }), Errc::bad_txt);
    EXPECT_EQ(add(us, handle, ServiceSubtype{web.name, ""}), Errc::bad_subtype);
    EXPECT_EQ(add(us, handle, ServiceSubtype{web.name, std::string(64, 'x')}), Errc::bad_subtype);
    NamedAddress box{.name = name("box.local"), .address = address("0.0.0.0")};
    EXPECT_EQ(add(us, handle, box), Errc::bad_address);
    box = {.name = name("box.example.com"), .address = address("192.0.2.7")};
    EXPECT_EQ(add(us, handle, box), Errc::bad_domain);
    EXPECT_EQ(add(us, handle, own(a("box.example.com", "192.0.2.7"), Sharing::shared)),
              Errc::bad_domain);
    EXPECT_EQ(add(us, handle, own({name("x.local"), 1, 1, 0, {1, 2, 3, 4}}, Sharing::shared)),
              Errc::bad_record);  // TTL 0
    EXPECT_EQ(add(us, handle, own({name("x.local"), 1, 1, 120, {1, 2, 3}}, Sharing::shared)),
              Errc::bad_record);
    EXPECT_EQ(add(us, handle, own({name("x.local"), 1, 3, 120, {1, 2, 3, 4}}, Sharing::shared)),
              Errc::bad_record);
    EXPECT_TRUE(us.catalogue.group(handle)->empty);
    EXPECT_EQ(add(us, Handle{999}, web), Errc::not_found);
}

TEST_F(Grouping, TakesTextAsAvahiDoes) {  // RFC6763-§6.5-03
    Service odd = web;
    odd.txt = {"=x", "\xc3\xa9=1", std::string("\0\xff=\0", 4), ""};
    established(us, {odd});
    for (const auto& sent : network.records_from(us)) {
        if (sent.record.type != mdns::wire::type::txt) continue;
        EXPECT_EQ(mdns::wire::parse_txt(sent.record.rdata),
                  std::vector<std::string>(odd.txt.begin(), odd.txt.end() - 1));
    }
}

TEST_F(Grouping, AnySubtypeLabel) {  // RFC6763-§7.1-03
    Service service = web;
    service.subtypes = {std::string("\x01\xff", 2), "a.b", std::string(63, 's')};
    const Handle handle = established(us, {service});
    EXPECT_EQ(add(us, handle, ServiceSubtype{web.name, "no underscore"}), Errc::ok);
    network.run(3s);
    std::set<std::string> labels;
    for (const auto& sent : network.records_from(us)) {
        if (sent.record.name.label_count() == 5) labels.emplace(sent.record.name.label(0));
    }
    EXPECT_THAT(labels, UnorderedElementsAre(service.subtypes[0], "a.b", std::string(63, 's'),
                                             "no underscore"));
}

}  // namespace
}  // namespace dnssd::test
