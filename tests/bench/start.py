"""From the start of the daemon to its name on the link; lookups of names that no cache has; junk."""
import pathlib
import socket
import statistics
import time

import rows
import scene
from scene import QUICK, Stack, lab

HOSTS = 2 if QUICK else 4  # of each stack, started at the same moment, each on a link of its own
TURNS = 1 if QUICK else 5
NAMES = 5 if QUICK else 40
JUNK = 1000 if QUICK else 20000


def one_host_links(case, name, count, number):
    """Hosts on links of their own, with a capture each; no address is tentative any more."""
    stacks = []
    for i in range(count):
        link = lab.Link()
        host = case.host(f"{name}{i}", link)
        host.ip("address", "add", f"10.{number}.{i}.1/24", "dev", "eth0")
        stack = Stack(host.name, host)
        stack.capture = case.capture(host.ports["eth0"])
        stacks.append(stack)
    for stack in stacks:
        lab.wait_for("IPv6", stack.host.fe80, 20)
    return stacks


class Start(lab.LabCase):
    def test_1_name(self):
        """Time stamps are the kernel's; the start is the moment before fork()."""
        ours = one_host_links(self, "ours", HOSTS, 1)
        avahi = one_host_links(self, "avahi", HOSTS, 2)
        took = {"ours": [], "avahi": []}
        for _ in range(TURNS):
            began = {}
            for stack in ours + avahi:
                began[stack.name] = time.time()
                if stack in ours:
                    stack.ours(ipv6=True, ready=False)
                else:
                    stack.avahi(ipv6=True, ready=False)
            for kind, stacks in (("ours", ours), ("avahi", avahi)):
                for stack in stacks:
                    start, name = began[stack.name], f"{stack.name}.local"
                    seen = stack.capture.wait("the announcement", lambda s: (
                        s.time > start and s.message and s.message.response
                        and any(r.name == name and r.ttl for r in s.message.answers)), 10)
                    took[kind].append(seen[0].time - start)
            for stack in ours + avahi:
                stack.process.stop(9)
            time.sleep(0.2)
        rows.put("start", "start → host name announced", "≤ 0.90 s median", unit="s",
                 ours=took["ours"], avahi=took["avahi"], met=statistics.median(took["ours"]) <= 0.9,
                 note=f"{len(took['ours'])} starts")

    @staticmethod
    def look_up(host, name):
        """One line to the simple protocol, which both serve; seconds, and the reply."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(6)
            client.connect(host.path("/run/avahi-daemon/socket"))
            begin = time.monotonic()
            client.sendall(f"RESOLVE-HOSTNAME-IPV4 {name}\n".encode())
            reply = client.recv(4096).decode()
            return time.monotonic() - begin, reply

    def test_2_cold(self):
        """A third host has the names, and has announced them before the others came up."""
        links = {name: lab.Link() for name in ("ours", "avahi")}
        far = self.host("far", *links.values())
        for number in range(2):
            far.ip("address", "add", f"10.3.{number}.2/24", "dev", f"eth{number}")
        hosts = far.folder / "hosts"
        hosts.write_text("".join(f"10.9.{i >> 8}.{i & 255} cold{i}.local\n" for i in range(2 * NAMES)))
        far.start_avahid("--hosts", hosts, policy="off", log="info")
        far.wait_established()
        time.sleep(4)
        stacks = {}
        for number, name in enumerate(links):
            host = self.host(name, links[name])
            host.ip("address", "add", f"10.3.{number}.1/24", "dev", "eth0")
            stacks[name] = Stack(name, host)
        stacks["ours"].ours()
        stacks["avahi"].avahi()
        time.sleep(3)
        took = {name: [] for name in stacks}
        for i in range(NAMES):
            for number, (name, stack) in enumerate(stacks.items()):
                seconds, reply = self.look_up(stack.host, f"cold{2 * i + number}.local")
                self.assertIn("10.9.", reply)
                took[name].append(seconds * 1000)
        rows.put("cold", "cold lookup of an existing name", "≤ 30 ms", unit="ms", ours=took["ours"],
                 avahi=took["avahi"], met=statistics.median(took["ours"]) <= 30)

    def test_3_junk(self):
        stacks = []
        for number, name in enumerate(("ours", "avahi")):
            link = lab.Link()
            host, far = self.host(name, link), self.host(f"far-{name}", link)
            host.ip("address", "add", "10.4.0.1/24", "dev", "eth0")
            far.ip("address", "add", "10.4.0.2/24", "dev", "eth0")
            stack = Stack(name, host)
            stack.far = far
            stacks.append(stack)
        stacks[0].ours()
        stacks[1].avahi()
        time.sleep(2)
        took = {"ours": [], "avahi": []}
        for _ in range(scene.ROUNDS):
            for stack in stacks:
                stack.pin(1)
                before = stack.cpu()
                scene.ask(stack.far, "eth0", "junk", 0, JUNK, 20000, name="announce")
                scene.quiet(stack.cpu, 10, pause=0.1)
                took[stack.name].append((stack.cpu() - before) / JUNK * 1e6)
        taken = stacks[0].host.status()["counters"]["packets_in"]
        rows.put("junk", "junk packet, CPU", "≤ 2 µs", unit="µs", ours=took["ours"],
                 avahi=took["avahi"], met=statistics.median(took["ours"]) <= 2,
                 note=f"{taken:,} of {scene.ROUNDS * JUNK:,} were read")


if __name__ == "__main__":
    lab.main()
