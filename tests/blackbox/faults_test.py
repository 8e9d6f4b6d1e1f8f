"""What the machine runs out of, takes away or turns upside down: one clear line, nothing lost, and all is
well two seconds after the cause has gone."""
import contextlib
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import time
import unittest

import lab
from lab import dns, frames
from lab import host as programs
from lab.bus import Bus
from lab.peers import RawPeer
from lab.process import SLOWNESS

LONG = bool(os.environ.get("AVAHID_LONG"))
FLAPS = 1000 if LONG else 50
ADDRESSES = 10000 if LONG else 500
KILLS = 200 if LONG else 6
STOPPED = 60 if LONG else 6
WELL = 2.0  # seconds after the cause is gone
SANITIZED = SLOWNESS > 1


def told(process, pattern):
    """The lines that are more than debugging and match."""
    return [line for line in process.log().splitlines()
            if re.search(pattern, line, re.I) and " debug: " not in line]


class Faults(lab.LabCase):
    """alpha has a service; beta sees whether it is still there."""
    BUS = False

    def setUp(self):
        self.link = lab.Link()
        self.alpha = self.host("alpha", self.link, services=[("web", "Web", ("_http._tcp", 80, []))])
        self.beta = self.host("beta", self.link)
        self.furnish_more()
        for number, host in enumerate((self.alpha, self.beta), 1):
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
        self.start()

    def furnish_more(self):
        pass

    def start(self, **how):
        self.daemon = self.alpha.start_avahid(policy="off", log="info", **how)
        self.alpha.wait_established()
        self.assert_well()

    def answer(self, name="alpha.local", kind=dns.A):
        asker = self.beta.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            asker.settimeout(0.3)
            asker.sendto(dns.query((name, kind)), ("192.0.2.1", frames.MDNS_PORT))
            return dns.parse(asker.recv(9000)).records(name, kind)
        except OSError:
            return None
        finally:
            asker.close()

    def assert_well(self, since=None):
        """Names are answered, clients are served, what was published is there: soon."""
        left = WELL - (time.monotonic() - since) if since else WELL
        lab.wait_for("the host name", self.answer, max(left, 0.5))
        lab.wait_for("the service", lambda: self.answer("Web._http._tcp.local", dns.SRV),
                     max(left, 0.5))
        self.assertEqual(self.alpha.status()["host_name"], "alpha")

    def assert_one_line(self, pattern, most=2):
        lines = told(self.daemon, pattern)
        self.assertGreaterEqual(len(lines), 1, f"a line with {pattern!r}\n" + self.daemon.log())
        self.assertLessEqual(len(lines), most, lines)


