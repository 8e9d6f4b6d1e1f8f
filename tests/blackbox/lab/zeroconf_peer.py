"""Run inside a host: python3-zeroconf browses for, or registers, one service.

    browse TYPE INSTANCE ADDRESS SECONDS      prints what it resolves to; status 1 when not found
    register TYPE INSTANCE PORT ADDRESS TXT…  until it is stopped
TYPE is like _http._tcp; ADDRESS is the own address to speak from."""
import socket
import sys
import threading

from zeroconf import IPVersion, ServiceBrowser, ServiceInfo, Zeroconf


def browse(kind, instance, address, seconds):
    found = threading.Event()
    wanted = f"{instance}.{kind}.local."

    class Listener:
        def add_service(self, zc, type_, name):
            if name == wanted:
                found.set()

        update_service = remove_service = add_service

    zc = Zeroconf(interfaces=[address], ip_version=IPVersion.V4Only)
    browser = ServiceBrowser(zc, f"{kind}.local.", Listener())
    info = None
    if found.wait(float(seconds)):
        info = zc.get_service_info(f"{kind}.local.", wanted, timeout=3000)
    if info:
        print(f"{info.name} {info.server} {','.join(info.parsed_addresses())} {info.port}")
        for key, value in info.properties.items():
            print(f"{key.decode()}={(value or b'').decode()}")
    browser.cancel()
    zc.close()
    return 0 if info else 1


def register(kind, instance, port, address, *txt):
    zc = Zeroconf(interfaces=[address], ip_version=IPVersion.V4Only)
    zc.register_service(ServiceInfo(
        f"{kind}.local.", f"{instance}.{kind}.local.", port=int(port),
        addresses=[socket.inet_aton(address)], server=f"{socket.gethostname()}-zc.local.",
        properties=dict(item.split("=", 1) for item in txt)))
    print("registered", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    sys.exit({"browse": browse, "register": register}[sys.argv[1]](*sys.argv[2:]))
