#include "avahid/dbus/bus.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sdbus-c++/Error.h>
#include <sdbus-c++/IConnection.h>
#include <sdbus-c++/Message.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <utility>

#include "avahid/dbus/greeting.hpp"
#include "avahid/file_watch.hpp"

namespace avahid::dbus {
namespace {

using boost::system::error_code;
using std::chrono::milliseconds;

constexpr auto retry_time = milliseconds(500);
// A bus that is not there is told of when it comes; this is for news that did not reach us.
constexpr auto slow_retry_time = std::chrono::seconds(30);
constexpr int tries_on_news = 10;  // its socket may be there before it listens
constexpr auto greeting_patience = milliseconds(2000);
constexpr int batch = 64;  // messages dealt with before others have their turn
// The bus itself answers in no time, or it is as good as gone.
constexpr auto bus_patience = std::chrono::seconds(5);

std::string system_bus() {
    const char* given = std::getenv("DBUS_SYSTEM_BUS_ADDRESS");
    return given != nullptr && *given != '\0' ? given : "unix:path=/run/dbus/system_bus_socket";
}

}  // namespace

struct Bus::Impl : std::enable_shared_from_this<Bus::Impl> {
    Impl(boost::asio::io_context& context, std::string to, std::string our_name, Hooks given)
        : io(context),
          address(to.empty() ? system_bus() : std::move(to)),
          name(std::move(our_name)),
          hooks(std::move(given)),
          retry(io),
          timeout(io),
          socket(io) {}

    void greet();
    void connect();
    void try_connect();
    void take_name();
    enum class Socket { answers, absent };
    void failed(const std::string& why, Socket state);
    void retry_after(milliseconds time);
    bool watch_socket();
    void lost(const std::string& why);
    void close();

    void process();
    void process_soon();
    void arm();
    void wait_for_input();
    void wait_for_room();

