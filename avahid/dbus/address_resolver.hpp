// avahid/dbus/address_resolver.hpp: the name of an address: the object, and the call
// ResolveAddress.
#pragma once

#include "avahid/dbus/lookup.hpp"
#include "avahid/dbus/object.hpp"

namespace avahid::dbus {

struct AddressQuestion {
    Where where;
    std::string address;
    avahi::Flags flags = 0;

    static const Arguments& arguments();
    void read(Call& call);
    Error check() const;
    dnssd::Address wanted() const;  // check() said success
    session::Result<Handle> ask(session::Session& session, session::ClientId client,
                                Instant now) const;
};

class AddressResolver final : public Object {
public:
    using Request = AddressQuestion;
    AddressResolver(Client& client, Request request);

private:
    static const Interface& interface();
    void start() override;
    void on_event(Instant now, const dnssd::Event& event) override;
    void fail(Error error);

    Request request_;
};

class ResolveAddress final : public Activity {
public:
    using Request = AddressQuestion;
    ResolveAddress(Client& client, const Call& call, Request request);
    void start();

private:
    void on_event(Instant now, const dnssd::Event& event) override;
    void fail(Error error);

    Call call_;
    Request request_;
};

}  // namespace avahid::dbus
