"""The demo of tools/try.sh: two hosts, alpha and beta, on one link that nobody administers.

Every step is verified, by the kernel, by a capture or by a program that is not ours; what is not
seen ends the demo with status 1. The hosts are those of the black-box tests: tests/blackbox/lab."""
import itertools
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "blackbox"))
import lab  # noqa: E402
from lab import peers  # noqa: E402
from lab.process import Failure  # noqa: E402

START = time.monotonic()
COLOUR = sys.stdout.isatty()
ULA = {"alpha": "fd00:a:a1d::a", "beta": "fd00:a:a1d::b"}
_steps = itertools.count(1)


def paint(text, code):
    return f"\033[{code}m{text}\033[0m" if COLOUR else text


def tell(who, what):
    print(f"  {time.monotonic() - START:5.1f} s  {who:<6} {what}", flush=True)


def step(title):
    print(paint(f"\n{next(_steps)}. {title}", "1"), flush=True)


def seen(what):
    print(paint("  seen:    ", "32") + what, flush=True)


def require(true, what):
    if not true:
        raise Failure(f"not seen: {what}")


def show(host, *command, check=True):
    """Runs a command as a person would, shows what it prints, and returns that."""
    name = " ".join([pathlib.Path(command[0]).name, *map(str, command[1:])])
    print(paint(f"  {host.name}$ {name}", "36"), flush=True)
    out = host.run(*command, check=check).stdout
    for line in out.splitlines():
        if line.strip():
            print(f"    {line}", flush=True)
    return out


def plug_together():
    link = lab.Link()
    hosts = [lab.Host("alpha"), lab.Host("beta")]
    for host in hosts:
        link.plug(host)
        host.ip("address", "add", f"{ULA[host.name]}/64", "dev", "eth0", "nodad")
    beta = hosts[1]
    beta.add_service("web", "Web on %h", ("_http._tcp", 80, ["path=/index.html"]))
    beta.add_service("ssh", "Shell on %h", ("_ssh._tcp", 22, []))
    return hosts


def claim(hosts):
    """Follows both state machines until both are bound, the wire beside them."""
    captures = [lab.Capture(host.ports["eth0"]) for host in hosts]
    for host in hosts:
        host.start_avahid()
    last, shown = {}, set()
    deadline = time.monotonic() + 15
    while sum(state == "bound" for state, _ in last.values()) < len(hosts):
        require(time.monotonic() < deadline, f"both hosts bound to an address; last: {last}")
        for host, capture in zip(hosts, captures):
            follow(host, capture, last, shown)
        time.sleep(0.02)
    for host, capture in zip(hosts, captures):
        check_claim(host, capture)
    return captures


def follow(host, capture, last, shown):
    for packet in capture.arp():
        arp = packet.packet
        if packet.from_host and arp.sender_mac == host.mac_address and packet not in shown:
            shown.add(packet)
            if arp.probe:
                tell(host.name, f"  on the wire: ARP probe, who has {arp.target}? tell 0.0.0.0")
            elif arp.announcement:
                tell(host.name, f"  on the wire: ARP announcement, {arp.sender} is at "
                                f"{arp.sender_mac}")
    state = next((i for i in host.call("GetIpv4ll")["interfaces"]
                  if i["interface"] == "eth0"), None)
    now = state and (state["state"], state["address"])
    if now and last.get(host.name) != now:
        last[host.name] = now
        tell(host.name, f"{now[0]} {now[1]}")


def check_claim(host, capture):
    address = next((a for a in host.addresses() if a["local"].startswith("169.254.")), None)
    require(address, f"{host.name}: a 169.254 address on eth0")
    require((address["prefixlen"], address["scope"]) == (16, "link"), f"{address} /16 scope link")
    probes = [p for p in capture.arp() if p.from_host and p.packet.probe
              and p.packet.target == address["local"]]
    require(len(probes) == 3, f"{host.name}: 3 probes for {address['local']}, not {len(probes)}")
    seen(f"{host.name} has {address['local']}/16, probed 3 times before")


