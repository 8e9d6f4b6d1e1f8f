#include <boost/asio/ip/address.hpp>

#include "avahid/varlink/marshal.hpp"
#include "avahid/varlink/wire/text.hpp"
#include "mdns/constants.hpp"
#include "mdns/wire/message.hpp"

namespace avahid::varlink {

using mdns::engine::Family;
using nlohmann::json;

namespace {

std::string text(std::string_view bytes) { return wire::replace_invalid(bytes); }

json question_to_json(const mdns::wire::Question& question) {
    return {{"name", text(question.name.to_text())},
            {"type", mdns::wire::type_name(question.type)},
            {"class", question.klass},
            {"unicast_response", question.unicast_response}};
}

json record_to_json(const mdns::wire::RecordView& record) {
    mdns::wire::Rdata rdata;
    record.canonical_rdata(rdata);
    return {{"name", text(record.name.to_text())},
            {"type", mdns::wire::type_name(record.type)},
            {"class", record.klass},
            {"ttl", record.ttl},
            {"cache_flush", record.cache_flush},
            {"rdata", text(mdns::wire::rdata_to_text(record.type, rdata))}};
}

json records_to_json(std::span<const mdns::wire::RecordView> records) {
    json list = json::array();
    for (const auto& record : records) list.push_back(record_to_json(record));
    return list;
}

json message_to_json(const mdns::wire::Message& message) {
    const auto& header = message.header();
    json questions = json::array();
    for (const auto& question : message.questions()) {
        questions.push_back(question_to_json(question));
    }
    return {{"id", header.id},
            {"response", header.response},
            {"opcode", header.opcode},
            {"rcode", header.rcode},
            {"authoritative", header.authoritative},
            {"truncated", header.truncated},
            {"questions", std::move(questions)},
            {"answers", records_to_json(message.answers())},
            {"authorities", records_to_json(message.authorities())},
            {"additionals", records_to_json(message.additionals())}};
}

void add_cause(json& object, const mdns::engine::Cause& why) {
    const std::string interface = object["interface"];
    json words = json::array();
    for (const auto reason : mdns::engine::reasons) {
        if (why.has(reason)) words.push_back(to_string(reason));
    }
    object["why"] = std::move(words);
    if (why.asker().is_unspecified()) return;
    object["asker"] = address_text(why.asker(), interface);
    object["more_askers"] = why.several();
}

}  // namespace

json to_json(const session::Packet& packet, const NameOf& name_of) {
    json object = link_part(packet.link, name_of);
    const std::string interface = object["interface"];
    const auto since_1970 = packet.at.time_since_epoch();
    object["time"] = std::chrono::duration<double>(since_1970).count();
    object["direction"] = packet.sent ? "out" : "in";
    object["group"] = packet.to_group;
    if (packet.peer) {
        object["address"] = address_text(packet.peer->address, interface);
        object["port"] = packet.peer->port;
    } else {
        object["address"] = packet.link.family == Family::ipv4 ? "224.0.0.251" : "ff02::fb";
        object["port"] = mdns::port;
    }
    object["size"] = packet.bytes.size();
    if (packet.sent) add_cause(object, packet.why);
    if (!packet.dropped.empty()) object["dropped"] = packet.dropped;
    mdns::wire::Message message;
    if (message.decode(packet.bytes) == mdns::wire::Errc::ok) {
        object["message"] = message_to_json(message);
    }
    return object;
}

}  // namespace avahid::varlink
