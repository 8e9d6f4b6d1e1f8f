#include "avahid/dbus/server.hpp"

#include <net/if.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "avahid/dbus/address_resolver.hpp"
#include "avahid/dbus/domain_browser.hpp"
#include "avahid/dbus/entry_group.hpp"
#include "avahid/dbus/host_name_resolver.hpp"
#include "avahid/dbus/nss.hpp"
#include "avahid/dbus/record_browser.hpp"
#include "avahid/dbus/service_browser.hpp"
#include "avahid/dbus/service_resolver.hpp"
#include "avahid/dbus/service_type_browser.hpp"
#include "avahid/dbus/text.hpp"
#include "dnssd/rename.hpp"

namespace avahid::dbus {

// ---- the tables ----

std::vector<Method> Server::common_methods() {
    const Arguments name{"s", {"name"}};
    return {
        {"GetVersionString", {}, {"s", {"version"}}, method<&Server::get_version_string>},
        {"GetAPIVersion", {}, {"u", {"version"}}, method<&Server::get_api_version>},
        {"GetHostName", {}, name, method<&Server::get_host_name>},
        {"SetHostName", name, {}, method<&Server::set_host_name>},
        {"GetHostNameFqdn", {}, name, method<&Server::get_host_name_fqdn>},
        {"GetDomainName", {}, name, method<&Server::get_domain_name>},
        {"IsNSSSupportAvailable", {}, {"b", {"yes"}}, method<&Server::is_nss_support_available>},
        {"GetState", {}, {"i", {"state"}}, method<&Server::get_state>},
        {"GetLocalServiceCookie", {}, {"u", {"cookie"}}, method<&Server::get_local_service_cookie>},
        {"GetAlternativeHostName", name, name, method<&Server::get_alternative_host_name>},
        {"GetAlternativeServiceName", name, name, method<&Server::get_alternative_service_name>},
        {"GetNetworkInterfaceNameByIndex",
         {"i", {"index"}},
         name,
         method<&Server::get_network_interface_name_by_index>},
        {"GetNetworkInterfaceIndexByName",
         name,
         {"i", {"index"}},
         method<&Server::get_network_interface_index_by_name>},
        {"ResolveHostName", HostNameQuestion::arguments(), HostNameQuestion::values(),
         method<&Server::answer<ResolveHostName>>},
        {"ResolveAddress", AddressQuestion::arguments(), AddressQuestion::values(),
         method<&Server::answer<ResolveAddress>>},
        {"ResolveService", ServiceQuestion::arguments(), ServiceQuestion::values(),
         method<&Server::answer<ResolveService>>},
        {"EntryGroupNew", {}, {"o", {"path"}}, method<&Server::entry_group_new>},
    };
}

/// Both interfaces make the same objects: what differs is when those begin, and the methods' names.
template <Server::Begin begin>
Interface Server::table(const char* name, const std::string& suffix) {
    const Arguments path{"o", {"path"}};
    Interface made{name, common_methods(), {{"StateChanged", {"is", {"state", "error"}}}}};
    const auto add = [&]<class T>(const char* kind, T*) {
        made.methods.push_back(
            {kind + suffix, T::Request::arguments(), path, method<&Server::make<T, begin>>});
    };
    add("DomainBrowser", static_cast<DomainBrowser*>(nullptr));
    add("ServiceTypeBrowser", static_cast<ServiceTypeBrowser*>(nullptr));
    add("ServiceBrowser", static_cast<ServiceBrowser*>(nullptr));
    add("ServiceResolver", static_cast<ServiceResolver*>(nullptr));
    add("HostNameResolver", static_cast<HostNameResolver*>(nullptr));
    add("AddressResolver", static_cast<AddressResolver*>(nullptr));
    add("RecordBrowser", static_cast<RecordBrowser*>(nullptr));
    return made;
}

Server::Server(Context& context, Clients& clients)
    : Exported(context, avahi::server_path), context_(context), clients_(clients) {
    static const Interface first = table<Begin::soon>(avahi::server, "New");
    static const Interface second = table<Begin::when_told>(avahi::server2, "Prepare");
    add(first);
    add(second);
    appear();
}

// ---- the host ----

void Server::tell_state() {
    const auto state = context_.host.state;
    const Error error = state == avahi::ServerState::collision ? Error::collision : Error::success;
    // Avahi has it on the first interface only.
    send("", avahi::server, "StateChanged", static_cast<std::int32_t>(state),
         std::string(name_of(error)));
}

void Server::get_version_string(Call& call) { call.reply(std::string(avahi::version_string)); }
void Server::get_api_version(Call& call) { call.reply(avahi::api_version); }
void Server::get_host_name(Call& call) { call.reply(escape_label(context_.host.label)); }
void Server::get_domain_name(Call& call) { call.reply(escape(context_.host.domain)); }

void Server::get_host_name_fqdn(Call& call) {
    call.reply(escape_label(context_.host.label) + "." + escape(context_.host.domain));
}

/// Avahi looks whether the module libnss_mdns is there; used it must be, and there is ours.
void Server::is_nss_support_available(Call& call) {
    std::ifstream nsswitch("/etc/nsswitch.conf");
    call.reply(resolves_local_names(nsswitch));
}

void Server::get_state(Call& call) { call.reply(static_cast<std::int32_t>(context_.host.state)); }

void Server::get_local_service_cookie(Call& call) { call.reply(context_.cookie); }

/// Avahi leaves it to the bus's policy who may; a bus without ours must not let everybody.
void Server::set_host_name(Call& call) {
    std::string text;
    call.read(text);
    clients_.with_client_of(call, [this, text](Call& same_call, Client& client) {
        if (!context_.session.may_manage(client.id())) return same_call.fail(Error::access_denied);
        const auto label = unescape_label(text);
        if (!label) return same_call.fail(Error::invalid_host_name);
        if (*label == context_.host.label) return same_call.fail(Error::no_change);
        const auto errc = context_.session.machine().set_host_name(*label);
        if (errc != session::Errc::ok) return same_call.fail(Error::invalid_host_name);
        same_call.reply();
    });
}

void Server::get_alternative_host_name(Call& call) {
    std::string text;
    call.read(text);
    const auto label = unescape_label(text);
    if (!label) return call.fail(Error::not_found, "Hostname not found");
    call.reply(escape_label(dnssd::next_host_name(*label)));
}

void Server::get_alternative_service_name(Call& call) {
    std::string name;
    call.read(name);
    if (name.empty() || name.size() > mdns::wire::max_label)
        return call.fail(Error::not_found, "Service not found");
    call.reply(dnssd::next_service_name(name));
}

// ---- the network ----

namespace {

std::string os_error() { return "OS Error: " + std::generic_category().message(errno); }

}  // namespace

void Server::get_network_interface_name_by_index(Call& call) {
    std::int32_t index = 0;
    call.read(index);
    std::array<char, IF_NAMESIZE> name{};
    if (::if_indextoname(static_cast<unsigned>(index), name.data()) == nullptr)
        return call.fail(Error::os, os_error());
    call.reply(std::string(name.data()));
}

void Server::get_network_interface_index_by_name(Call& call) {
    std::string name;
    call.read(name);
    const unsigned index = ::if_nametoindex(name.c_str());
    if (index == 0) return call.fail(Error::os, os_error());
    call.reply(static_cast<std::int32_t>(index));
}

// ---- what clients have going on ----

void Server::entry_group_new(Call& call) {
    if (!context_.limits.may_publish) return call.fail(Error::not_permitted);
    clients_.with_client_of(call, [](Call& same_call, Client& client) {
        if (const Error error = client.admit(); error != Error::success)
            return same_call.fail(error);
        auto group = EntryGroup::make(client);
        if (!group) return same_call.fail(error_of(group.error()));
        same_call.reply(sdbus::ObjectPath((*group)->path()));
        client.keep(std::move(*group));
    });
}

template <class Object, Server::Begin begin>
void Server::make(Call& call) {
    typename Object::Request request;
    request.read(call);
    clients_.with_client_of(call, [request](Call& same_call, Client& client) {
        const Error error = first_of({client.admit(), request.check()});
        if (error != Error::success) return same_call.fail(error);
        auto object = std::make_unique<Object>(client, request);
        same_call.reply(sdbus::ObjectPath(object->path()));
        if (begin == Begin::soon) object->start_soon();
        client.keep(std::move(object));
    });
}

template <class Question>
void Server::answer(Call& call) {
    typename Question::Request request;
    request.read(call);
    clients_.with_client_of(call, [request](Call& same_call, Client& client) {
        const Error error = first_of({client.admit(), request.check()});
        if (error != Error::success) return same_call.fail(error);
        auto question = std::make_unique<Question>(client, same_call, request);
        Question& started = *question;
        client.keep(std::move(question));
        started.start();
    });
}

}  // namespace avahid::dbus
