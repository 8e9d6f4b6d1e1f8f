"""Other implementations of RFC 3927, as rivals for an address, and of DHCP, as company. All but
systemd-networkd are Debian's packages unpacked by tools/dev/deps.sh, never installed."""
import pathlib
import pwd

from .peers import _UNPACKED as UNPACKED
from .process import Failure

NETWORKD = pathlib.Path("/lib/systemd/systemd-networkd")

_CLIENT_SCRIPT = """#!/bin/sh
# What udhcpc calls: no more than to set and remove the address.
case $1 in
    deconfig) ip -4 address flush dev "$interface" scope global ;;
    bound | renew) ip address replace "$ip/$mask" dev "$interface" ;;
esac
"""


def unpacked(path):
    if not (UNPACKED / path).exists():
        raise Failure(f"{UNPACKED / path} is not there: run tools/dev/deps.sh test")
    return UNPACKED / path


def cover_state(host):
    """What programs keep in /var/lib, they keep for this host only."""
    host.run("mount", "-t", "tmpfs", "tmpfs", "/var/lib")


class Rival:
    """One IPv4LL daemon on eth0 of a host. `wanted`: the address that it is to try first, where it
    can be told; those that cannot always try the same one for the same MAC address."""
    title = ""

    @classmethod
    def absent(cls):
        """Why it cannot run here, or None."""
        return None

    def __init__(self, host, wanted=None):
        self.host = host
        cover_state(host)
        self.process = self.begin(wanted)

    def stop(self):
        self.process.stop()


class Autoipd(Rival):
    title = "avahi-autoipd 0.8"

    def begin(self, wanted):
        # It sets addresses by a script whose place is fixed.
        self.host.run("sh", "-euc", f"""
            mkdir /run/etc
            cp -a /etc/. /run/etc
            mkdir -p /run/etc/avahi
            cp {unpacked("etc/avahi/avahi-autoipd.action")} /run/etc/avahi
            mount --bind /run/etc /etc""")
        lib = next(unpacked("usr/lib").glob("*/libdaemon.so.0")).parent
        start = ["--start", wanted] if wanted else []
        return self.host.start(unpacked("usr/sbin/avahi-autoipd"), "--no-drop-root", "--no-chroot",
                               "--no-proc-title", "--force-bind", *start, "eth0",
                               env={"LD_LIBRARY_PATH": str(lib)})


class Dhcpcd(Rival):
    title = "dhcpcd 9.4"

    def begin(self, wanted):
        conf = self.host.folder / "dhcpcd.conf"
        conf.write_text("nodhcp\nnoipv6\nscript /bin/true\n")
        return self.host.start(unpacked("usr/sbin/dhcpcd"), "-B", "-d", "-f", conf, "eth0")


class Networkd(Rival):
    title = "systemd-networkd"

    @classmethod
    def absent(cls):
        if not NETWORKD.exists():
            return f"no {NETWORKD} on this machine"
        try:
            pwd.getpwnam("systemd-network")
        except KeyError:
            return "no user systemd-network on this machine"
        return None

    def begin(self, wanted):
        start = f"IPv4LLStartAddress={wanted}\n" if wanted else ""
        conf = self.host.folder / "10-eth0.network"
        conf.write_text("[Match]\nName=eth0\n[Network]\nLinkLocalAddressing=ipv4\n"
                        f"IPv6AcceptRA=no\n{start}")
        # Without udev it waits for nothing where /sys cannot be written: so it does in containers.
        self.host.run("sh", "-euc", f"""
            mount -o remount,ro /sys
            mkdir -p /run/systemd/network /run/systemd/netif/links /run/systemd/netif/leases \
                /run/systemd/netif/lldp
            chown -R systemd-network /run/systemd/netif
            cp {conf} /run/systemd/network""")
        return self.host.start(NETWORKD, env={"SYSTEMD_LOG_LEVEL": "debug",
                                              "SYSTEMD_LOG_TARGET": "console"})


RIVALS = [Autoipd, Dhcpcd, Networkd]


def start_dhcp_client(host, discover_pause=1):
    """busybox udhcpc: asks each second, three times in a row, then pauses."""
    script = host.folder / "udhcpc-script"
    script.write_text(_CLIENT_SCRIPT)
    script.chmod(0o755)
    return host.start(unpacked("bin/busybox"), "udhcpc", "-f", "-i", "eth0", "-s", script, "-t", 3,
                      "-T", 1, "-A", discover_pause, name="udhcpc")


def start_dhcp_server(host, first, last, lease=3600):
    """busybox udhcpd on eth0, which has an address of that network."""
    leases = host.folder / "udhcpd.leases"
    leases.touch()
    conf = host.folder / "udhcpd.conf"
    conf.write_text(f"start {first}\nend {last}\ninterface eth0\nlease_file {leases}\n"
                    f"pidfile {host.folder}/udhcpd.pid\noption subnet 255.255.255.0\n"
                    f"option lease {lease}\n")
    return host.start(unpacked("bin/busybox"), "udhcpd", "-f", conf, name="udhcpd")
