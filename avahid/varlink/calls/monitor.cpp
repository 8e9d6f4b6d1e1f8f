// Monitor: every datagram, as it comes or goes. The daemon waits for nobody: what a client does not
// read in time is counted, and not even decoded.
#include "avahid/varlink/calls/calls.hpp"
#include "avahid/varlink/unmarshal.hpp"

namespace avahid::varlink::calls {

namespace {

constexpr auto period = std::chrono::seconds(1);
constexpr std::size_t max_per_period = 2000;

class Monitor : public Activity {
public:
    using Activity::Activity;

    void on_event(Instant, const dnssd::Event&) override {}

    void on_packet(Instant now, const session::Packet& packet) override {
        if (now - began_ >= period) {
            began_ = now;
            told_ = 0;
        }
        if (told_ == max_per_period || !caller().has_room()) {
            ++lost_;
            return;
        }
        ++told_;
        tell_lost();
        caller().notify({{"event", "packet"}, {"packet", to_json(packet, caller().name_of())}});
    }
    void on_room() override { tell_lost(); }

private:
    void tell_lost() {
        if (lost_ == 0) return;
        caller().notify({{"event", "lost"}, {"lost", lost_}});
        lost_ = 0;
    }

    Instant began_{};
    std::size_t told_ = 0;  // since then
    std::uint64_t lost_ = 0;
};

}  // namespace

Started monitor(Instant, Caller& caller, Parameters& parameters) {
    const auto scope = read_scope(parameters, caller.machine());
    if (refused(caller, parameters)) return nullptr;
    if (!caller.session().may_manage(caller.client()))
        return failed(caller, session::Errc::not_permitted);
    if (!caller.session().monitors().add(caller.client(), scope))
        return failed(caller, session::Errc::too_many_objects);
    auto started = std::make_unique<Monitor>(caller);
    caller.notify({{"event", "started"}});
    return started;
}

}  // namespace avahid::varlink::calls
