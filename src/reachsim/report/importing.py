"""What an import read and what it left open, as text and as data."""

from __future__ import annotations

from typing import Any

from reachsim.importing import Imported, Note
from reachsim.report.text import PLAIN, Look, grid, hanging, number

_KINDS = {
    "unknown": "not known; what hangs on it is undecided",
    "left out": "left out",
    "assumed": "assumed",
    "not read": "not read",
}


def report_text(found: Imported, look: Look = PLAIN) -> str:
    """How many objects of each sort the design has, then what was not known, left out or assumed."""
    counts = _counts(found)
    made = ", ".join(number(count, noun) for noun, count in counts.items() if count)
    lines = [f"IMPORTED  {made or 'nothing'}"]
    lines += hanging("", _understood(found), look.width)
    if found.names:
        rows = [["in the design", "id"], *([name, id] for id, name in found.names.items())]
        lines += ["", *grid(rows, look.width, indent=2)]
    for kind, title in _KINDS.items():
        notes = [note for note in found.notes if note.kind == kind]
        if notes:
            lines += ["", f"{title}:"]
            lines += [line for note in notes for line in hanging("  ", _line(note), look.width)]
    return "\n".join(lines)


def _understood(found: Imported) -> str:
    """How many objects were understood, and how many were not read although they matter."""
    kinds = ", ".join(f"{count} {kind}" for kind, count in found.read.items() if count)
    left = sum(note.kind == "not read" for note in found.notes)
    return (
        f"understood: {number(sum(found.read.values()), 'object')}{kinds and f' ({kinds})'}; not read: {left or 'none'}"
    )


def _line(note: Note) -> str:
    return f"{note.what}: {note.text}" + (f"  {note.origin}" if note.origin else "")


def _counts(found: Imported) -> dict[str, int]:
    vpcs = found.design["vpcs"].values()
    inside = {"subnet": "subnets", "instance": "instances", "interface": "interfaces", "group": "security_groups"}
    return {"VPC": len(found.design["vpcs"])} | {
        noun: sum(len(body.get(section, {})) for body in vpcs) for noun, section in inside.items()
    }


def report_data(found: Imported) -> dict[str, Any]:
    """Plain data for JSON."""
    return {
        "understood": found.read,
        "names": found.names,
        "origins": {".".join(map(str, path)): str(where) for path, where in found.origins.items()},
        "notes": [
            {"kind": note.kind, "what": note.what, "text": note.text, "origin": note.origin} for note in found.notes
        ],
    }
