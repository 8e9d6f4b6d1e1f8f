"""Many cables at once between two hosts, and what a program of theirs costs."""
import pathlib
import socket
import struct
import subprocess
import time

from . import dns, frames
from .process import SLOWNESS

_SO_RCVBUFFORCE = 33
_IP_PKTINFO = 8


def batch(lines, host=None):
    """Runs many `ip` commands in one program, here or in a host."""
    command = ["ip", "-batch", "-"]
    done = subprocess.run(host.inside(*command) if host else command, input="\n".join(lines) + "\n",
                          text=True, capture_output=True)
    if done.returncode:
        raise AssertionError(f"ip -batch: {done.stderr[:500]}")


class Wires:
    """`count` cables: eth0, eth1, … of one host to far0, far1, … of another, IPv4 net 10.X.Y.0/24
    each, .1 here and .2 there; with IPv6 also the usual fe80 addresses."""

    def __init__(self, host, far, count):
        self.host, self.far, self.count = host, far, count
        pids = host.anchor.pid, far.anchor.pid
        batch([f"link add name eth{i} netns {pids[0]} type veth peer name far{i} netns {pids[1]}"
               for i in range(count)])
        for end, last, who in (("eth", 1, host), ("far", 2, far)):
            batch([line for i in range(count)
                   for line in (f"address add {self.net(i)}.{last}/24 dev {end}{i}",
                                f"link set {end}{i} up")], who)

    @staticmethod
    def net(i):
        return f"10.{1 + i // 200}.{i % 200}"

    def answering(self, name, family=4, seconds=3.0):
        """The numbers of the links on which the name has just the address of that very link, asked
        for from the far end of each: a legacy query, whose answer comes by unicast."""
        asker = self.far.socket(socket.AF_INET if family == 4 else socket.AF_INET6,
                                socket.SOCK_DGRAM)
        asker.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 16 << 20)
        index = self._indexes()
        try:
            if family == 4:
                asker.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
            else:
                asker.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
            question = dns.query((name, dns.A))
            for i in range(self.count):
                scope = index[f"far{i}"]
                if family == 4:
                    asker.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                                     struct.pack("=4s4sI", bytes(4), bytes(4), scope))
                    asker.sendto(question, (frames.GROUP4, frames.MDNS_PORT))
                else:
                    asker.sendto(question, (frames.GROUP6, frames.MDNS_PORT, 0, scope))
            return self._answered(asker, name, {n: int(l[3:]) for l, n in index.items()
                                                if l.startswith("far")}, seconds)
        finally:
            asker.close()

    def _indexes(self):
        return {line.split(":")[1].strip().split("@")[0]: int(line.split(":")[0])
                for line in self.far.ip("-o", "link").splitlines()}

    def _answered(self, asker, name, number_of, seconds):
        right, deadline = set(), time.monotonic() + seconds * SLOWNESS
        asker.settimeout(0.5)
        while len(right) < self.count and time.monotonic() < deadline:
            try:
                data, control, _, _ = asker.recvmsg(65536, 256)
            except socket.timeout:
                continue
            # in_pktinfo begins with the interface, in6_pktinfo ends with it.
            info = control[0][2]
            interface, = struct.unpack_from("=i", info, 0 if control[0][0] == socket.IPPROTO_IP
                                            else 16)
            i = number_of[interface]
            addresses = {r.data for r in dns.parse(data).records(name, dns.A)}
            if addresses == {f"{self.net(i)}.1"}:
                right.add(i)
        return right


class Cost:
    """What a daemon with its child processes has used: processor seconds, and memory in MB."""

    def __init__(self, process):
        self._process = pathlib.Path(f"/proc/{process.pid}")
        children = self._process / f"task/{process.pid}/children"
        self._all = [self._process, *(pathlib.Path(f"/proc/{pid}")
                                      for pid in children.read_text().split())]

    def cpu(self):
        return sum(int((process / "schedstat").read_text().split()[0])
                   for process in self._all) / 1e9

    def _sum(self, *fields, file="smaps_rollup"):
        return sum(int(line.split()[1]) / 1024
                   for process in self._all
                   for line in (process / file).read_text().splitlines()
                   if line.split(":")[0] in fields)

    def memory(self):
        """Of what processes share, each has its part."""
        return self._sum("Pss")

    def resident(self):
        """What is shared is counted for each."""
        return self._sum("VmRSS", file="status")

    def own(self):
        """What no other process shares: programs and libraries are not counted."""
        return self._sum("RssAnon", file="status")

    def descriptors(self):
        return len(list((self._process / "fd").iterdir()))


def table(title, *rows):
    """A table for the closing lines of the test run: printed, up to an empty line."""
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]))]
    print(f"\ntable: {title}")
    for row in rows:
        print("  " + "  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip())
    print(flush=True)
