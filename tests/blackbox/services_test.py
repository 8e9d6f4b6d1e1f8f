"""Services through the command line and the native API: browse, resolve, publish, query."""
import json
import signal

import lab
from lab import host as programs
from lab.varlink import VarlinkError


class Services(lab.LabCase):
    @classmethod
    def furnish(cls):
        link = lab.Link()
        cls.alpha = cls.host("alpha", link)
        cls.beta = cls.host("beta", link, services=[
            ("web", "Web on %h", ("_http._tcp", 80, ["path=/a b", "flag"])),
            ("ssh", "Shell on %h", ("_ssh._tcp", 22, []))])
        (cls.beta.services / "bad.service").write_text(
            "<service-group>\n<name>x</name>\n<service>\n<type>nonsense</type>\n"
            "<port>70000</port>\n</service>\n</service-group>\n")
        (cls.beta.services / "broken.service").write_text("<service-group>\n<name>x</nam")
        for number, host in enumerate((cls.alpha, cls.beta), 1):
            host.ip("address", "add", f"192.0.2.{number}/24", "dev", "eth0")
            host.start_avahid(policy="off")
        for host in (cls.alpha, cls.beta):
            host.wait_established()
        with cls.alpha.varlink() as client:
            client.wait("beta's web service", lambda r: r["event"] == "resolved", "Browse",
                        type="_http._tcp", resolve=True)

    def lines(self, *args, status=0):
        done = self.alpha.ctl(*args, check=False)
        self.assertEqual(done.returncode, status, f"{args}: {done.stdout}{done.stderr}")
        return done.stdout.splitlines()

    def json(self, *args, status=0):
        return [json.loads(line) for line in self.lines(*args, "--json", status=status)]

    # ---- service files ----

    def test_bad_service_files_are_named_and_others_load(self):
        log = self.beta.avahid.log()
        self.assertRegex(log, r"bad\.service:4\b")
        self.assertRegex(log, r"broken\.service:\d")

    # ---- native API ----

    def test_browse_resolves(self):
        with self.alpha.varlink() as client:
            found = client.wait("resolution", lambda r: r["event"] == "resolved", "Browse",
                                type="_http._tcp", resolve=True, family="ipv4")["service"]
        self.assertEqual(
            (found["instance"], found["type"], found["domain"], found["interface"], found["host"],
             found["port"]), ("Web on beta", "_http._tcp", "local", "eth0", "beta.local", 80))
        self.assertIn("192.0.2.2", found["addresses"])
        self.assertEqual(found["txt"], [{"key": "path", "value": "/a b"}, {"key": "flag"}])

    def test_browse_says_when_it_is_complete(self):
        with self.alpha.varlink() as client:
            client.wait("all_for_now", lambda r: r["event"] == "all_for_now", "Browse",
                        type="_ssh._tcp")

    def test_types(self):
        with self.alpha.varlink() as client:
            found = {r["service_type"]["type"] for r in client.stream("BrowseTypes", 2)
                     if r["event"] == "found"}
        self.assertLessEqual({"_http._tcp", "_ssh._tcp"}, found)

    def test_publication_lives_as_long_as_its_connection(self):
        with self.alpha.varlink() as watcher:
            events = watcher.stream("Browse", 8, type="_avahid-test._tcp")
            publisher = self.beta.varlink()
            publisher.wait("established", lambda r: r["event"] == "established", "Publish",
                           instance="Short lived", type="_avahid-test._tcp", port=1234)
            publisher.close()
            seen = []
            for event in events:
                if event.get("service"):
                    seen.append((event["event"], event["service"]["instance"]))
                if ("lost", "Short lived") in seen:
                    break
        self.assertIn(("found", "Short lived"), seen)
        self.assertIn(("lost", "Short lived"), seen)

    def test_any_characters_in_an_instance_name(self):
        for name in ("Büro; Drucker. 2\\", "\U0001f5a8 \u65e5\u672c", "a" * 63):
            with self.beta.varlink() as publisher, self.alpha.varlink() as client:
                publisher.wait("established", lambda r: r["event"] == "established", "Publish",
                               instance=name, type="_avahid-name._tcp", port=9)
                found = client.wait(name, lambda r: r["event"] == "resolved"
                                    and r["service"]["instance"] == name, "Browse",
                                    type="_avahid-name._tcp", resolve=True)
                self.assertEqual(found["service"]["port"], 9)

    def test_wrong_parameters_are_refused(self):
        for method, parameters in (
                ("Publish", {"instance": "x", "type": "http", "port": 1}),
                ("Publish", {"instance": "x" * 64, "type": "_http._tcp", "port": 1}),
                ("Publish", {"instance": "x", "type": "_http._tcp", "port": 70000}),
                ("ResolveAddress", {"address": "nonsense"}),
                ("Browse", {"type": "_http._tcp", "interface": "nosuch0"})):
            with self.subTest(method=method, **parameters), self.alpha.varlink() as client:
                with self.assertRaises(VarlinkError):
                    list(client.stream(method, 2, **parameters))

    # ---- avahictl ----

    def test_browse_table(self):
        text = "\n".join(self.lines("browse", "-t", "-r", "--all"))
        for wanted in ("Web on beta", "_http._tcp", "beta.local", "192.0.2.2", "80", "path=/a b",
                       "Shell on beta", "_ssh._tcp", "22"):
            self.assertIn(wanted, text)
        self.assertNotIn("\033", text)

    def test_browse_json(self):
        self.assertIn("Web on beta", json.dumps(self.json("browse", "-t", "-r", "_http._tcp")))

    def test_browse_like_avahi(self):
        lines = [line.split(";") for line in self.lines("browse", "-t", "-r", "-p", "_http._tcp")]
        resolved = [line for line in lines if line[0] == "=" and line[2] == "IPv4"]
        self.assertIn(["=", "eth0", "IPv4", "Web\\032on\\032beta", "_http._tcp", "local",
                       "beta.local", "192.0.2.2", "80"], [line[:9] for line in resolved])

    def test_resolve(self):
        self.assertIn("192.0.2.2", "\n".join(self.lines("resolve", "beta.local")))
        self.assertIn("beta.local", "\n".join(self.lines("resolve", "192.0.2.2")))
        service = "\n".join(self.lines("resolve", "-s", "Web on beta", "_http._tcp"))
        self.assertIn("80", service)
        self.assertIn("beta.local", service)

    def test_query(self):
        self.assertIn("192.0.2.2", "\n".join(
            self.lines("query", "beta.local", "--type", "A", "--timeout", "2")))

    def test_publish_until_interrupted(self):
        published = self.beta.start(programs.avahictl(), "publish", "By hand", "_http._tcp", "8080",
                                    "k=v", name="publish")
        with self.alpha.varlink() as client:
            found = client.wait("By hand", lambda r: r["event"] == "resolved"
                                and r["service"]["instance"] == "By hand", "Browse",
                                type="_http._tcp", resolve=True)
        self.assertEqual(found["service"]["port"], 8080)
        published.stop(signal.SIGINT)
        lab.wait_for("By hand to go", lambda: "By hand" not in "\n".join(
            self.lines("browse", "-t", "_http._tcp")))

    def test_nothing_found_is_1(self):
        self.lines("resolve", "nosuch.local", status=1)
        self.lines("browse", "-t", "_nosuch._tcp", status=1)

    def test_wrong_usage_is_2(self):
        for args in (("nonsense",), ("browse", "--nonsense"), ("publish", "x"), ()):
            with self.subTest(args=args):
                self.lines(*args, status=2)

    def test_no_daemon_is_3_and_one_line(self):
        done = self.alpha.ctl("--socket", "/run/nosuch", "status", check=False)
        self.assertEqual(done.returncode, 3)
        self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_status(self):
        text = "\n".join(self.lines("status"))
        for wanted in ("alpha", "eth0", "192.0.2.1"):
            self.assertIn(wanted, text)
        told = self.json("status")[0]
        self.assertEqual((told["host_name"], told["host_state"]), ("alpha", "established"))

    def test_hostname(self):
        self.assertIn("alpha", "\n".join(self.lines("hostname")))
        self.lines("hostname", "gamma")
        try:
            self.assertEqual(self.alpha.wait_established(), "gamma")
            with self.beta.varlink() as client:
                found = client.call("ResolveHost", name="gamma.local")
            self.assertIn("192.0.2.1", [a["address"] for a in found["addresses"]])
        finally:
            self.lines("hostname", "alpha")
        self.assertEqual(self.alpha.wait_established(), "alpha")

    def test_ipv4ll(self):
        self.assertIn("eth0", "\n".join(self.lines("ipv4ll")))


if __name__ == "__main__":
    lab.main()
