// avahid/dbus/record_browser.hpp: the records of one name and type, link by link.
#pragma once

#include "avahid/dbus/browser.hpp"

namespace avahid::dbus {

class RecordBrowser final : public Browser {
public:
    struct Request {
        Where where;
        std::string name;
        std::uint16_t klass = 1;
        std::uint16_t type = 0;
        avahi::Flags flags = 0;

        static const Arguments& arguments();
        void read(Call& call);
        Error check() const;
    };
    RecordBrowser(Client& client, Request request);

private:
    static const Interface& interface();
    session::Result<Handle> ask() override;
    void on_item(const dnssd::Event& event) override;

    Request request_;
};

}  // namespace avahid::dbus
