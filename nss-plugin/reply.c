/* nss-plugin/reply.c: one line at a time, one function per kind of line. */
#include "nss-plugin/reply.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "nss-plugin/name.h"

void avahid_answers_init(struct avahid_answers* answers) {
    answers->name[0] = '\0';
    answers->ttl = UINT32_MAX;
    answers->count = 0;
}

void avahid_reply_init(struct avahid_reply* reply, enum avahid_reply_kind kind,
                       struct avahid_answers* answers) {
    reply->kind = kind;
    reply->outcome = AVAHID_PENDING;
    reply->answers = answers;
    reply->named = false;
    reply->total = 0;
    reply->used = 0;
}

/* ---- words ---- */

/* Cuts the next word off a line in place.
 * \return the word, NULL when there is none */
static char* next_word(char** rest) {
    char* word = *rest + strspn(*rest, " ");
    if (*word == '\0') return NULL;
    char* end = word + strcspn(word, " ");
    *rest = *end == '\0' ? end : end + 1;
    *end = '\0';
    return word;
}

static bool read_number(const char* word, uint32_t limit, uint32_t* number) {
    if (word == NULL || *word == '\0') return false;
    uint64_t value = 0;
    for (; *word != '\0'; word++) {
        if (*word < '0' || *word > '9') return false;
        value = value * 10 + (uint64_t)(*word - '0');
        if (value > limit) return false;
    }
    *number = (uint32_t)value;
    return true;
}

static bool read_address(const char* word, uint32_t ifindex, struct avahid_address* address) {
    if (word == NULL) return false;
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, word, address->bytes) == 1) {
        address->family = AF_INET;
        return true;
    }
    if (inet_pton(AF_INET6, word, address->bytes) != 1) return false;
    address->family = AF_INET6;
    if (!avahid_is_link_local_ipv6(address->bytes)) return true;
    address->scope = ifindex;
    return ifindex != 0; /* fe80:: of nowhere is no address at all */
}

/* Printable, not empty, and short enough; the final dot is taken off. */
static bool keep_name(struct avahid_answers* answers, const char* name) {
    if (name == NULL) return false;
    size_t length = strlen(name);
    if (length > 1 && name[length - 1] == '.' && name[length - 2] != '\\') length--;
    if (length == 0 || length >= sizeof answers->name) return false;
    for (size_t i = 0; i < length; i++) {
        const unsigned char byte = (unsigned char)name[i];
        if (byte < 0x20 || byte == 0x7f) return false;
    }
    memcpy(answers->name, name, length);
    answers->name[length] = '\0';
    return true;
}

/* An address seen on several interfaces is listed once, fe80::/10 once per interface.
 * \return false when there is no room: no daemon of ours sends so many */
static bool keep_address(struct avahid_answers* answers, const struct avahid_address* address,
                         uint32_t ttl) {
    if (ttl < answers->ttl) answers->ttl = ttl;
    for (size_t i = 0; i < answers->count; i++) {
        if (memcmp(&answers->addresses[i], address, sizeof *address) == 0) return true;
    }
    if (answers->count == AVAHID_MAX_ADDRESSES) return false;
    answers->addresses[answers->count++] = *address;
    return true;
}

/* ---- lines ---- */

/* "-CODE TEXT" */
static enum avahid_outcome read_error(char* rest) {
    uint32_t code = 0;
    if (!read_number(next_word(&rest), UINT32_MAX, &code)) return AVAHID_UNAVAILABLE;
    switch (code) {
        case AVAHID_CODE_INVALID_HOST_NAME:
        case AVAHID_CODE_INVALID_ADDRESS:
        case AVAHID_CODE_TIMEOUT:
        case AVAHID_CODE_NOT_FOUND:
            return AVAHID_NO_NAME;
        case AVAHID_CODE_INVALID_DOMAIN:
            return AVAHID_NOT_OURS;
        case AVAHID_CODE_IS_EMPTY:
            return AVAHID_NO_FAMILY;
        case AVAHID_CODE_INVALID_COMMAND:
            return AVAHID_UNKNOWN_COMMAND;
        case AVAHID_CODE_TOO_MANY_CLIENTS:
        case AVAHID_CODE_TOO_MANY_OBJECTS:
            return AVAHID_BUSY;
        default:
            return AVAHID_UNAVAILABLE;
    }
}

