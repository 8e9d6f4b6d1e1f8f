"""Programs written for Avahi publish: each runs against avahi-daemon and against avahid, unmodified,
and what it is told and what a third host sees must be the same. Where ours differs, a line says why."""
import json
import pathlib
import signal
import subprocess
import tempfile

import lab
from lab import peers

_CALLS = pathlib.Path(__file__).with_name("lab") / "avahi_calls.py"
_PROGRAMS = pathlib.Path(__file__).with_name("programs")
ANY = -1
UNIQUE, NO_PROBE, NO_ANNOUNCE, ALLOW_MULTIPLE, NO_REVERSE, NO_COOKIE, UPDATE = (
    1 << bit for bit in range(7))
WIDE_AREA, MULTICAST = 128, 256
ERROR = "org.freedesktop.Avahi."


class World:
    """A link of its own: `alpha` has the daemon in question, `beta` is Avahi's and looks."""

    def __init__(self, case, ours):
        self.ours = ours
        link = lab.Link()
        self.alpha, self.beta = (case.host(name, link) for name in ("alpha", "beta"))
        for number, host in enumerate((self.alpha, self.beta), 1):
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
        lab.wait_for("IPv6", lambda: self.alpha.fe80() and self.beta.fe80())
        self.other = peers.AvahiDaemon(self.beta)
        self.env = self.other.env
        if ours:
            peers.start_bus(self.alpha)
            self.alpha.start_avahid(policy="off")
            self.alpha.wait_established()
        else:
            peers.AvahiDaemon(self.alpha)

    def tool(self, name):
        return self.other.tool(name)

    def start(self, tool, *args, host=None):
        return (host or self.alpha).start(self.tool(tool), *args, env=self.env, name=tool)

    def calls(self, steps):
        """What avahi_calls.py prints for each step that asks."""
        file = self.alpha.folder / "steps.json"
        file.write_text(json.dumps(steps))
        done = self.alpha.run("/usr/bin/python3", _CALLS, file, env=self.env, seconds=60)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def browse(self, *args, host=None):
        """avahi-browse -tpr on beta: the lines of IPv4."""
        out = (host or self.beta).run(self.tool("avahi-browse"), "-tpr", *args, env=self.env).stdout
        return [line.split(";") for line in out.splitlines() if ";IPv4;" in line]

    def services(self, *args):
        """{instance: (host, port, TXT)} as beta resolves them."""
        return {line[3]: (line[6], line[8], line[9])
                for line in self.browse(*args) if line[0] == "="}

    def reverse(self, address):
        return self.beta.run(self.tool("avahi-resolve"), "-a", address,
                             env=self.env).stdout.split()

    def sees(self, what, *args):
        return lab.wait_for(what, lambda: self.services(*args).get(what), 10)


class Beside(lab.LabCase):
    @classmethod
    def furnish(cls):
        cls.worlds = [World(cls, ours) for ours in (False, True)]
        for world in cls.worlds:
            if world.ours:
                lab.wait_for("the name on the bus", lambda: world.calls(
                    [{"on": "server", "call": "GetState"}]) == [2], 10)

    def both(self, what):
        """The same from both daemons; returns it."""
        theirs, ours = (what(world) for world in self.worlds)
        self.assertEqual(ours, theirs)
        return theirs


