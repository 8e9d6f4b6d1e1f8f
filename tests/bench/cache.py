"""What others announce: what it costs to take it in, to keep it, to list it and to resolve it."""
import json
import pathlib
import statistics
import time

import rows
import scene
from scene import QUICK, ROUNDS, Stack, lab

FEW, MANY, FEW_RESOLVED, MANY_RESOLVED = ((100, 500, 100, 300) if QUICK else
                                          (1000, 10000, 1000, 5000))
RECORDS = 5  # of a service
FLOOD = 400 if QUICK else 20000  # services: 100,000 records
FLOOD_RATE = 4000  # packets a second: 20,000 records
PATIENCE = 5 if QUICK else 20


def udp_drops(host):
    """What the kernel dropped because a socket's buffer was full."""
    table = pathlib.Path(f"/proc/{host.anchor.pid}/net/udp").read_text()
    return sum(int(line.split()[-1]) for line in table.splitlines()[1:])


class Cache(lab.LabCase):
    def stack(self, name):
        link = lab.Link()
        host, far = self.host(name, link), self.host(f"far-{name}", link)
        host.ip("address", "add", "10.0.0.1/24", "dev", "eth0")
        far.ip("address", "add", "10.0.0.2/24", "dev", "eth0")
        stack = Stack(name, host)
        stack.far = far
        return stack

    def announce(self, stack, first, count, rate=2000):
        """CPU of the daemon for each record, once it is done."""
        before = stack.cpu()
        scene.ask(stack.far, "eth0", "services", first, count, rate, name="announce", seconds=90)
        scene.quiet(stack.cpu, 60, at_most=0.02, pause=0.1)
        return (stack.cpu() - before) / count / RECORDS * 1e6

    def stacks(self, dbus):
        ours = self.stack("ours").ours(dbus=dbus)
        avahi = self.stack("avahi").avahi(dbus=dbus)
        for stack in (ours, avahi):
            if dbus:
                lab.wait_for("the name on the bus", lambda: "Avahi" in stack.host.run(
                    "busctl", "--system", "list", "--acquired", "--no-pager").stdout, 10)
        time.sleep(1.5)
        return ours, avahi

    # ---- taking in ----

    def test_1_take_in(self):
        few, count = {"ours": [], "avahi": []}, 80
        for turn in range(min(ROUNDS, 3)):
            stacks = self.stacks(dbus=False)
            for stack in stacks:
                self.announce(stack, 0, count)
                few[stack.name].append(self.announce(stack, count, count))
            if turn + 1 < min(ROUNDS, 3):
                for stack in stacks:
                    stack.process.stop(9)
        rows.put("take-in-few", f"CPU to take in a record at {RECORDS * count} cached", "≤ 4 µs",
                 unit="µs", ours=few["ours"], avahi=few["avahi"],
                 met=statistics.median(few["ours"]) <= 4)
        ours, avahi = stacks
        self.flood(ours, avahi)

    def flood(self, ours, avahi):
        tail = FLOOD // 10
        before, base, dropped = ours.host.status(), ours.cost().own(), udp_drops(ours.host)
        known = before["links"][0]["cached_records"]
        self.announce(ours, 1000, FLOOD - tail, FLOOD_RATE)
        last = self.announce(ours, 1000 + FLOOD - tail, tail, FLOOD_RATE)
        status = ours.host.status()
        kept = status["links"][0]["cached_records"] - known
        each = (ours.cost().own() - base) * 1024 * 1024 / max(1, kept)
        their_count = min(FLOOD, 2000)
        their_base = avahi.cost().own()
        self.announce(avahi, 1000, their_count * 4 // 5, 500)
        their_last = self.announce(avahi, 1000 + their_count * 4 // 5, their_count // 5, 500)
        their_each = (avahi.cost().own() - their_base) * 1024 * 1024 / (their_count * RECORDS)
        rows.put("take-in-many", f"CPU to take in a record at {FLOOD * RECORDS:,} cached", "≤ 5 µs",
                 unit="µs", ours=[last], avahi=[their_last], met=last <= 5,
                 note=f"avahi at {their_count * RECORDS:,}")
        lost = FLOOD * RECORDS - kept
        rows.put("flood", f"{FLOOD * RECORDS:,} records announced at {FLOOD_RATE * RECORDS:,}/s, lost",
                 "0", unit="records", ours=[lost], avahi=self.their_loss(), met=lost == 0,
                 note=f"dropped by the kernel: {udp_drops(ours.host) - dropped} packets, by the cache: "
                      f"{status['counters']['cache_dropped'] - before['counters']['cache_dropped']}")
        rows.put("memory-record", "memory of a cached record", "≤ 200 B", unit="B", ours=[each],
                 avahi=[their_each], met=each <= 200)

    def their_loss(self):
        """Of avahi-daemon as shipped, how many of the first 10,000 it does not have."""
        count = min(FLOOD, 2000)
        stack = self.stack("shipped").avahi(dbus=True, shipped=True)
        time.sleep(1.5)
        scene.ask(stack.far, "eth0", "services", 0, count, FLOOD_RATE, name="announce")
        scene.quiet(stack.cpu, 20)
        listed = self.listed(stack.host, "org.freedesktop.Avahi", count)
        stack.process.stop(9)
        return f"{(count - listed['items']) * RECORDS:,} of {count * RECORDS:,} as shipped"

    # ---- to clients ----

    def listed(self, host, name, count):
        return json.loads(host.run(scene.program("bus", "-lsystemd"), "list", name, count,
                                   seconds=60).stdout)

    def lists(self, key, count, ours, avahi):
        took = {"sender": [], "ours": [], "avahi": []}
        incomplete = 0
        for _ in range(ROUNDS):
            for who, host, name in (("sender", ours.host, "org.example.Sender"),
                                    ("ours", ours.host, "org.freedesktop.Avahi"),
                                    ("avahi", avahi.host, "org.freedesktop.Avahi")):
                told = self.listed(host, name, count)
                if who == "avahi" and told["items"] < count:
                    took[who] = f"lists {told['items']:,}"
                elif isinstance(took[who], list):
                    took[who].append(told["seconds"] * 1000)
                incomplete += who == "ours" and told["items"] != count
        of_sender = rows.ratio(took["ours"], took["sender"])
        rows.put(key, f"list {count:,} cached services by D-Bus", "≤ 2 × bare sender", unit="ms",
                 ours=took["ours"], avahi=took["avahi"], ratio=of_sender, limit=took["sender"],
                 met=of_sender <= 2 and not incomplete,
                 note="not all were listed" if incomplete else "")

    def resolved(self, stack, count, seconds):
        client = scene.program("resolve", *scene.avahi_client())
        env = lab.avahi_files.program("")[1]
        try:
            return json.loads(stack.host.run(client, count, seconds=seconds, env=env).stdout)
        except lab.Failure:
            return None

    def resolves(self, key, count, target, ours, avahi):
        took, theirs = [], []
        bad = 0
        for turn in range(ROUNDS):
            told = self.resolved(ours, count, 60)
            self.assertIsNotNone(told)
            bad += told["found"] != count
            took.append(told["seconds"])
            if turn < 1:
                told = self.resolved(avahi, count, PATIENCE)
                theirs = [told["seconds"]] if told else f"not done in {PATIENCE} s"
        rows.put(key, f"resolve {count:,} cached services by libavahi-client", f"≤ {target} s",
                 unit="s", ours=took, avahi=theirs, met=statistics.median(took) <= target and not bad,
                 note="not all were found" if bad else "")

    def test_2_clients(self):
        ours, avahi = self.stacks(dbus=True)
        sender = ours.host.start(scene.program("bus", "-lsystemd"), "send", "org.example.Sender")
        sender.wait_log("ready")
        for stack in (ours, avahi):
            self.announce(stack, 0, FEW, 1000)
        self.lists("list-few", FEW, ours, avahi)
        self.resolves("resolve-few", FEW_RESOLVED, 0.15, ours, avahi)
        for stack in (ours, avahi):
            self.announce(stack, FEW, MANY - FEW, 2000 if stack is ours else 1000)
        self.lists("list-many", MANY, ours, avahi)
        self.resolves("resolve-many", MANY_RESOLVED, 0.8, ours, avahi)


if __name__ == "__main__":
    lab.main()
