// avahid/dbus/host_name_resolver.hpp: one address of a host: the object, and the call
// ResolveHostName.
#pragma once

#include <optional>

#include "avahid/dbus/lookup.hpp"
#include "avahid/dbus/object.hpp"

namespace avahid::dbus {

struct HostNameQuestion {
    Where where;
    std::string name;
    avahi::Protocol address_protocol = avahi::any_protocol;
    avahi::Flags flags = 0;

    static const Arguments& arguments();
    void read(Call& call);
    Error check() const;
    session::Result<Handle> ask(session::Session& session, session::ClientId client,
                                Instant now) const;
};

class HostNameResolver final : public Object {
public:
    using Request = HostNameQuestion;
    HostNameResolver(Client& client, Request request);

private:
    static const Interface& interface();
    void start() override;
    void on_event(Instant now, const dnssd::Event& event) override;
    void fail(Error error);

    Request request_;
};

class ResolveHostName final : public Activity {
public:
    using Request = HostNameQuestion;
    ResolveHostName(Client& client, const Call& call, Request request);
    void start();

private:
    void on_event(Instant now, const dnssd::Event& event) override;
    void fail(Error error);

    Call call_;
    Request request_;
};

}  // namespace avahid::dbus