class Groups(Beside):
    """org.freedesktop.Avahi.EntryGroup by hand."""

    def test_every_argument_is_judged_as_avahi_does(self):
        cases = [(step, None) for step in same_calls()] + different_calls()
        steps = [{"new": "g"}]
        for step, _ in cases:
            steps += [step, {"on": "g", "call": "IsEmpty"}, {"on": "g", "call": "Reset"}]
        theirs, ours = (world.calls(steps) for world in self.worlds)
        for number, (step, better) in enumerate(cases):
            told = [answers[3 * number:3 * number + 2] for answers in (theirs, ours)]
            with self.subTest(step["call"], arguments=str(step["with"])[:200]):
                if better is None:
                    self.assertEqual(told[1], told[0])
                else:
                    self.assertEqual(told[1][0], better)
                    self.assertNotEqual(told[0][0], better)  # else it is no difference

    def test_states_and_what_may_be_done_in_each(self):
        service = add_service()
        steps = [
            {"new": "g"}, on("GetState"), on("IsEmpty"), on("Commit"), service, on("IsEmpty"),
            on("Commit"), on("GetState"), on("Commit"), {"on": "g", "until": 2}, on("GetState"),
            on("Commit"), add_service(name="Later"), subtype(), address(), record(),
            record(flags=UPDATE), text(), text(name="Later"), on("GetState"), on("IsEmpty"),
            on("Reset"), {"on": "g", "until": 0}, on("GetState"), on("IsEmpty"), on("Reset"),
            {"on": "g", "until": 99, "within": 0.3}, add_service(name="Other"), on("Commit"),
            {"on": "g", "until": 2}, on("Free"), on("GetState")]
        told = self.both(lambda world: world.calls(steps))
        self.assertIn([[1, ERROR + "Success"], [2, ERROR + "Success"]], told)
        self.assertIn(ERROR + "BadStateError", told)

    def test_entries_of_a_group_are_limited(self):
        steps = [{"new": "g"}] + [subtype(subtype=f"_s{i}x._sub._http._tcp") for i in range(34)]
        steps += [text(), on("Reset"), subtype()]
        told = self.both(lambda world: world.calls(steps))
        self.assertEqual(told[31:34], ["ok"] + 2 * [ERROR + "TooManyEntriesError"])

    def test_collisions_on_one_machine_are_told_at_once(self):
        # As Avahi: the same data twice is none, other data at a unique name is.
        steps = [{"new": "g"}, {"new": "h"}, add_service(), add_service(g="h"),
                 on("Reset", "h"), add_service(g="h", port=81), add_service(g="h", name="wEB",
                                                                           txt=["x"]),
                 add_service(g="h", name="Else"), on("Commit"), {"on": "g", "until": 2},
                 add_service(g="h", port=81), on("Reset", "h"),
                 address(), address(), address(address="192.0.2.78", g="h"),
                 address(name="crate.local", g="h"), address(name="crate.local", flags=NO_REVERSE),
                 address(name="own.local", address="192.0.2.1"),
                 address(name="own.local", address="192.0.2.1", flags=NO_REVERSE),
                 on("Reset"), record(flags=UNIQUE), record(flags=UNIQUE),
                 record(flags=UNIQUE, rdata=[1, 98]), record(g="h", flags=UNIQUE),
                 record(g="h", rdata=[1, 99]), record(g="h"), on("Free", "g"), on("Free", "h")]
        told = self.both(lambda world: world.calls(steps))
        self.assertIn(ERROR + "CollisionError", told)

    def test_another_hosts_name_ends_the_group(self):
        def run(world):
            theirs = world.start("avahi-publish", "-s", "Taken", "_avahid-t._tcp", "1",
                                 host=world.beta)
            theirs.wait_log("Established")
            told = world.calls([
                {"new": "g"}, add_service(name="Free", type="_avahid-t._tcp"),
                add_service(name="Taken", type="_avahid-t._tcp"), on("Commit"),
                {"on": "g", "until": 3}, on("GetState"), on("IsEmpty"),
                {"on": "g", "until": 99, "within": 1}, on("Reset"), on("GetState"),
                add_service(name="Taken #2", type="_avahid-t._tcp"), on("Commit"),
                {"on": "g", "until": 2}])
            theirs.stop(signal.SIGINT)
            return told
        told = self.both(run)
        self.assertIn([[1, ERROR + "Success"], [3, ERROR + "CollisionError"]], told)

    def test_a_group_dies_with_its_client(self):
        def run(world):
            script = self.keep(world, add_service(name="Mortal", type="_avahid-m._tcp"))
            world.sees("Mortal", "_avahid-m._tcp")
            script.stop(signal.SIGKILL)
            lab.wait_for("Mortal to go", lambda: not world.services("_avahid-m._tcp"), 10)
        self.both(run)

    def keep(self, world, *steps):
        """A program that has committed a group with these."""
        file = world.alpha.folder / f"keep-{len(world.alpha.processes)}.json"
        file.write_text(json.dumps([{"new": "g"}, *steps, on("Commit"), {"on": "g", "until": 2},
                                    {"sleep": 60}]))
        script = world.alpha.start("/usr/bin/python3", _CALLS, file, env=world.env, name="keep")
        script.wait_log(f'[2, "{ERROR}Success"]')
        return script

    # ---- what others see ----

    def test_records_are_seen_by_others(self):
        def run(world):
            script = self.keep(
                world,
                add_service(name="Dr. Pepper\\ 1 é", type="_avahid-r._tcp", port=8080,
                            txt=["a=1", "flag", "empty=", "A=2", "bin=\x00\xff"]),
                subtype(name="Dr. Pepper\\ 1 é", type="_avahid-r._tcp",
                        subtype="_special._sub._avahid-r._tcp"),
                add_service(name="Elsewhere", type="_avahid-r._tcp", host="box.local", port=9,
                            txt=[]),
                address(name="box.local", address="192.0.2.88"),
                record(name="www.local", type=5, flags=UNIQUE,
                       rdata=[*b"\x03box\x05local\x00"]),
                record(name="odd.local", type=65280, rdata=[1, 2, 3], ttl=77))
            seen = (lab.wait_for("both", lambda: len(world.services("_avahid-r._tcp")) == 2
                                 and world.services("_avahid-r._tcp"), 10),
                    world.services("_special._sub._avahid-r._tcp"),
                    world.other.resolve("box.local"), world.other.resolve("www.local"),
                    world.reverse("192.0.2.88"))
            script.stop(signal.SIGINT)
            lab.wait_for("both to go", lambda: not world.services("_avahid-r._tcp"), 10)
            return seen
        services, special, box, www, reverse = self.both(run)
        self.assertEqual(services["Elsewhere"][:2], ("box.local", "9"))
        self.assertEqual(list(special), ["Dr\\.\\032Pepper\\\\\\0321\\032\\195\\169"])
        self.assertEqual((box[-1], www[-1], reverse[-1]), ("192.0.2.88", "192.0.2.88", "box.local"))

    def test_one_interface_only(self):
        """On another interface than eth0 nothing is seen of it."""
        def run(world):
            script = self.keep(world, add_service(name="Nowhere", type="_avahid-i._tcp",
                                                  interface=world.alpha.ifindex("lo")),
                               add_service(name="Here", type="_avahid-i._tcp",
                                           interface=world.alpha.ifindex("eth0"), protocol=0))
            world.sees("Here", "_avahid-i._tcp")
            seen = list(world.services("_avahid-i._tcp"))
            script.stop(signal.SIGINT)
            return seen
        self.assertEqual(self.both(run), ["Here"])

    def test_text_changes_without_flicker(self):
        def run(world):
            file = world.alpha.folder / "update.json"
            file.write_text(json.dumps([
                {"new": "g"}, add_service(name="Steady", type="_avahid-u._tcp", txt=["v=1"]),
                on("Commit"), {"on": "g", "until": 2}, {"sleep": 3},
                text(name="Steady", type="_avahid-u._tcp", txt=["v=2"]), {"sleep": 60}]))
            watch = world.beta.start(world.tool("avahi-browse"), "-p", "_avahid-u._tcp",
                                     env=world.env, name="watch")
            script = world.alpha.start("/usr/bin/python3", _CALLS, file, env=world.env,
                                       name="update")
            lab.wait_for("v=2", lambda: world.services("_avahid-u._tcp").get(
                "Steady", ("", "", ""))[2] == '"v=2"', 15)
            events = [line[0] for line in watch.log().splitlines() if ";IPv4;Steady" in line]
            watch.stop(signal.SIGINT)
            script.stop(signal.SIGINT)
            return events
        self.assertEqual(self.both(run), ["+"])


