"""The namespaces that a whole test program lives in."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys

SKIPPED = 77  # exit status: this machine cannot run the program (ctest shows it as skipped)

_NAMESPACES = ["unshare", "--net", "--mount", "--uts", "--pid", "--fork", "--kill-child",
               "--mount-proc", "--"]
_folder = None


def enter():
    """Starts this program again in a network, mount, host name and process namespace of its own.

    Being the first process there, its end ends every process it made, kill -9 included."""
    if os.environ.pop("AVAHID_LAB_INSIDE", None):
        return _furnish()
    if os.geteuid() != 0:
        _skip("needs root for network namespaces")
    if not shutil.which("unshare") or subprocess.run(
            _NAMESPACES + ["true"], stdin=subprocess.DEVNULL, capture_output=True).returncode:
        _skip("this machine does not allow namespaces")
    os.environ["AVAHID_LAB_INSIDE"] = "1"
    sys.stdout.flush()
    os.execvp("unshare", _NAMESPACES + [sys.executable, "-B", *sys.argv])


def folder():
    """A folder in memory, seen by all hosts and by no one else; gone with the program."""
    return _folder


def _skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def _furnish():
    global _folder
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    # An empty folder that every machine has is covered, so that nothing stays behind.
    _folder = next(p for p in map(pathlib.Path, ("/srv", "/media", "/mnt", "/opt", "/home"))
                   if p.is_dir() and not any(p.iterdir()))
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", _folder], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    # Bridges and ports in here are cables, not hosts: they send nothing of their own.
    for kind in ("default", "all"):
        pathlib.Path(f"/proc/sys/net/ipv6/conf/{kind}/disable_ipv6").write_text("1")
