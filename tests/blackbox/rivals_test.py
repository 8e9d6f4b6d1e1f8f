"""The same name twice: ourselves on a second interface, another stack, another host."""
import threading
import time

import lab
from lab import dns
from lab.peers import RawPeer

MINE = dns.Record("alpha.local", dns.A, "192.0.2.99", 120, True)


class Rival:
    """A stack that has alpha.local for itself: announces it, and answers whoever asks for it."""

    def __init__(self, host, interface="eth0"):
        self._peer = RawPeer(host, interface)
        self._going = True
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.announce()
        self._thread.start()

    def announce(self):
        self._peer.send(dns.response(MINE))

    def close(self):
        self._going = False
        self._thread.join()
        self._peer.close()

    def _run(self):
        while self._going:
            try:
                message = self._peer.receive(0.1)
            except (ValueError, IndexError):
                continue
            if message and message.asks("alpha.local"):
                self.announce()


class TwoInterfacesOnOneLink(lab.LabCase):
    """What one interface sends, the other hears: that is no rival."""

    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha = cls.host("alpha", link, link, services=[
            ("web", "Web on %h", ("_http._tcp", 80, []))])

    def test_name_never_changes(self):
        for interface, address in (("eth0", "192.0.2.1/24"), ("eth1", "198.51.100.1/24")):
            self.alpha.ip("address", "add", address, "dev", interface)
        for _ in range(5):
            self.alpha.start_avahid(policy="off")
            lab.wait_for("both families on both interfaces", lambda: all(
                i["mdns_ipv4"] and i["mdns_ipv6"] for i in self.alpha.status()["links"]
                if i["interface"] != "lo"))
            self.assertEqual(self.alpha.wait_established(), "alpha")
            time.sleep(2)  # later announcements are heard too
            status = self.alpha.status()
            self.assertEqual((status["host_name"], status["counters"]["conflicts"]), ("alpha", 0))
            self.assertNotRegex(self.alpha.avahid.log(), r"Web on alpha #2")
            self.assertEqual(self.alpha.stop_avahid(), 0)


class TwoClaimsOnOneLink(TwoInterfacesOnOneLink):
    """As above, both interfaces claiming an address of their own."""

    def test_name_never_changes(self):
        self.alpha.start_avahid()
        addresses = {self.alpha.wait_claimed(i) for i in ("eth0", "eth1")}
        self.assertEqual(len(addresses), 2)
        time.sleep(2)
        status = self.alpha.status()
        self.assertEqual((status["host_name"], status["counters"]["conflicts"]), ("alpha", 0))


class AnotherStackOnThisMachine(lab.LabCase):
    """It has our addresses as sources, and is a rival all the same when its data differ."""

    def setUp(self):
        self.alpha = self.host("alpha", lab.Link())
        self.alpha.ip("address", "add", "192.0.2.1/24", "dev", "eth0")

    def test_it_was_first(self):
        rival = Rival(self.alpha)
        self.alpha.start_avahid(policy="off")
        lab.wait_for("another name", lambda: self.alpha.wait_established() == "alpha-2", 10)
        rival.close()

    def test_it_comes_later(self):  # RFC6762-§9-03
        self.alpha.start_avahid(policy="off")
        self.assertEqual(self.alpha.wait_established(), "alpha")
        time.sleep(1.5)
        rival = Rival(self.alpha)
        lab.wait_for("another name", lambda: self.alpha.status()["host_name"] == "alpha-2", 10)
        rival.close()


class SameDataIsNoRival(lab.LabCase):
    def test_another_stack_with_our_data(self):  # RFC6762-§9-02
        alpha = self.host("alpha", lab.Link())
        alpha.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        alpha.start_avahid(policy="off")
        alpha.wait_established()
        peer = RawPeer(alpha)
        for _ in range(3):
            peer.send(dns.response(MINE._replace(data="192.0.2.1")))
            time.sleep(0.5)
        status = alpha.status()
        self.assertEqual((status["host_name"], status["counters"]["conflicts"]), ("alpha", 0))
        peer.close()


class TwoHosts(lab.LabCase):
    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.first, cls.second = cls.host("alpha", link), cls.host("alpha", link)
        for number, host in enumerate((cls.first, cls.second), 1):
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")

    def addresses(self, name):
        found = self.first.call("ResolveHost", name=name, family="ipv4")["addresses"]
        return [a["address"] for a in found]

    def test_second_gets_another_name_and_leaves_the_first_untouched(self):
        self.first.start_avahid(policy="off")
        self.assertEqual(self.first.wait_established(), "alpha")
        self.second.start_avahid(policy="off")
        lab.wait_for("alpha-2", lambda: self.second.wait_established() == "alpha-2", 10)
        self.assertEqual(self.first.status()["host_name"], "alpha")
        self.assertEqual(self.addresses("alpha-2.local"), ["192.0.2.2"])
        self.assertEqual(self.second.stop_avahid(), 0)
        time.sleep(1.5)
        self.assertEqual(self.first.wait_established(), "alpha")
        self.assertEqual(self.addresses("alpha.local"), ["192.0.2.1"])

    def test_started_together_one_of_them_keeps_the_name(self):
        for host in (self.first, self.second):
            if host.avahid:
                host.stop_avahid()
        for host in (self.first, self.second):
            host.start_avahid(policy="off", ready=False)
        for host in (self.first, self.second):
            host.wait_ready()
        lab.wait_for("two names", lambda: {
            host.wait_established() for host in (self.first, self.second)}
            == {"alpha", "alpha-2"}, 15)


if __name__ == "__main__":
    lab.main()
