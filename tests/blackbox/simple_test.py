"""Avahi's line protocol: the same questions to avahi-daemon and to avahid, the same replies; and
what avahi-dnsconfd makes of them."""
import os
import pathlib
import re
import signal
import socket
import time

import lab
from lab import avahi_files, peers

SERVERS = """[server]
host-name=servers
enable-dbus=no
[publish]
publish-workstation=no
publish-hinfo=no
publish-dns-servers=192.0.2.53, 2001:db8::53
"""


class Line:
    """A client of the socket in that host."""

    def __init__(self, host):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(host.path(lab.host.SIMPLE))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def say(self, text):
        self.socket.sendall(text if isinstance(text, bytes) else text.encode())

    def hear(self, seconds=10.0, until=None):
        """All that comes until the end of the connection, that pattern, or that time."""
        heard, end = b"", time.monotonic() + seconds
        while not (until and re.search(until, heard.decode(errors="replace"))):
            self.socket.settimeout(max(0.01, end - time.monotonic()))
            try:
                data = self.socket.recv(65536)
            except (socket.timeout, ConnectionResetError):
                break
            if not data:
                break
            heard += data
        return heard.decode(errors="replace")


def ask(host, line, **how):
    with Line(host) as client:
        client.say(line)
        return client.hear(**how)


class SameReplies(lab.LabCase):
    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.theirs, cls.ours, cls.gamma, cls.servers = (
            cls.host(name, link) for name in ("theirs", "ours", "gamma", "servers"))
        for number, host in enumerate((cls.theirs, cls.ours, cls.gamma, cls.servers), 1):
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
        cls.avahi = peers.AvahiDaemon(cls.theirs)
        # It gives the interface of whatever it is told by: here there is but one.
        path, env = avahi_files.program("usr/sbin/avahi-daemon")
        conf = cls.servers.folder / "servers.conf"
        conf.write_text(SERVERS)
        cls.publisher = cls.servers.start(path, "--no-drop-root", "--no-chroot", "--no-rlimits",
                                          "-f", conf, env=env)
        for host in (cls.ours, cls.gamma):
            host.start_avahid(policy="off")
            host.wait_established()
        cls.publisher.wait_log("Server startup complete", 10)

    def both(self, line, **how):
        real, ours = (re.sub(rf"\b{host.ifindex()} ", "IF ", ask(host, line, **how))
                      for host in (self.theirs, self.ours))
        self.assertEqual(ours, real, line)
        return ours

    def test_names(self):
        # Over which protocol the answer came (0, 1) is a matter of who was faster.
        for command, wanted in (
                ("RESOLVE-HOSTNAME-IPV4", "192.0.2.3"),
                ("RESOLVE-HOSTNAME-IPV6", self.gamma.fe80())):
            for host in (self.theirs, self.ours):
                self.assertRegex(ask(host, f"{command} gamma.local\n"),
                                 rf"^\+ {host.ifindex()} [01] gamma\.local {wanted}\n$")
        for host in (self.theirs, self.ours):
            self.assertRegex(ask(host, "RESOLVE-HOSTNAME gamma.local\n"),
                             rf"^\+ {host.ifindex()} [01] gamma\.local "
                             rf"(192\.0\.2\.3|{self.gamma.fe80()})\n$")
            self.assertRegex(ask(host, "RESOLVE-ADDRESS 192.0.2.3\n"),
                             rf"^\+ {host.ifindex()} [01] gamma\.local\n$")
            self.assertRegex(ask(host, f"RESOLVE-ADDRESS {self.gamma.fe80()}\n"),
                             rf"^\+ {host.ifindex()} [01] gamma\.local\n$")

    def test_misses(self):
        self.assertEqual(self.both("RESOLVE-HOSTNAME nosuch.local\n"), "-15 Timeout reached\n")
        self.assertEqual(self.both("RESOLVE-ADDRESS 192.0.2.99\n"), "-15 Timeout reached\n")

    def test_mistakes(self):
        for line in ("\n", "   \n", "NONSENSE\n", "help\n", "RESOLVE-HOSTNAME\n",
                     "RESOLVE-ADDRESS\n", "RESOLVE-ADDRESS nonsense\n", "RESOLVE-HOSTNAME a..b\n",
                     "RESOLVE-HOSTNAME x\n", "BROWSE-DNS-SERVERS now\n", "RESOLVE-HOSTNAME-IPV4\n",
                     "RESOLVE-ADDRESS 1.2.3\n", "NONSENSE with words\n", "x" * 70 + "\n"):
            with self.subTest(line=line):
                self.both(line)

    def test_help(self):
        theirs, ours = (ask(host, "HELP\n") for host in (self.theirs, self.ours))
        self.assertTrue(ours.startswith(theirs), ours)  # and our own command after it

    def test_lines_in_pieces_and_in_heaps(self):
        for host in (self.theirs, self.ours):
            with Line(host) as client:
                for piece in ("RESOLVE-HOST", "NAME-IPV4 gam", "ma.local", "\n"):
                    client.say(piece)
                    time.sleep(0.05)
                self.assertRegex(client.hear(), r"^\+ \d+ [01] gamma\.local 192\.0\.2\.3\n$")
            # The first command is the last.
            self.assertRegex(ask(host, "RESOLVE-HOSTNAME-IPV4 gamma.local\nHELP\nNONSENSE\n"),
                             r"^\+ \d+ [01] gamma\.local 192\.0\.2\.3\n$")
            self.assertRegex(ask(host, "NONSENSE\nHELP\n"), r'^-21 Invalid command "NONSENSE".*\n$')
            # And the command of somebody who says no more: avahi-daemon hangs up on those.
        with Line(self.ours) as client:
            client.say("RESOLVE-HOSTNAME-IPV4 gamma.local\n")
            client.socket.shutdown(socket.SHUT_WR)
            self.assertRegex(client.hear(), r"192\.0\.2\.3\n$")

    def test_dns_servers(self):
        for command, wanted in (("BROWSE-DNS-SERVERS", {"192.0.2.53", "2001:db8::53"}),
                                ("BROWSE-DNS-SERVERS-IPV4", {"192.0.2.53"}),
                                ("BROWSE-DNS-SERVERS-IPV6", {"2001:db8::53"})):
            for host in (self.theirs, self.ours):
                heard = ask(host, command + "\n", seconds=4)
                first, *lines = heard.splitlines()
                self.assertEqual(first, "+ Browsing ...")
                found = {tuple(line.split()) for line in lines}
                self.assertEqual({(line[0], line[1], line[3], line[4]) for line in found},
                                 {(">", str(host.ifindex()), address, "53")
                                  for address in wanted}, f"{host.name}: {heard}")

    def test_many_clients_and_slow_ones(self):
        idle = [Line(self.ours) for _ in range(100)]
        browsing = [Line(self.ours) for _ in range(50)]
        for client in browsing:
            client.say("BROWSE-DNS-SERVERS\n")  # and never reads
        started = time.monotonic()
        asking = [Line(self.ours) for _ in range(50)]
        for client in asking:
            client.say("RESOLVE-HOSTNAME-IPV4 gamma.local\n")
        for client in asking:
            self.assertRegex(client.hear(), r"192\.0\.2\.3\n$")
        self.assertLess(time.monotonic() - started, 5 * lab.process.SLOWNESS)
        for client in idle + browsing + asking:
            client.socket.close()

    def test_quotas_are_of_the_user(self):
        """A greedy user (uid 1234) meets a limit of its own; root is served all the same."""
        greedy = self.ours.start("setpriv", "--reuid=1234", "--clear-groups", "/usr/bin/python3", "-c", """
import socket, time
held, refused = [], ""
for _ in range(400):
    s = socket.socket(socket.AF_UNIX); s.connect("/run/avahi-daemon/socket"); held.append(s)
s.settimeout(5)
print("last:", s.recv(100).decode(), flush=True)
time.sleep(30)""", name="greedy")
        greedy.wait_log("last: -16 Too many clients", 10)
        self.assertRegex(ask(self.ours, "RESOLVE-HOSTNAME-IPV4 gamma.local\n"), "192.0.2.3")
        greedy.stop()


