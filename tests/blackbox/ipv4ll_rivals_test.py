"""IPv4 link-local addresses beside other implementations that want the same one."""
import lab
from lab.ipv4ll_peers import RIVALS
from lab.link_local import remember


class Pair:
    """avahid on one host, another implementation on the other."""

    def __init__(self, case, kind, apart=False):
        self.kind = kind
        self.link = lab.Link()
        self.other = lab.Link() if apart else self.link
        self.ours = case.host("ours", self.link)
        self.theirs = case.host("theirs")
        self.other.plug(self.theirs, up=False)
        # The same MAC everywhere: by it they choose.
        self.theirs.ip("link", "set", "eth0", "address", f"02:00:5e:00:53:{RIVALS.index(kind):02x}")
        self.theirs.ip("link", "set", "eth0", "up")
        self.seen = case.capture(self.ours.ports["eth0"])
        self.rival = None

    def start_ours(self, wanted=None):
        if wanted:
            remember(self.ours, wanted)
        self.ours.start_avahid(ready=False)

    def start_theirs(self, wanted=None):
        self.rival = self.kind(self.theirs, wanted)

    def join(self):
        self.link.join(self.other)

    def addresses(self):
        return self.ours.ipv4ll(), self.theirs.ipv4ll()

    def differ(self):
        ours, theirs = self.addresses()
        return ours and theirs and ours != theirs


class OtherImplementations(lab.LabCase):
    """Four scenarios with each rival, side by side: that is what takes the time."""

    @classmethod
    def furnish(cls):
        kinds = [kind for kind in RIVALS if not kind.absent()]
        cls.absent = {kind.title: kind.absent() for kind in RIVALS if kind.absent()}
        cls.later, cls.first, cls.together, cls.joined = (
            [Pair(cls, kind, apart) for kind in kinds] for apart in (False, False, False, True))

        for pair in cls.later:
            pair.start_theirs()
        for pair in cls.later:
            lab.wait_for(f"{pair.kind.title} has an address", pair.theirs.ipv4ll, 15)
        cls.wanted = {pair.kind: pair.theirs.ipv4ll() for pair in cls.later}

        for pair in cls.later + cls.first + cls.together + cls.joined:
            pair.start_ours(cls.wanted[pair.kind])
        for pair in cls.together + cls.joined:
            pair.start_theirs(cls.wanted[pair.kind])
        for pair in cls.first + cls.joined:
            pair.ours.wait_claimed()
        for pair in cls.joined:
            lab.wait_for(f"{pair.kind.title} has an address", pair.theirs.ipv4ll, 15)
        cls.same = {pair.kind.title: pair.addresses() for pair in cls.joined}

        for pair in cls.first:
            pair.start_theirs(cls.wanted[pair.kind])
        for pair in cls.joined:
            pair.join()
        # Somebody talks: the kernel asks for a neighbour that nobody is.
        for pair in cls.joined:
            pair.ours.start("ping", "-c", "20", "169.254.200.200")

    def setUp(self):
        if self.absent and "each" in self._testMethodName:
            print(f"SKIPPED: {self.absent}", end=" ")

    def each(self, pairs, what):
        for pair in pairs:
            with self.subTest(pair.kind.title):
                what(pair)

    def test_each_that_was_first_keeps_its_address(self):
        # RFC3927-§2.2.1-04 RFC5227-§2.1.1-06
        def check(pair):
            pair.ours.wait_claimed()
            self.assertEqual(pair.theirs.ipv4ll(), self.wanted[pair.kind])
            self.assertNotEqual(pair.ours.ipv4ll(), self.wanted[pair.kind])
            self.assertRegex(pair.ours.avahid.log(), self.wanted[pair.kind] + " is claimed by "
                             + pair.theirs.mac())
        self.each(self.later, check)

    def test_each_that_comes_later_gives_way(self):  # RFC3927-§2.5-07 RFC5227-§2.5-01
        def check(pair):
            lab.wait_for(f"{pair.kind.title} has an address", pair.theirs.ipv4ll, 15)
            self.assertEqual(pair.ours.ipv4ll(), self.wanted[pair.kind])
            self.assertTrue(pair.differ())
        self.each(self.first, check)

    def test_each_that_starts_with_us_ends_with_another(self):  # RFC3927-§2.2.1-05
        def check(pair):
            lab.wait_for(f"we and {pair.kind.title} have addresses", lambda: all(pair.addresses()),
                         20)
            self.assertTrue(pair.differ(), pair.addresses())
        self.each(self.together, check)

    def test_each_met_with_the_same_address_ends_with_another(self):
        # RFC3927-§4-02 RFC3927-§1.5-01 RFC3927-§2.5-02
        def check(pair):
            self.assertEqual(*self.same[pair.kind.title])
            lab.wait_for(f"we and {pair.kind.title} have addresses of our own", pair.differ, 30)
        self.each(self.joined, check)


if __name__ == "__main__":
    lab.main()
