// Publish and PublishAddress: here as long as the connection is.
#include "avahid/varlink/calls/calls.hpp"
#include "avahid/varlink/unmarshal.hpp"
#include "avahid/varlink/wire/text.hpp"

namespace avahid::varlink::calls {

using nlohmann::json;

namespace {

class Publish : public Activity {
public:
    /// \param instance  its name, or the host name of an address
    Publish(Caller& caller, dnssd::Handle handle, std::string instance)
        : Activity(caller), handle_(handle), instance_(std::move(instance)) {
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
    void on(const dnssd::Published& published) {
        instance_ = published.name.instance;
        caller().notify({{"event", "established"}, {"instance", instance()}});
    }
    void on(const dnssd::Renamed& renamed) {
        instance_ = renamed.to;
        caller().notify({{"event", "renamed"},
                         {"instance", instance()},
                         {"rival", rival(renamed.peer, renamed.link, caller().name_of())}});
    }
    void on(const dnssd::NameLost& lost) {
        caller().reply({{"event", "collision"},
                        {"instance", instance()},
                        {"rival", rival(lost.peer, lost.link, caller().name_of())}});
    }
    template <class Other>
    void on(const Other&) {}

    std::string instance() const { return wire::replace_invalid(instance_); }

    dnssd::Handle handle_;
    std::string instance_;
};

}  // namespace

Started publish(Instant now, Caller& caller, Parameters& parameters) {
    const auto service = read_service(parameters, caller.machine());
    if (refused(caller, parameters)) return nullptr;
    const auto handle = caller.session().publish(now, caller.client(), service);
    if (!handle) return failed(caller, handle.error());
    return std::make_unique<Publish>(caller, *handle, service.name.instance);
}

Started publish_address(Instant now, Caller& caller, Parameters& parameters) {
    const auto name = read_name(parameters, "name", session::Errc::bad_host);
    const auto address = read_address(parameters);
    const bool reverse = parameters.flag("reverse", true);
    const auto scope = read_scope(parameters, caller.machine());
    if (refused(caller, parameters)) return nullptr;
    const auto handle =
        caller.session().publish_address(now, caller.client(), name, address, reverse, scope);
    if (!handle) return failed(caller, handle.error());
    return std::make_unique<Publish>(caller, *handle, name.to_text());
}

}  // namespace avahid::varlink::calls
