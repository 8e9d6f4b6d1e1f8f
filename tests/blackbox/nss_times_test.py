"""How long a lookup takes when nothing is known yet, and with peers that do not say what they lack."""
import json
import statistics
import time

import lab
from lab import avahi_files
from lab.peers import AvahiDaemon
from lab.process import SLOWNESS

COUNT = 20
_LOOK_UP = """
import json, socket, sys, time
family, took, found = int(sys.argv[1]), [], []
for name in sys.argv[2:]:
    started = time.monotonic()
    try:
        found.append(sorted({a[4][0].partition("%")[0] for a in socket.getaddrinfo(
            name, None, family, socket.SOCK_STREAM)}))
    except socket.gaierror as error:
        found.append(str(error))
    took.append(time.monotonic() - started)
print(json.dumps([took, found]))
"""


def names(kind):
    return [f"{kind}{number}.local" for number in range(COUNT)]


class Cold(lab.LabCase):
    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha, cls.beta, cls.avahi = (cls.host(n, link) for n in ("alpha", "beta", "gamma"))
        for number, host in enumerate((cls.alpha, cls.beta, cls.avahi), 1):
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
        cls.seen = cls.capture(cls.alpha.ports["eth0"])
        hosts = cls.beta.folder / "hosts"
        hosts.write_text("".join(
            [f"192.0.2.10 {n}\n2001:db8::10 {n}\n" for n in names("both")] +
            [f"192.0.2.11 {n}\n" for n in names("four")]))
        cls.beta.start_avahid("--hosts", hosts, policy="off")
        (avahi_files.own_etc(cls.avahi) / "hosts").write_text(
            "".join(f"192.0.2.{100 + i} {n}\n" for i, n in enumerate(names("silent"))))
        daemon = AvahiDaemon(cls.avahi, families=(4,))
        for n in names("silent"):
            daemon.daemon.wait_log(f'Static host name "{n}" successfully established', 15)
        cls.alpha.start_avahid(policy="off")
        for host in (cls.alpha, cls.beta):
            host.wait_established()
        time.sleep(3.5)  # all announcements are out, and their second is over (RFC 6762 §6)
        cls.alpha.ctl("cache", "flush")

    def look_up(self, family, wanted):
        took, found = json.loads(self.alpha.run(
            "/usr/bin/python3", "-c", _LOOK_UP, str(int(family)), *wanted, seconds=60).stdout)
        for name in wanted:
            self.assertTrue(any(s.from_host and s.message.asks(name) for s in self.seen.mdns()),
                            f"{name} was known before")
        shown = [round(1000 * t, 1) for t in took]
        print(f"  {wanted[0]} …: p50 {statistics.median(shown)} ms of {shown}", flush=True)
        return took, found

    def test_an_existing_name(self):
        took, found = self.look_up(0, names("both"))
        self.assertEqual(found, COUNT * [["192.0.2.10", "2001:db8::10"]])
        # 30 ms is what it takes (tests/bench/nss.py); this machine has other things to do.
        self.assertLess(statistics.median(took), 0.1 * SLOWNESS)

    def test_a_missing_family_that_is_denied_is_not_waited_for(self):  # NSS-§time-02
        took, found = self.look_up(0, names("four"))
        self.assertEqual(found, COUNT * [["192.0.2.11"]])
        self.assertLess(statistics.median(took), 0.1 * SLOWNESS)
        self.assertLess(min(took), 0.045, "the other family was waited for")

    def test_a_missing_family_that_is_silent_is_waited_for_once(self):  # NSS-§time-02
        """avahi-daemon sends no NSEC: 50 ms after the A there is an end to it."""
        wanted = [n for n in names("silent")]
        four, found = self.look_up(2, wanted[:10])  # who asks for IPv4 does not care at all
        self.assertEqual(found, [[f"192.0.2.{100 + i}"] for i in range(10)])
        self.assertLess(min(four), 0.045)
        any_family, found = self.look_up(0, wanted[10:])
        self.assertEqual(found, [[f"192.0.2.{110 + i}"] for i in range(10)])
        self.assertLess(statistics.median(any_family), 0.15 * SLOWNESS)
        again, found = self.look_up(0, [wanted[19]] * 10)
        self.assertEqual(found, 10 * [["192.0.2.119"]])
        self.assertLess(statistics.median(again), 0.02 * SLOWNESS)


if __name__ == "__main__":
    lab.main()
