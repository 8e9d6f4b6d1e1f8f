"""The Debian packages on Debian machines: in Avahi's place, under systemd and without, and gone
without a trace. Takes a minute and the release build, so only in the long form (AVAHID_LONG)."""
import glob
import os
import pathlib
import re
import subprocess
import sys

import lab
from lab.debian import Debian
from lab.process import wait_for

LONG = bool(os.environ.get("AVAHID_LONG"))
TOP = pathlib.Path(__file__).parents[2]
FOLDER = os.environ.get("AVAHID_PACKAGES", f"{TOP}/build/pack")  # where tools/dev/package puts them
PACKAGES = ("avahid", "libnss-avahid", "avahid-tools")
HOSTS = "hosts: files avahid [NOTFOUND=return] dns"
NO_CAPABILITY, NET_ADMIN_AND_RAW = "0000000000000000", "0000000000003000"


def package_files():
    found = [file for name in PACKAGES for file in glob.glob(f"{FOLDER}/{name}_*.deb")]
    if len(found) != len(PACKAGES):
        raise lab.Failure(f"{FOLDER} has not {', '.join(PACKAGES)} once each: "
                          "tools/dev/package makes them")
    return found


class Machine(lab.LabCase):
    """A Debian machine beside another host, with our packages in /root."""
    layers = ("base",)
    how = {}

    @classmethod
    def furnish(cls):
        cls.link = lab.Link()
        cls.debian = Debian("debian", *cls.layers, **cls.how)
        cls._hosts.append(cls.debian)
        cls.link.plug(cls.debian)
        cls.beta = cls.host("beta", cls.link, services=[
            ("web", "Web on %h", ("_http._tcp", 80, ["path=/"]))])
        cls.beta.start_avahid()
        for file in package_files():
            cls.debian.put(file, f"/root/{pathlib.Path(file).name}")

    @classmethod
    def install(cls, pattern="/root/*_0.1.0_*.deb"):
        files = cls.debian.sh(f"ls {pattern}").split()
        return cls.debian.apt("install", *files)

    @classmethod
    def hosts_line(cls):
        return cls.debian.sh("grep ^hosts: /etc/nsswitch.conf")

    @classmethod
    def wait_name(cls):
        """Until the machine's name is its own."""
        def established():
            try:
                status = cls.debian.status()
            except OSError:
                return False
            return status["host_state"] == "established" and any(
                one["mdns_ipv6"] for one in status["links"])
        wait_for("the machine's name", established, 20)


