/* nss-plugin/name.h: is this lookup ours? Decided here, without leaving the process. */
#ifndef AVAHID_NSS_NAME_H
#define AVAHID_NSS_NAME_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Two labels or more, the last of them "local" in any letter case, with or without a final dot; no
 * empty or overlong label, no overlong name, no control character. Text is in presentation form: a
 * backslash protects the next character, or stands for a byte as \DDD. */
bool avahid_name_is_ours(const char* name);

/* 169.254.0.0/16, also when mapped into IPv6, and fe80::/10.
 * \param family   AF_INET or AF_INET6; with any other the answer is no
 * \param address  in network order
 * \param length   of address; too short is no */
bool avahid_address_is_ours(int family, const void* address, size_t length);

/* ::ffff:0:0/96, which is how a dual-stack server sees its IPv4 clients.
 * \param address  of a full length for its family */
bool avahid_is_mapped_ipv4(int family, const void* address);

/* fe80::/10: means nothing without a scope. */
bool avahid_is_link_local_ipv6(const unsigned char address[16]);

/* Letters, digits, '-', '_', '.', and whatever is not ASCII: what a reverse lookup may hand to
 * programs that put host names into logs and command lines. */
bool avahid_name_is_plain(const char* name);

#ifdef __cplusplus
}
#endif

#endif
