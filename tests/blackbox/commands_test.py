"""The command lines that scripts call: avahi-daemon's and avahi-autoipd's, each the real one and
ours under its name, asked the same and compared."""
import os
import pathlib
import signal
import threading

import lab
from lab import avahi_files
from lab.ipv4ll_peers import cover_state
from lab.link_local import QUICK

PID_FILE = "/run/avahi-daemon/pid"
CONF = "[server]\nenable-dbus=no\nhost-name={name}\n[rlimits]\n"
COMMON = ("--no-drop-root", "--no-chroot", "--no-rlimits", "--no-proc-title", "--debug")


def autoipd():
    return lab.host.binary("AVAHID_AUTOIPD", "/usr/sbin/avahi-autoipd")


class Reaper:
    """Daemons have no parent that waits for them but the test program itself, and to avahi-daemon
    a zombie is still running: so it is waited for as soon as its process id is known."""
    _pids = set()
    _thread = None

    @classmethod
    def add(cls, file):
        try:
            cls._pids.add(int(file.read_text()))
        except (OSError, ValueError):
            return
        if not cls._thread:
            cls._thread = threading.Thread(target=cls._reap, daemon=True)
            cls._thread.start()

    @classmethod
    def _reap(cls):
        while True:
            for pid in list(cls._pids):
                try:
                    if os.waitpid(pid, os.WNOHANG)[0]:
                        cls._pids.discard(pid)
                except ChildProcessError:
                    pass  # not ours yet: its own parent still lives
            threading.Event().wait(0.02)


class Script:
    """A program by its name, as a script calls it."""

    def __init__(self, host, path, env=None):
        self.host, self.path, self.env = host, path, env

    def __call__(self, *args, seconds=30):
        done = self.host.run(self.path, *args, check=False, env=self.env, seconds=seconds)
        for file in (PID_FILE, "/run/avahi-autoipd.eth0.pid", "/run/one/pid", "/run/two/pid"):
            Reaper.add(pathlib.Path(self.host.path(file)))
        return done

    def status(self, *args):
        return self(*args).returncode


def under_name(host, program, name):
    """The program by another name: a link, as a package would install it."""
    folder = pathlib.Path(host.path("/run/bin"))
    folder.mkdir(exist_ok=True)
    (folder / name).symlink_to(program)
    return f"/run/bin/{name}"


