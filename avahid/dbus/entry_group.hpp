// avahid/dbus/entry_group.hpp: what a client publishes together, /ClientN/EntryGroupM: a group of
// the session (dnssd/group.hpp). Here are Avahi's flags and errors, and which call may come when.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "avahid/dbus/object.hpp"

namespace avahid::dbus {

class EntryGroup final : public Object {
public:
    /// Fails when the client has too many objects, or may not publish.
    static session::Result<std::unique_ptr<EntryGroup>> make(Client& client);
    EntryGroup(Client& client, Handle group);

    void on_event(Instant now, const dnssd::Event& event) override;
    ~EntryGroup() override;
    bool publishes(const dnssd::ServiceName& name) const override;

private:
    static const Interface& interface();

    void commit(Call& call);
    void reset(Call& call);
    void get_state(Call& call);
    void is_empty(Call& call);
    void add_service(Call& call);
    void add_service_subtype(Call& call);
    void update_service_txt(Call& call);
    void add_address(Call& call);
    void add_record(Call& call);

    dnssd::Catalogue::GroupStatus status() const;
    bool committed() const;
    void forget_services();
    Error add(const dnssd::GroupItem& item);
    Error update(const dnssd::GroupItem& item);
    static void answer(Call& call, Error error);

    Handle group_;
    std::vector<dnssd::ServiceName> services_;  // that it was given
};

}  // namespace avahid::dbus
