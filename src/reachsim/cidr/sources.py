"""Reading address blocks from whatever holds them: reachsim models, plain lists, CSV and JSON, files or
stdin.

The content decides what a file is; its name (`.yaml`, `.yml`, `.json`, `.csv`, `.tsv`) only where it is
known.

* A **model** is YAML with `vpcs`. Its VPCs' blocks are read, its subnets and its peering connections; nothing
  else is looked at, so that a design that does not load because of an overlap can still be asked about it.
* A **list** has one block or more on a line, then optionally a name, then optionally a comment after `#`. A
  single address is a block of one.
* A **CSV** file has a header with a column `cidr` (or `cidr_block`, `block`, `network`, `prefix`), optionally
  `name` (or `vpc`, `owner`) and `comment` (or `description`, `note`); or no header, and the columns in this
  order; or it is what AWS's console exports of VPCs or subnets.
* **JSON** is a list of blocks, a list of objects with the keys above, an object from names to a block or a
  list of blocks; what `aws ec2 describe-vpcs`, `describe-subnets`, `describe-vpc-peering-connections` and
  `get-ipam-resource-cidrs` print, of one account or of several; or a state of Terraform.
* What `reachsim import` takes is imported: a **template**, a **plan**, a **folder**, answers that a tool wrapped. All of
  these on one command line are imported together, so that one may name what is in another.

Every error of a file is reported at once, with its line; of very many the first hundred.
"""

from __future__ import annotations

import os.path
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

from reachsim.calls import checks_types, says_how_to_call
from reachsim.cidr.entries import CidrConnection, Entries, Entry, Sources, Standing, SubnetEntry
from reachsim.cidr.exports import read_json
from reachsim.cidr.lists import read_csv, read_list
from reachsim.cidr.models import read_model
from reachsim.cidr.problems import refuse
from reachsim.errors import DesignError, Problem, UsageError, summary
from reachsim.garbage import collector_paused
from reachsim.loading.edits import type_of
from reachsim.net.cidr import Cidr

if TYPE_CHECKING:
    from reachsim.importing import sources as importing
    from reachsim.opening import Said

_Told = TypeVar("_Told", Entry, SubnetEntry)

_LOOKS_LIKE_BLOCK: Final = re.compile(r"[0-9a-fA-F:.]*[0-9:.][0-9a-fA-F:.]*(/[0-9]+)?")


@checks_types
def read_sources(arguments: Iterable[str | os.PathLike[str]], said: Said | None = None) -> Sources:
    """Read what a command line names: files, ``-`` for standard input, or blocks and addresses themselves.

    Networks that AWS tells apart by their IDs are told apart: those of one name become ``name (id)``. Others of
    two files that have one name but not the same blocks become ``file:name``, so that no statement about one
    is taken for the other. `said`: what a file that is imported leaves open.
    Raises DesignError with the errors of all files, UsageError
    where a block on the command line is wrong.
    """
    parts: list[Sources] = []
    later: list[tuple[importing.Source, bool]] = []
    problems: list[Problem] = []
    for argument in [os.fspath(each) for each in arguments]:
        if argument != "-" and _LOOKS_LIKE_BLOCK.fullmatch(argument) and not os.path.exists(argument):
            try:
                parts.append(Sources(Entries([Entry(Cidr.parse_peer(argument))])))
            except ValueError as error:
                raise UsageError(str(error)) from None
            continue
        try:
            found = _read(argument)
        except DesignError as error:
            problems += error.problems
        else:
            parts += [found] if isinstance(found, Sources) else []
            later += found if isinstance(found, list) else []
    if problems:
        raise DesignError(problems)
    return _merge([*parts, *_imported(later, said)])


def _imported(given: list[tuple[importing.Source, bool]], said: Said | None = None) -> list[Sources]:
    """The blocks of what has to be imported, if anything has."""
    if not given:
        return []
    from reachsim.cidr.imported import imported
    from reachsim.importing import read_options

    return [imported(given, read_options(**(said or {})), summary([source.file for source, _ in given]))]


