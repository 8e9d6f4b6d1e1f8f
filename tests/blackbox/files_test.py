"""Static service and hosts files: what avahi-daemon publishes of them, and what happens when they
change under a running daemon."""
import os
import re
import shutil
import time

import lab
from lab import avahi_files, dns

FULL = """<?xml version="1.0" standalone='no'?><!--*-nxml-*-->
<!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group>
  <name replace-wildcards="yes">Full on %h</name>
  <service>
    <type>_printer._tcp</type>
    <port>515</port>
  </service>
  <service protocol="ipv4">
    <type>_ipp._tcp</type>
    <subtype>_color._sub._ipp._tcp</subtype>
    <subtype>_scanner._sub._ipp._tcp</subtype>
    <domain-name>local</domain-name>
    <host-name>printer-@.local</host-name>
    <port>631</port>
    <txt-record>txtvers=1</txt-record>
    <txt-record>note=Caf&#xE9; &amp; Bar</txt-record>
    <txt-record><![CDATA[raw=<&>]]></txt-record>
    <txt-record value-format="text">plain==</txt-record>
    <txt-record value-format="binary-hex">hex=76616C7565</txt-record>
    <txt-record value-format="binary-base64">base=AP8=</txt-record>
    <txt-record>empty=</txt-record>
    <txt-record>flag</txt-record>
  </service>
</service-group>
"""
PLAIN = ("<service-group><name{wild}>{name}</name><service>{inside}<port>{port}</port>{txt}"
         "</service></service-group>")


def plain(name, kind="_http._tcp", port=80, txt="", wild=""):
    return PLAIN.format(name=name, inside=f"<type>{kind}</type>", port=port, wild=wild,
                        txt=txt and f"<txt-record>{txt}</txt-record>")


