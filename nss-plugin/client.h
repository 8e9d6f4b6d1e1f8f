/* nss-plugin/client.h: one question to the daemon, over its socket, within AVAHID_TIMEOUT_MS.
 * Opens, asks, closes: no descriptor, memory or thread outlives a call, so forks and threads of the
 * program do not matter. Raises no signal. */
#ifndef AVAHID_NSS_CLIENT_H
#define AVAHID_NSS_CLIENT_H

#include "nss-plugin/reply.h"

/* \param name    one of ours (avahid_name_is_ours)
 * \param family  AF_INET, AF_INET6, or AF_UNSPEC: both, in one exchange
 * \param error   an errno value, set when the outcome is AVAHID_BUSY or AVAHID_UNAVAILABLE
 * \return        never AVAHID_PENDING or AVAHID_UNKNOWN_COMMAND; AVAHID_FOUND means that there is
 * at least one address, and no other family than the one asked for */
enum avahid_outcome avahid_lookup_host(const char* name, int family, struct avahid_answers* answers,
                                       int* error);

/* The name of an address, in answers->name; no addresses are filled.
 * \param address  4 or 16 bytes in network order */
enum avahid_outcome avahid_lookup_address(int family, const void* address,
                                          struct avahid_answers* answers, int* error);

#endif
