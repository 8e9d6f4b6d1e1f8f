"""Draws what the parts have measured: the table as text and JSON, and a chart.

    table.py ROWS-FOLDER OUT-FOLDER [PART…]    writes table.txt, table.json and bench.svg; prints the table"""
import html
import json
import os
import pathlib
import platform
import statistics
import sys

from rows import spread

# The order in which rows are shown; what has none of these beginnings comes last.
ORDER = ("legacy", "qu", "multicast", "dbus", "static", "memory", "take-in", "flood", "list",
         "resolve", "start", "cold", "junk", "idle", "rest", "nss", "traffic")
# What a whole run measures: a part that failed must not take its targets out of the table.
EXPECTED = {
    "answers": ("legacy-few legacy-many legacy-cpu-few legacy-cpu-many legacy-cpu-growth qu-few "
                "qu-many multicast-p50"),
    "publish": ("dbus-publish dbus-publish-cpu static static-cpu static-bytes-4 static-bytes-6 "
                "memory-service memory-link"),
    "cache": ("take-in-few take-in-many flood memory-record list-few list-many resolve-few "
              "resolve-many"),
    "start": "start cold junk",
    "quiet": "rest idle-wake-ups idle-packets",
}
# Two scales would need two charts: bars show how many times better than avahi-daemon.
_LESS_IS_BETTER = {"/s": False}


def place(row):
    key = row["key"]
    return (next((i for i, name in enumerate(ORDER) if key.startswith(name)), len(ORDER)),
            "many" in key, key)


def shown(row):
    ratio = f"{row['ratio']:.2f}" if row["ratio"] is not None else ""
    limit = spread(row["limit"], row["unit"]) if row["limit"] else ""
    return (row["work"], row["target"], spread(row["ours"], row["unit"]), ratio, limit,
            spread(row["avahi"], row["unit"] if not isinstance(row["avahi"], str) else ""),
            "met" if row["met"] else "NOT met", row["note"])


def text(rows):
    lines = [("work", "target", "ours: median (range)", "ratio", "limit", "avahi-daemon 0.8", "",
              "remarks"), *map(shown, rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
                     for line in lines) + "\n"


def advantage(row):
    """How many times better than avahi-daemon; None where that cannot be said."""
    if isinstance(row["ours"], str) or isinstance(row["avahi"], str) or row["key"].startswith("nss"):
        return None
    ours, avahi = map(statistics.median, (row["ours"], row["avahi"]))
    if ours <= 0 or avahi <= 0:
        return None
    return avahi / ours if _LESS_IS_BETTER.get(row["unit"], True) else ours / avahi


def chart(rows):
    """Bars on a logarithmic scale: to the right of the line, better than avahi-daemon."""
    bars = [(row, times) for row in rows if (times := advantage(row))
            and not row["key"].startswith(("traffic", "legacy-cpu-growth"))]
    left, width, height, low, high = 470, 360, 20, 0.5, 256.0
    from math import log

    def x(times):
        return left + width * log(min(max(times, low), high) / low) / log(high / low)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 150}" '
           f'height="{height * len(bars) + 70}" font-family="sans-serif" font-size="12">',
           '<rect width="100%" height="100%" fill="#fff"/>',
           '<text x="10" y="20" font-size="14" font-weight="bold">How many times better than '
           "avahi-daemon 0.8, in the same run (logarithmic)</text>"]
    for tick in (0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256):
        colour = "#444" if tick == 1 else "#ddd"
        out.append(f'<line x1="{x(tick):.1f}" y1="44" x2="{x(tick):.1f}" '
                   f'y2="{50 + height * len(bars)}" stroke="{colour}"/>'
                   f'<text x="{x(tick):.1f}" y="40" text-anchor="middle" fill="#666">{tick:g}</text>')
    for number, (row, times) in enumerate(bars):
        y = 50 + height * number
        begin, end = sorted((x(1), x(times)))
        out.append(f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{html.escape(row["work"])}'
                   f'</text><rect x="{begin:.1f}" y="{y + 3}" width="{max(1.5, end - begin):.1f}" '
                   f'height="{height - 7}" fill="{"#2a7" if times >= 1 else "#c63"}"/>'
                   f'<text x="{max(end, x(1)) + 5:.1f}" y="{y + 13}" fill="#444">'
                   f'{times:.3g} × · {html.escape(spread(row["ours"][:1] and [statistics.median(row["ours"])], row["unit"]))}</text>')
    return "\n".join(out + ["</svg>", ""])


def missing(rows, parts):
    """Rows of parts that were run and did not come so far."""
    there = {row["key"] for row in rows}
    return [{"key": key, "work": key, "target": "", "unit": "", "ours": "not measured",
             "avahi": "–", "ratio": None, "limit": None, "met": False, "note": f"in {part}"}
            for part in parts for key in EXPECTED.get(part, "").split() if key not in there]


def main():
    source, out = map(pathlib.Path, sys.argv[1:3])
    rows = [json.loads(file.read_text()) for file in source.glob("*.json")]
    rows = sorted(rows + missing(rows, sys.argv[3:]), key=place)
    out.mkdir(parents=True, exist_ok=True)
    table = text(rows)
    (out / "table.txt").write_text(table)
    (out / "table.json").write_text(json.dumps(
        {"machine": {"kernel": platform.release(), "cores": os.cpu_count()}, "rows": rows},
        ensure_ascii=False, indent=1) + "\n")
    (out / "bench.svg").write_text(chart(rows))
    print(table)
    missed = [row["work"] for row in rows if not row["met"]]
    print(f"{len(rows) - len(missed)} of {len(rows)} targets met"
          + "".join(f"\n  NOT met: {work}" for work in missed))


if __name__ == "__main__":
    main()
