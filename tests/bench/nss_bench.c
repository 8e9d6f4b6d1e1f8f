/* tests/bench/nss_bench.c: how fast names are looked up, and whether the answers are right.
 *
 *   nss_bench direct MODULE SERVICE NAME COUNT THREADS   the module's own function, by dlopen
 *   nss_bench libc NAME COUNT THREADS                    getaddrinfo, as nsswitch.conf says
 *   nss_bench socket PATH LINE COUNT THREADS             connect, one line, the reply, close
 *   nss_bench echo PATH SIZE                             serves that: any line, SIZE bytes back
 *   nss_bench cancel MODULE NAME COUNT                   so many threads, cancelled anywhere
 *   nss_bench hammer MODULE NAME ADDRESSES COUNT THREADS [until-told]   direct, until COUNT were
 * found (and SIGTERM came); each answer is checked, and none means a short pause
 *
 * Prints one JSON object: lookups per second, and the time of one in microseconds (p50, p99); of
 * hammer, how often which status came. Plain C, so that sanitizers and valgrind can have it too. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <nss.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

typedef enum nss_status (*gethostbyname4)(const char*, struct gaih_addrtuple**, char*, size_t, int*,
                                          int*, int32_t*);

static struct {
    gethostbyname4 look_up;
    const char* name;
    const char* line;
    const char* path;
    const char* addresses; /* ",192.0.2.1,fe80::1,": those that the name may have */
    int (*once)(void);
    long per_thread;
    long enough;           /* found: then a thread may end; 0: it counts its calls */
    atomic_bool told;      /* that this is enough */
    uint32_t* nanoseconds; /* of each call */
    atomic_long failed, found, unavailable, try_again, not_found, wrong;
} work;

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static int fail(const char* what) {
    fprintf(stderr, "nss_bench: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* ---- one lookup, in several ways; each returns 0 when it was answered ---- */

static int call_module(void) {
    char buffer[4096];
    struct gaih_addrtuple* tuple = NULL;
    int error = 0, host_error = 0;
    int32_t ttl = 0;
    return work.look_up(work.name, &tuple, buffer, sizeof buffer, &error, &host_error, &ttl) !=
           NSS_STATUS_SUCCESS;
}

static int call_libc(void) {
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    const int error = getaddrinfo(work.name, NULL, &hints, &found);
    if (!error) freeaddrinfo(found);
    return error;
}

static int call_socket(void) {
    const int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, work.path, sizeof address.sun_path - 1);
    int failed = client < 0 || connect(client, (struct sockaddr*)&address, sizeof address) != 0 ||
                 send(client, work.line, strlen(work.line), MSG_NOSIGNAL) < 0;
    char reply[4096];
    ssize_t got = 0, all = 0;
    while (!failed && (got = recv(client, reply, sizeof reply, 0)) > 0) all += got;
    close(client);
    return failed || got < 0 || all == 0;
}

static int check_module(void) {
    char buffer[4096];
    struct gaih_addrtuple* tuple = NULL;
    int error = 0, host_error = 0;
    int32_t ttl = 0;
    const enum nss_status status =
        work.look_up(work.name, &tuple, buffer, sizeof buffer, &error, &host_error, &ttl);
    int right = 0;
    switch (status) {
        case NSS_STATUS_SUCCESS:
            right = tuple != NULL;
            for (; tuple; tuple = tuple->next) {
                char text[INET6_ADDRSTRLEN + 2] = ",";
                inet_ntop(tuple->family, tuple->addr, text + 1, INET6_ADDRSTRLEN);
                if (strstr(work.addresses, strcat(text, ","))) continue;
                fprintf(stderr, "wrong: %s\n", text);
                right = 0;
            }
            atomic_fetch_add(right ? &work.found : &work.wrong, 1);
            return !right;
        case NSS_STATUS_UNAVAIL:
            right = host_error == NO_RECOVERY && error != 0;
            if (!right) fprintf(stderr, "unavailable: errno %d, h_errno %d\n", error, host_error);
            atomic_fetch_add(right ? &work.unavailable : &work.wrong, 1);
            return 1;
        case NSS_STATUS_TRYAGAIN:
            right = host_error == TRY_AGAIN && error == EAGAIN;
            if (!right) fprintf(stderr, "try again: errno %d, h_errno %d\n", error, host_error);
            atomic_fetch_add(right ? &work.try_again : &work.wrong, 1);
            return 1;
        default:
            atomic_fetch_add(&work.not_found, 1);
            return 1;
    }
}

/* ---- many of them ---- */

static void on_told(int signal) {
    (void)signal;
    work.told = true;
}

static void* run(void* first) {
    uint32_t* took = first;
    for (long i = 0; work.enough ? (work.found < work.enough || !work.told) && work.wrong == 0
                                 : i < work.per_thread;
         ++i) {
        const uint64_t start = now();
        const int failed = work.once();
        if (i < work.per_thread) took[i] = (uint32_t)(now() - start);
        if (!failed) continue;
        atomic_fetch_add(&work.failed, 1);
        if (work.enough) usleep(1000);
    }
    return NULL;
}

static int by_size(const void* left, const void* right) {
    const uint32_t a = *(const uint32_t*)left, b = *(const uint32_t*)right;
    return (a > b) - (a < b);
}

static int open_files(void) {
    int count = 0;
    DIR* folder = opendir("/proc/self/fd");
    while (folder && readdir(folder)) ++count;
    if (folder) closedir(folder);
    return count;
}

static int measure(int (*once)(void), long count, long threads) {
    pthread_t thread[256];
    if (count < threads || threads < 1 || threads > 256) return fail("COUNT or THREADS");
    work.once = once;
    work.per_thread = count / threads;
    count = work.per_thread * threads;
    work.nanoseconds = calloc((size_t)count, sizeof *work.nanoseconds);
    if (!work.nanoseconds) return fail("calloc");
    const int files = open_files();
    const uint64_t start = now();
    for (long i = 0; i < threads; ++i)
        if (pthread_create(&thread[i], NULL, run, work.nanoseconds + i * work.per_thread))
            return fail("pthread_create");
    for (long i = 0; i < threads; ++i) pthread_join(thread[i], NULL);
    const double seconds = (double)(now() - start) / 1e9;
    qsort(work.nanoseconds, (size_t)count, sizeof *work.nanoseconds, by_size);
    printf(
        "{\"count\": %ld, \"failed\": %ld, \"per_second\": %.0f, \"p50\": %.2f, \"p99\": %.2f, "
        "\"found\": %ld, \"unavailable\": %ld, \"try_again\": %ld, \"not_found\": %ld, "
        "\"wrong\": %ld, \"files_left\": %d}\n",
        count, work.failed, (double)count / seconds, work.nanoseconds[count / 2] / 1e3,
        work.nanoseconds[count * 99 / 100] / 1e3, work.found, work.unavailable, work.try_again,
        work.not_found, work.wrong, open_files() - files);
    free(work.nanoseconds);
    return 0;
}

/* ---- threads that are cancelled, asynchronously, wherever they are ---- */

static void* look_up_for_ever(void* unused) {
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    for (;;) call_module();
    return unused;
}

static int cancel(long count) {
    const int files = open_files();
    for (long i = 0; i < count; ++i) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, look_up_for_ever, NULL)) return fail("pthread_create");
        usleep((useconds_t)(i % 500));
        pthread_cancel(thread);
        pthread_join(thread, NULL);
    }
    const int failed = call_module();
    printf("{\"files_left\": %d, \"failed\": %d}\n", open_files() - files, failed);
    return 0;
}

