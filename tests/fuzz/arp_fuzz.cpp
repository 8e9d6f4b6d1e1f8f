// Whatever arrives on the ARP socket: decode it, encode it again, and feed it to an engine that
// meanwhile lives through its whole life.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <utility>
#include <variant>

#include "ipv4ll/engine/engine.hpp"

namespace {

using namespace std::chrono_literals;
using namespace ipv4ll;

void expect(bool holds) {
    if (!holds) std::abort();
}

/// Performs all actions; an address may be assigned and released in turns only, and is in range.
void drain(engine::Engine& engine, engine::Instant now, bool& asked) {
    while (const auto action = engine.poll()) {
        if (const auto* assign = std::get_if<engine::Assign>(&*action)) {
            expect(!std::exchange(asked, true) && claimable(assign->address.to_uint()));
            engine.on_assigned(now);
        } else if (std::holds_alternative<engine::Release>(*action)) {
            expect(std::exchange(asked, false));
        } else if (const auto* sent = std::get_if<engine::SendArp>(&*action)) {
            const auto again = wire::decode_arp(wire::encode_arp(sent->packet));
            expect(again && *again == sent->packet);
        }
    }
}

/// The input becomes packets of 42 bytes, each after a pause its last byte chooses; as raw input
/// rarely names our address, every other packet is turned towards it.
void live(std::span<const std::uint8_t> input) {
    engine::Instant now = engine::Instant{} + 1h;
    engine::Engine engine{{.mac = {2, 0, 0, 0, 0, 1}, .seed = 1}};
    bool asked = false;
    engine.on_link(now, true);
    for (int turn = 0; input.size() >= wire::frame_size; ++turn) {
        const auto frame = input.first(wire::frame_size);
        input = input.subspan(wire::frame_size);
        now += frame.back() * 50ms;
        engine.on_time(now);
        drain(engine, now, asked);
        auto packet = wire::decode_arp(frame);
        if (!packet) continue;
        if (turn % 2 == 1) packet->target_ip = engine.status().address;
        if (turn % 4 == 3) packet->sender_ip = engine.status().address;
        engine.on_arp(now, *packet);
        drain(engine, now, asked);
        expect(claimable(engine.status().address.to_uint()));
        expect(engine.state() != engine::State::probing || engine.deadline());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span input{data, size};
    if (const auto packet = wire::decode_arp(input)) {
        const auto again = wire::decode_arp(wire::encode_arp(*packet));
        expect(again && *again == *packet);
    }
    live(input);
    return 0;
}
