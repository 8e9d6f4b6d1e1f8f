"""Avahi's D-Bus API: the same programs, unmodified, against avahi-daemon and against avahid, on one
link. What they print and what they are told must be the same; where ours differs, a line says why."""
import json
import os
import re
import signal
import socket
import time
import xml.etree.ElementTree as ET

import lab
from lab import peers
from lab.any_peer import UNPACKED
from lab.bus import Bus

OURS, THEIRS, PEER = "ours", "theirs", "peer"
NO_TXT, NO_ADDRESS, WIDE_AREA, MULTICAST = 4, 8, 1, 2
LOCAL, CACHED = 8, 1
SCRIPT = "from bus_client import *\n"


class Pair(lab.LabCase):
    """`ours` has avahid, `theirs` avahi-daemon, each with a bus; `peer` has services."""

    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.hosts = {name: cls.host(name, link) for name in (OURS, THEIRS, PEER)}
        for number, host in enumerate(cls.hosts.values(), 1):
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
        lab.wait_for("IPv6", lambda: all(h.fe80() for h in cls.hosts.values()))
        cls.buses = {name: Bus(host) for name, host in cls.hosts.items()}
        cls.avahi = peers.AvahiDaemon(cls.hosts[THEIRS])
        cls.peer = peers.AvahiDaemon(cls.hosts[PEER])
        cls.hosts[OURS].start_avahid(policy="off")
        cls.hosts[OURS].wait_established()
        for name in (OURS, THEIRS):
            cls.buses[name].wait_for_avahi()

    def tool(self, name, *arguments):
        """{host: (exit status, sorted lines)} of one of Avahi's tools, run on both."""
        seen = {}
        for host in (THEIRS, OURS):
            done = self.hosts[host].run(self.avahi.tool(name), *arguments, env=self.avahi.env,
                                        check=False)
            text = (done.stdout + done.stderr).replace(
                f"Host name: {host}.local", "Host name: HERE.local")
            # avahi-daemon serves the loopback interface, too, where nobody else is.
            lines = [l for l in text.splitlines() if not re.match(r"[-+=](;| +)lo[; ]", l)]
            seen[host] = (done.returncode, sorted(lines))
        return seen

    def same(self, name, *arguments):
        seen = self.tool(name, *arguments)
        self.assertEqual(seen[OURS], seen[THEIRS], (name, *arguments))
        return seen[OURS]

    def both(self, script, *arguments):
        """What a script prints on both, which must be the same."""
        theirs, ours = (self.buses[name].run_script(SCRIPT + script, *arguments)
                        for name in (THEIRS, OURS))
        self.assertEqual(ours, theirs)
        return ours

    def ours(self, script, *arguments, **options):
        return self.buses[OURS].run_script(SCRIPT + script, *arguments, **options)


