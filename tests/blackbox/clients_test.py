"""Local programs that are greedy, slow, silent, half gone or mad: each meets its own limit, and nobody
else's."""
import contextlib
import os
import random
import socket
import time

import lab
from lab import host as programs
from lab.bus import Bus
from lab.process import SLOWNESS
from lab.wires import Cost

LONG = bool(os.environ.get("AVAHID_LONG"))
LIVES = 10000 if LONG else 600
NOISE = 20000 if LONG else 800
SEED = 6762
GREEDY, OTHER = 65534, 1    # users that the bus can look up
PER_UID = 256               # connections: clients-max-per-uid
SERVED = 0.05 * SLOWNESS    # another user, at the worst
SOCKETS = (programs.CONTROL, programs.SIMPLE)
ASK = {programs.CONTROL: b'{"method":"org.varlink.service.GetInfo"}\0',
       programs.SIMPLE: b"RESOLVE-HOSTNAME-IPV4 alpha.local\n"}
BROWSE = {programs.CONTROL: b'{"method":"org.avahid.Daemon.Browse",'
                            b'"parameters":{"type":"_http._tcp"},"more":true}\0',
          programs.SIMPLE: b"BROWSE-DNS-SERVERS\n"}


def descriptors(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


class Clients(lab.LabCase):
    @classmethod
    def furnish(cls):
        cls.alpha = cls.host("alpha", lab.Link(), services=[("web", "Web", ("_http._tcp", 80, []))])
        cls.bus = Bus(cls.alpha)
        cls.alpha.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        cls.alpha.start_avahid(policy="off", log="info")
        cls.alpha.wait_established()
        cls.bus.wait_for_avahi()
        cls.addClassCleanup(os.chdir, os.getcwd())
        cls.folders = {path: cls.alpha.path(os.path.dirname(path)) for path in SOCKETS}
        cls.warm_up()

    @classmethod
    def warm_up(cls):
        for path in SOCKETS:
            cls.ask(path, OTHER)
        time.sleep(0.3)

    @classmethod
    def connect(cls, path, uid=0):
        """A connection that the kernel says is this user's."""
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(5 * SLOWNESS)
        os.chdir(cls.folders[path])
        os.seteuid(uid)
        try:
            client.connect(os.path.basename(path))
        finally:
            os.seteuid(0)
        return client

    @classmethod
    def ask(cls, path, uid=0):
        """How long a whole life takes: connect, ask, hear."""
        begin = time.monotonic()
        with cls.connect(path, uid) as client:
            client.sendall(ASK[path])
            reply = client.recv(65536)
        assert reply, f"no reply on {path}"
        return time.monotonic() - begin, reply

    def assert_served(self, uid=OTHER, within=SERVED):
        for path in SOCKETS:
            times = []
            for _ in range(20):
                taken, reply = self.ask(path, uid)
                self.assertTrue(b"192.0.2.1" in reply or b"vendor" in reply, reply)
                times.append(taken)
            self.assertLess(sorted(times)[-2], within, path)  # the machine may stop us once

    def assert_back_to(self, count):
        lab.wait_for(f"{count} descriptors", lambda: descriptors(self.alpha.avahid) <= count, 5)


class Quotas(Clients):
    def greedy(self, path, count, say=b""):
        clients = []
        for _ in range(count):
            client = self.connect(path, GREEDY)
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # turned away
                if say:
                    client.sendall(say)
            clients.append(client)
            self.addCleanup(client.close)
        return clients

    def alive(self, clients):
        """Those who have not been shown the door."""
        count = 0
        for client in clients:
            client.settimeout(0)
            try:
                while data := client.recv(65536):
                    if b"oo many" in data or b"TooMany" in data or data.startswith(b"-16"):
                        break
                else:
                    continue
                if not (b"TooMany" in data or b"oo many" in data or data.startswith(b"-16")):
                    count += 1
            except BlockingIOError:
                count += 1
            except ConnectionResetError:
                pass
        return count

    def test_a_thousand_of_one_user_leave_another_served(self):
        before = descriptors(self.alpha.avahid)
        for path in SOCKETS:
            for say in (b"", ASK[path][:-1], BROWSE[path]):
                with self.subTest(path=path, say=say):
                    clients = self.greedy(path, 1000, say)
                    self.assert_served()
                    self.assertLessEqual(self.alive(clients), PER_UID)
                    self.assertLessEqual(descriptors(self.alpha.avahid), before + PER_UID + 8)
                    for client in clients:
                        client.close()
                    self.assert_back_to(before + 1)
        self.assert_served(GREEDY)  # and has its room again

    def test_both_sockets_count_together(self):
        clients = [client for path in SOCKETS for client in self.greedy(path, 200)]
        time.sleep(0.5)
        self.assertLessEqual(self.alive(clients), PER_UID)
        self.assert_served()
        for client in clients:
            client.close()

    def test_calls_without_end(self):
        """Who asks as fast as it can, on many connections, is not ahead of the others."""
        clients = self.greedy(programs.CONTROL, 100)
        end = time.monotonic() + 1.5
        times = []
        while time.monotonic() < end:
            for client in clients:
                client.settimeout(0)
                with contextlib.suppress(BlockingIOError, BrokenPipeError, ConnectionResetError):
                    client.send(ASK[programs.CONTROL] * 20)
            times.append(self.ask(programs.SIMPLE, OTHER)[0])
        self.assertLess(sorted(times)[len(times) * 9 // 10], 20 * SERVED)
        for client in clients:
            client.close()
        self.assert_served()

    def test_objects_of_one_user_on_the_bus(self):
        said = self.bus.run_script("""
import bus_client
from bus_client import say
clients = [bus_client.Client() for _ in range(6)]
made, refused = 0, {}
for client in clients:
    for _ in range(1200):
        got = client.call("Server", "EntryGroupNew")
        if got.startswith("/"):
            made += 1
        else:
            refused[got] = refused.get(got, 0) + 1
            break
say([made, refused])
""", user=GREEDY, seconds=60)
        (made, refused), = said
        self.assertLessEqual(made, 4 * 1024)
        self.assertEqual(set(refused), {"TooManyObjectsError"})
        self.assert_served()


class Manners(Clients):
    def test_slow_silent_and_half_closed(self):
        before = descriptors(self.alpha.avahid)
        strange = []
        for path in SOCKETS:
            for part in (0, 1, len(ASK[path]) // 2, len(ASK[path])):
                for how in (None, socket.SHUT_WR, socket.SHUT_RD, socket.SHUT_RDWR):
                    client = self.connect(path, GREEDY)
                    with contextlib.suppress(BrokenPipeError):
                        client.sendall(ASK[path][:part])
                        if how is not None:
                            client.shutdown(how)
                    strange.append(client)
        cost = Cost(self.alpha.avahid)
        cpu, begin = cost.cpu(), time.monotonic()
        self.assert_served()
        time.sleep(1)
        share = (cost.cpu() - cpu) / (time.monotonic() - begin)
        self.assertLess(share, 0.3 * SLOWNESS, "no busy loop on a socket that hung up")
        cpu, begin = cost.cpu(), time.monotonic()
        time.sleep(1)
        self.assertLess((cost.cpu() - cpu) / (time.monotonic() - begin), 0.05)
        for client in strange:
            client.close()
        self.assert_back_to(before)

    def test_a_byte_at_a_time(self):
        for path in SOCKETS:
            with self.connect(path) as client:
                for byte in ASK[path]:
                    client.sendall(bytes([byte]))
                    time.sleep(0.002)
                self.assertTrue(client.recv(65536))

    def test_half_closed_after_the_question_is_answered(self):
        for path in SOCKETS:
            with self.connect(path) as client:
                client.sendall(ASK[path])
                client.shutdown(socket.SHUT_WR)
                self.assertTrue(client.recv(65536))

    def test_who_never_reads(self):
        cost = Cost(self.alpha.avahid)
        before, deaf = cost.own(), []
        for _ in range(20):
            client = self.connect(programs.CONTROL, GREEDY)
            client.settimeout(0)
            with contextlib.suppress(BlockingIOError, BrokenPipeError, ConnectionResetError):
                for _ in range(200):
                    client.send(ASK[programs.CONTROL] * 500)
            deaf.append(client)
        self.assert_served(within=10 * SERVED)  # a hundred thousand calls wait by now
        # Sanitizers keep what was freed for a while.
        self.assertLess(cost.own() - before, 40 if SLOWNESS == 1 else 400, "MB")
        for client in deaf:
            client.close()

    def test_noise(self):
        dice, before = random.Random(SEED), descriptors(self.alpha.avahid)
        for number in range(NOISE):
            path = SOCKETS[number % 2]
            with self.connect(path, GREEDY) as client:
                client.settimeout(0.02)
                with contextlib.suppress(OSError):
                    client.sendall(mutant(dice, path))
                    if dice.random() < 0.3:
                        client.recv(4096)
        self.assert_served()
        self.assert_back_to(before)


def mutant(dice, path):
    """A message, or a few, with something wrong."""
    if path == programs.SIMPLE:
        good = [b"RESOLVE-HOSTNAME alpha.local\n", b"RESOLVE-HOSTNAME-IPV6 a.b.c.local\n",
                b"RESOLVE-ADDRESS 192.0.2.1\n", b"RESOLVE-ADDRESS fe80::1%eth0\n", b"HELP\n",
                b"BROWSE-DNS-SERVERS-IPV4\n", b"LOOKUP-HOST-1 IPV4 alpha.local\n"]
    else:
        good = [b'{"method":"org.avahid.Daemon.%s","parameters":{%s}%s}\0' % (
            dice.choice([b"Browse", b"Resolve", b"ResolveHost", b"Query", b"Publish", b"Status", b"Cache",
                         b"SetHostName", b"Monitor", b"GetIpv4ll", b"ResolveAddress"]),
            b",".join(b'"%s":%s' % (key, dice.choice(
                [b'"x.local"', b"-1", b"1e400", b"null", b"[]", b"{}", b'"\\u0000"', b"65536", b"true",
                 b'"' + b"y" * dice.choice([63, 64, 255, 256, 5000]) + b'"', b'"192.0.2.1"',
                 b"[" * 300 + b"]" * 300, b'["a=b"]']))
                for key in dice.sample([b"type", b"name", b"port", b"txt", b"instance", b"domain", b"host",
                                        b"interface", b"family", b"address", b"subtypes"],
                                       dice.randrange(5))),
            dice.choice([b"", b',"more":true', b',"oneway":true', b',"more":1']))]
    data = bytearray(b"".join(dice.choice(good) for _ in range(dice.randrange(1, 4))))
    for _ in range(dice.choice([0, 1, 1, 3, 20])):
        at = dice.randrange(len(data))
        kind = dice.randrange(4)
        if kind == 0:
            data[at] ^= 1 << dice.randrange(8)
        elif kind == 1:
            data[at:at] = dice.randbytes(dice.randrange(1, 9))
        elif kind == 2:
            del data[at:at + dice.randrange(1, 9)]
            data = data or bytearray(b"\0")
        else:
            data[at:at] = data[at:at + 40] * dice.randrange(1, 50)
    return bytes(data)


class Descriptors(Clients):
    def test_at_rest_and_after_many_lives(self):
        daemon = self.alpha.avahid
        self.bus.run_script("import bus_client; bus_client.Client().call('Server', 'EntryGroupNew')")
        time.sleep(0.5)
        rest = descriptors(daemon)
        links = len(self.alpha.status()["links"])
        self.assertLessEqual(rest, 32 + 3 * links)
        for number in range(LIVES):
            self.ask(SOCKETS[number % 2], GREEDY if number % 3 else OTHER)
        self.bus.run_script("""
import bus_client, sys
for _ in range(int(sys.argv[1])):
    client = bus_client.Client()
    client.call("Server", "EntryGroupNew")
    client.call("Server", "ServiceBrowserNew", "iissu", -1, -1, "_http._tcp", "", 0)
    client.close()
""", str(LIVES // 10), seconds=300)
        try:
            self.assert_back_to(rest)
        except lab.process.Failure:
            self.fail(f"{rest} at rest, now {descriptors(daemon)}")
        self.assertEqual(descriptors(daemon), rest)


class BusCaller(Clients):
    """Every method of every object, with every flag and sizes at the edges."""
    SCRIPT = """
import itertools, random, sys, xml.etree.ElementTree as tree
import bus_client, dbus
from bus_client import AVAHI, say
dice = random.Random(int(sys.argv[1]))
rounds = int(sys.argv[2])
client = bus_client.Client()
edges = {
    "i": [-1, 0, 1, 2, -2, 7, 2**31 - 1, -2**31],
    "u": [0] + [1 << bit for bit in range(32)] + [2**32 - 1, 3, 15],
    "q": [0, 1, 12, 33, 255, 256, 65535],
    "s": ["", "local", "alpha.local", "_http._tcp", "Web", "x" * 63, "x" * 64, "x." * 127, "a" * 5000,
          "\\\\", "\\\\999", ".", "..", "\\u00e4\\u00f6", "192.0.2.1", "fe80::1", "%", "_x._sub._http._tcp"],
    "b": [True, False],
    "ay": [b"", b"x", b"y" * 65535, b"z" * 65536],
    "aay": [[], [b""], [b"a=b"], [b"x" * 255], [b"x" * 256], [b"k=v"] * 65535, [b""] * 65536,
            [b"y" * 65535], [b"z" * 65536]],
}
def value(signature):
    got = dice.choice(edges[signature])
    if signature == "ay":
        return dbus.ByteArray(got)
    if signature == "aay":
        return dbus.Array([dbus.ByteArray(each) for each in got], signature="ay")
    return got
def methods(path):
    proxy = client.bus.get_object(AVAHI, path, introspect=False)
    xml = proxy.Introspect(dbus_interface="org.freedesktop.DBus.Introspectable")
    for interface in tree.fromstring(xml).iter("interface"):
        if not interface.get("name").startswith(AVAHI):
            continue
        for method in interface.iter("method"):
            yield (interface.get("name")[len(AVAHI) + 1:], method.get("name"),
                   [a.get("type") for a in method.iter("arg") if a.get("direction", "in") == "in"])
def call(path, interface, method, kinds, values):
    global calls
    calls += 1
    got = client.call(interface, method, "".join(kinds), *values, path=path, seconds=20)
    replies[got if isinstance(got, str) and not got.startswith("/") else "ok"] = 1
    return got
calls, replies = 0, {}
slow = {"ResolveHostName", "ResolveAddress", "ResolveService", "SetHostName"}
todo = [("/", *each) for each in methods("/")]
group = client.call("Server", "EntryGroupNew")
todo += [(group, *each) for each in methods(group)]
for path, interface, method, kinds in todo:
    if "Free" in method:
        continue
    flags = [at for at, kind in enumerate(kinds) if kind == "u"]
    arrays = [at for at, kind in enumerate(kinds) if kind in ("ay", "aay")]
    runs = [[value(kind) for kind in kinds] for _ in range(rounds if method not in slow else 2)]
    for at in flags + arrays:
        for edge in range(len(edges[kinds[at]])) if method not in slow else ():
            given = [value(kind) if kind not in ("ay", "aay") else dbus.ByteArray(b"") if kind == "ay"
                     else dbus.Array([], signature="ay") for kind in kinds]
            got = edges[kinds[at]][edge]
            given[at] = got if kinds[at] == "u" else dbus.ByteArray(got) if kinds[at] == "ay" else \\
                dbus.Array([dbus.ByteArray(each) for each in got], signature="ay")
            runs.append(given)
    for given in runs:
        got = call(path, interface, method, kinds, given)
        if isinstance(got, str) and got.startswith("/Client") and method.endswith(("New", "Prepare")):
            for each in methods(got):
                if each[1] not in ("Free",) and not each[2]:
                    call(got, *each, [])
            client.call(interface.replace("Server2", "Server") if False else method_owner(method), "Free",
                        path=got)
say([calls, sorted(replies)])
"""

    def test_all_methods(self):
        script = self.SCRIPT.replace("interface.replace(\"Server2\", \"Server\") if False else "
                                     "method_owner(method)", "method.replace('New', '')"
                                     ".replace('Prepare', '')")
        (calls, replies), = self.bus.run_script(script, str(SEED), "40" if LONG else "6", seconds=100,
                                                user=GREEDY)
        self.assertGreater(calls, 500)
        self.assertTrue(self.alpha.avahid.running())
        self.assertNotIn("NoReply", replies)
        self.assertNotIn("Timeout", replies)
        self.assert_served()


if __name__ == "__main__":
    lab.main()
