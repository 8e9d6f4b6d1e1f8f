#include "avahid/dbus/browser.hpp"

namespace avahid::dbus {

Interface Browser::table(const char* name, const Arguments& item) {
    return {name,
            free_and_start(),
            {{"ItemNew", item},
             {"ItemRemove", item},
             {"Failure", {"s", {"error"}}},
             {"AllForNow", {}},
             {"CacheExhausted", {}}}};
}

void Browser::start() {
    if (wants_wide_area(flags_)) return emit("Failure", std::string(name_of(Error::not_supported)));
    const auto handle = ask();
    if (handle) return own(*handle);
    if (handle.error() == session::Errc::too_many_objects)
        return emit("Failure", std::string(name_of(error_of(handle.error()))));
    // A name that is not asked for by multicast: nobody can answer.
    end_of_cache();
    emit("AllForNow");
}

void Browser::on_event(Instant, const dnssd::Event& event) {
    if (std::holds_alternative<dnssd::CacheExhausted>(event)) return end_of_cache();
    if (std::holds_alternative<dnssd::AllForNow>(event)) return emit("AllForNow");
    on_item(event);
}

void Browser::end_of_cache() {
    exhausted_ = true;
    emit("CacheExhausted");
}

}  // namespace avahid::dbus
