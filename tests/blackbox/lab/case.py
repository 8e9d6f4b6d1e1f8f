"""Test cases whose hosts are taken down after them, and whose logs are shown when they fail."""
import sys
import unittest

from . import home
from .capture import Capture
from .host import Host


class LabCase(unittest.TestCase):
    """One class is one scenario: furnish() sets it up once, the test methods look at it."""
    longMessage = True

    @classmethod
    def furnish(cls):
        """Overridden: makes the links and hosts of the scenario."""

    @classmethod
    def host(cls, name, *links, services=()):
        """A host with eth0, eth1, … on the given links."""
        host = Host(name)
        cls._hosts.append(host)
        for number, link in enumerate(links):
            link.plug(host, f"eth{number}")
        for file, instance, *kinds in services:
            host.add_service(file, instance, *kinds)
        return host

    @classmethod
    def capture(cls, port):
        capture = Capture(port)
        cls._captures.append(capture)
        return capture

    @classmethod
    def setUpClass(cls):
        cls._hosts, cls._captures, cls._failed = [], [], False
        try:
            cls.furnish()
        except BaseException:
            cls._failed = True
            cls.tearDownClass()
            raise

    @classmethod
    def tearDownClass(cls):
        for capture in cls._captures:
            capture.close()
        wrong = [line for host in cls._hosts for line in host.close()]
        if wrong or cls._failed:
            for host in cls._hosts:
                print(host.logs(), file=sys.stderr)
        for host in cls._hosts:
            host.clean()
        if wrong and not cls._failed:
            raise AssertionError("\n".join(wrong))

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            type(self)._failed = True

    # ---- what tests say ----

    def assert_between(self, low, value, high, what=""):
        if not low <= value <= high:
            self.fail(f"{what}: {value:.4f} is not in {low:g} … {high:g}")


def main():
    """What each test file ends with; the arguments are unittest's own."""
    home.enter()
    unittest.main(verbosity=2)
