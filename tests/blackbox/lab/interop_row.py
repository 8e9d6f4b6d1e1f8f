"""A row of the interoperability matrix: what is tried with one peer over some families."""
import os
import signal
import time

from . import dns
from .interop_scene import KIND, Scene, full
from .process import SLOWNESS, Failure, wait_for
from .varlink import VarlinkError

COLUMNS = {  # what a row does, in this order; each is a method of Row
    "find we": "we find their service, in each family",
    "find they": "they find ours",
    "resolve we": "we resolve their service: host, port, TXT, addresses of theirs and none else",
    "resolve they": "they resolve ours",
    "look up we": "we look up their host name",
    "look up they": "they look up ours",
    "service we": "we publish a name of theirs: ours becomes 'NAME #2', theirs stays as it is",
    "service they": "they publish a name of ours: theirs is renamed or given up, ours stays (or, "
                    "where they do not heed our defence, ours is renamed)",
    "host we": "we take a host name of theirs: we become NAME-2, theirs stays as it is",
    "goodbye theirs": "they withdraw a service: we drop it, after a second and within two",
    "goodbye ours": "we withdraw a service: they drop it within two seconds",
    "crash theirs": "kill -9: we drop the service when another host has asked for it in vain; "
                    "started again it is found again",
    "host they": "they take our host name: in the end the two names differ, and ours is found",
    "crash ours": "kill -9: they drop the service when another host has asked for it in vain, or "
                  "find nothing when they ask anew; started again it is found under its old name",
    "wire we": "all that we sent in the meantime was as RFC 6762 wants it",
}
LONG = bool(os.environ.get("AVAHID_LONG"))
TRACE = 60  # packets shown of a red cell


