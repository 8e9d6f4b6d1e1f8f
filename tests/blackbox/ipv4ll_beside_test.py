"""IPv4 link-local addresses beside what others have set on the same interface, and beside our own
on other interfaces."""
import lab
from lab.ipv4ll_peers import Dhcpcd, Networkd
from lab.link_local import QUICK, announced, state


class Foreign(lab.LabCase):
    """Somebody else sets 169.254 addresses on our interface: a person, dhcpcd, networkd."""

    @classmethod
    def furnish(cls):
        cls.hosts = {name: cls.host(name, lab.Link())
                     for name in ("dhcpcd", "early", "person", "networkd")}
        for host in cls.hosts.values():
            host.seen = cls.capture(host.ports["eth0"])
        cls.hosts["early"].ip("address", "add", "169.254.44.44/16", "dev", "eth0")
        cls.dhcpcd = Dhcpcd(cls.hosts["dhcpcd"])
        lab.wait_for("dhcpcd's address", cls.hosts["dhcpcd"].ipv4ll, 15)
        for host in cls.hosts.values():
            host.start_avahid(config=QUICK)
        for name in ("person", "networkd"):
            cls.hosts[name].first = cls.hosts[name].wait_claimed()
        cls.networkd = None if Networkd.absent() else Networkd(cls.hosts["networkd"])

    def all_169(self, host):
        return [a["local"] for a in host.addresses() if a["local"].startswith("169.254.")]

    def check_left_alone(self, host, foreign):
        lab.wait_for("ours to go", lambda: self.all_169(host) == [foreign], 3)
        shown = state(host)
        self.assertEqual((shown["state"], shown["address"]), ("foreign", foreign))
        self.assertRegex(host.ctl("status").stdout, rf"eth0 +always +foreign +{foreign}")
        self.assertIn(f"{foreign} was set by somebody else", host.avahid.log())

    def test_1_there_before_us(self):  # RFC3927-§1.6-01
        early = self.hosts["early"]
        self.check_left_alone(early, "169.254.44.44")
        self.assertEqual([s for s in early.seen.arp() if s.from_host and s.packet.probe], [])
        # It is as good as any other to be known by.
        lab.wait_for("the address announced", lambda: [
            a for _, a, ttl, _, _ in announced(early.seen, 0, "early.local") if ttl], 5)

    def test_2_set_while_we_had_one_and_taken_away(self):  # RFC3927-§1.6-01
        host = self.hosts["person"]
        # As systemd sets it on Debian: else the kernel takes this one along when ours goes.
        host.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/conf/eth0/promote_secondaries")
        # Of another scope than ours the kernel refuses it.
        host.ip("address", "add", "169.254.44.44/16", "dev", "eth0", "scope", "link")
        self.check_left_alone(host, "169.254.44.44")
        host.ip("address", "del", "169.254.44.44/16", "dev", "eth0")
        self.assertEqual(host.wait_claimed(), host.first)

    def test_3_that_of_dhcpcd_and_ours_when_it_ends(self):
        host = self.hosts["dhcpcd"]
        theirs = host.ipv4ll()
        self.check_left_alone(host, theirs)
        self.dhcpcd.stop()
        lab.wait_for("one of ours", lambda: [a for a in self.all_169(host) if a != theirs], 5)

    def test_4_that_of_networkd_which_comes_later(self):
        if not self.networkd:
            self.skipTest(Networkd.absent())
        host = self.hosts["networkd"]
        theirs = lab.wait_for("networkd's address", lambda: [
            a for a in self.all_169(host) if a != host.first], 15)[0]
        self.check_left_alone(host, theirs)


class SeveralInterfaces(lab.LabCase):
    """Each link has its addresses, and what comes in by one is answered by it."""

    @classmethod
    def furnish(cls):
        links = [lab.Link(), lab.Link()]
        cls.alpha = cls.host("alpha", *links)
        cls.peers = [cls.host(f"peer{i}", link) for i, link in enumerate(links)]
        cls.alpha.start_avahid(config=QUICK)
        for i, peer in enumerate(cls.peers):
            peer.ip("address", "add", f"169.254.0.{i + 1}/16", "dev", "eth0")
        cls.addresses = [cls.alpha.wait_claimed(f"eth{i}") for i in range(2)]

    def test_replies_leave_by_the_right_one(self):  # RFC3927-§3.2-01
        for peer, address in zip(self.peers, self.addresses):
            with self.subTest(address):
                peer.run("ping", "-c", "1", "-W", "2", address)


if __name__ == "__main__":
    lab.main()
