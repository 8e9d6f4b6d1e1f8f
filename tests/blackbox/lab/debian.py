"""A Debian 12 machine in namespaces, with systemd as its first process."""
import os
import pathlib
import subprocess
import types

from . import home
from .host import Host, _numbers
from .process import Failure, wait_for

_BOOT = pathlib.Path(__file__).with_name("debian-boot.sh")
_CGROUPS = [path for path in map(pathlib.Path, (
    "/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified", "/sys/fs/cgroup"))
    if (path / "cgroup.procs").exists()]
ROOTS = pathlib.Path(__file__).parents[3] / "build/debian"  # made by tools/dev/debian-root
SYSTEMD = ("/lib/systemd/systemd", "--log-level=info", "systemd.unit=multi-user.target")


class Debian(Host):
    """What Host can do, in a root file system of its own; its changes are in memory."""

    def __init__(self, name, *layers, init=SYSTEMD):
        self.name = name
        self.folder = home.folder() / f"{name}-{next(_numbers)}"
        self.folder.mkdir()
        self.ports, self.processes, self.avahid = {}, [], None
        self._layers, self._init = ":".join(str(ROOTS / layer) for layer in layers), init
        self._start()

    def _start(self):
        self._cgroups = [path / f"avahid-lab-{os.getpid()}-{self.folder.name}" for path in _CGROUPS]
        for path in self._cgroups:
            path.mkdir()
        enter = " ".join(f"echo $$ >{path}/cgroup.procs;" for path in self._cgroups)
        self._log = open(self.folder / "boot.log", "wb")
        self._unshare = subprocess.Popen(
            ["sh", "-eu", "-c", enter + 'exec "$@"', "sh", "unshare", "--net", "--mount", "--uts",
             "--ipc", "--cgroup", "--pid", "--fork", "--kill-child", "--", "sh", "-eu", _BOOT,
             self.folder / "root", self._layers, self.folder / "upper", ROOTS / "archives",
             self.name, *self._init],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)
        try:
            children = pathlib.Path(f"/proc/{self._unshare.pid}/task/{self._unshare.pid}/children")
            wait_for("a first process", lambda: children.read_text().strip(), 10)
            self.anchor = types.SimpleNamespace(pid=int(children.read_text()))
            wait_for(f"{self.name}: up",
                     self._is_up if self._init == SYSTEMD else self._has_root, 30)
        except BaseException:
            self._end()
            raise

    def reset(self):
        """As by the reset button. Its interfaces are gone: they are to be plugged in again."""
        self._end()
        self._start()

    def _has_root(self):
        if self._unshare.poll() is not None:
            raise Failure(f"{self.name} does not start: " + self.boot_log())
        return not os.path.exists(self.path("/mnt/proc")) and os.path.exists(
            self.path("/etc/hostname"))

    def _is_up(self):
        if not self._has_root():
            return False
        state = self.run("systemctl", "is-system-running", check=False).stdout.strip()
        return state in ("running", "degraded")

    def boot_log(self):
        return (self.folder / "boot.log").read_text(errors="replace")

    def inside(self, *argv):
        return ["nsenter", "-t", str(self.anchor.pid), "-a", "--", "env", "-i",
                "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8",
                "DEBIAN_FRONTEND=noninteractive", *map(str, argv)]

    def sh(self, script, check=True, seconds=60):
        return self.run("sh", "-euc", script, check=check, seconds=seconds).stdout.strip()

    def show(self, unit, what):
        """A property of a unit, as systemctl gives it."""
        return self.run("systemctl", "show", "-P", what, unit).stdout.strip()

    def ctl(self, *args, check=True, seconds=15.0):
        return self.run("avahictl", *args, check=check, seconds=seconds)

    def journal(self, unit="avahid.service"):
        return self.run("journalctl", "-q", "-o", "cat", "-u", unit).stdout

    def put(self, source, target):
        """Copies a file of the test program's into the machine."""
        pathlib.Path(self.path(target)).write_bytes(pathlib.Path(source).read_bytes())

    def apt(self, *args, check=True):
        """apt-get, without a network: what it needs was downloaded before."""
        return self.run("apt-get", "-q", "-y", "-o", "APT::Sandbox::User=root", "-o",
                        "Dpkg::Use-Pty=0", "--no-install-recommends", *args, check=check,
                        seconds=120)

    def logs(self):
        return f"---- {self.name}: journal ----\n{self._journal}\n{super().logs()}"

    def close(self):
        wrong = []
        self._journal = self.run("journalctl", "-q", "-n", "150", check=False).stdout
        for process in reversed(self.processes):
            try:
                process.stop()
            except Failure as failure:
                wrong.append(str(failure))
        self._end()
        return wrong

    def _end(self):
        self._unshare.kill()  # and with it, by --kill-child, all in there
        self._unshare.wait()
        self._log.close()
        for path in self._cgroups:
            wait_for("the control groups are empty", lambda path=path: self._remove(path), 10)

    @staticmethod
    def _remove(path):
        for folder, _, _ in os.walk(path, topdown=False):
            try:
                os.rmdir(folder)
            except OSError:
                return False
        return True
