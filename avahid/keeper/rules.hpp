// avahid/keeper/rules.hpp: which interfaces the keeper may touch, and how it learns of a change.
// Its client, who reads the network and may have been taken over, says *that* the rules have
// changed, never what they are: the keeper reads them itself, from the configuration file, and only
// while nobody but root can write it. No right is kept for that: the keeper reads as the user it
// became.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "avahid/keeper/interface.hpp"

namespace avahid::keeper {

struct RulesFile {
    std::string path;  // empty: the rules stay those of the start
    /// What the file says; empty when it cannot be read. Called in the keeper.
    std::function<std::optional<InterfaceRules>(const std::string& path)> read;
};

/// Makes the file's folder the working directory and `path` the name in it: who can rename a folder
/// above it later on changes nothing. While root still, so that this cannot be misled either.
void enter_folder_of(RulesFile& file);

/// \return 0, or why the rules stay as they were, as an errno value. EPERM: file or folder can be
/// written by others than root, or we are root, and so is the client; EIO: it cannot be read
int reload(const RulesFile& file, InterfaceRules& rules);

}  // namespace avahid::keeper
