"""How much each host says on a link of 2 to 20 hosts: coming up, browsing, with nothing to do.

Each host has one service. Boot: all start within a second. Browse: one program on each asks for the
type until it has all for now. Rest: nothing happens."""
import time

import rows
import scene
from scene import QUICK, Stack, lab

SIZES = (2,) if QUICK else (2, 8, 20)
REST = 3 if QUICK else 15
TYPE = "_chat._udp"
_FILE = ('<service-group><name replace-wildcards="yes">Chat on %h</name><service>'
         f"<type>{TYPE}</type><port>4000</port></service></service-group>")


class Traffic(lab.LabCase):
    def crowd(self, kind, size):
        link, stacks = lab.Link(), []
        for i in range(size):
            host = self.host(f"{kind}{size}-{i}", link)
            host.ip("address", "add", f"10.6.0.{i + 1}/24", "dev", "eth0")
            stacks.append(Stack(host.name, host))
        for stack in stacks:
            lab.wait_for("IPv6", stack.host.fe80, 20)
            stack.capture = self.capture(stack.host.ports["eth0"])
        return stacks

    def start(self, kind, stack):
        if kind == "ours":
            (stack.host.services / "chat.service").write_text(_FILE)
            stack.ours(ipv6=True, dbus=True, ready=False)
        else:
            folder = lab.avahi_files.own_etc(stack.host) / "services"
            (folder / "chat.service").write_text(_FILE)
            stack.avahi(ipv6=True, dbus=True, ready=False)

    @staticmethod
    def said(stacks):
        """Packets and bytes of UDP that all together sent so far."""
        sizes = [len(s.packet.payload) for stack in stacks for s in stack.capture.mdns()
                 if s.from_host]
        return len(sizes), sum(sizes)

    def phases(self, stacks, act):
        before = self.said(stacks)
        act()
        after = self.said(stacks)
        return [(b - a) / len(stacks) for a, b in zip(before, after)]

    def browse(self, stacks):
        program, env = lab.avahi_files.program("usr/bin/avahi-browse")
        browsers = [stack.host.start(program, "-tp", TYPE, env=env) for stack in stacks]
        for browser in browsers:
            lab.wait_for("the end of avahi-browse", lambda: not browser.running(), 20)
        time.sleep(3)

    def measured(self, size):
        told = {}
        crowds = {kind: self.crowd(kind, size) for kind in ("ours", "avahi")}
        for kind, stacks in crowds.items():
            def boot():
                for stack in stacks:
                    self.start(kind, stack)
                time.sleep(6)
            told[kind] = [self.phases(stacks, boot)]
        for kind, stacks in crowds.items():
            told[kind].append(self.phases(stacks, lambda: self.browse(stacks)))
        both = [stack for stacks in crowds.values() for stack in stacks]
        before = {kind: self.said(stacks) for kind, stacks in crowds.items()}
        time.sleep(REST)
        for kind, stacks in crowds.items():
            told[kind].append([(b - a) / size for a, b in zip(before[kind], self.said(stacks))])
        for stack in both:
            stack.process.stop(9)
        return told

    def test(self):
        for size in SIZES:
            told = self.measured(size)
            for phase, what in enumerate(("boot", "browse", f"{REST} s of rest")):
                for place, unit in enumerate(("packets", "bytes")):
                    ours, avahi = (told[kind][phase][place] for kind in ("ours", "avahi"))
                    rows.put(f"traffic-{size:02}-{phase}-{unit}",
                             f"{size} hosts, {what}: {unit} a host", "fewer than avahi",
                             ours=[ours], avahi=[avahi], ratio=ours / avahi if avahi else None,
                             met=ours < avahi or ours == avahi == 0)


if __name__ == "__main__":
    lab.main()
