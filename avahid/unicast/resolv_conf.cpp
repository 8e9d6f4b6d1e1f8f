#include "avahid/unicast/resolv_conf.hpp"

#include <algorithm>

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

ResolvConf parse_resolv_conf(std::string_view text) {
    ResolvConf conf;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::string_view keyword = next_word(line);
        if (keyword == "nameserver" && conf.servers.size() < max_name_servers) {
            boost::system::error_code malformed;
            const auto server =
                boost::asio::ip::make_address(std::string(next_word(line)), malformed);
            if (!malformed) conf.servers.push_back(server);
        } else if (keyword == "search" || keyword == "domain") {
            conf.search.clear();
            for (auto word = next_word(line); !word.empty(); word = next_word(line))
                conf.search.emplace_back(word);
        }
    }
    return conf;
}

}  // namespace avahid::unicast
