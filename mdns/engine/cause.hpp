// mdns/engine/cause.hpp: why a datagram is sent: for logs, `avahictl monitor` and tests. Nothing
// the engine does depends on it.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <string_view>

namespace mdns::engine {

using Address = boost::asio::ip::address;

/// What a datagram is for, in the RFC's words.
enum class Reason : std::uint8_t {
    probe,           // §8.1
    announcement,    // §8.3, §8.4; §10.2 once more, after our other link's
    answer,          // §6
    legacy_answer,   // §6.7
    defence,         // §6, §8.2: somebody probes for a name of ours
    correction,      // §6.6: somebody gave a record of ours too short a life
    goodbye,         // §10.1
    query,           // §5.2
    refresh,         // §5.2: somebody needs what would soon expire
    reconfirmation,  // §10.4
    known_answers,   // §7.2: those that did not fit into the query before
};
constexpr Reason reasons[] = {Reason::probe,          Reason::announcement, Reason::answer,
                              Reason::legacy_answer,  Reason::defence,      Reason::correction,
                              Reason::goodbye,        Reason::query,        Reason::refresh,
                              Reason::reconfirmation, Reason::known_answers};
std::string_view to_string(Reason reason);  // as it is written above

/// Why a datagram is sent. It may serve several ends at once (§6.4).
class Cause {
public:
    Cause() = default;
    Cause(Reason reason) : reasons_(bit(reason)) {}  // NOLINT(google-explicit-constructor): a word
    /// \param asker  whose message brought it about
    Cause(Reason reason, const Address& asker) : reasons_(bit(reason)), asker_(asker) {}

    void add(const Cause& other) {
        reasons_ = static_cast<std::uint16_t>(reasons_ | other.reasons_);
        if (other.asker_.is_unspecified() || other.asker_ == asker_) return;
        several_ = several_ || other.several_ || !asker_.is_unspecified();
        if (asker_.is_unspecified()) asker_ = other.asker_;
    }
    void set_asker(const Address& asker) { asker_ = asker; }

    bool has(Reason reason) const { return (reasons_ & bit(reason)) != 0; }
    const Address& asker() const { return asker_; }  // the first; unspecified: nobody asked
    bool several() const { return several_; }        // there are more

private:
    static std::uint16_t bit(Reason reason) {
        return static_cast<std::uint16_t>(1u << static_cast<unsigned>(reason));
    }
    std::uint16_t reasons_ = 0;
    bool several_ = false;
    Address asker_;
};

}  // namespace mdns::engine
