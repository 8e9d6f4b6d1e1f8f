// avahid/dbus: what the arguments of …New and Resolve… may be, each kind.
#include <gmock/gmock.h>

#include "avahid/dbus/address_resolver.hpp"
#include "avahid/dbus/domain_browser.hpp"
#include "avahid/dbus/group_arguments.hpp"
#include "avahid/dbus/host_name_resolver.hpp"
#include "avahid/dbus/record_browser.hpp"
#include "avahid/dbus/service_browser.hpp"
#include "avahid/dbus/service_resolver.hpp"
#include "avahid/dbus/service_type_browser.hpp"

namespace avahid::dbus {
namespace {

/// \return what is wrong with a good request in which one thing has been changed
template <class Request, class Field, class Value>
Error with(Request request, Field Request::*field, const Value& value) {
    request.*field = Field(value);
    return request.check();
}

const ServiceBrowser::Request browser{{}, "_http._tcp", "local", 0};
const ServiceQuestion service{{}, "Web", "_http._tcp", "local", -1, 0};
const HostNameQuestion host{{}, "alpha.local", -1, 0};
const AddressQuestion address{{}, "192.0.2.1", 0};
const RecordBrowser::Request record{{}, "alpha.local", 1, 1, 0};
const DomainBrowser::Request domain{{}, "", 0, 0};
const ServiceTypeBrowser::Request types{{}, "", 0};

TEST(DbusRequests, GoodOnesPass) {
    for (const Error error : {browser.check(), service.check(), host.check(), address.check(),
                              record.check(), domain.check(), types.check()})
        EXPECT_EQ(error, Error::success);
}

TEST(DbusRequests, EveryKindChecksWhere) {
    const Where nowhere{-2, -1};
    EXPECT_EQ(with(browser, &ServiceBrowser::Request::where, nowhere), Error::invalid_interface);
    EXPECT_EQ(with(service, &ServiceQuestion::where, nowhere), Error::invalid_interface);
    EXPECT_EQ(with(host, &HostNameQuestion::where, nowhere), Error::invalid_interface);
    EXPECT_EQ(with(address, &AddressQuestion::where, nowhere), Error::invalid_interface);
    EXPECT_EQ(with(record, &RecordBrowser::Request::where, nowhere), Error::invalid_interface);
    EXPECT_EQ(with(domain, &DomainBrowser::Request::where, nowhere), Error::invalid_interface);
    EXPECT_EQ(with(types, &ServiceTypeBrowser::Request::where, nowhere), Error::invalid_interface);
}

TEST(DbusRequests, OnlyServicesHaveAllFlags) {
    constexpr avahi::Flags no_txt = avahi::lookup::no_txt;
    EXPECT_EQ(with(browser, &ServiceBrowser::Request::flags, no_txt), Error::invalid_flags);
    EXPECT_EQ(with(service, &ServiceQuestion::flags, no_txt), Error::success);
    EXPECT_EQ(with(host, &HostNameQuestion::flags, no_txt), Error::invalid_flags);
    EXPECT_EQ(with(address, &AddressQuestion::flags, no_txt), Error::invalid_flags);
    EXPECT_EQ(with(record, &RecordBrowser::Request::flags, no_txt), Error::invalid_flags);
    EXPECT_EQ(with(domain, &DomainBrowser::Request::flags, no_txt), Error::invalid_flags);
    EXPECT_EQ(with(types, &ServiceTypeBrowser::Request::flags, no_txt), Error::invalid_flags);
}

TEST(DbusRequests, NamesAndNumbersOfTheirOwn) {
    EXPECT_EQ(with(browser, &ServiceBrowser::Request::type, "http"), Error::invalid_service_type);
    EXPECT_EQ(with(browser, &ServiceBrowser::Request::domain, ".."), Error::invalid_domain_name);
    EXPECT_EQ(with(service, &ServiceQuestion::name, std::string(64, 'x')),
              Error::invalid_service_name);
    EXPECT_EQ(with(service, &ServiceQuestion::name, ""), Error::success);
    EXPECT_EQ(with(service, &ServiceQuestion::type, "_http"), Error::invalid_service_type);
    EXPECT_EQ(with(service, &ServiceQuestion::address_protocol, 2), Error::invalid_protocol);
    EXPECT_EQ(with(host, &HostNameQuestion::name, "alpha"), Error::invalid_host_name);
    EXPECT_EQ(with(host, &HostNameQuestion::address_protocol, -2), Error::invalid_protocol);
    EXPECT_EQ(with(address, &AddressQuestion::address, "fe80::1%eth0"), Error::invalid_address);
    EXPECT_EQ(with(record, &RecordBrowser::Request::type, 255), Error::is_pattern);
    EXPECT_EQ(with(record, &RecordBrowser::Request::klass, 255), Error::is_pattern);
    EXPECT_EQ(with(domain, &DomainBrowser::Request::kind, 5), Error::invalid_argument);
    EXPECT_EQ(with(domain, &DomainBrowser::Request::kind, -1), Error::invalid_argument);
}

/// What is not wanted is not asked for.
TEST(DbusRequests, FlagsOfServicesSayWhatIsWanted) {
    ServiceQuestion question = service;
    EXPECT_TRUE(question.parts().txt && question.parts().addresses);
    question.flags = avahi::lookup::no_txt;
    EXPECT_FALSE(question.parts().txt);
    question.flags = avahi::lookup::no_address;
    EXPECT_FALSE(question.parts().addresses);
}

TEST(DbusGroups, AreOfOneKindOfDnsOrTheOther) {
    using namespace avahi::publish;
    dnssd::Scope scope;
    const auto with_flags = [&](avahi::Flags flags) {
        return GroupArguments{-1, -1, flags}.check(0, scope);
    };
    EXPECT_EQ(with_flags(use_multicast), Error::success);
    EXPECT_EQ(with_flags(use_wide_area), Error::success);  // refused with the domain
    EXPECT_EQ(with_flags(use_wide_area | use_multicast), Error::invalid_flags);
    EXPECT_EQ(with_flags(avahi::Flags{1} << 31), Error::invalid_flags);
}

}  // namespace
}  // namespace avahid::dbus