class AvahiPublish(Beside):
    """The command of avahi-utils."""

    def publish(self, world, *args, host=None):
        process = world.start("avahi-publish", *args, host=host)
        process.wait_log("Established under name", 10)
        return process

    @staticmethod
    def said(process):
        return [line for line in process.log().splitlines() if line]

    def test_avahi_publish_service_with_every_flag(self):
        def run(world):
            process = self.publish(
                world, "-s", "-v", "-H", "other.local", "-d", "local", "--subtype",
                "_colour._sub._avahid-p._tcp", "--subtype=_big._sub._avahid-p._tcp", "By hand",
                "_avahid-p._tcp", "99", "k=v", "x")
            lab.wait_for("By hand", lambda: world.other.host.run(
                world.tool("avahi-browse"), "-tp", "_avahid-p._tcp", env=world.env).stdout, 10)
            found = {kind: [line[3] for line in world.browse(kind) if line[0] == "+"]
                     for kind in ("_avahid-p._tcp", "_colour._sub._avahid-p._tcp",
                                  "_big._sub._avahid-p._tcp")}
            said = [line for line in self.said(process) if "Server version" not in line]
            process.stop(signal.SIGINT)
            return found, said, process.popen.returncode
        found, said, _ = self.both(run)
        self.assertEqual(set(map(tuple, found.values())), {("By\\032hand",)})
        self.assertIn("Established under name 'By hand'", said)

    def test_avahi_publish_renames_itself_after_another_hosts(self):
        def run(world):
            theirs = self.publish(world, "-s", "Same", "_avahid-c._tcp", "1", host=world.beta)
            ours = self.publish(world, "-s", "Same", "_avahid-c._tcp", "2")
            seen = lab.wait_for("both", lambda: len(world.services("_avahid-c._tcp")) == 2
                                and world.services("_avahid-c._tcp"), 10)
            said = self.said(ours)
            for process in (theirs, ours):
                process.stop(signal.SIGINT)
            return said, sorted((name, port) for name, (_, port, _) in seen.items())
        said, seen = self.both(run)
        self.assertEqual(seen, [("Same", "1"), ("Same\\032\\0352", "2")])
        self.assertIn("Established under name 'Same #2'", said)

    def test_avahi_publish_twice_on_one_machine(self):
        def run(world):
            first = self.publish(world, "-s", "Twin", "_avahid-d._tcp", "1")
            other = world.start("avahi-publish", "-s", "Twin", "_avahid-d._tcp", "2")
            lab.wait_for("refused", lambda: not other.running(), 10)
            same = self.publish(world, "-s", "Twin", "_avahid-d._tcp", "1")
            said = [self.said(process) for process in (first, other, same)]
            first.stop(signal.SIGINT)
            seen = world.services("_avahid-d._tcp")  # the other program still publishes it
            same.stop(signal.SIGINT)
            return said, seen
        said, seen = self.both(run)
        self.assertEqual(said[1], ["Failed to add service: Local name collision"])
        self.assertEqual(list(seen), ["Twin"])

    def test_no_fail_waits_for_the_daemon(self):
        """-f: the service is published again when the daemon comes back."""
        world = self.worlds[1]  # what avahi-daemon does here needs no proof
        process = self.publish(world, "-f", "-s", "Patient", "_avahid-f._tcp", "1")
        world.alpha.avahid.stop(signal.SIGTERM)
        process.wait_log("Disconnected, reconnecting", 10)
        world.alpha.start_avahid(policy="off")
        lab.wait_for("twice", lambda: process.log().count("Established under name") == 2, 15)
        process.stop(signal.SIGINT)

    def test_avahi_publish_address(self):
        def run(world):
            ours = world.start("avahi-publish", "-a", "box.local", "192.0.2.88")
            ours.wait_log("Established under name", 10)
            bare = world.start("avahi-publish", "-a", "-R", "alias.local", "192.0.2.1")
            bare.wait_log("Established under name", 10)
            seen = (world.other.resolve("box.local"), world.reverse("192.0.2.88"),
                    world.other.resolve("alias.local"), world.reverse("192.0.2.1"))
            taken = world.start("avahi-publish", "-a", "own.local", "192.0.2.1")
            lab.wait_for("refused", lambda: not taken.running(), 10)
            said = self.said(ours) + self.said(bare) + self.said(taken)
            for process in (ours, bare):
                process.stop(signal.SIGINT)
            return seen, said, taken.popen.returncode
        (box, back, alias, own), said, _ = self.both(run)
        self.assertEqual((box[-1], back[-1]), ("192.0.2.88", "box.local"))
        self.assertEqual((alias[-1], own[-1]), ("192.0.2.1", "alpha.local"))
        self.assertIn("Failed to add address: Local name collision", said)

    def test_avahi_publish_address_of_a_name_that_is_taken(self):
        def run(world):
            process = world.start("avahi-publish", "-a", "-R", "beta.local", "192.0.2.99")
            lab.wait_for("refused", lambda: not process.running(), 15)
            return self.said(process), process.popen.returncode
        self.assertIn("Name collision", " ".join(self.both(run)[0]))  # then it crashes by itself


