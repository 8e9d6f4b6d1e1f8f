// tests/avahid/keeper/namespace.hpp: a network namespace of the test's own, with one virtual link.
#pragma once

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <optional>
#include <string>

#include "avahid/keeper/client.hpp"
#include "avahid/keeper/spawn.hpp"

namespace avahid::keeper::test {

/// What a command prints; its failure fails the test.
std::string run(const std::string& command);

/// Enters a new network namespace with eth0 and eth1, the two ends of one link. Everything in it
/// goes when the test ends.
class Namespace : public testing::Test {
protected:
    void SetUp() override;
    void TearDown() override;

    int eth0 = 0;
    int eth1 = 0;

private:
    int before_ = -1;  // the namespace we came from
};

/// A keeper and a client of it; requests made to look synchronous.
class Kept {
public:
    explicit Kept(const KeeperConfig& config = {});
    ~Kept();

    // errno values; 0: done
    int open_arp(int ifindex);
    int add(int ifindex, const std::string& address, bool default_route = false);
    int remove(int ifindex, const std::string& address);
    int yield(int ifindex, const std::string& address);
    int remove_stale(int ifindex, const std::string& address);
    int reload_rules();
    int add_route(int ifindex);
    int remove_route(int ifindex);

    Descriptor take_opened() { return std::move(opened_); }
    KeeperClient& client() { return *client_; }
    boost::asio::io_context& io() { return io_; }
    pid_t pid() const { return keeper_.pid; }
    bool lost() const { return lost_; }
    /// As if this process had died: the socket closes. Returns when the keeper is gone.
    void close();
    /// Runs handlers until the condition holds, at most 20 s.
    bool run_until(const std::function<bool()>& condition);

private:
    int wait(std::optional<int>& outcome);

    boost::asio::io_context io_;
    Keeper keeper_;
    Descriptor opened_;
    bool lost_ = false;
    std::optional<KeeperClient> client_;
};

}  // namespace avahid::keeper::test
