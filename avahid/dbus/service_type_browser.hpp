// avahid/dbus/service_type_browser.hpp: the types of service that there are, link by link.
#pragma once

#include "avahid/dbus/browser.hpp"

namespace avahid::dbus {

class ServiceTypeBrowser final : public Browser {
public:
    struct Request {
        Where where;
        std::string domain;
        avahi::Flags flags = 0;

        static const Arguments& arguments();
        void read(Call& call);
        Error check() const;
    };
    ServiceTypeBrowser(Client& client, Request request);

private:
    static const Interface& interface();
    session::Result<Handle> ask() override;
    void on_item(const dnssd::Event& event) override;

    Request request_;
};

}  // namespace avahid::dbus
