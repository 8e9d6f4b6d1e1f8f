// avahid/dbus/exported.hpp: something that has a path on the bus. An Interface is a constant table:
// names and signatures as in Avahi's introspection data, and the member function that carries the
// call out, so that a table reads like the .xml file it answers for.
//
//     const Interface& Thing::interface() {
//         static const Interface table{
//             "org.freedesktop.Avahi.Thing",
//             {{"SetPort", {"q", {"port"}}, {}, method<&Thing::set_port>},
//              {"Free", {}, {}, method<&Thing::free>}},
//             {{"Found", {"s", {"name"}}}}};
//         return table;
//     }
//     void Thing::set_port(Call& call) {        // answers now, or keeps a copy of call for later
//         std::uint16_t port = 0;
//         call.read(port);
//         call.reply();
//     }
#pragma once

#include <sdbus-c++/IConnection.h>
#include <sdbus-c++/IObject.h>
#include <sdbus-c++/Message.h>

#include <memory>
#include <string>
#include <vector>

#include "avahid/dbus/call.hpp"
#include "avahid/dbus/context.hpp"

namespace avahid::dbus {

class Exported;

struct Arguments {
    std::string signature;           // "iisu"
    std::vector<std::string> names;  // one for each
};
struct Method {
    std::string name;
    Arguments in;
    Arguments out;
    void (*carry_out)(Exported& object, Call& call);
};
struct Signal {
    const char* name;
    Arguments arguments;
};
struct Interface {
    const char* name;
    std::vector<Method> methods;
    std::vector<Signal> signals;
};

namespace detail {
template <class T>
struct ClassOf;
template <class C>
struct ClassOf<void (C::*)(Call&)> {
    using Type = C;
};
}  // namespace detail

/// The member function as a Method's carry_out.
template <auto Member>
void method(Exported& object, Call& call) {
    (static_cast<typename detail::ClassOf<decltype(Member)>::Type&>(object).*Member)(call);
}

class Exported {
public:
    Exported(Context& context, std::string path);
    virtual ~Exported() = default;
    Exported(const Exported&) = delete;
    Exported& operator=(const Exported&) = delete;

    const std::string& path() const { return path_; }

protected:
    /// Every interface once; then appear().
    void add(const Interface& interface);
    /// From here on calls come in.
    void appear();
    /// Asked before each call; when it says no, it has answered.
    virtual bool admits(const Call&) { return true; }

    /// A signal to one client, or to all when destination is empty.
    template <class... Values>
    void send(const std::string& destination, const char* interface, const char* name,
              const Values&... values) {
        try {
            sdbus::Signal signal = object_->createSignal(interface, name);
            if (!destination.empty()) signal.setDestination(destination);
            ((void)(signal << values), ...);
            object_->emitSignal(signal);
        } catch (const sdbus::Error&) {  // the bus is gone: it is noticed elsewhere
        }
    }

private:
    void carry_out(sdbus::MethodCall message, const Method& method);

    Context& context_;
    std::string path_;
    std::unique_ptr<sdbus::IObject> object_;
};

}  // namespace avahid::dbus
