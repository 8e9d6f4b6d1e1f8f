#include "mdns/engine/cause.hpp"

namespace mdns::engine {

std::string_view to_string(Reason reason) {
    switch (reason) {
        case Reason::probe:
            return "probe";
        case Reason::announcement:
            return "announcement";
        case Reason::answer:
            return "answer";
        case Reason::legacy_answer:
            return "legacy_answer";
        case Reason::defence:
            return "defence";
        case Reason::correction:
            return "correction";
        case Reason::goodbye:
            return "goodbye";
        case Reason::query:
            return "query";
        case Reason::refresh:
            return "refresh";
        case Reason::reconfirmation:
            return "reconfirmation";
        case Reason::known_answers:
            return "known_answers";
    }
    return "unknown";
}

}  // namespace mdns::engine
