// BrowseTypes: which types of services exist (RFC 6763 §9).
#include "avahid/varlink/calls/calls.hpp"
#include "avahid/varlink/unmarshal.hpp"

namespace avahid::varlink::calls {

namespace {

class BrowseTypes : public Activity {
public:
    BrowseTypes(Caller& caller, dnssd::Handle handle) : Activity(caller), handle_(handle) {
        own(handle);
    }

    void on_event(Instant, const dnssd::Event& event) override {
        std::visit(
            [this](const auto& e) {
                if (e.handle == handle_) on(e);
            },
            event);
    }

private:
    void on(const dnssd::TypeFound& found) { tell("found", to_json(found, caller().name_of())); }
    void on(const dnssd::TypeLost& lost) { tell("lost", to_json(lost, caller().name_of())); }
    void on(const dnssd::CacheExhausted&) { caller().notify({{"event", "cache_exhausted"}}); }
    void on(const dnssd::AllForNow&) { caller().notify({{"event", "all_for_now"}}); }
    template <class Other>
    void on(const Other&) {}

    void tell(const char* event, const nlohmann::json& type) {
        caller().notify({{"event", event}, {"service_type", type}});
    }

    dnssd::Handle handle_;
};

}  // namespace

Started browse_types(Instant now, Caller& caller, Parameters& parameters) {
    const std::string domain = read_domain(parameters);
    const auto scope = read_scope(parameters, caller.machine());
    if (refused(caller, parameters)) return nullptr;
    const auto handle = caller.session().browse_types(now, caller.client(), domain, scope);
    if (!handle) return failed(caller, handle.error());
    return std::make_unique<BrowseTypes>(caller, *handle);
}

}  // namespace avahid::varlink::calls
