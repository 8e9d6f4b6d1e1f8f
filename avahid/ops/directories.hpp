// avahid/ops/directories.hpp: makes the folders the daemon needs while it is still root, so that
// the user it becomes can write there.
#pragma once

#include <sys/types.h>

#include <boost/system/result.hpp>
#include <string>

#include "avahid/ops/identity.hpp"

namespace avahid::ops {

struct Directory {
    std::string path;
    mode_t mode = 0755;
    /// Ours alone by its name (/run/avahid): it is given to our user even when it is there already.
    /// A folder somebody named on the command line is only taken when it was made here or is empty:
    /// nobody wants `--state-dir /etc` to hand /etc over.
    bool ours = false;
};

/// Creates what is missing of the path, parents with mode 0755, and gives the folder to the user.
/// Not root: creates it as the caller's. A symbolic link in place of the folder is refused.
boost::system::result<void> prepare_directory(const Directory& directory, const Identity& owner);

}  // namespace avahid::ops
