// tests/sim/churn_test.cpp: whatever programs do, the engine comes to rest, and the rest of the
// network agrees with it.
#include "tests/sim/properties.hpp"

namespace sim {
namespace {

class Program {  // on one host
public:
    Program(Network& network, Host& host, bool both)
        : network_(network), host_(host), both_(both) {}

    void step() {
        switch (network_.below(8)) {
            case 0:
            case 1:
                // A port for each host: what one says is never what another said ten seconds ago.
                return handles_.push_back(
                    host_.publish(network_.below(2) ? "Printer" : "Website",
                                  network_.below(2) ? "_http._tcp" : "_ipp._tcp",
                                  static_cast<std::uint16_t>(7 + host_.index),
                                  {network_.below(2) ? std::optional(2) : std::nullopt, {}}));
            case 2:
                if (handles_.empty()) return;
                host_.cancel(handles_.back());
                return handles_.pop_back();
            case 3:
                if (handles_.empty()) return;
                host_.update_txt(handles_[0], {"a=" + std::to_string(network_.below(3))});
                return network_.run(1s);  // §8.4: no more often
            case 4:
                return host_.unplug(2);
            case 5:
                return host_.plug(2, 0, both_);
            case 6:
                return host_.want_name(network_.below(2) ? "alpha" : "gamma");
            default:
                return host_.flush_cache();
        }
    }

private:
    Network& network_;
    Host& host_;
    bool both_;
    std::vector<dnssd::Handle> handles_;
};

TEST(SimChurn, Settles) {
    for_each_seed([](std::uint64_t seed) {
        Network network(seed, weather_of(seed));
        const bool both = seed % 2 == 0;
        boot(network, 3, both);
        std::vector<Program> programs;
        for (const auto& host : network.hosts) programs.emplace_back(network, *host, both);
        for (int step = 0; step < 120; ++step) {
            programs[static_cast<std::size_t>(network.below(3))].step();
            network.run(network.between(0ms, network.below(3) ? 300ms : 3s));
        }
        for (const auto& host : network.hosts) {
            if (host->links.empty()) host->plug(2, 0, both);
        }
        network.run(150s);
        expect_unique_names(network);
        expect_allowed(network);
        expect_silence(network);
        report(network, seed);
    });
}

}  // namespace
}  // namespace sim
