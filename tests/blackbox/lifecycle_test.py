"""Starting, stopping, dying and coming back; configuration."""
import os
import re
import signal
import time

import lab
from lab import host as programs


def keeper_of(host):
    """The process id of the privileged half, which is a child of the daemon."""
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/status") as status:
                    parent = re.search(r"^PPid:\t(\d+)", status.read(), re.M)[1]
            except OSError:
                continue
            if int(parent) == host.avahid.pid:
                return int(entry)
    return None


class Lifecycle(lab.LabCase):
    def setUp(self):
        self.alpha = self.host("alpha", lab.Link())

    def test_stop_removes_the_address_and_ends_with_0(self):
        self.alpha.start_avahid()
        self.alpha.wait_claimed()
        self.assertEqual(self.alpha.stop_avahid(), 0)
        self.assertIsNone(self.alpha.ipv4ll())
        self.assertEqual(self.alpha.ip("route", "show", "dev", "eth0"), "")
        for path in (programs.CONTROL, programs.SIMPLE):
            self.assertFalse(os.path.exists(self.alpha.path(path)), path)

    def test_killed_daemon_leaves_no_address(self):
        self.alpha.start_avahid()
        self.alpha.wait_claimed()
        self.alpha.stop_avahid(signal.SIGKILL)
        lab.wait_for("the keeper to take the address back", lambda: not self.alpha.ipv4ll(), 2)

    def test_restart_mends_what_a_crash_of_both_halves_left(self):
        daemon = self.alpha.start_avahid()
        address = self.alpha.wait_claimed()
        keeper = keeper_of(self.alpha)
        self.assertTrue(keeper, "a child of the daemon")
        os.kill(keeper, signal.SIGKILL)
        os.kill(daemon.pid, signal.SIGKILL)
        daemon.popen.wait()
        self.assertEqual(self.alpha.ipv4ll(), address)  # stale
        self.assertTrue(os.path.exists(self.alpha.path(programs.CONTROL)))  # stale
        self.alpha.start_avahid()
        lab.wait_for("bound again", lambda: self.bound() == [address], 15)
        self.assertEqual([a["local"] for a in self.alpha.addresses()
                          if a["local"].startswith("169.254.")], [address])
        self.assertEqual(self.alpha.stop_avahid(), 0)
        self.assertIsNone(self.alpha.ipv4ll())

    def bound(self):
        return [i["address"] for i in self.alpha.call("GetIpv4ll")["interfaces"]
                if i["state"] == "bound"]

    def test_killed_at_any_moment_it_starts_again(self):
        for moment in (0.0, 0.02, 0.1, 0.5, 1.5, 4.0):
            daemon = self.alpha.start_avahid(ready=False)
            time.sleep(moment)
            daemon.stop(signal.SIGKILL)
        self.alpha.start_avahid()
        self.alpha.wait_claimed()
        self.assertEqual(self.alpha.wait_established(), "alpha")

    def test_last_address_is_used_again(self):  # RFC3927-§2.1-02
        addresses = set()
        for _ in range(2):
            self.alpha.start_avahid()
            addresses.add(self.alpha.wait_claimed())
            self.alpha.stop_avahid()
        self.assertEqual(len(addresses), 1)

    def test_second_daemon_leaves_the_first_alone(self):
        first = self.alpha.start_avahid(policy="off")
        second = self.alpha.start(programs.avahid(), "--config", self.alpha.folder / "avahid.conf",
                                  name="second")
        lab.wait_for("the second to end", lambda: not second.running(), 10)
        self.assertNotEqual(second.popen.returncode, 0)
        self.assertIn("another avahid is running", second.log())
        self.assertTrue(first.running())
        self.assertTrue(self.alpha.status())

    def test_reload_reads_service_files_again(self):
        daemon = self.alpha.start_avahid(policy="off")
        self.alpha.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        self.alpha.add_service("late", "Late", ("_http._tcp", 80, []))
        daemon.popen.send_signal(signal.SIGHUP)
        with self.alpha.varlink() as client:
            client.wait("the new service", lambda r: r["event"] == "found"
                        and r["service"]["instance"] == "Late", "Browse", type="_http._tcp")
        self.assertTrue(daemon.running())


class CommandLine(lab.LabCase):
    @classmethod
    def furnish(cls):
        cls.alpha = cls.host("alpha")

    def check(self, text):
        conf = self.alpha.folder / "checked.conf"
        conf.write_text(text)
        return self.alpha.run(programs.avahid(), "--check-config", "--config", conf, check=False)

    def test_good_configuration(self):
        done = self.check("[server]\nuse-ipv6=yes\n[ipv4ll]\npolicy=always\n")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_bad_configuration_is_named_by_line(self):
        done = self.check("[server]\nuse-ipv5=yes\n\n[ipv4ll]\npolicy=sometimes\n")
        self.assertEqual(done.returncode, 1)
        told = done.stdout + done.stderr
        self.assertRegex(told, r"checked\.conf:2\b.*use-ipv5")
        self.assertRegex(told, r"checked\.conf:5\b.*sometimes")

    def test_bad_configuration_does_not_keep_it_from_running(self):
        self.alpha.start_avahid(config="[server]\nnonsense=1\nhost-name=gamma\n", policy="off")
        self.assertEqual(self.alpha.status()["wanted_name"], "gamma")
        self.assertRegex(self.alpha.avahid.log(), r"avahid\.conf:2\b")

    def test_version_and_help(self):
        for option in ("--version", "--help"):
            self.assertIn("avahid", self.alpha.run(programs.avahid(), option).stdout)

    def test_unknown_option(self):
        done = self.alpha.run(programs.avahid(), "--nonsense", check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("--nonsense", done.stderr + done.stdout)


if __name__ == "__main__":
    lab.main()
