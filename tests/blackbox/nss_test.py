"""Names in any program, through the name service module: ping, getent, getaddrinfo."""
import ast
import ipaddress
import signal
import socket
import threading
import time

import lab
from lab import dns, frames
from lab.process import SLOWNESS

ULA = {"alpha": "fd00:a:a1d::a", "beta": "fd00:a:a1d::b"}


class NameServer:
    """A unicast DNS server at 127.0.0.1 of a host, which knows one name and counts questions."""

    def __init__(self, host, name, address, zone_local=False):
        self.asked = []  # but for the zone "local."
        self.asked_for_zone = 0
        self._name, self._address, self._zone_local = name, address, zone_local
        self._socket = host.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            data, client = self._socket.recvfrom(4096)
            question = dns.parse(data)
            asked = question.questions[0]
            name = asked.name.lower()
            if (name, asked.type) == ("local", dns.SOA):
                self.asked_for_zone += 1
            else:
                self.asked.append(name)
            answers = []
            if name == self._name and asked.type == dns.A:
                answers = [dns.Record(asked.name, dns.A, self._address)]
            if name == "local" and asked.type == dns.SOA and self._zone_local:
                answers = [dns.Record(asked.name, dns.SOA, b"\0\0" + bytes(20))]
            known = answers or name == self._name
            self._socket.sendto(dns.encode(dns.Message(
                False, question.questions, answers, [], [], question.id,
                0x8180 if known else 0x8183)), client)


