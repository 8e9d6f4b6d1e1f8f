#include "dnssd/publish_address.hpp"

#include "dnssd/address_record.hpp"
#include "dnssd/service_name.hpp"

namespace dnssd {

using mdns::engine::PublishedRecord;
using mdns::wire::Name;

AddressPublication::AddressPublication(Context& context, Handle handle, Name name, Scope scope)
    : Activity(context, handle), name_(std::move(name)), scope_(std::move(scope)) {}

Errc AddressPublication::start(Instant now, const Address& address, bool reverse) {
    std::vector<PublishedRecord> records{address_record(name_, address)};
    if (reverse) records.push_back(reverse_record(name_, address));
    publication_ = context_.publish(now, handle_, {scope_, std::move(records)});
    return publication_ ? Errc::ok : Errc::collision;
}

void AddressPublication::end(Instant now) {
    if (publication_) context_.withdraw(now, *publication_);
    publication_.reset();
}

void AddressPublication::on_established(Instant) {
    if (std::exchange(told_, true)) return;
    context_.emit(Published{handle_, {name_.to_text(), "", ""}});
}

void AddressPublication::on_conflict(Instant now, const mdns::engine::Conflict& conflict) {
    end(now);
    context_.emit(NameLost{handle_, conflict.peer, conflict.link});
}

}  // namespace dnssd
