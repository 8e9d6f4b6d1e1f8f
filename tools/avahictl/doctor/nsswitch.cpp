#include "tools/avahictl/doctor/nsswitch.hpp"

#include <algorithm>
#include <sstream>

#include "avahid/config/text.hpp"

namespace avahictl::doctor {

namespace {

constexpr auto check = "nsswitch";
constexpr auto good_line =
    "set \"hosts: files avahid [NOTFOUND=return] dns\" in /etc/nsswitch.conf";

bool asks_avahid(const Source& source) {
    return source.name == "avahid" || source.name.starts_with("mdns");
}

bool asks_dns(const Source& source) { return source.name == "dns" || source.name == "resolve"; }

/// "dns[NOTFOUND=return]files" has no blanks, either.
std::string spaced(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '[') out += ' ';
        out += c;
        if (c == ']') out += ' ';
    }
    return out;
}

}  // namespace

/// As "status=action" and "!status=action" say it.
bool Source::returns_on(std::string_view status) const {
    std::istringstream in(actions);
    bool returns = status == "success";
    for (std::string word; in >> word;) {
        const auto equals = word.find('=');
        if (equals == std::string::npos) continue;
        std::string of = avahid::config::lowered(word.substr(0, equals));
        const bool negated = of.starts_with('!');
        if (negated) of.erase(0, 1);
        if ((of == status) != negated)
            returns = avahid::config::lowered(word.substr(equals + 1)) == "return";
    }
    return returns;
}

std::vector<Source> hosts_sources(std::string_view nsswitch) {
    std::istringstream lines{std::string(nsswitch)};
    for (std::string line; std::getline(lines, line);) {
        line.erase(std::min(line.find('#'), line.size()));
        std::istringstream start(line);
        std::string database;
        std::getline(start >> std::ws, database, ':');
        while (!database.empty() && database.back() == ' ') database.pop_back();
        if (database != "hosts") continue;
        std::vector<Source> sources;
        std::string rest;
        std::getline(start, rest);
        std::istringstream words(spaced(rest));
        bool inside = false;
        for (std::string word; words >> word;) {
            inside = inside || word.front() == '[';
            if (!inside) {
                sources.push_back({avahid::config::lowered(word), ""});
                continue;
            }
            const bool end = word.back() == ']';
            std::erase_if(word, [](char c) { return c == '[' || c == ']'; });
            if (!sources.empty()) sources.back().actions += word + " ";
            inside = !end;
        }
        return sources;
    }
    return {};
}

Finding judge_hosts(const std::vector<Source>& sources) {
    const auto ours = std::ranges::find_if(sources, asks_avahid);
    const auto dns = std::ranges::find_if(sources, asks_dns);
    if (sources.empty()) return wrong(check, "there is no line hosts:", good_line);
    if (ours == sources.end()) {
        return wrong(check, "hosts: has no module avahid: programs do not ask for .local names",
                     good_line);
    }
    const auto ends = std::find_if(sources.begin(), ours, [](const Source& source) {
        return source.returns_on("notfound");  // before we are asked
    });
    if (ends != ours) {
        return wrong(check,
                     "hosts: ends at " + ends->name + " [NOTFOUND=return], before " + ours->name,
                     "put " + ours->name + " before " + ends->name + " in /etc/nsswitch.conf");
    }
    if (dns < ours) {
        return wrong(check,
                     "hosts: has " + dns->name + " before " + ours->name +
                         ": names under .local are asked of the DNS server first",
                     "put " + ours->name + " [NOTFOUND=return] before " + dns->name +
                         " in /etc/nsswitch.conf");
    }
    if (dns != sources.end() && !ours->returns_on("notfound")) {
        return wrong(check,
                     ours->name +
                         " lacks [NOTFOUND=return]: what is not found is asked of the DNS "
                         "server, too",
                     "write " + ours->name + " [NOTFOUND=return] in /etc/nsswitch.conf");
    }
    return ok(check, "hosts: asks " + ours->name + " in the right place");
}

}  // namespace avahictl::doctor
