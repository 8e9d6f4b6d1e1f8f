"""avahi_calls.py FILE: makes the calls of Avahi's D-Bus API that the file lists, as JSON.

A list of steps, carried out in order; for each that asks something, a line of JSON comes out:
    {"new": "g"}                                 Server.EntryGroupNew, known as g from here on
    {"on": "g", "call": "AddService", "with": […]}  a method: what it returns, or its error's name
    {"on": "g", "until": 2, "within": 8}         waits for StateChanged: the states that came
    {"sleep": 0.5}
A call on "server" goes to the server itself. Arguments have the types of the table below.
"""
import json
import pathlib
import sys
import time

import dbus
import dbus.mainloop.glib
from gi.repository import GLib

AVAHI = "org.freedesktop.Avahi"
TYPES = {"AddService": "iiussssqaay", "AddServiceSubtype": "iiussss", "UpdateServiceTxt": "iiusssaay",
         "AddAddress": "iiuss", "AddRecord": "iiusqquay"}


class Calls:
    def __init__(self):
        dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
        self.bus = dbus.SystemBus()
        self.objects = {"server": self.proxy("/", "Server")}
        self.states = {}
        self.loop = GLib.MainLoop().get_context()

    def proxy(self, path, kind):
        return dbus.Interface(self.bus.get_object(AVAHI, path, introspect=False), f"{AVAHI}.{kind}")

    def on_state(self, name, state, error):
        self.states[name].append([int(state), str(error)])

    def spin(self, seconds, done=lambda: False):
        end = time.monotonic() + seconds
        while time.monotonic() < end and not done():
            if not self.loop.iteration(False):
                time.sleep(0.01)

    def do(self, step):
        if "sleep" in step:
            return self.spin(step["sleep"])
        if "new" in step:
            name = step["new"]
            self.states[name] = []
            # Heard from before there is any, so that none is missed.
            path = self.objects["server"].EntryGroupNew()
            self.bus.add_signal_receiver(lambda *a: self.on_state(name, *a), "StateChanged",
                                         f"{AVAHI}.EntryGroup", path=path)
            self.objects[name] = self.proxy(path, "EntryGroup")
            return None
        if "until" in step:
            seen = self.states[step["on"]]
            self.spin(step.get("within", 8), lambda: step["until"] in [s for s, _ in seen])
            self.states[step["on"]] = []
            return seen
        return self.call(step)

    def call(self, step):
        method, values = step["call"], step.get("with", [])
        signature = TYPES.get(method)
        values = [bytes(v) if signature and signature.endswith("quay") and isinstance(v, list) else v
                  for v in values]
        values = [dbus.Array([dbus.ByteArray(text.encode("latin-1")) for text in v],
                             signature="ay") if isinstance(v, list) else
                  dbus.ByteArray(v) if isinstance(v, bytes) else v for v in values]
        try:
            options = {"signature": signature} if signature else {}
            result = self.objects[step["on"]].get_dbus_method(method)(*values, **options)
        except dbus.DBusException as error:
            return error.get_dbus_name()
        return plain(result)


def plain(value):
    if isinstance(value, dbus.Boolean):
        return bool(value)
    if isinstance(value, int):
        return int(value)
    return "ok" if value is None else str(value)


def main():
    calls = Calls()
    for step in json.loads(pathlib.Path(sys.argv[1]).read_text()):
        result = calls.do(step)
        if "on" in step:
            print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
