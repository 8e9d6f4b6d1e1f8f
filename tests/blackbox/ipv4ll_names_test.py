"""What others hear of a host whose link-local address comes, changes and goes."""
import socket
import time

import lab
from lab import dns
from lab.link_local import QUICK, RawArp
from lab.process import SLOWNESS



def reverse(address):
    return ".".join(reversed(address.split("."))) + ".in-addr.arpa"


class Follows(lab.LabCase):
    """One host, an address after the other."""

    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha, cls.mallory = cls.host("alpha", link), cls.host("mallory", link)
        cls.seen = cls.capture(cls.alpha.ports["eth0"])
        cls.raw = RawArp(cls.mallory)
        cls.alpha.start_avahid(policy="off", config=QUICK)
        cls.alpha.wait_established()

    def records(self, since, name, kind):
        return [(s.packet.family, r) for s in self.seen.mdns() if s.from_host and s.time > since
                and s.message.response for r in s.message.records(name, kind)]

    def families_announcing(self, since, name, kind, data):
        return {family for family, r in self.records(since, name, kind)
                if r.data == data and r.ttl > 0 and r.flush}

    def claim_away(self, address):
        """Takes an address from alpha: two conflicts within ten seconds."""
        for _ in range(2):
            self.raw.claim(address)

    def test_1_comes(self):  # RFC3927-§6.1-02
        since = time.time()
        self.alpha.ctl("ipv4ll", "eth0", "on")
        address = self.alpha.wait_claimed()
        there = time.time()
        lab.wait_for("the address on both families", lambda: self.families_announcing(
            since, "alpha.local", dns.A, address) == {4, 6}, 2.5)
        lab.wait_for("its reverse name", lambda: self.families_announcing(
            since, reverse(address), dns.PTR, "alpha.local") == {4, 6}, 2.5)
        # By IPv6, where alpha is known already, at once.
        first = next(s.time for s in self.seen.mdns(6) if s.from_host and s.time > since
                     and address in [r.data for r in s.message.records("alpha.local", dns.A)])
        self.assert_between(-0.5, first - there, 0.5 * SLOWNESS, "from the address to its record")
        type(self).first = address

    def test_2_is_lost_to_somebody_else(self):  # RFC3927-§6.1-02 RFC3927-§6.1-01
        time.sleep(1.2)
        since = time.time()
        self.claim_away(self.first)
        lab.wait_for("the address to go", lambda: self.alpha.ipv4ll() != self.first, 1)
        # Gone from others' caches: goodbye, for the name and for the reverse one.
        for name, kind, data in (("alpha.local", dns.A, self.first),
                                 (reverse(self.first), dns.PTR, "alpha.local")):
            lab.wait_for(f"goodbye for {data}", lambda: [
                r for f, r in self.records(since, name, kind)
                if f == 6 and r.data == data and r.ttl == 0], 1)
        second = self.alpha.wait_claimed()
        there = time.time()
        self.assertNotEqual(second, self.first)
        for name, kind, data in (("alpha.local", dns.A, second),
                                 (reverse(second), dns.PTR, "alpha.local")):
            lab.wait_for(f"{data} announced", lambda: self.families_announcing(
                there - 0.5, name, kind, data) == {4, 6}, 2.5)
        later = [r.data for _, r in self.records(there, "alpha.local", dns.A) if r.ttl]
        self.assertNotIn(self.first, later)
        type(self).second = second

    def test_3_goes(self):
        lab.wait_for("bound", lambda: [i for i in self.alpha.call("GetIpv4ll")["interfaces"]
                                       if i["state"] == "bound"])
        time.sleep(1.2)
        since = time.time()
        self.alpha.ctl("ipv4ll", "eth0", "off")
        lab.wait_for("the address to go", lambda: not self.alpha.ipv4ll(), 1)
        gone = time.time()
        lab.wait_for("goodbye", lambda: [r for f, r in self.records(since, "alpha.local", dns.A)
                                         if f == 6 and r.data == self.second and r.ttl == 0], 1)
        time.sleep(1.5)
        by_ipv4 = [s for s in self.seen.mdns(4) if s.from_host and s.time > gone + 0.1 * SLOWNESS]
        self.assertEqual(by_ipv4, [])
        self.assertEqual([r.data for _, r in self.records(gone, "alpha.local", dns.A) if r.ttl], [])


class WithoutIpv6(lab.LabCase):
    def test_nothing_is_said_on_a_link_without_an_address(self):
        """And what is said later is said from the address."""
        alpha = self.host("alpha", lab.Link())
        for kind in ("all", "default", "eth0"):
            alpha.run("sh", "-c", f"echo 1 >/proc/sys/net/ipv6/conf/{kind}/disable_ipv6")
        time.sleep(0.2)
        seen = self.capture(alpha.ports["eth0"])
        alpha.start_avahid(config=QUICK)
        address = alpha.wait_claimed()
        probes = [s for s in seen.arp() if s.from_host and s.packet.probe]
        self.assertEqual(len(probes), 3)
        alpha.wait_established()
        sent = [s for s in seen.mdns() if s.from_host]
        self.assertEqual({s.packet.source for s in sent}, {address})
        self.assertGreater(sent[0].time, probes[-1].time + 0.3)
        alpha.ctl("ipv4ll", "eth0", "off")
        lab.wait_for("the address to go", lambda: not alpha.ipv4ll(), 1)
        time.sleep(0.2)
        before = len(seen.seen())
        time.sleep(1.5)
        self.assertEqual([s for s in seen.seen()[before:] if s.from_host], [])


class ReverseLookup(lab.LabCase):
    def test_no_dns_server_is_asked_for_link_local_addresses(self):  # RFC3927-§1.4-02
        alpha = self.host("alpha", lab.Link())
        alpha.start_avahid(policy="off")
        alpha.wait_established()
        server = alpha.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("127.0.0.1", 53))
        server.setblocking(False)

        def asked():
            found = []
            while True:
                try:
                    found.append(server.recv(512))
                except BlockingIOError:
                    return found

        alpha.run("getent", "hosts", "192.0.2.1", check=False)
        self.assertTrue(asked(), "the server would have heard it")
        alpha.run("getent", "hosts", "169.254.1.2", check=False)
        self.assertEqual(asked(), [])
        server.close()


if __name__ == "__main__":
    lab.main()
