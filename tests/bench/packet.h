/* tests/bench/packet.h: what the load generators share: sockets on one interface, and just enough DNS
 * to ask for and to recognise the services "svc N" of type _bench._udp. */
#ifndef AVAHID_BENCH_PACKET_H
#define AVAHID_BENCH_PACKET_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, LARGEST = 9000, TYPE_A = 1, TYPE_PTR = 12, TYPE_TXT = 16, TYPE_AAAA = 28, TYPE_SRV = 33 };
#define GROUP "224.0.0.251"

static inline int fail(const char* what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static inline double now_of(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static inline double now(void) { return now_of(CLOCK_MONOTONIC); }

static inline struct sockaddr_in address_of(const char* text, int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (inet_pton(AF_INET, text, &address.sin_addr) != 1) fail(text);
    return address;
}

/* A socket on one interface; `join`: a member of the group there, deaf to itself. */
static inline int open_socket(const char* interface, int port, int join) {
    const int on = 1, off = 0, ttl = 255;
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct ip_mreqn member = {.imr_ifindex = (int)if_nametoindex(interface)};
    inet_pton(AF_INET, GROUP, &member.imr_multiaddr);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface, (socklen_t)strlen(interface)))
        fail(interface);
    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &member, sizeof member);
    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl);
    setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &off, sizeof off);
    const struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (bind(fd, (const struct sockaddr*)&any, sizeof any)) fail("bind");
    if (join && setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &member, sizeof member)) fail("join");
    return fd;
}

/* Messages of equal place in a batch, for recvmmsg and sendmmsg. */
struct batch {
    unsigned char data[BATCH][LARGEST];
    struct sockaddr_in peer[BATCH];
    struct iovec part[BATCH];
    struct mmsghdr message[BATCH];
};

static inline void batch_set(struct batch* batch, int i, size_t size) {
    batch->part[i] = (struct iovec){batch->data[i], size};
    batch->message[i].msg_hdr = (struct msghdr){.msg_name = &batch->peer[i],
                                                .msg_namelen = sizeof batch->peer[i],
                                                .msg_iov = &batch->part[i],
                                                .msg_iovlen = 1};
}

static inline int batch_receive(struct batch* batch, int fd) {
    for (int i = 0; i < BATCH; ++i) batch_set(batch, i, LARGEST);
    return recvmmsg(fd, batch->message, BATCH, MSG_DONTWAIT, NULL);
}

/* ---- DNS ---- */

static inline unsigned char* put16(unsigned char* at, unsigned value) {
    *at++ = (unsigned char)(value >> 8);
    *at++ = (unsigned char)value;
    return at;
}

static inline unsigned char* put_label(unsigned char* at, const char* text) {
    const size_t size = strlen(text);
    *at++ = (unsigned char)size;
    memcpy(at, text, size);
    return at + size;
}

/* "PREFIX NUMBER._bench._udp.local", whole. */
static inline unsigned char* put_instance(unsigned char* at, long number) {
    char label[32];
    snprintf(label, sizeof label, "svc %ld", number);
    at = put_label(put_label(put_label(put_label(at, label), "_bench"), "_udp"), "local");
    *at++ = 0;
    return at;
}

static inline size_t put_question(unsigned char* message, unsigned id, long number, int unicast) {
    memset(message, 0, 12);
    put16(message, id);
    message[5] = 1;
    unsigned char* at = put_instance(message + 12, number);
    at = put16(put16(at, TYPE_SRV), unicast ? 0x8001 : 1);
    return (size_t)(at - message);
}

static inline unsigned get16(const unsigned char* at) { return (unsigned)at[0] << 8 | at[1]; }

/* Where the name at `at` ends. */
static inline size_t skip_name(const unsigned char* data, size_t size, size_t at) {
    while (at < size && data[at] && data[at] < 0xc0) at += (size_t)data[at] + 1;
    return at < size && data[at] >= 0xc0 ? at + 2 : at + 1;
}

/* N of a name that begins with the label "svc N"; else -1. */
static inline long number_of(const unsigned char* data, size_t size, size_t at) {
    for (int jumps = 0; at + 1 < size && data[at] >= 0xc0 && jumps < 8; ++jumps)
        at = get16(data + at) & 0x3fff;
    if (at >= size || at + 1 + data[at] > size || data[at] < 5) return -1;
    if (memcmp(data + at + 1, "svc ", 4) != 0) return -1;
    long number = 0;
    for (int i = 4; i < data[at]; ++i) {
        const int digit = data[at + 1 + (size_t)i] - '0';
        if (digit < 0 || digit > 9) return -1;
        number = 10 * number + digit;
    }
    return number;
}

#endif
