"""A cable with as many ends as hosts are plugged into it."""
import itertools
import subprocess

_numbers = itertools.count(1)


def _ip(*args):
    subprocess.run(["ip", *args], check=True)


class Link:
    """A bridge in the home namespace; each plugged interface has its port there."""

    def __init__(self):
        self.name = f"link{next(_numbers)}"
        # No multicast snooping: a plain cable. No forwarding delay: it is up at once.
        _ip("link", "add", self.name, "type", "bridge", "forward_delay", "0",
            "mcast_snooping", "0")
        _ip("link", "set", self.name, "up")

    def plug(self, host, interface="eth0", up=True):
        """Gives the host an interface on this link; returns the name of the port at our end,
        where a capture sees all that the interface sends and receives."""
        port = f"port{next(_numbers)}"
        _ip("link", "add", port, "type", "veth", "peer", "name", interface, "netns",
            str(host.anchor.pid))
        _ip("link", "set", port, "master", self.name, "up")
        host.ports[interface] = port
        if up:
            host.ip("link", "set", interface, "up")
        return port

    def join(self, other):
        """A cable between two links: they are one from now on, and no host's carrier changes."""
        ours, theirs = f"port{next(_numbers)}", f"port{next(_numbers)}"
        _ip("link", "add", ours, "type", "veth", "peer", "name", theirs)
        _ip("link", "set", theirs, "master", other.name, "up")
        _ip("link", "set", ours, "master", self.name, "up")

    def take_over(self, host, interface="eth0"):
        """The port of a host's interface moves to this link; the host's carrier stays."""
        _ip("link", "set", host.ports[interface], "master", self.name)

    @staticmethod
    def carrier(host, interface, on):
        """Pulls the plug of a host's interface, or puts it back."""
        _ip("link", "set", host.ports[interface], "up" if on else "down")

    @staticmethod
    def unplug(host, interface):
        """Takes the interface away from the host altogether."""
        _ip("link", "del", host.ports.pop(interface))
