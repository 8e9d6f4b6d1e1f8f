"""What others do wrong: malformed packets, a busy port, no privileges, noise on the sockets."""
import os
import random
import re
import socket

import lab
from lab import dns, frames
from lab import host as programs
from lab.peers import RawPeer

LONG = bool(os.environ.get("AVAHID_LONG"))
SEED = 6762


def resident(process):
    """Kilobytes of memory in use."""
    with open(f"/proc/{process.pid}/status") as status:
        return int(re.search(r"^VmRSS:\s+(\d+)", status.read(), re.M)[1])


def broken_messages(count):
    """Messages cut short, with bits turned, or of random bytes; the same ones in every run."""
    dice = random.Random(SEED)
    good = [dns.query(("alpha.local", dns.ANY), ("_http._tcp.local", dns.PTR)),
            dns.response(dns.Record("x.local", dns.SRV, (0, 0, 1, "y.local"), 120, True),
                         dns.Record("x.local", dns.TXT, [b"a=b"], 120, True),
                         dns.Record("_http._tcp.local", dns.PTR, "x._http._tcp.local")),
            b"\0\0\x84\0\0\0\xff\xff\0\0\0\0" + b"\xc0\x0c" * 40,      # pointer to itself
            b"\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff",                # counts of nothing
            b"\0\0\x84\0\0\0\0\1\0\0\0\0" + b"\x3fx" * 200 + b"\0\0\1\0\1" * 2]
    for _ in range(count):
        kind = dice.randrange(3)
        data = bytearray(dice.choice(good))
        if kind == 0:
            data = data[:dice.randrange(len(data))]
        elif kind == 1:
            for _ in range(dice.randrange(1, 9)):
                data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        else:
            data = dice.randbytes(dice.randrange(1500))
        yield bytes(data)


class Noise(lab.LabCase):
    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha, cls.mallory = cls.host("alpha", link), cls.host("mallory", link)
        for number, host in enumerate((cls.alpha, cls.mallory), 1):
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
        lab.wait_for("IPv6", lambda: cls.alpha.fe80() and cls.mallory.fe80())
        cls.alpha.start_avahid()
        cls.alpha.wait_established()

    def assert_well(self):
        self.assertTrue(self.alpha.avahid.running())
        peer = RawPeer(self.mallory)
        def answered():
            peer.send(dns.query(("alpha.local", dns.A)))
            message = peer.receive(0.5)
            return message and message.response and message.records("alpha.local", dns.A)
        lab.wait_for("an answer", answered, 5)
        peer.close()
        self.assertEqual(self.alpha.status()["host_name"], "alpha")

    def test_malformed_mdns(self):
        before = self.alpha.status()["counters"]
        memory = resident(self.alpha.avahid)
        for family, unicast in ((4, ("192.0.2.1", 5353)), (6, None)):
            peer = RawPeer(self.mallory, family=family)
            for number, data in enumerate(broken_messages(100000 if LONG else 5000)):
                if b"alpha" in data:
                    continue  # half of a well-formed probe could be a rival's
                peer.send(data, unicast if number % 4 == 0 else None)
            peer.close()
        self.assert_well()
        after = self.alpha.status()["counters"]
        self.assertGreater(after["malformed"], before["malformed"] + 100)
        self.assertLess(resident(self.alpha.avahid), memory + 64 * 1024)

    def test_what_is_dropped_is_counted_by_reason(self):
        def dropped(reason):
            return int(re.search(rf'^avahid_dropped_packets_total{{reason="{reason}"}} (\d+)$',
                                 self.alpha.ctl("metrics").stdout, re.M)[1])

        peer = RawPeer(self.mallory)
        elsewhere = self.mallory.socket(socket.AF_INET, socket.SOCK_DGRAM)  # not port 5353
        answer = bytes.fromhex("0000840000000001000000000170056c6f63616c0000018001")
        answer += bytes.fromhex("00000078" "0004" "c0000202")
        for reason, send in {
                "malformed": lambda: peer.send(answer[:-1]),
                "bad_header": lambda: peer.send(answer[:3] + b"\x03" + answer[4:]),
                "bad_port": lambda: elsewhere.sendto(answer, ("192.0.2.1", 5353)),
                "unsolicited": lambda: peer.send(answer, ("192.0.2.1", 5353))}.items():
            with self.subTest(reason):
                before = dropped(reason)
                send()
                lab.wait_for(f"{reason} counted", lambda: dropped(reason) > before, 5)
        peer.close()
        elsewhere.close()

    def test_random_arp(self):
        dice = random.Random(SEED)
        raw = self.mallory.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        raw.bind(("eth0", 0x0806))
        header = frames.mac_bytes(frames.BROADCAST) + frames.mac_bytes(self.mallory.mac())
        start = bytes.fromhex("08060001080006040001")
        for number in range(3000):
            body = bytearray(start + dice.randbytes(dice.randrange(46)))
            if number % 3 == 0:
                body[dice.randrange(2, len(start))] ^= 1 << dice.randrange(8)
            raw.send((header + body).ljust(60, b"\0"))
        raw.close()
        self.assert_well()

    def test_noise_on_both_sockets(self):
        dice = random.Random(SEED)
        texts = [b"{}\0", b"[" * 60000 + b"\0", b'{"method":1}\0', b'{"method":"x"}\0' * 2000,
                 b'{"method":"org.avahid.Daemon.Browse","parameters":[],"more":7}\0', b"\0" * 5000,
                 b"\xff\xfe\0", b"RESOLVE-HOSTNAME\n", b"RESOLVE-HOSTNAME " + b"x" * 5000 + b"\n",
                 b"RESOLVE-ADDRESS nonsense\n", b"\n" * 3000, b"NONSENSE\n"]
        for path in (programs.CONTROL, programs.SIMPLE):
            for number in range(300):
                client = socket.socket(socket.AF_UNIX)
                client.settimeout(0.1)
                client.connect(self.alpha.path(path))
                data = texts[number] if number < len(texts) else dice.randbytes(
                    dice.randrange(1, 3000))
                try:
                    client.sendall(data)
                    if number % 2:
                        client.recv(100)
                except OSError:
                    pass  # refused, cut off or not answered: all are fine
                client.close()
        self.assert_well()

    def test_idle_clients_do_not_keep_others_out(self):
        idle = []
        for path in (programs.CONTROL, programs.SIMPLE):
            for _ in range(50):
                client = socket.socket(socket.AF_UNIX)
                client.connect(self.alpha.path(path))
                idle.append(client)
        self.assert_well()
        self.assertTrue(self.alpha.run("getent", "hosts", "alpha.local", check=False).stdout)
        for client in idle:
            client.close()


