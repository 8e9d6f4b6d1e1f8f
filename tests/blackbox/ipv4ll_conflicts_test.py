"""What ARP does to a host with an IPv4 link-local address, or to one that claims one: questions,
claims, packets of other links, a rival who wants whatever we do."""
import json
import time

import lab
from lab import frames
from lab.frames import BROADCAST
from lab.link_local import QUICK, RawArp, remember, state
from lab.process import SLOWNESS


class Told(lab.LabCase):
    """What one packet does to a host that has an address."""

    @classmethod
    def furnish(cls):
        cls.link, cls.far = lab.Link(), lab.Link()
        cls.alpha = cls.host("alpha", cls.link, cls.far)
        cls.mallory = cls.host("mallory", cls.link, cls.far)
        cls.seen = cls.capture(cls.alpha.ports["eth0"])
        cls.alpha.start_avahid(config=QUICK)
        cls.address = cls.alpha.wait_claimed()
        cls.alpha.wait_claimed("eth1")
        cls.mac = cls.alpha.mac()
        cls.near_raw, cls.far_raw = RawArp(cls.mallory), RawArp(cls.mallory, "eth1")
        lab.wait_for("both announcements", lambda: state(cls.alpha)["state"] == "bound")

    def sent_since(self, before):
        return [s.packet for s in self.seen.arp()[before:] if s.from_host]

    def test_1_questions_are_answered_by_broadcast_once_per_asker_and_second(self):
        # RFC3927-§2.5-07 RFC5227-§2.5-01 RFC3927-§2.2.1-06
        time.sleep(1.1)
        before = len(self.seen.arp())
        for _ in range(20):
            self.near_raw.ask(self.address, "169.254.9.9")
            time.sleep(0.02)
        time.sleep(0.2)
        replies = [p for p in self.sent_since(before) if p.op == 2]
        self.assertTrue(all((p.sender_mac, p.sender, p.target_mac, p.target) == (
            self.mac, self.address, self.near_raw.mac, "169.254.9.9") for p in replies), replies)
        broadcast = [p for p in replies if p.ether_destination == BROADCAST]
        self.assertEqual(len(broadcast), 1)
        self.assertEqual(len(replies) - len(broadcast), 20, "the kernel's own, by unicast")
        # A probe is a question too.
        before = len(self.seen.arp())
        time.sleep(1.1)
        self.near_raw.ask(self.address, "0.0.0.0")
        self.seen.wait("a broadcast reply", lambda s: s.from_host and s in self.seen.arp()[before:]
                       and s.packet.op == 2 and s.packet.ether_destination == BROADCAST, 2)
        self.assertEqual(state(self.alpha)["conflicts"], 0)

    def test_2_only_our_address_is_answered_for(self):  # RFC3927-§2.7-03
        before = len(self.seen.arp())
        self.near_raw.ask("169.254.200.1", "169.254.9.9")
        time.sleep(0.5)
        self.assertEqual([p for p in self.sent_since(before)
                          if p.op == 2 and p.sender != self.address], [])

    def test_3_routable_addresses_are_answered_for_by_the_kernel_alone(self):
        # RFC5227-§2.6-01
        self.alpha.ip("address", "add", "10.0.0.5/24", "dev", "eth1")
        seen = self.capture(self.alpha.ports["eth1"])
        self.far_raw.ask("10.0.0.5", "10.0.0.9")
        seen.wait("a reply", lambda s: s.from_host and isinstance(s.packet, frames.Arp)
                  and s.packet.op == 2, 2)
        time.sleep(0.3)
        replies = [s.packet for s in seen.arp() if s.from_host and s.packet.op == 2]
        self.assertEqual([p.ether_destination for p in replies], [self.far_raw.mac])
        self.alpha.ip("address", "del", "10.0.0.5/24", "dev", "eth1")

    def test_4_what_is_said_on_another_link_is_no_conflict(self):  # RFC3927-§3.4-01
        for _ in range(3):
            self.far_raw.claim(self.address)
        time.sleep(0.3)
        self.assertEqual(self.alpha.ipv4ll(), self.address)
        self.assertEqual([state(self.alpha, i)["conflicts"] for i in ("eth0", "eth1")], [0, 0])

    def test_5_our_own_packets_are_none(self):  # RFC3927-§V-03 RFC5227-§2.1.1-08
        for _ in range(3):
            self.near_raw.claim(self.address, sender_mac=self.mac)
        time.sleep(0.3)
        self.assertEqual((self.alpha.ipv4ll(), state(self.alpha)["conflicts"]), (self.address, 0))

    def test_6_each_address_is_told_with_its_interface(self):  # RFC3927-§3.1-01
        told = {i["interface"]: (i["ifindex"], i["address"]) for i
                in self.alpha.call("GetIpv4ll")["interfaces"]}
        for interface in ("eth0", "eth1"):
            self.assertEqual(told[interface],
                             (self.alpha.ifindex(interface), self.alpha.ipv4ll(interface)))

    def test_7_a_claim_by_unicast_is_a_conflict_too(self):  # RFC5227-§2.6-02
        before = len(self.seen.arp())
        self.near_raw.send(2, self.address, self.address, target_mac=self.mac, to=self.mac)
        self.seen.wait("a defence", lambda s: s.from_host and s in self.seen.arp()[before:]
                       and s.packet.announcement and s.packet.sender == self.address, 2)
        self.assertEqual(self.alpha.ipv4ll(), self.address)
        self.assertEqual(state(self.alpha)["conflicts"], 1)


