// tests/avahid/simple/fake_session.hpp: stands in for avahid/session/session.cpp at link time:
// notes what the server asks, and answers when the test says so.
#pragma once

#include <string>
#include <vector>

#include "avahid/session/session.hpp"

namespace simple_test {

/// What the fake session has been asked, in order: "open", "host alpha.local", "address 10.0.0.1",
/// "close".
struct Calls {
    std::vector<std::string> log;
    avahid::session::ClientId last_client{};
    dnssd::Handle last_handle{};
    dnssd::Families last_families{};
    avahid::session::Errc refuse_open = avahid::session::Errc::ok;
    avahid::session::Errc refuse_lookup = avahid::session::Errc::ok;
};
Calls& calls();

/// A Session whose functions are the fakes.
avahid::session::Session& session();

}  // namespace simple_test
