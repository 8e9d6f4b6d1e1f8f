#include "ipv4ll/engine/reply_limit.hpp"

#include "ipv4ll/constants.hpp"

namespace ipv4ll::engine {

bool ReplyLimit::allow(Instant now, const wire::Mac& asker) {
    std::optional<Answered>* free = nullptr;
    for (auto& slot : answered_) {
        if (slot && now - slot->at >= reply_interval) slot.reset();
        if (!slot) {
            free = &slot;
        } else if (slot->asker == asker) {
            return false;
        }
    }
    if (free == nullptr) return false;
    *free = Answered{asker, now};
    return true;
}

}  // namespace ipv4ll::engine
