// avahid/dbus/browser.hpp: base of the browsers: ItemNew and ItemRemove come from the derived
// class, CacheExhausted, AllForNow and Failure from here.
#pragma once

#include "avahid/dbus/lookup.hpp"
#include "avahid/dbus/object.hpp"

namespace avahid::dbus {

class Browser : public Object {
protected:
    Browser(Client& client, const char* kind, const Interface& interface, avahi::Flags flags)
        : Object(client, kind, interface), flags_(flags) {}

    /// The table of a derived class's interface.
    /// \param item  arguments of ItemNew and ItemRemove
    static Interface table(const char* name, const Arguments& item);

    /// Asks the session.
    virtual session::Result<Handle> ask() = 0;
    /// Sends ItemNew or ItemRemove, if the event is one of this kind.
    virtual void on_item(const dnssd::Event& event) = 0;

    /// Until all that was known has been told, what comes is from the cache.
    avahi::Flags flags_of_new(bool local, bool our_own = false) const {
        return flags_of({.local = local, .cached = !local && !exhausted_, .our_own = our_own});
    }
    avahi::Flags flags_of_gone() const { return flags_of({}); }

    void start() override;

private:
    void on_event(Instant now, const dnssd::Event& event) override;
    void end_of_cache();

    avahi::Flags flags_;
    bool exhausted_ = false;
};

}  // namespace avahid::dbus
