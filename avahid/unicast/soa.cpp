#include "avahid/unicast/soa.hpp"

#include <algorithm>

#include "mdns/wire/message.hpp"
#include "mdns/wire/writer.hpp"

namespace avahid::unicast {
namespace {

namespace wire = mdns::wire;

constexpr std::size_t max_udp_message = 512;            // §2.3.4
constexpr std::uint8_t no_error = 0, no_such_name = 3;  // §4.1.1, RCODE

const wire::Name& local() {
    static const wire::Name name = *wire::Name::from_text("local");
    return name;
}

}  // namespace

std::vector<std::uint8_t> soa_query(std::uint16_t id) {
    wire::Writer writer;
    writer.begin({.id = id, .recursion_desired = true}, max_udp_message);
    writer.question(local(), wire::type::soa, wire::class_in);
    const wire::Bytes bytes = writer.finish();
    return {bytes.begin(), bytes.end()};
}

std::optional<bool> zone_exists(std::span<const std::uint8_t> reply, std::uint16_t id) {
    wire::Message message;
    if (message.decode(reply) != wire::Errc::ok) return std::nullopt;
    const wire::Header& header = message.header();
    if (!header.response || header.id != id || header.opcode != 0) return std::nullopt;
    const auto asked = message.questions();
    if (asked.size() != 1 || !asked[0].name.equals(local()) || asked[0].type != wire::type::soa)
        return std::nullopt;
    if (header.rcode == no_such_name) return false;
    if (header.rcode != no_error) return std::nullopt;
    return std::ranges::any_of(message.answers(), [](const wire::RecordView& record) {
        return record.type == wire::type::soa && record.name.equals(local());
    });
}

}  // namespace avahid::unicast
