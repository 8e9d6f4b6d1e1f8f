#include "avahid/varlink/conversation.hpp"

#include "avahid/varlink/call.hpp"
#include "avahid/varlink/wire/message.hpp"

namespace avahid::varlink {

class Conversation::Current : public Caller {
public:
    Current(Conversation& owner, const wire::Call& call)
        : Caller(owner.session_, owner.client_, call.more), owner_(owner), oneway_(call.oneway) {}

    void reply(nlohmann::json parameters) override {
        send({.error = {}, .parameters = std::move(parameters)});
        finished_ = true;
    }
    void notify(nlohmann::json parameters) override {
        send({.error = {}, .parameters = std::move(parameters), .continues = true});
    }
    void fail(const Failure& failure) override {
        send({.error = failure.error, .parameters = failure.parameters});
        finished_ = true;
    }
    bool has_room() const override {
        return owner_.output_.size() + owner_.unsent_ < plenty_output;
    }
    bool finished() const { return finished_; }

private:
    void send(const wire::Reply& reply) {
        if (!oneway_ && !finished_) owner_.send(wire::frame(reply));
    }
    Conversation& owner_;
    bool oneway_;
    bool finished_ = false;
};

namespace {

Failure unknown_method(std::string_view method) {
    const std::string_view interface = method.substr(0, method.rfind('.'));
    return is_interface(interface) ? method_not_found(method) : interface_not_found(interface);
}

}  // namespace

Conversation::Conversation(session::Session& session, session::ClientId client)
    : session_(session), client_(client) {}

Conversation::~Conversation() = default;

void Conversation::on_bytes(dnssd::Instant now, std::string_view bytes) {
    if (over_) return;
    input_.feed(bytes);
    advance(now);
}

void Conversation::on_end(dnssd::Instant now) {
    ended_ = true;
    // A stream has no end of its own: its reader is gone. A single reply is still awaited.
    if (activity_ && current_->more()) over_ = true;
    advance(now);
}

void Conversation::on_event(dnssd::Instant now, const dnssd::Event& event) {
    if (over_ || !activity_) return;
    activity_->on_event(now, event);
    advance(now);
}

void Conversation::on_packet(dnssd::Instant now, const session::Packet& packet) {
    if (over_ || !activity_) return;
    activity_->on_packet(now, packet);
    advance(now);
}

/// Takes calls as long as none is in progress.
void Conversation::advance(dnssd::Instant now) {
    settle(now);
    while (!over_ && !current_) {
        const auto message = input_.next();
        if (!message) break;
        start(now, *message);
        settle(now);
    }
    if (over_) return;
    if (input_.too_long()) give_up("a message is too long");
    if (current_ && current_->more() && input_.pending() > wire::max_call) {
        give_up("calls pile up behind a stream, which never ends");
    }
    if (ended_ && !current_) over_ = true;
}

void Conversation::start(dnssd::Instant now, const std::string& text) {
    const auto call = wire::parse_call(text);
    if (!call) return give_up(wire::to_string(call.error()));
    current_ = std::make_unique<Current>(*this, *call);
    const Method* method = find_method(call->method);
    if (!method) return current_->fail(unknown_method(call->method));
    // Without a reader for many replies, or for any at all, a stream makes no sense.
    if (method->needs_more && (!call->more || call->oneway)) return current_->fail(expected_more());
    Parameters parameters(call->parameters);
    activity_ = method->start(now, *current_, parameters);
}

/// Clears away a call that has had its last reply.
void Conversation::settle(dnssd::Instant now) {
    if (!current_ || !current_->finished()) return;
    if (activity_) activity_->stop(now);
    activity_.reset();
    current_.reset();
}

void Conversation::give_up(std::string_view why) {
    const Failure failure = bad_message(why);
    send(wire::frame(wire::Reply{.error = failure.error, .parameters = failure.parameters}));
    why_ = why;
    over_ = true;
}

void Conversation::send(std::string message) {
    if (over_) return;
    output_ += message;
    if (output_.size() + unsent_ <= max_output) return;
    why_ = "it does not read what it asked for";
    over_ = true;
    output_.clear();
}

std::string Conversation::take_output() { return std::exchange(output_, {}); }

void Conversation::on_unsent(dnssd::Instant now, std::size_t bytes) {
    unsent_ = bytes;
    if (over_ || !activity_ || !current_->has_room()) return;
    activity_->on_room();
    advance(now);
}

bool Conversation::wants_bytes() const { return !over_ && input_.pending() <= wire::max_call; }

}  // namespace avahid::varlink
