"""Processes of a host, and waiting with a deadline."""
import os
import re
import signal
import subprocess
import time

# How much slower things may be here: sanitizers and a busy machine stretch what is not protocol.
SLOWNESS = float(os.environ.get("AVAHID_LAB_SLOWNESS", "1"))
_SANITIZER = re.compile(
    r"(ERROR: \w*Sanitizer|runtime error: |SUMMARY: \w*Sanitizer|LeakSanitizer has encountered).*")


class Failure(AssertionError):
    """Something that should have been seen was not."""


def wait_for(what, condition, seconds=5.0):
    """Asks `condition` again and again; returns its first true value, or fails naming `what`."""
    deadline = time.monotonic() + seconds * SLOWNESS
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failure(f"not seen within {seconds * SLOWNESS:g} s: {what}")
        time.sleep(0.02)


class Process:
    """A program running in a host, its output going to a log."""

    def __init__(self, argv, log, env=None):
        self.log_path = log
        with open(log, "ab") as out:
            self.popen = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                          env={**os.environ, **(env or {})})

    @property
    def pid(self):
        return self.popen.pid

    def running(self):
        return self.popen.poll() is None

    def log(self):
        return self.log_path.read_text(errors="replace")

    def wait_log(self, pattern, seconds=5.0):
        """The first match of the pattern in the log; fails when it does not come."""
        def look():
            found = re.search(pattern, self.log())
            if not found and not self.running():
                raise Failure(f"ended with {self.popen.returncode}, without logging {pattern!r}")
            return found
        return wait_for(f"{pattern!r} in {self.log_path.name}", look, seconds)

    def stop(self, sig=signal.SIGTERM, seconds=10.0):
        """Ends it; returns its exit status."""
        if self.running():
            self.popen.send_signal(sig)
        try:
            return self.popen.wait(seconds * SLOWNESS)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            raise Failure(f"{self.log_path.name}: still running {seconds:g} s after {sig!r}")

    def sanitizer_report(self):
        found = _SANITIZER.search(self.log())
        return found and found.group(0)
