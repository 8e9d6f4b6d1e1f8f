// dnssd/publish.hpp: the records of a service, and their life: claimed, renamed after a conflict,
// changed, withdrawn (RFC 6763 §4, §6, §7, §8, §9; RFC 6762 §9).
#pragma once

#include "dnssd/activity.hpp"
#include "dnssd/name_search.hpp"

namespace dnssd {

enum class TxtRules { strict, lenient };  // lenient: as Avahi, any bytes in strings of 255
/// Checks a service and brings its names to NFC.
/// \return ok, else what is wrong; service is then half changed
Errc normalise(Service& service, TxtRules rules = TxtRules::strict);
/// Empty domains become local; only names below it are published by multicast.
Errc normalise_domain(std::string& domain);
/// The PTR at a subtype that lists an instance.
std::optional<mdns::engine::PublishedRecord> subtype_record(const ServiceName& name,
                                                            const std::string& subtype);
mdns::engine::PublishedRecord txt_record(const mdns::wire::Name& instance,
                                         std::vector<std::string> txt);

/// SRV and TXT at the instance name, PTR from its type, its subtypes and the type enumeration.
/// \param host  target of the SRV
/// \return empty when a name is too long (RFC 6762 Appendix C)
std::optional<std::vector<mdns::engine::PublishedRecord>> service_records(
    const Service& service, const mdns::wire::Name& host);

class ServicePublication final : public Activity {
public:
    /// \param service  normalised
    ServicePublication(Context& context, Handle handle, Service service);

    /// Publishes; a name in use on this machine is changed as after a conflict, if that is allowed.
    /// Without any host name yet, waits for one.
    Errc start(Instant now);
    Errc set_txt(Instant now, const std::vector<std::string>& txt);
    Errc set_subtypes(Instant now, const std::vector<std::string>& subtypes);

    void end(Instant now) override;
    void on_established(Instant now) override;
    void on_conflict(Instant now, const mdns::engine::Conflict& conflict) override;
    void on_host_name(Instant now) override;

private:
    const mdns::wire::Name& host() const;
    Errc claim(Instant now);
    bool try_name(Instant now);
    void update(Instant now);
    void give_up(Instant now, const Endpoint& peer, LinkId link);

    Service service_;
    std::optional<mdns::engine::PublicationId> publication_;
    NameSearch search_;
    bool waiting_for_host_ = false;
    bool told_ = false;  // Published is out for this name
};

}  // namespace dnssd
