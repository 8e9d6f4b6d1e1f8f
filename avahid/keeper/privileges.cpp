#include "avahid/keeper/privileges.hpp"

#include <grp.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <type_traits>

namespace avahid::keeper {
namespace {

struct FreeCaps {
    void operator()(cap_t caps) const { cap_free(caps); }
};
using Caps = std::unique_ptr<std::remove_pointer_t<cap_t>, FreeCaps>;

constexpr std::array<cap_value_t, 2> kept = {CAP_NET_RAW, CAP_NET_ADMIN};

void drop_bounding_set() {
    // Fails without CAP_SETPCAP. The set matters for execve() only, and after no_new_privs
    // not even then.
    for (cap_value_t cap = 0; cap < cap_max_bits(); ++cap) cap_drop_bound(cap);
}

bool change_identity(const Identity& to) {
    if (::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0) return false;
    return ::setgroups(0, nullptr) == 0 && ::setresgid(to.group, to.group, to.group) == 0 &&
           ::setresuid(to.user, to.user, to.user) == 0;
}

bool set_capabilities() {
    const Caps caps{cap_init()};  // empty
    if (!caps) return false;
    const int count = static_cast<int>(kept.size());
    return cap_set_flag(caps.get(), CAP_PERMITTED, count, kept.data(), CAP_SET) == 0 &&
           cap_set_flag(caps.get(), CAP_EFFECTIVE, count, kept.data(), CAP_SET) == 0 &&
           cap_set_proc(caps.get()) == 0;
}

}  // namespace

bool may_become_keeper() {
    const Caps caps{cap_get_proc()};
    if (!caps) return false;
    for (const cap_value_t cap : kept) {
        cap_flag_value_t has = CAP_CLEAR;
        if (cap_get_flag(caps.get(), cap, CAP_PERMITTED, &has) != 0 || has != CAP_SET) return false;
    }
    return true;
}

bool keep_network_capabilities(const std::optional<Identity>& identity) {
    drop_bounding_set();
    cap_reset_ambient();
    if (identity && !change_identity(*identity)) return false;
    return set_capabilities() && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

}  // namespace avahid::keeper
