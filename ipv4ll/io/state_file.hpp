// ipv4ll/io/state_file.hpp: remembers the last good address of each MAC (RFC 3927 §2.1) in small
// files DIR/ipv4ll-<mac>. A convenience: whatever goes wrong here, an address is still claimed.
#pragma once

#include <boost/system/error_code.hpp>
#include <filesystem>
#include <optional>

#include "ipv4ll/wire/arp.hpp"

namespace ipv4ll::io {

class StateFile {
public:
    explicit StateFile(std::filesystem::path directory) : directory_(std::move(directory)) {}

    /// The address stored for this MAC; empty when there is none, or none that may be claimed.
    std::optional<wire::Ipv4> load(const wire::Mac& mac) const;

    /// Replaces the file as a whole: a reader, or a crash, sees the old or the new address.
    /// The same error is returned once and then only after a success, so that logging it is easy.
    boost::system::error_code store(const wire::Mac& mac, wire::Ipv4 address);

private:
    std::filesystem::path path_of(const wire::Mac& mac) const;

    std::filesystem::path directory_;
    boost::system::error_code reported_;
};

}  // namespace ipv4ll::io
