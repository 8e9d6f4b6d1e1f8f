/* tests/bench/echo.c: the least that a responder can do, and so the limit of the kernel: take up to 64
 * datagrams in one call, send them back in one call.
 *
 *   echo INTERFACE PORT [multicast]    back to who sent it, or to the group */
#include "packet.h"

int main(int count, char** argument) {
    if (count < 3) return 2;
    static struct batch batch;
    const int port = atoi(argument[2]), multicast = count > 3;
    const int fd = open_socket(argument[1], port, 1), room = 1 << 20;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
    const struct sockaddr_in group = address_of(GROUP, port);
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct pollfd readable = {fd, POLLIN, 0};
        poll(&readable, 1, -1);
        const int got = batch_receive(&batch, fd);
        for (int i = 0; i < got; ++i) {
            batch.part[i].iov_len = batch.message[i].msg_len;
            if (multicast) batch.peer[i] = group;
        }
        for (int sent = 0; sent < got;) {
            const int more = sendmmsg(fd, batch.message + sent, (unsigned)(got - sent), 0);
            sent += more > 0 ? more : 1;  // what the kernel refuses is lost
        }
    }
}