class Starving(Faults):
    def limit(self, what, value):
        """Of the running daemon; as its own user, which needs no privilege."""
        with open(f"/proc/{self.daemon.pid}/status") as status:
            text = status.read()
        user, group = (re.search(rf"^{kind}:\s+(\d+)", text, re.M)[1] for kind in ("Uid", "Gid"))
        self.alpha.run("setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", "prlimit",
                       f"--pid={self.daemon.pid}", f"--{what}={value}:")

    @unittest.skipIf(SANITIZED, "UBSan looks at objects through a pipe: without descriptors, it sees wrong ones")
    def test_no_descriptors_left(self):
        full = len(os.listdir(f"/proc/{self.daemon.pid}/fd"))
        self.limit("nofile", full + 3)
        clients = []
        for _ in range(40):
            client = socket.socket(socket.AF_UNIX)
            client.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                client.connect(self.alpha.path(programs.CONTROL))
            clients.append(client)
        # Another interface, when there is no descriptor for its sockets.
        lab.Link().plug(self.alpha, "eth1")
        self.alpha.ip("address", "add", "192.0.3.1/24", "dev", "eth1")
        time.sleep(1.5)
        lab.wait_for("an answer: those who are there already are served", self.answer, WELL)
        cpu = self.cpu()
        time.sleep(1)
        self.assertLess(self.cpu() - cpu, 0.3, "no busy loop")
        self.assert_one_line("too many open files|descriptor", most=6)
        self.limit("nofile", 1024)
        for client in clients:
            client.close()
        gone = time.monotonic()
        lab.wait_for("a client is served", self.is_served, WELL)
        self.assert_well(gone)

    def is_served(self):
        try:
            return self.alpha.status()
        except (OSError, lab.process.Failure):
            return False

    def cpu(self):
        with open(f"/proc/{self.daemon.pid}/schedstat") as times:
            return int(times.read().split()[0]) / 1e9

    @unittest.skipIf(SANITIZED, "sanitizers need all the address space there is")
    def test_no_memory_left(self):
        """Clients without end against a small address space: the daemon goes on, or ends and says why."""
        with open(f"/proc/{self.daemon.pid}/statm") as sizes:
            size = int(sizes.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        self.limit("as", size + (1 << 20))
        peer = RawPeer(self.beta)
        for number in range(3000):
            peer.send(dns.response(*(dns.Record(f"x{number}-{i}.local", dns.A, "192.0.2.9", 4500)
                                     for i in range(20))))
        peer.close()
        time.sleep(0.5)
        if self.daemon.running():
            self.assert_well()
        else:
            self.assert_one_line("memory|bad_alloc")
            self.assertGreater(self.daemon.popen.returncode, 0, "an exit status, not a signal")
            self.start()

    def test_state_folder_full_or_read_only(self):
        for how in ("size=4k,nr_inodes=1", "ro"):
            with self.subTest(how):
                self.alpha.stop_avahid()
                self.alpha.run("mkdir", "-p", "/run/avahid-state")
                self.alpha.run("mount", "-t", "tmpfs", "-o", how, "tmpfs", "/run/avahid-state")
                self.daemon = self.alpha.start_avahid(policy="always", log="info")
                self.alpha.wait_claimed()
                self.assert_well()
                lab.wait_for("a line", lambda: told(self.daemon, "remember|state"), 10)
                self.assert_one_line("remember|state", most=3)
                self.assertEqual(self.alpha.stop_avahid(), 0)
                self.alpha.run("umount", "/run/avahid-state")
                self.start()


class Network(Faults):
    def test_send_refused_by_a_firewall(self):
        if not shutil.which("nft") or self.alpha.run("nft", "list", "tables", check=False).returncode:
            self.skipTest("no nftables here")
        rules = ("add table inet wall", "add chain inet wall out { type filter hook output priority 0; }",
                 "add rule inet wall out udp dport 5353 reject")
        for rule in rules:
            self.alpha.run("nft", rule)
        peer = RawPeer(self.beta)
        for _ in range(20):
            peer.send(dns.query(("alpha.local", dns.A)))
            time.sleep(0.11)
        peer.close()
        self.assert_one_line("not permitted|firewall|refused|cannot send", most=2)
        self.alpha.run("nft", "delete", "table", "inet", "wall")
        self.assert_well(time.monotonic())

    def test_receive_queue_of_netlink_overflows(self):
        """More changes than the daemon can be told of while it stands still: it looks at all anew."""
        self.daemon.popen.send_signal(signal.SIGSTOP)
        lines = [f"address {verb} 10.9.{i // 200}.{i % 200 + 1}/32 dev eth0"
                 for _ in range(6) for verb in ("add", "del") for i in range(400)]
        self.batch(lines + ["address add 192.0.2.77/24 dev eth0"])
        self.daemon.popen.send_signal(signal.SIGCONT)
        lab.wait_for("the address that came last", lambda: "192.0.2.77" in {
            r.data for r in self.answer() or ()}, WELL + 1)
        lab.wait_for("no other", lambda: {r.data for r in self.answer() or ()} ==
                     {"192.0.2.1", "192.0.2.77"}, WELL + 1)
        self.assert_well()

    def batch(self, lines):
        done = subprocess.run(self.alpha.inside("ip", "-batch", "-"), input="\n".join(lines) + "\n",
                              text=True, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_addresses_come_and_go(self):
        for start in range(0, ADDRESSES, 100):
            self.batch([f"address {verb} 10.8.{i // 200 % 250}.{i % 200 + 1}/24 dev eth0"
                        for i in range(start, start + 100) for verb in ("add", "del")])
        gone = time.monotonic()
        self.assert_well(gone)
        lab.wait_for("only its own", lambda: {r.data for r in self.answer() or ()} == {"192.0.2.1"},
                     WELL)

    def test_interface_flaps(self):
        dice = random.Random(6762)
        for _ in range(FLAPS):
            self.batch(["link set eth0 down", "link set eth0 up"])
            time.sleep(dice.choice([0, 0, 0.01, 0.05]))
        gone = time.monotonic()
        # Probing takes 0.75 s and the random wait before it, a quarter of one.
        lab.wait_for("the host name", self.answer, WELL)
        self.assert_well(gone)
        self.assertEqual(self.alpha.status()["host_name"], "alpha", "no conflict with itself")

    def test_mtu(self):
        for mtu in (68, 100, 576, 1280, 1500, 9000, 68, 1500):
            self.alpha.run("ip", "link", "set", "eth0", "mtu", mtu, check=False)
            time.sleep(0.05)
            self.assertTrue(self.daemon.running())
        self.assert_well(time.monotonic())


class Time(Faults):
    def test_stopped_for_long(self):
        client = socket.socket(socket.AF_UNIX)
        client.connect(self.alpha.path(programs.CONTROL))
        self.daemon.popen.send_signal(signal.SIGSTOP)
        peer = RawPeer(self.beta)
        end = time.monotonic() + STOPPED
        while time.monotonic() < end:
            peer.send(dns.query(("alpha.local", dns.ANY)))
            time.sleep(0.005)
        peer.close()
        self.daemon.popen.send_signal(signal.SIGCONT)
        self.assert_well(time.monotonic())
        client.close()

    def test_wall_clock_steps(self):
        """Only this machine's one clock can be stepped; the daemon gets one of its own, by preload."""
        library = self.alpha.folder / "clock.so"
        source = self.alpha.folder / "clock.c"
        source.write_text(_CLOCK)
        subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-D_GNU_SOURCE", "-o", library, source],
                       check=True)
        self.alpha.stop_avahid()
        offset = self.alpha.folder / "offset"
        offset.write_bytes(bytes(8))
        offset.chmod(0o644)
        preload = f"LD_PRELOAD={library}"
        if SANITIZED:
            runtime = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True,
                                     text=True, check=True).stdout.strip()
            preload = f"LD_PRELOAD={runtime}:{library}"
        self.start(wrapper=("env", preload, f"STEP={offset}"))
        ten_years = 10 * 365 * 86400
        for step in (ten_years, -ten_years, 0):
            with self.subTest(step):
                offset.write_bytes(step.to_bytes(8, "little", signed=True))
                time.sleep(0.3)
                self.assert_well()
                self.assertLess(self.alpha.status()["uptime"], 600)
        stamps = [line.split()[0] for line in self.daemon.log().splitlines()]
        self.assertTrue(stamps)

    def test_watchdog_comes_from_the_loop(self):
        """A daemon that stands still says nothing, so that systemd notices."""
        self.alpha.stop_avahid()
        path = f"{self.alpha.path('/run')}/notify"
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        manager.bind(path)
        os.chmod(path, 0o777)
        self.start(wrapper=("env", "NOTIFY_SOCKET=/run/notify", "WATCHDOG_USEC=600000"))
        manager.settimeout(2 * SLOWNESS)

        def beats(seconds):
            end, count = time.monotonic() + seconds, 0
            while (left := end - time.monotonic()) > 0:
                manager.settimeout(left)
                with contextlib.suppress(socket.timeout):
                    count += b"WATCHDOG=1" in manager.recv(4096)
            return count

        self.assertGreaterEqual(beats(2.0), 6)
        self.daemon.popen.send_signal(signal.SIGSTOP)
        beats(0.1)
        self.assertEqual(beats(1.0), 0)
        self.daemon.popen.send_signal(signal.SIGCONT)
        self.assertGreaterEqual(beats(1.5), 3)


