/* flood.c: multicast DNS of one kind over IPv4, at a steady rate, as raw frames, so that the source may
 * be anyone.
 *
 *   flood INTERFACE KIND RATE SECONDS SOURCE NAME COUNT [TO-ADDRESS TO-MAC]
 *
 * RATE: packets a second. SOURCE: an address; its last byte 0: another one of that /24 in each packet.
 * NAME: what is asked for or spoken of; a '#' in it stands for 0 … COUNT-1, in turn. With TO-…: not to the
 * group. At the end it prints the packets and the payload bytes sent. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { headers = 14 + 20 + 8, mtu = 9000, batch = 32 };
enum { type_a = 1, type_ptr = 12, type_txt = 16, type_any = 255 };

static uint64_t dice = 6762;
static uint64_t roll(void) {
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return dice;
}

/* ---- a message being written ---- */

static uint8_t *message, *at;

static void put16(unsigned value) {
    *at++ = (uint8_t)(value >> 8);
    *at++ = (uint8_t)value;
}
static void put32(uint32_t value) {
    put16(value >> 16);
    put16(value & 0xffff);
}
static void put_header(unsigned flags, unsigned questions, unsigned answers, unsigned authorities) {
    put16(flags & 0x8000 ? 0 : (unsigned)roll() & 0xffff);
    put16(flags);
    put16(questions);
    put16(answers);
    put16(authorities);
    put16(0);
}
static void put_name(const char *text) {
    while (*text) {
        const size_t length = strcspn(text, ".");
        *at++ = (uint8_t)length;
        memcpy(at, text, length);
        at += length;
        text += length + (text[length] == '.');
    }
    *at++ = 0;
}
static void put_question(const char *name, unsigned type, unsigned class) {
    put_name(name);
    put16(type);
    put16(class);
}
static void put_record(const char *name, unsigned type, unsigned class, uint32_t ttl) {
    put_question(name, type, class);
    put32(ttl);
}
static void put_a(const char *name, unsigned class, uint32_t ttl, uint32_t address) {
    put_record(name, type_a, class, ttl);
    put16(4);
    put32(address);
}
static void put_ptr(const char *name, const char *target) {
    put_record(name, type_ptr, 1, 4500);
    uint8_t *const length = at;
    put16(0);
    put_name(target);
    const size_t size = (size_t)(at - length) - 2;
    length[0] = (uint8_t)(size >> 8);
    length[1] = (uint8_t)size;
}

/* ---- kinds ---- */

static uint64_t number;  /* of the packet */
static char asked[256];  /* NAME, its '#' filled in */
static unsigned source_port = 5353;
static const char *source_text;

static const char *random_name(const char *rest) {
    static char name[300];
    snprintf(name, sizeof name, "%016llx%s", (unsigned long long)roll(), rest);
    return name;
}

static void unique(void) {
    put_header(0x8400, 0, 10, 0);
    for (int i = 0; i < 10; ++i) put_a(random_name(".local"), 0x8001, 4500, (uint32_t)roll());
}
static void instances(void) {  /* all of one name */
    put_header(0x8400, 0, 10, 0);
    for (int i = 0; i < 10; ++i) put_ptr(asked, random_name("._http._tcp.local"));
}
static void zero(void) {
    put_header(0x8400, 0, 10, 0);
    for (int i = 0; i < 10; ++i) put_a(random_name(".local"), 1, 0, (uint32_t)roll());
}
static void goodbye(void) {  /* for what host .1 of the source's net says */
    put_header(0x8400, 0, 1, 0);
    put_a(asked, 1, 0, (inet_network(source_text) & 0xffffff00u) | 1);
}
static void probe(void) {
    put_header(0, 1, 0, 1);
    put_question(asked, type_any, 0x8001);
    put_a(asked, 1, 120, (uint32_t)roll());
}
static void conflict(void) {
    put_header(0x8400, 0, 1, 0);
    put_a(asked, 0x8001, 120, (uint32_t)roll());
}
static void ask(unsigned type, unsigned class) {
    put_header(0, 1, 0, 0);
    put_question(asked, type, class);
}
static void query(void) { ask(type_a, 1); }
static void qu(void) { ask(type_a, 0x8001); }
static void any(void) { ask(type_any, 1); }
static void ptr(void) { ask(type_ptr, 1); }
static void txt(void) { ask(type_txt, 1); }
static void truncated(void) {
    put_header(0x0200, 1, 0, 0);
    put_question(asked, type_ptr, 1);
}
static void known(void) {  /* answers to a question that never came, and more to follow */
    put_header(0x0200, 0, 25, 0);
    for (int i = 0; i < 25; ++i) put_ptr(asked, random_name("._http._tcp.local"));
}
static void huge(void) {
    put_header(0x8400, 0, 140, 0);
    for (int i = 0; i < 140; ++i) put_ptr(asked, random_name("._http._tcp.local"));
}
static void junk(void) {
    for (uint64_t left = roll() % 300; left > 0; --left) *at++ = (uint8_t)roll();
}

