/* nss-plugin/name.c: which names and addresses are ours (RFC 6762 §3, §4; RFC 1035 §2.3.4). */
#include "nss-plugin/name.h"

#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "nss-plugin/protocol.h"

enum { max_label = 63, max_wire_name = 255 };

static bool is_control(unsigned char byte) { return byte < 0x20 || byte == 0x7f; }

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* How many characters of text stand for the next byte; 0: a backslash that protects nothing. */
static size_t one_byte_of_text(const char* text) {
    if (text[0] != '\\') return 1;
    if (!is_digit(text[1])) return text[1] == '\0' ? 0 : 2;
    if (!is_digit(text[2]) || !is_digit(text[3])) return 0;
    const int value = (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
    return value <= 255 ? 4 : 0;
}

/* \param end  one past the label: at a dot or at the end of the text
 * \return     its length in bytes, or 0 when it cannot be a label */
static size_t read_label(const char* text, const char** end) {
    size_t bytes = 0;
    while (*text != '\0' && *text != '.') {
        const size_t step = one_byte_of_text(text);
        if (step == 0) return 0;
        for (size_t i = 0; i < step; i++) {
            if (is_control((unsigned char)text[i])) return 0;
        }
        text += step;
        bytes++;
    }
    *end = text;
    return bytes <= max_label ? bytes : 0;
}

bool avahid_name_is_ours(const char* name) {
    const size_t text_length = strnlen(name, AVAHID_MAX_NAME_TEXT + 1);
    if (text_length > AVAHID_MAX_NAME_TEXT) return false;

    size_t wire = 1;
    size_t labels = 0;
    const char* label = name;
    for (;;) {
        const char* end = label;
        const size_t bytes = read_label(label, &end);
        if (bytes == 0) return false;
        wire += 1 + bytes;
        labels++;
        const bool last = end[0] == '\0' || end[1] == '\0';
        if (last) {
            const size_t shown = (size_t)(end - label);
            return wire <= max_wire_name && labels >= 2 && shown == strlen("local") &&
                   strncasecmp(label, "local", shown) == 0;
        }
        label = end + 1;
    }
}

bool avahid_is_link_local_ipv6(const unsigned char address[16]) {
    return address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

bool avahid_is_mapped_ipv4(int family, const void* address) {
    static const unsigned char prefix[12] = {[10] = 0xff, [11] = 0xff};
    return family == AF_INET6 && memcmp(address, prefix, sizeof prefix) == 0;
}

static bool is_link_local_ipv4(const unsigned char* bytes) {
    return bytes[0] == 169 && bytes[1] == 254;
}

bool avahid_address_is_ours(int family, const void* address, size_t length) {
    const unsigned char* bytes = address;
    if (family == AF_INET) return length >= 4 && is_link_local_ipv4(bytes);
    if (family != AF_INET6 || length < 16) return false;
    return avahid_is_mapped_ipv4(family, address) ? is_link_local_ipv4(bytes + 12)
                                                  : avahid_is_link_local_ipv6(bytes);
}

static bool is_plain(unsigned char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' || byte == '.' ||
           byte >= 0x80;
}

bool avahid_name_is_plain(const char* name) {
    if (name[0] == '\0' || name[0] == '-') return false;
    for (; *name != '\0'; name++) {
        if (!is_plain((unsigned char)*name)) return false;
    }
    return true;
}
