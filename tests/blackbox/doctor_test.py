"""`avahictl doctor`: all is well on a healthy host, and each thing that is broken is named, with a
way to mend it that works."""
import contextlib
import json
import signal
import socket
import struct
import subprocess
import threading

import lab
from lab import host as programs

HOG = """import socket, time
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.bind(("::", 5353))
print("taken", flush=True)
time.sleep(600)
"""


class DoctorCase(lab.LabCase):
    """`patient` is the host that is looked at."""

    def doctor(self, host, *before):
        """(exit status, [findings])"""
        done = host.run(*before, programs.avahictl(), "doctor", "--json", check=False, seconds=20)
        self.assertEqual(done.stderr, "")
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    def wrong(self, host, *before):
        """What it finds wrong: {check: finding}"""
        return {f["check"]: f for f in self.doctor(host, *before)[1] if f["state"] == "wrong"}

    def assert_wrong(self, host, check, *words, status=1, before=()):
        """Returns the way to mend it; each word is in what is told."""
        exit_status, findings = self.doctor(host, *before)
        found = [f for f in findings if f["state"] == "wrong" and f["check"] == check]
        self.assertTrue(found, f"{check} is not wrong: {findings}")
        text = "\n".join(f"{f['what']} {f['mend']}" for f in found)
        for word in words:
            self.assertIn(word, text)
        self.assertEqual(exit_status, status)
        return found[0]["mend"]

    def assert_well(self, host):
        exit_status, findings = self.doctor(host)
        self.assertEqual([f for f in findings if f["state"] != "ok"], [])
        self.assertEqual(exit_status, 0)
        return findings

    @contextlib.contextmanager
    def file(self, host, name, text):
        """Another content of a file of /etc, for a while."""
        path = host.folder / name
        before = path.read_text()
        path.write_text(text)
        try:
            yield
        finally:
            path.write_text(before)


