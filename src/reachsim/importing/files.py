"""Files and folders to a design: what each is, and what of it AWS would not take."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from reachsim.errors import DesignError, Problem, ReachsimError, UsageError, summary
from reachsim.importing.builder import build
from reachsim.importing.imported import Imported, Note
from reachsim.importing.inventory import Inventory, Origin
from reachsim.importing.options import Options
from reachsim.importing.readers import SORTS, Reader, check_options, reader_of
from reachsim.importing.refusals import leave_out_refused
from reachsim.importing.sources import STDIN, Source, sources
from reachsim.loading.marks import is_design


def import_files(paths: Iterable[str | os.PathLike[str]], options: Options | None = None) -> Imported:
    """A design from files, or folders of them. `options`: what they do not say themselves.

    Raises DesignError for what is nothing that can be imported, UsageError for options that say nothing to any file.
    """
    named = [os.fspath(path) for path in paths]
    return import_sources(_given(named), options or Options(), _called(named))


def import_sides(paths: Iterable[str | os.PathLike[str]], options: Options | None = None) -> tuple[Imported, Imported]:
    """What is and what will be, of a file that tells both: a plan. Raises as `import_files`, and UsageError where the files
    tell one of the two alone."""
    named = [os.fspath(path) for path in paths]
    return sides_of(list(_given(named)), options or Options(), _called(named))


def sides_of(given: Sequence[tuple[Source, bool]], options: Options, file: str) -> tuple[Imported, Imported]:
    """As `import_sides`, of files that were decoded."""
    if any(is_design(source.text, source.data) for source, _ in given):
        raise UsageError(f"{file} {_ONE_SIDE}")
    before, after = (import_sources(given, replace(options, before=side), file) for side in (True, False))
    before.file, after.file = f"{file} (before)", f"{file} (after)"
    return before, after


_ONE_SIDE = "says one side alone, which only a plan does not; name the other one too"


def _given(paths: Sequence[str]) -> Iterator[tuple[Source, bool]]:
    """Every file, and whether it was named itself: one that only lies in a folder need not be anything that is read."""
    return ((source, source.file in (path, STDIN)) for path in paths for source in sources(path))


def _called(paths: Sequence[str]) -> str:
    return summary([STDIN if path == "-" else path for path in paths])


def import_sources(given: Iterable[tuple[Source, bool]], options: Options, file: str) -> Imported:
    """A design from files that were decoded, as `read_sources` takes them. Raises ReachsimError as `import_files`."""
    return designed(read_sources(given, options, file), file)


def read_sources(given: Iterable[tuple[Source, bool]], options: Options, file: str) -> Inventory:
    """All objects in files that were decoded, each with whether it was named itself: one that only lies in a folder need not
    be anything that is read. `file`: what to call them in messages. Raises ReachsimError as `import_files`."""
    found = Inventory()
    readers: dict[Reader, None] = {}
    designs: list[str] = []
    for source, named in given:
        try:
            reader = reader_of(source)
        except ReachsimError:
            if named:
                raise
            if is_design(source.text, source.data):
                designs.append(source.file)
            why = "it is a design by itself" if source.file in designs else "it is nothing that can be imported"
            found.not_read.append((source.file, why, Origin(source.file, "")))
            continue
        with well_formed(source.file):
            reader.read(found, source, options)
        readers[reader] = None
    for reader in readers:
        if reader.finish is not None:
            with well_formed(file):
                reader.finish(found, options)
    check_options(options, readers, found.parameters)
    if options.before and not found.two_sides:
        raise UsageError(f"{file} {_ONE_SIDE}")
    if not any(found.items.values()) and not options.before and not found.held:
        if designs:
            hint = f"each file is asked by itself: {summary(designs)}"
            raise DesignError(Problem("it is a folder of designs", (), file, hint=hint))
        hint = f"a design has version and vpcs; what can be imported: {SORTS}"
        raise DesignError(Problem("nothing in it is part of a network", (), file, hint=hint))
    return found


def designed(found: Inventory, file: str) -> Imported:
    """The design of what was read, and what there is to say about it. `file`: what to call what it was read from."""
    with well_formed(file):
        out = build(found)
    out.names |= {alias: out.names[id] for alias, id in found.aliases.items() if id in out.names}
    out.file = file
    out.read = {kind: len(items) for kind, items in found.items.items() if items}
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


@contextmanager
def well_formed(file: str) -> Iterator[None]:
    """What reads a file expects of each part the form that AWS's and Terraform's tools give it. Raises DesignError where one
    has another: no part is named, as it may hold a secret."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        at = traceback.extract_tb(error.__traceback__)[-1]
        text = "a part of it has not the form that AWS's and Terraform's tools give it"
        hint = f"if they wrote it so, please report it ({os.path.basename(at.filename)}:{at.lineno})"
        raise DesignError(Problem(text, (), file, hint=hint)) from error
