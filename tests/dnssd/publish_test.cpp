#include "dnssd/publish.hpp"

#include <gmock/gmock.h>

#include "tests/dnssd/support/network.hpp"

namespace dnssd::test {
namespace {

using mdns::engine::Sharing;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

const Service web{.name = {"Web", "_http._tcp"}, .port = 80};

/// "Web._http._tcp.local SRV 0 0 80 alpha.local"
std::string text(const Record& record) {
    return record.name.to_text() + " " + mdns::wire::type_name(record.type) + " " +
           mdns::wire::rdata_to_text(record.type, record.rdata);
}

struct Publishing : testing::Test {
    Publishing() {
        us.plug(2, Family::ipv4, 0, "169.254.1.1");
        peer.plug(2, Family::ipv4, 0, "169.254.1.2");
        us.catalogue.set_host_name(network.now(), name("alpha.local"));
        peer.catalogue.set_host_name(network.now(), name("beta.local"));
    }
    Handle publish(Host& host, const Service& service) {
        const auto handle = host.catalogue.publish(network.now(), service);
        EXPECT_TRUE(handle);
        return handle ? *handle : Handle{};
    }
    std::vector<std::string> records() const {
        std::set<std::string> texts;
        for (const auto& sent : network.records_from(us)) {
            if (sent.record.ttl > 0) texts.insert(text(sent.record));
        }
        return {texts.begin(), texts.end()};
    }
    std::vector<std::string> goodbyes() const {
        std::set<std::string> texts;
        for (const auto& sent : network.records_from(us)) {
            if (sent.record.ttl == 0) texts.insert(text(sent.record));
        }
        return {texts.begin(), texts.end()};
    }
    std::vector<std::string> published(const Host& host) const {
        std::vector<std::string> names;
        for (const auto& event : host.all<Published>()) names.push_back(event.name.instance);
        return names;
    }
    Network network;
    Host& us = network.add_host();
    Host& peer = network.add_host();
};

// ---- records ----

TEST_F(Publishing, AnnouncesTheRecordsOfAService) {  // RFC6763-§4.1-01 RFC6763-§5-03 RFC6763-§6-01
    publish(us, web);
    network.run(3s);
    EXPECT_THAT(records(), Not(IsEmpty()));
    const auto all = records();
    EXPECT_THAT(all, Contains("Web._http._tcp.local SRV 0 0 80 alpha.local"));
    EXPECT_THAT(all, Contains("_http._tcp.local PTR Web._http._tcp.local"));
    EXPECT_THAT(all, Contains("_services._dns-sd._udp.local PTR _http._tcp.local"));
    EXPECT_THAT(published(us), ElementsAre("Web"));
    for (const auto& sent : network.records_from(us)) {
        if (sent.record.type != mdns::wire::type::txt) continue;
        EXPECT_EQ(sent.record.rdata, mdns::wire::Rdata{0});  // RFC6763-§6.1-02
    }
}

TEST(ServiceRecords, HaveTheirSharingAndTtl) {  // RFC6763-§4.1-01 RFC6763-§9-01 RFC6763-§7.1-01
    Service service = web;
    service.subtypes = {"_printer"};
    const auto made = service_records(service, name("alpha.local"));
    ASSERT_TRUE(made);
    std::vector<std::string> texts;
    for (const auto& [record, sharing, company, announce] : *made) {
        const bool unique = sharing == Sharing::unique;
        EXPECT_EQ(unique, record.type != mdns::wire::type::ptr);
        EXPECT_EQ(record.ttl, record.type == mdns::wire::type::srv ? 120u : 4500u);
        texts.push_back(record.name.to_text() + " " + mdns::wire::type_name(record.type));
    }
    EXPECT_THAT(texts,
                UnorderedElementsAre("Web._http._tcp.local SRV", "Web._http._tcp.local TXT",
                                     "_http._tcp.local PTR", "_printer._sub._http._tcp.local PTR",
                                     "_services._dns-sd._udp.local PTR"));
}

TEST(ServiceRecords, KeepTheOrderOfTextAndAddNothing) {  // RFC6763-§6.7-01 RFC6763-§6.3-03
    Service service = web;
    service.txt = {"txtvers=1", "", "b=2", "a=1"};
    const auto made = service_records(service, name("alpha.local"));
    ASSERT_TRUE(made);
    EXPECT_EQ((*made)[1].record.rdata, mdns::wire::make_txt({"txtvers=1", "b=2", "a=1"}));
}

TEST_F(Publishing, EnumeratesTypesWithoutSubtypes) {  // RFC6763-§7.1-05
    Service service = web;
    service.subtypes = {"_printer", std::string("\x01\xff")};  // RFC6763-§7.1-03
    publish(us, service);
    network.run(3s);
    std::vector<std::string> types;
    for (const auto& sent : network.records_from(us)) {
        if (sent.record.name == name("_services._dns-sd._udp.local")) {
            types.push_back(text(sent.record));
        }
    }
    EXPECT_THAT(types, Each("_services._dns-sd._udp.local PTR _http._tcp.local"));
    EXPECT_THAT(records(), Contains("_printer._sub._http._tcp.local PTR Web._http._tcp.local"));
}

TEST_F(Publishing, PlaceholderClaimsTheNameOnly) {  // RFC6763-§8-01 RFC6763-§8-02 RFC6763-§8-03
    publish(us, {.name = {"Web", "_printer._tcp"}, .port = 515, .weight = 3, .placeholder = true});
    network.run(3s);
    EXPECT_THAT(records(), ElementsAre("Web._printer._tcp.local SRV 0 0 0 alpha.local"));
}

TEST_F(Publishing, BrowsesAsOneTypeWithTwoInstances) {  // RFC6763-§9-01 RFC6763-§9-03
    const Handle first = publish(us, web);
    const Handle second = publish(us, {.name = {"Shop", "_http._tcp"}, .port = 81});
    network.run(3s);
    network.forget_packets();
    us.catalogue.cancel(network.now(), first);
    network.run(3s);
    EXPECT_THAT(goodbyes(), Contains("_http._tcp.local PTR Web._http._tcp.local"));
    EXPECT_THAT(goodbyes(), Not(Contains("_services._dns-sd._udp.local PTR _http._tcp.local")));
    us.catalogue.cancel(network.now(), second);
    network.run(3s);
    EXPECT_THAT(goodbyes(), Contains("_services._dns-sd._udp.local PTR _http._tcp.local"));
}

TEST_F(Publishing, IsFoundResolvedAndLostByAPeer) {  // RFC6763-§4.1.1-03
    us.host_name.set_wanted(network.now(), "alpha");
    us.host_name.on_addresses(network.now(), 2, {address("169.254.1.1"), address("fe80::1")});
    Service service = web;
    service.txt = {"path=/"};
    const Handle handle = publish(us, service);
    ASSERT_TRUE(peer.catalogue.browse(network.now(), "_http._tcp", "local", "", {}));
    network.run(3s);
    ASSERT_THAT(peer.all<Found>(), SizeIs(1));
    EXPECT_EQ(peer.all<Found>()[0].name, service.name);
    ASSERT_TRUE(peer.catalogue.resolve(network.now(), service.name, {}));
    network.run(1s);
    ASSERT_THAT(peer.all<Resolved>(), SizeIs(1));
    EXPECT_EQ(peer.all<Resolved>()[0].port, 80);
    EXPECT_THAT(peer.all<Resolved>()[0].txt, ElementsAre("path=/"));
    EXPECT_THAT(peer.all<Resolved>()[0].addresses,
                UnorderedElementsAre(address("169.254.1.1"), address("fe80::1")));
    us.catalogue.cancel(network.now(), handle);
    network.run(2s);
    EXPECT_THAT(peer.all<Lost>(), SizeIs(1));
}

/// The records of one response, by section: "PTR | SRV TXT A AAAA".
std::string sections(const Network& network, std::size_t from) {
    std::string answer;
    for (std::size_t i = from; i < network.packets.size(); ++i) {
        mdns::wire::Message message;
        if (message.decode(network.packets[i].bytes) != mdns::wire::Errc::ok) continue;
        if (!message.header().response) continue;
        for (const auto& record : message.answers()) {
            answer += mdns::wire::type_name(record.type) + " ";
        }
        answer += "|";
        std::multiset<std::string> types;
        for (const auto& record : message.additionals()) {
            types.insert(mdns::wire::type_name(record.type));
        }
        for (const auto& type : types) answer += " " + type;
    }
    return answer;
}

TEST_F(Publishing, AnswersComeWithWhatIsNeededNext) {  // RFC6763-§12.1-01 RFC6763-§12.1-02
    us.host_name.set_wanted(network.now(), "alpha");
    us.host_name.on_addresses(network.now(), 2, {address("169.254.1.1"), address("fe80::1")});
    Service service = web;
    service.subtypes = {"_printer"};
    publish(us, service);
    network.run(5s);
    const auto answer_to = [&](const char* owner, std::uint16_t type) {
        // A host without a cache asks.
        Host& asker = network.add_host();
        asker.plug(2, Family::ipv4, 0, "169.254.1.3");
        network.run(2s);
        const std::size_t from = network.packets.size();
        asker.catalogue.query(network.now(), name(owner), type, {});
        network.run(500ms);
        asker.unplug(2, Family::ipv4);
        network.remove_last_host();
        return sections(network, from);
    };
    namespace type = mdns::wire::type;
    const char* all = "PTR | A AAAA SRV TXT";  // RFC6763-§12.1-03
    EXPECT_EQ(answer_to("_http._tcp.local", type::ptr), all);
    EXPECT_EQ(answer_to("_printer._sub._http._tcp.local", type::ptr), all);
    // RFC6763-§12.2-01 RFC6763-§12.4-02 RFC6763-§12.3-01 RFC6763-§12.4-01
    EXPECT_EQ(answer_to("Web._http._tcp.local", type::srv), "SRV | A AAAA");
    EXPECT_EQ(answer_to("Web._http._tcp.local", type::txt), "TXT |");
    EXPECT_EQ(answer_to("alpha.local", type::a), "A | AAAA");
}

TEST_F(Publishing, LargeTextFitsOnePacket) {  // RFC6763-§6.2-02 RFC6763-§6.2-01
    Service service = web;
    service.txt = std::vector<std::string>(5, "k=" + std::string(253, 'v'));  // 1280 bytes
    service.txt.push_back("end=" + std::string(15, 'v'));                     // 1300
    publish(us, service);
    network.run(5s);
    EXPECT_THAT(network.records_from(us), Not(IsEmpty()));
    for (const auto& packet : network.packets) EXPECT_LE(packet.bytes.size() + 28, 1500u);
    EXPECT_THAT(published(us), ElementsAre("Web"));
}

// ---- what is refused and what is corrected ----

TEST_F(Publishing, RefusesBadInput) {  // RFC6763-§4.1.1-01 RFC6763-§4.1.1-07 RFC6763-§6.4-01
    const auto refused = [&](auto&& change) {
        Service service = web;
        change(service);
        return us.catalogue.publish(network.now(), service).error();
    };
    EXPECT_EQ(refused([](Service& s) { s.name.instance = "a\n"; }), Errc::bad_name);
    EXPECT_EQ(refused([](Service& s) { s.name.instance = std::string(64, 'x'); }), Errc::bad_name);
    EXPECT_EQ(refused([](Service& s) { s.name.instance = "\xff"; }), Errc::bad_name);
    EXPECT_EQ(refused([](Service& s) { s.name.type = "_http._sctp"; }), Errc::bad_type);
    EXPECT_EQ(refused([](Service& s) { s.name.domain = "example.com"; }), Errc::bad_domain);
    EXPECT_EQ(refused([](Service& s) { s.subtypes = {""}; }), Errc::bad_type);
    EXPECT_EQ(refused([](Service& s) { s.host = Name(); }), Errc::bad_host);  // RFC6763-§8-02
    EXPECT_EQ(refused([](Service& s) { s.txt = {"=x"}; }), Errc::bad_txt);
    EXPECT_EQ(refused([](Service& s) { s.txt = {std::string(256, 'x')}; }), Errc::bad_txt);
    EXPECT_EQ(refused([](Service& s) {  // RFC 6762 §17: together with this name
                  s.name.instance = std::string(63, 'x');
                  s.txt.assign(34, std::string(255, 'x'));
                  s.txt.push_back(std::string(170, 'x'));
              }),
              Errc::bad_txt);
    network.run(3s);
    EXPECT_THAT(network.packets, IsEmpty());
}

TEST_F(Publishing, NamesArePublishedInNfc) {  // RFC6763-§4.1.1-06 RFC6762-§16-01
    publish(us, {.name = {"Caf"
                          "e\xcc\x81",
                          "_http._tcp"},
                 .port = 80});
    network.run(3s);
    EXPECT_THAT(published(us), ElementsAre("Caf\xc3\xa9"));
    EXPECT_THAT(network.records_from(us), Not(IsEmpty()));
    for (const auto& sent : network.records_from(us)) {
        if (sent.record.type != mdns::wire::type::srv) continue;
        EXPECT_EQ(sent.record.name.label(0), "Caf\xc3\xa9");
    }
}

TEST_F(Publishing, NamesAreUtf8AndNothingElse) {  // RFC6762-§16-03
    publish(us, {.name = {"M\xc3\xbcller \xe6\x97\xa5", "_http._tcp"},
                 .host = name("m\xc3\xbcller.local"),
                 .port = 80});
    network.run(3s);
    std::string bytes;
    for (const auto& packet : network.packets) {
        const auto& more = packet.bytes;
        bytes.append(more.begin(), more.end());
    }
    EXPECT_THAT(bytes, testing::HasSubstr("\x0bM\xc3\xbcller \xe6\x97\xa5"));
    EXPECT_THAT(bytes, testing::HasSubstr("\x07m\xc3\xbcller"));
    EXPECT_THAT(bytes, Not(testing::HasSubstr("xn--")));
    for (const char* other : {"M\xfcller", "\xff\xfeM", "\xed\xa0\x80"}) {  // Latin-1, UTF-16
        EXPECT_EQ(us.catalogue.publish(network.now(), {.name = {other, "_http._tcp"}, .port = 80})
                      .error(),
                  Errc::bad_name)
            << other;
    }
}

TEST_F(Publishing, RecordsLiveAsLongAsTheirKind) {  // RFC6762-§10-01 RFC6762-§10-02
    publish(us, {.name = web.name, .subtypes = {"_printer"}, .port = 80});
    network.run(3s);
    std::set<std::string> seen;
    for (const auto& sent : network.records_from(us)) {
        const auto& record = sent.record;
        seen.insert(mdns::wire::type_name(record.type) + " " + record.name.to_text());
        EXPECT_EQ(record.ttl, record.type == mdns::wire::type::srv ? 120u : 4500u) << text(record);
    }
    EXPECT_THAT(seen,
                UnorderedElementsAre("SRV Web._http._tcp.local", "TXT Web._http._tcp.local",
                                     "PTR _http._tcp.local", "PTR _printer._sub._http._tcp.local",
                                     "PTR _services._dns-sd._udp.local"));
}

TEST_F(Publishing, AnEmptyNameIsTheHosts) {  // RFC6763-§4.1.1-04 RFC6763-§4.1.1-05
    publish(us, {.name = {"", "_http._tcp"}, .port = 80});
    network.run(3s);
    EXPECT_THAT(published(us), ElementsAre("alpha"));
}

TEST(PublishingEarly, WaitsForAHostName) {
    Network network;
    Host& us = network.add_host();
    us.plug(2, Family::ipv4, 0, "169.254.1.1");
    ASSERT_TRUE(us.catalogue.publish(network.now(), web));
    network.run(3s);
    EXPECT_THAT(us.all<Published>(), IsEmpty());
    EXPECT_THAT(network.packets, IsEmpty());
    us.catalogue.set_host_name(network.now(), name("alpha.local"));
    network.run(3s);
    EXPECT_THAT(us.all<Published>(), SizeIs(1));
}

TEST_F(Publishing, TakesAnyHost) {
    publish(us, {.name = {"Web", "_http._tcp"}, .host = name("other.example.com"), .port = 80});
    network.run(3s);
    EXPECT_THAT(records(), Contains("Web._http._tcp.local SRV 0 0 80 other.example.com"));
}

// ---- changes ----

TEST_F(Publishing, NewTextIsAnnouncedNotProbed) {  // RFC6762-§8.4-01 RFC6762-§8.4-02
    const Handle handle = publish(us, web);
    network.run(5s);
    network.forget_packets();
    EXPECT_EQ(us.catalogue.update_txt(network.now(), handle, {"path=/new"}), Errc::ok);
    network.run(3s);
    EXPECT_THAT(network.questions_from(us), IsEmpty());
    EXPECT_THAT(records(), Contains("Web._http._tcp.local TXT \"path=/new\""));
    EXPECT_EQ(us.catalogue.update_txt(network.now(), handle, {"=x"}), Errc::bad_txt);
    EXPECT_EQ(us.catalogue.update_txt(network.now(), Handle{999}, {}), Errc::not_found);
}

TEST_F(Publishing, FollowsTheHostName) {  // RFC6763-§5-04
    publish(us, web);
    publish(us, {.name = {"Else", "_ftp._tcp"}, .host = name("own.local"), .port = 21});
    network.run(5s);
    network.forget_packets();
    us.catalogue.set_host_name(network.now(), name("alpha-2.local"));
    network.run(3s);
    EXPECT_THAT(network.questions_from(us), IsEmpty());
    EXPECT_THAT(records(), Contains("Web._http._tcp.local SRV 0 0 80 alpha-2.local"));
    EXPECT_THAT(records(), Not(Contains("Else._ftp._tcp.local SRV 0 0 21 own.local")));
    EXPECT_THAT(us.all<Renamed>(), IsEmpty());
}

// ---- conflicts ----

TEST_F(Publishing, ALaterRivalTakesTheNextName) {  // RFC6763-§D-01 RFC6762-§8.1-11 RFC6762-§9-06
    publish(us, web);
    network.run(5s);
    const Handle theirs = publish(peer, {.name = web.name, .port = 81});
    network.run(5s);
    ASSERT_THAT(peer.all<Renamed>(), SizeIs(1));
    const Renamed renamed = peer.all<Renamed>()[0];
    EXPECT_EQ(renamed.handle, theirs);
    EXPECT_EQ(renamed.from, "Web");
    EXPECT_EQ(renamed.to, "Web #2");
    EXPECT_EQ(renamed.peer.address, address("169.254.1.1"));
    EXPECT_THAT(published(peer), ElementsAre("Web #2"));
    EXPECT_THAT(us.all<Renamed>(), IsEmpty());
    EXPECT_THAT(published(us), ElementsAre("Web"));
}

TEST_F(Publishing, RenamesUntilANameIsFree) {  // RFC6762-§9-07
    publish(us, web);
    publish(us, {.name = {"Web #2", "_http._tcp"}, .port = 82});
    network.run(5s);
    publish(peer, {.name = web.name, .port = 81});
    network.run(8s);
    EXPECT_THAT(published(peer), ElementsAre("Web #3"));
    EXPECT_THAT(peer.all<Renamed>(), SizeIs(2));
}

TEST_F(Publishing, ARivalMetLaterRenamesAndPublishesAgain) {  // RFC6762-§9-04 RFC6762-§14-02
    Host& far = network.add_host();
    far.catalogue.set_host_name(network.now(), name("gamma.local"));
    far.plug(2, Family::ipv4, 5, "169.254.1.3");
    publish(us, web);
    publish(far, {.name = web.name, .port = 81});
    network.run(5s);
    ASSERT_THAT(published(far), ElementsAre("Web"));
    far.plug(3, Family::ipv4, 0, "169.254.1.3");
    network.run(5s);
    ASSERT_THAT(far.all<Renamed>(), SizeIs(1));
    EXPECT_EQ(far.all<Renamed>()[0].link.ifindex, 3);
    EXPECT_THAT(published(far), ElementsAre("Web", "Web #2"));
    EXPECT_THAT(published(us), ElementsAre("Web"));
}

TEST_F(Publishing, WithoutRenamingTheNameIsLost) {
    publish(us, web);
    network.run(5s);
    Service service{.name = web.name, .port = 81};
    service.rename_on_conflict = false;
    const Handle handle = publish(peer, service);
    network.run(5s);
    EXPECT_THAT(peer.all<Renamed>(), IsEmpty());
    ASSERT_THAT(peer.all<NameLost>(), SizeIs(1));
    EXPECT_EQ(peer.all<NameLost>()[0].handle, handle);
    network.forget_packets();
    network.run(60s);
    EXPECT_THAT(network.records_from(peer), IsEmpty());
    peer.catalogue.cancel(network.now(), handle);
}

TEST_F(Publishing, TheSameNameTwiceOnThisMachineIsACollision) {  // RFC6763-§7.1-02
    publish(us, web);
    Service again = web;
    again.subtypes = {"_printer"};
    again.rename_on_conflict = false;
    EXPECT_EQ(us.catalogue.publish(network.now(), again).error(), Errc::collision);
    again.rename_on_conflict = true;
    publish(us, again);
    network.run(5s);
    EXPECT_THAT(published(us), UnorderedElementsAre("Web", "Web #2"));
}

TEST_F(Publishing, ANameIsFreeAgainOnceWithdrawn) {
    const Handle handle = publish(us, web);
    us.catalogue.cancel(network.now(), handle);
    Service again = web;
    again.rename_on_conflict = false;
    publish(us, again);
}

TEST_F(Publishing, OtherScopesDoNotCollide) {
    Service service = web;
    service.rename_on_conflict = false;
    service.scope = {.ifindex = 2, .family = {}};
    publish(us, service);
    service.scope = {.ifindex = 3, .family = {}};
    publish(us, service);
    service.scope = {};
    EXPECT_EQ(us.catalogue.publish(network.now(), service).error(), Errc::collision);
}

TEST_F(Publishing, LeavesOtherPublicationsEventsAlone) {
    const mdns::engine::Established strange{mdns::engine::PublicationId{12345}};
    EXPECT_FALSE(us.catalogue.on_event(network.now(), strange));
    const mdns::engine::CacheExhausted unknown{mdns::engine::QueryId{12345}};
    EXPECT_FALSE(us.catalogue.on_event(network.now(), unknown));
}

TEST_F(Publishing, SubtypesComeAndGoAlone) {  // RFC6763-§7.1-04
    Service service = web;
    service.subtypes = {"_one", "_two"};
    const Handle handle = publish(us, service);
    network.run(3s);
    network.forget_packets();
    EXPECT_EQ(us.catalogue.update_subtypes(network.now(), handle, {"_two", "_three"}), Errc::ok);
    network.run(3s);
    EXPECT_THAT(goodbyes(), ElementsAre("_one._sub._http._tcp.local PTR Web._http._tcp.local"));
    EXPECT_THAT(records(), Contains("_three._sub._http._tcp.local PTR Web._http._tcp.local"));
    EXPECT_THAT(records(), Not(Contains("_two._sub._http._tcp.local PTR Web._http._tcp.local")));
    EXPECT_THAT(network.questions_from(us), IsEmpty());  // nothing is probed for
    EXPECT_EQ(us.catalogue.update_subtypes(network.now(), handle, {""}), Errc::bad_type);
    EXPECT_EQ(us.catalogue.update_subtypes(network.now(), Handle{999}, {}), Errc::not_found);
}

}  // namespace
}  // namespace dnssd::test
