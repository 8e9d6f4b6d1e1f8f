"""summary.py JUNIT-FILE…: one closing line over several ctest runs, tables that tests printed, and why
tests were skipped."""
import os
import re
import sys
import xml.etree.ElementTree as tree

CASES = (r"^\[==========\] (\d+) tests? from .* ran", r"^Ran (\d+) tests? in")  # gtest, unittest
TABLE = r"^table: (.*\n(?:.+\n)*)"  # up to an empty line
SKIPS = (r"^\[  SKIPPED \] (\S+)", r"^(\w+) \(.*skipped '(.*)'$", r"^skipped: (.*)$")


def main(files):
    counts = {"run": 0, "fail": 0, "notrun": 0, "disabled": 0}
    cases, failed, skipped, tables = 0, [], [], []
    for file in filter(os.path.exists, files):  # a run without any test writes none
        for case in tree.parse(file).getroot().iter("testcase"):
            name, status = case.get("name"), case.get("status")
            counts[status] = counts.get(status, 0) + 1
            output = case.findtext("system-out") or ""
            cases += sum(int(n) for p in CASES for n in re.findall(p, output, re.M))
            tables += re.findall(TABLE, output, re.M)
            if status == "fail":
                failed.append(name)
            why = [": ".join(m.groups()) for p in SKIPS for m in re.finditer(p, output, re.M)]
            if status in ("notrun", "disabled") and not why:
                node = case.find("skipped")
                why = [node.get("message", "") if node is not None else ""]
            skipped += [f"{name}: {reason}" for reason in why]
    for text in tables:
        print(f"\n{text}")
    for line in skipped:
        print(f"skipped  {line}")
    for name in failed:
        print(f"failed   {name}")
    total = sum(counts.values())
    print(f"{cases} test cases in {total} programs")
    print(f"programs: {counts['run']} passed, {counts['fail']} failed, "
          f"{counts['notrun'] + counts['disabled']} skipped")
    return 0 if total and not counts["fail"] else 1


sys.exit(main(sys.argv[1:]))
