// avahid/dbus/object.hpp: base of a client's objects, /ClientN/KindM: only its owner may call it,
// only its owner hears its signals, and it dies with its owner. Derived classes give the table of
// their interface (exported.hpp shows one) and the member functions in it.
#pragma once

#include <optional>

#include "avahid/dbus/activity.hpp"
#include "avahid/dbus/client.hpp"
#include "avahid/dbus/exported.hpp"
#include "avahid/dbus/timeout.hpp"
#include "avahid/dbus/wire_size.hpp"

namespace avahid::dbus {

class Object : public Activity, public Exported {
public:
    /// \param kind       "EntryGroup": the path ends in it and a number
    /// \param interface  constant
    Object(Client& client, const char* kind, const Interface& interface);
    ~Object() override;

    /// Lets it start by itself, once the client had the time to ask for its signals
    /// (…New; after …Prepare, the client calls Start).
    void start_soon();

protected:
    /// Begins what it is for. Called once at the most.
    virtual void start() {}

    // For the tables of derived classes.
    void free_method(Call& call);   // Free
    void start_method(Call& call);  // Start
    static std::vector<Method> free_and_start();

    template <class... Values>
    void emit(const char* signal, const Values&... values) {
        client().note_sent(wire_size(values...));
        send(client().name(), interface_.name, signal, values...);
    }

    bool admits(const Call& call) override;

private:
    void start_once();

    const Interface& interface_;
    bool started_ = false;
    std::optional<Timeout> delay_;
};

}  // namespace avahid::dbus