class Announced(lab.LabCase):
    def test_announcements_mend_what_others_believe(self):  # RFC5227-§2.3-03
        link = lab.Link()
        alpha, beta = self.host("alpha", link), self.host("beta", link)
        beta.ip("address", "add", "169.254.0.9/16", "dev", "eth0")
        # Who believes that somebody else has the address, as after a change of card.
        remember(alpha, "169.254.7.7")
        beta.ip("neigh", "add", "169.254.7.7", "lladdr", "02:00:00:00:00:66", "dev", "eth0", "nud",
                "stale")
        alpha.start_avahid(config=QUICK)
        self.assertEqual(alpha.wait_claimed(), "169.254.7.7")
        lab.wait_for("the new MAC in the neighbour's cache", lambda: alpha.mac() in beta.ip(
            "neigh", "show", "169.254.7.7"), 2)


class ManyConflicts(lab.LabCase):
    """A rival who has whatever address is probed for."""

    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha, cls.mallory = cls.host("alpha", link), cls.host("mallory", link)
        cls.seen = cls.capture(cls.alpha.ports["eth0"])
        cls.raw = RawArp(cls.mallory)
        cls.alpha.start_avahid(config="[ipv4ll]\nprobe-scale=0.1\n")

    def probed(self):
        order = []
        for s in self.seen.arp():
            if s.from_host and s.packet.probe and s.packet.target not in order:
                order.append(s.packet.target)
        return order

    def test_ten_then_one_a_minute_whatever_people_switch(self):
        # RFC3927-§2.2.1-08 RFC5227-§2.1.1-09 RFC3927-§2.2.1-07
        claimed = set()

        def claim_all():
            for address in self.probed():
                if address not in claimed:
                    claimed.add(address)
                    self.raw.claim(address)
            return state(self.alpha)["conflicts"] >= 10

        lab.wait_for("ten conflicts", claim_all, 20)
        shown = state(self.alpha)
        self.assertEqual((shown["state"], shown["conflicts"]), ("paused", 10))
        self.assert_between(50, shown["next"], 60, "until the next address")
        self.assertEqual(len(claimed), 10)
        self.assertIsNone(self.alpha.ipv4ll())
        # RFC 3927 §2.2.1: "MUST limit": no way round it.
        for action in ("renew", "off", "on"):
            self.alpha.ctl("ipv4ll", "eth0", action)
        shown = lab.wait_for("the pause", lambda: state(self.alpha)["state"] == "paused"
                             and state(self.alpha))
        self.assertEqual(shown["conflicts"], 10)
        self.assert_between(45, shown["next"], 60, "until the next address")
        self.assertNotIn(shown["address"], claimed)
        time.sleep(1)
        self.assertEqual(set(self.probed()), claimed)
        table = self.alpha.ctl("ipv4ll", "eth0").stdout
        self.assertRegex(table, r"eth0 +always +paused +169\.254\.\d+\.\d+ +\d.* +10 +in \d+ s")
        as_json = json.loads(self.alpha.ctl("ipv4ll", "eth0", "--json").stdout)
        self.assertEqual({k: as_json[k] for k in ("interface", "state", "conflicts")},
                         {"interface": "eth0", "state": "paused", "conflicts": 10})
        self.assertIn("eth0 probes at 0.1 of the standard's times", self.alpha.ctl("status").stdout)


class ConflictWhileAnnouncing(lab.LabCase):
    def test_defended_then_the_second_announcement_follows(self):
        # RFC3927-§2.5-03 RFC5227-§2.4-06
        link = lab.Link()
        alpha, mallory = self.host("alpha", link), self.host("mallory", link)
        seen, raw = self.capture(alpha.ports["eth0"]), RawArp(mallory)
        alpha.start_avahid()
        first = seen.wait("the first announcement", lambda s: s.from_host and isinstance(
            s.packet, frames.Arp) and s.packet.announcement, 10)[0]
        raw.claim(first.packet.sender)
        of_it = lambda: [s for s in seen.arp() if s.from_host and s.packet.announcement  # noqa
                         and s.packet.sender == first.packet.sender]
        lab.wait_for("the defence", lambda: len(of_it()) == 2, 1)
        self.assertEqual(state(alpha)["state"], "announcing")
        lab.wait_for("the second announcement", lambda: len(of_it()) == 3, 3)
        self.assert_between(1.9, of_it()[2].time - first.time, 2 + 0.1 * SLOWNESS,
                            "between announcements")
        raw.claim(first.packet.sender)
        lab.wait_for("the address to go", lambda: alpha.ipv4ll() != first.packet.sender, 1)


if __name__ == "__main__":
    lab.main()
