/* nss-plugin/reply.h: the daemon's reply, from bytes to answers. Pure: no socket, no clock, no
 * heap. Nothing the daemon sends is trusted: every length is bounded, and a reply that is not
 * exactly what README.md describes is broken as a whole. */
#ifndef AVAHID_NSS_REPLY_H
#define AVAHID_NSS_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nss-plugin/protocol.h"

#ifdef __cplusplus
extern "C" {
#endif

struct avahid_address {
    int32_t family; /* AF_INET or AF_INET6 */
    uint32_t scope; /* interface index of fe80::/10, 0 for all others */
    unsigned char bytes[16];
};

struct avahid_answers {
    char name[AVAHID_MAX_LINE + 1]; /* as its owner writes it, without a final dot */
    uint32_t ttl;                   /* seconds, the smallest seen */
    size_t count;
    struct avahid_address addresses[AVAHID_MAX_ADDRESSES]; /* no two equal */
};

enum avahid_outcome {
    AVAHID_PENDING,         /* the reply is not complete yet */
    AVAHID_FOUND,           /* answers are filled */
    AVAHID_NO_NAME,         /* there is no such name */
    AVAHID_NO_FAMILY,       /* the name exists, without an address of the family asked for */
    AVAHID_UNKNOWN_COMMAND, /* this daemon is Avahi's: ask by its commands */
    AVAHID_NOT_OURS,        /* .local is the DNS servers' */
    AVAHID_BUSY,            /* out of some resource, here or there: later it may work */
    AVAHID_UNAVAILABLE      /* no daemon, or none that makes sense */
};

enum avahid_reply_kind {
    AVAHID_REPLY_HOST,         /* to LOOKUP-HOST-1: several lines */
    AVAHID_REPLY_AVAHI_HOST,   /* to RESOLVE-HOSTNAME-…: one line, name and address */
    AVAHID_REPLY_AVAHI_ADDRESS /* to RESOLVE-ADDRESS: one line, name */
};

struct avahid_reply {
    enum avahid_reply_kind kind;
    enum avahid_outcome outcome;
    struct avahid_answers* answers; /* not owned; several replies may fill the same */
    bool named;                     /* the first line of AVAHID_REPLY_HOST has been seen */
    size_t total;                   /* bytes seen */
    size_t used;                    /* of line */
    char line[AVAHID_MAX_LINE + 1];
};

/* Only the fields that count are touched: these structures live on small stacks. */
void avahid_answers_init(struct avahid_answers* answers);
void avahid_reply_init(struct avahid_reply* reply, enum avahid_reply_kind kind,
                       struct avahid_answers* answers);

/* More of the reply, in pieces of any size; ignored once the outcome is known. While that is
 * AVAHID_PENDING the reply is not complete, and never will be if the daemon has hung up. */
void avahid_reply_feed(struct avahid_reply* reply, const char* bytes, size_t length);

#ifdef __cplusplus
}
#endif

#endif
