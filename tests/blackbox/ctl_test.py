"""avahictl beside avahi-browse, and what only the command line shows: packets, and a terminal."""
import json
import os
import pty
import re
import select
import signal
import time

import lab
from lab import dns
from lab import host as programs
from lab.peers import AvahiDaemon, RawPeer


class Monitor(lab.LabCase):
    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha = cls.host("alpha", link)
        cls.alpha.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        cls.beta = cls.host("beta", link, services=[("web", "Web", ("_http._tcp", 80, ["a=b"]))])
        cls.beta.ip("address", "add", "192.0.2.2/24", "dev", "eth0")
        cls.alpha.start_avahid(policy="off")
        cls.alpha.wait_established()
        cls.monitor = cls.alpha.start(programs.avahictl(), "monitor", "--json", "-4", name="monitor")
        cls.monitor.wait_log('"event":"started"')
        cls.beta.start_avahid(policy="off")
        cls.beta.wait_established()

    def packets(self, **wanted):
        lines = [json.loads(line) for line in self.monitor.log().splitlines()]
        return [p for p in lines if p["event"] == "packet"
                and all(p.get(key) == value for key, value in wanted.items())]

    def wait(self, what, condition, **wanted):
        return lab.wait_for(what, lambda: [p for p in self.packets(**wanted) if condition(p)], 8)

    def test_what_comes_in(self):
        probe = self.wait("beta's probe", lambda p: p["message"]["authorities"], direction="in",
                          address="192.0.2.2")[0]
        self.assertEqual((probe["interface"], probe["family"], probe["port"], probe["group"]),
                         ("eth0", "ipv4", 5353, True))
        self.assertEqual(probe["message"]["questions"][0]["type"], "ANY")
        self.assertNotIn("why", probe)
        self.assertLess(abs(probe["time"] - time.time()), 600)

    def test_why_it_goes_out(self):
        self.alpha.ctl("browse", "-rt", "_http._tcp")
        query = self.wait("a query", lambda p: "query" in p["why"], direction="out")[0]
        self.assertEqual(query["address"], "224.0.0.251")
        self.beta.run("dig", "@192.0.2.1", "-p", "5353", "+short", "+tries=1", "alpha.local", "A")
        legacy = self.wait("an answer to dig", lambda p: "legacy_answer" in p["why"],
                           direction="out")[0]
        self.assertEqual((legacy["asker"], legacy["group"]), ("192.0.2.2", False))
        self.assertEqual(legacy["message"]["answers"][0]["rdata"], "192.0.2.1")

    def test_only_the_family_that_was_wanted(self):
        self.assertEqual({p["family"] for p in self.packets()}, {"ipv4"})

    def test_own_packets_are_shown_once(self):
        self.assertFalse(self.packets(direction="in", address="192.0.2.1"))

    def test_what_is_dropped(self):
        peer = RawPeer(self.beta)
        peer.send(b"no DNS message")
        peer.close()
        self.wait("the malformed one", lambda p: "message" not in p, dropped="malformed")

    def test_text(self):
        process = self.alpha.start(programs.avahictl(), "monitor", "-i", "eth0", name="text")
        lab.wait_for("it to begin", lambda: (self.alpha.ctl(
            "query", "nobody.local", "--timeout", "0.2", check=False), process.log())[1])
        process.wait_log(r"eth0 IPv4 out to all: query\n    \?      nobody.local ANY")
        self.assertEqual(process.stop(signal.SIGINT), 0)

    def test_not_for_everyone(self):
        done = self.alpha.run("setpriv", "--reuid", "65534", "--clear-groups", programs.avahictl(),
                              "monitor", check=False)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("only root and the group netdev", done.stderr)

    def test_slow_reader_loses_packets_and_nobody_else_does(self):
        slow = self.alpha.start("sh", "-c", f"{programs.avahictl()} monitor --json | "
                                "{ read started; echo $started; sleep 6; cat; }", name="slow")
        slow.wait_log("started")
        peer = RawPeer(self.beta)
        records = [dns.Record(f"x{n}.local", dns.A, "192.0.2.9", 120) for n in range(25)]
        for _ in range(40):
            for _ in range(50):
                peer.send(dns.response(*records))
            time.sleep(0.02)
        self.assertEqual(self.alpha.ctl("hostname").stdout, "alpha\n")
        peer.close()
        lost = slow.wait_log(r'"lost":(\d+)', 20)
        self.assertGreater(int(lost[1]), 0)


