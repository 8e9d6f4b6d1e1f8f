"""Host name and services on the wire: probes, announcements, goodbyes (RFC 6762 §8, §10.1)."""
import lab
from lab import dns, frames
from lab.process import SLOWNESS

SLACK = 0.04 * SLOWNESS
WEB = "Web on alpha._http._tcp.local"


class Names(lab.LabCase):
    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha = cls.host("alpha", link, services=[
            ("web", "Web on %h", ("_http._tcp", 80, ["path=/"]))])
        cls.alpha.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        cls.seen = cls.capture(cls.alpha.ports["eth0"])
        lab.wait_for("IPv6", cls.alpha.fe80)
        cls.alpha.start_avahid(policy="off")
        cls.alpha.wait_established()
        for family in (4, 6):
            cls.seen.wait(f"two announcements of each by IPv{family}",
                          lambda _: all(len(cls.announced(family, *what)) > 1
                                        for what in (("alpha.local", dns.A), (WEB, dns.SRV))))

    @classmethod
    def sent(cls, family):
        return [s for s in cls.seen.mdns(family) if s.from_host]

    @classmethod
    def announced(cls, family, name, kind):
        return [s for s in cls.sent(family)
                if s.message.response and s.message.records(name, kind)]

    def each(self):
        for family in (4, 6):
            for name, kind in (("alpha.local", dns.A), (WEB, dns.SRV)):
                probes = [s for s in self.sent(family)
                          if s.message.probe and s.message.asks(name)]
                yield name, kind, probes, self.announced(family, name, kind)

    def test_three_probes_250_ms_apart(self):  # RFC6762-§8.1-02
        for _, _, probes, _ in self.each():
            self.assertEqual(len(probes), 3)
            for before, after in zip(probes, probes[1:]):
                self.assert_between(0.25 - SLACK, after.time - before.time, 0.25 + SLACK)

    def test_probes_ask_for_any_and_name_what_is_wanted(self):
        for name, kind, probes, _ in self.each():
            for probe in probes:
                self.assertTrue(probe.message.asks(name, dns.ANY))
                self.assertTrue([r for r in probe.message.authority
                                 if r.name.lower() == name.lower() and r.type == kind])
                self.assertFalse([r for r in probe.message.authority if r.flush])

    def test_announced_250_ms_after_the_last_probe_and_again(self):  # RFC6762-§8.3-01
        for _, _, probes, announced in self.each():
            self.assert_between(0.25 - SLACK, announced[0].time - probes[-1].time, 0.25 + SLACK)
            self.assertGreaterEqual(announced[1].time - announced[0].time, 1 - SLACK)

    def test_nothing_is_announced_before_it_is_probed(self):  # RFC6762-§8.1-01 RFC6762-§10.2-01
        for _, _, probes, announced in self.each():
            self.assertGreater(announced[0].time, probes[-1].time)

    # RFC6762-§8.3-03 RFC6762-§10-01 RFC6762-§10-02
    def test_unique_records_have_the_flush_bit_and_shared_ones_not(self):
        for name, kind, _, announced in self.each():
            for record in announced[0].message.records(name, kind):
                self.assertTrue(record.flush)
                self.assertEqual(record.ttl, 120)
        for family in (4, 6):
            pointers = self.announced(family, "_http._tcp.local", dns.PTR)
            shared = pointers[0].message.records("_http._tcp.local", dns.PTR)[0]
            self.assertEqual((shared.data, shared.flush, shared.ttl), (WEB, False, 4500))
            text = self.announced(family, WEB, dns.TXT)[0].message.records(WEB, dns.TXT)[0]
            self.assertEqual((text.flush, text.ttl), (True, 4500))

    def test_service_leads_to_the_host(self):
        for family in (4, 6):
            service = self.announced(family, WEB, dns.SRV)[0].message
            self.assertEqual(service.records(WEB, dns.SRV)[0].data[2:], (80, "alpha.local"))
            text = self.announced(family, WEB, dns.TXT)[0].message
            self.assertEqual(text.records(WEB, dns.TXT)[0].data, [b"path=/"])

    def test_addresses_of_both_families_on_both(self):
        for family in (4, 6):
            found = {r.data for s in self.sent(family) if s.message.response
                     for r in s.message.records("alpha.local")}
            self.assertLessEqual({"192.0.2.1", self.alpha.fe80()}, found)

    # RFC6762-§11-01 RFC6762-§5.2-15 RFC6762-§6-15 RFC6762-§6-17
    def test_sent_from_port_5353_to_the_group_with_ttl_255(self):
        with self.alpha.varlink() as client:  # queries too
            list(client.stream("Query", 1, name="nobody.local", type="TXT"))
        for family, group in ((4, frames.GROUP4), (6, frames.GROUP6)):
            asked = [s for s in self.sent(family) if s.message.asks("nobody.local")]
            self.assertTrue(asked)
            for s in self.sent(family):
                self.assertEqual((s.packet.source_port, s.packet.ttl), (5353, 255))
                self.assertEqual((s.packet.destination, s.packet.destination_port), (group, 5353))
        self.assertEqual(self.seen.broken, [])


class Goodbye(lab.LabCase):
    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha = cls.host("alpha", link, services=[
            ("web", "Web on %h", ("_http._tcp", 80, []))])
        cls.alpha.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        cls.seen = cls.capture(cls.alpha.ports["eth0"])
        lab.wait_for("IPv6", cls.alpha.fe80)
        cls.alpha.start_avahid(policy="off")
        cls.alpha.wait_established()
        cls.seen.wait("the service", lambda s: s.message and s.message.records(WEB, dns.SRV))

    def test_stopping_says_goodbye(self):  # RFC6762-§10.1-01
        before = len(self.seen.seen())
        self.assertEqual(self.alpha.stop_avahid(), 0)
        for family in (4, 6):
            gone = {(r.name, r.type) for s in self.seen.seen()[before:]
                    if s.from_host and s.message and s.packet.family == family
                    for r in s.message.answers if r.ttl == 0}
            self.assertLessEqual({("alpha.local", dns.A), (WEB, dns.SRV), (WEB, dns.TXT),
                                  ("_http._tcp.local", dns.PTR)}, gone)


if __name__ == "__main__":
    lab.main()
