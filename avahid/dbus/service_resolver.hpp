// avahid/dbus/service_resolver.hpp: where a service is and what it says of itself: ServiceResolver,
// which tells every change, and ResolveService, which tells it once.
#pragma once

#include <optional>
#include <vector>

#include "avahid/dbus/resolver.hpp"

namespace avahid::dbus {

class ServiceAnswers;

struct ServiceQuestion {
    static constexpr const char* kind = "ServiceResolver";
    static constexpr const char* interface = avahi::service_resolver;
    static constexpr std::chrono::milliseconds patience = resolve_timeout;
    using Values = std::tuple<std::int32_t, avahi::Protocol, std::string, std::string, std::string,
                              std::string, avahi::Protocol, std::string, std::uint16_t,
                              std::vector<std::vector<std::uint8_t>>, avahi::Flags>;
    using Answers = ServiceAnswers;

    Where where;
    std::string name;
    std::string type;
    std::string domain;
    avahi::Protocol address_protocol = avahi::any_protocol;
    avahi::Flags flags = 0;

    static const Arguments& arguments();
    static const Arguments& values();
    void read(Call& call);
    Error check() const;
    dnssd::ServiceName service() const { return {name, type, domain}; }
    dnssd::ResolveParts parts() const;
    session::Result<Handle> ask(session::Session& session, session::ClientId client,
                                Instant now) const;
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
    explicit ServiceAnswers(const ServiceQuestion& question)
        : ServiceAnswers(question.address_protocol, question.flags) {}
    Outcome<ServiceQuestion::Values> on_event(const dnssd::Event& event, const Client& client);
    /// Empty: there is nothing new to tell.
    std::optional<ServiceAnswer> on_resolved(const dnssd::Resolved& resolved);

private:
    avahi::Protocol address_protocol_;
    avahi::Flags flags_;
    std::optional<ServiceAnswer> told_;
};

using ServiceResolver = Resolver<ServiceQuestion>;
using ResolveService = ResolveCall<ServiceQuestion>;

}  // namespace avahid::dbus
