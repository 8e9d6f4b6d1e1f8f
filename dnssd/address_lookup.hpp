// dnssd/address_lookup.hpp: the name of an address (RFC 6762 §4). Ends with the first answer, when
// a link denies that there is one, or at the negative timeout.
#pragma once

#include "dnssd/activity.hpp"

namespace dnssd {

class AddressLookup final : public Activity {
public:
    AddressLookup(Context& context, Handle handle, Instant now, const Address& address,
                  const Scope& scope);
    void end(Instant now) override;
    bool cancellable() const override { return !done_; }
    void on_added(Instant now, const mdns::engine::RecordAdded& added) override;
    void on_no_such(Instant now, const mdns::engine::NoSuchRecord& none) override;
    void on_time(Instant now) override;
    void report(Instant now) override;

private:
    AddressResult result_;
    std::optional<mdns::engine::QueryId> query_;
    bool done_ = false;
};

}  // namespace dnssd
