"""IPv4 link-local addresses beside DHCP that comes and goes: when there is one, what it is used
for, what others hear of it."""
import os
import socket
import time

import lab
from lab import frames
from lab.ipv4ll_peers import start_dhcp_client, start_dhcp_server
from lab.link_local import QUICK, announced, state
from lab.process import SLOWNESS

LONG = bool(os.environ.get("AVAHID_LONG"))
# PRODUCT's own figures take half a minute more.
SETTLE, RELEASE = (5, 10) if LONG else (2, 4)
CONFIG = f"[ipv4ll]\nsettle-time={SETTLE}s\nrelease-after={RELEASE}s\n"


def routable(host, interface="eth0"):
    return next((a["local"] for a in host.addresses(interface)
                 if a["family"] == "inet" and not a["local"].startswith("169.254.")), None)


class Lease(lab.LabCase):
    """alpha has avahid and a DHCP client, plain the client alone; the server comes later."""

    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha, cls.plain, cls.server = (cls.host(n, link) for n in ("alpha", "plain", "server"))
        cls.seen = cls.capture(cls.alpha.ports["eth0"])
        cls.seen_plain = cls.capture(cls.plain.ports["eth0"])
        cls.started = time.time()
        cls.alpha.start_avahid(policy="fallback", config=CONFIG)
        cls.clients = [start_dhcp_client(host) for host in (cls.alpha, cls.plain)]
        cls.ours = cls.alpha.wait_claimed(seconds=SETTLE + 10)

    @staticmethod
    def discovers(capture):
        """When the client asked, in seconds since it first did."""
        times = [s.time for s in capture.seen() if s.from_host and s.message is None
                 and isinstance(s.packet, frames.Udp) and s.packet.destination_port == 67]
        return [t - times[0] for t in times]

    def test_1_none_before_the_link_has_settled(self):
        # RFC3927-§1.9-01
        probes = [s for s in self.seen.arp() if s.from_host and s.packet.probe]
        self.assertGreater(probes[0].time - self.started, SETTLE)

    def test_2_the_client_asks_as_it_would_alone(self):  # RFC3927-§1.9-03 RFC3927-§2.11-01
        lab.wait_for("the client to have asked for a while with an address of ours", lambda: len(
            self.discovers(self.seen)) >= 8 and self.alpha.ipv4ll(), 15)
        for capture in (self.seen, self.seen_plain):
            sources = {s.packet.source for s in capture.seen() if s.from_host
                       and isinstance(s.packet, frames.Udp) and s.packet.destination_port == 67}
            self.assertEqual(sources, {"0.0.0.0"})
        pairs = list(zip(self.discovers(self.seen), self.discovers(self.seen_plain)))
        for with_us, alone in pairs:  # the client counts whole seconds
            self.assert_between(alone - 1.2, with_us, alone + 1.2, pairs)

    def test_3_a_lease_takes_its_place(self):
        # RFC3927-§1.9-04 RFC3927-§1.9-05 RFC3927-§1.9-06 RFC3927-§2.6.1-01 RFC3927-§2.6.2-03
        self.assertIn(self.ours, self.alpha.ip("route", "get", "192.0.2.9"))
        peer = self.plain.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.plain.ip("address", "add", "169.254.0.9/16", "dev", "eth0")
        listener = self.alpha.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.bind((self.ours, 8080))
        listener.listen()
        peer.settimeout(3)
        peer.connect((self.ours, 8080))
        running, _ = listener.accept()

        self.server.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        server = start_dhcp_server(self.server, "192.0.2.100", "192.0.2.120")
        leased = lab.wait_for("the lease", lambda: routable(self.alpha), 10)
        since = time.time()
        self.assertIn(leased, self.alpha.ip("route", "get", "192.0.2.9"))
        lab.wait_for("the leased address announced", lambda: {
            f for _, a, ttl, flush, f in announced(self.seen, since - 0.3)
            if a == leased and ttl and flush} == {4, 6}, 3)
        # What was under way goes on for a while.
        running.sendall(b"still here")
        self.assertEqual(peer.recv(64), b"still here")
        self.assertEqual(self.alpha.ipv4ll(), self.ours)
        lab.wait_for("our address to go", lambda: not self.alpha.ipv4ll(), RELEASE + 2)
        self.assert_between(RELEASE - 0.5, time.time() - since, RELEASE + 0.5 + SLOWNESS,
                            "until the release")
        peer.close(), running.close(), listener.close()
        heard = [a for _, a, ttl, _, _ in announced(self.seen, since + 0.5) if ttl]
        self.assertNotIn(self.ours, heard)
        self.assertEqual(routable(self.alpha), leased, "the lease is left alone")
        self.assertNotIn("169.254", self.alpha.ip("route"))
        self.plain.ip("address", "del", "169.254.0.9/16", "dev", "eth0")
        server.stop()

    def test_4_when_the_lease_goes_ours_is_back_within_seven_seconds(self):  # RFC3927-§1.9-08
        leased = routable(self.alpha)
        for client in self.clients:
            client.popen.send_signal(12)  # SIGUSR2: give it back
        lab.wait_for("the lease to go", lambda: not routable(self.alpha), 3)
        since = time.time()
        self.assertEqual(self.alpha.wait_claimed(seconds=8), self.ours)
        self.assertLess(time.time() - since, 7 + 0.5 * SLOWNESS)
        # What is published follows.  RFC3927-§6.1-02
        lab.wait_for("our address announced", lambda: {
            f for _, a, ttl, _, f in announced(self.seen, since)
            if a == self.ours and ttl} == {4, 6}, 3)
        heard = [a for _, a, ttl, _, _ in announced(self.seen, since + 0.5) if ttl]
        self.assertNotIn(leased, heard)

    def test_5_an_address_that_flaps_does_not_wear_out_ours(self):
        lab.wait_for("bound", lambda: state(self.alpha)["state"] == "bound")
        before = len([s for s in self.seen.arp() if s.from_host and s.packet.probe])
        for _ in range(10):
            self.alpha.ip("address", "add", "192.0.2.77/24", "dev", "eth0")
            time.sleep(0.1)
            self.alpha.ip("address", "del", "192.0.2.77/24", "dev", "eth0")
            time.sleep(0.1)
        time.sleep(1)
        self.assertEqual((self.alpha.ipv4ll(), state(self.alpha)["state"]), (self.ours, "bound"))
        probes = [s for s in self.seen.arp() if s.from_host and s.packet.probe]
        self.assertEqual(len(probes), before, "nothing was given up, nothing claimed again")

    def test_6_nothing_was_told_to_a_dns_server(self):  # RFC3927-§1.4-01
        asked = [s for s in self.seen.seen() if s.from_host and isinstance(s.packet, frames.Udp)
                 and s.packet.destination_port == 53]
        self.assertEqual(asked, [])



class BesideADefaultRoute(lab.LabCase):
    """One link leads out, on the other nobody hands out addresses."""

    @classmethod
    def furnish(cls):
        cls.alpha = cls.host("alpha", lab.Link(), lab.Link())
        cls.alpha.ip("address", "add", "192.0.2.1/24", "dev", "eth1")
        cls.alpha.start_avahid(config=QUICK)
        cls.alpha.wait_claimed()

    def note(self):
        return next(link["note"] for link in self.alpha.status()["links"]
                    if link["interface"] == "eth0")

    def test_status_tells_what_our_route_takes_away(self):
        lab.wait_for("it to be bound", lambda: state(self.alpha)["state"] == "bound")
        self.assertEqual(self.note(), "")
        self.alpha.ip("route", "add", "default", "via", "192.0.2.254", "dev", "eth1")
        lab.wait_for("the note", lambda: self.note() ==
                     "takes 169.254.169.254 (cloud metadata) from the default route of eth1", 5)
        self.alpha.ip("route", "del", "default", "via", "192.0.2.254", "dev", "eth1")
        lab.wait_for("its end", lambda: self.note() == "", 5)


if __name__ == "__main__":
    lab.main()
