"""The rows of the table: what each part measured, kept in files until the table is drawn."""
import json
import os
import pathlib
import statistics

FOLDER = pathlib.Path(os.environ.get("AVAHID_BENCH_ROWS", "/tmp/avahid-bench-rows"))


def spread(samples, unit="", digits=3):
    """Median, and between what: "12.3 (11.8–14.0) µs"."""
    if isinstance(samples, str):
        return samples
    shown = [f"{value:.{digits}g}" if abs(value) < 1000 else f"{value:,.0f}"
             for value in (statistics.median(samples), min(samples), max(samples))]
    range_ = f" ({shown[1]}–{shown[2]})" if len(samples) > 1 and shown[1] != shown[2] else ""
    return f"{shown[0]}{range_}{' ' + unit if unit else ''}"


def ratio(samples, limits):
    """Of what was measured in turns: the median of the ratios of neighbours."""
    return statistics.median(a / b for a, b in zip(samples, limits))


def put(key, work, target, *, ours, met, unit="", avahi="–", ratio=None, limit=None, note=""):
    """One row. `ours` and `avahi`: samples, or a text such as "not done in 60 s"; `ratio`: the one that
    the target speaks of; `limit`: samples of the echo or the bare sender."""
    row = {"key": key, "work": work, "target": target, "unit": unit, "ours": ours, "avahi": avahi,
           "ratio": ratio, "limit": limit, "met": bool(met), "note": note}
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{key}.json").write_text(json.dumps(row, ensure_ascii=False))
    print(f"  {work}: {spread(ours, unit)}"
          + (f", ratio {ratio:.2f}" if ratio is not None else "")
          + (f", limit {spread(limit, unit)}" if limit else "")
          + f", avahi {spread(avahi, unit)}; target {target}: {'met' if met else 'NOT met'}"
          + (f" [{note}]" if note else ""), flush=True)
