"""The interoperability matrix: each other stack, over IPv4, IPv6 and both, in both directions.

lab/interop_row.py has what is tried in a row, lab/any_peer.py what a peer is. All rows run at once,
each on a link of its own; the table comes at the end, and tools/dev/summary.py prints it again.
A red cell fails the test, unless the peer's class lists it as the peer's fault and what was on the
wire proves it.

AVAHID_LONG=1 also waits for the time to live of what a crashed peer left.
AVAHID_INTEROP="mdnsd, zeroconf IPv6" runs only the rows whose titles hold one of these."""
import concurrent.futures
import os
import unittest

import lab
from lab import host as programs
from lab.debian_peer import Avahi, MdnsScan, Mdnsd
from lab.interop_row import Row
from lab.interop_table import legend, table
from lab.script_peer import BonjourService, MulticastDns, Zeroconf

PEERS = [Avahi, Zeroconf, Mdnsd, MdnsScan, MulticastDns, BonjourService]
FAMILIES = {"IPv4": (4,), "IPv6": (6,), "both": (4, 6)}


def wanted_rows():
    wanted = [w.strip() for w in os.environ.get("AVAHID_INTEROP", "").split(",")]
    rows = [Row(peer, *families) for peer in PEERS for families in FAMILIES.items()]
    return [row for row in rows if any(w in row.title for w in wanted)]


class Interop(unittest.TestCase):
    """One method a row; they are made below."""
    rows = {}

    @classmethod
    def setUpClass(cls):
        programs.avahid(), programs.avahictl()  # made before two threads could do so
        with concurrent.futures.ThreadPoolExecutor(len(cls.rows)) as pool:
            list(pool.map(Row.run, cls.rows.values()))

    @classmethod
    def tearDownClass(cls):
        rows = list(cls.rows.values())
        print(f"\n{table(rows)}\n{legend(rows)}", flush=True)

    def look_at(self, row):
        if row.skipped:
            self.skipTest(f"{row.title}: {row.skipped}")
        red = [c for c, cell in row.cells.items() if cell == "FAIL"]
        if red:
            self.fail("\n".join([f"{row.title}: {', '.join(red)}",
                                 *(f"{c}: {row.why.get(c)}" for c in red),
                                 row.why.get("the scene", ""), row.shown]))


def make_tests():
    for row in wanted_rows():
        name = "test_" + "".join(c if c.isalnum() else "_" for c in row.title)
        Interop.rows[name] = row
        setattr(Interop, name, lambda self, row=row: self.look_at(row))


make_tests()

if __name__ == "__main__":
    lab.main()
