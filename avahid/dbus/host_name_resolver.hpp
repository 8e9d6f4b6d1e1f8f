// avahid/dbus/host_name_resolver.hpp: one address of a host: HostNameResolver and ResolveHostName.
#pragma once

#include "avahid/dbus/resolver.hpp"

namespace avahid::dbus {

class HostNameAnswers;

struct HostNameQuestion {
    static constexpr const char* kind = "HostNameResolver";
    static constexpr const char* interface = avahi::host_name_resolver;
    static constexpr std::chrono::milliseconds patience{0};
    using Values = std::tuple<std::int32_t, avahi::Protocol, std::string, avahi::Protocol,
                              std::string, avahi::Flags>;
    using Answers = HostNameAnswers;

    Where where;
    std::string name;
    avahi::Protocol address_protocol = avahi::any_protocol;
    avahi::Flags flags = 0;

    static const Arguments& arguments();
    static const Arguments& values();
    void read(Call& call);
    Error check() const;
    session::Result<Handle> ask(session::Session& session, session::ClientId client,
                                Instant now) const;
};

class HostNameAnswers {
public:
    explicit HostNameAnswers(const HostNameQuestion&) {}
    Outcome<HostNameQuestion::Values> on_event(const dnssd::Event& event, const Client& client);
};

using HostNameResolver = Resolver<HostNameQuestion>;
using ResolveHostName = ResolveCall<HostNameQuestion>;

}  // namespace avahid::dbus
