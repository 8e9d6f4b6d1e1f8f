// avahictl metrics: every counter, in the text format of Prometheus.
#include <fmt/core.h>

#include <array>
#include <initializer_list>
#include <utility>

#include "tools/avahictl/ask.hpp"
#include "tools/avahictl/json_fields.hpp"
#include "tools/avahictl/verbs.hpp"

namespace avahictl {

using nlohmann::json;

namespace {

/// Why datagrams were dropped: names of the daemon's counters.
constexpr std::array drop_reasons = {"malformed",  "bad_header",  "bad_port",
                                     "off_link",   "unsolicited", "no_link",
                                     "own_echoes", "oversized",   "misaddressed"};

using Labels = std::initializer_list<std::pair<const char*, std::string>>;

std::string label_value(std::string_view value) {
    std::string out = "\"";
    for (const char c : value) {
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

class Page {
public:
    /// What follows is of this metric.
    void metric(const char* name, const char* type, const char* help) {
        name_ = name;
        text_ += fmt::format("# HELP avahid_{} {}\n# TYPE avahid_{} {}\n", name, help, name, type);
    }
    template <class Number>
    void value(Number number, Labels labels = {}) {
        std::string list;
        for (const auto& [label, value] : labels) {
            list += fmt::format("{}{}={}", list.empty() ? "" : ",", label, label_value(value));
        }
        if (!list.empty()) list = "{" + list + "}";
        text_ += fmt::format("avahid_{}{} {}\n", name_, list, number);
    }
    const std::string& text() const { return text_; }

private:
    std::string name_;
    std::string text_;
};

void add_machine(Page& page, const json& status) {
    page.metric("info", "gauge", "Version and host name; always 1.");
    page.value(1, {{"version", text_of(status, "version")},
                   {"host_name", text_of(status, "host_name")},
                   {"host_state", text_of(status, "host_state")}});
    page.metric("uptime_seconds", "gauge", "Since the daemon started.");
    page.value(real_of(status, "uptime"));
    page.metric("clients", "gauge", "Programs connected.");
    page.value(number_of(status, "clients"));
    page.metric("publications", "gauge", "Services and addresses published.");
    page.value(number_of(status, "publications"));
}

void add_totals(Page& page, const json& counters) {
    page.metric("packets_total", "counter", "Datagrams of all links.");
    page.value(number_of(counters, "packets_in"), {{"direction", "in"}});
    page.value(number_of(counters, "packets_out"), {{"direction", "out"}});
    page.metric("bytes_total", "counter", "Bytes in these datagrams.");
    page.value(number_of(counters, "bytes_in"), {{"direction", "in"}});
    page.value(number_of(counters, "bytes_out"), {{"direction", "out"}});
    page.metric("dropped_packets_total", "counter", "Datagrams without effect, by reason.");
    for (const char* reason : drop_reasons)
        page.value(number_of(counters, reason), {{"reason", reason}});
    page.metric("bad_records_total", "counter", "Records left out of otherwise good messages.");
    page.value(number_of(counters, "bad_records"));
    page.metric("cache_dropped_records_total", "counter", "Records the cache had no room for.");
    page.value(number_of(counters, "cache_dropped"));
    page.metric("send_errors_total", "counter", "Datagrams the kernel did not take.");
    page.value(number_of(counters, "send_dropped"), {{"reason", "queue_full"}});
    page.value(number_of(counters, "send_failed"), {{"reason", "refused"}});
    page.metric("conflicts_total", "counter", "Conflicts about names.");
    page.value(number_of(counters, "conflicts"));
}

void add_links(Page& page, const json& links) {
    page.metric("link_served", "gauge", "1 where multicast DNS is spoken.");
    for (const json& link : links) {
        const std::string interface = text_of(link, "interface");
        page.value(flag_of(link, "mdns_ipv4") ? 1 : 0,
                   {{"interface", interface}, {"family", "ipv4"}});
        page.value(flag_of(link, "mdns_ipv6") ? 1 : 0,
                   {{"interface", interface}, {"family", "ipv6"}});
    }
    page.metric("link_packets_total", "counter", "Datagrams of one interface.");
    for (const json& link : links) {
        const std::string interface = text_of(link, "interface");
        page.value(number_of(link, "packets_in"), {{"interface", interface}, {"direction", "in"}});
        page.value(number_of(link, "packets_out"),
                   {{"interface", interface}, {"direction", "out"}});
    }
    page.metric("link_cached_records", "gauge", "Records of other hosts that are remembered.");
    for (const json& link : links) {
        page.value(number_of(link, "cached_records"), {{"interface", text_of(link, "interface")}});
    }
}

void add_link_local(Page& page, const json& states) {
    page.metric("ipv4ll_state", "gauge", "1 for the state that the interface is in.");
    for (const json& state : states) {
        page.value(1, {{"interface", text_of(state, "interface")},
                       {"state", text_of(state, "state")},
                       {"address", text_of(state, "address")}});
    }
    page.metric("ipv4ll_conflicts_total", "counter", "Link-local addresses others had or claimed.");
    for (const json& state : states) {
        page.value(number_of(state, "conflicts"), {{"interface", text_of(state, "interface")}});
    }
}

}  // namespace

Exit run(const Common& common, const MetricsOptions&) {
    const auto reply = ask(common, "Status", json::object());
    if (!reply) return reply.error();
    const json& status = reply->parameters;
    if (common.json) {
        print_json(object_of(status, "counters"));
        return Exit::found;
    }
    Page page;
    add_machine(page, status);
    add_totals(page, object_of(status, "counters"));
    add_links(page, array_of(status, "links"));
    add_link_local(page, array_of(status, "ipv4ll"));
    print_text(page.text());
    return Exit::found;
}

}  // namespace avahictl
