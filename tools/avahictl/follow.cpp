#include "tools/avahictl/follow.hpp"

namespace avahictl {

Exit follow(const Common& common, Client stream,
            const std::function<Seen(const nlohmann::json&)>& on_reply) {
    const auto end = end_of(common);
    Exit so_far = Exit::nothing;
    bool heard = false;
    for (;;) {
        const auto reply = stream.next(end);
        if (!reply) {
            if (reply.error() == ClientErrc::interrupted) return so_far;
            if (reply.error() != ClientErrc::timed_out) return complain(common, reply.error());
            return heard ? so_far : nothing_in_time(common);
        }
        if (!reply->error.empty()) return complain(*reply);
        heard = true;
        const Seen seen = on_reply(reply->parameters);
        if (seen == Seen::found) so_far = Exit::found;
        if (seen == Seen::end || !reply->continues) return so_far;
    }
}

}  // namespace avahictl
