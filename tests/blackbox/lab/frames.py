"""Ethernet frames in and out: ARP, and UDP over IPv4 and IPv6. Independent of avahid's own code."""
import ipaddress
import socket
import struct
from typing import NamedTuple, Optional

BROADCAST = "ff:ff:ff:ff:ff:ff"
MDNS_PORT = 5353
GROUP4 = "224.0.0.251"
GROUP6 = "ff02::fb"


def mac_text(raw):
    return ":".join(f"{byte:02x}" for byte in raw)


def mac_bytes(text):
    return bytes.fromhex(text.replace(":", ""))


class Arp(NamedTuple):
    op: int  # 1 request, 2 reply
    sender_mac: str
    sender: str
    target_mac: str
    target: str
    ether_destination: str = BROADCAST

    @property
    def probe(self):
        return self.op == 1 and self.sender == "0.0.0.0"

    @property
    def announcement(self):
        return self.op == 1 and self.sender == self.target

    def frame(self, ether_source=None):
        return (mac_bytes(self.ether_destination) + mac_bytes(ether_source or self.sender_mac)
                + struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, self.op)
                + mac_bytes(self.sender_mac) + socket.inet_aton(self.sender)
                + mac_bytes(self.target_mac) + socket.inet_aton(self.target))


class Udp(NamedTuple):
    family: int  # 4 or 6
    source: str
    source_port: int
    destination: str
    destination_port: int
    ttl: int
    payload: bytes


def decode_arp(frame) -> Optional[Arp]:
    if len(frame) < 42 or frame[12:20] != bytes.fromhex("0806000108000604"):
        return None
    op, = struct.unpack_from("!H", frame, 20)
    return Arp(op, mac_text(frame[22:28]), socket.inet_ntoa(frame[28:32]), mac_text(frame[32:38]),
               socket.inet_ntoa(frame[38:42]), mac_text(frame[0:6]))


def decode_udp(frame) -> Optional[Udp]:
    """Whole datagrams only: fragments are left out."""
    kind, = struct.unpack_from("!H", frame, 12)
    if kind == 0x0800 and frame[23] == 17 and not struct.unpack_from("!H", frame, 20)[0] & 0x3fff:
        family, ttl, at = 4, frame[22], 14 + (frame[14] & 15) * 4
        source, destination = (socket.inet_ntoa(frame[i:i + 4]) for i in (26, 30))
    elif kind == 0x86dd and frame[20] == 17:
        family, ttl, at = 6, frame[21], 54
        source, destination = (str(ipaddress.IPv6Address(frame[i:i + 16])) for i in (22, 38))
    else:
        return None
    source_port, destination_port, length = struct.unpack_from("!HHH", frame, at)
    return Udp(family, source, source_port, destination, destination_port, ttl,
               frame[at + 8:at + length])
