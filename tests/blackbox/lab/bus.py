"""A system bus of a host's own, and programs on it: what they call, and what they hear."""
import json
import os
import pathlib

from .process import Failure, wait_for

_HERE = pathlib.Path(__file__).resolve()
SOCKET = "/run/dbus/system_bus_socket"
_PYTHON = "/usr/bin/python3"  # Debian's own, for which python3-dbus is
_CONF = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_type="method_call"/><allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/><allow receive_type="method_call"/>
    <allow receive_type="signal"/><allow receive_type="method_return"/>
    <allow receive_type="error"/>
  </policy>
  <limit name="max_replies_per_connection">50000</limit>
</busconfig>
"""


class Bus:
    env = {"PYTHONPATH": str(_HERE.parent)}  # of scripts

    def __init__(self, host):
        self.host = host
        self._conf = host.folder / "bus.conf"
        self._conf.write_text(_CONF.format(socket=SOCKET))
        self.daemon = None
        self.start()

    def start(self):
        self.daemon = self.host.start("dbus-daemon", f"--config-file={self._conf}", "--nofork",
                                      "--nopidfile", "--nosyslog")
        wait_for("the bus", lambda: os.path.exists(self.host.path(SOCKET)))

    def stop(self):
        """Ends it, as an upgrade does; the socket file goes, too."""
        self.daemon.stop()
        if os.path.exists(self.host.path(SOCKET)):
            os.unlink(self.host.path(SOCKET))

    def has_avahi(self):
        done = self.host.run("busctl", "--system", "--json=short", "call", "org.freedesktop.DBus", "/",
                             "org.freedesktop.DBus", "NameHasOwner", "s", "org.freedesktop.Avahi",
                             check=False)
        return '"data":[true]' in done.stdout

    def wait_for_avahi(self, seconds=10.0):
        wait_for("org.freedesktop.Avahi on the bus", self.has_avahi, seconds)

    def run_script(self, script, *arguments, seconds=60, user=None):
        """Runs a Python script that uses bus_client.py; what it prints, one JSON value a line."""
        argv = [_PYTHON, "-B", "-c", script, *arguments]
        if user is not None:
            argv = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *argv]
        done = self.host.run(*argv, seconds=seconds, check=False,
                             env=self.env)
        if done.returncode:
            raise Failure(f"{self.host.name}: the script ended with {done.returncode}:\n"
                          f"{done.stdout}{done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]
