// avahictl: the command line of avahid.
#include "tools/avahictl/arguments.hpp"
#include "tools/avahictl/interrupt.hpp"
#include "tools/avahictl/verbs.hpp"

int main(int argc, char** argv) {
    using namespace avahictl;
    const auto command = parse_arguments(argc, argv);
    if (!command) return static_cast<int>(command.error());
    catch_interrupts();
    const Exit exit = std::visit(
        [&command](const auto& options) { return run(command->common, options); }, command->verb);
    return static_cast<int>(exit);
}
