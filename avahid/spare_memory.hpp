// avahid/spare_memory.hpp: gives memory back to the system after many things have gone: the
// allocator alone keeps what lies below the last block still in use, for as long as we live.
#pragma once

#include <malloc.h>

#include <boost/asio/steady_timer.hpp>

namespace avahid {

class SpareMemory {
public:
    explicit SpareMemory(boost::asio::io_context& io) : timer_(io) {}

    /// Something has gone; where one goes, others often follow.
    void give_back_soon() {
        timer_.expires_after(pause);
        timer_.async_wait([](const boost::system::error_code& cancelled) {
            if (!cancelled) ::malloc_trim(0);
        });
    }

private:
    static constexpr auto pause = std::chrono::seconds(2);
    boost::asio::steady_timer timer_;
};

}  // namespace avahid