class Tools(Pair):
    @classmethod
    def furnish(cls):
        super().furnish()
        cls.peer.publish("Printer", "_ipp._tcp", 631, "rp=queue", "ty=Printer X", "novalue", "empty=",
                         "bin=\x01")
        cls.peer.publish("Web; a.b\\c ü", "_http._tcp", 80)
        cls.peer.publish("Web; a.b\\c ü", "_xyzzy._udp", 81, "a=" + "x" * 240, "b=" + "y" * 240)
        shell = cls.peer.publish("Shell", "_ssh._tcp", 22)
        del shell
        for name in (OURS, THEIRS):  # both know them: what is cached makes no difference below
            lab.wait_for("the services", lambda n=name: len(cls.browse(n)) >= 16, 15)

    @classmethod
    def browse(cls, name):
        return [l for l in cls.hosts[name].run(
            cls.avahi.tool("avahi-browse"), "-aprt", env=cls.avahi.env).stdout.splitlines()
            if ";eth0;" in l]

    def test_browse(self):
        for flags in (["-at"], ["-apt"], ["-art"], ["-aprt"], ["-aptk"], ["-atk"], ["-apc"], ["-apcr"],
                      ["-aptl"], ["-aptv"], ["-aptf"], ["-pt", "_ipp._tcp"], ["-prt", "_ipp._tcp"],
                      ["-rt", "_http._tcp"], ["-pt", "_none._tcp"], ["-prt", "_xyzzy._udp"],
                      ["-apt", "-d", "local"], ["-apt", "-d", "example.com"],
                      ["-pt", "-d", "two..dots", "_ipp._tcp"], ["-pt", "no-type"], ["-b"],
                      ["-bk"], ["-D", "-t"], ["-D", "-t", "-p"], []):
            with self.subTest(flags=flags):
                self.same("avahi-browse", *flags)

    def test_browse_says_what_it_should(self):
        """Not only the same: two wrongs are no right."""
        status, lines = self.same("avahi-browse", "-prt", "_ipp._tcp")
        self.assertEqual(status, 0)
        self.assertIn('=;eth0;IPv4;Printer;Internet Printer;local;peer.local;192.0.2.3;631;'
                      '"bin=\\001" "empty=" "novalue" "ty=Printer X" "rp=queue"', lines)

    def test_resolve_names(self):
        for name in ("peer.local", "PEER.local", "ours.local", "theirs.local", "peer",
                     "two..dots.local", "x" * 64 + ".local", "192.0.2.3"):
            for family in ([], ["-4"], ["-6"]):
                with self.subTest(name=name, family=family):
                    self.same("avahi-resolve", *family, "-n", name)

    def test_resolve_what_nobody_has(self):
        """The same words; but ours takes a second, not five (PRODUCT: "A host lookup is done")."""
        for arguments in (["-n", "nobody.local"], ["-4", "-n", "nobody.example.com"],
                          ["-a", "192.0.2.77"]):
            with self.subTest(arguments=arguments):
                self.same("avahi-resolve", *arguments)

    def test_resolve_addresses(self):
        for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3", self.hosts[PEER].fe80(),
                        self.hosts[OURS].fe80(), "nonsense", "1.2.3", "fe80::1%eth0"):
            with self.subTest(address=address):
                self.same("avahi-resolve", "-a", address)

    def test_resolve_several(self):
        self.same("avahi-resolve", "-v", "-n", "peer.local", "theirs.local")

    def test_a_service_comes_and_goes(self):
        watches = {name: self.hosts[name].start(
            "stdbuf", "-oL", self.avahi.tool("avahi-browse"), "-pr", "_comes._tcp",
            env=self.avahi.env, name="avahi-browse") for name in (THEIRS, OURS)}
        time.sleep(1)
        service = self.peer.publish("Comes", "_comes._tcp", 7)
        for watch in watches.values():
            for family in ("IPv4", "IPv6"):
                watch.wait_log(rf"(?m)^\+;eth0;{family};Comes;_comes._tcp;local$")
                watch.wait_log(rf"(?m)^=;eth0;{family};Comes;_comes._tcp;local;peer.local;\S+;7;$")
        service.stop(signal.SIGINT)
        for watch in watches.values():
            for family in ("IPv4", "IPv6"):
                watch.wait_log(rf"(?m)^-;eth0;{family};Comes;_comes._tcp;local$")


class HostName(Pair):
    """Both rename themselves; alone, as other tests expect the names."""

    def state(self, name):
        return self.buses[name].run_script(
            SCRIPT + "c = Client(); say([c.call('Server', 'GetState'), c.call('Server', "
            "'GetHostName'), c.call('Server', 'GetHostNameFqdn')])")[0]

    def test_set_host_name(self):
        for wrong in ("", "two.labels", "x" * 64, "bad\\"):
            with self.subTest(name=wrong):
                self.assertNotEqual(self.same("avahi-set-host-name", wrong)[0], 0)
        for host in (THEIRS, OURS):
            done = self.hosts[host].run(self.avahi.tool("avahi-set-host-name"), f"{host}-new ü",
                                        env=self.avahi.env, check=False)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
            escaped = f"{host}-new\\032\\195\\188"
            lab.wait_for("the new name", lambda h=host, e=escaped: self.state(h) == [
                2, e, f"{e}.local"], 10)

    def test_who_may(self):
        """avahi-daemon leaves it to the policy of the bus; we ask who it is besides."""
        answer = self.ours("say(Client().call('Server', 'SetHostName', 's', 'mine'))", user=65534)
        self.assertEqual(answer, ["AccessDenied"])

    def test_state_changed(self):
        """What a program hears when the host name changes."""
        script = """
import sys
c = Client()
spin(0.2)
c.call('Server', 'SetHostName', 's', sys.argv[1])
c.wait(8, lambda seen: any(s[2][0] == 2 for s in seen))
say(c.signals)
"""
        theirs = self.buses[THEIRS].run_script(SCRIPT + script, "changed-t")[0]
        ours = self.buses[OURS].run_script(SCRIPT + script, "changed-o")[0]
        self.assertEqual(ours, theirs)
        self.assertEqual([s[2][0] for s in ours], [1, 2])


