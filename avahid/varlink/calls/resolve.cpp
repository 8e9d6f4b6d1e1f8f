// Resolve: host, port, addresses and TXT of one service; once, or as a stream.
#include "avahid/varlink/calls/calls.hpp"
#include "avahid/varlink/unmarshal.hpp"

namespace avahid::varlink::calls {

namespace {

class Resolve : public Activity {
public:
    Resolve(Caller& caller, dnssd::Handle handle) : Activity(caller), handle_(handle) {
        own(handle);
    }

    void on_event(Instant, const dnssd::Event& event) override {
        if (const auto* resolved = std::get_if<dnssd::Resolved>(&event)) on(*resolved);
        if (const auto* failure = std::get_if<dnssd::ResolveFailed>(&event)) on(*failure);
    }

private:
    void on(const dnssd::Resolved& resolved) {
        if (resolved.handle != handle_) return;
        nlohmann::json answer{{"event", "resolved"},
                              {"service", to_json(resolved, caller().name_of())}};
        if (caller().more()) return caller().notify(std::move(answer));
        caller().reply(std::move(answer));
    }
    void on(const dnssd::ResolveFailed& failure) {
        if (failure.handle != handle_) return;
        if (caller().more()) return caller().notify({{"event", "resolve_failed"}});
        caller().fail(not_found("timeout"));
    }

    dnssd::Handle handle_;
};

}  // namespace

Started resolve(Instant now, Caller& caller, Parameters& parameters) {
    const auto name = read_service_name(parameters);
    const auto scope = read_scope(parameters, caller.machine());
    if (refused(caller, parameters)) return nullptr;
    const auto handle = caller.session().resolve(now, caller.client(), name, scope);
    if (!handle) return failed(caller, handle.error());
    return std::make_unique<Resolve>(caller, *handle);
}

}  // namespace avahid::varlink::calls
