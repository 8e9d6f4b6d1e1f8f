// avahid/dbus/server.hpp: the object "/": org.freedesktop.Avahi.Server, and Server2, which has
// …Prepare in place of …New. What either makes is one file for each kind.
#pragma once

#include "avahid/dbus/clients.hpp"
#include "avahid/dbus/exported.hpp"

namespace avahid::dbus {

class Server final : public Exported {
public:
    Server(Context& context, Clients& clients);

    /// StateChanged, to everyone.
    void tell_state();

private:
    static std::vector<Method> common_methods();

    void get_version_string(Call& call);
    void get_api_version(Call& call);
    void get_host_name(Call& call);
    void set_host_name(Call& call);
    void get_host_name_fqdn(Call& call);
    void get_domain_name(Call& call);
    void is_nss_support_available(Call& call);
    void get_state(Call& call);
    void get_local_service_cookie(Call& call);
    void get_alternative_host_name(Call& call);
    void get_alternative_service_name(Call& call);
    void get_network_interface_name_by_index(Call& call);
    void get_network_interface_index_by_name(Call& call);
    void entry_group_new(Call& call);
    /// Makes an object, which starts by itself if it is `New`, or when the client says Start.
    enum class Begin { soon, when_told };
    template <class Object, Begin begin>
    void make(Call& call);
    /// \param suffix  of the methods that make objects
    template <Begin begin>
    static Interface table(const char* name, const std::string& suffix);
    /// Answers the call later.
    template <class Question>
    void answer(Call& call);

    Context& context_;
    Clients& clients_;
};

}  // namespace avahid::dbus
