#include "avahid/dbus/client.hpp"

#include <algorithm>
#include <utility>

#include "avahid/dbus/clients.hpp"
#include "dnssd/ascii.hpp"

namespace avahid::dbus {
namespace {

/// Equal for equal names; who has the same key is compared again.
std::string key_of(const dnssd::ServiceName& name) {
    return dnssd::lower(name.instance + '.' + name.type);
}

}  // namespace

Client::Client(Clients& all, Context& context, std::string name, uid_t uid, session::ClientId id)
    : all_(all),
      context_(context),
      name_(std::move(name)),
      uid_(uid),
      id_(id),
      number_(context.next_client++) {}

Client::~Client() {
    for (std::size_t i = activities_.size(); i > 0; --i) all_.note_object(uid_, -1);
    activities_.clear();  // while the rest of us is still there for them
    context_.session.close(std::chrono::steady_clock::now(), id_);
}

Error Client::admit() const {
    const bool full = activities_.size() >= context_.limits.objects_per_client ||
                      all_.objects(uid_) >= context_.limits.objects_per_uid;
    return full ? Error::too_many_objects : Error::success;
}

void Client::keep(std::unique_ptr<Activity> activity) {
    const Activity* const key = activity.get();
    activities_.emplace(key, std::move(activity));
    all_.note_object(uid_, +1);
}

void Client::bury(Activity& activity) {
    const auto found = activities_.find(&activity);
    if (found == activities_.end()) return;
    all_.bury(std::move(found->second));
    activities_.erase(found);
    all_.note_object(uid_, -1);
}

std::string Client::next_path(const char* kind) {
    return "/Client" + std::to_string(number_) + "/" + kind + std::to_string(next_object_++);
}

bool Client::publishes(const dnssd::ServiceName& name) const {
    const auto [begin, end] = publishers_.equal_range(key_of(name));
    return std::any_of(begin, end,
                       [&](const auto& entry) { return entry.second->publishes(name); });
}

void Client::note_publisher(const dnssd::ServiceName& name, const Activity& publisher) {
    publishers_.emplace(key_of(name), &publisher);
}

void Client::forget_publisher(const dnssd::ServiceName& name, const Activity& publisher) {
    const auto [begin, end] = publishers_.equal_range(key_of(name));
    const auto found =
        std::find_if(begin, end, [&](const auto& entry) { return entry.second == &publisher; });
    if (found != end) publishers_.erase(found);
}

void Client::on_event(Instant now, const dnssd::Event& event) {
    const Handle handle = std::visit([](const auto& e) { return e.handle; }, event);
    const auto found = watchers_.find(handle);
    if (found != watchers_.end()) found->second->on_event(now, event);
}

void Client::note_sent(std::size_t size) { all_.note_sent(*this, size); }

}  // namespace avahid::dbus
