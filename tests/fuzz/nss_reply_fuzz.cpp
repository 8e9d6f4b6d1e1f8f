// tests/fuzz/nss_reply_fuzz.cpp: a hostile daemon against the module's parser and packer.
// The first byte chooses the kind of reply, the size of the pieces it comes in, and how the
// caller's buffer is aligned; the rest is the reply. A complete one must fit some buffer, and pack
// the same whatever the pieces were.
#include <netdb.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "nss-plugin/name.h"
#include "nss-plugin/pack.h"
#include "nss-plugin/reply.h"

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void parse(avahid_reply& reply, avahid_answers& answers, avahid_reply_kind kind, const char* bytes,
           std::size_t size, std::size_t piece) {
    avahid_answers_init(&answers);
    avahid_reply_init(&reply, kind, &answers);
    for (std::size_t at = 0; at < size; at += piece)
        avahid_reply_feed(&reply, bytes + at, piece < size - at ? piece : size - at);
}

/// Every buffer length up to one that fits; each in memory of exactly that size.
void pack(const avahid_answers& answers, std::size_t shift) {
    for (std::size_t length = 0;; length = length * 2 + 1) {
        const std::unique_ptr<char[]> memory(new char[length + shift]);
        const avahid_buffer buffer{memory.get() + shift, length};
        gaih_addrtuple* list = nullptr;
        hostent host{};
        const bool all = avahid_pack_tuples(&answers, buffer, &list);
        const bool one = avahid_pack_hostent(&answers, answers.addresses[0].family, buffer, &host);
        if (all && one) break;
        require(length < 1u << 20);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto kind = static_cast<avahid_reply_kind>(data[0] % 3);
    const std::size_t piece = 1 + data[0] / 3 % 5;
    const char* bytes = reinterpret_cast<const char*>(data) + 1;
    const auto reply = std::make_unique<avahid_reply>();
    const auto answers = std::make_unique<avahid_answers>();
    const auto again = std::make_unique<avahid_answers>();
    parse(*reply, *answers, kind, bytes, size - 1, piece);
    const avahid_outcome outcome = reply->outcome;
    parse(*reply, *again, kind, bytes, size - 1, size);
    require(reply->outcome == outcome && answers->count == again->count);
    if (outcome != AVAHID_FOUND) return 0;

    require(std::strlen(answers->name) > 0 && std::strlen(answers->name) <= AVAHID_MAX_LINE);
    (void)avahid_name_is_ours(answers->name);
    (void)avahid_name_is_plain(answers->name);
    if (kind == AVAHID_REPLY_AVAHI_ADDRESS) return 0;
    require(answers->count > 0 && answers->count <= AVAHID_MAX_ADDRESSES);
    pack(*answers, data[0] % 16);
    return 0;
}
