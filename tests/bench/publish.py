"""Many services at once: by D-Bus, and from files; seen by observers with default socket buffers."""
import json
import statistics
import time

import rows
import scene
from scene import QUICK, ROUNDS, Stack, lab

BY_BUS = 100 if QUICK else 1000
STATIC = 500 if QUICK else 10000
PATIENCE = 5 if QUICK else 20  # with avahi-daemon and the static services


def least_bytes(count, room, host):
    """What 3 probes and 2 announcements of "svc N" must hold in full packets, names compressed: a
    probe has a question and its SRV and TXT; an announcement PTR, SRV and TXT."""
    fixed, header = 10, 12
    base = len("\5_bench\4_udp\5local\0")
    probe = announcement = 0
    for number in range(count):
        label, text = len(f"svc {number}") + 1, len(f"path=/{number}") + 1
        name = label + 2  # and a pointer to the type
        srv, txt = 2 + fixed + 6 + 2, 2 + fixed + text
        probe += name + 4 + srv + txt
        announcement += 2 + fixed + name + srv + txt
    total = 0
    for size, times in ((probe, 3), (announcement, 2)):
        packets = -(-size // (room - header - base - len(host) - 3))
        total += times * (size + packets * (header + base + len(host) + 3))
    return total


class Publish(lab.LabCase):
    def stack(self, name):
        link = lab.Link()
        host, observer = self.host(name, link), self.host(f"observer-{name}", link)
        host.ip("address", "add", "10.0.0.1/24", "dev", "eth0")
        observer.ip("address", "add", "10.0.0.2/24", "dev", "eth0")
        lab.wait_for("IPv6", lambda: host.fe80() and observer.fe80(), 20)
        stack = Stack(name, host)
        stack.observer = observer
        return stack

    def by_bus(self, stack):
        before = stack.cpu()
        told = json.loads(stack.host.run(scene.program("bus", "-lsystemd"), "publish", BY_BUS,
                                         seconds=60, env=None).stdout)
        self.assertEqual((told["established"], told["failed"]), (BY_BUS, 0))
        return told["seconds"], stack.cpu() - before

    def settled(self, stack):
        """The goodbyes are said, and nothing is under way."""
        time.sleep(1)
        scene.quiet(stack.cpu, 30)

    def test_1_by_bus(self):
        stacks = {"ours": self.stack("ours"), "avahi": self.stack("avahi")}
        stacks["ours"].ours(ipv6=True, dbus=True)
        stacks["avahi"].avahi(ipv6=True, dbus=True)
        for stack in stacks.values():
            lab.wait_for("the name on the bus", lambda: "Avahi" in stack.host.run(
                "busctl", "--system", "list", "--acquired", "--no-pager").stdout, 10)
            self.settled(stack)
        took = {name: [] for name in stacks}
        for turn in range(ROUNDS):
            for name, stack in stacks.items():
                if name == "avahi" and turn >= 2:
                    continue
                took[name].append(self.by_bus(stack))
                self.settled(stack)
        for place, (key, unit, target, least) in enumerate((
                ("dbus-publish", "s", "≤ 1.6 s", 1.6), ("dbus-publish-cpu", "s", "≤ 0.25 s", 0.25))):
            ours, avahi = ([one[place] for one in took[name]] for name in ("ours", "avahi"))
            rows.put(key, f"{BY_BUS:,} services by D-Bus, start → all established"
                     + (": CPU" if place else ""), target, unit=unit, ours=ours, avahi=avahi,
                     met=statistics.median(ours) <= least)

    def observed(self, stack, start, seconds):
        """From the start of the daemon until both observers have seen all of it twice."""
        observers = {family: stack.observer.start(scene.program("observe"), "eth0", str(family),
                                                  str(STATIC), str(seconds), name=f"v{family}")
                     for family in (4, 6)}
        for observer in observers.values():
            observer.wait_log("ready")
        begin, began = time.time(), time.monotonic()
        start()
        for observer in observers.values():
            lab.wait_for("the observer's end", lambda: not observer.running(),
                         seconds + 5 - (time.monotonic() - began))
        told = {family: json.loads(observer.log().splitlines()[-1])
                for family, observer in observers.items()}
        for one in told.values():
            one["seconds"] = one["last"] - begin
        cpu = stack.cpu()
        scene.quiet(stack.cpu, 10)
        return told, cpu, stack.cost().own()

    def test_2_static(self):
        runs, memory = [], []
        for turn in range(1 if QUICK else 2):
            stack = self.stack(f"ours{turn}")
            scene.write_services(stack.host.services, STATIC)
            told, cpu, own = self.observed(
                stack, lambda: stack.ours(ipv6=True, ready=False), 15)
            runs.append((told, cpu))
            memory.append(own)
            stack.host.stop_avahid()
        empty = self.stack("empty").ours(ipv6=True)
        empty.host.wait_established()
        time.sleep(2)
        base = empty.cost().own()
        stack = self.stack("avahi")
        theirs, their_cpu, _ = self.observed(
            stack, lambda: stack.avahi(ipv6=True, services=STATIC, ready=False), PATIENCE)
        stack.process.stop(9)
        complete = all(one["twice"] == STATIC for told, _ in runs for one in told.values())
        missing = sum(STATIC - one["twice"] for told, _ in runs for one in told.values())
        lost = f"{missing} not seen twice" if missing else ""
        their_seen = min(one["twice"] for one in theirs.values())
        not_done = None if their_seen == STATIC else (
            f"{their_seen:,} of {STATIC:,} in {PATIENCE} s")
        what = f"{STATIC:,} static services"
        seconds = [max(one["seconds"] for one in told.values()) for told, _ in runs]
        rows.put("static", f"{what}, announced twice and seen", "≤ 6 s", unit="s", ours=seconds,
                 avahi=not_done or [max(one["seconds"] for one in theirs.values())],
                 met=complete and statistics.median(seconds) <= 6, note=lost)
        cpu = [cpu for _, cpu in runs]
        rows.put("static-cpu", f"{what}: CPU", "≤ 2 s", unit="s", ours=cpu,
                 avahi=[their_cpu], met=complete and statistics.median(cpu) <= 2,
                 note=f"avahi: {not_done}" if not_done else "")
        for family, room in ((4, 1472), (6, 1452)):
            least = least_bytes(STATIC, room, "ours0.local")
            size = [told[family]["bytes"] / 1e6 for told, _ in runs]
            burst = max(told[family]["burst"] for told, _ in runs)
            of_least = statistics.median(size) * 1e6 / least
            packets = statistics.median(told[family]["packets"] for told, _ in runs)
            rows.put(f"static-bytes-{family}", f"{what}: bytes over IPv{family}",
                     "≤ 1.3 × what they must hold", unit="MB", ours=size, ratio=of_least,
                     limit=[least / 1e6],
                     avahi=not_done or [theirs[family]["bytes"] / 1e6],
                     met=complete and of_least <= 1.3,
                     note=f"{packets:,.0f} packets, at most {burst} in 10 ms")
        rows.put("memory-service", "memory of a published service, dual stack", "≤ 1.2 kB",
                 unit="kB", ours=[(own - base) * 1024 / STATIC for own in memory],
                 avahi=self.avahi_memory(),
                 met=(statistics.median(memory) - base) * 1024 / STATIC <= 1.2)
        self.further_links()

    def avahi_memory(self):
        """With a tenth of the services: more are not done in time."""
        count = STATIC // 10
        base, full = self.stack("avahi-empty"), self.stack("avahi-full")
        base.avahi(ipv6=True)
        full.avahi(ipv6=True, services=count)
        for stack in (base, full):
            scene.quiet(stack.cpu, 20)
        used = [(full.cost().own() - base.cost().own()) * 1024 / count]
        for stack in (base, full):
            stack.process.stop(9)
        return used

    def further_links(self):
        """How much memory each service takes on each link after the first (two families each)."""
        count, more = STATIC // 10, 4
        stack = self.stack("ours-links")
        scene.write_services(stack.host.services, count)
        stack.ours(ipv6=True)
        stack.host.wait_established()
        time.sleep(3)
        before = stack.cost().own()
        for number in range(1, more + 1):
            lab.Link().plug(stack.host, f"eth{number}")
            stack.host.ip("address", "add", f"10.0.{number}.1/24", "dev", f"eth{number}")
        time.sleep(6)
        each = (stack.cost().own() - before) * 1024 * 1024 / count / more
        rows.put("memory-link", "memory of a service on a further dual-stack interface",
                 "≤ 150 B a link (two here)", unit="B", ours=[each], met=each <= 300)


if __name__ == "__main__":
    lab.main()
