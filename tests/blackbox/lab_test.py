"""The laboratory itself: two foreign stacks hear each other, and a capture sees what they say."""
import lab
from lab import dns, frames, peers
from lab.watch import AddressWatch


class Laboratory(lab.LabCase):
    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.link = link
        cls.alpha, cls.beta = cls.host("alpha", link), cls.host("beta", link)
        cls.watch = AddressWatch(cls.alpha)
        cls.seen = cls.capture(cls.alpha.ports["eth0"])
        cls.alpha.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        cls.beta.ip("address", "add", "192.0.2.2/24", "dev", "eth0")

    def test_watch_sees_addresses(self):
        lab.wait_for("the address", lambda: self.watch.added("192.0.2.1"))

    def test_host_is_apart(self):
        self.assertEqual(self.alpha.run("hostname").stdout, "alpha\n")
        self.assertIn("avahid", self.alpha.run("grep", "^hosts:", "/etc/nsswitch.conf").stdout)
        self.assertEqual(
            self.alpha.run("getent", "hosts", "alpha").stdout.split(), ["127.0.1.1", "alpha"])

    def test_capture_decodes_arp_and_mdns(self):
        self.alpha.run("ping", "-c", "1", "192.0.2.2")
        asked = self.seen.wait("ARP", lambda s: isinstance(s.packet, frames.Arp)
                               and s.packet.target == "192.0.2.2" and s.packet.op == 1)
        self.assertTrue(asked[0].from_host)
        self.assertEqual(asked[0].packet.sender_mac, self.alpha.mac())
        peer = peers.RawPeer(self.beta)
        record = dns.Record("x.local", dns.SRV, (0, 0, 80, "y.local"), 120, True)
        peer.send(dns.response(record))
        heard = self.seen.wait("mDNS", lambda s: s.message and s.message.records("x.local"))
        self.assertFalse(heard[0].from_host)
        self.assertEqual(heard[0].message.records("x.local", dns.SRV), [record])
        self.assertEqual(heard[0].packet.ttl, 255)
        peer.close()

    def test_foreign_stacks_hear_each_other(self):
        avahi = peers.AvahiDaemon(self.alpha)
        avahi.publish("web on alpha", "_http._tcp", 80, "path=/x")
        # What names_test asserts of ours is seen of a stack that is known to do it.
        probes = [s.time for s in self.seen.mdns(4)
                  if s.from_host and s.message.probe and s.message.asks("alpha.local", dns.ANY)]
        self.assertEqual(len(probes), 3)
        self.assert_between(0.2, probes[1] - probes[0], 0.4)
        self.seen.wait("an announcement", lambda s: s.from_host and s.message
                       and s.message.response and s.message.records("alpha.local", dns.A))
        found, *txt = peers.zeroconf_browse(self.beta, "_http._tcp", "web on alpha", "192.0.2.2")
        self.assertRegex(found, r"^web on alpha\._http\._tcp\.local\. alpha\.local\. "
                                r".*192\.0\.2\.1.* 80$")
        self.assertEqual(txt, ["path=/x"])
        peers.zeroconf_register(self.beta, "_http._tcp", "zc", 81, "192.0.2.2", "k=v")
        found = [line for line in avahi.browse("_http._tcp") if line[0] == "=" and line[3] == "zc"]
        self.assertEqual([(line[7], line[8]) for line in found], [("192.0.2.2", "81")])

    def test_carrier(self):
        self.link.carrier(self.alpha, "eth0", False)
        self.assertIn("NO-CARRIER", self.alpha.ip("link", "show", "eth0"))
        self.link.carrier(self.alpha, "eth0", True)
        self.assertNotIn("NO-CARRIER", self.alpha.ip("link", "show", "eth0"))


if __name__ == "__main__":
    lab.main()
