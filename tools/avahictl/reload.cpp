// avahictl reload: as SIGHUP.
#include "tools/avahictl/ask.hpp"
#include "tools/avahictl/verbs.hpp"

namespace avahictl {

Exit run(const Common& common, const ReloadOptions&) {
    const auto reply = ask(common, "Reload", nlohmann::json::object());
    return reply ? Exit::found : reply.error();
}

}  // namespace avahictl
