// dnssd/publish_address.hpp: a name for any address, of this machine or another: what static host
// files and `avahi-publish -a` ask for. Such a name is never changed: a conflict ends it.
#pragma once

#include "dnssd/activity.hpp"

namespace dnssd {

class AddressPublication final : public Activity {
public:
    AddressPublication(Context& context, Handle handle, mdns::wire::Name name, Scope scope);

    /// \return ok or collision
    Errc start(Instant now, const Address& address, bool reverse);
    void end(Instant now) override;
    void on_established(Instant now) override;
    void on_conflict(Instant now, const mdns::engine::Conflict& conflict) override;

private:
    mdns::wire::Name name_;
    Scope scope_;
    std::optional<mdns::engine::PublicationId> publication_;
    bool told_ = false;  // Published is out
};

}  // namespace dnssd