class Names(lab.LabCase):
    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha, cls.beta = cls.host("alpha", link), cls.host("beta", link)
        cls.seen = cls.capture(cls.alpha.ports["eth0"])
        for host in (cls.alpha, cls.beta):
            host.ip("address", "add", f"{ULA[host.name]}/64", "dev", "eth0", "nodad")
            host.start_avahid()
        for host in (cls.alpha, cls.beta):
            host.wait_claimed()
            host.wait_established()
        cls.address = cls.beta.ipv4ll()
        lab.wait_for("beta's addresses of both families", lambda: {"A", "AAAA"} <= {
            r["type"] for r in cls.records("beta.local")})
        cls.server = NameServer(cls.alpha, "www.example.com", "192.0.2.80")

    @classmethod
    def records(cls, name):
        with cls.alpha.varlink() as client:
            replies = client.stream("Query", 1, name=name, type="ANY")
            return [reply["record"] for reply in replies if reply.get("event") == "added"]

    def getent(self, *args):
        started = time.monotonic()
        done = self.alpha.run("getent", *args, check=False)
        return done.returncode, done.stdout.splitlines(), time.monotonic() - started

    def addresses(self, family):
        """What getaddrinfo says in a program of its own: {(address, scope)}."""
        script = ("import socket;"
                  f"print([a[4] for a in socket.getaddrinfo('beta.local', 1, {int(family)},"
                  " socket.SOCK_STREAM)])")
        found = ast.literal_eval(self.alpha.run("/usr/bin/python3", "-c", script).stdout)
        return {(a[0].partition("%")[0], a[3] if len(a) > 2 else 0) for a in found}

    def test_ping(self):
        for family in ((), ("-4",), ("-6",)):
            with self.subTest(family=family):
                out = self.alpha.run("ping", *family, "-c", "1", "beta.local").stdout
                self.assertIn(" 0% packet loss", out)
                if family == ("-4",):
                    self.assertIn(f"({self.address})", out)

    def test_any_family_gets_all_addresses_with_scope(self):  # NSS-§scope-01
        self.assertEqual(self.addresses(socket.AF_UNSPEC),
                         {(self.address, 0), (ULA["beta"], 0),
                          (self.beta.fe80(), self.alpha.ifindex())})

    def test_scoped_address_can_be_connected_to(self):
        listener = self.beta.socket(socket.AF_INET6, socket.SOCK_STREAM)
        listener.bind(("::", 8080))
        listener.listen()
        script = ("import socket;"
                  "a = [a[4] for a in socket.getaddrinfo('beta.local', 8080,"
                  " type=socket.SOCK_STREAM) if a[4][0].startswith('fe80')][0];"
                  "s = socket.socket(socket.AF_INET6); s.settimeout(3); s.connect(a)")
        self.alpha.run("/usr/bin/python3", "-c", script)
        listener.close()

    def test_one_family(self):
        self.assertEqual(self.addresses(socket.AF_INET), {(self.address, 0)})
        self.assertIn((ULA["beta"], 0), self.addresses(socket.AF_INET6))

    def test_hostent_callers_get_addresses_they_can_use(self):  # NSS-§scope-03
        status, lines, _ = self.getent("hosts", "beta.local")
        self.assertEqual((status, [line.split() for line in lines]),
                         (0, [[ULA["beta"], "beta.local"]]))

    def test_reverse(self):  # NSS-§rev-04
        for address in (self.address, self.beta.fe80()):
            status, lines, _ = self.getent("hosts", address)
            self.assertEqual((status, [line.split() for line in lines]),
                             (0, [[address, "beta.local"]]))

    def test_unknown_name_ends_within_a_second(self):  # NSS-§status-02, NSS-§conf-01
        self.server.asked.clear()
        status, _, seconds = self.getent("hosts", "nosuch.local")
        self.assertEqual(status, 2)
        self.assertLess(seconds, 1.1 * SLOWNESS)
        self.assertEqual(self.server.asked, [], "a .local name went to unicast DNS")

    def test_known_name_is_quick(self):  # NSS-§time-04
        self.getent("hosts", "beta.local")
        _, _, seconds = self.getent("hosts", "beta.local")
        self.assertLess(seconds, 0.2 * SLOWNESS)

    def asked_by_multicast(self, start):
        """What this host asked the groups for since the capture was that long: {lower-case name}"""
        sent = [s for s in self.seen.mdns()[start:] if s.from_host and not s.message.response]
        for s in sent:
            self.assertEqual((s.packet.destination, s.packet.destination_port),
                             ((frames.GROUP4 if s.packet.family == 4 else frames.GROUP6), 5353))
        return {q.name.lower() for s in sent for q in s.message.questions}

    # RFC6762-§3-01 RFC6762-§3-02 RFC6762-§21-02 RFC6762-§22.1-01 RFC6762-§22.1-02
    def test_local_names_go_to_the_groups_and_no_others_do(self):
        for name in ("nobody1.local", "nobody2.LOCAL.", "a.nobody3.Local"):
            with self.subTest(name=name):
                self.server.asked.clear()
                start = len(self.seen.mdns())
                self.getent("hosts", name)
                self.assertIn(name.lower().rstrip("."), self.asked_by_multicast(start))
                self.assertEqual(self.server.asked, [])
        for name in ("foolocal", "x.local.example.com", "www.example"):
            with self.subTest(name=name):
                self.server.asked.clear()
                start = len(self.seen.mdns())
                self.getent("hosts", name)
                # The names before may be asked for again, while it is remembered that they miss.
                self.assertEqual({asked for asked in self.asked_by_multicast(start)
                                  if "nobody" not in asked}, set())
                self.assertEqual(set(self.server.asked), {name})

    # RFC6762-§4-01 RFC6762-§4-02 RFC6762-§22.1-01 RFC6762-§22.1-02
    def test_link_local_addresses_go_to_the_groups_and_no_others_do(self):  # NSS-§rev-06
        ours = ("169.254.7.9", "fe80::77", "fe90::1", "fea0::1", "febf::1")
        before = set()  # their second question may come late
        for address in (*ours, "fec0::1", "10.7.0.9"):
            with self.subTest(address=address):
                self.server.asked.clear()
                start = len(self.seen.mdns())
                self.getent("hosts", address)
                reverse = ipaddress.ip_address(address).reverse_pointer
                local = address in ours
                asked = {name for name in self.asked_by_multicast(start) - before
                         if name.endswith(".arpa")}
                self.assertEqual(asked, {reverse} if local else set())
                self.assertEqual(set(self.server.asked), set() if local else {reverse})
                before.add(reverse)

    def test_other_names_are_left_to_dns(self):  # NSS-§status-04, NSS-§name-01
        self.server.asked.clear()
        status, lines, _ = self.getent("ahostsv4", "www.example.com")
        self.assertEqual((status, lines[0].split()[0]), (0, "192.0.2.80"))
        self.assertIn("www.example.com", self.server.asked)
        self.assertFalse([s for s in self.seen.mdns() if s.message.asks("www.example.com")])

    def test_single_label_is_not_asked_for(self):  # NSS-§name-10 RFC6762-§13-03
        self.getent("hosts", "printer")
        self.assertFalse([s for s in self.seen.mdns()
                          if s.message.asks("printer") or s.message.asks("printer.local")])


