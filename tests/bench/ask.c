/* tests/bench/ask.c: asks a responder for the SRV records of "svc 0" … "svc COUNT-1", by multicast.
 *
 *   ask INTERFACE PORT legacy COUNT SECONDS WINDOW     from any port: answers come by unicast (§6.7)
 *   ask INTERFACE PORT qu COUNT SECONDS WINDOW         from PORT, QU bit set (§5.4)
 *   ask INTERFACE PORT multicast COUNT SECONDS RATE    from PORT, at a steady rate: how soon each answer
 *
 * With a window, never more than so many are unanswered; what does not come within 100 ms counts as
 * lost. Prints one JSON object. */
#include "packet.h"

static struct batch out, in;
static long services;

/* All in turn, far apart from one to the next, so that nothing is warm by neighbourhood. */
static long next_service(void) {
    static long last;
    last = (last + 7919) % services;
    return last;
}

/* How many of our questions a message answers; an echo gives back the question itself. Other records
 * may be there too: addresses, the same again. */
static int answers_in(const unsigned char* data, size_t size) {
    const unsigned questions = get16(data + 4), answers = get16(data + 6);
    if (answers == 0) return 1;
    size_t at = 12;
    for (unsigned i = 0; i < questions; ++i) at = skip_name(data, size, at) + 4;
    int found = 0;
    for (unsigned i = 0; i < answers; ++i) {
        const size_t fixed = skip_name(data, size, at);
        if (fixed + 10 > size) break;
        found += get16(data + fixed) == TYPE_SRV;
        at = fixed + 10 + get16(data + fixed + 8);
    }
    return found;
}

static void ask_in_window(int fd, const struct sockaddr_in* to, int unicast, double seconds,
                          int window) {
    long asked = 0, answered = 0, lost = 0, bytes = 0;
    int open = 0;
    const double start = now(), end = start + seconds;
    while (now() < end) {
        int count = 0;
        for (; open < window && count < BATCH; ++count, ++open) {
            batch_set(&out, count,
                      put_question(out.data[count], unicast ? 0 : (unsigned)asked & 0xffff,
                                   next_service(), unicast));
            out.peer[count] = *to;
            ++asked;
        }
        for (int sent = 0; sent < count;) {
            const int more = sendmmsg(fd, out.message + sent, (unsigned)(count - sent), 0);
            if (more <= 0) fail("send");
            sent += more;
        }
        struct pollfd readable = {fd, POLLIN, 0};
        if (poll(&readable, 1, 100) == 0) {
            lost += open;
            open = 0;
            continue;
        }
        const int got = batch_receive(&in, fd);
        for (int i = 0; i < got; ++i) {
            const int answers = answers_in(in.data[i], in.message[i].msg_len);
            answered += answers;
            bytes += in.message[i].msg_len;
            open = answers < open ? open - answers : 0;
        }
    }
    const double took = now() - start;
    printf("{\"answers\": %ld, \"lost\": %ld, \"per_second\": %.0f, \"bytes\": %.1f}\n", answered,
           lost, (double)answered / took, answered ? (double)bytes / (double)answered : 0.0);
}

static int by_value(const void* left, const void* right) {
    const double a = *(const double*)left, b = *(const double*)right;
    return (a > b) - (a < b);
}

/* The kernel's time of arrival, so that it does not matter when we are woken. */
static double arrival(struct msghdr* message) {
    for (struct cmsghdr* c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec time;
            memcpy(&time, CMSG_DATA(c), sizeof time);
            return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
        }
    return now_of(CLOCK_REALTIME);
}

static void ask_steadily(int fd, const struct sockaddr_in* to, double seconds, double rate) {
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    const long most = (long)(seconds * rate) + 1;
    double* asked_at = calloc((size_t)services, sizeof *asked_at);
    double* took = calloc((size_t)most, sizeof *took);
    if (!asked_at || !took) fail("memory");
    long asked = 0, answered = 0, packets = 0;
    const double start = now();
    /* The last answers have a quarter of a second to come. */
    for (;;) {
        const double time = now() - start;
        if (time > seconds + 0.25) break;
        if (asked < most && time < seconds && time >= (double)asked / rate) {
            const long number = next_service();
            const size_t size = put_question(out.data[0], 0, number, 0);
            asked_at[number] = now_of(CLOCK_REALTIME);
            if (sendto(fd, out.data[0], size, 0, (const struct sockaddr*)to, sizeof *to) < 0)
                fail("send");
            ++asked;
            continue;
        }
        const double left = (double)asked / rate - time;
        const struct timespec pause = {0, left > 0 && time < seconds ? (long)(left * 1e9) : 1000000};
        struct pollfd readable = {fd, POLLIN, 0};
        if (ppoll(&readable, 1, &pause, NULL) <= 0) continue;
        unsigned char control[256];
        struct iovec part = {in.data[0], LARGEST};
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = control,
                                 .msg_controllen = sizeof control};
        const ssize_t size = recvmsg(fd, &message, MSG_DONTWAIT);
        if (size < 12) continue;
        const double came = arrival(&message);
        size_t at = 12;
        const unsigned questions = get16(in.data[0] + 4), answers = get16(in.data[0] + 6);
        /* An echo has the question; an answer may share its packet with others. */
        for (unsigned i = 0; i < (answers ? questions : 0); ++i)
            at = skip_name(in.data[0], (size_t)size, at) + 4;
        for (unsigned i = 0; i < (answers ? answers : 1); ++i) {
            const long number = number_of(in.data[0], (size_t)size, at);
            if (number >= 0 && number < services && asked_at[number] > 0 && answered < most) {
                took[answered++] = (came - asked_at[number]) * 1e6;
                asked_at[number] = 0;
            }
            const size_t fixed = skip_name(in.data[0], (size_t)size, at);
            if (fixed + 10 > (size_t)size) break;
            at = fixed + 10 + get16(in.data[0] + fixed + 8);
        }
        ++packets;
    }
    qsort(took, (size_t)answered, sizeof *took, by_value);
    printf("{\"asked\": %ld, \"answers\": %ld, \"packets\": %ld, \"p50\": %.1f, \"p99\": %.1f}\n", asked, answered, packets,
           answered ? took[answered / 2] : 0.0, answered ? took[answered * 99 / 100] : 0.0);
    free(asked_at);
    free(took);
}

int main(int count, char** argument) {
    if (count != 7) return 2;
    const char* interface = argument[1];
    const int port = atoi(argument[2]), legacy = strcmp(argument[3], "legacy") == 0;
    services = atol(argument[4]);
    const int fd = open_socket(interface, legacy ? 0 : port, !legacy), room = 4 << 20;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    const struct sockaddr_in to = address_of(GROUP, port);
    if (strcmp(argument[3], "multicast") == 0)
        ask_steadily(fd, &to, atof(argument[5]), atof(argument[6]));
    else
        ask_in_window(fd, &to, !legacy, atof(argument[5]), atoi(argument[6]));
    return 0;
}
