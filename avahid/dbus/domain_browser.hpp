// avahid/dbus/domain_browser.hpp: the domains that the configuration and the network recommend.
#pragma once

#include "avahid/dbus/browser.hpp"

namespace avahid::dbus {

class DomainBrowser final : public Browser {
public:
    struct Request {
        Where where;
        std::string domain;
        std::int32_t kind = 0;  // avahi::DomainKind
        avahi::Flags flags = 0;

        static const Arguments& arguments();
        void read(Call& call);
        Error check() const;
    };
    DomainBrowser(Client& client, Request request);

private:
    static const Interface& interface();
    session::Result<Handle> ask() override;
    void on_item(const dnssd::Event& event) override;
    void tell(const char* signal, const dnssd::LinkId& link, const std::string& domain,
              bool configured, avahi::Flags flags);

    Request request_;
};

}  // namespace avahid::dbus
