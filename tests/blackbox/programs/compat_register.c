/* compat_register NAME TYPE PORT TEXT [NEW-TEXT]: a program for Apple's API, as libavahi-compat-libdnssd
 * offers it. Registers a service; with NEW-TEXT, changes its text two seconds later. Until killed. */
#include <dns_sd.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void on_registered(DNSServiceRef service, DNSServiceFlags flags, DNSServiceErrorType error,
                          const char *name, const char *type, const char *domain, void *context) {
    (void)service, (void)flags, (void)context;
    printf("registered %d %s %s %s\n", error, name, type, domain);
    fflush(stdout);
}

static void set_text(TXTRecordRef *text, const char *value) {
    TXTRecordCreate(text, 0, NULL);
    TXTRecordSetValue(text, "v", (uint8_t)strlen(value), value);
}

int main(int count, char **values) {
    if (count < 5) return 2;
    TXTRecordRef text;
    set_text(&text, values[4]);
    DNSServiceRef service;
    const uint16_t port = (uint16_t)atoi(values[3]);
    const uint16_t network_port = (uint16_t)(port >> 8 | port << 8);
    DNSServiceErrorType error =
        DNSServiceRegister(&service, 0, 0, values[1], values[2], NULL, NULL, network_port,
                           TXTRecordGetLength(&text), TXTRecordGetBytesPtr(&text), on_registered, NULL);
    if (error) return printf("refused %d\n", error), 1;
    const char *change = count > 5 ? values[5] : NULL;
    for (;;) {
        struct pollfd one = {DNSServiceRefSockFD(service), POLLIN, 0};
        if (poll(&one, 1, change ? 2000 : -1) > 0) {
            if (DNSServiceProcessResult(service)) return 1;
        } else if (change) {
            set_text(&text, change);
            error = DNSServiceUpdateRecord(service, NULL, 0, TXTRecordGetLength(&text),
                                           TXTRecordGetBytesPtr(&text), 0);
            printf("updated %d\n", error);
            fflush(stdout);
            change = NULL;
        }
    }
}
