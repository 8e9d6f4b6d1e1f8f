// tools/avahictl/doctor/run_program.hpp: another program's output.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace avahictl::doctor {

struct Finished {
    int status = -1;  // exit status; -1: ended by a signal, ours if it took too long
    bool timed_out = false;
    std::string out;
    std::string err;  // its first lines
};

/// \param name  looked for where the system keeps its programs, whatever PATH says
/// \return empty: there is no such program
std::optional<Finished> run_program(const std::string& name, std::vector<std::string> arguments,
                                    std::chrono::milliseconds limit);

}  // namespace avahictl::doctor
