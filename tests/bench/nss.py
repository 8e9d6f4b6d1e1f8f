"""Lookups through the name service: ours beside libnss-mdns with avahi-daemon, and beside a bare echo
over a Unix socket of the same shape (connect, one line, one reply of equal size, close).

All in one run, in turns, as figures move with the machine; what is compared are medians, as ratios.
AVAHID_BENCH_ROUNDS: how often (5)."""
import json
import os
import pathlib
import statistics
import subprocess
import sys

_HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent / "blackbox"))

import lab  # noqa: E402
from lab.peers import AvahiDaemon  # noqa: E402
from lab.wires import table  # noqa: E402

ROUNDS = int(os.environ.get("AVAHID_BENCH_ROUNDS", 5))
COUNT = 20000
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
        for host in (cls.ours, cls.peer):
            host.start_avahid(policy="off", log="info")
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
            print(f"  getaddrinfo: ours / theirs = {ours / theirs_rate:.1f}", flush=True)


if __name__ == "__main__":
    lab.main()