class Interfaces(Pair):
    def test_introspection(self):
        """Every object has just the members that Avahi's files say."""
        script = """
import sys
c = Client()
make = [("/", None)]
for kind, sig, args in (("DomainBrowser", "iisiu", (-1, -1, "", 0, 0)),
        ("ServiceTypeBrowser", "iisu", (-1, -1, "", 0)),
        ("ServiceBrowser", "iissu", (-1, -1, "_http._tcp", "", 0)),
        ("ServiceResolver", "iisssiu", (-1, -1, "x", "_http._tcp", "", -1, 0)),
        ("HostNameResolver", "iisiu", (-1, -1, "x.local", -1, 0)),
        ("AddressResolver", "iisu", (-1, -1, "192.0.2.1", 0)),
        ("RecordBrowser", "iisqqu", (-1, -1, "x.local", 1, 1, 0))):
    make.append((c.call("Server", kind + "New", sig, *args), kind))
make.append((c.call("Server", "EntryGroupNew"), "EntryGroup"))
for path, kind in make:
    o = c.bus.get_object(AVAHI, path, introspect=False)
    say([kind or "Server", str(o.Introspect(dbus_interface="org.freedesktop.DBus.Introspectable"))])
"""
        for kind, text in self.ours(script):
            with self.subTest(kind=kind):
                file = UNPACKED / f"usr/share/dbus-1/interfaces/org.freedesktop.Avahi.{kind}.xml"
                self.assertEqual(members(text), members(file.read_text()))

    def test_wrong_arguments(self):
        """Errors have Avahi's names. [interface, method, signature, arguments]"""
        wrong, differs = [], {}

        def case(method, signature, *arguments, ours=None):
            if ours:  # we differ; the caller says why
                differs[len(wrong)] = ours
            wrong.append([method, signature, arguments])

        for where in ((-2, -1), (-1, -2), (-1, 2), (-2, 7), (0, -1), (99, 1), (-1, 0)):
            case("ServiceBrowserNew", "iissu", *where, "_http._tcp", "local", 0)
            case("ServiceTypeBrowserNew", "iisu", *where, "local", 0)
            case("DomainBrowserNew", "iisiu", *where, "local", 0, 0)
            case("ServiceResolverNew", "iisssiu", *where, "x", "_http._tcp", "local", -1, 0)
            case("HostNameResolverNew", "iisiu", *where, "x.local", -1, 0)
            case("AddressResolverNew", "iisu", *where, "192.0.2.1", 0)
            case("RecordBrowserNew", "iisqqu", *where, "x.local", 1, 1, 0)
        for flags in (0, 2, 3, 4, 8, 16, 256, 0xffffffff):  # 1 crashes avahi-daemon
            case("ServiceBrowserNew", "iissu", -1, -1, "_http._tcp", "local", flags)
            case("ServiceTypeBrowserNew", "iisu", -1, -1, "local", flags)
            case("DomainBrowserNew", "iisiu", -1, -1, "local", 0, flags)
            case("ServiceResolverNew", "iisssiu", -1, -1, "x", "_http._tcp", "local", -1, flags)
            case("HostNameResolverNew", "iisiu", -1, -1, "x.local", -1, flags)
            case("AddressResolverNew", "iisu", -1, -1, "192.0.2.1", flags)
            case("RecordBrowserNew", "iisqqu", -1, -1, "x.local", 1, 1, flags)
        for kind in ("", "_http", "http._tcp", "_HTTP._TCP", "_http._udp", "_http._foo",
                     "_sub._sub._http._tcp", "_http._tcp.", "_http._tcp.local", "._tcp", "_._tcp",
                     "_" + "x" * 40 + "._tcp", "_" + "x" * 62 + "._tcp", "_" + "x" * 63 + "._tcp",
                     "_ht tp._tcp", "_a_b._tcp", "_services._dns-sd._udp"):
            case("ServiceBrowserNew", "iissu", -1, -1, kind, "local", 0)
        # One character is a type, and any label a subtype (RFC 6763 §7, §7.1).
        for kind in ("_a._tcp", "_x._sub._http._tcp", "x y._sub._http._tcp"):
            case("ServiceBrowserNew", "iissu", -1, -1, kind, "local", 0, ours="path")
        for domain in ("", "local", "local.", "example.com", "..", ".", "x" * 63, "x" * 64, "\\",
                       "a b.local", "ü.local"):
            case("ServiceBrowserNew", "iissu", -1, -1, "_http._tcp", domain, 0)
            case("ServiceTypeBrowserNew", "iisu", -1, -1, domain, 0)
            case("DomainBrowserNew", "iisiu", -1, -1, domain, 0, 0)
            case("RecordBrowserNew", "iisqqu", -1, -1, domain, 1, 1, 0)
        # 305 bytes are no name.
        case("ServiceTypeBrowserNew", "iisu", -1, -1, ".".join(["x" * 60] * 5), 0,
             ours="InvalidDomainNameError")
        for kind in (0, 4):
            case("DomainBrowserNew", "iisiu", -1, -1, "local", kind, 0)
        for kind in (-1, 5):  # there is such a method: it is the argument that is wrong
            case("DomainBrowserNew", "iisiu", -1, -1, "local", kind, 0, ours="InvalidArgumentError")
        for name in ("x", "", "x" * 63, "x" * 64, "ü", "a.b", "\\", "x\n"):
            case("ServiceResolverNew", "iisssiu", -1, -1, name, "_http._tcp", "local", -1, 0)
        for kind in ("", "_http", "_x._sub._http._tcp", "http._tcp"):
            case("ServiceResolverNew", "iisssiu", -1, -1, "x", kind, "local", -1, 0)
        for protocol in (-2, 2):
            case("ServiceResolverNew", "iisssiu", -1, -1, "x", "_http._tcp", "local", protocol, 0)
            case("HostNameResolverNew", "iisiu", -1, -1, "x.local", protocol, 0)
        for host in ("", "foo", "foo.local.", "a.b.c.local", "..", "x" * 64 + ".local",
                     "foo.example.com", "ü.local", ".", "127.0.0.1", "_x._tcp.local", "\\"):
            case("HostNameResolverNew", "iisiu", -1, -1, host, -1, 0)
        for address in ("", "::1", "fe80::1%eth0", "1.2.3", "01.2.3.4", "::ffff:1.2.3.4", "foo",
                        "1.2.3.4 ", "256.1.1.1"):
            case("AddressResolverNew", "iisu", -1, -1, address, 0)
            case("ResolveAddress", "iisu", -2, -1, address, 0)
        for klass, kind in ((1, 255), (255, 1), (0, 1), (3, 1), (1, 0), (1, 41), (1, 65535)):
            case("RecordBrowserNew", "iisqqu", -1, -1, "x.local", klass, kind, 0)
        case("ResolveHostName", "iisiu", -1, -1, "..", -1, 0)
        case("ResolveHostName", "iisiu", -2, -1, "x.local", -1, 0)
        case("ResolveService", "iisssiu", -1, 9, "x", "_http._tcp", "", -1, 0)
        case("GetNetworkInterfaceNameByIndex", "i", 1)
        case("GetNetworkInterfaceNameByIndex", "i", 99)
        case("GetNetworkInterfaceNameByIndex", "i", -1)
        for name in ("lo", "nope", "", "x" * 300):
            case("GetNetworkInterfaceIndexByName", "s", name)
        for name in ("foo", "foo-2", "foo-9", "foo2", "foo-x", "foo-0", "foo-1", "foo-", "foo bar",
                     "foo\\.bar", "foo.bar", "", "x" * 63, "ü" * 31):
            case("GetAlternativeHostName", "s", name)
        for name in ("foo", "foo #2", "foo #9", "foo #99", "foo#2", "foo #x", "foo #0", "foo #1",
                     "foo.bar", "", "x" * 63, "x" * 64, "ü" * 31):
            case("GetAlternativeServiceName", "s", name)
        for method in ("GetVersionString", "GetAPIVersion", "GetDomainName", "GetState", "Nope",
                       "EntryGroupNew"):
            case(method, "")
        # The hosts here have our module in nsswitch.conf, and no libnss_mdns.
        case("IsNSSSupportAvailable", "", ours=True)
        case("SetHostName", "s", "two.labels")
        case("SetHostName", "s", "")
        script = """
import sys
c = Client()
for method, signature, arguments in json.loads(sys.argv[1]):
    got = c.call("Server", method, signature, *arguments)
    kind = method.removesuffix("New")
    if isinstance(got, str) and got.startswith("/Client"):
        freed = c.call(kind, "Free", path=got)
        got = "path" if freed is None else freed
    say(got)
"""
        argument = json.dumps(wrong)
        theirs = self.buses[THEIRS].run_script(SCRIPT + script, argument)
        ours = self.buses[OURS].run_script(SCRIPT + script, argument)
        for number, call in enumerate(wrong):
            with self.subTest(call=call):
                self.assertEqual(ours[number], differs.get(number, theirs[number]))

    def test_wrong_types(self):
        """avahi-daemon takes a call with wrong types for an unknown one; ours says what is wrong."""
        answers = self.ours("""
c = Client()
say(c.call("Server", "ServiceBrowserNew", "s", "x"))
say(c.call("Server", "GetHostName", "s", "x"))
say(c.call("Server", "Nope", "s", "x"))
say(c.call("Nope", "GetHostName"))
say(c.call("ServiceBrowser", "Free", path="/Client99/ServiceBrowser1"))
""")
        self.assertEqual(answers, ["InvalidArgs", "InvalidArgs", "UnknownMethod", "UnknownMethod",
                                   "UnknownObject"])

    def test_wide_area_is_off(self):
        """Asked for explicitly, it crashes avahi-daemon 0.8; ours says that it has none."""
        answers = self.ours("""
c = Client()
say(c.call("Server", "ResolveHostName", "iisiu", -1, -1, "x.example.com", -1, 1))
c.call("Server", "ServiceBrowserNew", "iissu", -1, -1, "_http._tcp", "", 1)
c.wait(3, lambda seen: seen)
say([s[1:] for s in c.signals])
""")
        self.assertEqual(answers, ["NotSupportedError",
                                   [["Failure", [f"org.freedesktop.Avahi.NotSupportedError"]]]])


