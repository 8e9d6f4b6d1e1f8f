// Query: records of any type, as they come and go.
#include "avahid/varlink/calls/calls.hpp"
#include "avahid/varlink/unmarshal.hpp"

namespace avahid::varlink::calls {

namespace {

class Query : public Activity {
public:
    Query(Caller& caller, dnssd::Handle handle) : Activity(caller), handle_(handle) { own(handle); }

    void on_event(Instant, const dnssd::Event& event) override {
        std::visit(
            [this](const auto& e) {
                if (e.handle == handle_) on(e);
            },
            event);
    }

private:
    void on(const dnssd::RecordChange& change) {
        const auto& record = change.record;
        caller().notify({{"event", change.added ? "added" : "removed"},
                         {"local", change.local},
                         {"record", to_json(record, change.link, record.ttl, caller().name_of())}});
    }
    void on(const dnssd::CacheExhausted&) { caller().notify({{"event", "cache_exhausted"}}); }
    void on(const dnssd::AllForNow&) { caller().notify({{"event", "all_for_now"}}); }
    template <class Other>
    void on(const Other&) {}

    dnssd::Handle handle_;
};

std::uint16_t read_type(Parameters& parameters) {
    const auto text = parameters.optional_text("type");
    if (!text) return mdns::wire::type::any;
    const auto type = mdns::wire::type_from_name(*text);
    if (!type) parameters.refuse("type");
    return type.value_or(mdns::wire::type::any);
}

}  // namespace

Started query(Instant now, Caller& caller, Parameters& parameters) {
    const auto name = read_name(parameters, "name", session::Errc::bad_name);
    const auto type = read_type(parameters);
    const auto scope = read_scope(parameters, caller.machine());
    if (refused(caller, parameters)) return nullptr;
    const auto handle = caller.session().query(now, caller.client(), name, type, scope);
    if (!handle) return failed(caller, handle.error());
    return std::make_unique<Query>(caller, *handle);
}

}  // namespace avahid::varlink::calls
