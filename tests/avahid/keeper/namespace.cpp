#include "tests/avahid/keeper/namespace.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>

namespace avahid::keeper::test {

using namespace std::chrono_literals;

std::string run(const std::string& command) {
    FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
    if (!pipe) return {};
    std::string output;
    std::array<char, 4096> buffer;
    while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
        output.append(buffer.data(), size);
    }
    EXPECT_EQ(::pclose(pipe), 0) << command << ": " << output;
    return output;
}

void Namespace::SetUp() {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root for a network namespace";
    before_ = ::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (::unshare(CLONE_NEWNET) < 0) GTEST_SKIP() << "no new network namespace here";
    run("ip link add eth0 type veth peer name eth1");
    run("ip link set eth0 up && ip link set eth1 up");
    eth0 = static_cast<int>(::if_nametoindex("eth0"));
    eth1 = static_cast<int>(::if_nametoindex("eth1"));
    ASSERT_GT(eth0, 0);
    ASSERT_GT(eth1, 0);
}

void Namespace::TearDown() {
    if (before_ < 0) return;
    EXPECT_EQ(::setns(before_, CLONE_NEWNET), 0);
    ::close(before_);
}

Kept::Kept(const KeeperConfig& config) {
    auto spawned = spawn_keeper(config);
    EXPECT_TRUE(spawned) << spawned.error().message();
    if (!spawned) return;
    keeper_ = std::move(*spawned);
    client_.emplace(io_, std::move(keeper_.socket), [this] { lost_ = true; });
}

Kept::~Kept() { close(); }

void Kept::close() {
    client_.reset();
    end_keeper(keeper_);
}

bool Kept::run_until(const std::function<bool()>& condition) {
    const auto give_up = std::chrono::steady_clock::now() + 20s;
    while (!condition() && std::chrono::steady_clock::now() < give_up) {
        io_.restart();
        io_.run_one_for(100ms);
    }
    return condition();
}

int Kept::wait(std::optional<int>& outcome) {
    EXPECT_FALSE(outcome) << "answered within the call";
    EXPECT_TRUE(run_until([&outcome] { return outcome.has_value(); })) << "no answer";
    return outcome.value_or(-1);
}

int Kept::open_arp(int ifindex) {
    std::optional<int> outcome;
    client_->open_arp(ifindex, [this, &outcome](boost::system::result<Descriptor> opened) {
        outcome = opened ? 0 : opened.error().value();
        if (opened) opened_ = std::move(*opened);
    });
    return wait(outcome);
}

int Kept::add(int ifindex, const std::string& address, bool default_route) {
    std::optional<int> outcome;
    client_->add_address(ifindex, boost::asio::ip::make_address_v4(address), default_route,
                         [&outcome](const auto& error) { outcome = error.value(); });
    return wait(outcome);
}

int Kept::remove(int ifindex, const std::string& address) {
    std::optional<int> outcome;
    client_->remove_address(ifindex, boost::asio::ip::make_address_v4(address),
                            [&outcome](const auto& error) { outcome = error.value(); });
    return wait(outcome);
}

int Kept::yield(int ifindex, const std::string& address) {
    std::optional<int> outcome;
    client_->yield_address(ifindex, boost::asio::ip::make_address_v4(address),
                           [&outcome](const auto& error) { outcome = error.value(); });
    return wait(outcome);
}

int Kept::remove_stale(int ifindex, const std::string& address) {
    std::optional<int> outcome;
    client_->remove_stale(ifindex, boost::asio::ip::make_address_v4(address),
                          [&outcome](const auto& error) { outcome = error.value(); });
    return wait(outcome);
}

int Kept::add_route(int ifindex) {
    std::optional<int> outcome;
    client_->add_route(ifindex, [&outcome](const auto& error) { outcome = error.value(); });
    return wait(outcome);
}

int Kept::remove_route(int ifindex) {
    std::optional<int> outcome;
    client_->remove_route(ifindex, [&outcome](const auto& error) { outcome = error.value(); });
    return wait(outcome);
}

int Kept::reload_rules() {
    std::optional<int> outcome;
    client_->reload_rules([&outcome](const auto& error) { outcome = error.value(); });
    return wait(outcome);
}

}  // namespace avahid::keeper::test
