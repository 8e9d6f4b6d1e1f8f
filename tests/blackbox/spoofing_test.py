"""What others say in our name: goodbyes, claims and answers that nobody asked for."""
import re

import lab
from floods_test import Scene
from lab import dns
from lab.peers import RawPeer

STORM = 4     # seconds
RENAMES = 15  # RFC 6762 §8.1: within ten seconds; then one in five


class Spoofing(Scene):
    SERVICES = 3

    @classmethod
    def furnish(cls):
        super().furnish()
        cls.seen = cls.capture(cls.alpha.ports["eth0"])

    def setUp(self):
        self.start_alpha()
        self.since = len(self.seen.mdns(4))

    def tearDown(self):
        self.alpha.stop_avahid()

    def storm(self, kind, name, rate=100, count=1):
        self.sent(self.flood(kind, rate, STORM, "192.0.2.66", name, count))

    def mine(self):
        return [s for s in self.seen.mdns(4)[self.since:] if s.from_host]

    def renames(self):
        return re.findall(r"host name (\S+) belongs to (\S+) \(eth0[^)]*\)", self.alpha.avahid.log())

    def test_goodbyes_for_our_records(self):
        """They are set right, each at most once a second."""
        self.storm("goodbye-of-alpha", "alpha.local", 500)
        said = [s.time for s in self.mine() if s.message.response
                and any(r.name == "alpha.local" and r.type == dns.A for r in s.message.answers)]
        self.assertGreaterEqual(len(said), STORM - 1)
        self.assertLessEqual(len(said), STORM + 1)
        for earlier, later in zip(said, said[1:]):
            self.assertGreater(later - earlier, 0.98)
        self.assertTrue(self.answer("alpha.local", dns.A))
        self.assertEqual(self.renames(), [])

    def test_claims_of_our_host_name(self):
        """One who does not listen has it; who that is, is said once, with its MAC if that is known."""
        self.alpha.ip("neighbour", "replace", "192.0.2.66", "lladdr", "02:00:00:00:00:66", "dev",
                      "eth0", "nud", "reachable")
        self.storm("conflict", "alpha.local")
        lab.wait_for("another name", lambda: self.answer("alpha-2.local", dns.A, seconds=0.3), 5)
        self.assertEqual(self.renames(), [("alpha.local", "192.0.2.66")])
        self.assertIn("192.0.2.66 (eth0, 02:00:00:00:00:66)", self.alpha.avahid.log())
        self.assertLess(len(self.mine()), 150 * STORM)

    def test_claims_of_every_name_we_may_choose(self):
        """It is not let drive us round: fifteen names, then one in five seconds; then all settles."""
        self.storm("conflict", "alpha-#.local", 400, 100)
        self.assertEqual(self.renames(), [], "nobody claims the one we have")
        self.sent(self.flood("conflict", 400, 0.5, "192.0.2.66", "alpha.local", 1))
        self.storm("conflict", "alpha-#.local", 400, 100)
        self.assertLessEqual(len(self.renames()), RENAMES + 2)
        lab.wait_for("a name", lambda: self.alpha.status()["host_state"] == "established", 15)
        name = self.alpha.status()["host_name"]
        self.assertTrue(lab.wait_for("its answer", lambda: self.answer(f"{name}.local", dns.A,
                                                                       seconds=0.3), 3))

    def test_answers_nobody_asked_for(self):
        before = self.alpha.status()["counters"]
        peer = RawPeer(self.mallory)
        for number in range(200):
            peer.send(dns.response(dns.Record(f"x{number}.local", dns.A, "192.0.2.66", 4500, True)),
                      ("192.0.2.1", 5353))
        peer.close()
        lab.wait_for("their count", lambda: self.alpha.status()["counters"]["unsolicited"] >=
                     before["unsolicited"] + 200, 3)
        cached = self.alpha.ctl("cache", "show", check=False).stdout
        self.assertNotIn("x7.local", cached)


if __name__ == "__main__":
    lab.main()
