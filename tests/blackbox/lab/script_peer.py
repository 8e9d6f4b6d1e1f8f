"""Peers of the interoperability matrix that are libraries: a script of ours runs each.

The script is called with a named pipe and a JSON object: families, interface, ipv4, ipv6. When it
has said "ready", requests come by the pipe, a line each, JSON with a verb:
    watch    kind                                says "+ INSTANCE" and "- INSTANCE"
    resolve  id kind instance                    says "answer ID {host, port, txt, addresses}"
    lookup   id name                             says "answer ID [address…]"
    publish  id kind instance port host txt      says "published ID INSTANCE"
    withdraw of                                  of is the id of a publish
One process is one stack, as on a real host: what is sent to it by unicast reaches it."""
import itertools
import json
import os

from .any_peer import HERE, PYTHON, UNPACKED, Fault, Peer, Published, Resolved, Watch
from .process import Failure


class ScriptPeer(Peer):
    program = []
    env = {}
    _ids = itertools.count(1)

    def begin(self):
        number = next(self._ids)
        self._pipe = self.host.folder / f"pipe-{number}"
        os.mkfifo(self._pipe)
        own = {key: address if family in self.spoken else None for (family, address), key
               in zip(sorted(self.addresses().items()), ("ipv4", "ipv6"))}
        own.update(families=self.spoken, interface="eth0")
        self._process = self.host.start(*self.program, self._pipe, json.dumps(own), env=self.env,
                                        name=self.title)
        self.processes.append(self._process)
        self._process.wait_log("ready", 15)

    def _request(self, verb, **parts):
        # Open for both, so that this does not wait for the other end.
        with os.fdopen(os.open(self._pipe, os.O_RDWR), "w") as pipe:
            pipe.write(json.dumps({"verb": verb, **parts}) + "\n")

    def _answer(self, verb, **parts):
        number = next(self._ids)
        self._request(verb, id=number, **parts)
        try:
            return json.loads(self._process.wait_log(rf"answer {number} (.*)\n", 8)[1])
        except Failure as failure:
            raise Failure(f"{self.title} found nothing: {verb} {parts}: {failure}") from None

    def watch(self, kind):
        self._request("watch", kind=kind)
        return Watch(self._process, r"^(?P<sign>[+-]) (?P<name>.*)$")

    def ask_anew(self, kind):
        self.kill()
        self.begin()
        return self.watch(kind)

    def resolve(self, kind, instance):
        found = self._answer("resolve", kind=kind, instance=instance)
        return Resolved(found["host"].rstrip("."), found["port"], frozenset(found["txt"]),
                        frozenset(found["addresses"]))

    def lookup(self, name):
        return set(self._answer("lookup", name=name))

    def publish(self, kind, instance, port, txt):
        number = next(self._ids)
        self._request("publish", id=number, kind=kind, instance=instance, port=port,
                      host=self.host_of(instance), txt=txt)
        return Published(self._process, rf"published {number} ",
                         lambda: self._request("withdraw", of=number))


class Zeroconf(ScriptPeer):
    title = "python3-zeroconf"
    program = [PYTHON, HERE / "zeroconf_peer.py"]
    faults = {"host we": Fault("0.47 answers a question for type ANY, as in a probe, with the "
                               "records of services, never with those of the host",
                               lambda row: row.expect_probed_in_vain("beta.local"))}


class NodePeer(ScriptPeer):
    env = {"NODE_PATH": str(UNPACKED / "npm/node_modules")}

    @classmethod
    def absent(cls):
        if not (UNPACKED / "npm/node_modules" / cls.title).is_dir():
            return "not installed: tools/dev/deps.sh does it where there are node and npm"
        return None


class MulticastDns(NodePeer):
    title = "multicast-dns"
    program = ["node", HERE / "multicast_dns_peer.js"]
    cannot = {
        "service they": "a codec and a socket: it owns no names and never probes for one",
        "host they": "a codec and a socket: it owns no names and never probes for one",
    }


class BonjourService(NodePeer):
    title = "bonjour-service"
    program = ["node", HERE / "bonjour_service_peer.js"]
    cannot = {"look up they": "has no call for host names"}

    def host_of(self, instance):
        """When it stops a service it forgets the addresses of that service's host, whoever else
        is on it: each that comes and goes is on a host of its own."""
        return f"{self.name}.local" if instance in ("Theirs", "Rival") else f"{instance}.local"