class BusyPort(lab.LabCase):
    def test_one_line_and_the_rest_works(self):
        alpha = self.host("alpha", lab.Link())
        taken = []
        for family, any_address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            holder = alpha.socket(family, socket.SOCK_DGRAM)
            if family == socket.AF_INET6:
                holder.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            holder.bind((any_address, 5353))
            taken.append(holder)
        daemon = alpha.start_avahid()
        alpha.wait_claimed()  # IPv4LL needs no port
        lines = [line for line in daemon.log().splitlines()
                 if "5353" in line and "debug" not in line.lower()]
        self.assertTrue(lines, "a line that names the port")
        self.assertLessEqual(len(lines), 4, f"few lines, not {lines}")
        for holder in taken:
            holder.close()


class Unprivileged(lab.LabCase):
    def test_all_but_ipv4ll_works(self):  # RFC6762-§21-04
        alpha = self.host("alpha", lab.Link())
        alpha.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        alpha.run("install", "-d", "-o", "nobody", "/run/avahid", "/run/avahi-daemon",
                  "/run/avahid-state")
        daemon = alpha.start_avahid(wrapper=(
            "setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups",
            "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"))
        self.assertEqual(alpha.wait_established(), "alpha")
        lines = [line for line in daemon.log().splitlines()
                 if re.search("ipv4ll|link-local", line, re.I)
                 and re.search("privilege|root|capab|permi", line, re.I)]
        self.assertEqual(len(lines), 1, daemon.log())
        self.assertIsNone(alpha.ipv4ll())


class NoInterfaces(lab.LabCase):
    def test_runs_and_waits(self):
        alpha = self.host("alpha")
        alpha.start_avahid()
        self.assertTrue(alpha.status())
        self.assertEqual(alpha.stop_avahid(), 0)


if __name__ == "__main__":
    lab.main()
