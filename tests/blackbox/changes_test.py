"""Interfaces, addresses and carrier that come and go while the daemon runs: followed within 1 s."""
import time

import lab
from lab import dns
from lab.peers import RawPeer
from lab.process import SLOWNESS

SOON = 1.0  # seconds; wait_for and Capture.wait stretch it where everything is slower


class Changes(lab.LabCase):
    def setUp(self):
        self.link = lab.Link()
        self.alpha, self.beta = self.host("alpha", self.link), self.host("beta", self.link)
        for number, host in enumerate((self.alpha, self.beta), 1):
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
        self.seen = self.capture(self.alpha.ports["eth0"])
        self.alpha.start_avahid(policy="off")
        self.alpha.wait_established()

    def shown(self, interface):
        return next((i for i in self.alpha.status()["links"] if i["interface"] == interface), None)

    def served(self, interface):
        link = self.shown(interface)
        return bool(link and (link["mdns_ipv4"] or link["mdns_ipv6"]))

    def answers(self, interface="eth0"):
        """The IPv4 addresses that alpha.local has for the other host."""
        peer = RawPeer(self.beta, interface)
        try:
            peer.send(dns.query(("alpha.local", dns.A)))
            deadline = time.monotonic() + 2 * SLOWNESS
            while time.monotonic() < deadline:
                message = peer.receive(0.3)
                if message and message.response and message.records("alpha.local", dns.A):
                    return {r.data for r in message.records("alpha.local", dns.A) if r.ttl}
            return set()
        finally:
            peer.close()

    def test_new_interface(self):
        second = lab.Link()
        port = second.plug(self.alpha, "eth1", up=False)
        capture = self.capture(port)
        self.alpha.ip("address", "add", "198.51.100.1/24", "dev", "eth1")
        self.alpha.ip("link", "set", "eth1", "up")
        capture.wait("a probe for the host name", lambda s: s.from_host and s.message
                     and s.packet.family == 4 and s.message.asks("alpha.local"), SOON)
        capture.wait("the name", lambda s: s.from_host and s.message
                     and s.message.records("alpha.local", dns.A))
        self.assertEqual(self.alpha.status()["host_name"], "alpha")

    def test_removed_interface_and_back(self):
        self.link.unplug(self.alpha, "eth0")
        lab.wait_for("eth0 to be gone", lambda: not self.served("eth0"), SOON)
        self.link.plug(self.alpha, "eth0")
        self.alpha.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        lab.wait_for("eth0 to be served", lambda: self.served("eth0"), SOON)
        lab.wait_for("an answer", lambda: self.answers() == {"192.0.2.1"}, 6)

    def test_new_address(self):
        time.sleep(1.5)  # the announcements of the start are out
        self.alpha.ip("address", "add", "192.0.2.77/24", "dev", "eth0")
        announced = self.seen.wait("the new address announced", lambda s: s.from_host
                                   and s.message and s.message.response and "192.0.2.77" in
                                   [r.data for r in s.message.records("alpha.local", dns.A)], SOON)
        # The flush bit takes from others' caches what does not come with it: the old address has to
        # be in the same burst.  RFC6762-§10.2-05
        time.sleep(0.1)
        burst = [r.data for s in self.seen.mdns(4) if s.from_host and s.message.response
                 and abs(s.time - announced[0].time) < 0.1
                 for r in s.message.records("alpha.local", dns.A)]
        self.assertEqual(set(burst), {"192.0.2.1", "192.0.2.77"})
        self.assertEqual(self.alpha.status()["host_name"], "alpha")

    def test_removed_address(self):
        self.alpha.ip("address", "add", "192.0.2.77/24", "dev", "eth0")
        lab.wait_for("both addresses", lambda: self.answers() == {"192.0.2.1", "192.0.2.77"}, 5)
        before = len(self.seen.seen())
        self.alpha.ip("address", "del", "192.0.2.77/24", "dev", "eth0")
        # The rest of the set with the flush bit does what a goodbye would.  RFC6762-§8.4-04
        lab.wait_for("the rest announced", lambda: [
            s for s in self.seen.seen()[before:] if s.from_host and s.message and s.message.response
            and {r.data for r in s.message.records("alpha.local", dns.A)} == {"192.0.2.1"}
            and all(r.flush for r in s.message.records("alpha.local", dns.A))], SOON)
        lab.wait_for("one address", lambda: self.answers() == {"192.0.2.1"}, 5)

    def test_last_address_of_a_family(self):
        self.alpha.ip("address", "del", "192.0.2.1/24", "dev", "eth0")
        lab.wait_for("IPv4 to be off", lambda: not self.shown("eth0")["mdns_ipv4"], SOON)
        self.alpha.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        lab.wait_for("IPv4 to be on", lambda: self.shown("eth0")["mdns_ipv4"], SOON)

    def test_carrier(self):
        self.link.carrier(self.alpha, "eth0", False)
        lab.wait_for("eth0 to be off", lambda: not self.served("eth0"), SOON)
        before = len(self.seen.seen())
        self.link.carrier(self.alpha, "eth0", True)
        lab.wait_for("eth0 to be on", lambda: self.served("eth0"), SOON)
        lab.wait_for("a new announcement", lambda: [
            s for s in self.seen.seen()[before:] if s.from_host and s.message
            and s.message.response and s.message.records("alpha.local", dns.A)], 5)
        self.assertEqual(self.alpha.status()["host_name"], "alpha")

    def test_renamed_interface(self):
        self.alpha.ip("link", "set", "eth0", "down")
        self.alpha.ip("link", "set", "eth0", "name", "lan0")
        self.alpha.ip("link", "set", "lan0", "up")
        self.alpha.ports["lan0"] = self.alpha.ports.pop("eth0")
        lab.wait_for("lan0 to be served", lambda: self.served("lan0"), SOON)
        self.assertIsNone(self.shown("eth0"))


class LinkLocalAfterCarrier(lab.LabCase):
    def test_old_address_is_claimed_again(self):  # RFC3927-§2.1-02
        link = lab.Link()
        alpha = self.host("alpha", link)
        alpha.start_avahid()
        address = alpha.wait_claimed()
        seen = self.capture(alpha.ports["eth0"])
        link.carrier(alpha, "eth0", False)
        lab.wait_for("the address to go", lambda: not alpha.ipv4ll(), SOON)
        link.carrier(alpha, "eth0", True)
        self.assertEqual(alpha.wait_claimed(), address)
        probes = [s for s in seen.arp() if s.from_host and s.packet.probe]
        self.assertEqual({s.packet.target for s in probes}, {address})

    def test_routable_address_takes_its_place(self):
        link = lab.Link()
        alpha = self.host("alpha", link)
        alpha.start_avahid(policy="fallback", config="[ipv4ll]\nsettle-time=1s\nrelease-after=1s\n")
        alpha.wait_claimed()
        alpha.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        lab.wait_for("the link-local address to go", lambda: not alpha.ipv4ll(), 4)
        alpha.ip("address", "del", "192.0.2.1/24", "dev", "eth0")
        alpha.wait_claimed(seconds=9)


if __name__ == "__main__":
    lab.main()
