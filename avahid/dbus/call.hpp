// avahid/dbus/call.hpp: one method call of a client, answered now or later. Copies are the same
// call. What cannot be sent any more (the bus is gone) is dropped.
#pragma once

#include <sdbus-c++/Message.h>

#include <string>

#include "avahid/dbus/errors.hpp"

namespace avahid::dbus {

class Call {
public:
    explicit Call(sdbus::MethodCall message) : message_(std::move(message)) {}

    /// The unique name of the caller's connection, such as ":1.42".
    std::string sender() const { return message_.getSender(); }

    /// Takes the arguments, in order; their types have been checked against the method's signature.
    template <class... Values>
    void read(Values&... values) {
        (void)(message_ >> ... >> values);
    }

    /// Once; the values are those of the method's output signature.
    template <class... Values>
    void reply(const Values&... values) const {
        try {
            sdbus::MethodReply reply = message_.createReply();
            ((void)(reply << values), ...);
            reply.send();
        } catch (const sdbus::Error&) {  // the bus is gone: it is noticed elsewhere
        }
    }
    void fail(Error error) const { fail(error, message_of(error)); }
    void fail(Error error, const std::string& message) const;

private:
    sdbus::MethodCall message_;
};

}  // namespace avahid::dbus
