"""How many questions a second are answered, how soon, and at what cost; beside a bare echo."""
import statistics
import time

import rows
import scene
from scene import QUICK, ROUNDS, Stack, lab

SECONDS = 0.3 if QUICK else 1.0
FEW, SOME, MANY = (20, 50, 200) if QUICK else (100, 1000, 10000)


class Answers(lab.LabCase):
    """Each stack is alone on its link; who asks is on all of them, and asks one after another."""

    @classmethod
    def furnish(cls):
        cls.asker = cls.host("asker")
        cls.stacks, cls.interface = {}, {}
        for name in ("echo", "echo-multicast", "ours", "ours-many", "avahi", "avahi-many",
                     "avahi-shipped"):
            link = lab.Link()
            host = cls.host(name, link)
            number = len(cls.stacks)
            cls.interface[name] = f"eth{number}"
            link.plug(cls.asker, f"eth{number}")
            host.ip("address", "add", f"10.0.{number}.1/24", "dev", "eth0")
            cls.asker.ip("address", "add", f"10.0.{number}.2/24", "dev", f"eth{number}")
            cls.stacks[name] = Stack(name, host)
        s = cls.stacks
        s["echo"].echo()
        s["echo-multicast"].echo("multicast")
        for name, count in (("ours", FEW), ("ours-many", MANY)):
            scene.write_services(s[name].host.services, count)
            s[name].ours()
        s["avahi"].avahi(services=FEW)
        s["avahi-shipped"].avahi(services=FEW, shipped=True)
        s["avahi-many"].avahi(services=SOME)
        cls.count = {"ours-many": MANY, "avahi-many": SOME}
        time.sleep(2)
        for stack in s.values():
            scene.quiet(stack.cpu, 40)
            stack.pin(1)

    def ask(self, kind, name, *arguments):
        """One question after another; what was told, and the daemon's CPU time."""
        stack = self.stacks[name]
        port = scene.ECHO_PORT if name.startswith("echo") else 5353
        before = stack.cpu()
        told = scene.ask(self.asker, self.interface[name], port, kind, self.count.get(name, FEW),
                         *arguments)
        told["cpu"] = (stack.cpu() - before) / max(1, told["answers"]) * 1e6
        return told

    def in_turns(self, kind, names, *arguments):
        told = {name: [] for name in names}
        for _ in range(ROUNDS):
            for name in names:
                told[name].append(self.ask(kind, name, *arguments))
        return told

    def rates(self, kind, what, targets):
        names = ("echo", "ours", "ours-many", "avahi", "avahi-many", "avahi-shipped")
        told = self.in_turns(kind, names, SECONDS, 32)
        rate = {name: [one["per_second"] for one in all_] for name, all_ in told.items()}
        for name, theirs, count, target in (("ours", "avahi", FEW, targets[0]),
                                            ("ours-many", "avahi-many", MANY, targets[1])):
            of_echo = rows.ratio(rate[name], rate["echo"])
            note = (f"avahi {rows.ratio(rate[theirs], rate['echo']):.2f} of the echo's at "
                    f"{self.count.get(theirs, FEW):,}; as shipped "
                    f"{statistics.median(rate['avahi-shipped']):,.0f}/s at {FEW}")
            rows.put(f"{kind}-{'many' if 'many' in name else 'few'}",
                     f"{what}, {count:,} services", f"≥ {target} × echo", unit="/s",
                     ours=rate[name], avahi=rate[theirs], ratio=of_echo, limit=rate["echo"],
                     met=of_echo >= target, note=note)
        return told

    def test_1_legacy(self):
        told = self.rates("legacy", "legacy answers, window 32", (0.80, 0.75))
        cpu = {name: [one["cpu"] for one in all_] for name, all_ in told.items()}
        for name, theirs, count in (("ours", "avahi", FEW), ("ours-many", "avahi-many", MANY)):
            of_echo = rows.ratio(cpu[name], cpu["echo"])
            rows.put(f"legacy-cpu-{'many' if 'many' in name else 'few'}",
                     f"CPU of a legacy answer, {count:,} services", "≤ 1.5 × echo", unit="µs",
                     ours=cpu[name], avahi=cpu[theirs], ratio=of_echo, limit=cpu["echo"],
                     met=of_echo <= 1.5,
                     note=f"avahi {rows.ratio(cpu[theirs], cpu['echo']):.2f} at "
                          f"{self.count.get(theirs, FEW):,}")
        growth = rows.ratio(cpu["ours-many"], cpu["ours"])
        rows.put("legacy-cpu-growth", f"CPU of a legacy answer, {MANY:,} of {FEW:,} services",
                 "0.85–1.15", ours=[b / a for a, b in zip(cpu["ours"], cpu["ours-many"])],
                 avahi=[b / a for a, b in zip(cpu["avahi"], cpu["avahi-many"])], ratio=growth,
                 met=growth <= 1.15, note=f"avahi from {FEW} to {SOME:,}")

    def test_2_qu(self):
        self.rates("qu", "QU answers, window 32", (0.70, 0.70))

    def test_3_multicast(self):
        """Each name is asked for less often than the one-second rule lets it be answered."""
        time.sleep(1.2)
        names = ("echo-multicast", "ours-many", "avahi-many")
        if QUICK:
            self.count["ours-many"] = self.count["avahi-many"] = SOME
        told = {name: [] for name in names}
        for _ in range(ROUNDS):
            for name in names:
                self.count["echo-multicast"] = 1000
                told[name].append(self.ask("multicast", name, 0.1 if QUICK else 1.5, 500))
        p50 = {name: [one["p50"] for one in all_] for name, all_ in told.items()}
        of_echo = rows.ratio(p50["ours-many"], p50["echo-multicast"])
        missing = sum(one["asked"] - one["answers"] for one in told["ours-many"])
        rows.put("multicast-p50", "multicast answer to a unique record, p50 at 500/s",
                 "≤ 1.2 × echo", unit="µs", ours=p50["ours-many"], avahi=p50["avahi-many"],
                 ratio=of_echo, limit=p50["echo-multicast"], met=of_echo <= 1.2 and not missing,
                 note=f"{missing} unanswered" if missing else "")


if __name__ == "__main__":
    lab.main()
