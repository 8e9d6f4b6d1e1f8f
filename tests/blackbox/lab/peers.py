"""Other stacks that hosts run: Debian's avahi-daemon (unpacked, not installed) and zeroconf."""
import os
import pathlib
import socket
import struct

from . import dns, frames
from .process import Failure, wait_for

_HERE = pathlib.Path(__file__).resolve()
_UNPACKED = pathlib.Path(os.environ.get("AVAHID_PEERS", _HERE.parents[3] / "build" / "peers"))
_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_type="method_call"/><allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/><allow receive_type="method_call"/>
    <allow receive_type="signal"/><allow receive_type="method_return"/>
    <allow receive_type="error"/>
  </policy>
</busconfig>
"""
_CONF = """[server]
host-name={name}
use-ipv4={ipv4}
use-ipv6={ipv6}
ratelimit-interval-usec=0
[wide-area]
enable-wide-area=no
[publish]
publish-workstation=no
publish-hinfo=no
"""


def unpacked(path):
    """A program of a Debian package that is not installed; None: it is not there."""
    program = _UNPACKED / path
    return program if program.exists() else None


def start_bus(host):
    """A D-Bus system bus of the host's own."""
    conf = host.folder / "bus.conf"
    conf.write_text(_BUS)
    bus = host.start("dbus-daemon", f"--config-file={conf}", "--nofork", "--nopidfile",
                     "--nosyslog")
    wait_for("the bus", lambda: bus_runs(host))
    return bus


def bus_runs(host):
    return os.path.exists(host.path("/run/dbus/system_bus_socket"))


class AvahiDaemon:
    """avahi-daemon and avahi-utils 0.8 as Debian ships them."""

    def __init__(self, host, name=None, families=(4, 6)):
        """`name`: of the host, if not the one that the kernel has."""
        self.host = host
        lib = next(_UNPACKED.glob("usr/lib/*/libavahi-core.so.7"), None)
        if not lib:
            raise Failure(f"{_UNPACKED} has no avahi-daemon: run tools/dev/deps.sh test")
        self.env = {"LD_LIBRARY_PATH": str(lib.parent)}
        if not bus_runs(host):
            start_bus(host)
        conf = host.folder / "avahi-daemon.conf"
        conf.write_text(_CONF.format(name=name or host.name,
                                     **{f"ipv{f}": "yes" if f in families else "no"
                                        for f in (4, 6)}))
        self.daemon = host.start(
            _UNPACKED / "usr/sbin/avahi-daemon", "--no-drop-root", "--no-chroot", "--no-rlimits",
            "--no-proc-title", "--debug", "-f", conf, env=self.env)
        self.daemon.wait_log("Server startup complete")

    def tool(self, name):
        return _UNPACKED / "usr/bin" / name

    def browse(self, kind):
        """`avahi-browse -rtp`: the lines it printed, each split at its semicolons."""
        out = self.host.run(self.tool("avahi-browse"), "-rtp", kind, env=self.env).stdout
        return [line.split(";") for line in out.splitlines()]

    def resolve(self, name, family=4):
        out = self.host.run(self.tool("avahi-resolve"), f"-{family}", "-n", name,
                            env=self.env).stdout
        return out.split()

    def publish(self, name, kind, port, *txt):
        """Publishes a service until the returned process is stopped."""
        process = self.start_publish(name, kind, port, *txt)
        process.wait_log("Established under name")
        return process

    def start_publish(self, name, kind, port, *txt):
        # avahi-publish is the name of one binary that acts by how it is called.
        return self.host.start(self.tool("avahi-publish"), "-s", name, kind, str(port), *txt,
                               env=self.env, name="avahi-publish")


_ZEROCONF = _HERE.with_name("zeroconf_peer.py")
_PYTHON = "/usr/bin/python3"  # Debian's own, for which python3-zeroconf is


def zeroconf_browse(host, kind, instance, address, seconds=8):
    """What python3-zeroconf resolves the instance to, as text lines."""
    return host.run(_PYTHON, _ZEROCONF, "browse", kind, instance, address,
                    str(seconds)).stdout.splitlines()


def zeroconf_register(host, kind, instance, port, address, *txt):
    process = host.start(_PYTHON, _ZEROCONF, "register", kind, instance, str(port), address, *txt,
                         name="zeroconf")
    process.wait_log("registered", 8)
    return process


class RawPeer:
    """Sockets on port 5353 of a host, driven by the test: a stack that says what the test says."""

    def __init__(self, host, interface="eth0", family=4):
        self.family = family
        index = host.ifindex(interface)
        if family == 4:
            self.socket = host.socket(socket.AF_INET, socket.SOCK_DGRAM)
            membership = socket.inet_aton(frames.GROUP4) + struct.pack("=4sI", bytes(4), index)
            options = [(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership),
                       (socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                        struct.pack("=4s4sI", bytes(4), bytes(4), index)),
                       (socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)]
            self.group = (frames.GROUP4, frames.MDNS_PORT)
        else:
            self.socket = host.socket(socket.AF_INET6, socket.SOCK_DGRAM)
            group = socket.inet_pton(socket.AF_INET6, frames.GROUP6)
            options = [(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1),
                       (socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                        group + struct.pack("=I", index)),
                       (socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index),
                       (socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)]
            self.group = (frames.GROUP6, frames.MDNS_PORT, 0, index)
        for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
            self.socket.setsockopt(socket.SOL_SOCKET, option, 1)
        for option in options:
            self.socket.setsockopt(*option)
        self.socket.bind(("" if family == 4 else "::", frames.MDNS_PORT))

    def send(self, payload, to=None):
        self.socket.sendto(payload, to or self.group)

    def receive(self, seconds=1.0):
        """The next message, or None when none came in time."""
        self.socket.settimeout(seconds)
        try:
            return dns.parse(self.socket.recv(65536))
        except socket.timeout:
            return None

    def close(self):
        self.socket.close()
