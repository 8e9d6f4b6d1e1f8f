#include "tools/avahictl/monitor_view.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <ctime>

#include "tools/avahictl/escape.hpp"
#include "tools/avahictl/json_fields.hpp"
#include "tools/avahictl/table.hpp"

namespace avahictl {

using nlohmann::json;

namespace {

constexpr int mdns_port = 5353;

/// Local time to the millisecond.
std::string clock_text(double since_1970) {
    if (!(since_1970 >= 0 && since_1970 < 1e11)) return "--:--:--.---";
    const auto milliseconds = static_cast<std::int64_t>(std::floor(since_1970 * 1000));
    const std::time_t seconds = milliseconds / 1000;
    std::tm local = {};
    ::localtime_r(&seconds, &local);
    return fmt::format("{:02}:{:02}:{:02}.{:03}", local.tm_hour, local.tm_min, local.tm_sec,
                       milliseconds % 1000);
}

std::string words(std::string text) {
    std::ranges::replace(text, '_', ' ');
    return printable(text);
}

/// "announcement, answer to 10.0.0.9 and others"
std::string why_sent(const json& packet) {
    std::string text;
    for (const json& reason : array_of(packet, "why")) {
        if (!reason.is_string()) continue;
        text += text.empty() ? "" : ", ";
        text += words(reason.get<std::string>());
    }
    const std::string asker = text_of(packet, "asker");
    if (!asker.empty()) text += " to " + printable(asker);
    return flag_of(packet, "more_askers") ? text + " and others" : text;
}

bool all_goodbyes(const json& message) {
    const json& answers = array_of(message, "answers");
    return !answers.empty() && std::ranges::all_of(answers, [](const json& record) {
        return number_of(record, "ttl") == 0;
    });
}

/// What others do not say, but show.
std::string what_kind(const json& packet) {
    if (!packet.contains("message")) return "no DNS message";
    const json& message = object_of(packet, "message");
    if (flag_of(message, "response")) return all_goodbyes(message) ? "goodbye" : "response";
    if (number_of(packet, "port") != mdns_port) return "legacy query";
    if (!array_of(message, "authorities").empty()) return "probe";
    return array_of(message, "questions").empty() ? "known answers" : "query";
}

std::string class_text(const json& item) {
    const auto klass = number_of(item, "class");
    return klass == 1 ? "" : fmt::format(" CLASS{}", klass);
}

std::string question_line(const json& question) {
    return fmt::format("    ?      {} {}{}{}\n", printable(text_of(question, "name")),
                       printable(text_of(question, "type")), class_text(question),
                       flag_of(question, "unicast_response") ? " QU" : "");
}

std::string record_line(const char* section, const json& record) {
    return fmt::format("    {:<6} {} {}{} {} {}{}\n", section, printable(text_of(record, "name")),
                       number_of(record, "ttl"), class_text(record),
                       printable(text_of(record, "type")), printable(text_of(record, "rdata")),
                       flag_of(record, "cache_flush") ? " flush" : "");
}

std::string body(const json& message) {
    std::string out;
    const bool response = flag_of(message, "response");
    for (const json& item : array_of(message, "questions")) out += question_line(item);
    for (const json& item : array_of(message, "answers")) {
        out += record_line(response ? "answer" : "known", item);
    }
    for (const json& item : array_of(message, "authorities")) out += record_line("claim", item);
    for (const json& item : array_of(message, "additionals")) out += record_line("more", item);
    return out;
}

std::string peer(const json& packet, bool out) {
    const std::string address = printable(text_of(packet, "address"));
    const auto port = number_of(packet, "port");
    const std::string who = port == mdns_port ? address : fmt::format("{} port {}", address, port);
    if (out) return flag_of(packet, "group") ? "to all" : "to " + who;
    return "from " + who + (flag_of(packet, "group") ? "" : " to us");
}

}  // namespace

std::string packet_text(const json& packet, bool colour) {
    const bool out = text_of(packet, "direction") == "out";
    const json& message = object_of(packet, "message");
    std::string what = out ? why_sent(packet) : what_kind(packet);
    if (flag_of(message, "truncated")) what += ", truncated";
    const std::string dropped = text_of(packet, "dropped");
    if (!dropped.empty()) what += ", dropped: " + words(dropped);
    return fmt::format(
        "{} {} {} {} {}: {}\n{}", clock_text(real_of(packet, "time")),
        printable(text_of(packet, "interface")),
        text_of(packet, "family") == "ipv6" ? "IPv6" : "IPv4",
        paint(out ? Colour::green : Colour::yellow, out ? "out" : "in ", colour), peer(packet, out),
        paint(dropped.empty() ? Colour::bold : Colour::red, what, colour), body(message));
}

}  // namespace avahictl
