"""SECURITY.md: its table of past bugs has no empty cell, and the tests that it names exist."""
import pathlib
import re
import unittest

TESTS = pathlib.Path(__file__).parent
TEXT = (TESTS.parent / "SECURITY.md").read_text()


def rows():
    table = TEXT[TEXT.index("| class of bug |"):].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table]


class Table(unittest.TestCase):
    def test_is_full(self):
        self.assertGreaterEqual(len(rows()), 25)
        for row in rows():
            self.assertEqual([bool(cell) for cell in row], [True] * 4, row)

    def test_names_tests_that_exist(self):
        for *_, tests in rows():
            for file, names in re.findall(r"(\S+): ([\w, ]+)", tests):
                source = (TESTS / file).read_text()
                for name in names.split(", "):
                    with self.subTest(file=file, name=name):
                        self.assertRegex(source, rf"TEST\w*\(\w+,\s+{name}\)|def {name}\(")
            self.assertRegex(tests, r"^\S+: \w+(, \w+)*(; \S+: \w+(, \w+)*)*$")


if __name__ == "__main__":
    unittest.main()
