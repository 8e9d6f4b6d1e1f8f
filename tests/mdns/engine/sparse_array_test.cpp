#include "mdns/engine/sparse_array.hpp"

#include <gtest/gtest.h>

#include <map>

#include "mdns/engine/random.hpp"

namespace mdns::engine {
namespace {

using Numbers = SparseArray<int>;
constexpr std::uint64_t page = Numbers::page_size;

TEST(MdnsSparseArray, HoldsWhatAMapHoldsInAnyOrder) {
    Numbers numbers;
    std::map<std::uint64_t, int> expected;
    Random random(5);
    for (int round = 0; round < 5000; ++round) {
        const std::uint64_t index = random.next() % 400;
        if (random.next() % 3 == 0) {
            numbers.reset(index);
            expected.erase(index);
        } else {
            numbers[index] = expected[index] = round + 1;
        }
    }
    for (std::uint64_t index = 0; index < 400; ++index) {
        const int* const found = numbers.find(index);
        const auto wanted = expected.find(index);
        EXPECT_EQ(found ? *found : 0, wanted == expected.end() ? 0 : wanted->second) << index;
    }
}

TEST(MdnsSparseArray, TakesAPageWhereSomethingIsAndLooksForNothing) {
    Numbers numbers;
    numbers[1'000'000'000'000] = 1;
    numbers[7] = 2;
    numbers[3] = 3;
    EXPECT_EQ(numbers.find(page), nullptr);
    EXPECT_EQ(numbers.find(500'000'000'000), nullptr);
    EXPECT_EQ(numbers.find(2'000'000'000'000), nullptr);
    EXPECT_EQ(numbers.pages(), 2u);
}

TEST(MdnsSparseArray, GivesAPageBackWithItsLastValue) {
    Numbers numbers;
    numbers[page] = 1;
    numbers[page + 1] = 2;
    numbers.reset(page);
    EXPECT_EQ(numbers.pages(), 1u);
    numbers.reset(page + 1);
    numbers.reset(page + 1);
    EXPECT_EQ(numbers.pages(), 0u);
}

TEST(MdnsSparseArray, LeavesValuesWhereTheyAreWhenOthersCome) {
    Numbers numbers;
    int& one = numbers[100 * page];
    for (std::uint64_t index = 0; index < 99 * page; index += page) numbers[index] = 1;
    one = 5;
    EXPECT_EQ(*numbers.find(100 * page), 5);
}

}  // namespace
}  // namespace mdns::engine
