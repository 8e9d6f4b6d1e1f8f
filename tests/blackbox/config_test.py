"""Keys of the configuration, at the start and changed under a running daemon."""
import os
import platform
import re
import signal
import time

import lab
from lab import avahi_files, dns
from lab.link_local import QUICK
from lab.peers import RawPeer


class Keys(lab.LabCase):
    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha, cls.beta = cls.host("alpha", link), cls.host("beta", link)
        for number, host in enumerate((cls.alpha, cls.beta), 1):
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
        cls.beta.start_avahid(policy="off")
        cls.alpha.add_service("steady", "Steady", ("_avahid-s._tcp", 1, []))
        cls.alpha.start_avahid(policy="off")
        for host in (cls.alpha, cls.beta):
            host.wait_established()
        cls.packets = cls.capture(cls.alpha.ports["eth0"])

    def configure(self, text, name="alpha"):
        (self.alpha.folder / "avahid.conf").write_text(text)
        before = self.alpha.avahid.log().count("configuration reloaded")
        self.alpha.avahid.popen.send_signal(signal.SIGHUP)
        lab.wait_for("the reload", lambda: self.alpha.avahid.log().count(
            "configuration reloaded") > before)
        lab.wait_for(name, lambda: self.alpha.status()["host_name"] == name
                     and self.alpha.status()["host_state"] == "established", 10)

    def tearDown(self):
        self.configure("")
        # Through all of it the service was never withdrawn.
        self.assertEqual([r for s in self.packets.mdns() if s.from_host and s.message.response
                          for r in s.message.answers if r.ttl == 0 and "Steady" in str(r.data)], [])

    def records(self, name, kind):
        with self.beta.varlink() as client:
            return [r["record"]["rdata"] for r in client.stream(
                "Query", 1, name=name, type=kind) if r["event"] == "added"]

    def test_hinfo(self):
        self.assertEqual(self.records("alpha.local", "HINFO"), [])
        self.configure("[publish]\npublish-hinfo=yes\n")
        data = " ".join(self.records("alpha.local", "HINFO"))
        self.assertIn(platform.machine().upper(), data)  # as avahi-daemon says it
        self.assertIn("LINUX", data)

    def test_workstation(self):
        self.configure("[publish]\npublish-workstation=yes\n")
        name = f"alpha [{self.alpha.mac()}]"

        def found():
            with self.beta.varlink() as client:
                return any(r["event"] == "found" and r["service"]["instance"] == name
                           for r in client.stream("Browse", 1, type="_workstation._tcp"))
        lab.wait_for("the workstation", found, 10)

    def test_machine_id(self):
        avahi_files.own_etc(self.alpha)
        with open(self.alpha.path("/etc/machine-id"), "w", encoding="ascii") as file:
            file.write("0123456789ABCDEF0123456789abcdef\n")
        self.configure("[server]\nhost-name-from-machine-id=yes\n",
                       "0123456789abcdef0123456789abcdef")

    def test_names_addresses_and_interfaces(self):
        self.configure("[server]\nhost-name=gamma\n", "gamma")
        self.configure("[publish]\npublish-addresses=no\n")
        lab.wait_for("them to go", lambda: not self.records("alpha.local", "A"), 5)
        self.configure("")
        lab.wait_for("the address", lambda: self.records("alpha.local", "A"), 10)

    def test_an_unreadable_file_changes_nothing(self):
        self.configure("[server]\nhost-name=gamma\n", "gamma")
        path = self.alpha.folder / "avahid.conf"
        os.chmod(path, 0)
        before = self.alpha.avahid.log().count("configuration reloaded")
        self.alpha.avahid.popen.send_signal(signal.SIGHUP)
        lab.wait_for("the reload", lambda: self.alpha.avahid.log().count(
            "configuration reloaded") > before)
        os.chmod(path, 0o644)
        self.assertIn("the configuration stays as it was", self.alpha.avahid.log())
        self.assertEqual(self.alpha.status()["host_name"], "gamma")

    def test_what_waits_for_a_restart_is_told(self):
        self.configure("[server]\ndisallow-other-stacks=yes\n[rlimits]\nrlimit-core=0\n")
        for key in ("disallow-other-stacks", r"\[rlimits\]"):
            self.assertRegex(self.alpha.avahid.log(), rf"warning: {key} has changed")

    def test_rate_limit(self):
        self.configure("[server]\nratelimit-interval-usec=1000000\nratelimit-burst=5\n")
        time.sleep(1.5)
        peer, since = RawPeer(self.beta), time.time()
        question = dns.query(("alpha.local", dns.A, True))
        for _ in range(60):  # each wants an answer of its own, by unicast
            peer.send(question)
            time.sleep(0.01)
        time.sleep(1)
        peer.close()
        sent = [s for s in self.packets.mdns(4) if s.from_host and s.time > since]
        self.assertLessEqual(len(sent), 15)  # five a second, and a little more than a second
        self.assertGreaterEqual(len(sent), 5)
        self.assertIn("more than ratelimit-burst packets", self.alpha.avahid.log())


