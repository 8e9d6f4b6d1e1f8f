"""Run inside a host, by Debian's python3: python3-zeroconf.

    PIPE JSON                                 as script_peer.py says
    browse TYPE INSTANCE ADDRESS SECONDS      prints what it resolves to; status 1 when not found
    register TYPE INSTANCE PORT ADDRESS TXT…  until it is stopped
TYPE is like _http._tcp; ADDRESS is the own address to speak from."""
import json
import os
import socket
import sys
import threading
import time

from zeroconf import DNSOutgoing, DNSQuestion, ServiceBrowser, ServiceInfo, Zeroconf, const


class Listener:
    def __init__(self, on_change):
        self._on_change = on_change

    def add_service(self, _, kind, name):
        self._on_change("+", name[:-len(kind) - 1])

    def remove_service(self, _, kind, name):
        self._on_change("-", name[:-len(kind) - 1])

    def update_service(self, *_):
        pass


def say(*words):
    print(*words, flush=True)


def make_info(kind, instance, port, host, addresses, txt):
    return ServiceInfo(
        f"{kind}.local.", f"{instance}.{kind}.local.", port=int(port), server=f"{host}.",
        parsed_addresses=addresses, properties=dict(item.split("=", 1) for item in txt))


class Stack:
    """What the matrix asks; the names of the methods are the verbs."""

    def __init__(self, own):
        self._addresses = [own[key] for key in ("ipv4", "ipv6") if own[key]]
        self._zc = Zeroconf(interfaces=self._addresses)  # these say which families it speaks
        self._published = {}

    def watch(self, kind, **_):
        ServiceBrowser(self._zc, f"{kind}.local.", Listener(say))

    def resolve(self, id, kind, instance):  # pylint: disable=redefined-builtin
        info = self._zc.get_service_info(f"{kind}.local.", f"{instance}.{kind}.local.", 3000)
        if info:
            txt = [f"{k.decode()}={(v or b'').decode()}" for k, v in info.properties.items()]
            say("answer", id, json.dumps({"host": info.server, "port": info.port, "txt": txt,
                                          "addresses": info.parsed_addresses()}))

    def lookup(self, id, name):  # pylint: disable=redefined-builtin
        """0.47 looks up no host names by itself; what it hears it has in its cache."""
        for _ in range(3):
            question = DNSOutgoing(const._FLAGS_QR_QUERY)
            for kind in (const._TYPE_A, const._TYPE_AAAA):
                question.add_question(DNSQuestion(f"{name}.", kind, const._CLASS_IN))
            self._zc.send(question)
            time.sleep(1)
            found = [socket.inet_ntop(socket.AF_INET if len(r.address) == 4 else socket.AF_INET6,
                                      r.address)
                     for r in self._zc.cache.entries_with_name(f"{name}.") if hasattr(r, "address")]
            if found:
                say("answer", id, json.dumps(found))
                break

    def publish(self, id, kind, instance, port, host, txt):  # pylint: disable=redefined-builtin
        info = make_info(kind, instance, port, host, self._addresses, txt)
        self._zc.register_service(info, allow_name_change=True)
        self._published[id] = info
        say("published", id, info.name[:-len(info.type) - 1])

    def withdraw(self, of, **_):
        self._zc.unregister_service(self._published.pop(of))


def serve(pipe, own):
    stack = Stack(json.loads(own))
    # Open for both: it does not end when one writer closes it.
    with os.fdopen(os.open(pipe, os.O_RDWR), "r", encoding="utf-8") as requests:
        say("ready")
        for line in iter(requests.readline, ""):
            request = json.loads(line)
            # They wait for answers: each in a thread of its own.
            threading.Thread(target=getattr(stack, request.pop("verb")), kwargs=request,
                             daemon=True).start()


# ---- what other tests ask ----

def browse(kind, instance, address, seconds):
    found = threading.Event()
    zc = Zeroconf(interfaces=[address])
    browser = ServiceBrowser(zc, f"{kind}.local.", Listener(
        lambda sign, name: (sign, name) == ("+", instance) and found.set()))
    info = None
    if found.wait(float(seconds)):
        info = zc.get_service_info(f"{kind}.local.", f"{instance}.{kind}.local.", timeout=3000)
    if info:
        print(f"{info.name} {info.server} {','.join(info.parsed_addresses())} {info.port}")
        for key, value in info.properties.items():
            print(f"{key.decode()}={(value or b'').decode()}")
    browser.cancel()
    zc.close()
    return 0 if info else 1


def register(kind, instance, port, address, *txt):
    zc = Zeroconf(interfaces=[address])
    zc.register_service(make_info(kind, instance, port, f"{socket.gethostname()}-zc.local",
                                  [address], txt))
    say("registered")
    threading.Event().wait()


if __name__ == "__main__":
    OTHERS = {"browse": browse, "register": register}
    if sys.argv[1] in OTHERS:
        sys.exit(OTHERS[sys.argv[1]](*sys.argv[2:]))
    serve(*sys.argv[1:])
