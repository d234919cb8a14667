"""What an import makes of each case of ../shared/data, counted: the table of docs/importing.md.

`python -m tests.tools.import_table` prints it; with `--objects` every object that is not understood, with the reason.
An object is *understood* where the design has it, or where it is part of another; *open* where something of it is not known;
*left out* where AWS would refuse it, what it is in was not collected, or it is there no more; *silent* where nothing says
what became of it. *Not read* are objects of kinds that are not read.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from reachsim.errors import ReachsimError
from reachsim.importing.builder.owners import Owners
from reachsim.importing.builder.remainder import is_gone
from reachsim.importing.files import designed, read_sources
from reachsim.importing.imported import Imported
from reachsim.importing.inventory import Inventory, Item
from reachsim.importing.kinds import PARTS
from reachsim.importing.options import Options
from reachsim.importing.sources import sources

DATA = Path(__file__).parents[2].parent / "shared" / "data"
COLUMNS = ("understood", "open", "left out", "silent")


Groups = list[list[Path]]
"""Files of a case; those of one list are read together."""
_READ = frozenset({".json", ".tfstate", ".yaml", ".yml", ".template"})
_ABOUT = frozenset({"expected.yaml", "expected-change.yaml", "links.json"})


def cases() -> Iterator[tuple[str, Groups]]:
    """Name and files of each case: answers of describe calls together, plans, states and templates one by one."""
    for folder in ("aws", "describe"):
        for case in sorted((DATA / folder).glob("*/")):
            files = [file for file in sorted(case.rglob("*.json")) if "expected-original" not in file.parts]
            if files:
                yield f"{folder}/{case.name}", [files]
    for case in sorted((DATA / "terraform-plans").glob("*/describe/")):
        yield f"terraform-plans/{case.parent.name}/describe", [sorted(case.glob("*.json"))]
    for folder in ("terraform", "terraform-plans", "cloudformation"):
        for case in sorted((DATA / folder).glob("*/")):
            files = [file for file in sorted(case.rglob("*")) if file.suffix in _READ and file.name not in _ABOUT]
            alone = [[file] for file in files if "describe" not in file.parts]
            if alone:
                yield f"{folder}/{case.name}", alone


def fates(found: Inventory, out: Imported) -> Iterator[tuple[str, Item, str]]:
    """What became of each object: its kind, itself, and the column that it counts in."""
    owners = Owners(found)
    said = {kind: {note.what for note in out.notes if note.kind == kind} for kind in ("unknown", "left out")}
    for kind, members in found.items.items():
        for id, item in members.items():
            names = {id, item.name, out.names.get(id, id), out.names.get(id, id).rpartition(".")[2]}
            if names & said["left out"] or is_gone(item):
                yield kind, item, "left out"
            elif names & said["unknown"]:
                yield kind, item, "open"
            else:
                yield kind, item, "understood" if id in out.names or kind in PARTS or owners.has(item) else "silent"


def rows(*, objects: bool) -> Iterator[str]:
    """The lines of the table."""
    yield "| case | files | objects | " + " | ".join(COLUMNS) + " | not read |"
    yield "| --- |" + " --- |" * (len(COLUMNS) + 3)
    total: Counter[str] = Counter()
    for name, groups in cases():
        counted = [_counted(name, files) for files in groups]
        counts = sum((each for each, _ in counted), Counter[str]())
        total += counts
        yield _row(name, counts)
        yield from (f"    {line}" for _, lines in counted for line in lines if objects)
    yield _row("all", total)


def _counted(name: str, files: Iterable[Path]) -> tuple[Counter[str], list[str]]:
    given = [(source, True) for file in files for source in sources(file)]
    counts = Counter({"files": len(given)})
    lines: list[str] = []
    try:
        found = read_sources(given, Options(), name)
        out = designed(found, name)
    except ReachsimError as error:
        return counts, [str(error)]
    for kind, item, fate in fates(found, out):
        counts[fate] += 1
        counts["objects"] += 1
        if fate != "understood":
            lines.append(f"{fate}: {kind} {item.id}")
    counts["not read"] = sum(int(text.split()[0]) if text.split()[0].isdigit() else 1 for _, text, _ in found.not_read)
    return counts, [*lines, *(f"not read: {what}: {text}" for what, text, _ in found.not_read)]


def _row(name: str, counts: Counter[str]) -> str:
    return f"| {name} | " + " | ".join(str(counts[key]) for key in ("files", "objects", *COLUMNS, "not read")) + " |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", action="store_true", help="name every object that is not understood")
    for row in rows(objects=parser.parse_args().objects):
        print(row)


if __name__ == "__main__":
    main()
