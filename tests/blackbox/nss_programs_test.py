"""The name service module inside other people's programs, and while the daemon dies and comes back.

Short form: 20,000 lookups with 3 restarts. AVAHID_LONG: 1,000,000 with 20."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

import lab
from lab import peers
from lab.process import SLOWNESS

_ROOT = pathlib.Path(__file__).resolve().parents[2]
_BENCH = _ROOT / "tests/bench/nss_bench.c"
MODULE = "/run/nss/libnss_avahid.so.2"
LONG = bool(os.environ.get("AVAHID_LONG"))
LOOKUPS, RESTARTS = (1000000, 20) if LONG else (20000, 3)
_RESOLVE = """
#include <netdb.h>
#include <stdio.h>
#include <sys/auxv.h>
int main(int count, char** arg) {
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found = 0;
    const int error = getaddrinfo(arg[count - 1], "80", &hints, &found);
    char text[100] = "";
    if (!error)
        getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, 0, 0, NI_NUMERICHOST);
    puts(error ? gai_strerror(error) : text);
    if (getauxval(AT_SECURE)) puts("set-uid");
    return error != 0;
}
"""


def compile(name, *sources, options=()):
    """A program or library in the laboratory's folder."""
    program = lab.home.folder() / name
    if not program.exists():
        done = subprocess.run(["cc", "-g", "-O1", "-I", _ROOT, *options, "-o", program, *sources,
                               "-ldl", "-lpthread"], capture_output=True, text=True)
        if done.returncode:
            raise lab.Failure(f"{name} does not compile:\n{done.stderr}")
    return program


def addresses(host):
    """All that a right answer may hold. Just after a restart it may be those of one family: what a
    peer has multicast within the last second, it does not say again (RFC 6762 §6)."""
    return f",192.0.2.2,{lab.wait_for('IPv6', host.fe80)},"


