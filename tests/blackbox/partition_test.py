"""Two halves of a network meet: both have a host of the same name, and no carrier changes."""
import json
import time

import lab


class Meeting(lab.LabCase):
    """RFC6762-§9-03, RFC6762-§9-04: the first answer that either hears of the other settles it."""

    @classmethod
    def furnish(cls):
        cls.left, cls.right = lab.Link(), lab.Link()
        cls.first = cls.host("alpha", cls.left, services=[("web", "Web", ("_http._tcp", 81, []))])
        cls.second = cls.host("alpha", cls.right, services=[("web", "Web", ("_http._tcp", 82, []))])
        cls.asker = cls.host("gamma", cls.left)
        cls.owners = (cls.first, cls.second)
        for number, host in enumerate((*cls.owners, cls.asker), 1):
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
        for host in cls.owners:
            host.start_avahid(policy="off")
        for host in cls.owners:
            assert host.wait_established() == "alpha"
        time.sleep(3)  # all announcements are out: nothing is on its way when the halves meet

    def meet(self):
        self.left.join(self.right)

    @staticmethod
    def carrier_changes(host):
        link, = json.loads(host.run("ip", "-j", "-s", "-s", "link", "show", "eth0").stdout)
        return link["stats64"]["tx"]["carrier_changes"]

    def addresses(self, name):
        found = self.asker.call("ResolveHost", name=name, family="ipv4")["addresses"]
        return [a["address"] for a in found]

    def ports(self):
        lines = self.asker.ctl("browse", "_http._tcp", "-r", "-t", "-p", check=False).stdout
        found = [line.split(";") for line in lines.splitlines() if line.startswith("=")]
        return {(fields[3], fields[8]) for fields in found if fields[2] == "IPv4"}

    def test_one_keeps_the_name(self):
        carriers = [self.carrier_changes(host) for host in self.owners]
        sent = [self.capture(host.ports["eth0"]) for host in self.owners]
        self.meet()
        time.sleep(2)
        for host in self.owners:
            self.assertEqual(host.status()["host_name"], "alpha")  # nobody has spoken yet
        self.asker.start_avahid(policy="off")
        self.asker.call("ResolveHost", name="alpha.local", family="ipv4")

        def settled():
            return sorted(host.wait_established() for host in self.owners) == ["alpha", "alpha-2"]
        lab.wait_for("one of them has another name", settled, 10)
        self.assertEqual(carriers, [self.carrier_changes(host) for host in self.owners])

        time.sleep(2)  # the winner's announcements are out, and old addresses forgotten (§10.2)
        names = {host.wait_established(): f"192.0.2.{number}"
                 for number, host in enumerate(self.owners, 1)}
        for name, address in names.items():
            self.assertEqual(self.addresses(f"{name}.local"), [address], name)
        lab.wait_for("both services", lambda: len(self.ports()) == 2)
        self.assertEqual({port for _, port in self.ports()}, {"81", "82"})
        self.settled_for_good(sent)

    def settled_for_good(self, sent):
        """§9: nobody loops. Each has lost at most once, and goes on to keep silent."""
        before = [len(self.probes(capture)) for capture in sent]
        time.sleep(5)
        self.assertEqual(before, [len(self.probes(capture)) for capture in sent])
        renames = [host.avahid.log().count("alpha-3") for host in self.owners]
        self.assertEqual(renames, [0, 0])

    @staticmethod
    def probes(capture):
        return [s for s in capture.mdns(4) if s.from_host and s.message.probe]


class MovedPort(Meeting):
    """The same when one host is moved to the other's switch: a virtual machine that migrates."""

    def meet(self):
        self.left.take_over(self.second)


if __name__ == "__main__":
    lab.main()