def members(text):
    """{(interface, kind, name): [(argument's type, direction)]} of introspection data."""
    found = {}
    for interface in ET.fromstring(text).iter("interface"):
        if not interface.get("name").startswith("org.freedesktop.Avahi"):
            continue
        for member in interface:
            if member.tag == "annotation":
                continue
            arguments = [(a.get("type"), "out" if member.tag == "signal" else a.get("direction"))
                         for a in member.iter("arg")]
            found[interface.get("name"), member.tag, member.get("name")] = sorted(
                arguments, key=lambda a: a[1])
    return found


class Results(Pair):
    @classmethod
    def furnish(cls):
        super().furnish()
        cls.peer.publish("Known", "_known._tcp", 9, "k=v")
        cls.browsed(THEIRS), cls.browsed(OURS)

    @classmethod
    def browsed(cls, name):
        cls.hosts[name].run(cls.avahi.tool("avahi-browse"), "-prt", "_known._tcp",
                            env=cls.avahi.env)

    def test_signals_of_a_browser(self):
        """Cached items, then CacheExhausted, then AllForNow; flags as Avahi's."""
        script = """
c = Client()
path = c.call("Server", "ServiceBrowserNew", "iissu", c.call("Server",
              "GetNetworkInterfaceIndexByName", "s", "eth0"), %s, "_known._tcp", "", 0)
c.wait(4, lambda seen: "AllForNow" in c.members())
say([s[1:] for s in c.signals if s[0] == path])
"""
        for protocol in (-1, 0, 1):
            with self.subTest(protocol=protocol):
                seen = self.ours(script % protocol)[0]
                theirs = self.buses[THEIRS].run_script(SCRIPT + script % protocol)[0]
                items = sorted(s for s in seen if s[0] == "ItemNew")
                self.assertEqual([i[1][1:] for i in items],
                                 [i[1][1:] for i in sorted(theirs) if i[0] == "ItemNew"])
                self.assertEqual([s[0] for s in seen], [s[0] for s in theirs])
                self.assertTrue(all(i[1][5] & CACHED for i in items))

    def test_a_resolver_that_has_answered_does_not_fail_afterwards(self):
        """And one that has not fails once, when its 5 s are over."""
        script = """
c = Client()
i = c.call("Server", "GetNetworkInterfaceIndexByName", "s", "eth0")
known, unknown = (c.call("Server", "ServiceResolverNew", "iisssiu", i, 0, name, "_known._tcp",
                         "local", 0, 0) for name in ("Known", "Nobody"))
spin(7)
for path in known, unknown:
    say([s[1] for s in c.signals if s[0] == path])
"""
        self.assertEqual(self.both(script), [["Found"], ["Failure"]])

    def test_results_of_calls(self):
        """Flags: our resolvers do not tell whether an answer was in the cache."""
        script = """
c = Client()
i = c.call("Server", "GetNetworkInterfaceIndexByName", "s", "eth0")
def result(*call):
    got = c.call(*call)
    if isinstance(got, list) and call[1] != "Nope":
        got = got[1:-1] + [got[-1] & ~1]
    say(got)
for p in (0, 1):
    for a in (0, 1):
        result("Server", "ResolveHostName", "iisiu", i, p, "PEER.local", a, 0)
        result("Server", "ResolveService", "iisssiu", i, p, "Known", "_known._tcp", "", a, 0)
    result("Server", "ResolveService", "iisssiu", i, p, "Known", "_known._tcp", "local", p, 4)
    result("Server", "ResolveService", "iisssiu", i, p, "Known", "_known._tcp", "local", p, 8)
    result("Server", "ResolveService", "iisssiu", i, p, "Known", "_known._tcp", "local", p, 12)
    result("Server2", "ResolveAddress", "iisu", i, p, "192.0.2.3", 0)
    result("Server", "ResolveAddress", "iisu", i, p, "192.0.2.3", 2)
"""
        self.both(script)

    def test_records(self):
        """RecordBrowser gives what is on the wire."""
        script = """
c = Client()
i = c.call("Server", "GetNetworkInterfaceIndexByName", "s", "eth0")
for name, kind in (("peer.local", 1), ("Known._known._tcp.local", 33), ("Known._known._tcp.local", 16),
                   ("_known._tcp.local", 12)):
    del c.signals[:]
    path = c.call("Server", "RecordBrowserNew", "iisqqu", i, 0, name, 1, kind, 0)
    c.wait(4, lambda seen: "AllForNow" in c.members())
    say([[s[1], s[2][1:-1]] for s in c.signals if s[0] == path])
    c.call("RecordBrowser", "Free", path=path)
"""
        seen = self.both(script)
        self.assertIn(["ItemNew", [0, "peer.local", 1, 1, [192, 0, 2, 3]]], seen[0])

    def test_new_starts_and_prepare_waits(self):
        script = """
c = Client()
arguments = ("iissu", -1, -1, "_known._tcp", "", 0)
new = c.call("Server", "ServiceBrowserNew", *arguments)
prepared = c.call("Server2", "ServiceBrowserPrepare", *arguments)
spin(1.5)
say([sum(s[0] == new for s in c.signals) > 3, sum(s[0] == prepared for s in c.signals)])
say(c.call("ServiceBrowser", "Start", path=prepared))
c.wait(4, lambda seen: [prepared, "AllForNow", []] in seen)
say(sum(s[0] == prepared for s in c.signals) > 3)
say(c.call("ServiceBrowser", "Free", path=prepared))
say(c.call("ServiceBrowser", "Free", path=prepared))
"""
        self.assertEqual(self.both(script), [[True, 0], None, True, None, "UnknownObject"])

    def test_only_its_owner(self):
        """Others hear nothing of an object and may not call it; it dies with its owner."""
        script = """
a, b = Client(), Client()
path = a.call("Server", "ServiceBrowserNew", "iissu", -1, -1, "_known._tcp", "", 0)
b.bus.add_match_string("type='signal',path='%s'" % path)
a.wait(4, lambda seen: "AllForNow" in a.members())
spin(0.3)
say([len(a.signals) > 3, len(b.signals)])
say(b.call("ServiceBrowser", "Free", path=path))
say(b.call("ServiceBrowser", "Start", path=path))
say(path.startswith("/Client") and path.endswith("/ServiceBrowser1"))
a.close()
spin(0.5)
say(b.call("ServiceBrowser", "Free", path=path))
"""
        self.assertEqual(self.both(script),
                         [[True, 0], "AccessDenied", "AccessDenied", True, "UnknownObject"])

    def test_limits(self):
        """1,024 objects of one client; another has its own."""
        script = """
a, b = Client(), Client()
made = []
for kind in range(1030):
    got = a.call("Server2", "HostNameResolverPrepare", "iisiu", -1, -1, "x.local", -1, 0)
    made.append(got)
say([sum(m.startswith("/") for m in made), made[-1]])
say(a.call("Server", "EntryGroupNew"))
say(a.call("Server", "ResolveAddress", "iisu", -1, -1, "192.0.2.3", 0))
say(b.call("Server", "EntryGroupNew").startswith("/"))
say(a.call("HostNameResolver", "Free", path=made[0]))
say(a.call("Server", "EntryGroupNew").startswith("/"))
"""
        self.assertEqual(self.both(script), [[1024, "TooManyObjectsError"], "TooManyObjectsError",
                                             "TooManyObjectsError", True, None, True])

    def test_resolver_tells_changes(self):
        """Found comes again when the TXT has changed (the service is published by a group here)."""
        script = """
c = Client()
g = c.call("Server", "EntryGroupNew")
arguments = (-1, -1, 0, "Changing", "_changing._tcp", "")
def txt(text):
    return dbus.Array([dbus.ByteArray(text)], signature="ay")
c.call("EntryGroup", "AddService", "iiussssqaay", *arguments, "", 5, txt(b"a=1"), path=g)
c.call("EntryGroup", "Commit", path=g)
c.wait(6, lambda seen: any(s[1] == "StateChanged" and s[2][0] == 2 for s in seen))
i = c.call("Server", "GetNetworkInterfaceIndexByName", "s", "eth0")
r = c.call("Server", "ServiceResolverNew", "iisssiu", i, 0, "Changing", "_changing._tcp", "local", 0, 0)
found = lambda: [s[2] for s in c.signals if s[0] == r and s[1] == "Found"]
c.wait(6, lambda seen: found())
c.call("EntryGroup", "UpdateServiceTxt", "iiusssaay", *arguments, txt(b"a=2"), path=g)
c.wait(6, lambda seen: len(found()) > 1)
say([bytes(f[9][0]).decode() for f in found()])
say([f[10] & 24 for f in found()])
"""
        # LOCAL and OUR_OWN.
        self.assertEqual(self.both(script), [["a=1", "a=2"], [24, 24]])


