#include "avahid/net/neighbour.hpp"

#include <gtest/gtest.h>

namespace avahid::net {
namespace {

using boost::asio::ip::make_address;

Neighbour neighbour(const char* address, std::uint8_t hardware, bool router = false) {
    return {2, make_address(address), {2, 0, 0, 0, 0, hardware}, router};
}

Interface with_router(const char* gateway) {
    Interface one;
    one.ifindex = 2;
    one.routers = {{make_address(gateway), 100}};
    return one;
}

TEST(Neighbours, NobodyIsNoCompany) { EXPECT_FALSE(has_company(with_router("192.0.2.254"), {})); }

TEST(Neighbours, OrdinaryHostIsCompany) {
    const Neighbour all[] = {neighbour("192.0.2.254", 1), neighbour("192.0.2.9", 9)};
    EXPECT_TRUE(has_company(with_router("192.0.2.254"), all));
}

TEST(Neighbours, RouterIsNoneByWhicheverOfItsAddresses) {
    const Neighbour all[] = {neighbour("192.0.2.254", 1), neighbour("fe80::1", 1),
                             neighbour("192.0.2.253", 1), neighbour("fe80::2", 2, true)};
    EXPECT_FALSE(has_company(with_router("192.0.2.254"), all));
}

TEST(Neighbours, OnOtherInterfacesAreNoCompanyHere) {
    auto elsewhere = neighbour("192.0.2.9", 9);
    elsewhere.ifindex = 3;
    EXPECT_FALSE(has_company(with_router("192.0.2.254"), {&elsewhere, 1}));
}

}  // namespace
}  // namespace avahid::net