@checks_types
def read_source(path: str | os.PathLike[str]) -> Sources:
    """Read one file, or standard input for ``-``. Raises DesignError."""
    return _alone(_read(os.fspath(path)))


def _alone(found: Sources | list[tuple[importing.Source, bool]]) -> Sources:
    return _merge(_imported(found)) if isinstance(found, list) else _named(found)


def _read(path: str) -> Sources | list[tuple[importing.Source, bool]]:
    """What a file has, or what has to be imported of it."""
    if path == "-":
        stream = getattr(sys.stdin, "buffer", sys.stdin)
        return _parse(b"" if stream is None else stream.read(), "<stdin>")
    try:
        with open(path, "rb") as source:
            data = source.read()
    except FileNotFoundError:
        refuse(path, "no such file, and not a block such as 10.0.0.0/16")
    except IsADirectoryError:
        from reachsim.cidr.imported import in_folder

        found = in_folder(path)
        if not found:
            refuse(path, "this is a directory without anything that can be imported", hint="name the files in it")
        return found
    except (OSError, ValueError) as error:
        refuse(path, f"cannot be read: {getattr(error, 'strerror', None) or error}")
    return _parse(data, path)


@says_how_to_call
def parse_source(data: bytes | str, file: str) -> Sources:
    """Read the content of one file; `file` is its name for messages, and its ending may say what it is.

    Raises DesignError, and UsageError for what is neither text nor bytes.
    """
    if not isinstance(data, str | bytes | bytearray):
        raise UsageError(f"text or bytes are expected, not {type_of(data)}")
    return _alone(_parse(data, file))


def _parse(data: bytes | str, file: str) -> Sources | list[tuple[importing.Source, bool]]:
    if not isinstance(data, str):
        if data[:4] == b"PK\x03\x04":
            refuse(file, "this is a binary plan", hint="write `terraform show -json PLAN > plan.json`")
        try:
            # What PowerShell's > writes is in UTF-16.
            text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        except UnicodeDecodeError as error:
            if error.encoding != "utf-8":
                refuse(file, f"this is no text in UTF-16: {error.reason}", line=1, hint="save the file as UTF-8")
            refuse(
                file,
                f"the byte 0x{data[error.start]:02x} is not UTF-8",
                line=data.count(b"\n", 0, error.start) + 1,
                hint="save the file as UTF-8",
            )
    else:
        text = data
    form = _format_of(text, file)
    if form in ("model", "json") and _has_marks(text):
        from reachsim.cidr.imported import in_content

        return in_content(text, file)
    reader = {"model": read_model, "json": read_json, "csv": read_csv, "list": read_list}[form]
    try:
        with collector_paused():
            return reader(text, file)
    except DesignError:
        from reachsim.cidr.imported import in_wrapper

        wrapped = in_wrapper(text, file) if form == "json" else None
        if wrapped is None:
            raise
        return wrapped


def _has_marks(text: str) -> bool:
    from reachsim.cidr.imported import is_imported

    return is_imported(text)


def _format_of(text: str, file: str) -> str:
    ending = file.rpartition(".")[2].lower() if "." in file else ""
    if ending in ("yaml", "yml"):
        return "model"
    if ending == "json":
        return "json"
    if ending in ("csv", "tsv"):
        return "csv"
    for line in text[:100_000].splitlines()[:200]:
        line = line.partition("#")[0].strip()
        if not line:
            continue
        if line[0] in "{[":
            return "json"
        if re.match(r"[A-Za-z_][\w-]*:(\s|$)|---(\s|$)", line):
            return "model"
        return "csv" if re.match(r"[^\s,;]+ *[,;]|[A-Za-z_ ]+\t", line) else "list"
    return "list"


