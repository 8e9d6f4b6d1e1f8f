// avahid/varlink/call.hpp: one call in progress, and what answers it.
// A method either replies at once, or leaves an Activity that turns events into replies. Methods
// are one file each in calls/; calls/table.cpp names them all.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "avahid/session/session.hpp"
#include "avahid/varlink/failure.hpp"
#include "avahid/varlink/marshal.hpp"
#include "avahid/varlink/parameters.hpp"

namespace avahid::varlink {

/// What a call has of its connection. reply() and fail() end the call, notify() does not.
class Caller {
public:
    Caller(session::Session& session, session::ClientId client, bool more)
        : session_(session), client_(client), more_(more) {}
    virtual ~Caller() = default;
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

    session::Session& session() { return session_; }
    session::Machine& machine() { return session_.machine(); }
    session::ClientId client() const { return client_; }
    bool more() const { return more_; }  // the caller understands many replies
    NameOf name_of();

    virtual void reply(nlohmann::json parameters) = 0;
    virtual void notify(nlohmann::json parameters) = 0;
    virtual void fail(const Failure& failure) = 0;
    /// False: the client is slow; what can wait should.
    virtual bool has_room() const = 0;

private:
    session::Session& session_;
    session::ClientId client_;
    bool more_;
};

/// A call that is not over yet. It owns its handles.
class Activity {
public:
    explicit Activity(Caller& caller) : caller_(caller) {}
    virtual ~Activity() = default;
    Activity(const Activity&) = delete;
    Activity& operator=(const Activity&) = delete;

    /// An event of this client; it may belong to a call that has ended.
    virtual void on_event(dnssd::Instant now, const dnssd::Event& event) = 0;
    /// A datagram, come or gone: only for clients that watch them.
    virtual void on_packet(dnssd::Instant /*now*/, const session::Packet& /*packet*/) {}
    /// The client has read what was waiting for it.
    virtual void on_room() {}
    /// Ends whatever is still running.
    void stop(dnssd::Instant now);

protected:
    Caller& caller() { return caller_; }
    void own(dnssd::Handle handle) { handles_.push_back(handle); }
    void cancel(dnssd::Instant now, dnssd::Handle handle);

private:
    Caller& caller_;
    std::vector<dnssd::Handle> handles_;
};

/// \return empty: the call is over, caller has its reply
using Started = std::unique_ptr<Activity>;

struct Method {
    std::string_view name;  // with the interface
    Started (*start)(dnssd::Instant now, Caller& caller, Parameters& parameters);
    bool needs_more = false;
};
/// Empty: no such method.
const Method* find_method(std::string_view name);
bool is_interface(std::string_view name);

/// Replies with the problem of the parameters, if there is one.
bool refused(Caller& caller, Parameters& parameters);
/// Replies with the error that kept the session from doing it.
Started failed(Caller& caller, session::Errc errc);
/// Replies, and the call is over.
Started done(Caller& caller, nlohmann::json parameters = nlohmann::json::object());

}  // namespace avahid::varlink
