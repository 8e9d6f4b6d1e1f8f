"""python3-zeroconf in both directions, and dig: programs with resolvers of their own."""
import re

import lab
from lab import peers


class ForeignPeers(lab.LabCase):
    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha = cls.host("alpha", link, services=[
            ("web", "Web on %h", ("_http._tcp", 80, ["path=/"]))])
        cls.beta = cls.host("beta", link)
        for number, host in enumerate((cls.alpha, cls.beta), 1):
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
        lab.wait_for("IPv6", lambda: cls.alpha.fe80() and cls.beta.fe80())
        cls.alpha.start_avahid(policy="off")
        cls.alpha.wait_established()

    def test_zeroconf_sees_ours(self):
        found, *txt = peers.zeroconf_browse(self.beta, "_http._tcp", "Web on alpha", "192.0.2.2")
        self.assertRegex(found, r"^Web on alpha\._http\._tcp\.local\. alpha\.local\. "
                                r".*192\.0\.2\.1.* 80$")
        self.assertEqual(txt, ["path=/"])

    def test_we_see_zeroconfs(self):
        peers.zeroconf_register(self.beta, "_http._tcp", "By zeroconf", 81, "192.0.2.2", "k=v")
        with self.alpha.varlink() as client:
            found = client.wait("By zeroconf", lambda r: r["event"] == "resolved"
                                and r["service"]["instance"] == "By zeroconf", "Browse",
                                type="_http._tcp", resolve=True)["service"]
        self.assertEqual((found["host"], found["port"], found["addresses"], found["txt"]),
                         ("beta-zc.local", 81, ["192.0.2.2"], [{"key": "k", "value": "v"}]))

    # ---- dig is a legacy resolver (RFC 6762 §6.7): a port of its own, by unicast ----

    def dig(self, name, kind):
        """[(ttl, class, type, data)] of the answers; dig itself checks the ID and the question."""
        out = self.beta.run("dig", "@192.0.2.1", "-p", "5353", "+noall", "+answer", "+tries=1",
                            "+time=3", name, kind).stdout
        return [(int(ttl), cls, kind, data) for ttl, cls, kind, data in re.findall(
            r"^\S.*?\s(\d+)\s+(\S+)\s+(\S+)\s+(.*)$", out, re.M)]

    def test_dig_addresses(self):  # RFC6762-§6.7-03, RFC6762-§18.14-08
        (ttl, cls, kind, data), = self.dig("alpha.local", "A")
        self.assertEqual((cls, kind, data), ("IN", "A", "192.0.2.1"))
        self.assertLessEqual(ttl, 10)
        (_, _, _, data), = self.dig("alpha.local", "AAAA")
        self.assertEqual(data, self.alpha.fe80())

    def test_dig_service(self):
        self.assertEqual([a[2:] for a in self.dig("_http._tcp.local", "PTR")],
                         [("PTR", "Web\\032on\\032alpha._http._tcp.local.")])
        self.assertEqual([a[2:] for a in self.dig("Web\\032on\\032alpha._http._tcp.local", "SRV")],
                         [("SRV", "0 0 80 alpha.local.")])
        self.assertEqual([a[2:] for a in self.dig("1.2.0.192.in-addr.arpa", "PTR")],
                         [("PTR", "alpha.local.")])


if __name__ == "__main__":
    lab.main()