class BusLife(lab.LabCase):
    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha, cls.beta = cls.host("alpha", link), cls.host("beta", link)
        for host in (cls.alpha, cls.beta):
            lab.wait_for("IPv6", host.fe80)

    def test_the_bus_comes_goes_and_comes_back(self):
        alpha = self.alpha
        alpha.start_avahid(policy="off")
        alpha.wait_established()
        alpha.avahid.wait_log("warning: D-Bus: no bus yet")
        bus = Bus(alpha)
        bus.wait_for_avahi(3)
        client = bus.host.start(
            "/usr/bin/python3", "-c", SCRIPT + "c = Client()\n"
            "say(c.call('Server', 'ServiceTypeBrowserNew', 'iisu', -1, -1, '', 0))\nspin(600)",
            name="client", env=bus.env)
        client.wait_log("/Client0/ServiceTypeBrowser1")
        self.assertEqual(alpha.status()["clients"], 2)  # and the one that asks
        for _ in range(2):
            bus.stop()
            alpha.avahid.wait_log("D-Bus: the bus is gone")
            lab.wait_for("its clients gone", lambda: alpha.status()["clients"] == 1)
            self.beta.start_avahid(policy="off")  # all else goes on
            self.beta.wait_established()
            self.assertTrue(self.beta.call("ResolveHost", name="alpha.local")["addresses"])
            self.beta.stop_avahid()
            bus.start()
            bus.wait_for_avahi(3)
            self.assertEqual(bus.run_script(SCRIPT + "say(Client().call('Server', 'GetHostName'))"),
                             ["alpha"])
        log = alpha.avahid.log()
        self.assertEqual((log.count("no bus yet"), log.count("the bus is gone"),
                          log.count("D-Bus: serving")), (1, 2, 3))
        self.assertEqual(alpha.stop_avahid(), 0)
        lab.wait_for("the name gone", lambda: not bus.has_avahi())
        bus.stop()

    def test_enable_dbus(self):
        bus = Bus(self.alpha)
        self.alpha.start_avahid(policy="off", config="[server]\nenable-dbus=no\n")
        time.sleep(1)
        self.assertFalse(bus.has_avahi())
        conf = self.alpha.folder / "avahid.conf"
        conf.write_text("[server]\nenable-dbus=warn\n")
        self.alpha.avahid.popen.send_signal(signal.SIGHUP)
        bus.wait_for_avahi()
        conf.write_text("[server]\nenable-dbus=no\n")
        self.alpha.avahid.popen.send_signal(signal.SIGHUP)
        lab.wait_for("the name gone", lambda: not bus.has_avahi())
        self.alpha.stop_avahid()
        bus.stop()

    def test_a_bus_that_hangs(self):
        """It accepts, and never says a word: the daemon does everything else."""
        path = self.alpha.path("/run/dbus/mute")
        with socket.socket(socket.AF_UNIX) as mute:
            mute.bind(path)
            os.chmod(path, 0o777)
            mute.listen(100)
            self.alpha.start_avahid("--bus-address", "unix:path=/run/dbus/mute", policy="off")
            self.alpha.wait_established()
            slowest = 0.0
            for _ in range(40):
                began = time.monotonic()
                self.alpha.status()
                slowest = max(slowest, time.monotonic() - began)
                time.sleep(0.1)
            self.assertLess(slowest, 0.5)
            self.alpha.avahid.wait_log("D-Bus: no bus yet: .*: Connection timed out")
        self.alpha.stop_avahid()

    def test_one_name(self):
        """avahi-daemon has the name: ours is served when it has gone."""
        bus = Bus(self.alpha)
        avahi = peers.AvahiDaemon(self.alpha, name="other")
        self.alpha.start_avahid(policy="off")
        self.alpha.wait_established()
        self.alpha.avahid.wait_log("D-Bus: .* belongs to another program")
        avahi.daemon.stop()
        self.alpha.avahid.wait_log("D-Bus: serving", 5)
        self.alpha.stop_avahid()
        bus.stop()


