"""Debian's avahi-daemon on the same link: it sees ours, we see its, in both directions."""
import signal

import lab
from lab import host as programs
from lab import peers


class AvahiPeer(lab.LabCase):
    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha = cls.host("alpha", link, services=[
            ("web", "Web on %h", ("_http._tcp", 80, ["path=/a b"])),
            ("odd", "Büro; 1. \\ x", ("_avahid-odd._tcp", 7, []))])
        cls.beta = cls.host("beta", link)
        for number, host in enumerate((cls.alpha, cls.beta), 1):
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
        lab.wait_for("IPv6", lambda: cls.alpha.fe80() and cls.beta.fe80())
        cls.avahi = peers.AvahiDaemon(cls.beta)
        cls.alpha.start_avahid(policy="off")
        cls.alpha.wait_established()
        cls.theirs = cls.avahi.publish("Theirs", "_ipp._tcp", 631, "rp=queue", "ty=Printer X")

    def browse(self, kind, family="IPv4"):
        """{instance: avahi-browse's resolved line}"""
        return {line[3]: line for line in self.avahi.browse(kind)
                if line[0] == "=" and line[2] == family}

    def resolved(self, kind, instance):
        with self.alpha.varlink() as client:
            return client.wait(instance, lambda r: r["event"] == "resolved"
                               and r["service"]["instance"] == instance, "Browse",
                               type=kind, resolve=True)["service"]

    def test_it_sees_and_resolves_ours(self):
        for family in ("IPv4", "IPv6"):
            found = lab.wait_for("our service", lambda: self.browse("_http._tcp", family).get(
                "Web\\032on\\032alpha"), 10)
            self.assertEqual((found[6], found[8], found[9]),
                             ("alpha.local", "80", '"path=/a b"'))
            self.assertIn(found[7], ("192.0.2.1", self.alpha.fe80()))

    def test_it_sees_odd_names_of_ours(self):
        lab.wait_for("the odd name", lambda: self.browse("_avahid-odd._tcp").get(
            "B\\195\\188ro\\059\\0321\\.\\032\\\\\\032x"), 10)

    def test_it_resolves_our_host(self):
        self.assertEqual(self.avahi.resolve("alpha.local"), ["alpha.local", "192.0.2.1"])
        self.assertEqual(self.avahi.resolve("alpha.local", 6), ["alpha.local", self.alpha.fe80()])

    def test_we_see_and_resolve_its(self):
        found = self.resolved("_ipp._tcp", "Theirs")
        self.assertEqual((found["host"], found["port"]), ("beta.local", 631))
        self.assertTrue({"192.0.2.2", self.beta.fe80()} & {
            a.partition("%")[0] for a in found["addresses"]})
        self.assertEqual({t["key"]: t["value"] for t in found["txt"]},
                         {"rp": "queue", "ty": "Printer X"})

    def test_avahictl_sees_and_resolves_its(self):
        text = self.alpha.ctl("browse", "-t", "-r", "_ipp._tcp").stdout
        for wanted in ("Theirs", "beta.local", "631", "rp=queue"):
            self.assertIn(wanted, text)

    def test_we_resolve_its_host(self):
        found = self.alpha.call("ResolveHost", name="beta.local")
        self.assertLessEqual({"192.0.2.2", self.beta.fe80()},
                             {a["address"].partition("%")[0] for a in found["addresses"]})

    def test_we_see_its_goodbye(self):
        service = self.avahi.publish("Leaving", "_avahid-bye._tcp", 1)
        with self.alpha.varlink() as client:
            events = client.stream("Browse", 8, type="_avahid-bye._tcp")
            for event in events:
                if event["event"] == "found":
                    service.stop(signal.SIGINT)
                    break
            self.assertTrue([e for e in _until(events, "lost")])

    def test_it_sees_our_goodbye(self):
        ours = self.alpha.varlink()
        ours.wait("established", lambda r: r["event"] == "established", "Publish",
                  instance="Ours", type="_avahid-own._tcp", port=1)
        lab.wait_for("our service", lambda: "Ours" in self.browse("_avahid-own._tcp"), 10)
        ours.close()
        lab.wait_for("our service to go", lambda: "Ours" not in self.browse("_avahid-own._tcp"), 10)

    def test_who_comes_later_with_the_same_name_is_renamed(self):
        with self.alpha.varlink() as client:
            replies = client.stream("Publish", 6, instance="Theirs", type="_ipp._tcp", port=9)
            renamed = next(r for r in replies if r["event"] == "established")
            self.assertEqual(renamed["instance"], "Theirs #2")
            self.assertEqual(self.resolved("_ipp._tcp", "Theirs")["port"], 631)

    def test_publishing_by_hand_is_seen(self):
        by_hand = self.alpha.start(programs.avahictl(), "publish", "By hand", "_avahid-hand._tcp",
                                   "99", name="publish")
        found = lab.wait_for("By hand", lambda: self.browse("_avahid-hand._tcp").get(
            "By\\032hand"), 10)
        self.assertEqual(found[8], "99")
        by_hand.stop(signal.SIGINT)


def _until(events, kind):
    for event in events:
        if event["event"] == kind:
            return [event]
    return []


if __name__ == "__main__":
    lab.main()
