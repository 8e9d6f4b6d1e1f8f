/* nss-plugin/pack.c: carving aligned pieces off a buffer of any size and alignment. */
#include "nss-plugin/pack.h"

#include <stdalign.h>
#include <string.h>
#include <sys/socket.h>

#include "nss-plugin/name.h"

/* A piece of the buffer, or NULL: too small. All sizes here are bounded by AVAHID_MAX_ADDRESSES
 * elements, so no product overflows; sums are compared by subtraction. */
static void* take(struct avahid_buffer* buffer, size_t size, size_t alignment) {
    const size_t padding = (size_t)(-(uintptr_t)buffer->at & (alignment - 1));
    if (buffer->left < padding || buffer->left - padding < size) return NULL;
    char* piece = buffer->at + padding;
    buffer->at = piece + size;
    buffer->left -= padding + size;
    return piece;
}

static char* take_copy(struct avahid_buffer* buffer, const void* bytes, size_t size,
                       size_t alignment) {
    char* copy = take(buffer, size, alignment);
    if (copy != NULL) memcpy(copy, bytes, size);
    return copy;
}

/* ---- gethostbyname4_r ---- */

static void fill_tuple(struct gaih_addrtuple* tuple, const struct avahid_address* address,
                       char* name) {
    tuple->next = NULL;
    tuple->name = name;
    tuple->family = address->family;
    memset(tuple->addr, 0, sizeof tuple->addr);
    memcpy(tuple->addr, address->bytes, address->family == AF_INET ? 4 : 16);
    tuple->scopeid = address->scope;
}

/* IPv6 before IPv4: to sort them, glibc connects a socket to each, and one of IPv6 serves for both.
 * Nothing else depends on the order. */
static const int tuple_order[] = {AF_INET6, AF_INET};

bool avahid_pack_tuples(const struct avahid_answers* answers, struct avahid_buffer buffer,
                        struct gaih_addrtuple** pat) {
    const size_t in_buffer = answers->count - (*pat != NULL ? 1 : 0);
    char* name = take_copy(&buffer, answers->name, strlen(answers->name) + 1, 1);
    struct gaih_addrtuple* tuples =
        take(&buffer, in_buffer * sizeof *tuples, alignof(struct gaih_addrtuple));
    if (name == NULL || tuples == NULL) return false;

    struct gaih_addrtuple* free_tuple = tuples;
    struct gaih_addrtuple** link = pat;
    for (size_t family = 0; family < 2; family++) {
        for (size_t i = 0; i < answers->count; i++) {
            if (answers->addresses[i].family != tuple_order[family]) continue;
            if (link != pat || *pat == NULL) *link = free_tuple++;
            fill_tuple(*link, &answers->addresses[i], name);
            link = &(*link)->next;
        }
    }
    return true;
}

/* ---- hostent ---- */

static size_t length_of(int family) { return family == AF_INET ? 4 : 16; }

static bool is_link_local(const struct avahid_address* address) {
    return address->family == AF_INET6 && avahid_is_link_local_ipv6(address->bytes);
}

/* The same fe80:: address on two interfaces is one address here. */
static bool has_twin_before(const struct avahid_answers* answers, size_t index) {
    const struct avahid_address* address = &answers->addresses[index];
    for (size_t i = 0; i < index; i++) {
        const struct avahid_address* other = &answers->addresses[i];
        if (other->family == address->family &&
            memcmp(other->bytes, address->bytes, sizeof other->bytes) == 0)
            return true;
    }
    return false;
}

/* \param chosen  room for answers->count indexes
 * \return        how many are chosen */
static size_t choose(const struct avahid_answers* answers, int family, bool link_local,
                     uint16_t* chosen) {
    size_t count = 0;
    for (size_t i = 0; i < answers->count; i++) {
        const struct avahid_address* address = &answers->addresses[i];
        if (address->family == family && is_link_local(address) == link_local &&
            !has_twin_before(answers, i))
            chosen[count++] = (uint16_t)i;
    }
    return count;
}

/* Everything of a hostent but the addresses themselves.
 * \return the address list: count entries to fill, and NULL at the end; or NULL: no room */
static char** pack_frame(const char* name, int family, size_t count, struct avahid_buffer* buffer,
                         struct hostent* frame) {
    /* One array holds the addresses, the NULL that ends them, and the empty list of aliases. */
    char** pointers = take(buffer, (count + 2) * sizeof *pointers, alignof(char*));
    char* own_name = take_copy(buffer, name, strlen(name) + 1, 1);
    if (pointers == NULL || own_name == NULL) return NULL;
    pointers[count] = NULL;
    pointers[count + 1] = NULL;
    frame->h_name = own_name;
    frame->h_aliases = pointers + count + 1;
    frame->h_addrtype = family;
    frame->h_length = (int)length_of(family);
    frame->h_addr_list = pointers;
    return pointers;
}

bool avahid_pack_hostent(const struct avahid_answers* answers, int family,
                         struct avahid_buffer buffer, struct hostent* result) {
    uint16_t chosen[AVAHID_MAX_ADDRESSES];
    size_t count = choose(answers, family, false, chosen);
    if (count == 0) count = choose(answers, family, true, chosen);

    struct hostent frame;
    char** list = pack_frame(answers->name, family, count, &buffer, &frame);
    if (list == NULL) return false;
    for (size_t i = 0; i < count; i++) {
        list[i] = take_copy(&buffer, answers->addresses[chosen[i]].bytes, length_of(family),
                            alignof(uint32_t));
        if (list[i] == NULL) return false;
    }
    *result = frame;
    return true;
}

bool avahid_pack_reverse(const struct avahid_answers* answers, int family, const void* address,
                         struct avahid_buffer buffer, struct hostent* result) {
    struct hostent frame;
    char** list = pack_frame(answers->name, family, 1, &buffer, &frame);
    if (list == NULL) return false;
    list[0] = take_copy(&buffer, address, length_of(family), alignof(uint32_t));
    if (list[0] == NULL) return false;
    *result = frame;
    return true;
}
