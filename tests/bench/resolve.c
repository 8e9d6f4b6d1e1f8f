/* tests/bench/resolve.c: a program on libavahi-client that resolves "svc 0" … "svc COUNT-1".
 *
 *   resolve COUNT    a resolver for each, all open at once, as a browser would have them
 *
 * Prints one JSON object. */
#include <avahi-client/client.h>
#include <avahi-client/lookup.h>
#include <avahi-common/error.h>
#include <avahi-common/simple-watch.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static AvahiSimplePoll* loop;
static long count, found, failed;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void on_client(AvahiClient* client, AvahiClientState state, void* unused) {
    (void)client, (void)state, (void)unused;
}

static void on_resolved(AvahiServiceResolver* resolver, AvahiIfIndex interface,
                        AvahiProtocol protocol, AvahiResolverEvent event, const char* name,
                        const char* type, const char* domain, const char* host,
                        const AvahiAddress* address, uint16_t port, AvahiStringList* txt,
                        AvahiLookupResultFlags flags, void* unused) {
    (void)resolver, (void)interface, (void)protocol, (void)name, (void)type, (void)domain;
    (void)host, (void)address, (void)port, (void)txt, (void)flags, (void)unused;
    found += event == AVAHI_RESOLVER_FOUND;
    failed += event != AVAHI_RESOLVER_FOUND;
    if (found + failed >= count) avahi_simple_poll_quit(loop);
}

int main(int arguments, char** argument) {
    if (arguments != 2) return 2;
    count = atol(argument[1]);
    loop = avahi_simple_poll_new();
    int error = 0;
    AvahiClient* client =
        avahi_client_new(avahi_simple_poll_get(loop), 0, on_client, NULL, &error);
    if (!client) {
        fprintf(stderr, "resolve: %s\n", avahi_strerror(error));
        return 1;
    }
    const double start = now();
    for (long i = 0; i < count; ++i) {
        char name[32];
        snprintf(name, sizeof name, "svc %ld", i);
        if (!avahi_service_resolver_new(client, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, name,
                                        "_bench._udp", NULL, AVAHI_PROTO_INET, 0, on_resolved, NULL)) {
            fprintf(stderr, "resolve: %s: %s\n", name, avahi_strerror(avahi_client_errno(client)));
            return 1;
        }
    }
    const double called = now() - start;
    while (found + failed < count && now() - start < 100)
        if (avahi_simple_poll_iterate(loop, 1000)) break;
    printf("{\"seconds\": %.4f, \"called\": %.4f, \"found\": %ld, \"failed\": %ld}\n", now() - start,
           called, found, failed);
    avahi_client_free(client);
    avahi_simple_poll_free(loop);
    return 0;
}