class DaemonDown(lab.LabCase):
    @classmethod
    def furnish(cls):
        cls.alpha = cls.host("alpha")
        cls.server = NameServer(cls.alpha, "www.example.com", "192.0.2.80")

    def test_dns_goes_on_at_once(self):  # NSS-§status-05
        started = time.monotonic()
        done = self.alpha.run("getent", "hosts", "beta.local", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertLess(time.monotonic() - started, 0.5 * SLOWNESS)
        self.assertIn("beta.local", self.server.asked)


class DaemonHung(lab.LabCase):
    @classmethod
    def furnish(cls):
        cls.alpha = cls.host("alpha", lab.Link())
        cls.server = NameServer(cls.alpha, "www.example.com", "192.0.2.80")
        # Without an address of each family getaddrinfo asks differently, and twice.
        cls.alpha.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        lab.wait_for("IPv6", cls.alpha.fe80)
        cls.alpha.start_avahid(policy="off")
        cls.alpha.wait_established()

    def timed(self, *argv):
        started = time.monotonic()
        done = self.alpha.run(*argv, check=False)
        return done.returncode, time.monotonic() - started

    def test_dns_goes_on_after_two_seconds(self):  # NSS-§time-01 NSS-§rev-07
        self.alpha.avahid.popen.send_signal(signal.SIGSTOP)
        try:
            self.server.asked.clear()
            status, seconds = self.timed("getent", "ahosts", "beta.local")
            self.assertEqual(status, 2)
            self.assert_between(1.9, seconds, 2 + 0.5 * SLOWNESS, "one lookup")
            self.assertIn("beta.local", self.server.asked)
            status, seconds = self.timed("getent", "hosts", "169.254.9.9")
            self.assertEqual(status, 2)
            self.assert_between(1.9, seconds, 2 + 0.5 * SLOWNESS, "one address")
            self.assertIn("9.9.254.169.in-addr.arpa", self.server.asked)
        finally:
            self.alpha.avahid.popen.send_signal(signal.SIGCONT)
        self.assertEqual(self.timed("getent", "ahosts", "alpha.local")[0], 0)


class UnicastZone(lab.LabCase):
    """The network's DNS servers have a zone "local.": its names are theirs (NSS-§name-03)."""

    @classmethod
    def furnish(cls):
        cls.alpha = cls.host("alpha", lab.Link())
        cls.seen = cls.capture(cls.alpha.ports["eth0"])
        cls.alpha.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        cls.server = NameServer(cls.alpha, "server.local", "192.0.2.81", zone_local=True)
        cls.alpha.start_avahid(policy="off")
        cls.alpha.wait_established()

    def test_its_names_are_asked_of_it_and_not_of_the_link(self):
        done = self.alpha.run("getent", "ahostsv4", "server.local")
        self.assertEqual(done.stdout.split()[0], "192.0.2.81")
        self.assertIn("have a zone 'local.'", self.alpha.avahid.log())
        self.assertFalse([s for s in self.seen.mdns() if s.message.asks("server.local")])

    def test_whether_it_is_there_is_asked_once(self):  # NSS-§name-04
        self.alpha.run("getent", "ahostsv4", "server.local")
        asked = self.server.asked_for_zone
        for _ in range(5):
            self.alpha.run("getent", "ahostsv4", "server.local")
        self.assertEqual(self.server.asked_for_zone, asked)

    def test_tools_still_ask_the_link(self):
        self.alpha.ctl("resolve", "alpha.local")


if __name__ == "__main__":
    lab.main()
