// avahid/varlink/conversation.hpp: one client's side of the protocol, without its socket.
// Bytes in, bytes out, events in between; one call at a time, the next ones wait in order. A client
// that breaks the protocol, or does not read, is given up: over() says so, and why() explains.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "avahid/session/session.hpp"
#include "avahid/varlink/wire/framing.hpp"

namespace avahid::varlink {

class Activity;

class Conversation {
public:
    static constexpr std::size_t max_output = 4u << 20;       // bytes that may wait for the client
    static constexpr std::size_t plenty_output = 256u << 10;  // from here on, what can wait does

    Conversation(session::Session& session, session::ClientId client);
    ~Conversation();
    Conversation(const Conversation&) = delete;
    Conversation& operator=(const Conversation&) = delete;

    void on_bytes(dnssd::Instant now, std::string_view bytes);
    /// The client will send no more.
    void on_end(dnssd::Instant now);
    void on_event(dnssd::Instant now, const dnssd::Event& event);
    void on_packet(dnssd::Instant now, const session::Packet& packet);

    /// All that is to be sent; then nothing is.
    std::string take_output();
    /// Bytes taken but not yet sent: they count against the ceiling.
    void on_unsent(dnssd::Instant now, std::size_t bytes);
    /// More calls can be taken in; else stop reading until a reply is out.
    bool wants_bytes() const;

    /// Nothing more is to come, but what take_output() still gives.
    bool over() const { return over_; }
    /// Why a misbehaving client was given up, for the log; empty: it left by itself.
    const std::string& why() const { return why_; }

private:
    class Current;  // the call at hand: a Caller
    void advance(dnssd::Instant now);
    void start(dnssd::Instant now, const std::string& message);
    void settle(dnssd::Instant now);
    void give_up(std::string_view why);
    void send(std::string message);

    session::Session& session_;
    session::ClientId client_;
    wire::Deframer input_{wire::max_call};
    std::string output_;
    std::size_t unsent_ = 0;
    std::unique_ptr<Current> current_;
    std::unique_ptr<Activity> activity_;
    bool ended_ = false;
    bool over_ = false;
    std::string why_;
};

}  // namespace avahid::varlink
