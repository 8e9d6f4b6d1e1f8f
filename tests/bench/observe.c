/* tests/bench/observe.c: a host with default socket buffers that listens while services are announced.
 *
 *   observe INTERFACE 4|6 COUNT SECONDS   until each of "svc 0" … "svc COUNT-1" was announced twice (its
 *                                     SRV record, in the answers of a response), or SECONDS passed
 *
 * Prints "ready", then one JSON object: how many were announced once and twice, the wall clock of the
 * first packet and of the moment when all was seen, packets and bytes (of UDP), probes and others, and
 * the most that came within 10 ms. */
#include "packet.h"

static unsigned char* seen; /* of each service: how often announced, up to 2 */
static long services, once, twice;

static void note(const unsigned char* data, size_t size) {
    const unsigned questions = get16(data + 4), answers = get16(data + 6);
    size_t at = 12;
    for (unsigned i = 0; i < questions; ++i) at = skip_name(data, size, at) + 4;
    for (unsigned i = 0; i < answers; ++i) {
        const size_t fixed = skip_name(data, size, at);
        if (fixed + 10 > size) return;
        const long number = get16(data + fixed) == TYPE_SRV ? number_of(data, size, at) : -1;
        if (number >= 0 && number < services && seen[number] < 2) {
            ++seen[number];
            once += seen[number] == 1;
            twice += seen[number] == 2;
        }
        at = fixed + 10 + get16(data + fixed + 8);
    }
}

static int open_socket6(const char* interface) {
    const int on = 1, fd = socket(AF_INET6, SOCK_DGRAM, 0);
    struct ipv6_mreq member = {.ipv6mr_interface = if_nametoindex(interface)};
    inet_pton(AF_INET6, "ff02::fb", &member.ipv6mr_multiaddr);
    const struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(5353)};
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(fd, (const struct sockaddr*)&any, sizeof any)) fail("bind");
    if (setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &member, sizeof member)) fail("join");
    return fd;
}

int main(int count, char** argument) {
    if (count != 5) return 2;
    services = atol(argument[3]);
    seen = calloc((size_t)services, 1);
    const int on = 1, fd = argument[2][0] == '6' ? open_socket6(argument[1])
                                                 : open_socket(argument[1], 5353, 1);
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    puts("ready");
    fflush(stdout);
    static unsigned char data[LARGEST];
    enum { WINDOW = 1 << 12 };
    static double arrived[WINDOW];
    long packets = 0, bytes = 0, probes = 0, most = 0, oldest = 0;
    double first = 0, last = 0;
    const double end = now() + atof(argument[4]);
    while (now() < end && twice < services) {
        struct pollfd readable = {fd, POLLIN, 0};
        if (poll(&readable, 1, 100) <= 0) continue;
        unsigned char control[256];
        struct iovec part = {data, sizeof data};
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = control,
                                 .msg_controllen = sizeof control};
        const ssize_t size = recvmsg(fd, &message, MSG_DONTWAIT);
        if (size < 12) continue;
        struct timespec stamp;
        memcpy(&stamp, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof stamp);
        last = (double)stamp.tv_sec + (double)stamp.tv_nsec * 1e-9;
        if (!packets) first = last;
        arrived[packets++ % WINDOW] = last;
        bytes += size;
        for (; last - arrived[oldest % WINDOW] > 0.01; ++oldest) {}
        if (packets - oldest > most) most = packets - oldest;
        if (data[2] & 0x80)
            note(data, (size_t)size);
        else
            probes += get16(data + 8) > 0;
    }
    printf("{\"once\": %ld, \"twice\": %ld, \"first\": %.6f, \"last\": %.6f, \"packets\": %ld, "
           "\"bytes\": %ld, \"probes\": %ld, \"burst\": %ld}\n",
           once, twice, first, last, packets, bytes, probes, most);
    free(seen);
    return 0;
}