class Patient(DoctorCase):
    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha = cls.host("alpha", link)
        cls.beta = cls.host("beta", link)
        for number, host in enumerate((cls.alpha, cls.beta), 1):
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
            host.start_avahid(policy="fallback")
        for host in (cls.alpha, cls.beta):
            host.wait_established()
            lab.wait_for("an IPv6 address", host.fe80)
        lab.wait_for("IPv6 served", lambda: all(
            link["mdns_ipv6"] for link in cls.alpha.status()["links"]))

    def test_healthy(self):
        checks = {f["check"] for f in self.assert_well(self.alpha)}
        self.assertLessEqual({"daemon", "nsswitch", "module", "module socket", "port 5353", "firewall",
                              "link eth0", "unicast .local", "host name", "metadata route",
                              "lookup"}, checks)
        text = self.alpha.ctl("doctor").stdout.splitlines()
        self.assertTrue(all(line.startswith("ok ") for line in text), text)

    # ---- programs do not ask ----

    def test_no_module_in_nsswitch(self):
        with self.file(self.alpha, "nsswitch.conf", "passwd: files\nhosts: files dns\n"):
            self.assert_wrong(self.alpha, "nsswitch", "no module avahid", "/etc/nsswitch.conf")
        self.assert_well(self.alpha)

    def test_wrong_order_in_nsswitch(self):
        with self.file(self.alpha, "nsswitch.conf", "hosts: files dns avahid\n"):
            self.assert_wrong(self.alpha, "nsswitch", "dns before avahid")
        with self.file(self.alpha, "nsswitch.conf",
                       "hosts: files resolve [!UNAVAIL=return] avahid dns\n"):
            self.assert_wrong(self.alpha, "nsswitch", "ends at resolve")

    def test_nsswitch_goes_on_to_dns(self):
        with self.file(self.alpha, "nsswitch.conf", "hosts: files avahid dns\n"):
            self.assert_wrong(self.alpha, "nsswitch", "[NOTFOUND=return]")

    def test_module_not_installed(self):
        self.beta.run("umount", "/etc/ld.so.cache")
        self.assert_wrong(self.beta, "module", "libnss_avahid.so.2", "apt install libnss-avahid")

    # ---- the network ----

    def rules(self, text):
        self.alpha.run("nft", "flush", "ruleset")
        for braces in "{}":
            text = text.replace(f" {braces} ", f" {braces}\n")
        path = self.alpha.folder / "rules.nft"
        path.write_text(text + "\n")
        self.alpha.run("nft", "-f", path)
        self.addCleanup(self.alpha.run, "nft", "flush", "ruleset")

    def mend(self, command):
        self.alpha.run("sh", "-ec", command)

    def test_firewall_drops_what_comes_in(self):
        self.rules("table inet guard { chain entry { type filter hook input priority 0; "
                   "iifname lo accept; udp dport { 53, 5353 } counter drop; } }")
        self.mend(self.assert_wrong(self.alpha, "firewall", "coming in on eth0",
                                    "table inet guard, chain entry"))
        self.assert_well(self.alpha)

    def test_firewall_that_allows_nothing(self):
        self.rules("table ip guard { chain entry { type filter hook input priority 0; policy drop; "
                   "ct state established,related accept; tcp dport 22 accept; } }")
        self.mend(self.assert_wrong(self.alpha, "firewall", "policy is drop", "nft insert rule ip"))
        self.assert_well(self.alpha)

    def test_firewall_drops_what_goes_out(self):
        self.rules("table inet guard { chain side { meta l4proto udp reject; } chain way { "
                   "type filter hook output priority 0; oifname eth0 jump side; } }")
        self.mend(self.assert_wrong(self.alpha, "firewall", "going out of eth0"))
        self.assert_well(self.alpha)

    def test_firewall_that_does_no_harm(self):
        self.rules("table inet guard { chain entry { type filter hook input priority 0; policy drop; "
                   "iifname eth0 udp dport 5353 accept; iifname lo accept; } "
                   "chain pass { type filter hook forward priority 0; policy drop; } }")
        self.assertNotIn("firewall", self.wrong(self.alpha))

    def test_firewall_is_not_for_everyone_to_see(self):
        status, findings = self.doctor(self.alpha, "setpriv", "--reuid", "65534", "--clear-groups")
        self.assertEqual([f["check"] for f in findings if f["state"] != "ok"], ["firewall"])
        self.assertEqual(status, 0)

    def test_no_multicast_flag(self):
        self.alpha.ip("link", "set", "eth0", "multicast", "off")
        lab.wait_for("eth0 to be left", lambda: not self.alpha.status()["links"][0]["mdns_ipv4"])
        self.mend(self.assert_wrong(self.alpha, "link eth0", "no multicast"))
        self.alpha.wait_established()
        lab.wait_for("IPv6 served", lambda: self.alpha.status()["links"][0]["mdns_ipv6"])
        self.assert_well(self.alpha)

    def test_no_multicast_route(self):
        self.alpha.ip("-6", "route", "del", "multicast", "ff00::/8", "dev", "eth0", "table", "local")
        self.mend(self.assert_wrong(self.alpha, "multicast route", "eth0", "ff02::fb"))
        self.assert_well(self.alpha)

    def test_route_that_takes_the_metadata_service(self):
        self.alpha.ip("route", "add", "default", "via", "192.0.2.254", "dev", "eth0")
        self.addCleanup(self.alpha.ip, "route", "del", "default")
        self.assert_well(self.alpha)
        self.alpha.ip("route", "add", "169.254.0.0/16", "dev", "eth0")
        self.addCleanup(self.alpha.ip, "route", "del", "169.254.0.0/16")
        self.assert_wrong(self.alpha, "metadata route", "169.254.169.254", "eth0")

    # ---- DNS ----

    def test_search_domain_local(self):
        with self.file(self.alpha, "resolv.conf", "search corp.local\n"):
            self.assert_wrong(self.alpha, "unicast .local", "corp.local")

    def test_dns_server_with_a_zone_local(self):
        server = self.alpha.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("127.0.0.1", 53))
        soa = b"\xc0\x0c" + struct.pack("!HHIH", 6, 1, 60, 22) + b"\0\0" + bytes(20)

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    query, asker = server.recvfrom(512)
                    is_soa = query[12:].startswith(b"\x05local\0\0\x06")
                    flags, answers = (0x8180, 1) if is_soa else (0x8183, 0)
                    server.sendto(query[:2] + struct.pack("!5H", flags, 1, answers, 0, 0)
                                  + query[12:] + (soa if is_soa else b""), asker)
        threading.Thread(target=serve, daemon=True).start()
        try:
            self.assert_wrong(self.alpha, "unicast .local", "127.0.0.1")
        finally:
            server.settimeout(0.01)
            server.close()

    # ---- the daemon's own affairs ----

    def test_socket_that_may_not_be_used(self):
        self.alpha.run("chmod", "600", programs.CONTROL)
        self.addCleanup(self.alpha.run, "chmod", "666", programs.CONTROL)
        self.assert_wrong(self.alpha, "daemon", "may not be used", "mode 600", "chmod 666", status=3,
                          before=("setpriv", "--reuid", "65534", "--clear-groups"))

    def test_module_socket_that_may_not_be_used(self):
        self.alpha.run("chmod", "600", programs.SIMPLE)
        self.addCleanup(self.alpha.run, "chmod", "666", programs.SIMPLE)
        self.assert_wrong(self.alpha, "module socket", "may not be used", programs.SIMPLE,
                          before=("setpriv", "--reuid", "65534", "--clear-groups"))

    def test_state_that_cannot_be_kept(self):
        owner = self.alpha.run("stat", "-c", "%u", "/run/avahid-state").stdout.strip()
        self.alpha.run("chown", "0", "/run/avahid-state")
        self.addCleanup(self.alpha.run, "chown", owner, "/run/avahid-state")
        self.assert_wrong(self.alpha, "state", "/run/avahid-state", "cannot be written")

    def test_configuration_with_errors(self):
        path = self.alpha.folder / "avahid.conf"
        path.write_text("[server]\nhots-name=x\n")
        try:
            self.assert_wrong(self.alpha, "configuration", "avahid.conf:2", "hots-name")
        finally:
            path.write_text("")

    def test_daemon_that_hangs(self):
        self.beta.avahid.popen.send_signal(signal.SIGSTOP)
        try:
            self.assert_wrong(self.beta, "daemon", "does not answer", "restart", status=3)
            for command in (["status"], ["browse", "_http._tcp"], ["resolve", "x.local"]):
                done = self.beta.ctl(*command, "--timeout", "0.5", check=False)
                self.assertEqual(done.returncode, 3, command)
        finally:
            self.beta.avahid.popen.send_signal(signal.SIGCONT)


