/* tests/bench/announce.c: what a link full of hosts says, at a bounded rate.
 *
 *   announce INTERFACE services FIRST COUNT RATE    "svc FIRST" …: one service a packet, 5 records each
 *   announce INTERFACE junk 0 COUNT RATE            datagrams that mean nothing, in twenty ways
 *
 * RATE: packets a second. */
#include "packet.h"

static unsigned char* put_record(unsigned char* at, unsigned type, int unique, unsigned ttl,
                                 size_t rdata) {
    at = put16(put16(at, type), unique ? 0x8001 : 1);
    at = put16(put16(at, ttl >> 16), ttl & 0xffff);
    return put16(at, (unsigned)rdata);
}

static unsigned char* put_pointer(unsigned char* at, size_t offset) {
    return put16(at, 0xc000 | (unsigned)offset);
}

/* PTR, SRV, TXT, A and AAAA: there is nothing left to ask for. TTLs are long, so that no refresh comes between. */
static size_t put_service(unsigned char* message, long number) {
    char label[32], text[32];
    memset(message, 0, 12);
    message[2] = 0x84;
    message[7] = 5;
    unsigned char* at = put_label(put_label(message + 12, "_bench"), "_udp");
    const size_t local = (size_t)(at - message);
    at = put_label(at, "local");
    *at++ = 0;
    snprintf(label, sizeof label, "svc %ld", number);
    at = put_record(at, TYPE_PTR, 0, 4500, strlen(label) + 3);
    const size_t instance = (size_t)(at - message);
    at = put_pointer(put_label(at, label), 12);
    snprintf(label, sizeof label, "h%ld", number);
    at = put_record(put_pointer(at, instance), TYPE_SRV, 1, 4500, 6 + strlen(label) + 3);
    at = put16(put16(put16(at, 0), 0), (unsigned)(number % 60000) + 1);
    const size_t host = (size_t)(at - message);
    at = put_pointer(put_label(at, label), local);
    snprintf(text, sizeof text, "path=/%ld", number);
    at = put_label(put_record(put_pointer(at, instance), TYPE_TXT, 1, 4500, strlen(text) + 1), text);
    at = put_record(put_pointer(at, host), TYPE_A, 1, 4500, 4);
    const unsigned char address[4] = {10, 200, (unsigned char)(number >> 8), (unsigned char)number};
    memcpy(at, address, 4);
    at = put_record(put_pointer(at + 4, host), TYPE_AAAA, 1, 4500, 16);
    memset(at, 0, 16);
    at[0] = 0xfd;
    memcpy(at + 12, address, 4);
    return (size_t)(at + 16 - message);
}

static unsigned next_random(void) {
    static uint64_t state = 88172645463325252U;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 16);
}

/* Noise, messages cut short, counts that lie, pointers that loop, other opcodes, questions and records
 * that nobody knows: what makes a reader begin and then give up, or have nothing to do. */
static size_t put_junk(unsigned char* message, long number) {
    size_t size = number % 5 == 4 ? put_service(message, 0x7fffffff) : 0;
    switch (number % 20) {
        case 4: return 12 + next_random() % (unsigned)(size - 12); /* cut short */
        case 9: message[6] = 0x7f; return size;                    /* a count that lies */
        case 14: put_pointer(message + 12, 12); return size;       /* a loop */
        case 19: message[2] |= 0x28; return size;                  /* opcode */
        default: break;
    }
    size = number % 3 == 0 ? 12 + next_random() % 500 : next_random() % 40 + 1;
    for (size_t i = 0; i < size; ++i) message[i] = (unsigned char)next_random();
    if (number % 2 && size >= 12) { /* a fair header before noise */
        memset(message, 0, 12);
        message[2] = number % 4 == 1 ? 0x84 : 0;
        message[5] = number % 4 == 3;
        message[7] = number % 4 == 1;
    }
    return size;
}

int main(int count, char** argument) {
    if (count != 6) return 2;
    static struct batch batch;
    const int junk = strcmp(argument[2], "junk") == 0;
    const long first = atol(argument[3]), packets = atol(argument[4]);
    const double rate = atof(argument[5]);
    const int fd = open_socket(argument[1], 5353, 0), room = 4 << 20;
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
    const struct sockaddr_in group = address_of(GROUP, 5353);
    const double start = now();
    /* 32 at once fit into any receive buffer. */
    enum { AT_ONCE = 32 };
    for (long sent = 0; sent < packets;) {
        int ready = 0;
        for (; ready < AT_ONCE && sent + ready < packets; ++ready) {
            unsigned char* message = batch.data[ready];
            const long number = first + sent + ready;
            batch_set(&batch, ready,
                      junk ? put_junk(message, number) : put_service(message, number));
            batch.peer[ready] = group;
        }
        for (int done = 0; done < ready;) {
            const int more = sendmmsg(fd, batch.message + done, (unsigned)(ready - done), 0);
            if (more <= 0) fail("send");
            done += more;
        }
        sent += ready;
        const double left = (double)sent / rate - (now() - start);
        if (left > 0) usleep((useconds_t)(left * 1e6));
    }
    printf("{\"packets\": %ld, \"seconds\": %.3f}\n", packets, now() - start);
    return 0;
}