class OtherStacks(lab.LabCase):
    def test_nobody_else_has_the_port(self):
        alpha = self.host("alpha", lab.Link())
        alpha.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        alpha.start_avahid(policy="off", config="[server]\ndisallow-other-stacks=yes\n")
        lab.wait_for("both links", lambda: all(
            alpha.status()["links"][0][f"mdns_ipv{family}"] for family in (4, 6)), 10)
        for family in (4, 6):
            with self.assertRaises(OSError):
                RawPeer(alpha, family=family)
        alpha.stop_avahid()
        peer = RawPeer(alpha)
        alpha.start_avahid(policy="off", config="[server]\ndisallow-other-stacks=yes\n"
                           "use-ipv6=no\n")
        lab.wait_for("it to be told", lambda: "bind to UDP port 5353" in alpha.avahid.log())
        self.assertFalse(alpha.status()["links"][0]["mdns_ipv4"])
        peer.close()
        lab.wait_for("the port", lambda: alpha.status()["links"][0]["mdns_ipv4"], 10)


class OnLinkRoute(lab.LabCase):
    """`on-link-route=yes`: hosts that have only a link-local address are reached directly."""

    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha, cls.beta = cls.host("alpha", link), cls.host("beta", link)
        cls.alpha.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        cls.alpha.start_avahid(policy="fallback", config="[ipv4ll]\non-link-route=yes\n"
                               "release-after=1s\nsettle-time=0\nprobe-scale=0.2\n")
        cls.beta.start_avahid(config=QUICK)

    def routes(self):
        return re.findall(r"169\.254\.0\.0/16.*", self.alpha.ip("route", "show", "dev", "eth0"))

    def wanted(self):
        return f"scope link metric {1000 + self.alpha.ifindex()}"

    def wait_route(self):
        lab.wait_for("the route", lambda: any(self.wanted() in r and "src" not in r
                                              for r in self.routes()), 10)

    def test_1_is_there_beside_a_routable_address(self):
        self.wait_route()
        address = self.beta.wait_claimed()
        self.alpha.run("ping", "-c", "1", "-W", "2", "-I", "192.0.2.1", address, check=False)
        self.assertIn("dev eth0", self.alpha.ip("route", "get", address))

    def test_2_comes_back_with_the_link(self):
        self.wait_route()
        self.alpha.ip("link", "set", "eth0", "down")
        lab.wait_for("it to go", lambda: not self.routes())
        self.alpha.ip("link", "set", "eth0", "up")
        self.wait_route()

    def test_3_gives_way_to_that_of_an_address(self):
        self.wait_route()
        self.alpha.ip("address", "del", "192.0.2.1/24", "dev", "eth0")
        mine = self.alpha.wait_claimed()
        lab.wait_for("its own", lambda: any(f"src {mine}" in r for r in self.routes()), 5)
        self.assertEqual(len(self.routes()), 1)
        self.alpha.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        lab.wait_for("the address to go", lambda: not self.alpha.ipv4ll(), 10)
        self.wait_route()

    def test_4_follows_the_configuration(self):
        self.wait_route()
        conf = self.alpha.folder / "avahid.conf"
        before = conf.read_text()
        conf.write_text(before.replace("on-link-route=yes", "on-link-route=no"))
        self.alpha.avahid.popen.send_signal(signal.SIGHUP)
        lab.wait_for("it to go", lambda: not self.routes())
        conf.write_text(before)
        self.alpha.avahid.popen.send_signal(signal.SIGHUP)
        self.wait_route()

    def test_5_goes_with_the_daemon_also_when_it_is_killed(self):
        self.wait_route()
        self.alpha.stop_avahid(signal.SIGKILL)
        lab.wait_for("it to go", lambda: not self.routes(), 3)


if __name__ == "__main__":
    lab.main()