class Libraries(Beside):
    """Programs on libavahi-client, on Apple's API as libavahi-compat-libdnssd has it, and CUPS's."""

    @classmethod
    def furnish(cls):
        super().furnish()
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        usr = cls.worlds[0].tool("x").parents[1]
        libraries = cls.worlds[0].env["LD_LIBRARY_PATH"]
        for source in _PROGRAMS.glob("*.c"):
            subprocess.run(
                ["gcc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", f"-I{usr}/include",
                 f"-I{usr}/include/avahi-compat-libdns_sd", "-o", cls.program(source.stem), source,
                 f"-L{libraries}", f"-Wl,-rpath-link,{libraries}", "-ldns_sd", "-lavahi-client",
                 "-lavahi-common"], check=True)

    @classmethod
    def program(cls, name):
        return pathlib.Path(cls.folder.name) / name

    def run_program(self, world, name, *args, host=None):
        env = {**world.env, "AVAHI_COMPAT_NOWARN": "1"}
        return (host or world.alpha).start(self.program(name), *args, env=env, name=name)

    def test_libavahi_client(self):
        def run(world):
            theirs = world.start("avahi-publish", "-s", "Lib", "_avahid-lib._tcp", "1",
                                 host=world.beta)
            theirs.wait_log("Established")
            program = self.run_program(world, "client_group", "Lib")
            lab.wait_for("v=2", lambda: '"v=2"' in str(world.services("_avahid-lib._tcp")), 15)
            seen = (world.services("_avahid-lib._tcp"),
                    list(world.services("_special._sub._avahid-lib._tcp")),
                    world.other.resolve("libbox.local"), world.other.resolve("libalias.local"))
            said = program.log().splitlines()
            for process in (theirs, program):
                process.stop(signal.SIGTERM)
            return said, seen
        said, seen = self.both(run)
        self.assertEqual(said, ["renamed Lib #2", "established Lib #2"])
        self.assertEqual(seen[0]["Lib\\032\\0352"], ("alpha.local", "4711", '"v=2"'))
        self.assertEqual(seen[3][-1], "192.0.2.99")

    def test_apples_api(self):
        def run(world):
            theirs = world.start("avahi-publish", "-s", "Compat", "_avahid-k._tcp", "1",
                                 host=world.beta)
            theirs.wait_log("Established")
            program = self.run_program(world, "compat_register", "Compat", "_avahid-k._tcp", "8001",
                                       "one", "two")
            program.wait_log("updated", 15)
            seen = lab.wait_for("two", lambda: '"v=two"' in str(world.services("_avahid-k._tcp"))
                                and world.services("_avahid-k._tcp"), 10)
            browser = self.run_program(world, "compat_browse", "_avahid-k._tcp")
            lab.wait_for("both", lambda: browser.log().count("= ") >= 2, 10)
            found = sorted(set(browser.log().splitlines()))
            theirs.stop(signal.SIGINT)
            browser.wait_log("- Compat\n", 10)
            said = program.log().splitlines()
            for process in (program, browser):
                process.stop(signal.SIGTERM)
            return said, seen, found
        said, seen, found = self.both(run)
        self.assertEqual(said, ["registered 0 Compat #2 _avahid-k._tcp. local.", "updated 0"])
        self.assertIn("= Compat #2 alpha.local. 8001 6", found)

    def test_cups(self):
        """ippeveprinter publishes a printer, ippfind finds it on the other host."""
        def run(world):
            printer = world.alpha.start(
                world.tool("x").parents[1] / "sbin" / "ippeveprinter", "-p", "8631", "-v", "-r",
                "_print,_universal", "-d", "/run", "Test Printer", env=world.env,
                name="ippeveprinter")
            found = lab.wait_for("the printer", lambda: world.beta.run(
                world.tool("ippfind"), "-T", "3", "_ipp._tcp", "--name", "Test Printer", "--print",
                env=world.env, check=False).stdout, 15)
            types = {kind: sorted(world.services(kind)) for kind in (
                "_ipp._tcp", "_ipps._tcp", "_http._tcp", "_printer._tcp",
                "_print._sub._ipp._tcp", "_universal._sub._ipp._tcp")}
            port = {kind: {port for _, port, _ in world.services(kind).values()}
                    for kind in ("_ipp._tcp", "_printer._tcp")}
            printer.stop(signal.SIGINT)
            lab.wait_for("the printer to go", lambda: not world.services("_ipp._tcp"), 10)
            return found.split(), types, port
        found, types, port = self.both(run)
        self.assertEqual(found, ["ipp://alpha.local:8631/ipp/print"])
        self.assertEqual(types["_print._sub._ipp._tcp"], ["Test\\032Printer"])
        self.assertEqual(port, {"_ipp._tcp": {"8631"}, "_printer._tcp": {"0"}})  # RFC 6763 §8


