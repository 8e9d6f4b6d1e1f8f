/* nss-plugin/pack.h: answers into the caller's buffer, in the shapes glibc wants. Pure.
 * Nothing is written outside the buffer, whatever its size and alignment; too small a buffer yields
 * false, and then the caller's result pointers are untouched. */
#ifndef AVAHID_NSS_PACK_H
#define AVAHID_NSS_PACK_H

#include <netdb.h>
#include <nss.h>

#include "nss-plugin/reply.h"

#ifdef __cplusplus
extern "C" {
#endif

struct avahid_buffer {
    char* at;
    size_t left;
};

/* All answers, as the list of gethostbyname4_r, link-local ones with their scope, IPv6 first.
 * \param answers  at least one address
 * \param pat      *pat not NULL: the first tuple is stored there (nscd); NULL: in the buffer too */
bool avahid_pack_tuples(const struct avahid_answers* answers, struct avahid_buffer buffer,
                        struct gaih_addrtuple** pat);

/* The answers of one family. A hostent has no room for a scope, without which an fe80:: address is
 * of no use: those are given only when there is nothing else.
 * \param family  AF_INET or AF_INET6, of which answers have at least one */
bool avahid_pack_hostent(const struct avahid_answers* answers, int family,
                         struct avahid_buffer buffer, struct hostent* result);

/* The answer to a reverse lookup: answers->name, and the address that was asked for. */
bool avahid_pack_reverse(const struct avahid_answers* answers, int family, const void* address,
                         struct avahid_buffer buffer, struct hostent* result);

#ifdef __cplusplus
}
#endif

#endif
