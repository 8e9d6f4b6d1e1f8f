// avahid/dbus/clients.hpp: the clients of one connection to the bus. A client comes with its first
// call that needs one, as soon as the bus has told whose it is; it goes when its name does.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "avahid/dbus/call.hpp"
#include "avahid/dbus/client.hpp"

namespace sdbus {
class IProxy;
}

namespace avahid::dbus {

class Clients {
public:
    explicit Clients(Context& context);
    ~Clients();
    Clients(const Clients&) = delete;
    Clients& operator=(const Clients&) = delete;

    using Then = std::function<void(Call&, Client&)>;
    /// Goes on with the client that calls, now or when the bus has told its user; refuses the call
    /// when there are too many clients. Calls of one client keep their order.
    void with_client_of(const Call& call, Then then);

    /// A name has left the bus.
    void on_gone(const std::string& name);
    /// It reads nothing of what it is sent: all it has ends, soon.
    void on_stuck(const std::string& name);
    /// \return false: the client is none of ours
    bool on_event(Instant now, session::ClientId client, const dnssd::Event& event);
    /// Destroys what has ended. Not from inside any of it.
    void bury_dead() { dead_.clear(); }

    std::size_t size() const { return clients_.size(); }

    // For Client.
    void bury(std::unique_ptr<Activity> activity) { dead_.push_back(std::move(activity)); }
    void note_object(uid_t uid, int change);
    std::size_t objects(uid_t uid) const;
    void note_sent(const Client& client, std::size_t size);

private:
    struct Waiting {
        Call call;
        Then then;
    };
    void ask_for_user(const std::string& name);
    void say(uid_t uid, const std::string& line);
    void on_user(const std::string& name, uid_t uid);
    void refuse(const std::string& name, Error error);

    Context& context_;
    std::map<uid_t, std::size_t> objects_;
    std::vector<std::unique_ptr<Activity>> dead_;
    std::unordered_map<std::string, std::unique_ptr<Client>> clients_;
    std::unordered_map<session::ClientId, Client*> by_id_;
    std::unordered_map<std::string, std::vector<Waiting>> waiting_;  // for the bus to tell the user
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    std::unique_ptr<sdbus::IProxy> bus_;  // last: its replies come here
};

}  // namespace avahid::dbus
