"""A host: network, mount and host name namespaces with avahid, commands and sockets inside."""
import ctypes
import itertools
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess

from . import home, varlink
from .process import SLOWNESS, Failure, Process, wait_for

_SETUP = pathlib.Path(__file__).with_name("host-setup.sh")
_CLONE_NEWNET = 0x40000000
_numbers = itertools.count(1)
_libc = ctypes.CDLL(None, use_errno=True)

CONTROL = "/run/avahid/control"
SIMPLE = "/run/avahi-daemon/socket"


def binary(variable, default):
    """A program of ours, as the build names it in the environment; a copy, because the user that
    the daemon becomes may not be allowed into the folder where it was built."""
    path = pathlib.Path(os.environ.get(variable) or default)
    if not path.exists():
        raise Failure(f"{path} is not built")
    copy = home.folder() / "bin" / path.name
    if not copy.exists():
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(path, copy)
    return copy


def avahid():
    return binary("AVAHID_DAEMON", "/usr/sbin/avahid")


def avahictl():
    return binary("AVAHID_CTL", "/usr/bin/avahictl")


def service_file(name, *services):
    """A static service file; services are (type, port, [txt…])."""
    body = "".join(
        f"<service><type>{kind}</type><port>{port}</port>"
        + "".join(f"<txt-record>{text}</txt-record>" for text in txt) + "</service>"
        for kind, port, txt in services)
    return ('<?xml version="1.0"?>\n<!DOCTYPE service-group SYSTEM "avahi-service.dtd">\n'
            f'<service-group><name replace-wildcards="yes">{name}</name>{body}</service-group>\n')


