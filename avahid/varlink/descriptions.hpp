// avahid/varlink/descriptions.hpp: the .varlink files of this folder, embedded when building.
#pragma once

#include <span>
#include <string_view>

namespace avahid::varlink {

struct Description {
    std::string_view interface;
    std::string_view text;
};
std::span<const Description> descriptions();

}  // namespace avahid::varlink
