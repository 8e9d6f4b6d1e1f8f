// tools/avahictl/follow.hpp: a stream of replies, until it, the time or the user's patience ends.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>

#include "tools/avahictl/ask.hpp"

namespace avahictl {

/// What a reply means for the exit status.
enum class Seen {
    nothing,
    found,
    end,  // enough: nothing more is taken
};

/// \param on_reply  is given the parameters of each reply, and prints what it likes
/// \return found once on_reply has said so; what went wrong has been printed
Exit follow(const Common& common, Client stream,
            const std::function<Seen(const nlohmann::json& parameters)>& on_reply);

}  // namespace avahictl
