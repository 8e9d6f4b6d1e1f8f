#include "mdns/engine/holders.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace mdns::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr PublicationId one{1}, two{2}, three{3};

std::vector<PublicationId> all(const Holders& holders) { return {holders.begin(), holders.end()}; }

TEST(MdnsHolders, AreInOrderAndEachOnce) {
    Holders holders;
    EXPECT_THAT(all(holders), IsEmpty());
    for (const PublicationId id : {two, two, three, one, three}) holders.add(id);
    EXPECT_THAT(all(holders), ElementsAre(one, two, three));
    EXPECT_TRUE(holders.contains(three));
    EXPECT_FALSE(holders.contains(PublicationId{4}));
}

TEST(MdnsHolders, GoOneByOne) {
    Holders holders;
    for (const PublicationId id : {one, two, three}) holders.add(id);
    holders.remove(two);
    holders.remove(two);
    EXPECT_THAT(all(holders), ElementsAre(one, three));
    holders.remove(one);
    holders.remove(one);
    EXPECT_THAT(all(holders), ElementsAre(three));
    holders.remove(three);
    EXPECT_THAT(all(holders), IsEmpty());
    holders.add(two);
    EXPECT_THAT(all(holders), ElementsAre(two));
}

}  // namespace
}  // namespace mdns::engine
