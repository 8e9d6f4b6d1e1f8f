// avahid/dbus/service_resolver.hpp: where a service is and what it says of itself: the object,
// which tells every change, and the call ResolveService, which tells it once.
#pragma once

#include <optional>

#include "avahid/dbus/lookup.hpp"
#include "avahid/dbus/object.hpp"

namespace avahid::dbus {

struct ServiceQuestion {
    Where where;
    std::string name;
    std::string type;
    std::string domain;
    avahi::Protocol address_protocol = avahi::any_protocol;
    avahi::Flags flags = 0;

    static const Arguments& arguments();
    void read(Call& call);
    Error check() const;
    dnssd::ServiceName service() const { return {name, type, domain}; }
    dnssd::ResolveParts parts() const;
};

/// What of a resolved service is told to a client that wants one address.
struct ServiceAnswer {
    dnssd::LinkId link;
    dnssd::ServiceName name;
    mdns::wire::Name host;
    std::optional<dnssd::Address> address;  // empty: not asked for
    std::uint16_t port = 0;
    std::vector<std::vector<std::uint8_t>> txt;
    bool local = false;

    bool operator==(const ServiceAnswer&) const = default;
};

/// Picks it: from the first link that gave one on; of its addresses, the kind that was asked for,
/// the link's own family first.
class ServiceAnswers {
public:
    ServiceAnswers(avahi::Protocol address_protocol, avahi::Flags flags)
        : address_protocol_(address_protocol), flags_(flags) {}
    /// Empty: there is nothing new to tell.
    std::optional<ServiceAnswer> on_resolved(const dnssd::Resolved& resolved);
    bool any() const { return told_.has_value(); }

private:
    avahi::Protocol address_protocol_;
    avahi::Flags flags_;
    std::optional<ServiceAnswer> told_;
};

class ServiceResolver final : public Object {
public:
    using Request = ServiceQuestion;
    ServiceResolver(Client& client, Request request);

private:
    static const Interface& interface();
    void start() override;
    void on_event(Instant now, const dnssd::Event& event) override;
    void fail(Error error);

    Request request_;
    ServiceAnswers answers_;
    Timeout timeout_;
};

class ResolveService final : public Activity {
public:
    using Request = ServiceQuestion;
    ResolveService(Client& client, const Call& call, Request request);
    void start();

private:
    void on_event(Instant now, const dnssd::Event& event) override;
    void fail(Error error);

    Call call_;
    Request request_;
    ServiceAnswers answers_;
    Timeout timeout_;
};

}  // namespace avahid::dbus
