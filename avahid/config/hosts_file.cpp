#include "avahid/config/hosts_file.hpp"

#include <fmt/format.h>

#include <optional>

#include "avahid/config/read_file.hpp"
#include "avahid/config/text.hpp"
#include "mdns/wire/name.hpp"

namespace avahid::config {
namespace {

using boost::asio::ip::address;

/// An address that a record can hold and that leads to one host.
std::optional<address> host_address(const std::string& text) {
    boost::system::error_code bad;
    const auto parsed = boost::asio::ip::make_address(text, bad);
    const bool scoped = text.find('%') != text.npos;
    if (bad || scoped || parsed.is_unspecified() || parsed.is_multicast()) return std::nullopt;
    return parsed;
}

bool is_full_name(const std::string& text) {
    const auto name = mdns::wire::Name::from_text(text);
    return name && name->label_count() >= 2 && is_utf8(text) && !has_control_characters(text);
}

void parse_line(std::string_view text, int line, StaticHosts& out, Diagnostics& diagnostics) {
    const auto words = split_blanks(text.substr(0, text.find('#')));
    if (words.empty()) return;
    const auto where = host_address(words[0]);
    if (!where) {
        diagnostics.error(line, fmt::format("{} is not the address of a host", quote(words[0])));
    } else if (words.size() < 2) {
        diagnostics.error(line, "a name must follow the address");
    } else if (words.size() > 2) {
        diagnostics.error(line, fmt::format("{} after the name", quote(words[2])));
    } else if (!is_full_name(words[1])) {
        diagnostics.error(line, fmt::format("{} is not a full host name such as 'printer.local'",
                                            quote(words[1])));
    } else {
        out.hosts.push_back({*where, words[1]});
    }
}

}  // namespace

StaticHosts parse_hosts(std::string_view text, std::string_view file) {
    StaticHosts out;
    Diagnostics diagnostics{file};
    for (int line = 1; !text.empty(); ++line) {
        const auto end = text.find('\n');
        parse_line(text.substr(0, end), line, out, diagnostics);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    out.diagnostics = diagnostics.take();
    return out;
}

StaticHosts load_hosts(std::span<const std::string> paths) {
    StaticHosts all;
    for (const auto& path : paths) {
        const auto text = read_file(path);
        if (!text) {
            const bool missing = text.error() == boost::system::errc::no_such_file_or_directory;
            all.diagnostics.push_back({missing ? Severity::note : Severity::error, path, 0,
                                       "cannot be read: " + text.error().message()});
            continue;
        }
        auto one = parse_hosts(*text, path);
        for (auto& host : one.hosts) all.hosts.push_back(std::move(host));
        for (auto& diagnostic : one.diagnostics) all.diagnostics.push_back(std::move(diagnostic));
    }
    return all;
}

}  // namespace avahid::config
