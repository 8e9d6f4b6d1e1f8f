// avahid/dbus/lookup.*: where to look, how, and what a result says of itself.
#include "avahid/dbus/lookup.hpp"

#include <gmock/gmock.h>

#include <boost/asio/ip/address.hpp>

namespace avahid::dbus {
namespace {

using boost::asio::ip::make_address;
using mdns::engine::Family;

TEST(DbusLookup, MinusOneIsEverywhere) {
    EXPECT_EQ((Where{-1, -1}.scope()), dnssd::Scope{});
    EXPECT_EQ((Where{3, -1}.scope()), (dnssd::Scope{3, {}}));
    EXPECT_EQ((Where{-1, 0}.scope()), (dnssd::Scope{{}, Family::ipv4}));
    EXPECT_EQ((Where{7, 1}.scope()), (dnssd::Scope{7, Family::ipv6}));
    // No interface has this number: nothing is found, and that is no error.
    EXPECT_EQ((Where{0, -1}.scope()), (dnssd::Scope{0, {}}));
}

TEST(DbusLookup, OtherNumbersAreErrors) {
    EXPECT_EQ(check({-1, -1}), Error::success);
    EXPECT_EQ(check({0, 1}), Error::success);
    EXPECT_EQ(check({-2, -1}), Error::invalid_interface);
    EXPECT_EQ(check({-2, 9}), Error::invalid_interface);
    EXPECT_EQ(check({-1, -2}), Error::invalid_protocol);
    EXPECT_EQ(check({1, 2}), Error::invalid_protocol);
}

TEST(DbusLookup, FlagsAreThoseThatAreUnderstood) {
    EXPECT_EQ(check_flags(0), Error::success);
    EXPECT_EQ(check_flags(avahi::lookup::use_wide_area), Error::success);
    EXPECT_EQ(check_flags(avahi::lookup::use_multicast), Error::success);
    EXPECT_EQ(check_flags(avahi::lookup::use_multicast | avahi::lookup::use_wide_area),
              Error::invalid_flags);
    EXPECT_EQ(check_flags(avahi::lookup::no_txt), Error::invalid_flags);
    EXPECT_EQ(check_flags(avahi::lookup::no_txt, avahi::lookup::no_txt), Error::success);
    EXPECT_EQ(check_flags(0xffffffff, avahi::lookup::no_txt), Error::invalid_flags);
}

TEST(DbusLookup, ResultsSayWhereTheyComeFrom) {
    EXPECT_EQ(flags_of({}), avahi::result::multicast);
    EXPECT_EQ(flags_of({.cached = true}), avahi::result::multicast | avahi::result::cached);
    EXPECT_EQ(flags_of({.local = true, .our_own = true}),
              avahi::result::multicast | avahi::result::local | avahi::result::our_own);
}

TEST(DbusLookup, AddressesHaveNoScope) {
    EXPECT_EQ(text_of(make_address("fe80::1%3")), "fe80::1");
    EXPECT_EQ(text_of(make_address("192.0.2.1")), "192.0.2.1");
}

TEST(DbusLookup, TheFirstErrorCounts) {
    EXPECT_EQ(first_of({}), Error::success);
    EXPECT_EQ(first_of({Error::success, Error::invalid_flags, Error::timeout}),
              Error::invalid_flags);
}

TEST(DbusLookup, WhatCannotBeAskedForIsNotFound) {
    EXPECT_EQ(error_of_lookup(session::Errc::bad_domain), Error::timeout);
    EXPECT_EQ(error_of_lookup(session::Errc::too_many_objects), Error::too_many_objects);
}

}  // namespace
}  // namespace avahid::dbus
