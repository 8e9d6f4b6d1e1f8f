"""One daemon on many links: IPv4's limit of 20 memberships per socket, descriptors, time, memory."""
import time

import lab
from lab.peers import AvahiDaemon
from lab.process import SLOWNESS
from lab.wires import Cost, Wires, table


def served(host, families=("mdns_ipv4", "mdns_ipv6")):
    return sum(all(link[family] for family in families) for link in host.status()["links"])


class SixtyIpv4Links(lab.LabCase):
    COUNT = 60

    @classmethod
    def furnish(cls):
        cls.wires = {}
        for name in ("alpha", "beta"):
            cls.wires[name] = Wires(cls.host(name), cls.host(f"{name}-far"), cls.COUNT)

    def test_all_are_served_without_touching_a_sysctl(self):
        alpha, beta = (self.wires[name].host for name in ("alpha", "beta"))
        for host in (alpha, beta):  # the kernel's own default
            limit = host.run("cat", "/proc/sys/net/ipv4/igmp_max_memberships").stdout
            self.assertEqual(limit.strip(), "20")
        alpha.start_avahid(policy="off", config="[server]\nuse-ipv6=no\n")
        lab.wait_for("all links served", lambda: served(alpha, ["mdns_ipv4"]) == self.COUNT, 10)
        alpha.wait_established(15)
        avahi = AvahiDaemon(beta, families=(4,))
        ours = self.wires["alpha"].answering("alpha.local")
        theirs = self.wires["beta"].answering("beta.local", seconds=1.5)
        refused = avahi.daemon.log().count("No buffer space available")
        table("60 IPv4 links, igmp_max_memberships 20: where a query is answered",
              ("avahid", f"{len(ours)} links", "0 refused"),
              ("avahi-daemon 0.8", f"{len(theirs)} links", f"{refused} joins refused"))
        self.assertEqual(ours, set(range(self.COUNT)))
        self.assertEqual(alpha.avahid.log().count("no multicast DNS"), 0)


class TwoHundredLinks(lab.LabCase):
    COUNT = 200

    @classmethod
    def furnish(cls):
        cls.alpha, far = cls.host("alpha"), cls.host("far")
        cls.wires = Wires(cls.alpha, far, cls.COUNT)
        for host in (cls.alpha, far):
            lab.wait_for("duplicate address detection to be over", lambda: host.ip(
                "-6", "-o", "address", "show", "scope", "link", "-tentative").count("inet6 fe80::")
                == cls.COUNT, 20)
        cls.started = time.monotonic()
        # A soft limit of open files such as shells have: it is raised.
        cls.alpha.start_avahid(policy="off", wrapper=("prlimit", "--nofile=256:4096"))
        lab.wait_for("all links served", lambda: served(cls.alpha) == cls.COUNT, 20)
        cls.served_after = time.monotonic() - cls.started
        cls.alpha.wait_established(30)
        cls.established_after = time.monotonic() - cls.started
        cls.cost = Cost(cls.alpha.avahid)

    def test_both_families_of_every_link_are_answered_with_that_links_address(self):
        for family in (4, 6):
            right = self.wires.answering("alpha.local", family, seconds=5)
            self.assertEqual(right, set(range(self.COUNT)), f"IPv{family}")

    def test_what_it_costs(self):
        start_cpu = self.cost.cpu()
        time.sleep(1.5)  # the last announcements
        before = self.cost.cpu()
        time.sleep(2)
        idle = (self.cost.cpu() - before) / 2
        table("200 links, IPv4 and IPv6",
              ("all links served after", f"{self.served_after:.2f} s"),
              ("host name established after", f"{self.established_after:.2f} s"),
              ("processor time until then", f"{start_cpu:.2f} s"),
              ("processor when idle", f"{idle:.4%}"),
              ("memory", f"{self.cost.memory():.1f} MB"),
              ("open files", self.cost.descriptors()))
        self.assertLess(idle, 0.002 * SLOWNESS)
        self.assertLess(self.established_after, 8 * SLOWNESS)
        self.assertGreater(self.cost.descriptors(), 2 * self.COUNT)


if __name__ == "__main__":
    lab.main()
