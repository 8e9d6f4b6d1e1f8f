#include "avahid/unicast/resolv_conf.hpp"

#include <algorithm>
#include <string>

namespace avahid::unicast {
namespace {

constexpr std::string_view space = " \t\r";

std::string_view next_word(std::string_view& line) {
    const auto begin = std::min(line.find_first_not_of(space), line.size());
    const auto end = std::min(line.find_first_of(space, begin), line.size());
    const std::string_view word = line.substr(begin, end - begin);
    line.remove_prefix(end);
    return word;
}

}  // namespace

std::vector<boost::asio::ip::address> parse_name_servers(std::string_view text) {
    std::vector<boost::asio::ip::address> servers;
    while (!text.empty() && servers.size() < max_name_servers) {
        const auto end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (next_word(line) != "nameserver") continue;
        boost::system::error_code malformed;
        const auto server = boost::asio::ip::make_address(std::string(next_word(line)), malformed);
        if (!malformed) servers.push_back(server);
    }
    return servers;
}

}  // namespace avahid::unicast
