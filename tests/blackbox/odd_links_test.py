"""Links of unusual kinds: tunnels, no multicast, small and large, bridges, and whatever kinds the
kernel at hand has."""
import re
import subprocess
import time

import lab
from lab import dns
from lab.peers import RawPeer
from lab.process import SLOWNESS
from lab.tunnel import Tunnel

SOON = 1.0


class OddCase(lab.LabCase):
    """alpha and beta with one cable; each test has its own."""

    def setUp(self):
        self.link = lab.Link()
        self.alpha, self.beta = self.host("alpha", self.link), self.host("beta", self.link)
        for number, host in enumerate((self.alpha, self.beta), 1):
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")

    def start(self, *hosts, config=""):
        for host in hosts:
            host.start_avahid(policy="off", config=config)
        for host in hosts:
            host.wait_established()

    @staticmethod
    def shown(host, interface):
        return next((i for i in host.status()["links"] if i["interface"] == interface), None)

    def served(self, host, interface, family="mdns_ipv4"):
        link = self.shown(host, interface)
        return bool(link and link[family])

    def wait_served(self, host, interface, seconds=SOON):
        lab.wait_for(f"{interface} served", lambda: self.served(host, interface), seconds)

    def note(self, host, interface):
        link = self.shown(host, interface)
        return link and link["note"]

    def resolved(self, host, name, interface, family="ipv4"):
        """The address that avahid of `host` finds for the name over that very interface."""
        with host.varlink() as client:
            reply = client.wait(
                f"an address of {name} over {interface}",
                lambda r: r.get("record", {}).get("interface") == interface
                and r["record"]["type"] == "A", "Query", seconds=6, name=name, type="A",
                interface=interface, family=family)
        return reply["record"]["rdata"]


class PointToPoint(OddCase):
    def setUp(self):
        super().setUp()
        self.tunnel = Tunnel((self.alpha, self.beta), "tun0")
        self.addCleanup(self.tunnel.close)
        for host, ours, theirs in ((self.alpha, 1, 2), (self.beta, 2, 1)):
            host.ip("address", "add", f"10.9.0.{ours}", "peer", f"10.9.0.{theirs}", "dev", "tun0")
            host.ip("link", "set", "tun0", "up")

    def test_served_only_when_allowed(self):
        self.start(self.alpha)
        self.assertFalse(self.served(self.alpha, "tun0"))
        self.assertEqual(self.note(self.alpha, "tun0"), "point-to-point")

    def test_names_over_a_tunnel(self):
        self.start(self.alpha, self.beta, config="[server]\nallow-point-to-point=yes\n")
        for host, peer, address in ((self.alpha, "beta", "10.9.0.2"),
                                    (self.beta, "alpha", "10.9.0.1")):
            self.assertTrue(self.served(host, "tun0"))
            self.assertEqual(self.resolved(host, f"{peer}.local", "tun0"), address)
        self.assertEqual(self.alpha.status()["host_name"], "alpha")
        # Asked by unicast, the other end is on the link: a /32 does not hide it.
        answer = self.beta.run("dig", "@10.9.0.1", "-p", "5353", "+short", "+time=2", "+tries=1",
                               "alpha.local", "A").stdout
        self.assertIn("10.9.0.1", answer.split())


