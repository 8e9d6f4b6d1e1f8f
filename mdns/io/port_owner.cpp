#include "mdns/io/port_owner.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>

#include "mdns/constants.hpp"

namespace mdns::io {
namespace {

namespace fs = std::filesystem;

template <typename Number>
std::optional<Number> to_number(std::string_view text, int base = 10) {
    Number value{};
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// The next word of a line; empty at its end.
std::string_view next_word(std::string_view& line) {
    const auto begin = std::min(line.find_first_not_of(" \t"), line.size());
    const auto end = std::min(line.find_first_of(" \t", begin), line.size());
    const std::string_view word = line.substr(begin, end - begin);
    line.remove_prefix(end);
    return word;
}

/// "  sl  local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode ..."
std::optional<UdpSocketRow> parse_row(std::string_view line) {
    std::array<std::string_view, 10> field;
    for (auto& word : field) word = next_word(line);
    const auto colon = field[1].rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto local_port = to_number<std::uint16_t>(field[1].substr(colon + 1), 16);
    const auto uid = to_number<std::uint32_t>(field[7]);
    const auto inode = to_number<Inode>(field[9]);
    if (!local_port || !uid || !inode) return std::nullopt;
    return UdpSocketRow{*local_port, *uid, *inode};
}

std::string read_file(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The inode when the descriptor is a socket: its link reads "socket:[INODE]".
std::optional<Inode> socket_inode(const fs::path& descriptor) {
    std::array<char, 64> target{};
    const auto length = ::readlink(descriptor.c_str(), target.data(), target.size());
    if (length <= 0) return std::nullopt;
    const std::string_view text(target.data(), static_cast<std::size_t>(length));
    constexpr std::string_view before = "socket:[";
    if (!text.starts_with(before) || !text.ends_with(']')) return std::nullopt;
    return to_number<Inode>(text.substr(before.size(), text.size() - before.size() - 1));
}

/// Calls with each entry; processes end while we look, so every error just ends the walk.
template <typename Function>
void for_each_entry(const fs::path& folder, Function&& function) {
    std::error_code failed;
    for (fs::directory_iterator at(folder, failed), end; !failed && at != end;
         at.increment(failed)) {
        function(at->path());
    }
}

std::string program_name(const fs::path& process) {
    std::string name = read_file(process / "comm");
    name.erase(std::remove_if(name.begin(), name.end(),
                              [](unsigned char c) { return c < ' ' || c == 127; }),
               name.end());
    return name;
}

}  // namespace

std::vector<UdpSocketRow> parse_udp_table(std::string_view text) {
    std::vector<UdpSocketRow> rows;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        if (const auto row = parse_row(text.substr(0, end))) rows.push_back(*row);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return rows;
}

std::vector<UdpSocketRow> other_sockets(engine::Family family, const std::set<Inode>& own) {
    const bool v4 = family == engine::Family::ipv4;
    auto rows =
        parse_udp_table(read_file(v4 ? "/proc/thread-self/net/udp" : "/proc/thread-self/net/udp6"));
    std::erase_if(rows, [&](const UdpSocketRow& row) {
        return row.local_port != port || own.contains(row.inode);
    });
    return rows;
}

std::vector<PortOwner> owners_of(const std::vector<UdpSocketRow>& sockets) {
    std::map<Inode, std::uint32_t> unclaimed;  // inode -> uid
    for (const auto& row : sockets) unclaimed.emplace(row.inode, row.uid);
    std::vector<PortOwner> owners;
    for_each_entry("/proc", [&](const fs::path& process) {
        const auto pid = to_number<int>(process.filename().native());
        if (!pid || unclaimed.empty()) return;
        std::optional<std::uint32_t> uid;
        for_each_entry(process / "fd", [&](const fs::path& descriptor) {
            const auto inode = socket_inode(descriptor);
            const auto found = inode ? unclaimed.find(*inode) : unclaimed.end();
            if (found == unclaimed.end()) return;
            uid = found->second;
            unclaimed.erase(found);
        });
        if (uid) owners.push_back({*uid, *pid, program_name(process)});
    });
    std::set<std::uint32_t> unknown;
    for (const auto& entry : unclaimed) unknown.insert(entry.second);
    for (const std::uint32_t uid : unknown) owners.push_back({uid, 0, ""});
    return owners;
}

std::string describe(const std::vector<PortOwner>& owners) {
    std::string text;
    for (const PortOwner& owner : owners) {
        if (!text.empty()) text += ", ";
        text += owner.pid != 0 ? owner.program + " (pid " + std::to_string(owner.pid) + ")"
                               : "a process of uid " + std::to_string(owner.uid);
    }
    return text;
}

}  // namespace mdns::io
