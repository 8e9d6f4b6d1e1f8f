#include "mdns/io/reply_source.hpp"

#include <gtest/gtest.h>

namespace mdns::io {
namespace {

using boost::asio::ip::make_address;
using engine::Endpoint;
using engine::Family;
using engine::LinkId;

constexpr LinkId eth0{2, Family::ipv4};
constexpr LinkId eth1{3, Family::ipv4};

TEST(ReplySources, RemembersTheLatestPerLinkAndAsker) {
    ReplySources sources;
    const Endpoint asker{make_address("192.0.2.9"), 4000};
    EXPECT_EQ(sources.source_for(eth0, asker), std::nullopt);
    sources.on_unicast(eth0, asker, make_address("192.0.2.1"));
    sources.on_unicast(eth0, asker, make_address("192.0.2.2"));
    EXPECT_EQ(sources.source_for(eth0, asker), make_address("192.0.2.2"));
    EXPECT_EQ(sources.source_for(eth1, asker), std::nullopt);
    EXPECT_EQ(sources.source_for(eth0, {asker.address, 4001}), std::nullopt);
}

TEST(ReplySources, ForgetsTheOldestOfMany) {
    ReplySources sources;
    const auto asker = [](unsigned i) {
        return Endpoint{make_address("192.0.2.9"), static_cast<std::uint16_t>(1000 + i)};
    };
    for (unsigned i = 0; i < 65; ++i) sources.on_unicast(eth0, asker(i), make_address("192.0.2.1"));
    EXPECT_EQ(sources.source_for(eth0, asker(0)), std::nullopt);
    EXPECT_TRUE(sources.source_for(eth0, asker(1)));
    EXPECT_TRUE(sources.source_for(eth0, asker(64)));
}

}  // namespace
}  // namespace mdns::io
