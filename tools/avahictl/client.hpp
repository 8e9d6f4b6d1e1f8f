// tools/avahictl/client.hpp: a connection to the daemon's control socket.
#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "avahid/varlink/wire/framing.hpp"
#include "avahid/varlink/wire/message.hpp"

namespace avahictl {

using avahid::varlink::wire::Call;
using avahid::varlink::wire::Reply;
using Clock = std::chrono::steady_clock;
using Deadline = std::optional<Clock::time_point>;  // empty: never

enum class ClientErrc {
    ok,
    no_socket,  // nobody is there
    not_permitted,
    no_daemon,  // the socket is there, but nobody listens
    path_too_long,
    failed,   // some other error of the system
    closed,   // the daemon hung up
    garbled,  // no Varlink
    timed_out,
    interrupted,
};
/// Half a sentence for people.
const char* to_string(ClientErrc errc);
template <class T>
using ClientResult = boost::system::result<T, ClientErrc>;

class Client {
public:
    static ClientResult<Client> connect(const std::string& path);
    Client(Client&& other) noexcept;
    Client& operator=(Client&& other) noexcept;
    ~Client();

    ClientErrc send(const Call& call);
    /// Waits for the next reply.
    ClientResult<Reply> next(Deadline deadline);
    /// A reply that is here already; timed_out when there is none.
    ClientResult<Reply> take();
    int descriptor() const { return descriptor_; }

private:
    explicit Client(int descriptor) : descriptor_(descriptor) {}
    ClientErrc receive();

    int descriptor_;
    avahid::varlink::wire::Deframer input_{avahid::varlink::wire::max_reply};
};

/// Waits until one of the descriptors can be read.
/// \return ok (look; it may have been nothing), timed_out or interrupted
ClientErrc wait_readable(std::span<const int> descriptors, Deadline deadline);

}  // namespace avahictl
