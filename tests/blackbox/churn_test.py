"""Ports that come and go by the hundred, as containers make them, while a browse runs.

Short form: 100 ports twice. AVAHID_LONG: 1,000."""
import os
import pathlib
import threading
import time

import lab
from lab.peers import AvahiDaemon
from lab.process import SLOWNESS
from lab.wires import Cost, batch, table

_GROUP6 = "ff0200000000000000000000000000fb"
PORTS = 1000 if os.environ.get("AVAHID_LONG") else 100


class Station:
    """A host with a cable to the world, a bridge, and ports with their far ends in a pod."""

    def __init__(self, case, name, link, number):
        self.host, self.pod = case.host(name, link), case.host(f"{name}-pod")
        self.host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
        batch(["link add br0 type bridge forward_delay 0", "link set br0 up",
               "address add 172.17.0.1/16 dev br0"], self.host)

    def add_ports(self):
        """Half of them are ports of the bridge, as a container engine makes them: added, enslaved,
        up. The others stand alone."""
        pids = self.host.anchor.pid, self.pod.anchor.pid
        batch([f"link add name port{i} netns {pids[0]} type veth peer name far{i} netns {pids[1]}"
               for i in range(PORTS)])
        batch([line for i in range(PORTS) for line in
               ([f"link set port{i} master br0"] if i % 2 else []) + [f"link set port{i} up"]],
              self.host)
        batch([f"link set far{i} up" for i in range(PORTS)], self.pod)

    def remove_ports(self):
        batch([f"link del port{i}" for i in range(PORTS)], self.host)

    def expected(self):
        return {"eth0", "br0"} | {f"port{i}" for i in range(0, PORTS, 2)}


def memory(cost):
    """By every measure: with a part of what is shared, and without what is shared."""
    return cost.memory(), cost.own()


def both(*actions):
    """At the same time: each has the same machine to itself as the other."""
    threads = [threading.Thread(target=action) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Churn(lab.LabCase):
    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.ours, cls.theirs = Station(cls, "alpha", link, 1), Station(cls, "beta", link, 2)
        cls.gamma = cls.host("gamma", link, services=[("web", "Web on %h", ("_http._tcp", 80, []))])
        cls.gamma.ip("address", "add", "192.0.2.3/24", "dev", "eth0")
        cls.gamma.start_avahid(policy="off")
        cls.gamma.wait_established()
        # Not every line of a debug log: it costs what no user pays.
        cls.ours.host.start_avahid(policy="off", log="info")
        cls.ours.host.wait_established()
        cls.avahi = AvahiDaemon(cls.theirs.host)
        cls.theirs.host.start("stdbuf", "-oL", cls.avahi.tool("avahi-browse"), "-p", "_http._tcp",
                              env=cls.avahi.env, name="avahi-browse")

    def served(self):
        """Where the daemon has joined the group, as the kernel knows: to ask the daemon is work."""
        groups = pathlib.Path(f"/proc/{self.ours.host.anchor.pid}/net/igmp6").read_text()
        return {fields[1] for fields in map(str.split, groups.splitlines())
                if fields[2] == _GROUP6}

    def wait_served(self, expected, seconds):
        try:
            lab.wait_for("", lambda: self.served() == expected, seconds)
        except lab.Failure:
            served = self.served()
            self.fail(f"after {seconds} s not served: {sorted(expected - served)[:9]}, served in "
                      f"excess: {sorted(served - expected)[:9]}")

    def watch(self, until, costs, peaks):
        """What is served meanwhile and should not be: a port of the bridge, a while after it is one.
        And the most memory that was in use."""
        suspects, intruders = {}, set()
        while not until.is_set():
            for name, cost in costs.items():
                peaks[name] = [max(pair) for pair in zip(peaks[name], memory(cost))]
            wrong = self.served() - self.ours.expected()
            now = time.monotonic()
            suspects = {name: suspects.get(name, now) for name in wrong}
            intruders |= {name for name, since in suspects.items() if now - since > 1 * SLOWNESS}
            time.sleep(0.2)
        return intruders

    def test_nothing_is_lost_and_nothing_served_that_should_not_be(self):
        events, over, intruders = [], threading.Event(), []
        browse = self.ours.host.varlink()
        self.addCleanup(browse.close)

        def listen():
            try:
                for reply in browse.stream("Browse", seconds=600, type="_http._tcp"):
                    service = reply.get("service")
                    if service and service["interface"] == "eth0":
                        events.append((reply["event"], service["instance"]))
            except OSError:
                pass
        threading.Thread(target=listen, daemon=True).start()
        lab.wait_for("gamma's service", lambda: ("found", "Web on gamma") in events)
        costs = {"avahid": Cost(self.ours.host.avahid), "avahi-daemon 0.8": Cost(self.avahi.daemon)}
        before = {name: cost.cpu() for name, cost in costs.items()}
        idle = {name: memory(cost) for name, cost in costs.items()}
        peaks = dict(idle)
        watcher = threading.Thread(
            target=lambda: intruders.extend(self.watch(over, costs, peaks)), daemon=True)
        watcher.start()
        began = time.monotonic()
        try:
            for _ in range(2):
                both(self.ours.add_ports, self.theirs.add_ports)
                self.wait_served(self.ours.expected(), 60)
                time.sleep(2)  # probed and announced
                both(self.ours.remove_ports, self.theirs.remove_ports)
                # With its last port the bridge has lost its carrier.
                self.wait_served({"eth0"}, 10)
        finally:
            over.set()
            watcher.join()
        seconds = time.monotonic() - began
        used = {name: cost.cpu() - before[name] for name, cost in costs.items()}
        after = {name: memory(cost) for name, cost in costs.items()}
        table(f"{PORTS} ports added and removed twice in {seconds:.1f} s, half of them enslaved",
              ("", "processor", "memory before", "at its peak", "after", "its own before",
               "at its peak", "after"),
              *((name, f"{used[name]:.2f} s",
                 *(f"{figures[name][measure]:.1f} MB" for measure in (0, 1)
                   for figures in (idle, peaks, after))) for name in costs))
        self.assertEqual(intruders, [])
        self.assertEqual(set(events), {("found", "Web on gamma")})  # never lost
        self.assertEqual(self.ours.host.status()["host_name"], "alpha")
        self.gamma.add_service("late", "Late", ("_http._tcp", 81, []))
        self.gamma.call("Reload")
        lab.wait_for("a service that comes later", lambda: ("found", "Late") in events)
        if SLOWNESS == 1:  # sanitizers are not what is compared
            ours, theirs = costs
            self.assertLess(used[ours], used[theirs])
            self.assertLess(peaks[ours][1] - idle[ours][1], peaks[theirs][1] - idle[theirs][1])
            if PORTS >= 1000:
                for measure in (0, 1):
                    self.assertLess(peaks[ours][measure], peaks[theirs][measure])
                    self.assertLess(after[ours][measure], after[theirs][measure])


if __name__ == "__main__":
    lab.main()
