"""Lookups through the name service: ours beside libnss-mdns with avahi-daemon, and beside a bare echo
over a Unix socket of the same shape (connect, one line, one reply of equal size, close).

All in one run, in turns, as figures move with the machine; what is compared are medians, as ratios.
Both modules give the same: one address of each family, from a warm cache. Around the module's call
getaddrinfo does work of its own, the same for both: /etc/hosts, a netlink dump and two connected
sockets for RFC 6724; it is shown, as it bounds what any module can gain.
AVAHID_BENCH_ROUNDS: how often (5)."""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

_HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent / "blackbox"))

import lab  # noqa: E402
from lab.peers import AvahiDaemon  # noqa: E402
from lab.wires import table  # noqa: E402

ROUNDS = int(os.environ.get("AVAHID_BENCH_ROUNDS", 5))
COUNT = 20000
COLD = [f"cold{number}.local" for number in range(30)]
ECHO = "/run/echo"


class Nss(lab.LabCase):
    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.program = lab.home.folder() / "nss_bench"
        subprocess.run(["cc", "-O2", "-o", cls.program, _HERE / "nss_bench.c", "-ldl", "-lpthread"],
                       check=True)
        cls.ours, cls.theirs, cls.peer = (cls.host(name, link) for name in
                                          ("alpha", "gamma", "beta"))
        for number, host in enumerate((cls.ours, cls.theirs, cls.peer), 1):
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
        hosts = cls.peer.folder / "hosts"
        hosts.write_text("192.0.2.100 four.local\n" + "".join(
            f"192.0.2.101 {name}\n2001:db8::101 {name}\n" for name in COLD))
        cls.ours.start_avahid(policy="off", log="info")
        cls.peer.start_avahid("--hosts", hosts, policy="off", log="info")
        cls.avahi = AvahiDaemon(cls.theirs)
        config = cls.theirs.folder / "nsswitch.conf"
        config.write_text(config.read_text().replace("avahid", "mdns_minimal"))
        cls.peer.wait_established()
        cls.mdns = next(pathlib.Path(os.environ["AVAHID_PEERS"]).glob(
            "lib/*/libnss_mdns_minimal.so.2"))
        cls.reply = cls.one_reply()
        echo = cls.ours.start(cls.program, "echo", ECHO, str(len(cls.reply)))
        echo.wait_log("ready")

    @classmethod
    def one_reply(cls):
        """What the daemon says to the line that the module sends."""
        shown = cls.ours.run("/usr/bin/python3", "-c", (
            "import socket; s = socket.socket(socket.AF_UNIX); s.connect('/run/avahi-daemon/socket');"
            "s.send(b'LOOKUP-HOST-1 any beta.local\\n'); d = b''\n"
            "while True:\n b = s.recv(4096)\n d += b\n if not b: break\nprint(d.decode(), end='')"))
        return shown.stdout

    def measure(self, host, *args, env=None):
        return json.loads(host.run(self.program, *map(str, args), seconds=120, env=env).stdout)

    def test_names_that_are_known(self):
        module = "/run/nss/libnss_avahid.so.2"
        theirs = {"LD_LIBRARY_PATH": f"{self.mdns.parent}:{self.avahi.env['LD_LIBRARY_PATH']}"}
        line = "LOOKUP-HOST-1 any beta.local"
        kinds = {
            "echo": lambda n, t: self.measure(self.ours, "socket", ECHO, line, n, t),
            "ours, daemon alone": lambda n, t: self.measure(
                self.ours, "socket", "/run/avahi-daemon/socket", line, n, t),
            "ours, module": lambda n, t: self.measure(
                self.ours, "direct", module, "avahid", "beta.local", n, t),
            "ours, getaddrinfo": lambda n, t: self.measure(self.ours, "libc", "beta.local", n, t),
            "nss-mdns, module": lambda n, t: self.measure(
                self.theirs, "direct", self.mdns, "mdns_minimal", "beta.local", n // 10, t,
                env=theirs),
            "nss-mdns, getaddrinfo": lambda n, t: self.measure(
                self.theirs, "libc", "beta.local", n // 10, t, env=theirs),
        }
        for run in kinds.values():
            run(1000, 1)  # warm
        for threads in (1, 8):
            results = {kind: [] for kind in kinds}
            for _ in range(ROUNDS):
                for kind, run in kinds.items():
                    results[kind].append(run(COUNT, threads))
            median = {kind: {field: statistics.median(one[field] for one in all)
                             for field in ("per_second", "p50", "p99", "failed")}
                      for kind, all in results.items()}
            echo = median["echo"]
            table(f"a known name, {threads} thread{'s' * (threads > 1)}; of {ROUNDS} rounds, medians",
                  ("", "per second", "p50", "p99", "p50 / echo", "failed"),
                  *((kind, f"{one['per_second']:.0f}", f"{one['p50']:.1f} µs",
                     f"{one['p99']:.1f} µs", f"{one['p50'] / echo['p50']:.2f}",
                     f"{one['failed']:.0f}") for kind, one in median.items()))
            ours, theirs_rate = (median[f"{who}, getaddrinfo"]["per_second"]
                                 for who in ("ours", "nss-mdns"))
            own = [median[f"{who}, getaddrinfo"]["p50"] - median[f"{who}, module"]["p50"]
                   for who in ("ours", "nss-mdns")]
            bound = median["nss-mdns, getaddrinfo"]["p50"] / (own[0] + echo["p50"])
            print(f"  getaddrinfo: ours / theirs = {ours / theirs_rate:.1f}; of it glibc's own "
                  f"{own[0]:.0f} µs and {own[1]:.0f} µs; with the echo for a module it would be "
                  f"{bound:.1f}", flush=True)

    def test_a_name_without_ipv6(self):
        """nss-mdns waits for the family that is not there, up to 5 s, each time."""
        ours = self.measure(self.ours, "libc", "four.local", COUNT, 1)
        theirs = self.measure(self.theirs, "libc", "four.local", 2, 1, env={
            "LD_LIBRARY_PATH": f"{self.mdns.parent}:{self.avahi.env['LD_LIBRARY_PATH']}"})
        table("a known name without IPv6, getaddrinfo", ("", "per second", "p50"),
              *((who, f"{one['per_second']:.1f}", f"{one['p50']:.0f} µs")
                for who, one in (("ours", ours), ("nss-mdns", theirs))))

    def test_names_of_which_nothing_is_known(self):
        time.sleep(3.5)  # all announcements are out, and their second is over (RFC 6762 §6)
        self.ours.ctl("cache", "flush")
        took = sorted(self.measure(self.ours, "direct", "/run/nss/libnss_avahid.so.2", "avahid",
                                   name, 1, 1)["p50"] / 1000 for name in COLD)
        table(f"a name of which nothing is known, {len(COLD)} of them", ("p50", "from", "to"),
              (f"{statistics.median(took):.1f} ms", f"{took[0]:.1f} ms", f"{took[-1]:.1f} ms"))


if __name__ == "__main__":
    lab.main()
