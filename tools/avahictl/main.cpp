// avahictl: the command line of avahid.
#include <cerrno>
#include <cstring>
#include <string>

#include "tools/avahictl/arguments.hpp"
#include "tools/avahictl/ask.hpp"
#include "tools/avahictl/interrupt.hpp"
#include "tools/avahictl/verbs.hpp"

namespace avahictl {
namespace {

Exit carry_out(int argc, char** argv) {
    const auto command = parse_arguments(argc, argv);
    if (!command) return command.error();
    catch_interrupts();
    return std::visit([&command](const auto& options) { return run(command->common, options); },
                      command->verb);
}

/// A disk may be full; a reader that has gone away (EPIPE) has seen enough and is not told.
bool all_written() {
    const int error = output_error();
    if (error != 0 && error != EPIPE)
        print_error(std::string("cannot write the output: ") + std::strerror(error));
    return error == 0;
}

}  // namespace
}  // namespace avahictl

int main(int argc, char** argv) {
    const auto exit = avahictl::carry_out(argc, argv);
    return static_cast<int>(avahictl::all_written() ? exit : avahictl::Exit::nothing);
}
