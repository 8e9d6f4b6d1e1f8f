// tools/avahictl/arguments.hpp: argv to a Command.
#pragma once

#include <boost/system/result.hpp>

#include "tools/avahictl/exit.hpp"
#include "tools/avahictl/options.hpp"

namespace avahictl {

/// \return else how to exit: help, version or the complaint has been printed
boost::system::result<Command, Exit> parse_arguments(int argc, const char* const* argv);

}  // namespace avahictl