class Row(Scene):
    def __init__(self, peer_class, label, families):
        super().__init__(peer_class, families)
        self.title = f"{peer_class.title} {label}"
        self.cells = {}    # column -> "ok", "FAIL", "peer", "-" or "skip"
        self.why = {}      # column -> what is behind a cell that is not ok
        self.skipped = None
        self.shown = ""    # logs and packets, when something is red
        self._trace = []

    def run(self):
        self.skipped = self._peer_class.absent()
        if self.skipped:
            self.cells = dict.fromkeys(COLUMNS, "skip")
        elif not set(self._peer_class.families) & set(self.families):
            self.cells = dict.fromkeys(COLUMNS, "-")
            self.why = dict.fromkeys(COLUMNS, "does not speak IPv6")
        else:
            self._run()
        return self

    def _run(self):
        try:
            self.furnish()
            for column in COLUMNS:
                self._try(column)
        except Exception as error:  # pylint: disable=broad-except
            self.cells = {**dict.fromkeys(COLUMNS, "FAIL"), **self.cells}
            self.why["the scene"] = f"{type(error).__name__}: {error}"
        finally:
            self._end()

    def _end(self):
        red = "FAIL" in self.cells.values()
        wrong = self.close()
        if wrong:
            self.cells["wire we"] = "FAIL"
            self.why["wire we"] = "\n".join([self.why.get("wire we", ""), *wrong])
        if wrong or red:
            self.shown = "\n".join([*self._trace, self.logs()])
        self.clean()

    def _try(self, column):
        if not self.can(column):
            self.cells[column], self.why[column] = "-", self.peer.cannot[column]
            return
        start = time.time()
        try:
            getattr(self, column.replace(" ", "_"))()
            self.cells[column] = "ok"
        except Exception as error:  # pylint: disable=broad-except
            self.cells[column] = "FAIL"
            self.why[column] = f"{type(error).__name__}: {error}"
            self._prove(column)
        if self.cells[column] == "FAIL":
            self._trace += [f"---- {self.title}: {column} ----", *self._packets(start)]

    def _prove(self, column):
        fault = self.peer.faults.get(column)
        if not fault:
            return
        try:
            fault.proof(self)
            self.cells[column], self.why[column] = "peer", fault.reason
        except Failure as failure:
            self.why[column] += f"\nlisted as the peer's fault, but: {failure}"

    def _packets(self, since):
        """What passed alpha's port, as text."""
        seen = [s for s in self.capture.mdns() if s.time >= since]
        cut = [f"… {len(seen) - TRACE} packets left out …"] if len(seen) > TRACE else []
        return [f"{s.time % 1000:7.3f} {'alpha' if s.from_host else s.packet.source} > "
                f"{s.packet.destination} {s.message}" for s in seen[:TRACE]] + cut

    # ---- the columns ----

    def find_we(self):
        self.we_see("Theirs")
        for family in self.families:  # RFC6762-§20-01
            if not [s for s in self.capture.mdns(family) if s.from_host and s.message.response
                    and s.message.records(full("Ours"), dns.SRV)]:
                raise Failure(f"we did not announce over IPv{family}")

    def find_they(self):
        self.they_see("Ours")

    def resolve_we(self):
        for family in self.spoken:
            found = self.alpha.call("Resolve", instance="Theirs", type=KIND,
                                    family=f"ipv{family}")["service"]
            self.expect("host and port", (found["host"], found["port"]),
                        (self.peer.host_of("Theirs"), 81))
            self.expect("TXT", {(t["key"], t["value"]) for t in found["txt"]},
                        {("side", "theirs"), ("k", "v")})
            self.expect_addresses("addresses", found["addresses"], self.beta)

    def resolve_they(self):
        found = self.peer.resolve(KIND, "Ours")
        self.expect("host and port", (found.host, found.port), ("alpha.local", 80))
        self.expect("TXT", found.txt, self.peer.txt_as_seen(["side=ours", "path=/a"]))
        self.expect_addresses("addresses", found.addresses, self.alpha)

    def look_up_we(self):
        found = self.alpha.call("ResolveHost", name=self.peer.host_of("Theirs"))["addresses"]
        self.expect_addresses("addresses", [a["address"] for a in found], self.beta)

    def look_up_they(self):
        self.expect_addresses("addresses", self.peer.lookup("alpha.local"), self.alpha)

    def service_we(self):  # RFC6762-§8.1-10, RFC6762-§8.1-11, RFC6762-§9-06
        self.published.ready()
        start = time.time()
        with self.alpha.varlink() as client:
            event = client.wait("established", lambda r: r["event"] == "established", "Publish",
                                10, instance="Theirs", type=KIND, port=8)
            self.expect("our name", event["instance"], "Theirs #2")
            self.we_see("Theirs #2")
            self.expect_owner("Theirs", (0, 0, 81, self.peer.host_of("Theirs")))
            self.expect("what we said of their name", self.sent(start, full("Theirs")), [])
            self.expect_quiet(start, "Theirs")

    def service_they(self):
        start = time.time()
        rival = self.peer.publish(KIND, "Ours", 83, ["side=theirs"])
        time.sleep(3)  # it probes, and chooses another name or none
        ours, theirs = (0, 0, 80, "alpha.local"), (0, 0, 83, self.peer.host_of("Ours"))
        if self.peer.yields:
            self.expect_owner("Ours", ours)
        else:
            self.expect_owner("Ours", theirs)
            self.expect_owner("Ours #2", ours)
            self._expect_theirs_unharmed(start, "Ours")
        self.expect_quiet(start, "Ours")
        rival.stop()
        if not self.peer.yields:  # a name that was lost comes back with the next start
            self.alpha.stop_avahid()
            self.start_ours()

    def _expect_theirs_unharmed(self, since, instance):
        """We gave up the name, which is another's now: no cache was told to drop what is theirs,
        neither the pointer that they have as we had it nor, by a flush bit, SRV and TXT."""
        harm = [str(r) for _, r in self.sent(since) if r.ttl == 0
                and (r.data == full(instance) or (r.name == full(instance) and r.flush))]
        self.expect("what we withdrew that is theirs now", harm, [])

    def host_we(self):
        self.published.ready()
        theirs = self.peer.host_of("Theirs")
        label = theirs.partition(".")[0]
        start = time.time()
        self.alpha.call("SetHostName", name=label)
        try:
            wait_for(f"we are {label}-2", lambda: self.alpha.wait_established() == f"{label}-2", 6)
            self.expect_host(theirs, self.beta)
            said = [str(r) for _, r in self.sent(start) if r.ttl and (
                r.name == theirs or (r.type == dns.SRV and r.data[3] == theirs))]
            self.expect("what we said with a name that is theirs", said, [])  # RFC6762-§3-05
            self.expect_quiet(start, label)
        finally:
            self._be_alpha()

    def _be_alpha(self):
        self.alpha.call("SetHostName", name="alpha")
        wait_for("we are alpha", lambda: self.alpha.wait_established() == "alpha", 10)

    def goodbye_theirs(self):
        leaving = self.peer.publish(KIND, "Leaving", 85, ["a=b"]).ready()
        self.we_see("Leaving")
        time.sleep(1.2)  # they may not repeat what they have just said
        start = time.time()
        leaving.stop()
        wait_for("their service to go", lambda: self.ours_sees.lacks("Leaving"), 4)
        gone = time.time()
        said = min(when for when, r in self.goodbyes("Leaving", from_host=False) if when >= start)
        if gone - said < 0.9 or gone - start > 2.0 * SLOWNESS:  # RFC6762-§10.1-02, RFC6762-§10.1-03
            raise Failure(f"gone {gone - said:.2f} s after their goodbye, "
                          f"{gone - start:.2f} s after it was told to go")

    def goodbye_ours(self):
        client = self.alpha.varlink()
        client.wait("established", lambda r: r["event"] == "established", "Publish", 8,
                    instance="Passing", type=KIND, port=9)
        self.they_see("Passing")
        start = time.time()
        client.close()
        wait_for("our service to go", lambda: self.theirs_sees.lacks("Passing"), 4)
        took = time.time() - start
        if took > 2.0 * SLOWNESS:
            raise Failure(f"gone after {took:.2f} s")
        for family in self.families:  # RFC6762-§10.1-01
            wait_for(f"our goodbye over IPv{family}", lambda: {r.type for _, r in self.goodbyes(
                "Passing", from_host=True, family=family)} == {dns.PTR, dns.SRV, dns.TXT}, 2)

    def goodbyes(self, instance, from_host, family=None):
        """[(when, record)]"""
        return [(s.time, r) for s in self.capture.mdns(family)
                if s.from_host == from_host and s.message.response for r in s.message.answers
                if r.ttl == 0 and full(instance) in (r.name, r.data)]

    def crash_theirs(self):  # RFC6762-§10.5-02
        self.peer.kill()
        killed = time.time() + 0.1
        if LONG:
            self._wait_expired(self.peer.host_of("Theirs"))
        self._ask_in_vain("Theirs", lambda: self.ours_sees.lacks("Theirs"))
        try:
            found = self.alpha.call("Resolve", instance="Theirs", type=KIND)
            raise Failure(f"we still resolve it: {found}")
        except VarlinkError as error:
            self.expect("error", error.name, "NotFound")
        finally:
            died = time.time()
            self.start_theirs()
        self.expect("what the dead said", [str(s.message) for s in self.capture.mdns()
                                           if not s.from_host and s.message.response
                                           and killed < s.time < died], [])
        self.we_see("Theirs")

    def _ask_in_vain(self, instance, gone):
        """gamma asks every second for what is no more. We forget it 10 s after the first time."""
        asked = [0.0]

        def ask():
            if time.monotonic() - asked[0] > 1.1:
                asked[0] = time.monotonic()
                self.gamma.ask((f"{KIND}.local", dns.PTR))
                self.gamma.ask((full(instance), dns.SRV), (full(instance), dns.TXT))
            return gone()
        wait_for(f"{instance} to be forgotten", ask, 15)

    def _wait_expired(self, host):  # RFC6762-§5.2-06
        """Until the time to live of the addresses, 120 s, is over."""
        def expired():
            with self.alpha.varlink() as client:
                return not [r for reply in client.stream("CacheShow") for r in reply["records"]
                            if r["type"] in ("A", "AAAA") and r["name"] == host]
        wait_for(f"the addresses of {host} to expire", expired, 125)

    def host_they(self):
        start = time.time()
        instance = self.peer.take_host("alpha", KIND, 84)
        try:
            self.we_see(instance)
            ours, theirs = self._two_hosts(instance)
            self.expect_quiet(start, "alpha")
            self.expect("the names later", self._names(instance), (ours, theirs))
            self.expect_host(ours, self.alpha)
            self.expect_host(theirs, self.beta)
            if ours != "alpha.local":
                self._expect_yielded(start, ours)
        finally:
            self.start_theirs()
            self._be_alpha()
        self.they_see("Ours")

    def _two_hosts(self, instance):
        def distinct():
            self.last = self._names(instance)
            return self.last[1] and self.last[0] != self.last[1]
        try:
            wait_for("two host names", distinct, 15)
        except Failure as failure:
            raise Failure(f"{failure}: {self.last}") from None
        return self.last

    def _names(self, instance):
        """Of our host, and of the one that a service of theirs is on, as they say now."""
        found = self.gamma.answers(full(instance), dns.SRV, self.spoken)
        targets = {data[3] for family in found.values() for data in family}
        return (f"{self.alpha.wait_established()}.local",
                targets.pop() if len(targets) == 1 else None)

    def _expect_yielded(self, since, ours):  # RFC6762-§9-03, RFC6762-§9-04
        """We probed for our name again before we gave it up, and then were silent about it."""
        probes = [s.time for s in self.capture.mdns() if s.from_host and s.message.probe
                  and s.time >= since and s.message.asks("alpha.local")]
        if not probes:
            raise Failure("we did not probe again before we gave up")
        first_new = min(s.time for s in self.capture.mdns() if s.from_host and s.time >= since
                        and s.message.probe and s.message.asks(ours))
        said = [str(r) for when, r in self.sent(first_new, "alpha.local") if r.ttl]
        self.expect("what we said of a name given up", said, [])

    def crash_ours(self):
        self.they_see("Ours")
        self.alpha.avahid.stop(signal.SIGKILL)
        if self.peer.forgets == "observed":
            self._ask_in_vain("Ours", lambda: self.theirs_sees.lacks("Ours"))
        else:
            self.theirs_sees = self.peer.ask_anew(KIND)
            time.sleep(2.5)
            self.expect("that they find us", self.theirs_sees.lacks("Ours"), True)
        self.start_ours()
        self.they_see("Ours")
        self.expect("our host name", self.alpha.status()["host_name"], "alpha")

    def wire_we(self):
        """RFC6762-§11-01, RFC6762-§5.2-15, RFC6762-§18.1-04, RFC6762-§18.1-05, RFC6762-§18.4-03,
        RFC6762-§10-01, RFC6762-§10-02"""
        own = {a["local"] for a in self.alpha.addresses()}
        self.expect("broken messages of ours", [u for u in self.capture.broken if u.source in own],
                    [])
        for seen in self.capture.mdns():
            if not seen.from_host:
                continue
            said = (seen.packet.ttl, seen.packet.source_port, seen.message.id, seen.message.flags)
            self.expect(str(seen.message), said,
                        (255, 5353, 0, 0x8400 if seen.message.response else 0))
            for record in seen.message.answers + seen.message.additional:
                host = record.type in (dns.A, dns.AAAA, dns.SRV) or record.name.endswith(".arpa")
                if seen.message.response and record.ttl and record.type != dns.NSEC:
                    self.expect(f"TTL of {record}", record.ttl, 120 if host else 4500)

    # ---- whose fault it is ----

    def expect_probed_in_vain(self, name):
        """We probed for it three times and more, and they, who own it, kept silent."""
        names = (name, full(name))
        probes = [s for s in self.capture.mdns() if s.from_host and s.message.probe
                  and any(q.name in names for q in s.message.questions)]
        if len(probes) < 3:
            raise Failure(f"only {len(probes)} probes for {name}")
        answers = [str(s.message) for s in self.capture.mdns()
                   if not s.from_host and s.message.response
                   and probes[0].time <= s.time <= probes[2].time + 0.25
                   and any(s.message.records(n) for n in names)]
        self.expect("their answers to our probes", answers, [])

    def expect_defended(self, instance):
        """They probed for a name of ours, were answered each time, and took it all the same."""
        name = full(instance)
        theirs = [s for s in self.capture.mdns() if not s.from_host
                  and (s.message.probe or s.message.response)]
        probes = [s for s in theirs if s.message.probe and s.message.asks(name)]
        if not probes:
            return  # they do not even ask
        taken = min((s.time for s in theirs if s.time > probes[0].time and s.message.response
                     and s.message.records(name, dns.SRV)), default=time.time())
        for probe in probes:
            if probe.time < taken and not any(
                    s.from_host and s.message.response and s.message.records(name, dns.SRV)
                    and 0 <= s.time - probe.time < 0.1 for s in self.capture.mdns()):
                raise Failure(f"we did not answer their probe for {name}: {probe.message}")
        self._expect_theirs_unharmed(probes[0].time, instance)

    def expect_no_goodbye(self, instance):
        self.expect("their goodbyes", [str(r) for _, r in self.goodbyes(instance, False)], [])
