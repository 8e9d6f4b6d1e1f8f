"""What passes a port, with the kernel's own time stamps."""
import errno
import select
import socket
import struct
import time
from typing import NamedTuple

from . import dns, frames
from .process import SLOWNESS, Failure

_ETH_P_ALL = 3
_SO_RCVBUFFORCE = 33
_SO_TIMESTAMPNS = 35


class Seen(NamedTuple):
    """One packet: `from_host` tells whether the host at the port sent or got it."""
    time: float  # wall clock, seconds
    from_host: bool
    packet: object  # frames.Arp, or frames.Udp
    message: object = None  # dns.Message when it is mDNS


class Capture:
    """A packet socket on one port of a link. Nothing runs beside the test: the kernel stamps and
    keeps the packets until they are asked for."""

    def __init__(self, port):
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 64 << 20)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.setblocking(False)
        self._socket.bind((port, _ETH_P_ALL))
        self._seen = []
        self.broken = []  # payloads to or from port 5353 that are no DNS message

    def seen(self):
        """All ARP and UDP so far."""
        while True:
            try:
                data, control, _, sender = self._socket.recvmsg(65536, 128)
            except BlockingIOError:
                return self._seen
            except OSError as error:
                if error.errno != errno.ENETDOWN:  # told once when the plug is pulled
                    raise
                continue
            self._keep(data, control, sender)

    def arp(self):
        return [s for s in self.seen() if isinstance(s.packet, frames.Arp)]

    def mdns(self, family=None):
        return [s for s in self.seen() if s.message is not None
                and family in (None, s.packet.family)]

    def wait(self, what, condition, seconds=5.0):
        """The packets for which condition holds, as soon as there is one."""
        deadline = time.monotonic() + seconds * SLOWNESS
        while True:
            found = [s for s in self.seen() if condition(s)]
            if found:
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                raise Failure(f"not captured within {seconds * SLOWNESS:g} s: {what}")
            select.select([self._socket], [], [], min(left, 0.1))

    def close(self):
        self._socket.close()

    def _keep(self, data, control, sender):
        seconds, nanoseconds = struct.unpack("qq", control[0][2][:16])
        stamp = seconds + nanoseconds / 1e9
        # At our end of the cable what the host sends comes in, and what it gets goes out.
        from_host = sender[2] != socket.PACKET_OUTGOING
        arp = frames.decode_arp(data)
        if arp:
            self._seen.append(Seen(stamp, from_host, arp))
            return
        udp = frames.decode_udp(data)
        if not udp:
            return
        message = None
        if frames.MDNS_PORT in (udp.source_port, udp.destination_port):
            try:
                message = dns.parse(udp.payload)
            except (ValueError, IndexError, struct.error):
                self.broken.append(udp)
        self._seen.append(Seen(stamp, from_host, udp, message))
