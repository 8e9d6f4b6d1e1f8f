"""When the kernel gave an address to an interface, or took it."""
import ipaddress
import socket
import struct
import threading
import time
from typing import NamedTuple

_RTM_NEWADDR, _RTM_DELADDR = 20, 21
_GROUPS = 0x10 | 0x100  # RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR


class AddressChange(NamedTuple):
    time: float  # wall clock, seconds
    added: bool
    address: str
    prefix: int
    scope: int      # 253: link
    tentative: bool


class AddressWatch:
    """Reads netlink in a thread of its own, so that its clock is read right after each event."""

    def __init__(self, host):
        self.changes = []
        self._socket = host.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self._socket.bind((0, _GROUPS))
        threading.Thread(target=self._run, daemon=True).start()

    def added(self, address):
        return [c for c in self.changes if c.added and c.address == address]

    def _run(self):
        while True:
            data = self._socket.recv(65536)
            now = time.time()
            at = 0
            while at + 16 <= len(data):
                length, kind = struct.unpack_from("=IH", data, at)
                if kind in (_RTM_NEWADDR, _RTM_DELADDR):
                    self._keep(now, kind, data[at + 16:at + length])
                at += (length + 3) & ~3

    def _keep(self, now, kind, body):
        _, prefix, flags, scope, _ = struct.unpack_from("=BBBBI", body)
        at, address = 8, None
        while at + 4 <= len(body):
            length, attribute = struct.unpack_from("=HH", body, at)
            value = body[at + 4:at + length]
            # IFA_LOCAL is the address itself; IFA_ADDRESS is too where there is no peer.
            if attribute == 2 or (attribute == 1 and address is None):
                address = str(ipaddress.ip_address(value))
            at += max((length + 3) & ~3, 4)
        self.changes.append(AddressChange(now, kind == _RTM_NEWADDR, address, prefix, scope,
                                          bool(flags & 0x40)))