def _merge(parts: Sequence[Sources]) -> Sources:
    """One Sources of several; a name that means two things is told apart by its file, or by AWS's IDs."""
    owners: dict[str, dict[str, set[tuple[int, int]]]] = {}
    if len(parts) > 1:
        for part in parts:
            by_id = part.entries.named_by_id
            file = part.entries.file(0) or "" if part.entries else ""
            for index, owner in enumerate(part.entries.owners):
                if owner and index not in by_id:
                    block = (part.entries.networks[index], part.entries.lengths[index])
                    owners.setdefault(owner, {}).setdefault(file, set()).add(block)
    unclear = {
        name
        for name, files in owners.items()
        if len(files) > 1 and len({frozenset(blocks) for blocks in files.values()}) > 1
    }
    merged = Sources()
    for part in parts:
        if unclear and any(owner in unclear for owner in part.entries.owners):
            part = _with_files(part, unclear)
        merged.add(part)
    return _named(merged)


def _with_files(part: Sources, unclear: set[str]) -> Sources:
    file = part.entries.file(0) if part.entries else None
    by_id = part.entries.named_by_id

    def full(name: str) -> str:
        return f"{file}:{name}" if name in unclear and file else name

    entries = part.entries
    entries.owners = [owner if index in by_id else full(owner) for index, owner in enumerate(entries.owners)]
    return Sources(
        entries,
        [CidrConnection(c.name, full(c.one), full(c.other), c.status, c.kind) for c in part.connections],
        [Standing(full(s.name), s.cidrs, s.subnets, s.destinations, s.body) for s in part.standing],
        [s if s.vpc_id else _of(s, full(s.vpc)) for s in part.subnets],
    )


def _of(s: SubnetEntry, vpc: str) -> SubnetEntry:
    return SubnetEntry(s.cidr, vpc, s.name, s.available, s.vpc_id, s.id, s.comment, s.file, s.line)


def _named(found: Sources) -> Sources:
    """Names for networks that have an ID of AWS: the name where nobody else has it, else with the ID.

    What is said of one network twice is kept once. Subnets whose network has no block here stand for it.
    """
    if not found.entries.named_by_id and not found.subnets:
        return found
    labels = _labels(found)
    entries = Entries()
    for entry in _once(found.entries):
        label = labels[entry.id] if entry.id else entry.owner
        entries.append(Entry(entry.cidr, label, entry.comment, entry.file, entry.line, entry.id))
    with_blocks = {*entries.owners}
    subnets = [_of(subnet, labels.get(subnet.vpc_id, subnet.vpc)) for subnet in _once(found.subnets)]
    for subnet in subnets:
        if subnet.vpc not in with_blocks:
            comment = " ".join(part for part in (subnet.name or subnet.id, subnet.comment) if part)
            entries.append(Entry(subnet.cidr, subnet.vpc, comment, subnet.file, subnet.line, subnet.vpc_id))
    joined = [replace(c, one=labels.get(c.one, c.one), other=labels.get(c.other, c.other)) for c in found.connections]
    return Sources(entries, joined, found.standing, subnets)


def _labels(found: Sources) -> dict[str, str]:
    """What each network is called, by its ID of AWS."""
    names: dict[str, str] = {}
    for index, network in found.entries.named_by_id.items():
        names[network] = names.get(network) or found.entries.owners[index]
    for subnet in found.subnets:
        if subnet.vpc_id:
            names.setdefault(subnet.vpc_id, subnet.vpc)
    users = Counter(names.values())
    return {
        network: network if not name or name == network else name if users[name] == 1 else f"{name} ({network})"
        for network, name in names.items()
    }


def _once(said: Iterable[_Told]) -> Iterator[_Told]:
    """What is said, and what is said of one ID of AWS twice is kept once."""
    seen: set[tuple[str, Cidr]] = set()
    for one in said:
        if one.id:
            if (one.id, one.cidr) in seen:
                continue
            seen.add((one.id, one.cidr))
        yield one
