#include "avahid/varlink/call.hpp"

#include <algorithm>

namespace avahid::varlink {

NameOf Caller::name_of() {
    return [&machine = machine()](int ifindex) { return machine.name_of(ifindex); };
}

void Activity::stop(dnssd::Instant now) {
    for (const auto handle : handles_) caller_.session().cancel(now, caller_.client(), handle);
    handles_.clear();
}

void Activity::cancel(dnssd::Instant now, dnssd::Handle handle) {
    caller_.session().cancel(now, caller_.client(), handle);
    std::erase(handles_, handle);
}

bool refused(Caller& caller, Parameters& parameters) {
    const auto problem = parameters.problem();
    if (problem) caller.fail(*problem);
    return problem.has_value();
}

Started failed(Caller& caller, session::Errc errc) {
    caller.fail(from_session(errc));
    return nullptr;
}

Started done(Caller& caller, nlohmann::json parameters) {
    caller.reply(std::move(parameters));
    return nullptr;
}

}  // namespace avahid::varlink