class Greed(lab.LabCase):
    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha = cls.host("alpha", link)
        lab.wait_for("IPv6", cls.alpha.fe80)
        cls.bus = Bus(cls.alpha)
        cls.alpha.start_avahid(policy="off")
        cls.alpha.wait_established()
        cls.bus.wait_for_avahi()

    def test_a_client_that_never_reads(self):
        """It makes calls and reads no reply; others are served, and it is given up."""
        sleeper = self.alpha.start(
            "/usr/bin/python3", "-c", """
import socket, struct, os, time
s = socket.socket(socket.AF_UNIX)
s.connect("/run/dbus/system_bus_socket")
s.sendall(b"\\0AUTH EXTERNAL %s\\r\\nBEGIN\\r\\n" % str(os.geteuid()).encode().hex().encode())
serial = 0
def call(destination, member, interface, path):
    global serial
    serial += 1
    fields = b""
    for code, kind, text in ((1, b"o", path), (2, b"s", interface), (3, b"s", member),
                             (6, b"s", destination)):
        fields += b"\\0" * (-len(fields) % 8)
        fields += bytes([code, 1]) + kind + b"\\0" + struct.pack("<I", len(text)) + text + b"\\0"
    head = b"l\\1\\0\\1" + struct.pack("<III", 0, serial, len(fields)) + fields
    return head + b"\\0" * (-len(head) % 8)
s.sendall(call(b"org.freedesktop.DBus", b"Hello", b"org.freedesktop.DBus", b"/org/freedesktop/DBus"))
time.sleep(0.2)
end = time.time() + 60
s.settimeout(5)
while time.time() < end:
    try:
        s.sendall(b"".join(call(b"org.freedesktop.Avahi", b"GetHostName",
                                b"org.freedesktop.Avahi.Server", b"/") for _ in range(200)))
    except TimeoutError:
        print("the bus does not take more", flush=True)
        break
time.sleep(600)
""", name="sleeper")
        end = time.monotonic() + 90
        while "dropped client" not in self.alpha.avahid.log() and time.monotonic() < end:
            self.assertEqual(self.bus.run_script(
                SCRIPT + "say(Client().call('Server', 'GetHostName'))"), ["alpha"])
        self.assertIn("dropped client", self.alpha.avahid.log())
        self.assertEqual(self.alpha.avahid.log().count("dropped client"), 1)
        self.assertEqual(self.bus.run_script(
            SCRIPT + "say(Client().call('Server', 'GetHostName'))"), ["alpha"])
        sleeper.stop(signal.SIGKILL)

    def test_ten_thousand_objects(self):
        """A greedy client has its 1,024, another is served at once, and all is gone with it."""
        answers = self.bus.run_script(SCRIPT + """
import time
a, b = Client(), Client()
replies = []
root = a.bus.get_object(AVAHI, "/", introspect=False)
for _ in range(10000):
    root.ServiceTypeBrowserNew(-1, -1, "", 0, dbus_interface=AVAHI + ".Server", signature="iisu",
        reply_handler=lambda path: replies.append("path"),
        error_handler=lambda error: replies.append(short(error)))
began = time.monotonic()
say(b.call("Server", "GetHostName"))
say(time.monotonic() - began < 5)
spin(60, lambda: len(replies) == 10000)
say([replies.count("path"), replies.count("TooManyObjectsError")])
a.close()
say(b.call("Server", "EntryGroupNew").startswith("/"))
""", seconds=120)
        self.assertEqual(answers, ["alpha", True, [1024, 8976], True])
        lab.wait_for("their end", lambda: self.alpha.status()["clients"] <= 2)


if __name__ == "__main__":
    lab.main()
