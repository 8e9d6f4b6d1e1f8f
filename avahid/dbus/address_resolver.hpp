// avahid/dbus/address_resolver.hpp: the name of an address: AddressResolver and ResolveAddress.
#pragma once

#include "avahid/dbus/resolver.hpp"

namespace avahid::dbus {

class AddressAnswers;

struct AddressQuestion {
    static constexpr const char* kind = "AddressResolver";
    static constexpr const char* interface = avahi::address_resolver;
    static constexpr std::chrono::milliseconds patience{0};
    using Values = std::tuple<std::int32_t, avahi::Protocol, avahi::Protocol, std::string,
                              std::string, avahi::Flags>;
    using Answers = AddressAnswers;

    Where where;
    std::string address;
    avahi::Flags flags = 0;

    static const Arguments& arguments();
    static const Arguments& values();
    void read(Call& call);
    Error check() const;
    dnssd::Address wanted() const;  // check() said success
    session::Result<Handle> ask(session::Session& session, session::ClientId client,
                                Instant now) const;
};

class AddressAnswers {
public:
    explicit AddressAnswers(const AddressQuestion& question) : asked_(question.wanted()) {}
    Outcome<AddressQuestion::Values> on_event(const dnssd::Event& event, const Client& client);

private:
    dnssd::Address asked_;
};

using AddressResolver = Resolver<AddressQuestion>;
using ResolveAddress = ResolveCall<AddressQuestion>;

}  // namespace avahid::dbus