class BusGoes(Faults):
    def furnish_more(self):
        self.bus = Bus(self.alpha)

    def test_restart_of_the_bus(self):
        self.bus.wait_for_avahi()
        for _ in range(3):
            self.bus.stop()
            self.assertTrue(self.answer())
            self.bus.start()
            self.bus.wait_for_avahi(WELL)
        self.assert_well()
        self.assertLessEqual(len(told(self.daemon, "D-Bus")), 12)


class Killed(Faults):
    def test_killed_with_clients_connected(self):
        dice = random.Random(6762)
        for number in range(KILLS):
            clients = []
            for path in (programs.CONTROL, programs.SIMPLE):
                for _ in range(5):
                    client = socket.socket(socket.AF_UNIX)
                    client.connect(self.alpha.path(path))
                    clients.append(client)
            clients[0].sendall(b'{"method":"org.avahid.Daemon.Browse","parameters":'
                               b'{"type":"_http._tcp"},"more":true}\0')
            time.sleep(dice.random() * 0.2)
            self.alpha.stop_avahid(signal.SIGKILL)
            for client in clients[:5]:
                client.close()
            begin = time.monotonic()
            self.daemon = self.alpha.start_avahid(policy="off", log="info")
            lab.wait_for("the host name", self.answer, WELL)
            self.assertLess(time.monotonic() - begin, 4 * SLOWNESS, number)
            for client in clients[5:]:
                client.close()
        self.assert_well()
        self.assertEqual(self.alpha.status()["host_name"], "alpha", "no conflict with its past self")


_CLOCK = """
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
static const volatile int64_t *step;
__attribute__((constructor)) static void begin(void) {
    const int fd = open(getenv("STEP"), O_RDONLY | O_CLOEXEC);
    void *const page = mmap(0, 8, PROT_READ, MAP_SHARED, fd, 0);
    step = page == MAP_FAILED ? 0 : page;
}
int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    const int result = real(clock, now);
    if (clock == CLOCK_REALTIME && step) now->tv_sec += *step;
    return result;
}
time_t time(time_t *into) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (into) *into = now.tv_sec;
    return now.tv_sec;
}
int gettimeofday(struct timeval *into, void *zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    into->tv_sec = now.tv_sec;
    into->tv_usec = now.tv_nsec / 1000;
    return 0;
}
"""


if __name__ == "__main__":
    lab.main()