def ping(alpha, beta):
    for command, addresses in (
            (("ping", "-c", "3", "beta.local"), (beta.ipv4ll(), ULA["beta"], "fe80:")),
            (("ping", "-6", "-c", "1", "beta.local"), (ULA["beta"], "fe80:"))):
        out = show(alpha, *command)
        require(any(a in out for a in addresses), "an address of beta in ping's output")
        require(" 0% packet loss" in out, "every packet answered")
    out = show(alpha, "getent", "ahosts", "beta.local")
    require(beta.ipv4ll() in out and ULA["beta"] in out, "both families from getent")
    seen("names work in programs that know nothing of multicast DNS")


def browse(alpha, beta):
    out = show(alpha, lab.host.avahictl(), "browse", "-t", "-r", "--all")
    for wanted in ("Web on beta", "_http._tcp", "Shell on beta", "_ssh._tcp", "beta.local",
                   beta.ipv4ll()):
        require(wanted in out, f"{wanted!r} among the services")
    seen("beta's _http._tcp and _ssh._tcp, with host, address and port")


def foreign(alpha, beta):
    address = beta.ipv4ll()
    out = show(alpha, "dig", f"@{address}", "-p", "5353", "+short", "beta.local", "A")
    require(out.split() == [address], f"dig's answer to be {address}")
    tell("alpha", "python3-zeroconf, by multicast:")
    found = peers.zeroconf_browse(alpha, "_http._tcp", "Web on beta", alpha.ipv4ll())
    for line in found:
        print(f"    {line}")
    require(found and " 80" in found[0] and address in found[0], "the service by zeroconf")
    seen("dig and python3-zeroconf get the same")


def leave(alpha, beta, capture):
    require(beta.stop_avahid() == 0, "beta's daemon to end with status 0")
    goodbyes = [s for s in capture.mdns() if s.from_host and s.message.response
                and any(r.ttl == 0 for r in s.message.answers)]
    require(goodbyes, "goodbyes on the wire")
    require(not beta.ipv4ll(), "beta's address to be gone")
    out = show(alpha, lab.host.avahictl(), "browse", "-t", "_http._tcp", check=False)
    require("Web on beta" not in out, "the service to be gone")
    seen("beta said goodbye, and took its address off the interface")


def shell(alpha, beta):
    tools = lab.host.avahictl().parent
    print(f"\nYou are in alpha; beta is {beta.ipv4ll()}. Try: ping beta.local; avahictl status;\n"
          "avahictl browse -t -r --all. exit takes both hosts down.\n", flush=True)
    subprocess.run(alpha.inside("env", f"PATH={tools}:{os.environ['PATH']}", "PS1=alpha# ",
                                "bash", "--norc", "-i"), check=False)


def main():
    lab.enter()
    shell_wanted = sys.argv[1:] == ["--shell"]
    print(paint("Two hosts, one cable, no DHCP, no DNS server, nothing configured", "1"))
    alpha, beta = hosts = plug_together()
    for host in hosts:
        host.mac_address = host.mac()
    try:
        step("Each host claims an address (RFC 3927)")
        captures = claim(hosts)
        for host in hosts:
            tell(host.name, f"is {host.wait_established()}.local")
        if shell_wanted:
            shell(alpha, beta)
            return 0
        step("alpha reaches beta by name, through the name service module")
        ping(alpha, beta)
        step("alpha lists the services on the link")
        browse(alpha, beta)
        step("Programs of others get the same answers")
        foreign(alpha, beta)
        step("beta leaves")
        leave(alpha, beta, captures[1])
    except (Failure, OSError) as failure:
        print(paint(f"\nFAILED: {failure}\n", "31"), flush=True)
        for host in hosts:
            print(host.logs())
        return 1
    wrong = [line for host in hosts for line in host.close()]
    for line in wrong:
        print(paint(f"FAILED: {line}", "31"))
    if not wrong:
        print(paint(f"\nEach step was seen, in {time.monotonic() - START:.1f} s.", "1"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
