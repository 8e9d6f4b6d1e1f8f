"""Peers of the interoperability matrix that are programs of Debian, unpacked into build/peers."""
import itertools
import re

from .any_peer import PARSABLE, UNPACKED, Fault, Peer, Published, Resolved, Watch, unescape
from .peers import AvahiDaemon
from .process import Failure

LINES = ["stdbuf", "-oL"]  # so that a log shows what has been printed


def program(path):
    if not (UNPACKED / path).exists():
        raise Failure(f"{UNPACKED / path} is not there: run tools/dev/deps.sh test")
    return UNPACKED / path


class Avahi(Peer):
    title = "avahi-daemon 0.8"
    sees_families = True
    forgets = "observed"
    renames_host = True

    def begin(self):
        self._avahi = AvahiDaemon(self.host, self.name, self.spoken)
        self.processes.append(self._avahi.daemon)

    def watch(self, kind):
        return Watch(self.host.start(*LINES, self._avahi.tool("avahi-browse"), "-p", kind,
                                     env=self._avahi.env, name="avahi-browse"), PARSABLE)

    def resolve(self, kind, instance):
        found = [line for line in self._avahi.browse(kind)
                 if line[0] == "=" and unescape(line[3]) == instance]
        if not found:
            raise Failure(f"avahi-browse -r did not resolve {instance}")
        return Resolved(found[0][6], int(found[0][8]),
                        frozenset(re.findall(r'"([^"]*)"', found[0][9])),
                        frozenset(line[7] for line in found))

    def lookup(self, name):
        """One address of each family that there is."""
        return {self._avahi.resolve(name, family)[1] for family in self.spoken}

    def publish(self, kind, instance, port, txt):
        process = self._avahi.start_publish(instance, kind, port, *txt)
        self.processes.append(process)
        return Published(process, "Established under name", process.stop)


class MdnsScan(Peer):
    """Prints what services exist, and that is all it does."""
    title = "mdns-scan 0.5"
    families = (4,)
    cannot = {column: "a scanner: it prints the services it hears of, and publishes nothing"
              for column in ("find we", "resolve we", "resolve they", "look up we", "look up they",
                             "service we", "service they", "host we", "host they",
                             "goodbye theirs", "crash theirs")}
    cannot["goodbye ours"] = "never takes back what it has printed"

    def watch(self, kind):
        return Watch(self.host.start(program("usr/bin/mdns-scan"), name="mdns-scan"),
                     rf"^(?P<sign>\+) (?P<name>.*)\.{re.escape(kind)}\.local")


class Mdnsd(Peer):
    """troglobit's mdnsd and its mquery. A service that has a name is on a host of that name."""
    title = "mdnsd 0.12"
    families = (4,)
    yields = False
    faults = {
        "service we": Fault("never answers a question that is QU, as ours are when we probe",
                            lambda row: row.expect_probed_in_vain("Theirs")),
        "service they": Fault("takes a name it has probed for, though each probe was answered",
                              lambda row: row.expect_defended("Ours")),
        "host we": Fault("never answers a question that is QU, as ours are when we probe",
                         lambda row: row.expect_probed_in_vain("Theirs.local")),
        "goodbye theirs": Fault("ends without a word",
                                lambda row: row.expect_no_goodbye("Leaving")),
    }
    _numbers = itertools.count(1)

    @property
    def _env(self):
        lib = next(UNPACKED.glob("usr/lib/*/libmdnsd.so.1"), None)
        if not lib:
            raise Failure(f"{UNPACKED} has no libmdnsd: run tools/dev/deps.sh test")
        return {"LD_LIBRARY_PATH": str(lib.parent)}

    def host_of(self, instance):
        return f"{instance}.local"

    def take_host(self, name, kind, port):
        self.publish(kind, name, port, ["side=theirs"])
        return name

    def watch(self, kind):
        return Watch(
            self._query(f"{kind}.local.", 12, 600),
            rf"^PTR .* for (?P<sign>\d+) seconds to (?P<name>.*)\.{re.escape(kind)}\.local")

    def _query(self, name, kind, seconds):
        return self.host.start(*LINES, "timeout", seconds, program("usr/bin/mquery"), "-s",
                               "-i", "eth0", "-t", kind, name, env=self._env, name="mquery")

    def _one(self, name, kind, pattern):
        process = self._query(name, kind, 8)
        try:
            return process.wait_log(pattern, 8)
        finally:
            process.stop()

    def resolve(self, kind, instance):
        name = f"{instance}.{kind}.local."
        srv = self._one(name, 33, r"SRV .* to (\S+):(\d+)")
        txt = self._one(name, 16, r"TXT .* with (\d+) data")
        host = srv[1].rstrip(".")
        return Resolved(host, int(srv[2]), frozenset([int(txt[1])]), frozenset(self.lookup(host)))

    def txt_as_seen(self, txt):
        """mquery tells its length only."""
        return frozenset([sum(1 + len(string) for string in txt)])

    def lookup(self, name):
        return {self._one(f"{name}.", 1, r"\bA \S+ for \d+ seconds to ip (\S+)")[1]}

    def publish(self, kind, instance, port, txt):
        folder = self.host.folder / f"mdns.d-{next(self._numbers)}"
        folder.mkdir()
        (folder / "one.service").write_text("\n".join(
            [f"name {instance}", f"type {kind}", f"port {port}", *(f"txt {t}" for t in txt), ""]))
        process = self.host.start(program("usr/sbin/mdnsd"), "-n", "-l", "info", "-i", "eth0",
                                  folder, env=self._env, name="mdnsd")
        self.processes.append(process)
        return Published(process, None, process.stop)
