// avahid/net/link_monitor.hpp: follows the kernel's interfaces, addresses and default routes.
// Keeps the model complete whatever happens: when messages were lost (ENOBUFS), it asks for
// everything again and tells the difference. What changes is told at once; what changes within 50
// ms after that is told together, so that a flood (containers by the hundred) costs a bounded part
// of one processor, and an interface that came and went is no news at all. Left to others: choice
// of interfaces (eligible), the model and its differences (interface_table).
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "avahid/net/interface_table.hpp"
#include "avahid/net/neighbour.hpp"

namespace boost::asio {
class io_context;
}

namespace avahid::net {

class LinkMonitor {
public:
    using OnEvent = std::function<void(const LinkEvent&)>;
    static constexpr int default_receive_buffer = 4 << 20;

    /// \param on_event  called from the io_context, once per interface for all that came together;
    ///                  may destroy the monitor
    LinkMonitor(boost::asio::io_context& io, OnEvent on_event,
                int receive_buffer = default_receive_buffer);
    ~LinkMonitor();
    LinkMonitor(const LinkMonitor&) = delete;
    LinkMonitor& operator=(const LinkMonitor&) = delete;

    /// Reads what is there, calls on_event for each interface, then follows. Call once.
    boost::system::result<void> start();

    const std::map<int, Interface>& interfaces() const;

    /// Who is on the links now, from the kernel's tables.
    std::vector<Neighbour> neighbours() const;

    /// How often everything had to be asked for again, for status.
    std::uint64_t resyncs() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace avahid::net
