// tests/avahid/session/support.hpp: a session above a host on a virtual link (tests/dnssd/support).
#pragma once

#include <gmock/gmock.h>

#include "avahid/session/session.hpp"
#include "tests/dnssd/support/network.hpp"

namespace avahid::session {

using dnssd::Families;
using dnssd::Handle;
using dnssd::test::address;
using dnssd::test::name;
using mdns::engine::Family;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

struct NoMachine : Machine {
    Status status() const override { return {}; }
    Errc set_host_name(const std::string&) override { return Errc::ok; }
    Errc ipv4ll(const std::string&, Ipv4llAction) override { return Errc::ok; }
    Errc reload() override { return Errc::ok; }
    std::optional<int> ifindex_of(const std::string&) const override { return {}; }
    std::string name_of(int) const override { return ""; }
    std::vector<mdns::engine::CachedRecordInfo> cache() const override { return {}; }
    void flush_cache() override {}
};

struct Sessions : testing::Test {
    Sessions() {
        host.plug(2, Family::ipv4, 0, "169.254.1.1");
        host.catalogue.set_host_name(network.now(), name("alpha.local"));
    }
    ClientId client(uid_t uid) {
        const auto id = session.open(uid);
        EXPECT_TRUE(id);
        return id ? *id : ClientId{};
    }
    Result<Handle> browse(ClientId id) {
        return session.browse(network.now(), id, "_http._tcp", "local", "", {});
    }
    /// Lets time pass, and hands what the catalogue said to the session.
    std::vector<Addressed> run(dnssd::Duration time) {
        host.forget_events();
        network.run(time);
        std::vector<Addressed> told;
        for (const auto& entry : host.events) session.on_event(network.now(), entry.second);
        while (auto event = session.poll()) told.push_back(std::move(*event));
        return told;
    }
    dnssd::test::Network network;
    dnssd::test::Host& host = network.add_host();
    NoMachine machine;
    Session session{host.catalogue, machine,
                    Limits{.clients_per_uid = 3,
                           .handles_per_client = 4,
                           .handles_per_uid = 6,
                           .entries_per_group = 5},
                    [](uid_t uid) { return uid == 0; }};
};

}  // namespace avahid::session
