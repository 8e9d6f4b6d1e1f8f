"""Where a row of the interoperability matrix happens: a link with three hosts. alpha runs avahid,
beta the peer, and gamma asks both of them what a third host would (and, after a crash, in vain)."""
import select
import struct
import threading
import time

from . import dns
from . import host as programs
from .any_peer import PARSABLE, Watch
from .capture import Capture
from .host import Host
from .link import Link
from .peers import RawPeer
from .process import Failure, wait_for

KIND = "_interop._tcp"
QUIET = 2.0       # seconds without a probe after a conflict is settled
MOST_PROBES = 24  # of one name in one family, from both sides together: nobody loops

_setting_up = threading.Lock()  # hosts share a few files, which the first of them makes


def full(instance):
    return f"{instance}.{KIND}.local"


class Gamma:
    """A third host on the link: asks by multicast and listens to who answers."""

    def __init__(self, host, families):
        self._peers = {peer.socket: peer for peer in (
            RawPeer(host, family=family) for family in families)}

    def ask(self, *questions):
        for peer in self._peers.values():
            peer.send(dns.query(*questions))

    def answers(self, name, kind, families, seconds=3.0):
        """{family: {rdata}} as they come; ends soon after there is one in each family. Who has just
        said the same may keep silent for a second: then we ask again."""
        self._messages(0)
        found = {family: set() for family in families}
        end, asked = time.monotonic() + seconds, 0.0
        while (left := end - time.monotonic()) > 0:
            if time.monotonic() - asked > 1.1 and not all(found.values()):
                asked = time.monotonic()
                self.ask((name, kind))
            for family, message in self._messages(min(left, 0.1)):
                if message.response and family in found:
                    found[family] |= {r.data for r in message.records(name, kind) if r.ttl}
            if all(found.values()):
                end = min(end, time.monotonic() + 0.3)
        return found

    def _messages(self, seconds):
        got = []
        while select.select(list(self._peers), [], [], 0 if got else seconds)[0]:
            for sock in select.select(list(self._peers), [], [], 0)[0]:
                try:
                    got.append((self._peers[sock].family, dns.parse(sock.recv(65536))))
                except (ValueError, IndexError, struct.error):  # mquery sends such ones
                    pass
        return got

    def close(self):
        for peer in self._peers.values():
            peer.close()


class Scene:
    """The hosts, what runs on them, and what can be seen of it."""

    def __init__(self, peer_class, families):
        self.families = families
        self._peer_class = peer_class
        self._made, self._hosts = [], []

    def can(self, column):
        return column not in self.peer.cannot

    def furnish(self):
        link = Link()
        self.alpha, self.beta, self.third = (
            self._host(name, link) for name in ("alpha", "beta", "gamma"))
        for number, host in enumerate(self._hosts, 1):
            self._address(host, number)
        if 6 in self.families:
            wait_for("IPv6 addresses", lambda: all(h.fe80() for h in self._hosts))
        self.capture = Capture(self.alpha.ports["eth0"])
        self.gamma = Gamma(self.third, self.families)
        self._made += [self.capture, self.gamma]
        self.peer = self._peer_class(self.beta, self.families, "beta")
        self.spoken = self.peer.spoken
        self.alpha.add_service("ours", "Ours", (KIND, 80, ["side=ours", "path=/a"]))
        self.start_ours()
        self.start_theirs()

    def _host(self, name, link):
        with _setting_up:
            host = Host(name)
        self._hosts.append(host)
        link.plug(host, up=False)
        return host

    def _address(self, host, number):
        if 6 not in self.families:
            host.run("sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6")
        host.ip("link", "set", "eth0", "up")
        if 4 in self.families:
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
            # mdns-scan and mquery join on the interface that the group is routed to.
            host.ip("route", "add", "224.0.0.0/4", "dev", "eth0")

    def start_ours(self):
        self.alpha.start_avahid(policy="off")
        self.alpha.wait_established()
        self.ours_sees = Watch(self.alpha.start(
            programs.avahictl(), "browse", "-p", KIND, name="browse"), PARSABLE)

    def start_theirs(self):
        """As it is but for a conflict or a crash."""
        self.peer.kill()
        self.peer.name = "beta"
        self.peer.begin()
        self.theirs_sees = self.peer.watch(KIND)
        if self.can("find we"):
            self.published = self.peer.publish(KIND, "Theirs", 81, ["side=theirs", "k=v"])

    def close(self):
        """Ends everything; returns what is wrong with how it ended."""
        for thing in self._made:
            thing.close()
        return [line for host in self._hosts for line in host.close()]

    def logs(self):
        return "\n".join(host.logs() for host in self._hosts)

    def clean(self):
        for host in self._hosts:
            host.clean()

    # ---- what is looked at ----

    def expect(self, what, got, wanted):
        if got != wanted:
            raise Failure(f"{what}: {got!r}, not {wanted!r}")

    def expect_addresses(self, what, got, host):
        """Some of the host's, and no other."""
        own = {a["local"] for a in host.addresses()}
        got = {a.partition("%")[0] for a in got}
        if not got or not got <= own:
            raise Failure(f"{what}: {got or 'none'}, not of {own}")

    def sent(self, since, name=None):
        """Our responses: [(when, record)]"""
        return [(s.time, r) for s in self.capture.mdns()
                if s.from_host and s.time >= since and s.message.response
                for r in s.message.answers + s.message.additional if name in (None, r.name)]

    def we_see(self, instance, seconds=15):
        wait_for(f"we see {instance}", lambda: self.ours_sees.has(
            instance, [f"IPv{f}" for f in self.spoken]), seconds)

    def they_see(self, instance, seconds=15):
        families = [f"IPv{f}" for f in self.spoken] if self.peer.sees_families else None
        wait_for(f"they see {instance}", lambda: self.theirs_sees.has(instance, families), seconds)

    def expect_owner(self, instance, srv, seconds=8):
        """Only one answers for an instance, in each family, as gamma hears it."""
        def alone():
            self.last = self.gamma.answers(full(instance), dns.SRV, self.spoken)
            return all(found == {srv} for found in self.last.values())
        try:
            wait_for(f"one owner of {instance}", alone, seconds)
        except Failure as failure:
            raise Failure(f"{failure}: {self.last}, not {srv}") from None

    def expect_host(self, name, host):
        """Whoever answers for it, in each family, has addresses of that host only. (avahi-daemon
        gives no A over IPv6.)"""
        for family in self.spoken:
            kind = dns.A if family == 4 else dns.AAAA
            found = self.gamma.answers(name, kind, [family])[family]
            self.expect_addresses(f"{name} over IPv{family}", found, host)

    def expect_quiet(self, since, *names):
        """Nobody goes on probing, and no endless series of names was tried."""
        time.sleep(QUIET)
        end = time.time() - QUIET
        probes = [s for s in self.capture.mdns() if s.time >= since and s.message.probe
                  and any(q.name.startswith(n) for n in names for q in s.message.questions)]
        late = [s for s in probes if s.time > end]
        if late or len(probes) > MOST_PROBES * len(self.families):
            raise Failure(f"{len(probes)} probes for {names}, {len(late)} of them after it was "
                          "settled")
