#include "avahid/dbus/activity.hpp"

#include <chrono>

#include "avahid/dbus/client.hpp"

namespace avahid::dbus {

Activity::~Activity() { cancel_all(); }

Context& Activity::context() const { return client_.context(); }
session::ClientId Activity::client_id() const { return client_.id(); }
Instant Activity::now() { return std::chrono::steady_clock::now(); }

void Activity::own(Handle handle) {
    handles_.push_back(handle);
    client_.watch(handle, *this);
}

void Activity::cancel(Handle handle) {
    if (std::erase(handles_, handle) == 0) return;
    client_.unwatch(handle);
    session().cancel(now(), client_id(), handle);
}

void Activity::cancel_all() {
    while (!handles_.empty()) cancel(handles_.back());
}

void Activity::end() {
    cancel_all();
    client_.bury(*this);
}

}  // namespace avahid::dbus