class AvahiDaemonsCommandLine(lab.LabCase):
    @classmethod
    def furnish(cls):
        cls.theirs, cls.ours = cls.host("theirs", lab.Link()), cls.host("ours", lab.Link())
        for host in (cls.theirs, cls.ours):
            host.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
            avahi_files.own_etc(host)
            (host.folder / "a.conf").write_text(CONF.format(name=host.name))
        path, env = avahi_files.program("usr/sbin/avahi-daemon")
        cls.real = Script(cls.theirs, path, env)
        cls.link = Script(cls.ours, under_name(cls.ours, lab.host.avahid(), "avahi-daemon"))
        cls.plain = Script(cls.ours, lab.host.avahid())

    def tearDown(self):
        for script in (self.real, self.link):
            if script.status("-c") == 0:
                script("-k")

    def both(self, *args):
        """The same of both: what each ended with."""
        real, link = (script.status(*(a if isinstance(a, str) else a(script.host) for a in args))
                      for script in (self.real, self.link))
        self.assertEqual(link, real, args)
        return link

    @staticmethod
    def conf(host):
        return str(host.folder / "a.conf")

    def start(self):
        return self.both("-D", *COMMON, "-f", self.conf)

    def pid(self, host):
        return int(pathlib.Path(host.path(PID_FILE)).read_text())

    def test_the_life_of_a_daemon(self):
        self.assertEqual(self.both("-c"), 1)
        self.assertEqual(self.both("-k"), 255)
        self.assertEqual(self.both("-r"), 255)
        self.assertEqual(self.start(), 0)
        for host in (self.theirs, self.ours):
            os.kill(self.pid(host), 0)
            self.assertTrue(os.path.exists(host.path(lab.host.SIMPLE)))
        self.assertEqual(self.both("-c"), 0)
        self.assertEqual(self.both("--check"), 0)
        self.assertEqual(self.both("-r"), 0)
        self.assertEqual(self.start(), 255)  # already running
        self.assertEqual(self.both("-f", self.conf, *COMMON), 255)
        self.assertEqual(self.both("-k"), 0)
        for host in (self.theirs, self.ours):
            self.assertFalse(os.path.exists(host.path(PID_FILE)))
        self.assertEqual(self.both("-c"), 1)
        self.assertEqual(self.both("--kill"), 255)
        # The longer words, bundled and joined.
        self.assertEqual(self.both("--daemonize", "--syslog", *COMMON,
                                   lambda host: "--file=" + self.conf(host)), 0)
        self.assertEqual(self.both("--reload"), 0)
        self.assertEqual(self.both("--kill"), 0)
        self.assertEqual(self.both("-Ds", "--no-drop-root", "--no-chroot", "-f", self.conf), 0)
        self.assertEqual(self.both("-k"), 0)

    def test_what_is_wrong(self):
        self.assertEqual(self.both("--bogus"), 255)
        self.assertEqual(self.both("-x"), 255)
        self.assertEqual(self.both("stray"), 255)
        self.assertEqual(self.both("-f"), 255)
        self.assertEqual(self.both("-h"), 0)
        self.assertEqual(self.both("--help"), 0)
        self.assertEqual(self.both("-V"), 0)
        for flag in ("-V", "--version"):
            self.assertEqual(self.link(flag).stdout.split()[:2], self.real(flag).stdout.split())
        for word in self.real("-h").stdout.split():
            if word.startswith("--"):
                self.assertIn(word.split("=")[0], self.link("-h").stdout)

    def test_a_file_left_by_a_crash_is_nobodys(self):
        self.assertEqual(self.start(), 0)
        for script in (self.real, self.link):
            os.kill(self.pid(script.host), signal.SIGKILL)
        lab.wait_for("both dead", lambda: self.real.status("-c") == self.link.status("-c") == 1)
        self.assertTrue(os.path.exists(self.ours.path(PID_FILE)))
        # Its number may be somebody's by now: avahi-daemon takes that for a daemon, and will not
        # start. Ours looks who has the file locked.
        pathlib.Path(self.ours.path(PID_FILE)).write_text("1\n")
        self.assertEqual(self.link.status("-c"), 1)
        self.assertEqual(self.start(), 0)
        self.assertEqual(self.both("-c"), 0)
        self.assertEqual(self.both("-k"), 0)

    def test_a_daemon_has_no_terminal(self):
        self.assertEqual(self.start(), 0)
        for host in (self.theirs, self.ours):
            process = pathlib.Path(f"/proc/{self.pid(host)}")
            stat = (process / "stat").read_text().rpartition(")")[2].split()
            self.assertEqual(stat[4], "0", "terminal")  # tty_nr
            self.assertNotEqual(stat[3], str(os.getsid(0)), "session")
            for stream in "012":
                self.assertEqual(os.readlink(process / "fd" / stream), "/dev/null")
            self.assertEqual(os.readlink(process / "cwd"), "/")

    def test_a_failure_is_the_status_of_the_command(self):
        for host in (self.theirs, self.ours):
            # Nothing can be made where the sockets belong.
            host.run("sh", "-c", "rm -rf /run/avahi-daemon && touch /run/avahi-daemon")
        try:
            self.assertEqual(self.plain.status("-D", "--user", "nosuchuser"), 1)
            self.assertEqual(self.plain.status("--bogus"), 2)
            self.assertNotEqual(self.link.status("-D", "--user", "nosuchuser"), 0)
        finally:
            for host in (self.theirs, self.ours):
                host.run("rm", "/run/avahi-daemon")

    def test_it_drops_root_and_still_removes_its_file(self):
        self.assertEqual(self.link.status("-D", "-f", self.conf(self.ours)), 0)
        with open(f"/proc/{self.pid(self.ours)}/status", encoding="ascii") as status:
            self.assertNotIn("Uid:\t0\t", status.read())
        self.assertEqual(self.link.status("-k"), 0)
        self.assertFalse(os.path.exists(self.ours.path(PID_FILE)))

    def test_many_side_by_side(self):
        for name in ("one", "two"):
            self.assertEqual(self.plain.status(
                "-D", "-f", self.conf(self.ours), "--runtime-dir", f"/run/{name}",
                "--state-dir", f"/run/{name}-state"), 0)
        self.assertEqual(self.plain.status("-k", "--runtime-dir", "/run/one"), 0)
        self.assertEqual(self.plain.status("-c", "--runtime-dir", "/run/one"), 1)
        self.assertEqual(self.plain.status("-c", "--runtime-dir", "/run/two"), 0)
        self.assertEqual(self.plain.status("-k", "--runtime-dir", "/run/two"), 0)


