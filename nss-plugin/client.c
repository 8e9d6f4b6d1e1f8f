/* nss-plugin/client.c: connect, send a line, read the reply: each step within the time left. */
#include "nss-plugin/client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "nss-plugin/name.h"

/* One connection with one question on it. */
struct exchange {
    int fd; /* -1: closed */
    int error;
    struct avahid_reply reply;
};

/* ---- time: milliseconds of a clock that nobody sets (nss-time-03) ---- */

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int ms_left(int64_t deadline) {
    const int64_t left = deadline - now_ms();
    return left > 0 ? (int)left : 0;
}

/* ---- one connection ---- */

static void hang_up(struct exchange* exchange) {
    if (exchange->fd >= 0) close(exchange->fd);
    exchange->fd = -1;
}

/* The exchange ends without a complete reply. */
static void fail(struct exchange* exchange, int error) {
    const bool lacking = error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS;
    exchange->reply.outcome = lacking ? AVAHID_BUSY : AVAHID_UNAVAILABLE;
    exchange->error = error;
    hang_up(exchange);
}

/* The daemon's backlog is full: waits for a place in it. */
static bool wait_to_connect(int fd, const struct sockaddr_un* daemon, int64_t deadline) {
    fcntl(fd, F_SETFL, 0); /* nothing tells when a place is free, but connect() itself */
    for (int left = ms_left(deadline); left > 0; left = ms_left(deadline)) {
        const struct timeval limit = {.tv_sec = left / 1000, .tv_usec = left % 1000 * 1000};
        if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0) return false;
        if (connect(fd, (const struct sockaddr*)daemon, sizeof *daemon) == 0) return true;
        if (errno != EINTR && errno != EAGAIN) return false;
    }
    errno = ETIMEDOUT;
    return false;
}

static bool connect_to_daemon(int fd, int64_t deadline) {
    static const struct sockaddr_un daemon = {AF_UNIX, AVAHID_SOCKET_PATH};
    if (connect(fd, (const struct sockaddr*)&daemon, sizeof daemon) == 0) return true;
    return errno == EAGAIN && wait_to_connect(fd, &daemon, deadline);
}

/* Waits until fd can be read or written. A signal does not lengthen the wait (nss-thread-05). */
static bool wait_for(int fd, short events, int64_t deadline) {
    for (;;) {
        struct pollfd entry = {.fd = fd, .events = events};
        const int ready = poll(&entry, 1, ms_left(deadline));
        if (ready > 0) return true;
        if (ready == 0) errno = ETIMEDOUT;
        if (ready == 0 || errno != EINTR) return false;
    }
}

