// avahid/kernel_hostname.hpp: the machine's host name, and when it changes: the kernel wakes
// whoever polls its sysctl file.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <string>

namespace avahid {

std::string kernel_hostname();
/// machine-id(5): 32 hexadecimal digits, in small letters; empty when there is none.
std::string machine_id();

/// publish-hinfo: what machine and system this is, as Avahi says it.
struct MachineKind {
    std::string cpu;
    std::string os;
};
MachineKind machine_kind();

class HostnameWatcher {
public:
    HostnameWatcher(boost::asio::io_context& io, std::function<void()> on_change);

private:
    void wait();
    boost::asio::posix::stream_descriptor file_;
    std::function<void()> on_change_;
};

}  // namespace avahid