class Dnsconfd(lab.LabCase):
    """avahi-dnsconfd, unmodified, finds the DNS servers of the link through our socket."""

    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.ours, cls.servers = cls.host("ours", link), cls.host("servers", link)
        for number, host in enumerate((cls.ours, cls.servers), 1):
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
        cls.program, cls.env = avahi_files.program("usr/sbin/avahi-dnsconfd")
        folder = avahi_files.own_etc(cls.ours)
        action = folder / "avahi-dnsconfd.action"
        action.write_text("#!/bin/sh\necho \"$1 $2 $3 $4\" >>/run/action.log\n")
        action.chmod(0o755)
        cls.ours.start_avahid(policy="off")
        cls.ours.wait_established()

    def told(self):
        path = pathlib.Path(self.ours.path("/run/action.log"))
        return path.read_text().splitlines() if path.exists() else []

    def test_it_runs_its_action_for_each_server(self):
        path, env = avahi_files.program("usr/sbin/avahi-daemon")
        conf = self.servers.folder / "servers.conf"
        conf.write_text(SERVERS)
        publisher = self.servers.start(path, "--no-drop-root", "--no-chroot", "--no-rlimits",
                                       "-f", conf, env=env)
        dnsconfd = self.ours.start(self.program, env=self.env)
        lab.wait_for("its action", lambda: any(
            line.startswith("+ 192.0.2.53") for line in self.told()), 20)
        self.assertTrue(os.path.exists(self.ours.path(lab.host.SIMPLE)))
        publisher.stop()
        lab.wait_for("the server to go", lambda: any(
            line.startswith("- 192.0.2.53") for line in self.told()), 20)
        dnsconfd.stop(signal.SIGKILL)


if __name__ == "__main__":
    lab.main()