class InPlaceOfAvahi(Machine):
    layers = ("avahi", "base")

    @classmethod
    def furnish(cls):
        super().furnish()
        cls.debian.sh("""
            echo '# mine' >>/etc/avahi/avahi-daemon.conf
            mkdir -p /etc/avahi/services
            cat >/etc/avahi/services/own.service <<'END'
<?xml version="1.0"?><!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group><name>Own</name>
<service><type>_http._tcp</type><port>8080</port></service></service-group>
END
            """)
        cls.before = {"daemon": cls.debian.sh("systemctl is-active avahi-daemon.service"),
                      "hosts": cls.hosts_line()}
        cls.installed = cls.install()
        cls.wait_name()
        cls.beta.wait_established()

    def status_of(self, unit="avahid.service"):
        pid = self.debian.show(unit, "MainPID")
        return pid, self.proc_status(pid)

    def proc_status(self, pid):
        return dict(re.findall(r"^(\w+):\t(.*)$", self.debian.sh(f"cat /proc/{pid}/status"), re.M))

    def as_nobody(self, *argv):
        return self.debian.run("setpriv", "--reuid=nobody", "--clear-groups", *argv)

    def test_1_avahi_was_there(self):
        self.assertEqual(self.before["daemon"], "active")
        self.assertIn("mdns4_minimal [NOTFOUND=return] dns", self.before["hosts"])

    def test_1_told_that_settings_are_not_taken_over(self):
        self.assertIn("/etc/avahi/avahi-daemon.conf has settings of yours", self.installed.stdout)

    def test_1_what_needs_avahi_is_kept(self):
        self.debian.run("apt-get", "check")
        state = self.debian.sh("dpkg-query -W -f '${Package} ${db:Status-Abbrev}\\n'")
        state = dict(line.split() for line in state.splitlines() if len(line.split()) == 2)
        for name in (*PACKAGES, "avahi-utils", "avahi-dnsconfd", "cups-browsed"):
            self.assertEqual(state.get(name), "ii", name)
        for name in ("avahi-daemon", "avahi-autoipd", "libnss-mdns"):
            self.assertIn(state.get(name), ("rc", None), name)

    def test_1_what_needs_the_daemon_runs(self):
        for unit in ("avahi-dnsconfd.service", "cups-browsed.service"):
            self.assertEqual(self.debian.show(unit, "ActiveState"), "active", unit)

    def test_1_nsswitch(self):
        self.assertEqual(self.hosts_line().split(), HOSTS.split())

    def test_2_the_unit_runs(self):
        show = self.debian.show
        self.assertEqual(show("avahid.service", "ActiveState"), "active")
        self.assertEqual(show("avahid.socket", "ActiveState"), "active")
        self.assertEqual(show("avahid.service", "NRestarts"), "0")
        self.assertEqual(show("avahid.service", "WatchdogUSec"), "3min")
        self.assertEqual(show("avahid.service", "UnitFileState"), "enabled")
        self.assertEqual(show("dbus-org.freedesktop.Avahi.service", "Id"), "avahid.service")
        problems = [line for line in self.debian.journal().splitlines()
                    if re.search(r"error|refused|denied|not permitted|warning", line, re.I)]
        self.assertEqual(problems, [])

    def test_2_privileges(self):
        pid, main = self.status_of()
        uid = self.debian.sh("id -u avahid")
        self.assertEqual(main["Uid"].split(), [uid] * 4)
        self.assertEqual({main[f"Cap{kind}"] for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")},
                         {NO_CAPABILITY})
        self.assertEqual((main["NoNewPrivs"], main["Seccomp"]), ("1", "2"))
        keeper = self.debian.sh(f"cat /proc/{pid}/task/{pid}/children")
        self.assertEqual(self.proc_status(keeper)["CapEff"], NET_ADMIN_AND_RAW)

    def test_2_less_exposed_than_resolved(self):
        shown = self.debian.run("systemd-analyze", "security", "--offline=true", "--no-pager",
                                "/lib/systemd/system/avahid.service").stdout
        exposure = float(re.search(r"exposure level for avahid.service: ([\d.]+)", shown).group(1))
        self.assertLess(exposure, 2.2)

    def test_3_an_address(self):
        wait_for("a 169.254 address", self.debian.ipv4ll, 20)

    def test_3_names_both_ways(self):
        self.debian.run("ping", "-c", "1", "beta.local")
        self.beta.run("ping", "-c", "1", "debian.local")
        found = self.as_nobody("getent", "ahosts", "beta.local")
        self.assertIn("beta.local", found.stdout)

    def test_3_services_of_before(self):
        found = self.beta.ctl("browse", "-t", "--json", "_http._tcp").stdout
        self.assertIn('"Own"', found)

    def test_4_avahi_browse(self):
        found = self.debian.run("avahi-browse", "-t", "-p", "-r", "-k", "_http._tcp").stdout
        self.assertRegex(found, r"=;eth0;IPv[46];Web\\032on\\032beta;_http._tcp;local;beta.local;")
        self.as_nobody("avahi-browse", "-t", "_http._tcp")

    def test_4_who_may_rename_the_machine(self):
        self.debian.sh("useradd plain; useradd -G netdev admin")
        def rename(user, name):
            return self.debian.run("setpriv", f"--reuid={user}", "--init-groups",
                                   "avahi-set-host-name", name, check=False).returncode == 0
        self.assertFalse(rename("plain", "evil"))
        self.assertTrue(rename("admin", "renamed"))
        self.assertTrue(rename("root", "debian"))
        self.wait_name()

    def test_5_reload(self):
        _, before = self.status_of()
        self.debian.run("systemctl", "reload", "avahid.service")
        wait_for("the reload", lambda: "configuration reloaded" in self.debian.journal())
        self.assertEqual(self.status_of()[1]["Pid"], before["Pid"])

    def test_5_an_upgrade_restarts_once(self):
        self.debian.sh("""
            cd /root
            echo '# mine' >>/etc/avahid/avahid.conf
            for name in avahid libnss-avahid avahid-tools; do
                dpkg-deb -R ${name}_0.1.0_*.deb $name
                sed -i 's/^Version: .*/&+1/' $name/DEBIAN/control
                dpkg-deb -b $name ${name}_0.1.0+1_all.deb >/dev/null
            done
            sed -i 's/ avahid \\[NOTFOUND=return\\]//' /etc/nsswitch.conf""")
        ready = self.debian.journal().count("is ready")
        inodes = self.debian.sh("stat -c %i /run/avahi-daemon/socket /run/avahid/control")
        self.install("/root/*_0.1.0+1_*.deb")
        self.wait_name()
        self.assertEqual(self.debian.journal().count("is ready"), ready + 1)
        self.assertEqual(
            self.debian.sh("stat -c %i /run/avahi-daemon/socket /run/avahid/control"), inodes)
        self.assertIn("# mine", self.debian.sh("cat /etc/avahid/avahid.conf"))
        # Taken out by the administrator, it stays out.
        self.assertEqual(self.hosts_line().split(), "hosts: files dns".split())
        self.debian.sh("sed -i '/^hosts:/ s/dns/avahid [NOTFOUND=return] dns/' /etc/nsswitch.conf")

    def test_6_purging_what_avahi_left_does_no_harm(self):
        self.debian.run("dpkg", "--purge", "avahi-daemon", "avahi-autoipd", "libnss-mdns")
        found = self.as_nobody("getent", "ahosts", "beta.local")
        self.assertIn("beta.local", found.stdout)
        self.assertEqual(self.debian.show("dbus-org.freedesktop.Avahi.service", "Id"),
                         "avahid.service")
        self.assertEqual(self.debian.sh("cat /etc/avahi/services/own.service | head -c 5"), "<?xml")

    def test_7_a_crash_is_mended(self):
        pid, _ = self.status_of()
        self.debian.run("kill", "-KILL", pid)
        wait_for("another main process", lambda: self.status_of_running() not in (pid, "0"), 10)
        self.wait_name()

    def status_of_running(self):
        return self.debian.show("avahid.service", "MainPID")

    def test_7_a_socket_starts_it(self):
        # Clients on the bus would start it, too.
        self.debian.run("systemctl", "stop", "cups-browsed.service", "avahi-dnsconfd.service")
        self.debian.run("systemctl", "stop", "avahid.service")
        self.assertEqual(self.debian.show("avahid.service", "ActiveState"), "inactive")
        self.assertIn("debian", self.debian.ctl("hostname").stdout)
        self.wait_active()

    def test_7_the_bus_starts_it(self):
        self.debian.run("systemctl", "stop", "cups-browsed.service", "avahi-dnsconfd.service")
        self.debian.run("systemctl", "stop", "avahid.service", "avahid.socket")
        self.debian.run("avahi-browse", "-t", "_http._tcp")
        self.wait_active()

    def wait_active(self):
        wait_for("the unit", lambda: self.debian.show("avahid.service", "ActiveState") == "active")

    def test_8_it_starts_with_the_machine(self):
        self.debian.reset()
        self.link.plug(self.debian)
        self.wait_active()
        self.wait_name()
        self.debian.run("ping", "-c", "1", "beta.local")
        self.assertNotIn("ordering cycle", self.debian.sh("journalctl -q -b"))
        self.assertEqual(self.debian.sh("systemctl --failed --no-legend --plain"), "")

    def test_9_avahi_comes_back(self):
        self.debian.apt("install", "avahi-daemon", "libnss-mdns")
        self.assertEqual(self.debian.sh("systemctl is-active avahi-daemon.service"), "active")
        self.assertEqual(self.hosts_line().split(), self.before["hosts"].split())


# Not what a package leaves: logs, dpkg's and apt's own books, the loader's cache, lists of users.
BOOKS = re.compile(
    r"/(var/(log|lib/(dpkg|apt|systemd/(timers|random-seed|catalog))|cache/(apt|ldconfig|debconf))"
    r"|root|tmp|run/(systemd|log|utmp|user|dbus)|dev|proc|sys|etc/ld\.so\.cache|etc/\.pwd\.lock"
    r"|etc/(passwd|group|shadow|gshadow|subuid|subgid)-?)( |/)")


class Leaving(Machine):
    """What is there before is there afterwards, and nothing else."""

    def files(self):
        found = self.debian.sh("find / /run -xdev -printf '%p %y %m %u\\n'").splitlines()
        return {line for line in found if not BOOKS.match(line)}

    def users(self):
        # The group netdev stays: it is not ours alone.
        return self.debian.sh(
            "cut -d: -f1 /etc/passwd /etc/group /etc/shadow | grep -vx netdev | sort")

    def nsswitch(self):
        return self.debian.sh("cat /etc/nsswitch.conf")

    def check_nothing_is_left(self, use):
        before, nsswitch, users = self.files(), self.nsswitch(), self.users()
        self.install()
        self.assertEqual(self.hosts_line().split(), HOSTS.split())
        use()
        with self.subTest("removed"):
            self.debian.apt("remove", *PACKAGES)
            self.assertEqual(self.nsswitch(), nsswitch)
            left = {line.split()[0] for line in self.files() - before if "avahi" in line}
            # The configuration, enabled units being part of it, stays until it is purged.
            kept = ("/etc/avahid", "/etc/systemd/system", "/var/lib/systemd/deb-systemd-helper")
            self.assertEqual({path for path in left if not path.startswith(kept)}, set())
            self.assertEqual(self.debian.sh("cat /proc/[0-9]*/comm | grep -c avahi || true"), "0")
        self.debian.apt("purge", "--auto-remove", *PACKAGES)
        self.assertEqual(sorted(self.files() ^ before), [])
        self.assertEqual(self.nsswitch(), nsswitch)
        self.assertEqual(self.users(), users)


class NothingIsLeft(Leaving):
    def test(self):
        def use():
            self.wait_name()
            self.debian.run("ping", "-c", "1", "beta.local")
        self.check_nothing_is_left(use)


class WithoutSystemd(Leaving):
    """Not running, that is: a container, another init. The daemon is started by hand."""
    how = {"init": ("sleep", "infinity")}

    def test(self):
        def use():
            self.debian.sh("mkdir -p /run/dbus; dbus-daemon --system --fork")
            daemon = self.debian.start("/usr/sbin/avahid")
            self.wait_name()
            self.debian.run("ping", "-c", "1", "beta.local")
            self.beta.run("ping", "-c", "1", "debian.local")
            self.assertEqual(self.debian.sh("stat -c %U /run/avahi-daemon"), "avahid")
            # nsenter does not pass signals on.
            self.debian.sh("""for comm in /proc/[0-9]*/comm; do
                [ "$(cat $comm)" != avahid ] || kill $(echo $comm | cut -d/ -f3); done""")
            self.assertEqual(daemon.popen.wait(10), 0)
            self.assertNotIn("warning", daemon.log())
        self.check_nothing_is_left(use)


if __name__ == "__main__":
    if not LONG:
        print("skipped: takes minutes (AVAHID_LONG)")
        sys.exit(77)
    if "AVAHID_LAB_INSIDE" not in os.environ and os.geteuid() == 0:
        # Outside the namespaces: there is a network.
        subprocess.run([TOP / "tools/dev/debian-root", *package_files()], check=True)
    lab.main()
