"""What the parts of the benchmark share: our C programs, and stacks with some thousand services."""
import functools
import json
import os
import pathlib
import subprocess
import sys
import time

_HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE.parent / "blackbox"))

import lab  # noqa: E402
from lab import avahi_files, peers  # noqa: E402
from lab.process import wait_for  # noqa: E402
from lab.wires import Cost  # noqa: E402,F401

QUICK = bool(os.environ.get("AVAHID_BENCH_QUICK"))
ROUNDS = int(os.environ.get("AVAHID_BENCH_ROUNDS", 1 if QUICK else 5))
TYPE = "_bench._udp"
ECHO_PORT = 7777
_UNLIMITED = """[server]
host-name={name}
use-ipv6={ipv6}
enable-dbus={dbus}
ratelimit-interval-usec=0
ratelimit-burst=0
cache-entries-max=200000
clients-max=1000
objects-per-client-max=200000
entries-per-entry-group-max=1000
[wide-area]
enable-wide-area=no
[publish]
publish-workstation=no
publish-hinfo=no
"""
# What Debian's avahi-daemon.conf sets.
_SHIPPED = """[server]
host-name={name}
use-ipv6={ipv6}
enable-dbus={dbus}
ratelimit-interval-usec=1000000
ratelimit-burst=1000
[wide-area]
enable-wide-area=yes
[publish]
publish-workstation=no
publish-hinfo=no
"""
# Ours needs the quotas raised, too, and nothing else.
OURS = """[server]
use-ipv6={ipv6}
enable-dbus={dbus}
objects-per-client-max=200000
entries-per-entry-group-max=1000
"""


@functools.cache
def program(name, *libraries):
    """One of the C programs beside this file, compiled."""
    built = lab.home.folder() / f"bench-{name}"
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", built, _HERE / f"{name}.c",
                    *libraries], check=True)
    return built


def avahi_client():
    """Arguments for programs on the libraries that come with Avahi."""
    lib = avahi_files.program("")[1]["LD_LIBRARY_PATH"]
    include = peers._UNPACKED / "usr/include"
    return (f"-I{include}", f"-L{lib}", "-lavahi-client", "-lavahi-common",
            f"-Wl,-rpath-link,{lib}")


def service(number):
    return (f'<service-group><name>svc {number}</name><service><type>{TYPE}</type>'
            f'<port>{number % 60000 + 1}</port><txt-record>path=/{number}</txt-record></service>'
            "</service-group>")


def write_services(folder, count, first=0):
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + count):
        (folder / f"{number}.service").write_text(service(number))


class Stack:
    """A host with one daemon on it, and how to see what that costs."""

    def __init__(self, name, host):
        self.name, self.host, self.env = name, host, None
        self.process = None

    def ours(self, *, ipv6=False, dbus=False, ready=True):
        if dbus and not peers.bus_runs(self.host):
            bus(self.host)
        yes = {True: "yes", False: "no"}
        self.process = self.host.start_avahid(
            "--no-rlimits", policy="off", log="info", ready=ready,
            config=OURS.format(ipv6=yes[ipv6], dbus=yes[dbus]))
        return self

    def avahi(self, *, services=0, ipv6=False, dbus=False, shipped=False, ready=True):
        if dbus and not peers.bus_runs(self.host):
            bus(self.host)
        if services:
            folder = avahi_files.own_etc(self.host)
            write_services(folder / "services", services)
        yes = {True: "yes", False: "no"}
        conf = self.host.folder / "avahi-daemon.conf"
        conf.write_text((_SHIPPED if shipped else _UNLIMITED).format(
            name=self.host.name, ipv6=yes[ipv6], dbus=yes[dbus]))
        daemon, self.env = avahi_files.program("usr/sbin/avahi-daemon")
        self.process = self.host.start(daemon, "--no-drop-root", "--no-chroot", "--no-rlimits",
                                       "--no-proc-title", "-f", conf, env=self.env)
        if ready:
            self.process.wait_log("Server startup complete")
        return self

    def echo(self, *options):
        self.process = self.host.start(program("echo"), "eth0", str(ECHO_PORT), *options)
        self.process.wait_log("ready")
        return self

    def cost(self):
        return Cost(self.process)

    def cpu(self):
        return self.cost().cpu()

    def pin(self, core):
        """The daemon on one core, who asks it on another: they share no cache, as two machines."""
        if os.cpu_count() > 1:
            os.sched_setaffinity(self.process.pid, {core})


def bus(host):
    """A system bus whose own limits are out of the way."""
    conf = host.folder / "bus.conf"
    conf.write_text(peers._BUS.replace("</busconfig>", "".join(
        f'<limit name="{limit}">{value}</limit>' for limit, value in (
            ("max_replies_per_connection", 50000), ("max_incoming_bytes", 1 << 30),
            ("max_outgoing_bytes", 1 << 30), ("max_match_rules_per_connection", 50000)))
        + "</busconfig>"))
    host.start("dbus-daemon", f"--config-file={conf}", "--nofork", "--nopidfile", "--nosyslog")
    wait_for("the bus", lambda: peers.bus_runs(host))


def ask(host, *arguments, seconds=30, name="ask"):
    """One of the programs, on core 0; its JSON."""
    return json.loads(host.run(
        "taskset", "-c", "0", program(name), *map(str, arguments), seconds=seconds).stdout)


def quiet(process_cpu, seconds=60.0, at_most=0.01, pause=0.3):
    """Waits until a process works no more; returns whether it came to that."""
    deadline = time.monotonic() + seconds
    before = process_cpu()
    while time.monotonic() < deadline:
        time.sleep(pause)
        after = process_cpu()
        if after - before < at_most * pause:
            return True
        before = after
    return False
