"""IPv4 link-local addresses (RFC 3927) as an independent capture and the kernel show them."""
import socket

import lab
from lab import frames
from lab.process import SLOWNESS
from lab.watch import AddressWatch

MILLISECONDS = 0.001
NO_MAC = "00:00:00:00:00:00"
# Our clock is read when netlink wakes us; the kernel stamped the packets it is compared with.
LATE = 50 * MILLISECONDS * SLOWNESS


class Claim(lab.LabCase):
    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha, cls.beta = cls.host("alpha"), cls.host("beta")
        ports = {}
        for host in (cls.alpha, cls.beta):
            ports[host] = link.plug(host, up=False)
        cls.seen = cls.capture(ports[cls.alpha])
        cls.watch = AddressWatch(cls.alpha)
        for host in (cls.alpha, cls.beta):
            host.ip("link", "set", "eth0", "up")
            host.start_avahid()
        cls.address = cls.alpha.wait_claimed()
        cls.beta.wait_claimed()
        cls.mac = cls.alpha.mac()
        cls.seen.wait("the second announcement", lambda _: len(cls.announcements()) > 1)
        cls.alpha.wait_established()

    @classmethod
    def sent(cls):
        return [s for s in cls.seen.arp() if s.from_host]

    @classmethod
    def announcements(cls):
        return [s for s in cls.sent() if s.packet.announcement and s.packet.sender == cls.address]

    def probes(self):
        return [s for s in self.sent() if s.packet.probe and s.packet.target == self.address]

    def assigned(self):
        return self.watch.added(self.address)[0]

    def test_three_probes_one_to_two_seconds_apart(self):  # RFC3927-§2.2.1-03
        probes = self.probes()
        self.assertEqual(len(probes), 3)
        for probe in probes:
            self.assertEqual(probe.packet, frames.Arp(1, self.mac, "0.0.0.0", NO_MAC,
                                                      self.address))
        for before, after in zip(probes, probes[1:]):
            self.assert_between(1 - LATE, after.time - before.time, 2 + LATE, "between probes")

    def test_address_is_slash_16_scope_link(self):
        self.assertEqual((self.assigned().prefix, self.assigned().scope), (16, 253))
        shown = [a for a in self.alpha.addresses() if a["local"] == self.address]
        self.assertEqual((shown[0]["prefixlen"], shown[0]["scope"]), (16, "link"))

    def test_announced_at_once_and_two_seconds_later(self):  # RFC3927-§2.4-01
        first, second = self.announcements()[:2]
        self.assertEqual(first.packet.sender_mac, self.mac)
        self.assert_between(-LATE, first.time - self.assigned().time, 20 * MILLISECONDS * SLOWNESS,
                            "from the address to the announcement")
        self.assert_between(2 - LATE, second.time - first.time, 2 + LATE, "between announcements")
        self.assertEqual(len(self.announcements()), 2)

    def test_address_comes_two_seconds_after_the_last_probe(self):  # RFC3927-§2.2.1-04
        self.assert_between(2 - LATE, self.assigned().time - self.probes()[-1].time, 2 + LATE * 2,
                            "from the last probe to the address")

    def test_address_is_not_used_before_it_is_claimed(self):
        early = [s for s in self.seen.seen() if s.from_host
                 and s.time < self.assigned().time - LATE
                 and (s.packet.sender if isinstance(s.packet, frames.Arp) else s.packet.source
                      ).startswith("169.254.")]
        self.assertEqual(early, [])

    def test_no_mdns_of_a_family_before_it_has_an_address(self):
        ipv6 = [c for c in self.watch.changes
                if c.added and c.address.startswith("fe80:") and not c.tentative]
        for family, since in ((4, self.assigned().time), (6, ipv6[0].time)):
            sent = [s for s in self.seen.mdns(family) if s.from_host]
            self.assertTrue(sent, f"mDNS by IPv{family}")
            self.assertGreater(sent[0].time, since - LATE)

    def test_two_hosts_differ(self):
        self.assertNotEqual(self.alpha.ipv4ll(), self.beta.ipv4ll())

    def test_state_is_told(self):
        told = [i for i in self.alpha.call("GetIpv4ll")["interfaces"] if i["interface"] == "eth0"]
        self.assertEqual([(i["state"], i["address"]) for i in told], [("bound", self.address)])

    def test_routes_are_scope_link(self):
        routes = self.alpha.ip("route", "show", "dev", "eth0").splitlines()
        for destination in ("169.254.0.0/16", "default"):
            self.assertTrue([r for r in routes if r.startswith(destination) and "scope link" in r
                             and f"metric {1000 + self.alpha.ifindex()}" in r],
                            f"{destination} in {routes}")


class Conflict(lab.LabCase):
    """A rival, scripted by the test, claims what the host has."""

    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha, cls.mallory = cls.host("alpha", link), cls.host("mallory", link)
        cls.seen = cls.capture(cls.alpha.ports["eth0"])
        cls.alpha.start_avahid()
        cls.first = cls.alpha.wait_claimed()
        cls.raw = cls.mallory.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        cls.raw.bind(("eth0", 0x0806))
        cls.mac = cls.mallory.mac()

    def claim(self, address):
        self.raw.send(frames.Arp(1, self.mac, address, NO_MAC, address).frame())

    def test_defends_once_then_yields(self):  # RFC3927-§2.5-03
        self.seen.wait("both announcements", lambda _: len(self.announced()) == 2)
        self.claim(self.first)
        self.seen.wait("the defence", lambda _: len(self.announced()) == 3, 1)
        self.assertEqual(self.alpha.ipv4ll(), self.first)
        self.claim(self.first)
        lab.wait_for("the address to be given up", lambda: self.alpha.ipv4ll() != self.first, 1)
        second = self.alpha.wait_claimed()
        self.assertNotEqual(second, self.first)

    def announced(self):
        return [s for s in self.seen.arp() if s.from_host and s.packet.sender == self.first
                and s.packet.announcement]


class ConflictWhileProbing(lab.LabCase):
    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha, cls.mallory = cls.host("alpha", link), cls.host("mallory", link)
        cls.seen = cls.capture(cls.alpha.ports["eth0"])

    def test_address_in_use_is_never_taken(self):  # RFC3927-§2.2.1-05
        self.alpha.start_avahid()
        probe = self.seen.wait("a probe", lambda s: s.from_host
                               and isinstance(s.packet, frames.Arp) and s.packet.probe)[0]
        taken = probe.packet.target
        self.mallory.ip("address", "add", f"{taken}/16", "dev", "eth0")  # its kernel answers
        claimed = self.alpha.wait_claimed()
        self.assertNotEqual(claimed, taken)


if __name__ == "__main__":
    lab.main()