# ---- calls ----

def on(call, g="g", arguments=()):
    return {"on": g, "call": call, "with": list(arguments)}


def add_service(g="g", interface=ANY, protocol=ANY, flags=0, name="Web", type="_http._tcp",
                domain="", host="", port=80, txt=("a=1",)):
    return on("AddService", g, [interface, protocol, flags, name, type, domain, host, port,
                                list(txt)])


def subtype(g="g", flags=0, name="Web", type="_http._tcp", domain="",
            subtype="_printer._sub._http._tcp"):
    return on("AddServiceSubtype", g, [ANY, ANY, flags, name, type, domain, subtype])


def text(g="g", flags=0, name="Web", type="_http._tcp", domain="", txt=("b=2",), interface=ANY):
    return on("UpdateServiceTxt", g, [interface, ANY, flags, name, type, domain, list(txt)])


def address(g="g", interface=ANY, protocol=ANY, flags=0, name="box.local", address="192.0.2.77"):
    return on("AddAddress", g, [interface, protocol, flags, name, address])


def record(g="g", interface=ANY, protocol=ANY, flags=0, name="rec.local", klass=1, type=16,
           ttl=120, rdata=(3, 97, 61, 49)):
    return on("AddRecord", g, [interface, protocol, flags, name, klass, type, ttl, list(rdata)])


