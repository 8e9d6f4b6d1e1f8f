"""Debian's libnss-mdns, unmodified, on the line protocol: with avahid as with avahi-daemon."""
import os
import pathlib
import time

import lab
from lab.peers import AvahiDaemon
from lab.process import Failure

BETA = "169.254.200.3"


class LibnssMdns(lab.LabCase):
    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.ours, cls.theirs, cls.beta = (cls.host(name, link)
                                          for name in ("alpha", "gamma", "beta"))
        for number, host in enumerate((cls.ours, cls.theirs, cls.beta), 1):
            host.ip("address", "add", f"169.254.200.{number}/16", "dev", "eth0")
        for host in (cls.ours, cls.beta):
            host.start_avahid(policy="off")
        cls.avahi = AvahiDaemon(cls.theirs)
        for host in (cls.ours, cls.beta):
            host.wait_established()
        modules = next(pathlib.Path(os.environ["AVAHID_PEERS"]).glob(
            "lib/*/libnss_mdns_minimal.so.2"), None)
        if not modules:
            raise Failure("libnss-mdns is not there: run tools/dev/deps.sh test")
        cls.env = {"LD_LIBRARY_PATH": str(modules.parent)}

    def getent(self, host, service, *args):
        """Exit status, and what it printed, each line's words; scopes are named alike."""
        config = host.folder / "nsswitch.conf"
        kept = [line for line in config.read_text().splitlines() if not line.startswith("hosts:")]
        config.write_text("\n".join([*kept, f"hosts: {service}", ""]))
        done = host.run("getent", *args, check=False, env=self.env, seconds=30)
        index = f"%{host.ifindex()}"
        return done.returncode, [line.replace(index, "%eth0").split()
                                 for line in done.stdout.splitlines()]

    def test_the_same_as_with_avahi_daemon(self):
        questions = [(service, database, "beta.local")
                     for service in ("mdns_minimal", "mdns4_minimal", "mdns6_minimal", "mdns4")
                     for database in ("hosts", "ahosts", "ahostsv4", "ahostsv6")]
        questions += [(service, "hosts", BETA) for service in ("mdns_minimal", "mdns4_minimal")]
        questions += [("mdns4_minimal", "hosts", "BETA.local"),
                      ("mdns4_minimal", "hosts", "www.example.com"),
                      ("mdns4_minimal", "hosts", "192.0.2.9")]
        for question in questions:
            with self.subTest(question):
                ours, theirs = (self.getent(host, *question) for host in (self.ours, self.theirs))
                self.assertEqual(ours, theirs)
        self.assertEqual(self.getent(self.ours, "mdns4_minimal", "ahostsv4", "beta.local")[1][0][0],
                         BETA)

    def test_a_miss_is_one_and_sooner(self):
        started = time.monotonic()
        self.assertEqual(self.getent(self.ours, "mdns4_minimal", "hosts", "nobody.local"), (2, []))
        ours = time.monotonic() - started
        self.assertEqual(self.getent(self.theirs, "mdns4_minimal", "hosts", "nobody.local"),
                         (2, []))
        self.assertLess(ours, time.monotonic() - started - ours)


if __name__ == "__main__":
    lab.main()
