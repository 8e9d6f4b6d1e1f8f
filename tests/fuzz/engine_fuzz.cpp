// Drives a whole mDNS engine: packets of any bytes, publications, queries, links and time, in any
// order. What it sends must parse back, and time must get somewhere.
#include <cstdint>
#include <cstdlib>

#include "tests/support/mdns_host.hpp"

namespace {

using namespace test;

class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
    bool empty() const { return left_ == 0; }
    std::uint8_t byte() { return left_ == 0 ? std::uint8_t{0} : (--left_, *data_++); }
    Octets bytes(std::size_t count) {
        count = std::min(count, left_);
        Octets taken(data_, data_ + count);
        data_ += count;
        left_ -= count;
        return taken;
    }

private:
    const std::uint8_t* data_;
    std::size_t left_;
};

void check(MdnsHost& host) {
    for (const Sent& sent : host.sent) {
        if (!sent.text.good || sent.bytes.size() > 9000) std::abort();
    }
    host.clear();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    MdnsHost host;
    host.link_up();
    std::vector<engine::PublicationId> published{host.publish(
        {unique(a("host.local", "10.0.0.1")), shared(ptr("_x._tcp.local", "w._x._tcp.local")),
         unique(srv("w._x._tcp.local", "host.local", 80)),
         unique(txt("w._x._tcp.local", {"a=1"}))})};
    std::vector<engine::QueryId> asked;
    host.advance(std::chrono::milliseconds(input.byte() * 8));
    for (int steps = 0; !input.empty() && steps < 200; ++steps) {
        switch (input.byte() % 10) {
            case 0:
            case 1:
            case 2:
            case 3: {
                const std::uint8_t how = input.byte();
                const auto source = from(how & 1   ? "10.0.0.9"
                                         : how & 2 ? "10.0.0.1"
                                                   : "203.0.113.9",
                                         how & 4 ? 40000 : 5353, (how & 8) == 0);
                host.receive(input.bytes(std::size_t{input.byte()} * 2), source);
                break;
            }
            case 4:
                host.advance(std::chrono::milliseconds(input.byte() * 4));
                break;
            case 5:
                host.advance(std::chrono::seconds(input.byte()));
                break;
            case 6:
                asked.push_back(host.ask(input.byte() & 1 ? "w._x._tcp.local" : "_x._tcp.local",
                                         input.byte(), input.byte() & 1));
                break;
            case 7:
                if (input.byte() & 1) {
                    host.engine.on_link_gone(host.now(), eth0);
                } else {
                    host.link_up();
                }
                break;
            case 8:
                if (published.empty()) {
                    published.push_back(host.publish({unique(a("host.local", "10.0.0.2"))}));
                } else if (input.byte() & 1) {
                    host.engine.update(host.now(), published.back(),
                                       {unique(a("host.local", "10.0.0.3")),
                                        unique(aaaa("host.local", "fd00::1"))});
                } else {
                    host.engine.withdraw(host.now(), published.back());
                    published.pop_back();
                }
                break;
            case 9:
                if (!asked.empty()) {
                    host.engine.cancel(host.now(), asked.back());
                    asked.pop_back();
                }
                break;
        }
        host.drain();
        check(host);
    }
    host.engine.stop(host.now());
    host.drain();
    host.advance(std::chrono::seconds(2));
    check(host);
    if (!host.engine.idle()) std::abort();
    return 0;
}
