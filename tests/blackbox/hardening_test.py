"""What the compiler and the linker do against errors in memory: the programs as they are released."""
import json
import os
import pathlib
import re
import subprocess
import unittest

import lab
from lab.process import SLOWNESS

ROOT = pathlib.Path(__file__).parents[2]
DAEMON, MODULE = os.environ["AVAHID_DAEMON"], os.environ["AVAHID_NSS_MODULE"]
PROGRAMS = (DAEMON, os.environ["AVAHID_CTL"])
SANITIZED = SLOWNESS > 1  # then the programs under test are not those that are released


def readelf(file, *options):
    return subprocess.run(["readelf", "-W", *options, file], check=True, capture_output=True,
                          text=True).stdout


class Binaries(unittest.TestCase):
    def assert_hardened(self, file):
        segments, dynamic = readelf(file, "-l"), readelf(file, "-d")
        self.assertIn("GNU_RELRO", segments)
        self.assertIn("BIND_NOW", dynamic)  # so that the table of functions is read-only, too
        self.assertRegex(segments, r"GNU_STACK( +0x0+){5} RW +0x")
        self.assertNotRegex(segments, r"\bRWE\b")
        self.assertNotIn("TEXTREL", dynamic)
        self.assertNotRegex(dynamic, "RPATH|RUNPATH")
        self.assertIn("__stack_chk_fail", readelf(file, "--dyn-syms"))

    def test_the_module(self):  # it has no sanitizer in any build: it is loaded into all programs
        self.assert_hardened(MODULE)
        self.assertRegex(readelf(MODULE, "--dyn-syms"), r"\b__\w+_chk@")

    @unittest.skipIf(SANITIZED, "a build with sanitizers")
    def test_the_programs(self):
        for program in PROGRAMS:
            with self.subTest(program):
                self.assert_hardened(program)
                self.assertRegex(readelf(program, "-d"), r"FLAGS_1.* PIE")
                symbols = readelf(program, "--dyn-syms")
                self.assertRegex(symbols, r"\b__\w+_chk@")
                self.assertIn("__glibcxx_assert_fail", symbols)


class Release(unittest.TestCase):
    """How everything would be compiled and linked, whatever the build under test."""

    @classmethod
    def setUpClass(cls):
        cls.tree = lab.folder() / "release"
        cache = (pathlib.Path(DAEMON).parents[1] / "CMakeCache.txt").read_text()
        compilers = [f"-D{name}={path}" for name, path in re.findall(
            r"^(CMAKE_C(?:XX)?_COMPILER):\w+=(.*)$", cache, re.M)]
        subprocess.run(["cmake", "-S", ROOT, "-B", cls.tree, "-G", "Ninja", *compilers,
                        "-DAVAHID_TESTS=OFF"], check=True, capture_output=True)

    def test_every_file_is_compiled_so(self):
        commands = json.loads((self.tree / "compile_commands.json").read_text())
        self.assertGreater(len(commands), 100)
        for command in commands:
            with self.subTest(command["file"]):
                flags = command["command"].split()
                for flag in ("-fstack-protector-strong", "-D_FORTIFY_SOURCE=3"):
                    self.assertIn(flag, flags)
                self.assertTrue({"-fPIC", "-fPIE"} & set(flags), "position independent")
                self.assertTrue(any(re.fullmatch("-O[1-3]", flag) for flag in flags),
                                "without optimisation there is no fortification")
                if command["file"].endswith(".cpp"):
                    self.assertIn("-D_GLIBCXX_ASSERTIONS", flags)

    def test_every_program_is_linked_so(self):
        ninja = (self.tree / "build.ninja").read_text()
        linked = dict(re.findall(r"^build (\S+): C(?:XX)?_(?:EXECUTABLE|MODULE_LIBRARY)_LINKER__"
                                 r"[^\n]*\n(?:  [^\n]*\n)*?  LINK_FLAGS = ([^\n]*)", ninja, re.M))
        for program in ("avahid/avahid", "tools/avahictl/avahictl",
                        "tools/avahi-autoipd/avahi-autoipd", "nss-plugin/libnss_avahid.so.2"):
            self.assertIn("-z,relro,-z,now", linked[program], program)
            if not program.endswith(".2"):
                self.assertIn("-pie", linked[program].split(), program)


if __name__ == "__main__":
    lab.main()
