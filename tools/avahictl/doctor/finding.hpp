// tools/avahictl/doctor/finding.hpp: what one check found.
#pragma once

#include <string>
#include <vector>

namespace avahictl::doctor {

enum class State {
    ok,
    note,     // not why names fail, but worth knowing
    unknown,  // could not be looked at
    wrong,
};

struct Finding {
    std::string check;  // what was looked at: "nsswitch"
    State state = State::ok;
    std::string what;  // half a sentence
    std::string mend;  // what to do; empty: nothing
};
using Findings = std::vector<Finding>;

inline Finding ok(std::string check, std::string what) {
    return {std::move(check), State::ok, std::move(what), ""};
}
inline Finding note(std::string check, std::string what, std::string mend = "") {
    return {std::move(check), State::note, std::move(what), std::move(mend)};
}
inline Finding unknown(std::string check, std::string what, std::string mend = "") {
    return {std::move(check), State::unknown, std::move(what), std::move(mend)};
}
inline Finding wrong(std::string check, std::string what, std::string mend) {
    return {std::move(check), State::wrong, std::move(what), std::move(mend)};
}

}  // namespace avahictl::doctor