def put(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


# What both are given; "@" stands for the host's name.
FILES = {
    "full.service": FULL,
    "literal.service": plain("%h stays on @", "_avahid-a._tcp", 1),
    "entity.service": plain("A &lt;b&gt; &#233; on @", "_avahid-a._tcp", 2),
    "long-type.service": plain("Long on @", "_a-type-of-over-15-bytes._tcp", 3),
    "latin.service": ("<?xml version='1.0' encoding='ISO-8859-1'?>"
                      + plain("B\xfcro on @", "_avahid-a._tcp", 4)).encode("latin-1"),
    "utf16.service": plain("Wide \u20ac on @", "_avahid-a._tcp", 5).encode("utf-16"),
    # What is wrong with these is told, and the others know nothing of it.
    "bad-broken.service": "<service-group><name>x</nam",
    "bad-tag.service": plain("Bad on @", "_avahid-a._tcp").replace("<port>", "<colour/><port>"),
    "bad-port.service": plain("Bad on @", "_avahid-a._tcp", 70000),
    "bad-type.service": plain("Bad on @", "nonsense", 7),
    "bad-utf8.service": plain("Bad \xff on @", "_avahid-a._tcp").encode("latin-1"),
    "bad-entity.service": plain("Bad &nosuch; on @", "_avahid-a._tcp"),
    "bad-hex.service": plain("Bad on @", "_avahid-a._tcp").replace(
        "</service>", '<txt-record value-format="binary-hex">k=123</txt-record></service>'),
    "bad-empty.service": "",
    "bad-twins.service": plain("Bad on @", "_avahid-a._tcp").replace(
        "</service>", "</service><service><type>_avahid-a._tcp</type><port>9</port></service>"),
    "not-a-service.txt": plain("Bad on @", "_avahid-a._tcp"),
}
HOSTS = """# a comment
192.0.2.{n}1 printer-@.local   # another
192.0.2.{n}2\tprinter-@.local
2001:db8::{n}1 printer-@.local
192.0.2.{n}3 other-@.local
"""


class SameFiles(lab.LabCase):
    """The same files, given to avahi-daemon and to avahid; avahi-browse on a third host judges."""

    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.theirs, cls.ours, cls.judge = (cls.host(name, link)
                                           for name in ("theirs", "ours", "judge"))
        for number, host in enumerate((cls.theirs, cls.ours, cls.judge), 1):
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
        for number, host in enumerate((cls.theirs, cls.ours), 1):
            folder = avahi_files.own_etc(host)
            for name, text in FILES.items():
                if isinstance(text, bytes):
                    wide = name.startswith("utf16")
                    coding = "utf-16" if wide else "latin-1"
                    put(folder / "services" / name,
                        text.decode(coding).replace("@", host.name).encode(coding))
                else:
                    put(folder / "services" / name, text.replace("@", host.name))
            put(folder / "hosts", HOSTS.format(n=number).replace("@", host.name))
        cls.ours_services = folder / "services"
        cls.avahi = avahi_files.AvahiDaemon(cls.theirs)
        cls.browser = avahi_files.AvahiDaemon(cls.judge)
        # Both folders at their own places, as installed.
        conf = cls.ours.folder / "avahid.conf"
        conf.write_text("")
        cls.ours.avahid = cls.ours.start(
            lab.host.avahid(), "--config", conf, "--state-dir", "/run/avahid-state",
            "--ipv4ll-policy", "off", name="avahid")
        cls.ours.wait_ready()
        cls.ours.wait_established()

    def services(self, host):
        """{(family, instance, type): (host, port, {txt…})} of that host, its name as "@"."""
        found = {}
        for kind in ("_http._tcp", "_printer._tcp", "_ipp._tcp", "_avahid-a._tcp",
                     "_a-type-of-over-15-bytes._tcp"):
            for line in self.browser.browse(kind):
                if line[0] == "=" and host.name in line[3] + line[6]:
                    at = [field.replace(host.name, "@") for field in line]
                    txt = re.findall(r'"((?:[^"\\]|\\.)*)"', ";".join(line[9:]))
                    found[(at[2], at[3], at[4])] = (at[6], at[8], frozenset(txt))
        return found

    def test_the_same_is_published(self):
        theirs = lab.wait_for("all of avahi-daemon's", lambda: (
            lambda s: len(s) >= 11 and s)(self.services(self.theirs)), 20)
        ours = lab.wait_for("all of ours", lambda: (
            lambda s: len(s) >= len(theirs) and s)(self.services(self.ours)), 20)
        self.maxDiff = None
        self.assertEqual(ours, theirs)
        self.assertEqual({key[1] for key in ours if "ad_on" in key[1]}, set())

    def test_subtypes_are_published(self):
        for subtype in ("_color", "_scanner"):
            lab.wait_for(subtype, lambda subtype=subtype: {
                "Full\\032on\\032ours", "Full\\032on\\032theirs"} <= {
                    line[3] for line in self.browser.browse(f"{subtype}._sub._ipp._tcp")}, 20)

    def test_two_files_of_one_name(self):
        """avahi-daemon leaves the second one out; ours takes the next name, as after a conflict."""
        put(self.ours_services / "twice.service", plain("Full on ours", "_printer._tcp", 516))
        try:
            lab.wait_for("the other name", lambda: "Full\\032on\\032ours\\032\\0352" in {
                line[3] for line in self.browser.browse("_printer._tcp")}, 10)
        finally:
            (self.ours_services / "twice.service").unlink()

    def addresses(self, name):
        with self.ours.varlink() as client:
            return {a["address"] for a in client.call("ResolveHost", name=name)["addresses"]}

    def test_hosts_may_have_several_addresses(self):
        for number, host in enumerate((self.theirs, self.ours), 1):
            self.assertEqual(self.addresses(f"printer-{host.name}.local"), {
                f"192.0.2.{number}1", f"192.0.2.{number}2", f"2001:db8::{number}1"}, host.name)
            self.assertEqual(self.addresses(f"other-{host.name}.local"), {f"192.0.2.{number}3"})

    def test_each_bad_file_is_named(self):
        log = self.ours.avahid.log()
        for name in FILES:
            told = f"/services/{name}" in "\n".join(
                line for line in log.splitlines() if "error" in line)
            self.assertEqual(told, name.startswith("bad-"), name)


class Watched(lab.LabCase):
    """Files come, change and go under a running daemon; nobody tells it."""

    @classmethod
    def furnish(cls):
        cls.link = lab.Link()
        cls.alpha, cls.beta = cls.host("alpha", cls.link), cls.host("beta", cls.link)
        for number, host in enumerate((cls.alpha, cls.beta), 1):
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
        cls.hosts = cls.alpha.folder / "etc" / "hosts"
        cls.more = cls.alpha.folder / "etc" / "more"
        put(cls.alpha.services / "steady.service", plain("Steady", "_avahid-s._tcp", 1))
        cls.alpha.start_avahid("--services", cls.more, "--hosts", cls.hosts, policy="off")
        cls.beta.start_avahid(policy="off")
        for host in (cls.alpha, cls.beta):
            host.wait_established()
        cls.packets = cls.capture(cls.alpha.ports["eth0"])

    def found(self, instance, kind="_http._tcp", seconds=0.3):
        with self.beta.varlink() as client:
            for event in client.stream("Browse", seconds, type=kind, resolve=True):
                if event["event"] == "resolved" and event["service"]["instance"] == instance:
                    return event["service"]
        return None

    def wait_found(self, instance, kind="_http._tcp", seconds=6):
        return lab.wait_for(instance, lambda: self.found(instance, kind), seconds)

    def wait_lost(self, instance, kind="_http._tcp"):
        lab.wait_for(f"{instance} to go", lambda: not self.found(instance, kind), 6)

    def goodbyes(self, since, owner):
        return [r for s in self.packets.mdns() if s.from_host and s.time > since
                and s.message.response for r in s.message.answers if r.ttl == 0
                and owner.lower() in f"{r.name} {r.data}".lower()]

    def probes(self, since, owner):
        return [s for s in self.packets.mdns() if s.from_host and s.time > since
                and not s.message.response and any(owner.lower() in q.name.lower()
                                                   for q in s.message.questions)]

    def tearDown(self):
        # Whatever happened in a method, this one never moved.
        self.assertEqual(self.goodbyes(0, "steady"), [])
        for path in self.alpha.services.iterdir():
            if path.name != "steady.service":
                path.unlink()

    def test_a_file_comes_and_goes(self):
        put(self.alpha.services / "one.service", plain("One"))
        self.wait_found("One")
        (self.alpha.services / "one.service").unlink()
        self.wait_lost("One")

    def test_a_changed_text_is_an_update_in_place(self):
        path = self.alpha.services / "one.service"
        put(path, plain("Text", txt="v=1"))
        self.wait_found("Text")
        time.sleep(2)  # the last announcement
        since = time.time()
        put(path, plain("Text", txt="v=2"))
        lab.wait_for("the new text", lambda: (self.found("Text") or {}).get("txt") == [
            {"key": "v", "value": "2"}], 6)
        self.assertEqual(self.goodbyes(since, "text"), [])
        self.assertEqual(self.probes(since, "text"), [])

    def test_a_file_that_becomes_bad_is_withdrawn_and_told(self):
        path = self.alpha.services / "one.service"
        put(path, plain("Spoiled"))
        self.wait_found("Spoiled")
        put(path, "<service-group><name>Spoi")
        self.wait_lost("Spoiled")
        self.assertRegex(self.alpha.avahid.log(), r"error: .*one\.service:1: not well-formed")
        self.assertRegex(self.alpha.avahid.log(), r"'Spoiled' of .*one\.service is withdrawn")
        put(path, plain("Spoiled"))
        self.wait_found("Spoiled")

    def test_an_editors_rename_dance_is_one_change(self):
        path = self.alpha.services / "one.service"
        put(path, plain("Danced", txt="v=1"))
        self.wait_found("Danced")
        time.sleep(1.5)
        since = time.time()
        put(path.with_suffix(".swp"), plain("Danced", txt="v=2"))
        path.rename(path.with_suffix(".service~"))
        path.with_suffix(".swp").rename(path)
        lab.wait_for("the new text", lambda: (self.found("Danced") or {}).get("txt") == [
            {"key": "v", "value": "2"}], 6)
        self.assertEqual(self.goodbyes(since, "danced"), [])

    def test_a_file_that_is_written_slowly_is_read_when_it_is_whole(self):
        text = plain("Slow")
        before = self.alpha.avahid.log().count("error:")
        with open(self.alpha.services / "one.service", "w", encoding="utf-8") as file:
            for piece in (text[:20], text[20:60], text[60:]):
                file.write(piece)
                file.flush()
                time.sleep(0.5)
        self.wait_found("Slow")
        self.assertEqual(self.alpha.avahid.log().count("error:"), before)

    def test_unreadable_files_are_told_and_skipped(self):
        path = self.alpha.services / "one.service"
        put(path, plain("Secret"))
        os.chmod(path, 0)
        put(self.alpha.services / "two.service", plain("Open"))
        with open(self.alpha.services / "big.service", "wb") as file:
            file.write(b"<service-group>" + b" " * 10_000_000)
        os.mkfifo(self.alpha.services / "pipe.service")
        (self.alpha.services / "dangling.service").symlink_to("/nowhere")
        self.wait_found("Open")
        self.assertIsNone(self.found("Secret"))
        log = self.alpha.avahid.log()
        for name, why in (("one", "Permission denied"), ("big", "File too large"),
                          ("pipe", "Invalid argument"), ("dangling", "No such file")):
            self.assertRegex(log, rf"error: .*{name}\.service: cannot be read: {why}")
        os.chmod(path, 0o644)
        self.wait_found("Secret")

    def test_hundreds_of_files_at_once(self):
        for number in range(300):
            put(self.alpha.services / f"many{number}.service",
                plain(f"Many {number}", "_avahid-m._tcp", 1000 + number))

        def seen():
            with self.beta.varlink() as client:
                return {e["service"]["instance"] for e in client.stream(
                    "Browse", 1, type="_avahid-m._tcp") if e["event"] == "found"}
        lab.wait_for("all of them", lambda: len(seen()) == 300, 30)
        self.assertLess(self.alpha.avahid.log().count("static files have changed"), 60)

    def test_symbolic_links_as_packages_make_them(self):
        target = self.alpha.folder / "usr"
        target.mkdir(exist_ok=True)
        put(target / "linked", plain("Linked", txt="v=1"))
        (self.alpha.services / "one.service").symlink_to(target / "linked")
        self.wait_found("Linked")
        put(target / "new", plain("Linked", txt="v=2"))
        (target / "new").rename(target / "linked")
        lab.wait_for("the new text", lambda: (self.found("Linked") or {}).get("txt") == [
            {"key": "v", "value": "2"}], 6)

    def test_folders_that_come_later_or_are_replaced(self):
        put_in = self.more
        put_in.mkdir(parents=True)
        put(put_in / "later.service", plain("Later"))
        self.wait_found("Later")
        other = self.alpha.folder / "other"
        other.mkdir()
        put(other / "replaced.service", plain("Replaced"))
        put_in.rename(self.alpha.folder / "old")
        put_in.symlink_to(other)
        self.wait_found("Replaced")
        self.wait_lost("Later")
        put(other / "behind.service", plain("Behind the link"))
        self.wait_found("Behind the link")
        put_in.unlink()
        shutil.rmtree(other)
        self.wait_lost("Replaced")

    def addresses(self, name):
        with self.beta.varlink() as client:
            try:
                return {a["address"] for a in client.call("ResolveHost", name=name)["addresses"]}
            except lab.varlink.VarlinkError:
                return set()

    def test_hosts_files_are_followed(self):
        self.hosts.parent.mkdir(exist_ok=True)
        put(self.hosts, "192.0.2.81 router.local\n192.0.2.82 router.local\n192.0.2.83 nas.local\n")
        lab.wait_for("router", lambda: self.addresses("router.local") == {
            "192.0.2.81", "192.0.2.82"}, 6)
        time.sleep(2)
        since = time.time()
        put(self.hosts, "192.0.2.81 router.local\n192.0.2.84 router.local\n192.0.2.83 nas.local\n"
                        "nonsense\n")
        lab.wait_for("its new address", lambda: self.addresses("router.local") == {
            "192.0.2.81", "192.0.2.84"}, 6)
        self.assertEqual(self.probes(since, "router.local"), [])
        self.assertEqual(self.goodbyes(since, "nas.local"), [])
        self.assertRegex(self.alpha.avahid.log(), r"error: .*hosts:4: ")
        self.hosts.unlink()
        lab.wait_for("both to go", lambda: not self.addresses("nas.local"), 6)

    def test_an_interface_that_comes_later(self):
        second = lab.Link()
        gamma = self.host("gamma", second)
        gamma.ip("address", "add", "198.51.100.2/24", "dev", "eth0")
        gamma.start_avahid(policy="off")
        put(self.alpha.services / "one.service", plain("Bound", "_avahid-i._tcp").replace(
            "<service>", '<service interface="eth7" priority="3" weight="5">'))
        lab.wait_for("it to wait", lambda: "waits for an interface 'eth7'"
                     in self.alpha.avahid.log())
        second.plug(self.alpha, "eth7")
        self.alpha.ip("address", "add", "198.51.100.1/24", "dev", "eth7")

        def resolved():
            with gamma.varlink() as client:
                for event in client.stream("Browse", 1, type="_avahid-i._tcp", resolve=True):
                    if event["event"] == "resolved":
                        return event["service"]
            return None
        service = lab.wait_for("the service", resolved, 10)
        self.assertEqual((service["priority"], service["weight"]), (3, 5))
        self.assertIsNone(self.found("Bound", "_avahid-i._tcp"))


if __name__ == "__main__":
    lab.main()
