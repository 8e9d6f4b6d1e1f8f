// Golden lines: what avahi-browse -p -k of Avahi 0.8 prints for the same services.
#include "tools/avahictl/parsable.hpp"

#include <gtest/gtest.h>

namespace avahictl {
namespace {

Service dr_pepper() {
    Service service;
    service.interface = "eth0";
    service.family = "ipv4";
    service.instance = "Dr. Pepper \\ 1; \xc3\xa4";
    service.type = "_http._tcp";
    service.domain = "local";
    service.host = "beta.local";
    service.port = 80;
    service.addresses = {"fe80::a82b:fdff:fee6:bee2%eth0", "10.9.0.2"};
    service.txt = {"path=/", "b=x y", "q=\"1\"", "e=\x1b[31m\xff\xc3\xa4\\;z", "nokey", "emp="};
    return service;
}

TEST(AvahictlParsable, IsAvahiBrowsesFormat) {
    EXPECT_EQ(parsable_line('+', dr_pepper()),
              R"(+;eth0;IPv4;Dr\.\032Pepper\032\\\0321\059\032\195\164;_http._tcp;local)");
    EXPECT_EQ(parsable_resolved(dr_pepper()),
              R"(=;eth0;IPv4;Dr\.\032Pepper\032\\\0321\059\032\195\164;_http._tcp;local;)"
              R"(beta.local;10.9.0.2;80;"emp=" "nokey" "e=\027[31m\255\195\164\\;z" )"
              R"("q=\"1\"" "b=x y" "path=/")");
}

TEST(AvahictlParsable, GivesTheAddressOfTheFamily) {
    Service service = dr_pepper();
    service.family = "ipv6";
    service.instance = "x";
    service.txt.clear();
    EXPECT_EQ(parsable_resolved(service),
              "=;eth0;IPv6;x;_http._tcp;local;beta.local;fe80::a82b:fdff:fee6:bee2;80;");
    service.addresses = {"10.9.0.2"};
    EXPECT_EQ(parsable_resolved(service), "=;eth0;IPv6;x;_http._tcp;local;beta.local;10.9.0.2;80;");
    service.addresses.clear();
    EXPECT_EQ(parsable_resolved(service), "=;eth0;IPv6;x;_http._tcp;local;beta.local;;80;");
}

}  // namespace
}  // namespace avahictl
