"""A tunnel between two hosts: a tun or tap device in each, the test program carries the packets."""
import fcntl
import os
import select
import struct
import threading

_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_TAP, _IFF_NO_PI = 1, 2, 0x1000


def _open(host, name, flags):
    """A device belongs to the network namespace of the thread that opened it."""
    def attach():
        device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", name.encode(), flags | _IFF_NO_PI))
        return device
    return host.within(attach)


class Tunnel:
    def __init__(self, hosts, name, ethernet=False):
        self._ends = [_open(host, name, _IFF_TAP if ethernet else _IFF_TUN) for host in hosts]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def _carry(self):
        other = dict(zip(self._ends, reversed(self._ends)))
        while not self._stop.is_set():
            for end in select.select(self._ends, [], [], 0.2)[0]:
                try:
                    os.write(other[end], os.read(end, 65536))
                except OSError:
                    pass  # the other end is down: so is this cable

    def close(self):
        self._stop.set()
        self._thread.join()
        for end in self._ends:
            os.close(end)
