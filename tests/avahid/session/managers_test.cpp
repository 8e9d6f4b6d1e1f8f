#include "avahid/session/managers.hpp"

#include <gtest/gtest.h>

namespace avahid::session {
namespace {

TEST(Managers, RootIsOne) { EXPECT_TRUE(is_manager(0)); }

TEST(Managers, AUserNobodyKnowsIsNone) { EXPECT_FALSE(is_manager(4294900000u)); }

}  // namespace
}  // namespace avahid::session