static bool send_line(int fd, const char* line, size_t length, int64_t deadline) {
    while (length > 0) {
        const ssize_t sent = send(fd, line, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            line += sent;
            length -= (size_t)sent;
        } else if (errno == EAGAIN) {
            if (!wait_for(fd, POLLOUT, deadline)) return false;
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

/* A daemon that has refused us may have closed its end before the line was sent: what it said is
 * still there to be read, so EPIPE is no failure yet. */
static void ask(struct exchange* exchange, enum avahid_reply_kind kind,
                struct avahid_answers* answers, const char* line, int64_t deadline) {
    avahid_reply_init(&exchange->reply, kind, answers);
    exchange->error = 0;
    exchange->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (exchange->fd < 0 || !connect_to_daemon(exchange->fd, deadline) ||
        (!send_line(exchange->fd, line, strlen(line), deadline) && errno != EPIPE))
        fail(exchange, errno);
}

/* Reads what is there. */
static void receive(struct exchange* exchange) {
    char bytes[1024];
    const ssize_t got = recv(exchange->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got > 0) {
        avahid_reply_feed(&exchange->reply, bytes, (size_t)got);
        if (exchange->reply.outcome != AVAHID_PENDING) hang_up(exchange);
    } else if (got == 0) {
        fail(exchange, ECONNRESET);
    } else if (errno != EAGAIN && errno != EINTR) {
        fail(exchange, errno);
    }
}

static void read_reply(struct exchange* exchange, int64_t deadline) {
    while (exchange->reply.outcome == AVAHID_PENDING) {
        if (wait_for(exchange->fd, POLLIN, deadline)) {
            receive(exchange);
        } else {
            fail(exchange, errno);
        }
    }
}

/* A whole exchange of one question. */
static enum avahid_outcome run(enum avahid_reply_kind kind, const char* line, int64_t deadline,
                               struct avahid_answers* answers, int* error) {
    struct exchange exchange;
    ask(&exchange, kind, answers, line, deadline);
    read_reply(&exchange, deadline);
    *error = exchange.error != 0 ? exchange.error : EPROTO;
    return exchange.reply.outcome;
}

/* ---- Avahi's daemon: one family and one address per question ---- */

/* Both families at once. Avahi is silent for 5 s about a family that is missing, so once one has
 * answered the other gets AVAHID_OTHER_FAMILY_MS. */
static void read_both(struct exchange exchanges[2], int64_t deadline) {
    while (exchanges[0].fd >= 0 || exchanges[1].fd >= 0) {
        struct pollfd entries[2] = {{.fd = exchanges[0].fd, .events = POLLIN},
                                    {.fd = exchanges[1].fd, .events = POLLIN}};
        const int ready = poll(entries, 2, ms_left(deadline));
        if (ready < 0 && errno == EINTR) continue;
        for (int i = 0; i < 2; i++) {
            if (exchanges[i].fd < 0) continue;
            if (ready <= 0) fail(&exchanges[i], ready == 0 ? ETIMEDOUT : errno);
            if (ready > 0 && entries[i].revents != 0) receive(&exchanges[i]);
            if (exchanges[i].reply.outcome == AVAHID_FOUND) {
                const int64_t soon = now_ms() + AVAHID_OTHER_FAMILY_MS;
                if (soon < deadline) deadline = soon;
            }
        }
    }
}

/* This daemon has just spoken to us, so its silence is about the name, not about itself. */
static enum avahid_outcome outcome_of_avahi(const struct exchange* exchange) {
    if (exchange->reply.outcome == AVAHID_UNKNOWN_COMMAND) return AVAHID_UNAVAILABLE;
    if (exchange->reply.outcome == AVAHID_UNAVAILABLE && exchange->error == ETIMEDOUT)
        return AVAHID_NO_NAME;
    return exchange->reply.outcome;
}

static enum avahid_outcome ask_avahi_for_host(const char* name, int family, int64_t deadline,
                                              struct avahid_answers* answers, int* error) {
    static const char commands[2][sizeof AVAHID_CMD_RESOLVE_HOSTNAME_IPV4] = {
        AVAHID_CMD_RESOLVE_HOSTNAME_IPV4, AVAHID_CMD_RESOLVE_HOSTNAME_IPV6};
    static const int families[2] = {AF_INET, AF_INET6};
    /* Avahi's commands are words between spaces; half a name is another name. */
    if (strchr(name, ' ') != NULL) return AVAHID_NO_NAME;

    struct exchange exchanges[2];
    avahid_answers_init(answers);
    for (int i = 0; i < 2; i++) {
        exchanges[i].fd = -1;
        exchanges[i].error = 0;
        exchanges[i].reply.outcome = AVAHID_NO_FAMILY;
        if (family != AF_UNSPEC && family != families[i]) continue;
        char line[AVAHID_MAX_LINE + 2];
        snprintf(line, sizeof line, "%s %s\n", commands[i], name);
        ask(&exchanges[i], AVAHID_REPLY_AVAHI_HOST, answers, line, deadline);
    }
    read_both(exchanges, deadline);

    const enum avahid_outcome ipv4 = outcome_of_avahi(&exchanges[0]);
    const enum avahid_outcome ipv6 = outcome_of_avahi(&exchanges[1]);
    if (ipv4 == AVAHID_FOUND || ipv6 == AVAHID_FOUND) return AVAHID_FOUND;
    const int told = ipv4 != AVAHID_NO_FAMILY ? 0 : 1;
    *error = exchanges[told].error != 0 ? exchanges[told].error : EPROTO;
    return told == 0 ? ipv4 : ipv6;
}

/* ---- what nss.c calls ---- */

/* Whatever the daemon says, nobody gets a family that was not asked for. */
static enum avahid_outcome keep_family(struct avahid_answers* answers, int family) {
    size_t kept = 0;
    for (size_t i = 0; i < answers->count; i++) {
        if (family == AF_UNSPEC || answers->addresses[i].family == family)
            answers->addresses[kept++] = answers->addresses[i];
    }
    answers->count = kept;
    return kept > 0 ? AVAHID_FOUND : AVAHID_NO_FAMILY;
}

static const char* family_word(int family) {
    if (family == AF_INET) return AVAHID_FAMILY_IPV4;
    return family == AF_INET6 ? AVAHID_FAMILY_IPV6 : AVAHID_FAMILY_ANY;
}

enum avahid_outcome avahid_lookup_host(const char* name, int family, struct avahid_answers* answers,
                                       int* error) {
    const int64_t deadline = now_ms() + AVAHID_TIMEOUT_MS;
    char line[AVAHID_MAX_LINE + 2];
    snprintf(line, sizeof line, "%s %s %s\n", AVAHID_CMD_LOOKUP_HOST, family_word(family), name);

    avahid_answers_init(answers);
    enum avahid_outcome outcome = run(AVAHID_REPLY_HOST, line, deadline, answers, error);
    if (outcome == AVAHID_UNKNOWN_COMMAND)
        outcome = ask_avahi_for_host(name, family, deadline, answers, error);
    return outcome == AVAHID_FOUND ? keep_family(answers, family) : outcome;
}

enum avahid_outcome avahid_lookup_address(int family, const void* address,
                                          struct avahid_answers* answers, int* error) {
    const int64_t deadline = now_ms() + AVAHID_TIMEOUT_MS;
    char text[INET6_ADDRSTRLEN];
    char line[sizeof AVAHID_CMD_RESOLVE_ADDRESS + sizeof text + 1];
    if (avahid_is_mapped_ipv4(family, address)) {
        family = AF_INET;
        address = (const unsigned char*)address + 12;
    }
    inet_ntop(family, address, text, sizeof text);
    snprintf(line, sizeof line, "%s %s\n", AVAHID_CMD_RESOLVE_ADDRESS, text);

    avahid_answers_init(answers);
    enum avahid_outcome outcome = run(AVAHID_REPLY_AVAHI_ADDRESS, line, deadline, answers, error);
    if (outcome == AVAHID_UNKNOWN_COMMAND) return AVAHID_UNAVAILABLE;
    /* It comes from the network and goes into logs and command lines. */
    if (outcome == AVAHID_FOUND && !avahid_name_is_plain(answers->name)) return AVAHID_NO_NAME;
    return outcome;
}
