#include "ipv4ll/engine/candidate.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <vector>

#include "ipv4ll/constants.hpp"

namespace ipv4ll::engine {
namespace {

std::vector<Ipv4> first(int count, std::uint64_t seed) {
    Candidates candidates{seed};
    std::vector<Ipv4> drawn;
    for (int i = 0; i < count; ++i) drawn.push_back(candidates.next());
    return drawn;
}

TEST(Ipv4llCandidate, IsUniformOverTheWholeRange) {  // RFC3927-§2.1-01 RFC3927-§2.1-02
    constexpr int draws = 1'000'000;
    constexpr std::uint32_t count = last_address - first_address + 1;
    ASSERT_EQ(count, 65024U);
    std::vector<int> seen(count);
    Candidates candidates{seed_of({0x02, 0, 0, 0, 0, 1})};
    for (int i = 0; i < draws; ++i) {
        const std::uint32_t drawn = candidates.next().to_uint();
        ASSERT_TRUE(claimable(drawn)) << drawn;
        ++seen[drawn - first_address];
    }
    EXPECT_GT(seen.front(), 0);
    EXPECT_GT(seen.back(), 0);
    double chi_square = 0;
    const double expected = static_cast<double>(draws) / count;
    for (const int n : seen) chi_square += (n - expected) * (n - expected) / expected;
    // Mean 65023, standard deviation 361: five of them.
    EXPECT_NEAR(chi_square, 65023, 1803);
}

TEST(Ipv4llCandidate, DiffersBetweenHosts) {  // RFC3927-§2.1-03 RFC3927-§2.1-05
    // Neighbouring MAC addresses, as in a box of identical devices.
    std::vector<std::vector<Ipv4>> sequences;
    for (std::uint8_t i = 0; i < 100; ++i) {
        sequences.push_back(first(5, seed_of({0x02, 0, 0, 0, 0, i})));
    }
    for (std::size_t a = 0; a < sequences.size(); ++a) {
        for (std::size_t b = 0; b < a; ++b) EXPECT_NE(sequences[a], sequences[b]);
    }
}

TEST(Ipv4llCandidate, RepeatsOnTheSameHost) {  // RFC3927-§2.1-04
    const Mac mac = {0x02, 0, 0, 0, 0, 1};
    EXPECT_EQ(first(20, seed_of(mac)), first(20, seed_of(mac)));
}

TEST(Ipv4llCandidate, EveryByteOfTheMacCounts) {
    const std::uint64_t plain = seed_of(Mac{});
    for (std::size_t i = 0; i < 6; ++i) {
        Mac mac{};
        mac[i] = 1;
        EXPECT_NE(seed_of(mac), plain) << i;
    }
}

TEST(Ipv4llCandidate, GivesNoneOfTheLastOnesAgain) {     // RFC3927-§2.2.1-08
    const std::vector<Ipv4> drawn = first(100'000, 42);  // by chance, some hundred would be
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        const auto here = drawn.begin() + static_cast<std::ptrdiff_t>(i);
        const auto back = static_cast<std::ptrdiff_t>(std::min(i, Candidates::memory));
        ASSERT_EQ(std::find(here - back, here, *here), here) << i;
    }
}

TEST(Ipv4llCandidate, SkipsWhatIsToBeAvoided) {
    const std::vector<Ipv4> expected = first(3, 42);
    Candidates candidates{42};
    candidates.avoid(expected[0]);
    candidates.avoid(expected[1]);
    EXPECT_EQ(candidates.next(), expected[2]);
}

}  // namespace
}  // namespace ipv4ll::engine
