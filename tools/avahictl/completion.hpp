// tools/avahictl/completion.hpp: what bash and zsh need to know of the command line. It is made
// from the definitions that the command line is parsed by, so it cannot be out of date.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace avahictl {

std::string bash_completion(const CLI::App& app);
std::string zsh_completion(const CLI::App& app);

}  // namespace avahictl
