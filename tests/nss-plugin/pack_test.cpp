// tests/nss-plugin/pack_test.cpp: results in buffers of every length and alignment (pack.c).
// Under the address and undefined sanitizers this also proves that nothing is touched outside.
#include "nss-plugin/pack.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>

#include <cstring>
#include <string>
#include <vector>

namespace {

using testing::ElementsAre;

constexpr char canary = '\xa5';
constexpr std::size_t margin = 64;

/// length bytes at a chosen misalignment, with canaries on both sides.
class Guarded {
public:
    Guarded(std::size_t length, std::size_t shift)
        : bytes_(margin + shift + length + margin, canary),
          start_(margin + shift),
          length_(length) {}
    avahid_buffer buffer() { return {bytes_.data() + start_, length_}; }
    bool holds(const void* piece, std::size_t size) const {
        const char* at = static_cast<const char*>(piece);
        return at >= bytes_.data() + start_ && at + size <= bytes_.data() + start_ + length_;
    }
    bool canaries_live() const {
        for (std::size_t i = 0; i < bytes_.size(); i++) {
            const bool outside = i < start_ || i >= start_ + length_;
            if (outside && bytes_[i] != canary) return false;
        }
        return true;
    }

private:
    std::vector<char> bytes_;
    std::size_t start_;
    std::size_t length_;
};

void add(avahid_answers& answers, int family, const char* text, std::uint32_t scope = 0) {
    avahid_address& address = answers.addresses[answers.count++];
    std::memset(&address, 0, sizeof address);
    address.family = family;
    address.scope = scope;
    ASSERT_EQ(inet_pton(family, text, address.bytes), 1);
}

avahid_answers mixed() {
    avahid_answers answers;
    avahid_answers_init(&answers);
    std::strcpy(answers.name, "beta.local");
    add(answers, AF_INET6, "fe80::1", 2);
    add(answers, AF_INET6, "fe80::1", 3);
    add(answers, AF_INET, "169.254.7.7");
    add(answers, AF_INET, "10.0.0.1");
    add(answers, AF_INET6, "fd00::1");
    add(answers, AF_INET6, "2001:db8::1");
    return answers;
}

bool aligned(const void* pointer, std::size_t alignment) {
    return reinterpret_cast<std::uintptr_t>(pointer) % alignment == 0;
}

std::string text_of(int family, const void* bytes) {
    char text[INET6_ADDRSTRLEN];
    return inet_ntop(family, bytes, text, sizeof text);
}

std::vector<std::string> list_of(const hostent& host) {
    std::vector<std::string> list;
    for (char** at = host.h_addr_list; *at != nullptr; ++at)
        list.push_back(text_of(host.h_addrtype, *at));
    return list;
}

void expect_good_tuples(const gaih_addrtuple* list, const Guarded& memory,
                        const gaih_addrtuple* given) {
    std::vector<std::string> seen;
    for (const gaih_addrtuple* at = list; at != nullptr; at = at->next) {
        EXPECT_TRUE(at == given || memory.holds(at, sizeof *at));
        EXPECT_TRUE(aligned(at, alignof(gaih_addrtuple)));
        EXPECT_STREQ(at->name, "beta.local");
        EXPECT_TRUE(memory.holds(at->name, sizeof "beta.local"));
        seen.push_back(text_of(at->family, at->addr) + "%" + std::to_string(at->scopeid));
    }
    EXPECT_THAT(seen, ElementsAre("fe80::1%2", "fe80::1%3", "fd00::1%0", "2001:db8::1%0",
                                  "169.254.7.7%0", "10.0.0.1%0"));
}

// NSS-§buffer-01, NSS-§buffer-02, NSS-§buffer-03, NSS-§buffer-05, NSS-§status-06
TEST(NssPack, TuplesFitOrFailAtEveryLengthAndAlignment) {
    const avahid_answers answers = mixed();
    for (std::size_t shift = 0; shift < 16; shift++) {
        bool fitted = false;
        for (std::size_t length = 0; length <= 512; length++) {
            Guarded memory(length, shift);
            gaih_addrtuple* list = nullptr;
            const bool fits = avahid_pack_tuples(&answers, memory.buffer(), &list);
            EXPECT_TRUE(fits || !fitted) << "once large enough, always large enough";
            fitted = fits;
            ASSERT_TRUE(memory.canaries_live()) << length << " " << shift;
            if (fits) {
                expect_good_tuples(list, memory, nullptr);
            } else {
                EXPECT_EQ(list, nullptr);
            }
        }
        EXPECT_TRUE(fitted);
    }
}

TEST(NssPack, FirstTupleGoesWhereTheCallerHasRoom) {  // NSS-§buffer-04, NSS-§conf-02
    const avahid_answers answers = mixed();
    bool fitted = false;
    for (std::size_t length = 0; length <= 512; length++) {
        Guarded memory(length, 3);
        gaih_addrtuple given;
        std::memset(&given, 0x5a, sizeof given);
        const gaih_addrtuple before = given;
        gaih_addrtuple* list = &given;
        if (avahid_pack_tuples(&answers, memory.buffer(), &list)) {
            fitted = true;
            EXPECT_EQ(list, &given);
            expect_good_tuples(list, memory, &given);
        } else {
            EXPECT_EQ(list, &given);
            EXPECT_EQ(std::memcmp(&given, &before, sizeof given), 0);
        }
        ASSERT_TRUE(memory.canaries_live()) << length;
    }
    EXPECT_TRUE(fitted);
}

TEST(NssPack, OneGivenTupleNeedsRoomForTheNameOnly) {  // NSS-§buffer-04
    avahid_answers answers;
    avahid_answers_init(&answers);
    std::strcpy(answers.name, "a.local");
    add(answers, AF_INET, "10.0.0.1");
    gaih_addrtuple given;
    gaih_addrtuple* list = &given;
    alignas(16) char bytes[16];
    EXPECT_TRUE(avahid_pack_tuples(&answers, {bytes, sizeof "a.local"}, &list));
    EXPECT_FALSE(avahid_pack_tuples(&answers, {bytes, sizeof "a.local" - 1}, &list));
}

// NSS-§buffer-01, NSS-§buffer-02, NSS-§buffer-03, NSS-§buffer-06, NSS-§status-06
TEST(NssPack, HostentsFitOrFailAtEveryLengthAndAlignment) {
    const avahid_answers answers = mixed();
    for (const int family : {AF_INET, AF_INET6}) {
        const std::size_t size = family == AF_INET ? 4 : 16;
        for (std::size_t shift = 0; shift < 16; shift++) {
            bool fitted = false;
            for (std::size_t length = 0; length <= 256; length++) {
                Guarded memory(length, shift);
                hostent host{};
                const bool fits = avahid_pack_hostent(&answers, family, memory.buffer(), &host);
                EXPECT_TRUE(fits || !fitted);
                fitted = fits;
                ASSERT_TRUE(memory.canaries_live()) << length << " " << shift;
                if (!fits) {
                    EXPECT_EQ(host.h_name, nullptr);
                    continue;
                }
                EXPECT_STREQ(host.h_name, "beta.local");
                EXPECT_TRUE(memory.holds(host.h_name, sizeof "beta.local"));
                EXPECT_TRUE(aligned(host.h_addr_list, alignof(char*)));
                EXPECT_TRUE(memory.holds(host.h_addr_list, 3 * sizeof(char*)));
                EXPECT_TRUE(aligned(host.h_aliases, alignof(char*)));
                EXPECT_TRUE(memory.holds(host.h_aliases, sizeof(char*)));
                EXPECT_EQ(host.h_aliases[0], nullptr);
                EXPECT_EQ(host.h_addrtype, family);
                EXPECT_EQ(host.h_length, static_cast<int>(size));
                for (char** at = host.h_addr_list; *at != nullptr; ++at) {
                    EXPECT_TRUE(memory.holds(*at, size));
                    EXPECT_TRUE(aligned(*at, 4));
                }
                EXPECT_EQ(list_of(host).size(), 2u);
            }
            EXPECT_TRUE(fitted);
        }
    }
}

TEST(NssPack, HostentLeavesOutLinkLocalIfThereIsMore) {  // NSS-§scope-03
    const avahid_answers answers = mixed();
    alignas(16) char bytes[1024];
    hostent host{};
    ASSERT_TRUE(avahid_pack_hostent(&answers, AF_INET6, {bytes, sizeof bytes}, &host));
    EXPECT_THAT(list_of(host), ElementsAre("fd00::1", "2001:db8::1"));
}

TEST(NssPack, HostentGivesLinkLocalIfThereIsNothingElse) {  // NSS-§scope-04
    avahid_answers answers;
    avahid_answers_init(&answers);
    std::strcpy(answers.name, "a.local");
    add(answers, AF_INET6, "fe80::1", 2);
    add(answers, AF_INET6, "fe80::1", 3);
    add(answers, AF_INET6, "fe80::2", 3);
    alignas(16) char bytes[1024];
    hostent host{};
    ASSERT_TRUE(avahid_pack_hostent(&answers, AF_INET6, {bytes, sizeof bytes}, &host));
    EXPECT_THAT(list_of(host), ElementsAre("fe80::1", "fe80::2"));
}

TEST(NssPack, ReverseGivesTheAddressAskedFor) {  // NSS-§rev-04, NSS-§status-06
    avahid_answers answers;
    avahid_answers_init(&answers);
    std::strcpy(answers.name, "beta.local");
    const unsigned char address[4] = {169, 254, 7, 7};
    bool fitted = false;
    for (std::size_t length = 0; length <= 128; length++) {
        Guarded memory(length, 5);
        hostent host{};
        if (avahid_pack_reverse(&answers, AF_INET, address, memory.buffer(), &host)) {
            fitted = true;
            EXPECT_STREQ(host.h_name, "beta.local");
            EXPECT_EQ(host.h_aliases[0], nullptr);
            EXPECT_THAT(list_of(host), ElementsAre("169.254.7.7"));
        }
        ASSERT_TRUE(memory.canaries_live()) << length;
    }
    EXPECT_TRUE(fitted);
}

TEST(NssPack, TakesAsManyAsThereCanBe) {  // NSS-§buffer-07
    avahid_answers answers;
    avahid_answers_init(&answers);
    std::strcpy(answers.name, "many.local");
    for (int i = 0; i < AVAHID_MAX_ADDRESSES; i++)
        add(answers, AF_INET, ("10.0.0." + std::to_string(i)).c_str());
    std::vector<char> bytes(32768);
    gaih_addrtuple* list = nullptr;
    ASSERT_TRUE(avahid_pack_tuples(&answers, {bytes.data(), bytes.size()}, &list));
    int count = 0;
    for (; list != nullptr; list = list->next) count++;
    EXPECT_EQ(count, AVAHID_MAX_ADDRESSES);
    hostent host{};
    ASSERT_TRUE(avahid_pack_hostent(&answers, AF_INET, {bytes.data(), bytes.size()}, &host));
    EXPECT_EQ(list_of(host).size(), std::size_t{AVAHID_MAX_ADDRESSES});
}

}  // namespace