class Host:
    def __init__(self, name):
        self.name = name
        self.folder = home.folder() / f"{name}-{next(_numbers)}"
        self.services = self.folder / "services"
        self.services.mkdir(parents=True)
        self.ports = {}      # interface -> port at the other end
        self.processes = []  # all that were started, ended ones too: their logs are kept
        self.avahid = None
        self.anchor = subprocess.Popen(
            ["unshare", "--net", "--mount", "--uts", "--", "sh", "-eu", _SETUP, name,
             self.folder, os.environ.get("AVAHID_NSS_MODULE", "")],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        if self.anchor.stdout.readline().strip() != "ready":
            raise Failure(f"host {name} could not be set up")

    # ---- commands ----

    def inside(self, *argv):
        """The command line that runs argv in this host; it has the process id of argv itself."""
        return ["nsenter", "-t", str(self.anchor.pid), "-n", "-m", "-u", "--",
                *map(str, argv)]

    def run(self, *argv, check=True, seconds=15.0, env=None):
        try:
            done = subprocess.run(self.inside(*argv), stdin=subprocess.DEVNULL, text=True,
                                  capture_output=True, errors="replace",
                                  timeout=seconds * SLOWNESS, env={**os.environ, **(env or {})})
        except subprocess.TimeoutExpired as slow:
            raise Failure(f"{self.name}: {' '.join(map(str, argv))}: no end after "
                          f"{slow.timeout:g} s; so far: {slow.stdout!r}") from None
        if check and done.returncode:
            raise Failure(f"{self.name}: {' '.join(map(str, argv))}: exit status "
                          f"{done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def start(self, *argv, name=None, env=None):
        log = self.folder / f"{len(self.processes)}-{name or pathlib.Path(argv[0]).name}.log"
        process = Process(self.inside(*argv), log, env)
        self.processes.append(process)
        return process

    def ip(self, *args):
        return self.run("ip", *args).stdout

    def socket(self, *args):
        """A socket of this host, for the test program's own use."""
        return self.within(lambda: socket.socket(*args))

    def within(self, function):
        """What the function returns when it is called in this host's network namespace."""
        with open("/proc/thread-self/ns/net") as ours, \
                open(f"/proc/{self.anchor.pid}/ns/net") as theirs:
            self._set_network(theirs)
            try:
                return function()
            finally:
                self._set_network(ours)

    @staticmethod
    def _set_network(namespace):
        if _libc.setns(namespace.fileno(), _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")

    # ---- the network as the kernel has it ----

    def addresses(self, interface="eth0"):
        """Of one interface: [{family, local, prefixlen, scope, …}] as `ip -json address` says."""
        shown = self.run("ip", "-json", "address", "show", "dev", interface, check=False).stdout
        return [a for link in json.loads(shown or "[]") for a in link.get("addr_info", [])]

    def ipv4ll(self, interface="eth0"):
        """The 169.254/16 address of an interface, or None."""
        return next((a["local"] for a in self.addresses(interface)
                     if a["family"] == "inet" and a["local"].startswith("169.254.")), None)

    def fe80(self, interface="eth0"):
        """The link-local IPv6 address once duplicate address detection is over, or None."""
        return next((a["local"] for a in self.addresses(interface)
                     if a["local"].startswith("fe80:") and not a.get("tentative")), None)

    def mac(self, interface="eth0"):
        return json.loads(self.ip("-json", "link", "show", "dev", interface))[0]["address"]

    def ifindex(self, interface="eth0"):
        return json.loads(self.ip("-json", "link", "show", "dev", interface))[0]["ifindex"]

    # ---- avahid ----

    def add_service(self, file, name, *services):
        (self.services / f"{file}.service").write_text(service_file(name, *services))

    def start_avahid(self, *options, policy="always", config="", ready=True, wrapper=(),
                     log="debug"):
        """Starts the daemon; with `ready`, waits until it answers."""
        conf = self.folder / "avahid.conf"
        conf.write_text(config)
        self.avahid = self.start(
            *wrapper, avahid(), "--config", conf, "--state-dir", "/run/avahid-state",
            "--services", self.services, "--ipv4ll-policy", policy, "--log-level", log,
            *options, name="avahid")
        if ready:
            self.wait_ready()
        return self.avahid

    def wait_ready(self):
        def answers():
            if not self.avahid.running():
                raise Failure(f"{self.name}: avahid ended with {self.avahid.popen.returncode}")
            try:
                return bool(self.status())
            except OSError:
                return False
        wait_for(f"{self.name}: avahid answers", answers, 10)

    def wait_claimed(self, interface="eth0", seconds=20.0):
        return wait_for(f"{self.name}: a 169.254 address on {interface}",
                        lambda: self.ipv4ll(interface), seconds)

    def wait_established(self, seconds=10.0):
        """Until the host name is probed and announced; returns it. On no link it is so at once:
        therefore one has to be served."""
        def name():
            status = self.status()
            return (status["host_state"] == "established" and status["host_name"]
                    and any(i["mdns_ipv4"] or i["mdns_ipv6"] for i in status["links"]))
        wait_for(f"{self.name}: host name established", name, seconds)
        return self.status()["host_name"]

    def stop_avahid(self, sig=signal.SIGTERM, seconds=10.0):
        daemon, self.avahid = self.avahid, None
        return daemon.stop(sig, seconds)

    def ctl(self, *args, check=True, seconds=15.0):
        return self.run(avahictl(), *args, check=check, seconds=seconds)

    def varlink(self):
        """A connection of the test program to the daemon's native API."""
        return varlink.Client(self.path(CONTROL))

    def path(self, inside):
        """A path of the host's mount namespace as the test program can open it."""
        return f"/proc/{self.anchor.pid}/root{inside}"

    def call(self, method, **parameters):
        with self.varlink() as client:
            return client.call(method, **parameters)

    def status(self):
        return self.call("Status")

    # ---- end ----

    def close(self):
        """Ends everything; returns what is wrong with how it ended."""
        wrong = []
        for process in reversed(self.processes):
            try:
                process.stop()
            except Failure as failure:
                wrong.append(str(failure))
            report = process.sanitizer_report()
            if report:
                wrong.append(f"{self.name}: {process.log_path.name}: {report}")
        self.anchor.kill()
        self.anchor.wait()
        self.anchor.stdout.close()
        return wrong

    def logs(self):
        shown = []
        for process in self.processes:
            lines = process.log().splitlines()
            cut = [f"… {len(lines) - 200} lines left out …"] if len(lines) > 200 else []
            shown.append("\n".join([f"---- {self.name}: {process.log_path.name} ----",
                                    *cut, *lines[-200:]]))
        return "\n".join(shown)

    def clean(self):
        shutil.rmtree(self.folder, ignore_errors=True)
