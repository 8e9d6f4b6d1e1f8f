// avahid/config/values.hpp: one value of avahid.conf from its text. Each parser leaves its target
// alone when it returns a problem: what is wrong, to be read after the value ("'x' is not …").
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "avahid/config/config.hpp"

namespace avahid::config {

using Problem = std::optional<std::string>;

Problem parse_bool(std::string_view text, bool& out);  // yes no true false on off 1 0
Problem parse_count(std::string_view text, std::uint32_t& out);
Problem parse_set_count(std::string_view text,
                        std::optional<std::uint32_t>& out);      // empty: not set
Problem parse_limit(std::string_view text, std::uint64_t& out);  // of a resource: a bare number
Problem parse_size(std::string_view text, std::size_t& out);     // bytes, or with a suffix k, M, G
Problem parse_duration(std::string_view text, Milliseconds& out);  // "5", "5s" or "500ms"
Problem parse_microseconds(std::string_view text, std::chrono::microseconds& out);  // a bare number
Problem parse_globs(std::string_view text, Globs& out);
Problem parse_domain(std::string_view text, std::string& out);
Problem parse_domains(std::string_view text, Words& out);
Problem parse_words(std::string_view text, Words& out);
Problem parse_addresses(std::string_view text, std::vector<boost::asio::ip::address>& out);
Problem parse_host_label(std::string_view text, std::string& out);  // empty: not set
Problem parse_dbus(std::string_view text, Dbus& out);
Problem parse_policy(std::string_view text, Ipv4llPolicy& out);
Problem parse_probe_scale(std::string_view text, double& out);
Problem parse_negative_timeout(std::string_view text, Milliseconds& out);
Problem parse_cache_memory(std::string_view text, std::size_t& out);

}  // namespace avahid::config
