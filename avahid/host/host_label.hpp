// avahid/host/host_label.hpp: what this machine may be called: one label under .local.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace avahid::host {

/// Makes a label of whatever the kernel says the host is called, as Avahi does: the first label of
/// it, at most 63 bytes, with "-" for what a host name cannot have; "linux" when nothing is left,
/// or only "localhost".
std::string label_from_hostname(std::string_view hostname);

/// A name that the owner asked for, in NFC (RFC 6762 §16).
/// \return empty when it is no label: empty, more than 63 bytes, not UTF-8, dots, control
/// characters
std::optional<std::string> checked_label(std::string_view wanted);

}  // namespace avahid::host
