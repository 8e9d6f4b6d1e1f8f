#include "avahid/dbus/exported.hpp"

#include <exception>
#include <utility>

#include "avahid/dbus/backlog.hpp"

namespace avahid::dbus {

namespace {

constexpr std::size_t reply_size = 400;  // about: it is not known here whether there will be one

}  // namespace

Exported::Exported(Context& context, std::string path)
    : context_(context),
      path_(std::move(path)),
      object_(sdbus::createObject(*context.connection, path_)) {}

void Exported::add(const Interface& interface) {
    for (const Method& method : interface.methods) {
        object_->registerMethod(
            interface.name, method.name, method.in.signature, method.in.names, method.out.signature,
            method.out.names,
            [this, &method](sdbus::MethodCall message) { carry_out(std::move(message), method); });
    }
    for (const Signal& signal : interface.signals) {
        object_->registerSignal(interface.name, signal.name, signal.arguments.signature,
                                signal.arguments.names);
    }
}

void Exported::appear() { object_->finishRegistration(); }

/// Nothing a client sends may end more than its call.
void Exported::carry_out(sdbus::MethodCall message, const Method& method) {
    const std::string sender = message.getSender();
    if (context_.backlog->is_stuck(sender)) return;
    context_.backlog->on_sent(sender, reply_size);
    Call call(std::move(message));
    try {
        if (admits(call)) method.carry_out(*this, call);
    } catch (const sdbus::Error& error) {
        throw;  // sdbus answers with it
    } catch (const std::exception&) {
        call.fail(Error::failure);
    }
}

}  // namespace avahid::dbus
