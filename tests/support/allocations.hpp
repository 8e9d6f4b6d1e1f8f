// tests/support/allocations.hpp: how often operator new was called by this program so far. Link
// zc::allocations to have it counted.
#pragma once

#include <cstddef>

namespace test {

std::size_t allocations();

}  // namespace test
