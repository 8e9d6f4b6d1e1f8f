"""The Debian packages, looked at from outside; debian_test.py installs them."""
import os
import pathlib
import re
import shutil
import subprocess
import unittest

import lab

PACKAGES = ("avahid", "libnss-avahid", "avahid-tools")
LAYOUT = {  # what must be in each; the rest is looked at as a whole
    "avahid": ("/usr/sbin/avahid", "/usr/sbin/avahi-daemon", "/lib/systemd/system/avahid.service",
               "/lib/systemd/system/avahid.socket", "/lib/systemd/system/avahi-daemon.service",
               "/lib/systemd/system/dbus-org.freedesktop.Avahi.service",
               "/usr/share/dbus-1/system-services/org.freedesktop.Avahi.service",
               "/usr/share/dbus-1/system.d/avahid-dbus.conf", "/usr/lib/sysusers.d/avahid.conf",
               "/etc/avahid/avahid.conf", "/etc/avahid/services", "/usr/share/man/man8/avahid.8.gz",
               "/usr/share/man/man5/avahid.conf.5.gz", "/usr/share/doc/avahid/copyright"),
    "libnss-avahid": ("/usr/share/doc/libnss-avahid/changelog.gz",),
    "avahid-tools": ("/usr/bin/avahictl", "/usr/share/man/man1/avahictl.1.gz"),
}
# (hosts: line before, after installing); removing the package gives back the line before, but for
# what stood there for libnss-mdns.
HOSTS = (
    ("hosts:          files dns", "hosts:          files avahid [NOTFOUND=return] dns"),
    ("hosts: files dns # not mdns4", "hosts: files avahid [NOTFOUND=return] dns # not mdns4"),
    ("hosts:files\tdns", "hosts:files\tavahid [NOTFOUND=return] dns"),
    ("hosts: files", "hosts: files avahid [NOTFOUND=return]"),
    ("hosts: files   # no dns", "hosts: files avahid [NOTFOUND=return]   # no dns"),
    ("hosts: files resolve [!UNAVAIL=return] dns",
     "hosts: files avahid [NOTFOUND=return] resolve [!UNAVAIL=return] dns"),
    ("hosts: files mdns4_minimal [NOTFOUND=return] dns mdns4",
     "hosts: files avahid [NOTFOUND=return] dns"),
    ("hosts: files mdns", "hosts: files avahid [NOTFOUND=return]"),
    ("hosts: files avahid dns", "hosts: files avahid dns"),
    ("#hosts: files dns", "#hosts: files dns"),
)


def output(*argv, **more):
    return subprocess.run(list(map(str, argv)), check=True, capture_output=True, text=True,
                          **more).stdout