class WithoutMulticast(OddCase):
    def test_flag_is_followed(self):
        self.start(self.alpha)
        self.alpha.ip("link", "set", "eth0", "multicast", "off")
        lab.wait_for("eth0 to be left", lambda: not self.served(self.alpha, "eth0"), SOON)
        self.assertEqual(self.note(self.alpha, "eth0"), "no multicast")
        self.assertIn("no multicast", self.alpha.ctl("status").stdout)
        self.alpha.ip("link", "set", "eth0", "multicast", "on")
        self.wait_served(self.alpha, "eth0")
        self.assertEqual(self.note(self.alpha, "eth0"), "")

    def test_link_that_drops_it_is_noticed(self):
        """The cable's ports are told not to flood multicast; ARP, a broadcast, passes."""
        def carries_multicast(on):
            for host in (self.alpha, self.beta):
                subprocess.run(["bridge", "link", "set", "dev", host.ports["eth0"], "mcast_flood",
                                "on" if on else "off"], check=True)
        carries_multicast(False)
        self.start(self.alpha, self.beta, config="[server]\nuse-ipv6=no\n")
        lab.wait_for("some packets sent",
                     lambda: self.shown(self.alpha, "eth0")["packets_out"] >= 10 or not
                     self.alpha.ctl("query", "nobody.local", "--timeout", "1", check=False), 15)
        # Alone, as far as anybody knows: nothing to be said.
        self.assertEqual(self.note(self.alpha, "eth0"), "")
        self.alpha.run("ping", "-c1", "-W2", "192.0.2.2")
        note = self.note(self.alpha, "eth0")
        sent = re.fullmatch(r"multicast not delivered: sent (\d+), heard 0", note)
        self.assertTrue(sent, note)
        self.assertGreaterEqual(int(sent[1]), 10)
        self.assertIn(note, self.alpha.ctl("status").stdout)
        self.assertTrue(self.served(self.alpha, "eth0"))  # it is served all the same
        # A router is not expected to say anything.
        self.alpha.ip("route", "add", "default", "via", "192.0.2.2")
        lab.wait_for("the note to go", lambda: self.note(self.alpha, "eth0") == "", SOON)
        self.alpha.ip("route", "del", "default")
        lab.wait_for("the note", lambda: self.note(self.alpha, "eth0") != "", SOON)
        carries_multicast(True)
        self.assertEqual(self.resolved(self.beta, "alpha.local", "eth0"), "192.0.2.1")
        lab.wait_for("the note to go", lambda: self.note(self.alpha, "eth0") == "", SOON)


class Sizes(OddCase):
    COUNT = 150  # services of one type: 8 kB of pointers

    def largest(self, seen, since):
        """Of the datagrams that alpha sent since then: UDP payload and its headers."""
        return max([len(s.packet.payload) + 28 for s in seen.seen()[since:] if s.from_host
                    and s.message and s.message.response], default=0)

    def test_packets_follow_the_mtu(self):
        self.alpha.add_service("many", "Service with a long name, so that it fills packets",
                               *[(f"_type{i}._tcp", 1000 + i, []) for i in range(self.COUNT)])
        ports = (self.alpha.ports["eth0"], self.beta.ports["eth0"])
        # A bridge drops what is above the least MTU of its ports.
        for name in (self.link.name, *ports):
            subprocess.run(["ip", "link", "set", name, "mtu", "9000"], check=True)
        for host in (self.alpha, self.beta):
            host.ip("link", "set", "eth0", "mtu", "9000")
        seen = self.capture(ports[0])
        self.start(self.alpha, config="[server]\nuse-ipv6=no\n")
        asker = RawPeer(self.beta)
        self.addCleanup(asker.close)
        got = {}
        for mtu in (9000, 1280, 1500):
            self.alpha.ip("link", "set", "eth0", "mtu", mtu)
            time.sleep(2.2 if not got else 1.3)  # announcements, and the one-second rule
            since = len(seen.seen())
            asker.send(dns.query(("_services._dns-sd._udp.local", dns.PTR)))
            names = set()
            def all_told():
                names.update(r.data for s in seen.seen()[since:] if s.from_host and s.message
                             for r in s.message.records("_services._dns-sd._udp.local", dns.PTR))
                return len(names) == self.COUNT
            lab.wait_for(f"all types at MTU {mtu}", all_told, 3)
            got.setdefault(mtu, []).append(self.largest(seen, since))
        self.assertLessEqual(max(got[1280]), 1280, got)
        self.assertLessEqual(max(got[1500]), 1500, got)
        self.assertGreater(min(got[1500]), 1280, got)
        self.assertGreater(min(got[9000]), 1500, got)
        self.assertLessEqual(max(got[9000]), 9000, got)
        self.assertEqual(seen.broken, [])


