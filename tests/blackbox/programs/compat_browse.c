/* compat_browse TYPE: browses by Apple's API (libavahi-compat-libdnssd), and resolves what is found.
 * Prints "+ NAME", "- NAME" and "= NAME HOST PORT TEXT-LENGTH". Until killed. */
#include <dns_sd.h>
#include <poll.h>
#include <stdio.h>

struct found {
    uint32_t interface;
    char name[256], type[256], domain[1010];
};
static struct found waiting[64];  /* for the browser's call to be over */
static int number;

static int process(DNSServiceRef service) {
    struct pollfd one = {DNSServiceRefSockFD(service), POLLIN, 0};
    return poll(&one, 1, -1) == 1 && DNSServiceProcessResult(service) == 0;
}

static void on_resolved(DNSServiceRef service, DNSServiceFlags flags, uint32_t interface,
                        DNSServiceErrorType error, const char *full_name, const char *host,
                        uint16_t port, uint16_t length, const unsigned char *text, void *name) {
    (void)service, (void)flags, (void)interface, (void)text, (void)full_name;
    if (!error)
        printf("= %s %s %d %d\n", (char *)name, host, port >> 8 | (port & 255) << 8, length);
    *(char *)name = 0;
}

static void resolve(struct found *one) {
    DNSServiceRef service;
    if (DNSServiceResolve(&service, 0, one->interface, one->name, one->type, one->domain,
                          on_resolved, one->name))
        return;
    while (one->name[0] && process(service)) {
    }
    DNSServiceRefDeallocate(service);
    fflush(stdout);
}

static void on_found(DNSServiceRef service, DNSServiceFlags flags, uint32_t interface,
                     DNSServiceErrorType error, const char *name, const char *type,
                     const char *domain, void *context) {
    (void)service, (void)context;
    if (error) return;
    const int added = (flags & kDNSServiceFlagsAdd) != 0;
    printf("%c %s\n", added ? '+' : '-', name);
    fflush(stdout);
    if (!added || number == 64) return;
    struct found *one = &waiting[number++];
    one->interface = interface;
    snprintf(one->name, sizeof one->name, "%s", name);
    snprintf(one->type, sizeof one->type, "%s", type);
    snprintf(one->domain, sizeof one->domain, "%s", domain);
}

int main(int count, char **values) {
    DNSServiceRef service;
    if (count < 2 || DNSServiceBrowse(&service, 0, 0, values[1], NULL, on_found, NULL)) return 1;
    while (process(service)) {
        while (number > 0) resolve(&waiting[--number]);
    }
    return 1;
}
