#include "avahid/net/neighbour.hpp"

#include <algorithm>

namespace avahid::net {

/// A router has several addresses, of both families: it is known by its hardware's.
bool has_company(const Interface& interface, std::span<const Neighbour> neighbours) {
    const auto here = [&](const Neighbour& one) { return one.ifindex == interface.ifindex; };
    const auto routes = [&](const Neighbour& one) {
        return one.router || std::ranges::any_of(interface.routers, [&](const DefaultRoute& route) {
                   return route.gateway == one.address;
               });
    };
    return std::ranges::any_of(neighbours, [&](const Neighbour& one) {
        return here(one) && std::ranges::none_of(neighbours, [&](const Neighbour& other) {
                   return here(other) && other.hardware == one.hardware && routes(other);
               });
    });
}

}  // namespace avahid::net