class Files(unittest.TestCase):
    """The packages of the build tree that is tested, looked at from outside."""

    @classmethod
    def setUpClass(cls):
        cls.folder = lab.folder() / "packages"
        tree = pathlib.Path(os.environ["AVAHID_DAEMON"]).parents[1]
        if "\nCMAKE_INSTALL_PREFIX:PATH=/usr\n" not in (tree / "CMakeCache.txt").read_text():
            raise unittest.SkipTest("configured for another prefix than /usr")
        output("cpack", "-G", "DEB", "--config", tree / "CPackConfig.cmake", "-B", cls.folder,
               cwd=tree)
        cls.files = {name: next(iter(cls.folder.glob(f"{name}_*.deb"))) for name in PACKAGES}
        cls.unpacked = {}
        for name, file in cls.files.items():
            cls.unpacked[name] = cls.folder / name
            output("dpkg-deb", "-R", file, cls.unpacked[name])
        cls.installed = cls.folder / "installed"
        output("cmake", "--install", tree, env={**os.environ, "DESTDIR": str(cls.installed)})

    def field(self, package, name):
        return output("dpkg-deb", "-f", self.files[package], name).strip()

    @staticmethod
    def tree(folder):
        return {"/" + str(path.relative_to(folder)) for path in folder.rglob("*")
                if not path.is_relative_to(folder / "DEBIAN")}

    def test_relations(self):
        def archive(package):
            found = re.search(r"Candidate: (\d\S*)", output("apt-cache", "policy", package))
            return found.group(1) if found else ".*"
        for package, others in (("avahid", ("avahi-daemon", "avahi-autoipd")),
                                ("libnss-avahid", ("libnss-mdns",))):
            for other in others:
                self.assertRegex(self.field(package, "Provides"),
                                 re.escape(f"{other} (= {archive(other)})"))
                self.assertIn(other, self.field(package, "Conflicts").split(", "))
                self.assertIn(other, self.field(package, "Replaces").split(", "))
        self.assertRegex(self.field("avahid", "Depends"), r"libc6 \(>= .*libnl-3-200")
        self.assertRegex(self.field("libnss-avahid", "Depends"), r"^libc6 \(>= [\d.]+\)$")

    def test_everything_installed_is_in_one_of_them(self):
        trees = {name: self.tree(folder) for name, folder in self.unpacked.items()}
        for name, paths in LAYOUT.items():
            self.assertEqual(set(paths) - trees[name], set(), name)
        packed = {path.removesuffix(".gz") for tree in trees.values() for path in tree}
        self.assertEqual(self.tree(self.installed) - packed, set())
        files = [path for name, tree in trees.items() for path in tree
                 if not (self.unpacked[name] / path[1:]).is_dir()]
        self.assertEqual(sorted(files), sorted(set(files)))

    def test_control_files(self):
        for name, folder in self.unpacked.items():
            output("md5sum", "--quiet", "-c", "DEBIAN/md5sums", cwd=folder)
            for script in ("preinst", "postinst", "prerm", "postrm"):
                if (folder / "DEBIAN" / script).exists():
                    output("sh", "-n", folder / "DEBIAN" / script)
            for path in folder.rglob("*"):
                mode = path.lstat().st_mode
                self.assertFalse(mode & 0o6000, path)
                if not path.is_symlink():
                    self.assertFalse(mode & 0o022, path)
        conffiles = (self.unpacked["avahid"] / "DEBIAN/conffiles").read_text().split()
        self.assertEqual(set(conffiles), {path for path in self.tree(self.unpacked["avahid"])
                                          if path.startswith("/etc") and path != "/etc"
                                          and (self.unpacked["avahid"] / path[1:]).is_file()})

    def test_nsswitch(self):
        scripts = self.unpacked["libnss-avahid"] / "DEBIAN"
        conf = self.folder / "etc/nsswitch.conf"
        conf.parent.mkdir(exist_ok=True)
        def run(script, *args):
            output(scripts / script, *args, env={**os.environ, "DPKG_ROOT": str(self.folder)})
        for before, after in HOSTS:
            whole = "passwd: files avahid\n{}\nnetworks: files dns\n"
            with self.subTest(before):
                conf.write_text(whole.format(before))
                run("preinst", "install")
                run("postinst", "configure", "")
                self.assertEqual(conf.read_text(), whole.format(after))
                run("postinst", "configure", "0.0")  # an upgrade
                self.assertEqual(conf.read_text(), whole.format(after))
                run("postrm", "remove")
                undone = after.replace("avahid [NOTFOUND=return] dns", "dns").replace(
                    " avahid [NOTFOUND=return]", "").replace(" avahid dns", " dns")
                self.assertEqual(conf.read_text(), whole.format(undone))
                self.assertEqual(os.listdir(conf.parent), ["nsswitch.conf"])
                if "mdns4_" not in before and " mdns" not in before and "avahid" not in before:
                    self.assertEqual(undone, before)

    def test_units(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("no systemd-analyze here")
        units = self.unpacked["avahid"] / "lib/systemd/system"
        shown = output("systemd-analyze", "security", "--offline=true", "--no-pager",
                       units / "avahid.service")
        exposure = re.search(r"exposure level for avahid.service: ([\d.]+)", shown).group(1)
        self.assertLess(float(exposure), 2.2)  # systemd-resolved's, in Debian 12
        service = (units / "avahid.service").read_text()
        for line in ("Type=notify", "WatchdogSec=180", "Conflicts=avahi-daemon.service",
                     "Alias=dbus-org.freedesktop.Avahi.service", "ExecStart=!/usr/sbin/avahid"):
            self.assertIn(f"\n{line}\n", service)

if __name__ == "__main__":
    lab.main()
