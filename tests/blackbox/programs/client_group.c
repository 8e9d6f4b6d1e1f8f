/* client_group NAME: a program on libavahi-client that publishes as its documentation teaches: a
 * service with a subtype, a name for an address, and a record of its own, in one group; after a
 * collision it takes the next name; after two seconds it changes the text. Until killed. */
#include <avahi-client/client.h>
#include <avahi-client/publish.h>
#include <avahi-common/alternative.h>
#include <avahi-common/error.h>
#include <avahi-common/malloc.h>
#include <avahi-common/simple-watch.h>
#include <avahi-common/timeval.h>
#include <stdio.h>
#include <stdlib.h>

static AvahiSimplePoll *loop;
static AvahiEntryGroup *group;
static char *name;
static const char type[] = "_avahid-lib._tcp";

static void fill(AvahiClient *client);

static void check(const char *what, int error) {
    if (error < 0) printf("%s: %s\n", what, avahi_strerror(error));
}

static void take_next_name(AvahiClient *client) {
    char *next = avahi_alternative_service_name(name);
    avahi_free(name);
    name = next;
    printf("renamed %s\n", name);
    avahi_entry_group_reset(group);
    fill(client);
}

static void change_text(AvahiTimeout *timeout, void *data) {
    (void)timeout, (void)data;
    check("update", avahi_entry_group_update_service_txt(group, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC,
                                                         0, name, type, NULL, "v=2", NULL));
}

static void on_group(AvahiEntryGroup *one, AvahiEntryGroupState state, void *data) {
    (void)data;
    AvahiClient *client = avahi_entry_group_get_client(one);
    if (state == AVAHI_ENTRY_GROUP_ESTABLISHED) {
        printf("established %s\n", name);
        struct timeval soon;
        avahi_elapse_time(&soon, 2000, 0);
        avahi_simple_poll_get(loop)->timeout_new(avahi_simple_poll_get(loop), &soon, change_text,
                                                 NULL);
    } else if (state == AVAHI_ENTRY_GROUP_COLLISION) {
        take_next_name(client);
    } else if (state == AVAHI_ENTRY_GROUP_FAILURE) {
        printf("failure\n");
    }
    fflush(stdout);
}

static void fill(AvahiClient *client) {
    if (!group) group = avahi_entry_group_new(client, on_group, NULL);
    const int error =
        avahi_entry_group_add_service(group, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, 0, name, type,
                                      NULL, NULL, 4711, "v=1", NULL);
    if (error == AVAHI_ERR_COLLISION) {
        take_next_name(client);
        return;
    }
    check("service", error);
    check("subtype",
          avahi_entry_group_add_service_subtype(group, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, 0, name,
                                                type, NULL, "_special._sub._avahid-lib._tcp"));
    AvahiAddress address;
    avahi_address_parse("192.0.2.99", AVAHI_PROTO_INET, &address);
    check("address", avahi_entry_group_add_address(group, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, 0,
                                                   "libbox.local", &address));
    check("record", avahi_entry_group_add_record(group, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC,
                                                 AVAHI_PUBLISH_UNIQUE, "libalias.local", 1, 5, 120,
                                                 "\6libbox\5local", 14));
    check("commit", avahi_entry_group_commit(group));
}

static void on_client(AvahiClient *client, AvahiClientState state, void *data) {
    (void)data;
    if (state == AVAHI_CLIENT_S_RUNNING) {
        if (!group || avahi_entry_group_is_empty(group)) fill(client);
    } else if (state == AVAHI_CLIENT_FAILURE) {
        printf("client: %s\n", avahi_strerror(avahi_client_errno(client)));
        avahi_simple_poll_quit(loop);
    } else if (group) {
        avahi_entry_group_reset(group);
    }
    fflush(stdout);
}

int main(int count, char **values) {
    int error = 0;
    if (count < 2) return 2;
    name = avahi_strdup(values[1]);
    loop = avahi_simple_poll_new();
    if (!avahi_client_new(avahi_simple_poll_get(loop), 0, on_client, NULL, &error)) return 1;
    return avahi_simple_poll_loop(loop);
}
