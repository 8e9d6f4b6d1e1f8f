#!/usr/bin/env python3
"""slopes.py [RESULTS.json]: do the curves of avahid_bench keep their promise? Reads what it writes with
--benchmark_out (JSON; standard input without a name), fits time to size on log-log scales and prints a
line for each: batch/… must be near-linear (slope below 1.1), single/… flat. Exit status 1 if one is not.

A single lookup touches a handful of places in memory, whatever the size; they just come from slower
caches as the whole grows, which is worth a slope of some 0.2 over three decades."""
import collections
import json
import math
import sys

LIMITS = {"batch": 1.1, "single": 0.3}


def curves(results):
    """{name: {size: (nanoseconds of CPU, allocations)}}, the best of the repetitions."""
    scale = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
    found = collections.defaultdict(dict)
    for one in results["benchmarks"]:
        if one.get("run_type") == "aggregate" or one.get("error_occurred"):
            continue
        name, size = one["run_name"].rsplit("/", 1)
        time = one["cpu_time"] * scale[one["time_unit"]]
        best = found[name].get(int(size))
        if best is None or time < best[0]:
            found[name][int(size)] = time, one.get("allocations", 0.0)
    return found


def slope(points):
    x = [math.log(size) for size in points]
    y = [math.log(time) for time, _ in points.values()]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    return (sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y)) /
            sum((a - mean_x) ** 2 for a in x))


def row(name, points):
    """The line, and whether the curve is as it should be."""
    kind = name.split("/")[0]
    fitted = slope(points)
    good = fitted < LIMITS[kind]
    each = [time / (size if kind == "batch" else 1) for size, (time, _) in sorted(points.items())]
    last = points[max(points)]
    return (f"{name:36}" + "".join(f"{value:10.0f}" for value in each) +
            f"{last[1]:8.2f}{fitted:8.2f}  {'ok' if good else 'TOO STEEP'}"), good


def main():
    with (open(sys.argv[1], encoding="utf-8") if len(sys.argv) > 1 else sys.stdin) as source:
        found = curves(json.load(source))
    sizes = sorted({size for points in found.values() for size in points})
    print(f"{'ns each, among or of':36}" + "".join(f"{size:10}" for size in sizes) +
          f"{'allocs':>8}{'slope':>8}")
    rows = [row(name, points) for name, points in found.items() if len(points) > 1]
    for line, _ in rows:
        print(line)
    return 0 if rows and all(good for _, good in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
