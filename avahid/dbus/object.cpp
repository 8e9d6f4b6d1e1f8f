#include "avahid/dbus/object.hpp"

#include <boost/asio/io_context.hpp>
#include <utility>

namespace avahid::dbus {
namespace {

/// As long as avahi-daemon waits.
constexpr auto start_delay = std::chrono::milliseconds(10);

}  // namespace

Object::Object(Client& client, const char* kind, const Interface& interface)
    : Activity(client), Exported(client.context(), client.next_path(kind)), interface_(interface) {
    add(interface);
    appear();
}

Object::~Object() = default;

bool Object::admits(const Call& call) {
    if (call.sender() == client().name()) return true;
    call.fail(Error::access_denied);
    return false;
}

void Object::free_method(Call& call) {
    call.reply();
    end();
}

void Object::start_method(Call& call) {
    call.reply();
    start_once();
}

std::vector<Method> Object::free_and_start() {
    return {{"Free", {}, {}, method<&Object::free_method>},
            {"Start", {}, {}, method<&Object::start_method>}};
}

void Object::start_soon() {
    delay_.emplace(context().io);
    delay_->set(start_delay, [this] {
        start_once();
        context().soon();
    });
}

void Object::start_once() {
    if (!std::exchange(started_, true)) start();
}

}  // namespace avahid::dbus