    boost::asio::io_context& io;
    const std::string address;
    const std::string name;
    Hooks hooks;
    boost::asio::steady_timer retry;
    std::optional<Greeting> greeting;
    std::optional<FileWatch> watch;  // while there is no bus: for its socket
    int tries_left = 0;
    std::unique_ptr<sdbus::IConnection> connection;
    // Of one connection; handlers of an older one find another number here.
    unsigned epoch = 0;
    boost::asio::steady_timer timeout;
    boost::asio::posix::stream_descriptor socket;  // a duplicate: the original is libsystemd's
    bool waits_for_input = false;
    bool waits_for_room = false;
    bool processing = false;
    bool process_pending = false;
    bool told_of_failure = false;
    bool stopped = true;
};

// ---- coming and going ----

/// Connecting waits for the bus: it must be one that answers.
void Bus::Impl::greet() {
    retry.cancel();
    const auto socket_path = socket_of(address);
    if (!socket_path) return connect();
    greeting.emplace(io);
    greeting->start(*socket_path, greeting_patience, [this](const error_code& error) {
        if (!error) return connect();
        namespace errc = boost::system::errc;
        const bool absent =
            error == errc::no_such_file_or_directory || error == errc::connection_refused;
        failed(error.message(), absent ? Socket::absent : Socket::answers);
    });
}

void Bus::Impl::connect() {
    if (stopped) return;
    try {
        try_connect();
    } catch (const sdbus::Error& error) {
        close();
        return failed(error.getMessage(), Socket::answers);
    }
    watch.reset();
    told_of_failure = false;
    hooks.serving();
    process_soon();
}

void Bus::Impl::try_connect() {
    connection = sdbus::createSessionBusConnectionWithAddress(address);
    connection->setMethodCallTimeout(bus_patience);
    const int duplicate = ::fcntl(connection->getEventLoopPollData().fd, F_DUPFD_CLOEXEC, 0);
    error_code error;
    socket.assign(duplicate, error);
    if (error) throw sdbus::createError(error.value(), "cannot watch the connection");
    // Only of names that go, not of all that come.
    connection->addMatch(
        "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
        "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg2=''",
        [this](sdbus::Message& message) {
            std::string gone;
            message >> gone;
            if (gone.starts_with(':')) hooks.gone(gone);
        },
        sdbus::floating_slot);
    hooks.up(*connection);
    take_name();
}

void Bus::Impl::take_name() {
    try {
        connection->requestName(name);
    } catch (const sdbus::Error& error) {
        if (error.getName() != "org.freedesktop.DBus.Error.FileExists") throw;
        throw sdbus::Error(error.getName(), name + " belongs to another program");
    }
}

/// Once, until it has worked: the bus may be absent for good.
void Bus::Impl::failed(const std::string& why, Socket state) {
    if (!std::exchange(told_of_failure, true)) hooks.missing(address + ": " + why);
    const bool told_of = state == Socket::absent && watch_socket();
    const bool soon = !told_of || tries_left > 0;
    if (soon && told_of) --tries_left;
    retry_after(soon ? retry_time : slow_retry_time);
}

/// \return false: its coming will not be told of
bool Bus::Impl::watch_socket() {
    if (watch) return true;
    const auto path = socket_of(address);
    if (!path || path->front() == '\0') return false;
    watch.emplace(
        io,
        [this] {
            tries_left = tries_on_news;
            greet();
        },
        FileWatch::Pace{});
    if (watch->start({}, {*path}).empty()) return true;
    watch.reset();
    return false;
}

void Bus::Impl::retry_after(milliseconds time) {
    retry.expires_after(time);
    retry.async_wait([weak = weak_from_this()](const error_code& cancelled) {
        const auto self = weak.lock();
        if (!cancelled && self && !self->stopped) self->greet();
    });
}

void Bus::Impl::lost(const std::string& why) {
    close();
    hooks.lost(address + ": " + why);
    told_of_failure = true;
    retry_after(retry_time);
}

void Bus::Impl::close() {
    ++epoch;
    waits_for_input = waits_for_room = process_pending = false;
    timeout.cancel();
    error_code ignored;
    socket.close(ignored);
    if (!connection) return;
    hooks.down();
    connection.reset();
}

// ---- carrying messages ----

void Bus::Impl::process() {
    if (!connection || processing) return;
    processing = true;
    std::optional<std::string> broken;
    try {
        int count = 0;
        while (count < batch && connection->processPendingRequest()) {
            hooks.after_each();
            ++count;
        }
    } catch (const sdbus::Error& error) {
        broken = error.getMessage();
    }
    processing = false;
    if (broken) return lost(*broken);
    hooks.after_all();
    arm();
}

void Bus::Impl::process_soon() {
    if (std::exchange(process_pending, true)) return;
    boost::asio::post(io, [weak = weak_from_this(), mine = epoch] {
        const auto self = weak.lock();
        if (!self || self->epoch != mine) return;
        self->process_pending = false;
        self->process();
    });
}

void Bus::Impl::arm() {
    if (!connection || processing) return;
    sdbus::IConnection::PollData poll{};
    try {
        poll = connection->getEventLoopPollData();
    } catch (const sdbus::Error&) {
        return process_soon();  // which fails, too, and says why
    }
    wait_for_input();
    if ((poll.events & POLLOUT) != 0) wait_for_room();
    const auto left = poll.getRelativeTimeout();
    if (!left) return;
    if (left->count() == 0) return process_soon();
    timeout.expires_after(*left);
    timeout.async_wait([weak = weak_from_this(), mine = epoch](const error_code& cancelled) {
        const auto self = weak.lock();
        if (!cancelled && self && self->epoch == mine) self->process();
    });
}

void Bus::Impl::wait_for_input() {
    if (std::exchange(waits_for_input, true)) return;
    socket.async_wait(socket.wait_read, [weak = weak_from_this(), mine = epoch](const error_code&) {
        const auto self = weak.lock();
        if (!self || self->epoch != mine) return;
        self->waits_for_input = false;
        self->process();
    });
}

void Bus::Impl::wait_for_room() {
    if (std::exchange(waits_for_room, true)) return;
    socket.async_wait(socket.wait_write,
                      [weak = weak_from_this(), mine = epoch](const error_code&) {
                          const auto self = weak.lock();
                          if (!self || self->epoch != mine) return;
                          self->waits_for_room = false;
                          self->process();
                      });
}

// ---- the outside ----

Bus::Bus(boost::asio::io_context& io, std::string address, std::string name, Hooks hooks)
    : impl_(std::make_shared<Impl>(io, std::move(address), std::move(name), std::move(hooks))) {}

Bus::~Bus() { stop(); }

void Bus::start() {
    if (std::exchange(impl_->stopped, false)) impl_->greet();
}

void Bus::stop() {
    impl_->stopped = true;
    impl_->retry.cancel();
    impl_->greeting.reset();
    impl_->watch.reset();
    impl_->close();
}

bool Bus::is_starting() const {
    return !impl_->stopped && !impl_->connection && !impl_->told_of_failure;
}
bool Bus::is_up() const { return impl_->connection != nullptr; }
void Bus::arm() { impl_->arm(); }

}  // namespace avahid::dbus