class Programs(lab.LabCase):
    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha, cls.beta = cls.host("alpha", link), cls.host("beta", link)
        for number, host in enumerate((cls.alpha, cls.beta), 1):
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
            host.start_avahid(policy="off")
        for host in (cls.alpha, cls.beta):
            host.wait_established()
        cls.beta.start("/usr/bin/python3", "-m", "http.server", "--bind", "192.0.2.2", "8080",
                       name="http")
        connect = "import socket; socket.create_connection(('192.0.2.2', 8080))"
        lab.wait_for("the web server", lambda: cls.alpha.run(
            "/usr/bin/python3", "-c", connect, check=False).returncode == 0)

    def hammer(self, program, module, count, threads, wrapper=(), seconds=60):
        done = self.alpha.run(*wrapper, program, "hammer", module, "beta.local",
                              addresses(self.beta), str(count), str(threads),
                              seconds=seconds, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        result = json.loads(done.stdout)
        self.assertEqual((result["wrong"], result["files_left"]), (0, 0), result)
        return result, done.stderr

    # ---- clients ----

    def test_a_web_client(self):
        shown = self.alpha.run("/usr/bin/python3", "-c", (
            "import urllib.request as r; print(r.urlopen('http://beta.local:8080/').status)"))
        self.assertEqual(shown.stdout.strip(), "200")

    def test_curl(self):
        if not shutil.which("curl"):
            self.skipTest("curl is not installed")
        done = self.alpha.run("curl", "-4", "-sS", "-o", "/dev/null", "-w", "%{http_code}",
                              "http://beta.local:8080/")
        self.assertEqual(done.stdout, "200")

    def test_ssh(self):
        if not shutil.which("ssh"):
            self.skipTest("ssh is not installed")
        done = self.alpha.run("ssh", "-4", "-F", "none", "-o", "BatchMode=yes", "-p", "8081",
                              "nobody@beta.local", check=False)
        self.assertIn("Connection refused", done.stderr)  # so it was found
        self.assertIn("hostname beta.local", self.alpha.run("ssh", "-F", "none", "-G",
                                                            "beta.local").stdout)

    def test_a_static_program(self):
        source = lab.home.folder() / "resolve.c"
        source.write_text(_RESOLVE)
        program = compile("resolve-static", source, options=["-static", "-w"])
        self.assertEqual(self.alpha.run(program, "beta.local").stdout.strip(), "192.0.2.2")

    def test_a_set_uid_program_trusts_no_environment(self):  # NSS-§thread-06 NSS-§sec-02
        source = lab.home.folder() / "resolve.c"
        source.write_text(_RESOLVE)
        program = compile("resolve", source)
        # A socket of the user's own, which says otherwise.
        self.alpha.start("/usr/bin/python3", "-c", """
import os, socket
s = socket.socket(socket.AF_UNIX); s.bind("/run/liar"); os.chmod("/run/liar", 0o666); s.listen(9)
print("ready", flush=True)
while True:
    c, _ = s.accept(); c.send(b"+ beta.local\\n= 2 9 203.0.113.66\\n.\\n"); c.close()
""", name="liar").wait_log("ready")
        self.alpha.run("sh", "-euc", f"cp {program} /run/resolve; chmod 4755 /run/resolve")
        lies = {name: "/run/liar" for name in (
            "AVAHID_SOCKET_PATH", "AVAHID_SOCKET", "AVAHI_SOCKET", "AVAHID_RUNTIME_DIR",
            "RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR", "HOME", "TMPDIR")}
        done = self.alpha.run("setpriv", "--reuid=1234", "--clear-groups", "/run/resolve",
                              "beta.local", env=lies)
        self.assertEqual(done.stdout.split(), ["192.0.2.2", "set-uid"])

    def test_threads_that_are_cancelled(self):  # NSS-§thread-03
        program = compile("bench", _BENCH)
        done = self.alpha.run(program, "cancel", MODULE, "beta.local", "2000", seconds=60)
        self.assertEqual(json.loads(done.stdout), {"files_left": 0, "failed": 0})

    # ---- watched ----

    def test_32_threads_under_the_thread_sanitizer(self):  # NSS-§thread-01
        tsan = "-fsanitize=thread"
        module = compile("nss-tsan.so", *sorted(_ROOT.glob("nss-plugin/*.c")),
                         options=[tsan, "-shared", "-fPIC"])
        program = compile("bench-tsan", _BENCH, options=[tsan])
        # Its shadow memory wants addresses where the stack might be: not at random, then.
        _, said = self.hammer(program, module, 3200, 32, wrapper=["setarch", "-R"], seconds=120)
        self.assertNotIn("WARNING: ThreadSanitizer", said)

    def test_under_valgrind(self):
        if not shutil.which("valgrind"):
            self.skipTest("valgrind is not installed")
        # With the sanitizers' module valgrind cannot do anything: one of its own.
        module = compile("nss-plain.so", *sorted(_ROOT.glob("nss-plugin/*.c")),
                         options=["-shared", "-fPIC"])
        program = compile("bench", _BENCH)
        _, said = self.hammer(program, module, 200, 4, seconds=120, wrapper=[
            "valgrind", "--quiet", "--leak-check=full", "--error-exitcode=9"])
        self.assertEqual(said, "")


class BehindNscd(lab.LabCase):
    """nscd asks the module for everybody, and remembers (NSS-§conf-02)."""

    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha, cls.beta = cls.host("alpha", link), cls.host("beta", link)
        for number, host in enumerate((cls.alpha, cls.beta), 1):
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
            lab.wait_for("IPv6", host.fe80)
            host.start_avahid(policy="off")
        for host in (cls.alpha, cls.beta):
            host.wait_established()

    def ask(self, *args):
        done = self.alpha.run("getent", *args, check=False)
        # nscd's answers have no room for a scope.
        return done.returncode, sorted({line.split()[0].partition("%")[0]
                                        for line in done.stdout.splitlines()})

    def test_the_same_answers(self):
        nscd = peers.unpacked("usr/sbin/nscd")
        if not nscd:
            self.skipTest("nscd is not unpacked: run tools/dev/deps.sh test")
        questions = (("ahosts", "beta.local"), ("hosts", "beta.local"), ("ahostsv4", "beta.local"),
                     ("ahostsv6", "beta.local"), ("hosts", self.beta.fe80()),
                     ("ahosts", "nobody.local"), ("ahosts", "alpha.local"))
        without = {question: self.ask(*question) for question in questions}
        self.assertEqual(without[questions[0]], (0, sorted(["192.0.2.2", self.beta.fe80()])))
        conf = self.alpha.folder / "nscd.conf"
        conf.write_text("enable-cache hosts yes\npersistent hosts no\nshared hosts no\n"
                        "positive-time-to-live hosts 60\n")
        self.alpha.run("mkdir", "-p", "/run/nscd")
        self.alpha.start(nscd, "--foreground", "--config-file", conf)
        lab.wait_for("nscd", lambda: self.alpha.run(nscd, "-f", conf, "-g",
                                                    check=False).returncode == 0)
        for question in questions:
            with self.subTest(question=question):
                self.assertEqual(self.ask(*question), without[question])
        # What it remembers is what the module told it, with its time to live: nobody else is left.
        self.alpha.stop_avahid()
        self.assertEqual(self.ask(*questions[0]), without[questions[0]])


class DaemonThatDies(lab.LabCase):
    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha, cls.beta = cls.host("alpha", link), cls.host("beta", link)
        for number, host in enumerate((cls.alpha, cls.beta), 1):
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
            host.start_avahid(policy="off", log="info")
        cls.beta.wait_established()

    def test_no_answer_is_wrong_while_it_does(self):
        program = compile("bench", _BENCH)
        hammer = self.alpha.start(program, "hammer", MODULE, "beta.local",
                                  addresses(self.beta), str(LOOKUPS), "8", "until-told")
        for number in range(RESTARTS):
            time.sleep(0.5)
            self.alpha.stop_avahid(signal.SIGTERM if number % 2 else signal.SIGKILL)
            self.alpha.start_avahid(policy="off", log="info")
        self.assertTrue(hammer.running(), hammer.log())
        hammer.stop(signal.SIGTERM, 600)
        result = json.loads(hammer.log())
        print(f"  {LOOKUPS} found, {RESTARTS} restarts: {result}", flush=True)
        self.assertEqual((result["wrong"], result["not_found"], result["files_left"]), (0, 0, 0))
        self.assertGreater(result["unavailable"], 0)


class AskingItself(lab.LabCase):
    """The machine asks the module first for everything; so would the daemon, if it used it."""

    def test_the_daemon_never_asks_its_own_module(self):  # NSS-§thread-09
        alpha = self.host("alpha", lab.Link())
        config = alpha.folder / "nsswitch.conf"
        config.write_text(config.read_text().replace("files avahid [NOTFOUND=return] dns",
                                                     "avahid"))
        alpha.ip("address", "add", "192.0.2.1/24", "dev", "eth0")
        started = time.monotonic()
        alpha.start_avahid(policy="off")
        alpha.wait_established()
        self.assertLess(time.monotonic() - started, 5 * SLOWNESS)


if __name__ == "__main__":
    lab.main()
