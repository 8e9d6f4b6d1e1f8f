/* tests/bench/bus.c: clients of Avahi's D-Bus API, and the least that a sender of its signals can do.
 *
 *   bus publish COUNT         "svc N" by EntryGroupNew, AddService, Commit; until all are established
 *   bus list BUSNAME COUNT    ServiceBrowserNew; until COUNT ItemNew and CacheExhausted have come
 *   bus send BUSNAME          answers ServiceBrowserNew as a daemon would, with the COUNT in its `domain`
 *
 * Prints one JSON object. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <time.h>

#define AVAHI "org.freedesktop.Avahi"
static const char type[] = "_bench._udp";
static sd_bus* bus;

static void check(int result, const char* what) {
    if (result >= 0) return;
    fprintf(stderr, "bus: %s: %s\n", what, strerror(-result));
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* Serves the connection until *count has reached `enough`, or 100 seconds have passed. */
static void serve(const long* count, long enough) {
    const double end = now() + 100;
    while (*count < enough && now() < end) {
        const int done = sd_bus_process(bus, NULL);
        check(done, "process");
        if (done == 0) check(sd_bus_wait(bus, 1000000), "wait");
    }
}

/* ---- publish ---- */

static long established, failed;

static int on_state(sd_bus_message* signal, void* unused, sd_bus_error* error) {
    (void)unused, (void)error;
    int state = 0;
    check(sd_bus_message_read(signal, "i", &state), "StateChanged");
    established += state == 2;
    failed += state > 2;
    return 0;
}

static void publish(long count) {
    check(sd_bus_match_signal(bus, NULL, AVAHI, NULL, AVAHI ".EntryGroup", "StateChanged", on_state,
                              NULL),
          "match");
    const double start = now();
    for (long i = 0; i < count; ++i) {
        sd_bus_message* reply = NULL;
        sd_bus_error error = SD_BUS_ERROR_NULL;
        const char* path = NULL;
        char name[32], text[32];
        check(sd_bus_call_method(bus, AVAHI, "/", AVAHI ".Server", "EntryGroupNew", &error, &reply,
                                 ""),
              "EntryGroupNew");
        check(sd_bus_message_read(reply, "o", &path), "EntryGroupNew");
        snprintf(name, sizeof name, "svc %ld", i);
        snprintf(text, sizeof text, "path=/%ld", i);
        sd_bus_message* call = NULL;
        check(sd_bus_message_new_method_call(bus, &call, AVAHI, path, AVAHI ".EntryGroup",
                                             "AddService"),
              "AddService");
        check(sd_bus_message_append(call, "iiussssq", -1, -1, 0, name, type, "", "",
                                    (int)(i % 60000) + 1),
              "AddService");
        check(sd_bus_message_open_container(call, 'a', "ay"), "AddService");
        check(sd_bus_message_append_array(call, 'y', text, strlen(text)), "AddService");
        check(sd_bus_message_close_container(call), "AddService");
        check(sd_bus_call(bus, call, 0, &error, NULL), "AddService");
        check(sd_bus_call_method(bus, AVAHI, path, AVAHI ".EntryGroup", "Commit", &error, NULL, ""),
              "Commit");
        sd_bus_message_unref(call);
        sd_bus_message_unref(reply);
    }
    const double called = now() - start;
    serve(&established, count);
    printf("{\"seconds\": %.4f, \"called\": %.4f, \"established\": %ld, \"failed\": %ld}\n",
           now() - start, called, established, failed);
}

/* ---- list ---- */

static long items, exhausted;

static int on_item(sd_bus_message* signal, void* unused, sd_bus_error* error) {
    (void)unused, (void)error;
    const char *name, *kind, *domain;
    int interface, protocol;
    unsigned flags;
    check(sd_bus_message_read(signal, "iisssu", &interface, &protocol, &name, &kind, &domain, &flags),
          "ItemNew");
    ++items;
    return 0;
}

static int on_exhausted(sd_bus_message* signal, void* unused, sd_bus_error* error) {
    (void)signal, (void)unused, (void)error;
    exhausted = 1;
    return 0;
}

static void list(const char* name, long count) {
    check(sd_bus_match_signal(bus, NULL, name, NULL, AVAHI ".ServiceBrowser", "ItemNew", on_item,
                              NULL),
          "match");
    check(sd_bus_match_signal(bus, NULL, name, NULL, AVAHI ".ServiceBrowser", "CacheExhausted",
                              on_exhausted, NULL),
          "match");
    char domain[32] = "";
    if (strcmp(name, AVAHI) != 0) snprintf(domain, sizeof domain, "%ld", count);
    sd_bus_message* reply = NULL;
    sd_bus_error error = SD_BUS_ERROR_NULL;
    const double start = now();
    check(sd_bus_call_method(bus, name, "/", AVAHI ".Server", "ServiceBrowserNew", &error, &reply,
                             "iissu", -1, -1, type, domain, 0),
          "ServiceBrowserNew");
    serve(&exhausted, 1);
    printf("{\"seconds\": %.4f, \"items\": %ld}\n", now() - start, items);
}

/* ---- send ---- */

static int on_call(sd_bus_message* call, void* unused, sd_bus_error* error) {
    (void)unused, (void)error;
    static const char path[] = "/Client0/ServiceBrowser0";
    if (!sd_bus_message_is_method_call(call, AVAHI ".Server", "ServiceBrowserNew")) return 0;
    const char *kind, *domain, *to = sd_bus_message_get_sender(call);
    int interface, protocol;
    unsigned flags;
    check(sd_bus_message_read(call, "iissu", &interface, &protocol, &kind, &domain, &flags), "call");
    const long count = atol(domain);
    check(sd_bus_reply_method_return(call, "o", path), "reply");
    for (long i = 0; i <= count; ++i) {
        sd_bus_message* signal = NULL;
        char name[32];
        snprintf(name, sizeof name, "svc %ld", i);
        check(sd_bus_message_new_signal(bus, &signal, path, AVAHI ".ServiceBrowser",
                                        i < count ? "ItemNew" : "CacheExhausted"),
              "signal");
        check(sd_bus_message_set_destination(signal, to), "signal");
        if (i < count)
            check(sd_bus_message_append(signal, "iisssu", 2, 0, name, type, "local", 0), "signal");
        check(sd_bus_send(bus, signal, NULL), "send");
        sd_bus_message_unref(signal);
    }
    return 1;
}

int main(int count, char** argument) {
    check(sd_bus_open_system(&bus), "the system bus");
    if (count == 3 && strcmp(argument[1], "publish") == 0) {
        publish(atol(argument[2]));
    } else if (count == 4 && strcmp(argument[1], "list") == 0) {
        list(argument[2], atol(argument[3]));
    } else if (count == 3 && strcmp(argument[1], "send") == 0) {
        long never = 0;
        check(sd_bus_request_name(bus, argument[2], 0), argument[2]);
        check(sd_bus_add_filter(bus, NULL, on_call, NULL), "filter");
        puts("ready");
        fflush(stdout);
        for (;;) serve(&never, 1);
    } else {
        return 2;
    }
    sd_bus_flush_close_unref(bus);
    return 0;
}