class AutoipdsCommandLine(lab.LabCase):
    @classmethod
    def furnish(cls):
        cls.theirs, cls.ours = cls.host("theirs", lab.Link()), cls.host("ours", lab.Link())
        avahi = avahi_files.own_etc(cls.theirs)
        path, env = avahi_files.program("usr/sbin/avahi-autoipd")
        action = path.parents[2] / "etc/avahi/avahi-autoipd.action"
        (avahi / "avahi-autoipd.action").write_bytes(action.read_bytes())
        (avahi / "avahi-autoipd.action").chmod(0o755)
        for host in (cls.theirs, cls.ours):
            cover_state(host)
            host.run("mkdir", "-p", "/var/lib/avahi-autoipd")
        cls.ours.start_avahid(policy="off", config=QUICK)
        cls.real = Script(cls.theirs, path, env)
        cls.link = Script(cls.ours, under_name(cls.ours, autoipd(), "avahi-autoipd"))

    def both(self, *args):
        real, link = (script.status(*args) for script in (self.real, self.link))
        self.assertEqual(link, real, args)
        return link

    def start(self, *args):
        """The real one cannot drop root here: it has no user of its own."""
        real = self.real.status("--no-drop-root", "--no-chroot", "-wD", *args, "eth0")
        link = self.link.status("--no-drop-root", "--no-chroot", "-wD", *args, "eth0")
        self.assertEqual(link, real, args)
        return link

    def tearDown(self):
        for script in (self.real, self.link):
            script("-k", "eth0")
            script.host.run("ip", "-4", "address", "flush", "dev", "eth0", "scope", "global")
            self.assertIsNone(script.host.ipv4ll(), script.host.name)

    def test_1_the_life_of_an_address(self):
        for command in ("-c", "-k", "-r"):
            self.assertEqual(self.both(command, "eth0"), 1, command)
        self.assertEqual(self.start(), 0)
        for host in (self.theirs, self.ours):
            self.assertTrue(host.ipv4ll(), host.name)
        self.assertEqual(self.both("-c", "eth0"), 0)
        self.assertEqual(self.both("-D", "eth0"), 1)  # already
        kept = self.ours.ipv4ll()
        self.assertEqual(self.both("-r", "eth0"), 0)
        self.assertEqual(self.ours.ipv4ll(), kept)
        self.assertEqual(self.both("-k", "eth0"), 0)
        for host in (self.theirs, self.ours):
            lab.wait_for(f"{host.name}'s address to go", lambda host=host: not host.ipv4ll(), 3)
        self.assertEqual(self.both("-c", "eth0"), 1)

    def test_2_begins_with_the_address_that_is_wanted(self):
        self.assertEqual(self.start("-S", "169.254.77.88"), 0)
        for host in (self.theirs, self.ours):
            self.assertEqual(host.ipv4ll(), "169.254.77.88", host.name)

    def test_3_beside_a_routable_address_only_by_force(self):
        for host in (self.theirs, self.ours):
            host.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        lab.wait_for("the daemon to see it", lambda: "192.0.2.1" in str(self.ours.status()))
        self.assertEqual(self.start(), 0)
        for host in (self.theirs, self.ours):
            self.assertIsNone(host.ipv4ll(), host.name)
        self.assertEqual(self.both("-k", "eth0"), 0)
        self.assertEqual(self.start("--force-bind"), 0)
        for host in (self.theirs, self.ours):
            self.assertTrue(host.ipv4ll(), host.name)

    def test_4_what_is_wrong(self):
        for args in ((), ("eth0", "eth1"), ("--bogus", "eth0"), ("-S", "bogus", "eth0"), ("-S",),
                     ("nosuch0",), ("-D", "nosuch0"), ("-c", "nosuch0"), ("-k", "nosuch0"),
                     ("-c",)):
            self.assertEqual(self.both(*args), 1, args)
        for flag in ("-h", "--help", "-V", "--version"):
            self.assertEqual(self.both(flag), 0, flag)
        self.assertEqual(self.link("-V").stdout.split()[:2], self.real("-V").stdout.split())
        for word in self.real("-h").stdout.split():
            if word.startswith("--"):
                self.assertIn(word.split("=")[0], self.link("-h").stdout)

    def test_5_in_the_foreground_until_a_signal(self):
        process = self.ours.start(self.link.path, "eth0", name="autoipd")
        lab.wait_for("an address", self.ours.ipv4ll, 10)
        self.assertEqual(self.link.status("-c", "eth0"), 0)
        self.assertEqual(process.stop(signal.SIGTERM), 0)
        lab.wait_for("it to go", lambda: not self.ours.ipv4ll(), 3)

    def test_6_without_a_daemon(self):
        for args in (("-D",), ("-c",), ("-k",), ("-r",), ()):
            self.assertEqual(self.link.status("--socket", "/run/nosuch", *args, "eth0"), 1, args)


if __name__ == "__main__":
    lab.main()
