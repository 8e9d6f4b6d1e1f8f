"""What tests of link-local addresses ask of a host, and tell it by raw ARP."""
import socket

from . import dns, frames
from .frames import BROADCAST

NO_MAC = "00:00:00:00:00:00"
QUICK = "[ipv4ll]\nprobe-scale=0.2\n"  # where the times are not what is tested


def remember(host, address):
    """As if avahid had had the address here before."""
    mac = host.mac().replace(":", "")
    host.run("sh", "-c", f"mkdir -m 777 /run/avahid-state && echo {address} > "
                         f"/run/avahid-state/ipv4ll-{mac}")


def state(host, interface="eth0"):
    return next(i for i in host.call("GetIpv4ll")["interfaces"] if i["interface"] == interface)


def announced(capture, since, name="alpha.local"):
    """A records of later responses: (time, address, ttl, cache-flush, family of the packet)."""
    return [(s.time, r.data, r.ttl, r.flush, s.packet.family) for s in capture.mdns()
            if s.from_host and s.time > since and s.message.response
            for r in s.message.records(name, dns.A)]


class RawArp:
    """A packet socket on a host's interface: ARP of any kind, in and out."""

    def __init__(self, host, interface="eth0"):
        self.mac = host.mac(interface)
        self._socket = host.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self._socket.bind((interface, 0x0806))

    def send(self, op, sender, target, sender_mac=None, target_mac=NO_MAC, to=BROADCAST):
        arp = frames.Arp(op, sender_mac or self.mac, sender, target_mac, target, to)
        self._socket.send(arp.frame(ether_source=self.mac))

    def claim(self, address, **kinds):
        self.send(1, address, address, **kinds)

    def ask(self, target, sender, **kinds):
        self.send(1, sender, target, **kinds)
