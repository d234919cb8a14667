"""Files and folders to a design: what each is, and what of it AWS would not take."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from typing import Any

from reachsim.errors import DesignError, Problem, UsageError
from reachsim.importing.builder import build
from reachsim.importing.builder.vpcs import PLACEHOLDER
from reachsim.importing.imported import Imported, Note
from reachsim.importing.inventory import Inventory, Origin
from reachsim.importing.options import Options
from reachsim.importing.readers import Reader, check_options, reader_of
from reachsim.importing.sources import Source, sources
from reachsim.loading.load import loads_source

_ROUNDS = 50


def import_files(paths: Iterable[str | os.PathLike[str]], options: Options | None = None) -> Imported:
    """A design from files, or folders of them. `options`: what they do not say themselves.

    Raises UsageError for what is nothing that can be imported, and for options that say nothing to any file.
    """
    return import_sources(_sources(paths), options or Options())


def _sources(paths: Iterable[str | os.PathLike[str]]) -> Iterator[tuple[Source, bool]]:
    """Every file, and whether it was named itself."""
    for path in paths:
        for source in sources(path):
            yield source, source.file in (os.fspath(path), "<stdin>")


def import_sources(given: Iterable[tuple[Source, bool]], options: Options) -> Imported:
    """A design from files that were decoded, each with whether it was named itself: one that only lies in a folder need not
    be anything that is read. Raises UsageError as `import_files`."""
    found = Inventory()
    readers: set[Reader] = set()
    for source, named in given:
        try:
            reader = reader_of(source)
        except UsageError:
            if named:
                raise
            found.not_read.append((source.file, "it is nothing that can be imported", Origin(source.file, "")))
            continue
        reader.read(found, source, options)
        readers.add(reader)
    for reader in readers:
        if reader.finish is not None:
            reader.finish(found, options)
    check_options(options, readers, found.parameters)
    if not any(found.items.values()) and not found.held:
        raise UsageError("nothing in it is part of a network")
    out = build(found)
    out.names |= {alias: out.names[id] for alias, id in found.aliases.items() if id in out.names}
    for id, text, origin in found.refused:
        out.notes.append(Note("left out", id, f"a value that AWS would refuse: {text}", str(origin)))
    out.notes += [Note("assumed", what, why, str(origin)) for what, why, origin in found.assumed]
    out.notes += [Note("not read", what, why, str(origin)) for what, why, origin in found.not_read]
    for item in found.differing:
        out.notes.append(
            Note("assumed", item.id, "it was read more than once, and the last one counts", str(item.origin))
        )
    for kind, origin in found.partial.items():
        out.notes.append(Note("unknown", kind, "there are more pages of them, which were not read", str(origin)))
    leave_out_refused(out)
    return out


def leave_out_refused(out: Imported) -> None:
    """Take out of a design what AWS would refuse, each with a note, until the rest of it loads.

    Raises DesignError where what is refused is the design itself.
    """
    for _ in range(_ROUNDS):
        try:
            loads_source(json.dumps(out.design, indent=0), file="imported")
            return
        except DesignError as error:
            for problem in error.problems:
                if not _leave_out(out, problem):
                    raise
    raise DesignError([Problem("too much of it is refused")])


def _leave_out(out: Imported, problem: Problem) -> bool:
    """Take one refused part out; False where there is none that may go alone."""
    path = list(problem.path)
    while len(path) > _KEPT:
        holder: Any = out.design
        step: Any
        for step in path[:-1]:
            holder = holder[step] if isinstance(holder, list) or step in holder else None
            if holder is None:
                break
        last: Any = path[-1]
        whole = isinstance(holder, list) or (isinstance(holder, dict) and last in holder and _may_go(path))
        if holder is not None and whole:
            try:
                del holder[last]
            except (KeyError, IndexError):
                return True
            if holder == [] and path[-2] == "cidrs":
                holder.append(PLACEHOLDER)
            out.notes.append(Note("left out", ".".join(map(str, path)), problem.message))
            return True
        path.pop()
    return False


_KEPT = 3
_SECTIONS = frozenset(
    (
        *(
            "subnets",
            "instances",
            "interfaces",
            "nat_gateways",
            "vpc_endpoints",
            "load_balancers",
            "network_interfaces",
        ),
        *("route_tables", "routes", "main", "security_groups", "network_acls", "vpn_gateways"),
    )
)


def _may_go(path: list[str | int]) -> bool:
    return path[-2] in _SECTIONS or (len(path) > 4 and path[2] == "route_tables") or path[-1] in _OPTIONAL


_OPTIONAL = frozenset({"private_ip", "public_ip", "ipv6_address", "az", "secondary_private_ips"})
