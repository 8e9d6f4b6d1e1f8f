// avahictl resolve: a host's addresses, an address's name, a service's data.
#include "avahid/varlink/wire/text.hpp"
#include "tools/avahictl/ask.hpp"
#include "tools/avahictl/escape.hpp"
#include "tools/avahictl/json_fields.hpp"
#include "tools/avahictl/parsable.hpp"
#include "tools/avahictl/service.hpp"
#include "tools/avahictl/table.hpp"
#include "tools/avahictl/verbs.hpp"

namespace avahictl {

using nlohmann::json;

namespace {

/// The first one, as avahi-resolve.
void print_parsable_pair(const std::string& left, const std::string& right) {
    print_line(printable(left) + "\t" + printable(right));
}

void print_addresses(const Common& common, const std::string& name, const json& addresses) {
    Columns columns;
    std::vector<std::vector<std::string>> rows;
    for (const json& entry : addresses) {
        rows.push_back({printable(name), printable(text_of(entry, "address")),
                        printable(text_of(entry, "interface"))});
        columns.measure(rows.back());
        if (common.json) {
            json object = entry;
            object["name"] = name;
            print_json(object);
        }
    }
    if (common.json) return;
    for (const auto& row : rows) print_line(columns.line(row));
}

/// What is not UTF-8 can only be said in presentation form.
json service_name(const ResolveServiceOptions& options) {
    json parameters = json::object();
    if (avahid::varlink::wire::is_utf8(options.instance)) {
        parameters["instance"] = options.instance;
        parameters["type"] = options.type;
        add_text(parameters, "domain", options.domain);
    } else {
        const std::string domain = options.domain.empty() ? "local" : options.domain;
        parameters["name"] = to_presentation(options.instance) + "." + options.type + "." + domain;
    }
    return parameters;
}

void print_service(const Common& common, const json& object) {
    if (common.json) return print_json(object);
    const Service service = service_from_json(object);
    if (common.parsable) return print_line(parsable_resolved(service));
    print_line(printable(service.name));
    print_text(details(service));
}

}  // namespace

Exit run(const Common& common, const ResolveHostOptions& options) {
    json parameters{{"name", options.name}};
    add_scope(parameters, common);
    const auto reply = ask(common, "ResolveHost", std::move(parameters));
    if (!reply) return reply.error();
    const std::string name = text_of(reply->parameters, "name");
    const json& addresses = array_of(reply->parameters, "addresses");
    if (addresses.empty()) return Exit::nothing;
    if (common.parsable) {
        print_parsable_pair(name, text_of(addresses.front(), "address"));
    } else {
        print_addresses(common, name, addresses);
    }
    return Exit::found;
}

Exit run(const Common& common, const ResolveAddressOptions& options) {
    json parameters{{"address", options.address}};
    add_text(parameters, "interface", common.interface);
    const auto reply = ask(common, "ResolveAddress", std::move(parameters));
    if (!reply) return reply.error();
    const std::string name = text_of(reply->parameters, "name");
    const std::string address = text_of(reply->parameters, "address");
    if (common.json) {
        print_json(reply->parameters);
    } else if (common.parsable) {
        print_parsable_pair(address, name);
    } else {
        print_line(printable(address) + "  " + printable(name));
    }
    return Exit::found;
}

Exit run(const Common& common, const ResolveServiceOptions& options) {
    json parameters = service_name(options);
    add_scope(parameters, common);
    const auto reply = ask(common, "Resolve", std::move(parameters));
    if (!reply) return reply.error();
    print_service(common, object_of(reply->parameters, "service"));
    return Exit::found;
}

}  // namespace avahictl
