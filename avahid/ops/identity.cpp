#include "avahid/ops/identity.hpp"

#include <pwd.h>

#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>
#include <vector>

namespace avahid::ops {
namespace {

using boost::system::error_code;
using boost::system::result;

constexpr const char* own_user = "avahid";
constexpr const char* other_user = "nobody";

result<Identity> look_up(const char* name) {
    std::vector<char> buffer(16384);
    passwd entry{};
    passwd* found = nullptr;
    const int error = ::getpwnam_r(name, &entry, buffer.data(), buffer.size(), &found);
    if (found) return Identity{entry.pw_name, entry.pw_uid, entry.pw_gid};
    // getpwnam_r(3): 'not found' may come as 0 or one of several codes.
    const bool absent = error == 0 || error == ENOENT || error == ESRCH || error == EPERM;
    return error_code{absent ? ENOENT : error, boost::system::system_category()};
}

}  // namespace

result<Identity> find_identity(const std::string& user) {
    if (!user.empty()) return look_up(user.c_str());
    if (auto own = look_up(own_user)) return own;
    auto other = look_up(other_user);
    if (other) other->is_fallback = true;
    return other;
}

}  // namespace avahid::ops
