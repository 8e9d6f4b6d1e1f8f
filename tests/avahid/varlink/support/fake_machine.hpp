// tests/avahid/varlink/support/fake_machine.hpp: a machine with eth0 (2) and eth1 (3) that
// remembers what it was told to do.
#pragma once

#include <string>
#include <vector>

#include "avahid/session/session.hpp"

namespace avahid::varlink::test {

struct FakeMachine : session::Machine {
    session::Status status() const override { return what_status; }
    session::Errc set_host_name(const std::string& name) override {
        done.push_back("hostname " + name);
        return answer;
    }
    session::Errc ipv4ll(const std::string& interface, session::Ipv4llAction action) override {
        const char* const names[] = {"on", "off", "renew"};
        done.push_back("ipv4ll " + interface + " " + names[static_cast<int>(action)]);
        return answer;
    }
    session::Errc reload() override {
        done.emplace_back("reload");
        return answer;
    }
    std::optional<int> ifindex_of(const std::string& interface) const override {
        if (interface == "eth0") return 2;
        if (interface == "eth1") return 3;
        return std::nullopt;
    }
    std::string name_of(int ifindex) const override {
        if (ifindex == 2) return "eth0";
        return ifindex == 3 ? "eth1" : "";
    }
    std::vector<mdns::engine::CachedRecordInfo> cache() const override { return what_cache; }
    void flush_cache() override { done.emplace_back("flush"); }

    session::Status what_status;
    std::vector<mdns::engine::CachedRecordInfo> what_cache;
    session::Errc answer = session::Errc::ok;
    std::vector<std::string> done;
};

}  // namespace avahid::varlink::test
