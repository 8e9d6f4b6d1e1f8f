// ResolveAddress: the name of an address.
#include "avahid/varlink/calls/calls.hpp"
#include "avahid/varlink/unmarshal.hpp"

namespace avahid::varlink::calls {

namespace {

class ResolveAddress : public Activity {
public:
    ResolveAddress(Caller& caller, dnssd::Handle handle, const dnssd::Address& address)
        : Activity(caller), handle_(handle), address_(address) {
        own(handle);
    }

    void on_event(Instant, const dnssd::Event& event) override {
        const auto* result = std::get_if<dnssd::AddressResult>(&event);
        if (!result || result->handle != handle_) return;
        if (!result->found) return caller().fail(not_found("no_such_name"));
        caller().reply(to_json(*result, address_, caller().name_of()));
    }

private:
    dnssd::Handle handle_;
    dnssd::Address address_;
};

/// fe80::1%eth0 names its interface by itself.
std::optional<int> interface_of(const dnssd::Address& address) {
    if (!address.is_v6() || address.to_v6().scope_id() == 0) return std::nullopt;
    return static_cast<int>(address.to_v6().scope_id());
}

}  // namespace

Started resolve_address(Instant now, Caller& caller, Parameters& parameters) {
    const auto address = read_address(parameters);
    auto ifindex = read_interface(parameters, caller.machine());
    if (refused(caller, parameters)) return nullptr;
    if (!ifindex) ifindex = interface_of(address);
    const auto handle = caller.session().lookup_address(now, caller.client(), address,
                                                        {.ifindex = ifindex, .family = {}});
    if (!handle) return failed(caller, handle.error());
    return std::make_unique<ResolveAddress>(caller, *handle, address);
}

}  // namespace avahid::varlink::calls