class LikeAvahi(lab.LabCase):
    """The same services, by avahi-browse of a host with avahi-daemon and by ours."""
    TXT = ["path=/a b", "quote=\"x\" \\y", "flag", "empty=", "utf8=\u00fc\u65e5", "semi=a;b"]

    @classmethod
    def furnish(cls):
        link = lab.Link()
        hosts = [cls.host(name, link) for name in ("ours", "theirs", "server")]
        for number, host in enumerate(hosts, 1):
            host.ip("link", "set", "eth0", "down")
            host.run("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6")
            host.ip("link", "set", "eth0", "up")
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
        cls.ours, cls.theirs, cls.server = hosts
        cls.ours.start_avahid(policy="off")
        cls.server.start_avahid(policy="off")
        cls.avahi = AvahiDaemon(cls.theirs, families=(4,))
        cls.ours.wait_established()
        cls.server.wait_established()
        for name in ("Plain", "Dr. Pepper \\ 1; \u00fc\u65e5", "-dash_", "100% & <b>",
                     "a" * 63):
            process = cls.server.start(programs.avahictl(), "publish", "--subtype", "_one", "--",
                                       name.replace("\\", "\\\\"), "_avahid-p._tcp", "4711",
                                       *cls.TXT)
            process.wait_log("established")

    def both(self, *options):
        theirs = self.theirs.run(self.avahi.tool("avahi-browse"), "-p", "-k", *options,
                                 env=self.avahi.env, seconds=20).stdout
        ours = self.ours.ctl("browse", "-p", *options, seconds=20).stdout
        return sorted(ours.splitlines()), sorted(theirs.splitlines())

    def test_lines_are_the_same(self):
        for options in (["-t", "_avahid-p._tcp"], ["-rt", "_avahid-p._tcp"],
                        ["-rtl", "_avahid-p._tcp"], ["-t", "-d", "local", "_avahid-p._tcp"],
                        ["-rt", "_one._sub._avahid-p._tcp"]):
            with self.subTest(options=options):
                ours, theirs = self.both(*options)
                self.assertEqual(ours, theirs)
                self.assertGreaterEqual(len(ours), 5)

    def test_all_types(self):
        ours, theirs = self.both("-a", "-t")
        self.assertEqual([line for line in ours if "_avahid-p" in line],
                         [line for line in theirs if "_avahid-p" in line])


class Terminal(lab.LabCase):
    @classmethod
    def furnish(cls):
        cls.alpha = cls.host("alpha", lab.Link())
        cls.alpha.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        cls.alpha.start_avahid(policy="off")
        cls.alpha.wait_established()

    def on_terminal(self, *arguments):
        """(pid, descriptor) of avahictl with a terminal."""
        pid, terminal = pty.fork()
        if pid == 0:
            command = self.alpha.inside("env", "TERM=xterm", programs.avahictl(), *arguments)
            os.execvp(command[0], command)
        return pid, terminal

    def read_until(self, terminal, pattern, seconds=10):
        text, end = "", time.monotonic() + seconds * 2
        while not re.search(pattern, text) and time.monotonic() < end:
            if select.select([terminal], [], [], 0.2)[0]:
                text += os.read(terminal, 65536).decode()
        self.assertRegex(text, pattern)
        return text

    def test_a_list_is_drawn_in_place(self):
        pid, terminal = self.on_terminal("browse", "_avahid-tty._tcp")
        one = self.alpha.start(programs.avahictl(), "publish", "One", "_avahid-tty._tcp", "1")
        self.assertNotIn("\033[", self.read_until(terminal, r"One"))
        two = self.alpha.start(programs.avahictl(), "publish", "Two", "_avahid-tty._tcp", "2")
        self.read_until(terminal, r"\033\[2A\r\033\[J2 services\r\n.*One.*\r\n.*Two")
        two.stop(signal.SIGINT)
        self.read_until(terminal, r"\033\[3A\r\033\[J1 services\r\n.*One")
        one.stop(signal.SIGINT)
        self.read_until(terminal, r"\033\[2A\r\033\[J0 services")
        os.write(terminal, b"\x03")
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
        os.close(terminal)


if __name__ == "__main__":
    lab.main()
