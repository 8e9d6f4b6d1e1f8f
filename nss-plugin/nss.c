/* nss-plugin/nss.c: the functions glibc looks up in libnss_avahid.so.2, and the three codes each of
 * them returns: an nss_status, an errno and an h_errno (README.md has the table).
 * Loaded into every process of the machine: libc only, no state, no heap, no environment. */
#include <errno.h>
#include <netdb.h>
#include <nss.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/socket.h>

#include "nss-plugin/client.h"
#include "nss-plugin/name.h"
#include "nss-plugin/pack.h"

#define EXPORT __attribute__((visibility("default")))

/* ---- verdicts ---- */

struct verdict {
    enum nss_status status;
    int error;   /* an errno value, never 0 but on success */
    int h_error; /* an h_errno value */
};

static const struct verdict not_ours = {NSS_STATUS_UNAVAIL, EINVAL, NO_RECOVERY};
static const struct verdict success = {NSS_STATUS_SUCCESS, 0, NETDB_SUCCESS};
/* On exactly these three glibc enlarges its buffer and calls again; nothing else may give them. */
static const struct verdict buffer_too_small = {NSS_STATUS_TRYAGAIN, ERANGE, NETDB_INTERNAL};

static struct verdict failed(enum avahid_outcome outcome, int error) {
    switch (outcome) {
        case AVAHID_NO_NAME:
            return (struct verdict){NSS_STATUS_NOTFOUND, ENOENT, HOST_NOT_FOUND};
        case AVAHID_NO_FAMILY:
            return (struct verdict){NSS_STATUS_NOTFOUND, ENOENT, NO_DATA};
        case AVAHID_NOT_OURS:
            return not_ours;
        case AVAHID_BUSY:
            return (struct verdict){NSS_STATUS_TRYAGAIN, EAGAIN, TRY_AGAIN};
        default:
            return (struct verdict){NSS_STATUS_UNAVAIL, error, NO_RECOVERY};
    }
}

/* ---- the caller's thread stays as it was ---- */

struct guard {
    int error;
    int cancel_state;
};

/* A thread cancelled inside poll() would leave our socket open: it is cancelled after the call. */
static struct guard enter(void) {
    struct guard guard = {.error = errno};
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &guard.cancel_state);
    return guard;
}

/* errnop is mostly the address of errno itself: the caller's value comes back first, and the
 * verdict, if there is something to say, goes on top of it. */
static enum nss_status leave(struct guard guard, struct verdict verdict, int* errnop,
                             int* h_errnop) {
    errno = guard.error;
    if (verdict.status != NSS_STATUS_SUCCESS) *errnop = verdict.error;
    *h_errnop = verdict.h_error;
    int ignored;
    pthread_setcancelstate(guard.cancel_state, &ignored);
    return verdict.status;
}

static void store_ttl(const struct avahid_answers* answers, int32_t* ttlp) {
    if (ttlp != NULL) *ttlp = answers->ttl > INT32_MAX ? INT32_MAX : (int32_t)answers->ttl;
}

/* ---- name to addresses ---- */

static struct verdict all_addresses(const char* name, struct gaih_addrtuple** pat,
                                    struct avahid_buffer buffer, int32_t* ttlp) {
    if (!avahid_name_is_ours(name)) return not_ours;
    struct avahid_answers answers;
    int error = 0;
    const enum avahid_outcome outcome = avahid_lookup_host(name, AF_UNSPEC, &answers, &error);
    if (outcome != AVAHID_FOUND) return failed(outcome, error);
    if (!avahid_pack_tuples(&answers, buffer, pat)) return buffer_too_small;
    store_ttl(&answers, ttlp);
    return success;
}

/* A hostent holds one family: with AF_UNSPEC it is IPv4 if there is any (nss-af-03). */
static int one_family(const struct avahid_answers* answers, int family) {
    if (family != AF_UNSPEC) return family;
    for (size_t i = 0; i < answers->count; i++) {
        if (answers->addresses[i].family == AF_INET) return AF_INET;
    }
    return AF_INET6;
}