/* ---- the echo ---- */

static int serve(const char* path, long size) {
    char* reply = malloc((size_t)size);
    const int server = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    const int poller = epoll_create1(0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    unlink(path);
    if (!reply || bind(server, (struct sockaddr*)&address, sizeof address) || listen(server, 1024))
        return fail(path);
    memset(reply, 'x', (size_t)size);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = server}, events[64];
    epoll_ctl(poller, EPOLL_CTL_ADD, server, &event);
    puts("ready");
    fflush(stdout);
    for (;;) {
        const int count = epoll_wait(poller, events, 64, -1);
        for (int i = 0; i < count; ++i) {
            const int fd = events[i].data.fd;
            if (fd == server) {
                const int client = accept4(server, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
                if (client < 0) continue;
                event.data.fd = client;
                epoll_ctl(poller, EPOLL_CTL_ADD, client, &event);
                continue;
            }
            char line[1024];
            if (recv(fd, line, sizeof line, 0) > 0)
                if (send(fd, reply, (size_t)size, MSG_NOSIGNAL) < 0) perror("send");
            close(fd);
        }
    }
}

static gethostbyname4 load(const char* module, const char* service) {
    char symbol[128];
    snprintf(symbol, sizeof symbol, "_nss_%s_gethostbyname4_r", service);
    void* handle = dlopen(module, RTLD_NOW);
    void* found = handle ? dlsym(handle, symbol) : NULL;
    if (!found) {
        fprintf(stderr, "nss_bench: %s\n", dlerror());
        exit(1);
    }
    gethostbyname4 function;
    memcpy(&function, &found, sizeof function);
    return function;
}

int main(int count, char** arg) {
    const char* mode = count > 1 ? arg[1] : "";
    if (!strcmp(mode, "direct") && count == 7) {
        work.look_up = load(arg[2], arg[3]);
        work.name = arg[4];
        return measure(call_module, atol(arg[5]), atol(arg[6]));
    }
    if (!strcmp(mode, "cancel") && count == 5) {
        work.look_up = load(arg[2], "avahid");
        work.name = arg[3];
        return cancel(atol(arg[4]));
    }
    if (!strcmp(mode, "hammer") && (count == 7 || count == 8)) {
        work.told = count == 7;
        signal(SIGTERM, on_told);
        work.look_up = load(arg[2], "avahid");
        work.name = arg[3];
        work.addresses = arg[4];
        work.enough = atol(arg[5]);
        return measure(check_module, atol(arg[5]), atol(arg[6]));
    }
    if (!strcmp(mode, "libc") && count == 5) {
        work.name = arg[2];
        return measure(call_libc, atol(arg[3]), atol(arg[4]));
    }
    if (!strcmp(mode, "socket") && count == 6) {
        char* line = malloc(strlen(arg[3]) + 2);
        if (!line) return fail("malloc");
        sprintf(line, "%s\n", arg[3]);
        work.path = arg[2];
        work.line = line;
        return measure(call_socket, atol(arg[4]), atol(arg[5]));
    }
    if (!strcmp(mode, "echo") && count == 4) return serve(arg[2], atol(arg[3]));
    fputs("usage: see the top of nss_bench.c\n", stderr);
    return 2;
}
