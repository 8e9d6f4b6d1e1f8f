// Bytes of a client of the control socket: framing, JSON, dispatch, parameters; and the client's
// side of the same messages.
#include <cstdlib>

#include "avahid/varlink/conversation.hpp"
#include "avahid/varlink/wire/message.hpp"
#include "tests/avahid/varlink/support/fake_machine.hpp"

namespace {

using namespace avahid;

void pump(dnssd::Instant now, mdns::engine::Engine& engine, dnssd::Catalogue& catalogue,
          session::Session& session, varlink::Conversation& conversation) {
    while (auto output = engine.poll()) catalogue.on_event(now, *output);
    while (auto event = catalogue.poll()) session.on_event(now, *event);
    while (auto event = session.poll()) conversation.on_event(now, event->event);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const dnssd::Instant now(std::chrono::hours(1000));
    mdns::engine::Engine engine{{}};
    dnssd::Catalogue catalogue(engine, {});
    varlink::test::FakeMachine machine;
    session::Session session(catalogue, machine, {}, [](uid_t) { return true; });
    const auto client = session.open(0);
    varlink::Conversation conversation(session, *client);
    // In two pieces: where they meet depends on the input.
    const std::size_t cut = size == 0 ? 0 : data[0] % size;
    conversation.on_bytes(now, bytes.substr(0, cut));
    pump(now, engine, catalogue, session, conversation);
    conversation.on_bytes(now, bytes.substr(cut));
    pump(now, engine, catalogue, session, conversation);
    conversation.on_end(now);

    varlink::wire::Deframer replies(varlink::wire::max_reply);
    replies.feed(conversation.take_output());
    while (const auto message = replies.next()) {
        if (!varlink::wire::parse_reply(*message)) std::abort();  // we speak our own protocol
    }
    static_cast<void>(varlink::wire::parse_reply(bytes));
    session.close(now, *client);
    return 0;
}