static struct verdict addresses_of_family(const char* name, int family, struct hostent* result,
                                          struct avahid_buffer buffer, int32_t* ttlp,
                                          char** canonp) {
    const bool known_family = family == AF_INET || family == AF_INET6 || family == AF_UNSPEC;
    if (!known_family || !avahid_name_is_ours(name)) return not_ours;
    struct avahid_answers answers;
    int error = 0;
    const enum avahid_outcome outcome = avahid_lookup_host(name, family, &answers, &error);
    if (outcome != AVAHID_FOUND) return failed(outcome, error);
    if (!avahid_pack_hostent(&answers, one_family(&answers, family), buffer, result))
        return buffer_too_small;
    store_ttl(&answers, ttlp);
    if (canonp != NULL) *canonp = result->h_name;
    return success;
}

EXPORT enum nss_status _nss_avahid_gethostbyname4_r(const char* name, struct gaih_addrtuple** pat,
                                                    char* buffer, size_t buflen, int* errnop,
                                                    int* h_errnop, int32_t* ttlp) {
    const struct guard guard = enter();
    const struct avahid_buffer room = {buffer, buflen};
    return leave(guard, all_addresses(name, pat, room, ttlp), errnop, h_errnop);
}

EXPORT enum nss_status _nss_avahid_gethostbyname3_r(const char* name, int af,
                                                    struct hostent* result, char* buffer,
                                                    size_t buflen, int* errnop, int* h_errnop,
                                                    int32_t* ttlp, char** canonp) {
    const struct guard guard = enter();
    const struct avahid_buffer room = {buffer, buflen};
    return leave(guard, addresses_of_family(name, af, result, room, ttlp, canonp), errnop,
                 h_errnop);
}

EXPORT enum nss_status _nss_avahid_gethostbyname2_r(const char* name, int af,
                                                    struct hostent* result, char* buffer,
                                                    size_t buflen, int* errnop, int* h_errnop) {
    return _nss_avahid_gethostbyname3_r(name, af, result, buffer, buflen, errnop, h_errnop, NULL,
                                        NULL);
}

EXPORT enum nss_status _nss_avahid_gethostbyname_r(const char* name, struct hostent* result,
                                                   char* buffer, size_t buflen, int* errnop,
                                                   int* h_errnop) {
    return _nss_avahid_gethostbyname3_r(name, AF_INET, result, buffer, buflen, errnop, h_errnop,
                                        NULL, NULL);
}

/* ---- address to name ---- */

static struct verdict name_of_address(const void* address, socklen_t length, int family,
                                      struct hostent* result, struct avahid_buffer buffer,
                                      int32_t* ttlp) {
    if (!avahid_address_is_ours(family, address, length)) return not_ours;
    struct avahid_answers answers;
    int error = 0;
    const enum avahid_outcome outcome = avahid_lookup_address(family, address, &answers, &error);
    if (outcome != AVAHID_FOUND) return failed(outcome, error);
    if (!avahid_pack_reverse(&answers, family, address, buffer, result)) return buffer_too_small;
    store_ttl(&answers, ttlp);
    return success;
}

EXPORT enum nss_status _nss_avahid_gethostbyaddr2_r(const void* addr, socklen_t len, int af,
                                                    struct hostent* result, char* buffer,
                                                    size_t buflen, int* errnop, int* h_errnop,
                                                    int32_t* ttlp) {
    const struct guard guard = enter();
    const struct avahid_buffer room = {buffer, buflen};
    return leave(guard, name_of_address(addr, len, af, result, room, ttlp), errnop, h_errnop);
}

EXPORT enum nss_status _nss_avahid_gethostbyaddr_r(const void* addr, socklen_t len, int af,
                                                   struct hostent* result, char* buffer,
                                                   size_t buflen, int* errnop, int* h_errnop) {
    return _nss_avahid_gethostbyaddr2_r(addr, len, af, result, buffer, buflen, errnop, h_errnop,
                                        NULL);
}
