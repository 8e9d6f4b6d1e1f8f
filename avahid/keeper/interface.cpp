#include "avahid/keeper/interface.hpp"

#include <fnmatch.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "avahid/keeper/descriptor.hpp"

namespace avahid::keeper {

bool matches_any(const std::vector<std::string>& globs, const std::string& name) {
    return std::any_of(globs.begin(), globs.end(), [&name](const std::string& glob) {
        return ::fnmatch(glob.c_str(), name.c_str(), 0) == 0;
    });
}

int check_interface(int ifindex, const InterfaceRules& rules) {
    const Descriptor any{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    ifreq about{};
    about.ifr_ifindex = ifindex;
    if (ifindex <= 0 || ::ioctl(any.get(), SIOCGIFNAME, &about) < 0) return ENODEV;

    const std::string name{about.ifr_name};
    if (!rules.allow.empty() && !matches_any(rules.allow, name)) return EPERM;
    if (matches_any(rules.deny, name)) return EPERM;

    // RFC 3927 §1.3: IEEE 802 links with ARP.
    if (::ioctl(any.get(), SIOCGIFFLAGS, &about) < 0) return ENODEV;
    if ((about.ifr_flags & (IFF_LOOPBACK | IFF_POINTOPOINT | IFF_NOARP)) != 0) return EOPNOTSUPP;
    if (::ioctl(any.get(), SIOCGIFHWADDR, &about) < 0) return ENODEV;
    return about.ifr_hwaddr.sa_family == ARPHRD_ETHER ? 0 : EOPNOTSUPP;
}

}  // namespace avahid::keeper
