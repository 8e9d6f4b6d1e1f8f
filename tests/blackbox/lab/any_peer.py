"""What the interoperability matrix asks of another stack. A new peer is one class in debian_peer.py
or script_peer.py, and its name in PEERS of interop_test.py."""
import os
import pathlib
import re
import signal
from typing import Callable, FrozenSet, NamedTuple

HERE = pathlib.Path(__file__).resolve().parent
UNPACKED = pathlib.Path(os.environ.get("AVAHID_PEERS", HERE.parents[2] / "build" / "peers"))
PYTHON = "/usr/bin/python3"  # Debian's own, for which python3-zeroconf is


class Resolved(NamedTuple):
    host: str
    port: int
    txt: FrozenSet[str]
    addresses: FrozenSet[str]


class Published:
    """A service that the peer was told to publish."""

    def __init__(self, process, established, stop):
        self._process = process
        self._established = established  # what its log says then
        self.stop = stop                 # and says goodbye

    def ready(self):
        if self._established:
            self._process.wait_log(self._established, 8)
        return self


class Fault(NamedTuple):
    """A cell that is red because of the peer."""
    reason: str
    # Given the row, fails unless what was on the wire shows that our side did the right thing.
    proof: Callable


def unescape(name):
    r"""\032 and \. of avahi-browse -p and avahictl -p."""
    raw = re.sub(rb"\\(\d{3})", lambda m: bytes([int(m[1])]), name.encode())
    return re.sub(rb"\\(.)", rb"\1", raw).decode()


class Watch:
    """A browser that runs: what its log says is there now."""

    def __init__(self, process, line):
        """`line` matches one change, with the groups sign (+, or -, or a TTL), name and perhaps
        family."""
        self.process = process
        self._line = re.compile(line, re.M)

    def present(self):
        """{(family or None, instance)}"""
        now = set()
        for change in self._line.finditer(self.process.log()):
            parts = change.groupdict()
            what = (parts.get("family"), unescape(parts["name"]))
            if parts["sign"] in ("-", "0"):
                now.discard(what)
            else:
                now.add(what)
        return now

    def has(self, instance, families=None):
        """In all of the families; families None: the browser does not tell them apart."""
        now = self.present()
        return all((family, instance) in now for family in families or [None])

    def lacks(self, instance):
        return all(name != instance for _, name in self.present())

    def stop(self):
        self.process.stop(signal.SIGKILL)  # some of them are not to be ended otherwise


PARSABLE = r"^(?P<sign>[+-]);eth0;(?P<family>IPv[46]);(?P<name>[^;]*);"  # avahi-browse -p


class Peer:
    """One stack on one host. What it cannot do at all is in `cannot`: column -> why."""
    title = ""
    families = (4, 6)     # that it speaks
    cannot = {}
    faults = {}           # column -> Fault
    sees_families = False  # its browser says by which family it found something
    forgets = "asked"     # how it notices a crash: "asked" anew, or "observed" (RFC 6762 §10.5)
    yields = True         # gives way when it comes second with the name of a service

    @classmethod
    def absent(cls):
        """Why this machine cannot run it, or None."""
        return None

    def __init__(self, host, families, name):
        self.host = host
        self.spoken = [f for f in self.families if f in families]
        self.name = name  # of the host, without ".local"
        self.processes = []

    def addresses(self):
        """{4: …, 6: …} of its interface."""
        found = {4: None, 6: None}
        for address in self.host.addresses():
            found[4 if address["family"] == "inet" else 6] = address["local"]
        return found

    def host_of(self, _instance):
        """The host name in the SRV record of a service of its."""
        return f"{self.name}.local"

    def begin(self):
        """Starts what runs all the time, if anything does."""

    def take_host(self, name, kind, port):
        """Starts anew with that host name; returns the instance that is published on it."""
        self.kill()
        self.name = name
        self.begin()
        self.publish(kind, "Rival", port, ["side=theirs"])
        return "Rival"

    def ask_anew(self, kind):
        """A browser that knows nothing of what was before."""
        return self.watch(kind)

    def watch(self, kind):
        raise NotImplementedError

    def resolve(self, kind, instance):
        raise NotImplementedError

    def txt_as_seen(self, txt):
        """What `resolve` finds when a service has these strings."""
        return frozenset(txt)

    def lookup(self, name):
        raise NotImplementedError

    def publish(self, kind, instance, port, txt):
        """Starts publishing; returns at once what is Published, perhaps later, perhaps never."""
        raise NotImplementedError

    def kill(self):
        """It crashes, with all that it publishes."""
        for process in self.processes:
            if process.running():
                process.stop(signal.SIGKILL)
        self.processes = []
