"""Which reader takes a file. Each reader is a module of its own; here is only their order."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from reachsim.errors import DesignError, Problem, UsageError, shown, suggest, summary
from reachsim.importing import describe
from reachsim.importing.cloudformation import reader as template
from reachsim.importing.inventory import Inventory
from reachsim.importing.options import Options
from reachsim.importing.sources import Source
from reachsim.importing.terraform import reader as terraform
from reachsim.loading.marks import is_design


@dataclass(frozen=True)
class Reader:
    """A sort of file.

    `name`: as a user would call it. `recognises`: whether a file is of the sort, from its marks alone and for every file
    there is (a text that is not JSON has no data, and its reader parses the text). `read`: takes what it tells into an
    inventory, given what a person said; it opens no file. `takes`: which fields of `Options` mean something to it;
    one that takes parameters adds the names that a file has to `Inventory.parameters`.
    """

    name: str
    recognises: Callable[[Source], bool]
    read: Callable[[Inventory, Source, Options], None]
    takes: frozenset[str] = frozenset()
    finish: Callable[[Inventory, Options], None] | None = None
    """Called once after the last file, for files that can only be understood together."""


READERS: Final[tuple[Reader, ...]] = (
    Reader("CloudFormation templates", template.recognises, template.hold, template.TAKES, template.read_held),
    Reader("Terraform's plans and states", terraform.recognises, terraform.read_source),
    Reader("answers of describe calls", describe.recognises, describe.read_source),
)
"""In the order in which they are asked; describe takes all JSON, so it is the last."""
SORTS: Final = ", ".join(reader.name for reader in READERS)

_SPELLED: Final = {"parameters": "--parameter", "stacks": "--stack", "region": "--region", "account": "--account"}


def reader_of(source: Source) -> Reader:
    """The first reader that recognises a file. Raises DesignError where none does, UsageError for a design."""
    if is_design(source.text, source.data):
        raise UsageError(f"{source.file} is a design in itself, and nothing to be imported; give it alone")
    for reader in READERS:
        if reader.recognises(source):
            return reader
    text = f"this is neither a design nor anything that can be imported (as JSON: {source.not_json})"
    raise DesignError(Problem(text, (), source.file))


def check_options(options: Options, readers: Collection[Reader], parameters: Collection[str]) -> None:
    """Refuse what was given and says nothing to any file. `parameters`: the names that the files have. Raises UsageError."""
    for name in options.given:
        if not any(name in reader.takes for reader in readers):
            sorts = " and ".join(reader.name for reader in READERS if name in reader.takes)
            raise UsageError(
                f"{_SPELLED[name]} says nothing to these files" + (f"; it is for {sorts}" if sorts else "")
            )
    for name in options.parameters:
        if name not in parameters:
            near = suggest(name, parameters)
            hint = f"did you mean {shown(near)}?" if near else _those(parameters)
            raise UsageError(f"no file has a parameter {shown(name)}; {hint}")


def _those(parameters: Collection[str]) -> str:
    return f"there are {summary(sorted(parameters))}" if parameters else "they have none"
