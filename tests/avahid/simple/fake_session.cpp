// tests/avahid/simple/fake_session.cpp: the functions of Session that the server calls.
#include "tests/avahid/simple/fake_session.hpp"

#include <boost/asio/ip/address.hpp>

namespace simple_test {
namespace {

class NoMachine final : public avahid::session::Machine {
public:
    avahid::session::Status status() const override { return {}; }
    avahid::session::Errc set_host_name(const std::string&) override { return {}; }
    avahid::session::Errc ipv4ll(const std::string&, avahid::session::Ipv4llAction) override {
        return {};
    }
    avahid::session::Errc reload() override { return {}; }
    std::optional<int> ifindex_of(const std::string&) const override { return {}; }
    std::string name_of(int) const override { return {}; }
    std::vector<mdns::engine::CachedRecordInfo> cache() const override { return {}; }
    void flush_cache() override {}
};

avahid::session::Result<dnssd::Handle> note(const std::string& what,
                                            avahid::session::ClientId client) {
    Calls& to = calls();
    to.log.push_back(what);
    to.last_client = client;
    if (to.refuse_lookup != avahid::session::Errc::ok) return to.refuse_lookup;
    to.last_handle = dnssd::Handle{static_cast<std::uint64_t>(to.last_handle) + 1};
    return to.last_handle;
}

}  // namespace

Calls& calls() {
    static Calls noted;
    return noted;
}

avahid::session::Session& session() {
    static mdns::engine::Engine engine(mdns::engine::Config{});
    static dnssd::Catalogue catalogue(engine, dnssd::Config{});
    static NoMachine machine;
    static avahid::session::Session fake(catalogue, machine, avahid::session::Limits{},
                                         [](uid_t) { return false; });
    return fake;
}

}  // namespace simple_test

namespace avahid::session {

using simple_test::calls;
using simple_test::note;

Session::Session(dnssd::Catalogue& catalogue, Machine& machine, const Limits& limits,
                 std::function<bool(uid_t)> manages)
    : catalogue_(catalogue), machine_(machine), limits_(limits), manages_(std::move(manages)) {}

Result<ClientId> Session::open(uid_t uid) {
    calls().log.push_back("open " + std::to_string(uid));
    if (calls().refuse_open != Errc::ok) return calls().refuse_open;
    return ClientId{next_client_++};
}

void Session::close(dnssd::Instant, ClientId) { calls().log.emplace_back("close"); }

Result<dnssd::Handle> Session::lookup_host(dnssd::Instant, ClientId client,
                                           const mdns::wire::Name& name, dnssd::Families families,
                                           const dnssd::Scope&) {
    calls().last_families = families;
    return note("host " + name.to_text(), client);
}

Result<dnssd::Handle> Session::browse_dns_servers(dnssd::Instant, ClientId client,
                                                  const std::string&, dnssd::DnsServerKind,
                                                  dnssd::Families families, const dnssd::Scope&) {
    calls().last_families = families;
    return note("dns servers", client);
}

Result<dnssd::Handle> Session::lookup_address(dnssd::Instant, ClientId client,
                                              const dnssd::Address& address, const dnssd::Scope&) {
    return note("address " + address.to_string(), client);
}

}  // namespace avahid::session