class Others(DoctorCase):
    """Hosts that are broken from the start."""

    def test_no_daemon(self):
        host = self.host("gamma", lab.Link())
        self.assert_wrong(host, "daemon", "not running", "systemctl start avahid", status=3)

    def test_port_taken(self):
        host = self.host("delta", lab.Link())
        host.ip("address", "add", "192.0.2.4/24", "dev", "eth0")
        hog = host.start("/usr/bin/python3", "-c", HOG, name="hog")
        hog.wait_log("taken")
        host.start_avahid(policy="off")
        self.assert_wrong(host, "port 5353", f"python3 (pid {hog.pid})", "shares it with nobody")

    def test_no_address(self):
        host = self.host("epsilon", lab.Link())
        host.run("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/eth0/disable_ipv6")
        host.start_avahid(policy="off")
        lab.wait_for("eth0 to be there", lambda: host.status()["links"])
        mend = self.assert_wrong(host, "link eth0", "no address", "avahictl ipv4ll eth0 on")
        host.ctl(*mend.split(",")[0].split()[1:])
        host.wait_claimed()
        host.wait_established()
        self.assertEqual(self.wrong(host), {})

    def test_no_interface(self):
        host = self.host("zeta")
        host.start_avahid(policy="off")
        self.assert_wrong(host, "links", "no network interface")

    def test_name_conflict(self):
        link = lab.Link()
        for number in (1, 2):
            host = self.host("alpha", link)
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
            host.start_avahid(policy="off")
            host.wait_established()
        self.assert_wrong(host, "host name", "alpha.local", "alpha-2.local")

    def test_multicast_is_not_delivered(self):
        link = lab.Link()
        hosts = [self.host(name, link) for name in ("eta", "theta")]
        for number, host in enumerate(hosts, 1):
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
            subprocess.run(["bridge", "link", "set", "dev", host.ports["eth0"], "mcast_flood", "off"],
                           check=True)
            host.start_avahid(policy="off", config="[server]\nuse-ipv6=no\n")
        lab.wait_for("some packets sent",
                     lambda: hosts[0].status()["links"][0]["packets_out"] >= 10 or not
                     hosts[0].ctl("query", "nobody.local", "--timeout", "1", check=False), 15)
        hosts[0].run("ping", "-c1", "-W2", "192.0.2.2")
        self.assert_wrong(hosts[0], "link eth0", "multicast not delivered", "IGMP snooping")


if __name__ == "__main__":
    lab.main()
