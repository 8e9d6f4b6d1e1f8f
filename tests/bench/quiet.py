"""What a daemon costs that has nothing to do: memory at rest, wake-ups and packets of a minute.

It waits most of its time, and therefore runs beside the other parts; only while it reads memory, and
for the minute, does it hold the lock that they take (AVAHID_BENCH_LOCK), so that no page is shared with daemons of theirs."""
import contextlib
import fcntl
import os
import pathlib
import time

import rows
import scene
from scene import QUICK, Stack, lab

REST = 3 if QUICK else 100
MINUTE = 3 if QUICK else 60
CACHED = 100


@contextlib.contextmanager
def alone():
    path = os.environ.get("AVAHID_BENCH_LOCK")
    with open(path or os.devnull, "a") as file:
        if path:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def wake_ups(cost):
    """Of all threads of all processes: how often one waited, and so was woken."""
    return sum(int(line.split()[1]) for process in cost._all
               for task in (process / "task").iterdir()
               for line in (task / "status").read_text().splitlines()
               if line.startswith("voluntary_ctxt_switches"))


class Quiet(lab.LabCase):
    def test(self):
        stacks = []
        for name in ("ours", "avahi"):
            link = lab.Link()
            host, far = self.host(name, link), self.host(f"far-{name}", link)
            host.ip("address", "add", "10.5.0.1/24", "dev", "eth0")
            far.ip("address", "add", "10.5.0.2/24", "dev", "eth0")
            lab.wait_for("IPv6", host.fe80, 20)
            stack = Stack(name, host)
            stack.far, stack.capture = far, self.capture(host.ports["eth0"])
            stacks.append(stack)
        stacks[0].ours(ipv6=True, dbus=True)
        stacks[1].avahi(ipv6=True, dbus=True)
        time.sleep(REST)
        # Alone on the machine for each: of what they share with each other, neither has but a part.
        with alone():
            pss = [stack.cost().memory() for stack in stacks]
            rss = [stack.cost().resident() for stack in stacks]
        rows.put("rest", f"memory at rest after {REST} s, Pss of both processes", "≤ 6 MB", unit="MB",
                 ours=[pss[0]], avahi=[pss[1]], met=pss[0] <= 6,
                 note=f"RSS {rss[0]:.1f} and {rss[1]:.1f} MB")
        for stack in stacks:
            scene.ask(stack.far, "eth0", "services", 0, CACHED // 5, 100, name="announce")
        time.sleep(2)
        # Hosts that others make would wake us: the kernel tells of every host name on the machine.
        with alone():
            before = [(wake_ups(stack.cost()), len(self.sent(stack))) for stack in stacks]
            time.sleep(MINUTE)
            after = [(wake_ups(stack.cost()), len(self.sent(stack))) for stack in stacks]
        woken, sent = zip(*((a[0] - b[0], a[1] - b[1]) for a, b in zip(after, before)))
        what = f"idle minute with {CACHED} cached records" if not QUICK else "idle seconds"
        rows.put("idle-wake-ups", f"{what}: wake-ups", "≤ 2", ours=[woken[0]], avahi=[woken[1]],
                 met=woken[0] <= 2)
        rows.put("idle-packets", f"{what}: packets", "0", ours=[sent[0]], avahi=[sent[1]],
                 met=sent[0] == 0)

    @staticmethod
    def sent(stack):
        return [s for s in stack.capture.mdns() if s.from_host]


if __name__ == "__main__":
    lab.main()
