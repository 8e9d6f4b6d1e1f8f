// Browse: services of one type, each resolved as it is found when that is wanted.
#include <map>
#include <set>
#include <utility>

#include "avahid/varlink/calls/calls.hpp"
#include "avahid/varlink/unmarshal.hpp"

namespace avahid::varlink::calls {

using dnssd::Handle;
using nlohmann::json;

namespace {

/// RFC 6762 §20: the same name on another link is another service.
using Key = std::pair<dnssd::LinkId, std::string>;

class Browse : public Activity {
public:
    Browse(Caller& caller, Handle handle, bool resolve)
        : Activity(caller), handle_(handle), resolve_(resolve) {
        own(handle);
    }

    void on_event(Instant now, const dnssd::Event& event) override {
        std::visit([this, now](const auto& e) { on(now, e); }, event);
    }

private:
    void on(Instant now, const dnssd::Found& found) {
        if (found.handle != handle_) return;
        tell("found", to_json(found, caller().name_of()));
        if (resolve_) start_resolve(now, found);
    }
    void on(Instant now, const dnssd::Lost& lost) {
        if (lost.handle != handle_) return;
        tell("lost", to_json(lost, caller().name_of()));
        const auto resolve = resolves_.find({lost.link, presentation(lost.name)});
        if (resolve == resolves_.end()) return;
        const Handle handle = resolve->second;
        resolves_.erase(resolve);
        services_.erase(handle);
        cancel(now, handle);
        settled(handle);
    }
    void on(Instant, const dnssd::Resolved& resolved) {
        if (!services_.contains(resolved.handle)) return;
        tell("resolved", to_json(resolved, caller().name_of()));
        settled(resolved.handle);
    }
    void on(Instant, const dnssd::ResolveFailed& failure) {
        const auto service = services_.find(failure.handle);
        if (service == services_.end()) return;
        tell("resolve_failed", service->second);
        settled(failure.handle);
    }
    void on(Instant, const dnssd::CacheExhausted& event) {
        if (event.handle == handle_) promise("cache_exhausted");
    }
    void on(Instant, const dnssd::AllForNow& event) {
        if (event.handle == handle_) promise("all_for_now");
    }
    template <class Other>
    void on(Instant, const Other&) {}

    void start_resolve(Instant now, const dnssd::Found& found) {
        const Key key{found.link, presentation(found.name)};
        if (resolves_.contains(key)) return;
        const dnssd::Scope link{.ifindex = found.link.ifindex, .family = found.link.family};
        const json service = to_json(found, caller().name_of());
        const auto handle = caller().session().resolve(now, caller().client(), found.name, link);
        if (!handle) return tell("resolve_failed", service);  // its quota, or an impossible name
        own(*handle);
        resolves_[key] = *handle;
        services_[*handle] = service;
        pending_.insert(*handle);
    }
    void tell(const char* event, const json& service) {
        caller().notify({{"event", event}, {"service", service}});
    }
    /// "All" includes the data of what was found: said when no first answer is awaited any more.
    void promise(const char* event) {
        promised_.emplace_back(event);
        keep_promises();
    }
    void settled(Handle handle) {
        pending_.erase(handle);
        keep_promises();
    }
    void keep_promises() {
        if (!pending_.empty()) return;
        for (const auto& event : std::exchange(promised_, {})) caller().notify({{"event", event}});
    }

    Handle handle_;
    bool resolve_;
    std::map<Key, Handle> resolves_;
    std::map<Handle, json> services_;  // as found, by their resolves
    std::set<Handle> pending_;         // resolves without any answer yet
    std::vector<std::string> promised_;
};

}  // namespace

Started browse(Instant now, Caller& caller, Parameters& parameters) {
    const std::string type = parameters.text("type");
    const std::string domain = read_domain(parameters);
    const std::string subtype = parameters.optional_text("subtype").value_or("");
    const bool resolve = parameters.flag("resolve", false);
    const auto scope = read_scope(parameters, caller.machine());
    if (refused(caller, parameters)) return nullptr;
    const auto handle = caller.session().browse(now, caller.client(), type, domain, subtype, scope);
    if (!handle) return failed(caller, handle.error());
    return std::make_unique<Browse>(caller, *handle, resolve);
}

}  // namespace avahid::varlink::calls
