// avahid/keeper/addresses.hpp: a link-local address and its routes in the kernel, through netlink.
// Sets and removes what it is told; who may have what is keeper.cpp's business.
#pragma once

#include <cstdint>
#include <memory>

struct nl_sock;

namespace avahid::keeper {

struct LinkLocal {
    int ifindex = 0;
    std::uint32_t address = 0;  // host byte order
    bool operator==(const LinkLocal&) const = default;
};

class Addresses {
public:
    // All return an errno value, 0 when done.

    int open();
    /// The address as /16 with scope link, then routes of its own metric to 169.254.0.0/16 and, if
    /// asked for, to everything: below any route that somebody has set on purpose. What has the
    /// address as its source leaves by this interface, by a rule and a table of its own.
    /// All or nothing; an address that is there already is an error (EEXIST).
    int add(const LinkLocal& what, bool default_route);
    /// The address and whatever there is of the routes. Gone already counts as done.
    int remove(const LinkLocal& what);
    /// The route to 169.254.0.0/16, of the same metric, where there is no address.
    int add_route(int ifindex);
    int remove_route(int ifindex);

private:
    struct Close {
        void operator()(nl_sock* socket) const;
    };
    std::unique_ptr<nl_sock, Close> socket_;
};

}  // namespace avahid::keeper
