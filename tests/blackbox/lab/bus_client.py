"""What scripts that run inside a host use (bus.py, run_script): a program on the bus, python3-dbus.

Calls return plain values, or the name of the error without "org.freedesktop.Avahi."."""
import json
import time

import dbus
import dbus.mainloop.glib
from gi.repository import GLib

AVAHI = "org.freedesktop.Avahi"
dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
_context = GLib.MainContext.default()


def say(value):
    print(json.dumps(value), flush=True)


def plain(value):
    if isinstance(value, dbus.Boolean):
        return bool(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, (tuple, list)):
        return [plain(v) for v in value]
    return None if value is None else str(value)


def spin(seconds, done=lambda: False):
    """Lets messages come in."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not done():
        if not _context.iteration(False):
            time.sleep(0.005)


def short(error):
    name = error.get_dbus_name() or "?"
    return name[len(AVAHI) + 1:] if name.startswith(AVAHI + ".") else name.rsplit(".", 1)[-1]


class Client:
    """A connection of its own. signals: [path, member, [argument…]] of what is sent to it."""

    def __init__(self):
        self.bus = dbus.SystemBus(private=True)
        self.bus.set_exit_on_disconnect(False)
        self.signals = []
        self.bus.add_signal_receiver(self._on_signal, sender_keyword="sender", path_keyword="path",
                                     member_keyword="member", interface_keyword="interface")

    def _on_signal(self, *arguments, sender, path, member, interface):
        if interface.startswith(AVAHI):
            self.signals.append([str(path), str(member), plain(arguments)])

    def call(self, interface, method, signature="", *arguments, path="/", seconds=10):
        proxy = self.bus.get_object(AVAHI, path, introspect=False)
        try:
            return plain(proxy.get_dbus_method(method, f"{AVAHI}.{interface}")(
                *arguments, signature=signature, timeout=seconds))
        except dbus.DBusException as error:
            return short(error)

    def wait(self, seconds, done):
        """Until done(signals) is true or the time is over; returns the signals."""
        spin(seconds, lambda: done(self.signals))
        return self.signals

    def members(self):
        return [member for _, member, _ in self.signals]

    def close(self):
        self.bus.close()