def same_calls():
    """Calls that both daemons must answer alike, each for an empty group."""
    for flags in [1 << bit for bit in range(10)] + [1 << 31, NO_COOKIE | MULTICAST]:
        yield add_service(flags=flags)
        yield subtype(flags=flags)
        yield text(flags=flags)
        yield address(flags=flags)
        yield record(flags=flags)
    for make in (add_service, address, record):
        for interface in (-2, -1000, 0, 1, 9999):
            yield make(interface=interface)
        for protocol in (-2, 0, 1, 2, 5):
            yield make(protocol=protocol)
    for name in ("", "x" * 63, "x" * 64, "a.b\\c", "é" * 31, "é" * 32, "日本 \U0001f5a8"):
        yield add_service(name=name)
        yield text(name=name)
        yield subtype(name=name)
    for kind in ("http._tcp", "_http", "_http._sctp", "", "_tcp", "_averyveryverylongname._tcp",
                 "_http._tcp.", "_-a._tcp", "_a_b._tcp", "_a.b._tcp", "_80._tcp", "_HTTP._TCP",
                 "_printer._sub._http._tcp", "_" + "x" * 62 + "._tcp", "_" + "x" * 63 + "._tcp",
                 "_hé._tcp", "_a b._udp", "_http._tcp.local"):
        yield add_service(type=kind)
    for domain in ("local", "local.", "LOCAL", "office.local", "a..b", "x" * 64):
        yield add_service(domain=domain)
    for host in ("x", "x.local", "x.example.com", ".", "a..b", "x.", "x.local."):
        yield add_service(host=host)
    for port in (0, 65535):
        yield add_service(port=port)
    for txt in ([], ["=x"], ["a=1", "A=2"], ["x" * 255], ["x" * 256], ["\0\xff="], ["x" * 200] * 10):
        yield add_service(txt=txt)
    for name in ("_printer", "_printer._http._tcp", "", "_printer._sub._http", "..",
                 "_printer._sub.http._tcp"):
        yield subtype(subtype=name)
    for name in ("", "foo", "foo.", ".", "a..b", "a b.local", "foo.bar.local"):
        yield address(name=name)
    for given in ("", "x", "192.0.2", "fe80::1", "2001:db8::1", "fe80::1%eth0", "192.0.2.300"):
        yield address(address=given)
    yield address(protocol=1)
    yield address(name="alpha.local")  # one more of the host's own
    for ttl in (0, 1, 2 ** 32 - 1):
        yield record(ttl=ttl)
    for klass in (0, 3, 255, 0x8001):
        yield record(klass=klass)
    for kind in (0, 41, 250, 251, 252, 255, 65280):
        yield record(type=kind)
    for kind, rdata in ((1, [1, 2, 3]), (1, [1, 2, 3, 4]), (1, [1, 2, 3, 4, 5]), (28, [0] * 16),
                        (28, [0] * 4), (5, [1, 97, 0]), (5, [1, 97, 0, 0]), (5, [5]), (12, []),
                        (33, [0, 0, 0, 0, 0, 80, 1, 97, 0]), (33, [0]), (13, [1, 97, 1, 98]),
                        (13, [1]), (16, []), (16, [5, 97]), (16, [0]), (65280, [])):
        yield record(type=kind, rdata=rdata)
    for name in ("a..b", "x" * 64 + ".local", "1.2.0.192.in-addr.arpa"):
        yield record(name=name)


