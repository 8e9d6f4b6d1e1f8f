/* nss-plugin/protocol.h: what this module and the daemon's simple protocol agree on.
 * README.md beside this file has the grammar on one page. avahid/simple reads this file too, so
 * that both ends have one set of words and limits. Macros only: usable from C and C++. */
#ifndef AVAHID_NSS_PROTOCOL_H
#define AVAHID_NSS_PROTOCOL_H

/* Fixed at build time, in the root-owned runtime folder: a module inside a set-uid program must not
 * be led elsewhere by an environment variable or a file of the user's. */
#ifndef AVAHID_SOCKET_PATH
#define AVAHID_SOCKET_PATH "/run/avahi-daemon/socket"
#endif

/* No call takes longer, whatever the daemon does. A miss ends earlier, by the daemon's own limit.
 */
#ifndef AVAHID_TIMEOUT_MS
#define AVAHID_TIMEOUT_MS 2000
#endif

/* With Avahi's daemon only: how long the other family is waited for once one has answered. */
#ifndef AVAHID_OTHER_FAMILY_MS
#define AVAHID_OTHER_FAMILY_MS 300
#endif

/* Our one extra command. The number is the version of the reply's grammar: a daemon that does not
 * know it answers AVAHID_CODE_INVALID_COMMAND, and the caller takes the commands of Avahi. */
#define AVAHID_CMD_LOOKUP_HOST "LOOKUP-HOST-1"
#define AVAHID_FAMILY_ANY "any"
#define AVAHID_FAMILY_IPV4 "ipv4"
#define AVAHID_FAMILY_IPV6 "ipv6"

/* Avahi's commands. */
#define AVAHID_CMD_HELP "HELP"
#define AVAHID_CMD_RESOLVE_HOSTNAME "RESOLVE-HOSTNAME"
#define AVAHID_CMD_RESOLVE_HOSTNAME_IPV4 "RESOLVE-HOSTNAME-IPV4"
#define AVAHID_CMD_RESOLVE_HOSTNAME_IPV6 "RESOLVE-HOSTNAME-IPV6"
#define AVAHID_CMD_RESOLVE_ADDRESS "RESOLVE-ADDRESS"
#define AVAHID_CMD_BROWSE_DNS_SERVERS "BROWSE-DNS-SERVERS"
#define AVAHID_CMD_BROWSE_DNS_SERVERS_IPV4 "BROWSE-DNS-SERVERS-IPV4"
#define AVAHID_CMD_BROWSE_DNS_SERVERS_IPV6 "BROWSE-DNS-SERVERS-IPV6"

/* Error replies are "-CODE TEXT", with Avahi's error numbers. */
#define AVAHID_CODE_FAILURE 1
#define AVAHID_CODE_INVALID_HOST_NAME 3
#define AVAHID_CODE_INVALID_DOMAIN 4 /* LOOKUP-HOST: .local is, or may be, the DNS servers' */
#define AVAHID_CODE_INVALID_ADDRESS 14
#define AVAHID_CODE_TIMEOUT 15
#define AVAHID_CODE_TOO_MANY_CLIENTS 16
#define AVAHID_CODE_TOO_MANY_OBJECTS 17
#define AVAHID_CODE_INVALID_COMMAND 21
#define AVAHID_CODE_NOT_FOUND 30 /* LOOKUP-HOST: there is no such name */
#define AVAHID_CODE_IS_EMPTY 52  /* LOOKUP-HOST: there is, but without an address of that family */

/* Limits. Lines are counted without their newline; a name is in presentation form. */
#define AVAHID_MAX_LINE 1024
#define AVAHID_MAX_NAME_TEXT 1000
#define AVAHID_MAX_ADDRESSES 256
#define AVAHID_MAX_REPLY (64 * 1024)

/* Reported when a reply carries no TTL (Avahi's commands): short enough to outlive no record long.
 */
#define AVAHID_UNKNOWN_TTL 10

#endif
