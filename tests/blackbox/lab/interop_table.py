"""The interoperability matrix as text."""
from .interop_row import COLUMNS, LONG

CELL = 7


def table(rows):
    """Ends with an empty line: tools/dev/summary.py copies it up to there."""
    groups = {}
    for column in COLUMNS:
        group, _, side = column.rpartition(" ")
        groups.setdefault(group, []).append(side)
    width = max(len(row.title) for row in rows) + 2
    lines = ["table: other stacks and this one",
             " " * width + "".join(f"{g:{CELL * len(sides) + 1}}" for g, sides in groups.items()),
             " " * width + "".join("".join(f"{s:{CELL}}" for s in sides) + " "
                                   for sides in groups.values())]
    for row in rows:
        lines.append(f"{row.title:{width}}" + "".join(
            "".join(f"{row.cells[f'{g} {s}']:{CELL}}" for s in sides) + " "
            for g, sides in groups.items()))
    lines.append("ok: seen; peer: the peer's fault, shown by what was on the wire; "
                 "-: there is no such thing")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def legend(rows):
    lines = ["what the columns mean:", *(f"  {c:15}{what}" for c, what in COLUMNS.items())]
    if not LONG:
        lines.append("  not tried in the short form: the 120 s after which the addresses of a "
                     "crashed peer are forgotten unasked (AVAHID_LONG=1)")
    lines.append("what is behind the cells:")
    reasons = {}  # (cell, peer, why) -> columns
    for row in rows:
        for column, why in row.why.items():
            cell = row.cells.get(column, "FAIL")
            about = row.title if cell == "FAIL" else row.title.rpartition(" ")[0]
            if why == "does not speak IPv6":
                about = row.title
            reasons.setdefault((cell, about, why), []).append(column)
    for (cell, about, why), columns in reasons.items():
        named = "all" if len(set(columns)) == len(COLUMNS) else ", ".join(dict.fromkeys(columns))
        lines.append(f"  {cell:5}{about}: {named}: {why}")
    return "\n".join(lines) + "\n"
