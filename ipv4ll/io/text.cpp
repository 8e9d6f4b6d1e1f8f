#include "ipv4ll/io/text.hpp"

#include <fmt/format.h>

namespace ipv4ll::io {

std::string to_text(const wire::Mac& mac) { return fmt::format("{:02x}", fmt::join(mac, ":")); }

std::string_view to_text(engine::State state) {
    using engine::State;
    switch (state) {
        case State::down:
            return "down";
        case State::paused:
            return "paused";
        case State::probing:
            return "probing";
        case State::assigning:
            return "assigning";
        case State::announcing:
            return "announcing";
        case State::bound:
            return "bound";
    }
    return "unknown";
}

std::string_view to_text(engine::Policy policy) {
    using engine::Policy;
    switch (policy) {
        case Policy::off:
            return "off";
        case Policy::fallback:
            return "fallback";
        case Policy::always:
            return "always";
    }
    return "unknown";
}

std::string_view to_text(engine::Conflicted::Outcome outcome) {
    using Outcome = engine::Conflicted::Outcome;
    switch (outcome) {
        case Outcome::moved_on:
            return "trying another address";
        case Outcome::defended:
            return "defending it";
        case Outcome::yielded:
            return "giving it up";
    }
    return "unknown";
}

}  // namespace ipv4ll::io
