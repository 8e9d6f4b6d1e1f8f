// ResolveHost: the addresses of a host.
#include "avahid/varlink/calls/calls.hpp"
#include "avahid/varlink/unmarshal.hpp"

namespace avahid::varlink::calls {

namespace {

class ResolveHost : public Activity {
public:
    ResolveHost(Caller& caller, dnssd::Handle handle) : Activity(caller), handle_(handle) {
        own(handle);
    }

    void on_event(Instant, const dnssd::Event& event) override {
        const auto* result = std::get_if<dnssd::HostResult>(&event);
        if (!result || result->handle != handle_) return;
        using Outcome = dnssd::HostResult::Outcome;
        switch (result->outcome) {
            case Outcome::found:
                return caller().reply(to_json(*result, caller().name_of()));
            case Outcome::no_such_name:
                return caller().fail(not_found("no_such_name"));
            case Outcome::no_such_family:
                return caller().fail(not_found("no_such_family"));
        }
    }

private:
    dnssd::Handle handle_;
};

}  // namespace

Started resolve_host(Instant now, Caller& caller, Parameters& parameters) {
    const auto name = read_name(parameters, "name", session::Errc::bad_name);
    const auto families = read_families(parameters);
    const auto ifindex = read_interface(parameters, caller.machine());
    if (refused(caller, parameters)) return nullptr;
    const auto handle = caller.session().lookup_host(now, caller.client(), name, families,
                                                     {.ifindex = ifindex, .family = {}});
    if (!handle) return failed(caller, handle.error());
    return std::make_unique<ResolveHost>(caller, *handle);
}

}  // namespace avahid::varlink::calls