def different_calls():
    """(call, what avahid answers) where avahi-daemon answers something else."""
    error = ERROR.__add__
    return [
        # RFC 6763 §4.1.1: no control characters in an instance name.
        (add_service(name="a\nb"), error("InvalidServiceNameError")),
        (add_service(name="\x7f"), error("InvalidServiceNameError")),
        # RFC 6763 §7: one letter is a service name; §7.1: any label is a subtype.
        (add_service(type="_a._tcp"), "ok"),
        (subtype(subtype="x._sub._http._tcp"), "ok"),
        (subtype(subtype="a\\.b._sub._http._tcp"), "ok"),
        # RFC 6763 §6.1: an empty string says nothing and is left out.
        (add_service(txt=["", "a=1"]), "ok"),
        # RFC 6762 §17: what fits no packet would never be heard.
        (add_service(txt=["x" * 200] * 46), error("InvalidRecordError")),
        # RFC 6762 §3: only .local is ours to publish. (avahi-daemon refuses these, too, where it
        # knows a unicast DNS server.)
        (add_service(domain="example.com"), error("NotSupportedError")),
        (address(name="foo.example.com"), error("NotSupportedError")),
        (record(name="x.example.com"), error("NotSupportedError")),
        # No host has these addresses.
        (address(address="0.0.0.0"), error("InvalidAddressError")),
        (address(address="224.0.0.1"), error("InvalidAddressError")),
        # RFC 6762 §6.1: what types a name has is said by whoever answers for it.
        (record(type=47, rdata=[0, 0, 1, 64]), error("InvalidDNSTypeError")),
    ]


if __name__ == "__main__":
    lab.main()
