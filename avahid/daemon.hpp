// avahid/daemon.hpp: the composition root. Owns every part and the io_context; carries datagrams,
// events and deadlines between parts that do not know each other:
// socket -> engine -> socket; engine -> host, dnssd -> session -> client.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "avahid/config/cli.hpp"
#include "avahid/keeper/spawn.hpp"

namespace avahid {

struct Setup {
    config::Options options;
    config::Config config;
    std::optional<keeper::Keeper> keeper;  // empty: no privilege for IPv4LL
    std::string version;
    std::function<void()> on_ready = {};  // once
};

class Daemon {
public:
    explicit Daemon(Setup setup);
    ~Daemon();

    /// Opens what is better opened with privileges (large socket buffers); reads nothing from the
    /// network yet.
    /// \return false, having logged why, when there is nothing to go on with
    bool open();
    /// Serves until told to stop (SIGINT, SIGTERM) or until it cannot go on.
    /// \return the exit status
    int run();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace avahid