/* "+ NAME", then "= IFINDEX TTL ADDRESS" for each address, then "." */
static enum avahid_outcome read_host_line(struct avahid_reply* reply, char* line) {
    if (!reply->named) {
        if (line[0] != '+' || line[1] != ' ') return AVAHID_UNAVAILABLE;
        reply->named = keep_name(reply->answers, line + 2);
        return reply->named ? AVAHID_PENDING : AVAHID_UNAVAILABLE;
    }
    if (strcmp(line, ".") == 0) return reply->answers->count > 0 ? AVAHID_FOUND : AVAHID_NO_FAMILY;
    if (line[0] != '=') return AVAHID_UNAVAILABLE;

    char* rest = line + 1;
    uint32_t ifindex = 0;
    uint32_t ttl = 0;
    struct avahid_address address;
    const bool good = read_number(next_word(&rest), INT32_MAX, &ifindex) &&
                      read_number(next_word(&rest), INT32_MAX, &ttl) &&
                      read_address(next_word(&rest), ifindex, &address) &&
                      next_word(&rest) == NULL && keep_address(reply->answers, &address, ttl);
    return good ? AVAHID_PENDING : AVAHID_UNAVAILABLE;
}

/* "+ IFINDEX PROTOCOL NAME ADDRESS", or without ADDRESS in the answer to RESOLVE-ADDRESS */
static enum avahid_outcome read_avahi_line(struct avahid_reply* reply, char* line) {
    if (line[0] != '+') return AVAHID_UNAVAILABLE;
    char* rest = line + 1;
    uint32_t ifindex = 0;
    if (!read_number(next_word(&rest), INT32_MAX, &ifindex) || next_word(&rest) == NULL ||
        !keep_name(reply->answers, next_word(&rest)))
        return AVAHID_UNAVAILABLE;
    if (reply->kind == AVAHID_REPLY_AVAHI_ADDRESS) {
        reply->answers->ttl = AVAHID_UNKNOWN_TTL;
        return AVAHID_FOUND;
    }
    struct avahid_address address;
    const bool good = read_address(next_word(&rest), ifindex, &address) &&
                      keep_address(reply->answers, &address, AVAHID_UNKNOWN_TTL);
    return good ? AVAHID_FOUND : AVAHID_UNAVAILABLE;
}

static enum avahid_outcome read_line(struct avahid_reply* reply) {
    char* line = reply->line;
    if (strlen(line) != reply->used) return AVAHID_UNAVAILABLE; /* a zero byte inside */
    if (line[0] == '-' && !reply->named) return read_error(line + 1);
    return reply->kind == AVAHID_REPLY_HOST ? read_host_line(reply, line)
                                            : read_avahi_line(reply, line);
}

/* ---- bytes ---- */

static void take_byte(struct avahid_reply* reply, char byte) {
    if (++reply->total > AVAHID_MAX_REPLY) {
        reply->outcome = AVAHID_UNAVAILABLE;
    } else if (byte == '\n') {
        reply->line[reply->used] = '\0';
        reply->outcome = read_line(reply);
        reply->used = 0;
    } else if (reply->used == AVAHID_MAX_LINE) {
        reply->outcome = AVAHID_UNAVAILABLE;
    } else {
        reply->line[reply->used++] = byte;
    }
}

void avahid_reply_feed(struct avahid_reply* reply, const char* bytes, size_t length) {
    for (size_t i = 0; i < length && reply->outcome == AVAHID_PENDING; i++) {
        take_byte(reply, bytes[i]);
    }
}