static const struct {
    const char *name;
    void (*write)(void);
} kinds[] = {{"unique", unique}, {"instances", instances}, {"zero", zero},     {"goodbye-of-alpha", goodbye},
             {"probe", probe},   {"conflict", conflict},   {"query", query},   {"qu", qu},
             {"any", any},       {"ptr", ptr},             {"txt", txt},       {"legacy", query},
             {"legacy-any", any}, {"tc", truncated},       {"known", known},   {"huge", huge},
             {"junk", junk}};

/* ---- frames ---- */

static uint8_t frame[batch][headers + mtu];

static unsigned checksum(const uint8_t *header) {
    uint32_t sum = 0;
    for (int i = 0; i < 20; i += 2) sum += (uint32_t)(header[i] << 8 | header[i + 1]);
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
}

static size_t build(uint8_t *into, const uint8_t *to_mac, uint32_t to, uint32_t source,
                    void (*write)(void)) {
    message = at = into + headers;
    write();
    const size_t size = (size_t)(at - message);
    at = into;
    memcpy(at, to_mac, 6);
    memcpy(at + 6, "\x02\0\0\0\0\x66", 6);
    at += 12;
    put16(0x0800);
    put16(0x4500);
    put16((unsigned)(28 + size));
    put32(0);
    put32(255u << 24 | 17u << 16);
    put32(source);
    put32(to);
    const unsigned sum = checksum(into + 14);
    into[24] = (uint8_t)(sum >> 8);
    into[25] = (uint8_t)sum;
    put16(source_port);
    put16(5353);
    put16((unsigned)(8 + size));
    put16(0);
    return size;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int usage(void) {
    fprintf(stderr, "flood INTERFACE KIND RATE SECONDS SOURCE NAME COUNT [TO-ADDRESS TO-MAC]\n");
    return 2;
}

int main(int count, char **given) {
    if (count != 8 && count != 10) return usage();
    void (*write)(void) = NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; ++i)
        if (strcmp(given[2], kinds[i].name) == 0) write = kinds[i].write;
    if (!write) return usage();
    const double rate = atof(given[3]), end = now() + atof(given[4]);
    const uint32_t source = inet_network(source_text = given[5]);
    const unsigned names = (unsigned)atoi(given[7]);
    const char *const place = strchr(given[6], '#');
    uint8_t mac[6] = {1, 0, 0x5e, 0, 0, 0xfb};
    uint32_t to = 0xe00000fb;
    if (count == 10) {
        to = inet_network(given[8]);
        sscanf(given[9], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1, mac + 2, mac + 3, mac + 4,
               mac + 5);
    }
    const struct sockaddr_ll out = {.sll_family = AF_PACKET,
                                    .sll_ifindex = (int)if_nametoindex(given[1])};
    const int fd = socket(AF_PACKET, SOCK_RAW, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&out, sizeof out)) return perror("flood"), 1;

    uint64_t bytes = 0;
    const double begin = now();
    for (double time = begin; time < end; time = now()) {
        const uint64_t due = (uint64_t)((time - begin) * rate);
        while (number < due) {
            struct iovec parts[batch];
            struct mmsghdr messages[batch];
            memset(messages, 0, sizeof messages);
            unsigned ready = 0;
            for (; ready < batch && number < due; ++ready, ++number) {
                if (place) {
                    snprintf(asked, sizeof asked, "%.*s%u%s", (int)(place - given[6]), given[6],
                             (unsigned)(number % names), place + 1);
                } else {
                    snprintf(asked, sizeof asked, "%s", given[6]);
                }
                if (strncmp(given[2], "legacy", 6) == 0) source_port = 20000 + number % 40000;
                const uint32_t from = source & 0xff ? source : source | (10 + roll() % 200);
                const size_t size = build(frame[ready], mac, to, from, write);
                bytes += size;
                parts[ready] = (struct iovec){frame[ready], headers + size};
                messages[ready].msg_hdr.msg_iov = &parts[ready];
                messages[ready].msg_hdr.msg_iovlen = 1;
            }
            if (sendmmsg(fd, messages, ready, 0) < 0) return perror("flood"), 1;
        }
        const struct timespec pause = {0, 1000000};
        nanosleep(&pause, NULL);
    }
    printf("%llu %llu\n", (unsigned long long)number, (unsigned long long)bytes);
    return 0;
}