class Masters(OddCase):
    def test_bridge_takes_the_place_of_its_port_and_gives_it_back(self):
        self.start(self.alpha, self.beta)
        ifindex = self.alpha.ifindex()
        self.alpha.ip("link", "add", "br0", "type", "bridge", "forward_delay", "0")
        self.alpha.ip("link", "set", "br0", "up")
        self.alpha.ip("link", "set", "eth0", "master", "br0")
        lab.wait_for("eth0 to be left", lambda: not self.served(self.alpha, "eth0"), SOON)
        self.assertEqual(self.note(self.alpha, "eth0"), "port of a bridge or bond")
        self.alpha.ip("address", "del", "192.0.2.1/24", "dev", "eth0")
        self.alpha.ip("address", "add", "192.0.2.1/24", "dev", "br0")
        self.wait_served(self.alpha, "br0")
        self.assertEqual(self.resolved(self.alpha, "beta.local", "br0"), "192.0.2.2")
        self.assertEqual(self.resolved(self.beta, "alpha.local", "eth0"), "192.0.2.1")

        self.alpha.ip("link", "set", "eth0", "nomaster")
        self.alpha.ip("address", "del", "192.0.2.1/24", "dev", "br0")
        self.alpha.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        self.wait_served(self.alpha, "eth0")
        self.assertFalse(self.served(self.alpha, "br0"))
        self.assertEqual(self.resolved(self.alpha, "beta.local", "eth0"), "192.0.2.2")
        self.assertEqual(self.alpha.status()["host_name"], "alpha")
        self.assertEqual(self.alpha.ifindex(), ifindex)

    def test_name_in_the_log_follows_a_rename(self):
        self.start(self.alpha)
        self.alpha.ip("link", "set", "eth0", "down")
        self.alpha.ip("link", "set", "eth0", "name", "lan0")
        self.alpha.ip("link", "set", "lan0", "up")
        self.wait_served(self.alpha, "lan0")
        self.assertIsNone(self.shown(self.alpha, "eth0"))
        self.alpha.avahid.wait_log(r"eth0 is now lan0")
        self.alpha.avahid.wait_log(r"lan0: multicast DNS over IPv4")


class MoreKinds(OddCase):
    """Each as a second link between alpha and beta, with 198.51.100.0/24 on it."""

    def second(self, name, both=True):
        for number, host in enumerate((self.alpha, self.beta), 1):
            if not both and host is self.beta:
                continue
            host.ip("address", "add", f"198.51.100.{number}/24", "dev", name)
            host.ip("link", "set", name, "up")

    def resolves_both_ways(self, name, *other_nets):
        self.start(self.alpha, self.beta)
        for host, peer, number in ((self.alpha, "beta", 2), (self.beta, "alpha", 1)):
            self.wait_served(host, name)
            self.assertIn(self.resolved(host, f"{peer}.local", name),
                          [f"{net}.{number}" for net in ("198.51.100", *other_nets)])
            self.assertEqual(host.status()["host_name"], host.name)

    def test_vxlan(self):
        for host in (self.alpha, self.beta):
            host.ip("link", "add", "vx0", "type", "vxlan", "id", "7", "dev", "eth0", "group",
                    "239.7.7.7", "dstport", "4789")
        self.second("vx0")
        self.resolves_both_ways("vx0")

    def test_tap(self):
        tunnel = Tunnel((self.alpha, self.beta), "tap0", ethernet=True)
        self.addCleanup(tunnel.close)
        self.second("tap0")
        self.resolves_both_ways("tap0")

    def test_macvlan_on_the_same_wire_is_no_rival(self):
        for host in (self.alpha, self.beta):
            host.ip("link", "add", "link", "eth0", "name", "mv0", "type", "macvlan", "mode",
                    "bridge")
        self.second("mv0")
        self.resolves_both_ways("mv0", "192.0.2")  # it hears what is said on eth0

    # Kinds that are not to be had everywhere; tests/avahid/net/kinds_test.cpp plays them.

    def kind(self, *words):
        done = self.alpha.run("ip", "link", "add", *words, check=False)
        if done.returncode:
            self.skipTest(f"SKIPPED: this kernel has no {words[words.index('type') + 1]}")

    def test_bond(self):
        self.kind("bond0", "type", "bond", "mode", "active-backup")
        self.start(self.alpha)
        for change in (("eth0", "down"), ("eth0", "master", "bond0"), ("bond0", "up")):
            self.alpha.ip("link", "set", *change)
        self.second("bond0", both=False)
        self.wait_served(self.alpha, "bond0", 3)
        self.assertFalse(self.served(self.alpha, "eth0"))

    def test_vlan(self):
        self.kind("link", "eth0", "name", "eth0.7", "type", "vlan", "id", "7")
        self.second("eth0.7", both=False)
        self.start(self.alpha)
        self.wait_served(self.alpha, "eth0.7")
        self.assertTrue(self.served(self.alpha, "eth0"))

    def test_vrf(self):
        self.kind("blue", "type", "vrf", "table", "10")
        self.alpha.ip("link", "set", "blue", "up")
        self.alpha.ip("link", "set", "eth0", "master", "blue")
        self.start(self.alpha, self.beta)
        self.assertTrue(self.served(self.alpha, "eth0"))
        self.assertEqual(self.resolved(self.beta, "alpha.local", "eth0"), "192.0.2.1")

    def test_team(self):
        self.kind("team0", "type", "team")


