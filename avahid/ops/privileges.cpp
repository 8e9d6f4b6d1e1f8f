#include "avahid/ops/privileges.hpp"

#include <grp.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

namespace avahid::ops {
namespace {

using Capabilities = std::unique_ptr<void, int (*)(void*)>;
using Step = std::optional<Failure>;

Step failed(std::string_view step, int error = errno) {
    return Failure{step, {error, boost::system::system_category()}};
}

/// Everything a later exec could get back: needs CAP_SETPCAP, so it comes before the user changes.
Step shrink_bounding_set() {
    for (cap_value_t capability = 0; ::prctl(PR_CAPBSET_READ, capability) >= 0; ++capability) {
        if (::prctl(PR_CAPBSET_DROP, capability) != 0 && errno != EPERM)
            return failed("prctl(PR_CAPBSET_DROP)");
    }
    return {};
}

bool is_ours(const Identity& identity) {
    return ::geteuid() == identity.uid && ::getegid() == identity.gid;
}

bool has_effective(cap_value_t capability) {
    const Capabilities now{::cap_get_proc(), ::cap_free};
    cap_flag_value_t has = CAP_CLEAR;
    return now &&
           ::cap_get_flag(static_cast<cap_t>(now.get()), capability, CAP_EFFECTIVE, &has) == 0 &&
           has == CAP_SET;
}

Step become(const Identity& identity) {
    if (is_ours(identity) || !can_become(identity)) return {};
    if (::initgroups(identity.name.c_str(), identity.gid) != 0) return failed("initgroups");
    if (::setresgid(identity.gid, identity.gid, identity.gid) != 0) return failed("setresgid");
    if (::setresuid(identity.uid, identity.uid, identity.uid) != 0) return failed("setresuid");
    return {};
}

Step clear_capabilities() {
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 && errno != EINVAL)
        return failed("prctl(PR_CAP_AMBIENT)");
    const Capabilities none{::cap_init(), ::cap_free};
    if (!none) return failed("cap_init");
    if (::cap_set_proc(static_cast<cap_t>(none.get())) != 0) return failed("cap_set_proc");
    return {};
}

/// A kernel or container that answered 'done' and did something else is found here.
Step check() {
    const Capabilities none{::cap_init(), ::cap_free};
    const Capabilities now{::cap_get_proc(), ::cap_free};
    if (!none || !now) return failed("cap_get_proc");
    if (::cap_compare(static_cast<cap_t>(now.get()), static_cast<cap_t>(none.get())) != 0)
        return failed("dropping capabilities", EPERM);
    if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        return failed("prctl(PR_GET_NO_NEW_PRIVS)", EPERM);
    return {};
}

Step forbid_new_privileges() {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("prctl(PR_SET_NO_NEW_PRIVS)");
    return {};
}

}  // namespace

bool can_become(const Identity& identity) {
    if (is_ours(identity)) return true;
    return ::geteuid() == 0 && has_effective(CAP_SETUID) && has_effective(CAP_SETGID);
}

std::optional<Failure> drop_privileges(const Identity& identity) {
    if (auto failure = shrink_bounding_set()) return failure;
    if (auto failure = become(identity)) return failure;
    if (auto failure = clear_capabilities()) return failure;
    if (auto failure = forbid_new_privileges()) return failure;
    return check();
}

}  // namespace avahid::ops
