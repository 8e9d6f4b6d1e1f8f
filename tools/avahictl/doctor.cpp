// avahictl doctor: why does `ping host.local` not work?
#include <fmt/core.h>

#include <algorithm>

#include "tools/avahictl/ask.hpp"
#include "tools/avahictl/doctor/checks.hpp"
#include "tools/avahictl/doctor/gather.hpp"
#include "tools/avahictl/escape.hpp"
#include "tools/avahictl/table.hpp"
#include "tools/avahictl/verbs.hpp"

namespace avahictl {

using doctor::Finding;
using doctor::State;

namespace {

const char* word(State state) {
    switch (state) {
        case State::ok:
            return "ok";
        case State::note:
            return "note";
        case State::unknown:
            return "unknown";
        case State::wrong:
            return "wrong";
    }
    return "";
}

Colour colour_of(State state) {
    switch (state) {
        case State::ok:
            return Colour::green;
        case State::wrong:
            return Colour::red;
        default:
            return Colour::yellow;
    }
}

void print(const Common& common, const Finding& finding) {
    if (common.json) {
        nlohmann::json line{
            {"check", finding.check}, {"state", word(finding.state)}, {"what", finding.what}};
        add_text(line, "mend", finding.mend);
        return print_json(line);
    }
    const std::string state = fmt::format("{:<7}", word(finding.state));
    const std::string mend = finding.mend.empty() ? "" : "  ->  " + finding.mend;
    print_line(fmt::format("{}  {}: {}{}", paint(colour_of(finding.state), state, common.colour),
                           printable(finding.check), printable(finding.what), printable(mend)));
}

}  // namespace

Exit run(const Common& common, const DoctorOptions&) {
    const doctor::Facts facts = doctor::gather(common);
    const doctor::Findings findings = doctor::diagnose(facts);
    for (const Finding& finding : findings) print(common, finding);
    if (facts.daemon.reached != ClientErrc::ok) return Exit::unreachable;
    const bool ill = std::ranges::any_of(
        findings, [](const Finding& finding) { return finding.state == State::wrong; });
    return ill ? Exit::nothing : Exit::found;
}

}  // namespace avahictl