class Roaming(OddCase):
    def asked(self, since):
        return [s for s in self.seen.seen()[since:] if s.from_host and s.message
                and s.message.asks("_http._tcp.local")]

    def test_new_router_or_address_asks_again_and_a_refresh_says_nothing(self):
        self.seen = self.capture(self.alpha.ports["eth0"])
        self.start(self.alpha, config="[server]\nuse-ipv6=no\n")
        browse = self.alpha.varlink()
        self.addCleanup(browse.close)
        replies = browse.stream("Browse", seconds=30, type="_http._tcp")
        next(replies)
        time.sleep(3.6)  # 0, 1 and 3 s of the series: the next is due after 7 s
        steps = [(True, "route", "add", "default", "via", "192.0.2.254"),
                 (False, "route", "replace", "default", "via", "192.0.2.254"),
                 (True, "route", "replace", "default", "via", "192.0.2.253"),
                 (False, "link", "set", "eth0", "mtu", "1400"),
                 (True, "address", "add", "203.0.113.1/24", "dev", "eth0", "valid_lft", "1000",
                  "preferred_lft", "1000"),
                 (False, "address", "change", "203.0.113.1/24", "dev", "eth0", "valid_lft", "2000",
                  "preferred_lft", "2000")]
        for asks, *command in steps:
            lines, since = self.alpha.avahid.log(), len(self.seen.seen())
            self.alpha.ip(*command)
            if asks:
                lab.wait_for(f"a query after {command}", lambda: self.asked(since), 0.5)
                time.sleep(1.7)  # until the one second after it and an announcement are over
            else:
                time.sleep(0.8)
                packets = [s for s in self.seen.mdns() if s in self.seen.seen()[since:]
                           and s.from_host]
                self.assertEqual([str(s.message) for s in packets], [], command)
                self.assertEqual(self.alpha.avahid.log(), lines)


class OwnAddress(OddCase):
    def test_this_host_may_ask_its_own_addresses_by_unicast(self):
        self.start(self.alpha)
        fe80 = lab.wait_for("an fe80 address", self.alpha.fe80)
        lab.wait_for("IPv6", lambda: self.served(self.alpha, "eth0", "mdns_ipv6"))
        for address in ("192.0.2.1", f"{fe80}%eth0"):
            lab.wait_for(f"an answer of {address}", lambda: "192.0.2.1" in self.ask(address), 4)
        # What is of no link is not answered by whichever happens to listen.
        self.assertNotIn("192.0.2.1", self.ask("127.0.0.1"))

    def ask(self, address):
        return self.alpha.run("dig", f"@{address}", "-p", "5353", "+short", "+time=1", "+tries=1",
                              "alpha.local", "A", check=False).stdout.split()


if __name__ == "__main__":
    lab.main()
