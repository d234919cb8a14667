"""Reading address blocks from whatever holds them: reachsim models, plain lists, CSV and JSON, files or
stdin.

The content decides what a file is; its name (`.yaml`, `.yml`, `.json`, `.csv`, `.tsv`) only where it is
known.

* A **model** is YAML with `vpcs`. Its VPCs' blocks are read, its subnets and its peering connections; nothing
  else is looked at, so that a design that does not load because of an overlap can still be asked about it.
* A **list** has one block a line, then optionally a name, then optionally a comment after `#`. A single
address
  is a block of one.
* A **CSV** file has a header with a column `cidr` (or `cidr_block`, `block`, `network`, `prefix`), optionally
  `name` (or `vpc`, `owner`) and `comment` (or `description`, `note`); or no header, and the columns in this
  order.
* **JSON** is a list of blocks, a list of objects with the keys above, an object from names to a block or a
list of
  blocks, or what `aws ec2 describe-vpcs` prints.

Every error of a file is reported at once, with its line; of very many the first hundred.
"""

from __future__ import annotations

import csv
import io
import json
import os.path
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from reachsim.errors import DesignError, Path, Problem, UsageError, shown
from reachsim.garbage import collector_paused
from reachsim.loading.document import Document, read_document
from reachsim.net.cidr import Cidr

MOST_PROBLEMS: Final = 100
"""Bad lines that are reported of one file."""
_CIDR_KEYS: Final = (
    "cidr", "cidr_block", "cidrblock", "block", "network", "prefix", "cidrs", "cidr_blocks",
)  # fmt: skip
_NAME_KEYS: Final = ("name", "vpc", "owner", "vpcid", "vpc_id")
_COMMENT_KEYS: Final = ("comment", "description", "note")
_DEAD: Final = frozenset({"deleted", "deleting", "rejected", "expired"})
_LOOKS_LIKE_BLOCK: Final = re.compile(r"[0-9a-fA-F:.]*[0-9:.][0-9a-fA-F:.]*(/[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Entry:
    """A block, whose it is, and where it was read.

    `owner`: the network that has it, such as a VPC's name; empty where nobody said. `comment`: what stood
    beside it. `file`, `line`: where it stands; None where it came from the command line or from Python.
    """

    cidr: Cidr
    owner: str = ""
    comment: str = ""
    file: str | None = None
    line: int | None = None

    @property
    def place(self) -> str:
        """``file:line``, as much of it as there is."""
        return ":".join(str(part) for part in (self.file, self.line) if part is not None)

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.cidr), self.owner) if part)


@dataclass(frozen=True, slots=True)
class Connection:
    """Two networks that a model joins.

    `name`: of the peering connection, or of the transit gateway to which both have routes; `kind` says which.
    `status`: AWS's word (PEER-1).
    """

    name: str
    one: str
    other: str
    status: str = "active"
    kind: str = "peering connection"

    @property
    def state(self) -> str:
        """``up`` (it carries traffic, or will when it is accepted), ``failed`` (AWS refused it) or
        ``gone``."""
        if self.status == "failed":
            return "failed"
        return "gone" if self.status in _DEAD else "up"


@dataclass(frozen=True, slots=True)
class Standing:
    """A VPC as a model has it: its blocks and its subnets, the destinations of its routes to elsewhere.

    `body`: all that the model says of it.
    """

    name: str
    cidrs: tuple[Cidr, ...]
    subnets: tuple[tuple[str, Cidr], ...] = ()
    destinations: tuple[Cidr, ...] = ()
    body: Mapping[str, Any] | None = field(default=None, compare=False)


@dataclass(slots=True)
class Sources:
    """What some files hold together."""

    entries: list[Entry] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    standing: list[Standing] = field(default_factory=list)

    def add(self, other: Sources) -> None:
        """Take over what another one holds."""
        self.entries += other.entries
        self.connections += other.connections
        self.standing += other.standing


def read_sources(arguments: Iterable[str]) -> Sources:
    """Read what a command line names: files, ``-`` for standard input, or blocks and addresses themselves.

    Networks of two files that have one name but not the same blocks become ``file:name``, so that no
    statement about one is taken for the other. Raises DesignError with the errors of all files, UsageError
    where a block on the command line is wrong.
    """
    parts: list[Sources] = []
    problems: list[Problem] = []
    for argument in arguments:
        if argument != "-" and _LOOKS_LIKE_BLOCK.fullmatch(argument) and not os.path.exists(argument):
            try:
                parts.append(Sources([Entry(Cidr.parse_peer(argument))]))
            except ValueError as error:
                raise UsageError(str(error)) from None
            continue
        try:
            parts.append(read_source(argument))
        except DesignError as error:
            problems += error.problems
    if problems:
        raise DesignError(problems)
    return _merge(parts)


def read_source(path: str) -> Sources:
    """Read one file, or standard input for ``-``. Raises DesignError."""
    if path == "-":
        stream = getattr(sys.stdin, "buffer", sys.stdin)
        return parse_source(b"" if stream is None else stream.read(), "<stdin>")
    try:
        with open(path, "rb") as source:
            data = source.read()
    except FileNotFoundError:
        _refuse(path, "no such file, and not a block such as 10.0.0.0/16")
    except IsADirectoryError:
        _refuse(path, "this is a directory", hint="name the files in it")
    except (OSError, ValueError) as error:
        _refuse(path, f"cannot be read: {getattr(error, 'strerror', None) or error}")
    return parse_source(data, path)


def parse_source(data: bytes | str, file: str) -> Sources:
    """Read the content of one file; `file` is its name for messages, and its ending may say what it is."""
    if isinstance(data, bytes):
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            _refuse(
                file,
                f"the byte 0x{data[error.start]:02x} is not UTF-8",
                line=data.count(b"\n", 0, error.start) + 1,
            )
    else:
        text = data
    reader = {"model": _read_model, "json": _read_json, "csv": _read_csv, "list": _read_list}[_format_of(text, file)]
    with collector_paused():
        return reader(text, file)


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
    """One Sources of several; a name that means two things is told apart by its file."""
    owners: dict[str, dict[str, set[Cidr]]] = {}
    for part in parts:
        for entry in part.entries:
            if entry.owner:
                owners.setdefault(entry.owner, {}).setdefault(entry.file or "", set()).add(entry.cidr)
    unclear = {
        name
        for name, files in owners.items()
        if len(files) > 1 and len({frozenset(blocks) for blocks in files.values()}) > 1
    }
    merged = Sources()
    for part in parts:
        if unclear and any(entry.owner in unclear for entry in part.entries):
            part = _with_files(part, unclear)
        merged.add(part)
    return merged


def _with_files(part: Sources, unclear: set[str]) -> Sources:
    file = next((entry.file for entry in part.entries if entry.file), None)

    def full(name: str) -> str:
        return f"{file}:{name}" if name in unclear and file else name

    return Sources(
        [Entry(e.cidr, full(e.owner), e.comment, e.file, e.line) for e in part.entries],
        [Connection(c.name, full(c.one), full(c.other), c.status, c.kind) for c in part.connections],
        [Standing(full(s.name), s.cidrs, s.subnets, s.destinations, s.body) for s in part.standing],
    )


# ---------------------------------------------------------------------------------------------------- lists


def _read_list(text: str, file: str) -> Sources:
    entries: list[Entry] = []
    problems: list[Problem] = []
    parse = Cidr.parse_peer
    for number, line in enumerate(text.split("\n"), 1):
        body, _, comment = line.partition("#")
        words = body.split(None, 1)
        if not words:
            continue
        try:
            block = parse(words[0].rstrip(","))
        except ValueError as error:
            if _too_many(problems, Problem(str(error), (), file, number)):
                break
            continue
        owner = words[1].strip(" \t\r,") if len(words) > 1 else ""
        entries.append(Entry(block, owner, comment.strip(), file, number))
    if problems:
        raise DesignError(problems)
    return Sources(entries)


def _too_many(problems: list[Problem], problem: Problem) -> bool:
    """Note a problem; whether there are so many that reading on would help nobody."""
    problems.append(problem)
    if len(problems) < MOST_PROBLEMS:
        return False
    problems[-1] = Problem(
        f"{problem.message} (the {MOST_PROBLEMS}th bad entry; the rest of the file was not read)",
        problem.path, problem.file, problem.line, problem.column,
    )  # fmt: skip
    return True


# ------------------------------------------------------------------------------------------------------ CSV


def _read_csv(text: str, file: str) -> Sources:
    sample = text[:4096]
    delimiter = "\t" if "\t" in sample and "," not in sample else ";" if ";" in sample and "," not in sample else ","
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    entries: list[Entry] = []
    problems: list[Problem] = []
    columns: tuple[int, int | None, int | None] | None = None
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells) or cells[0].startswith("#"):
                continue
            if columns is None:
                columns, is_header = _columns(cells, file, reader.line_num)
                if is_header:
                    continue
            cidr_at, name_at, comment_at = columns
            try:
                block = Cidr.parse_peer(_cell(cells, cidr_at))
            except ValueError as error:
                if _too_many(problems, Problem(str(error), (), file, reader.line_num)):
                    break
                continue
            entries.append(Entry(block, _cell(cells, name_at), _cell(cells, comment_at), file, reader.line_num))
    except csv.Error as error:
        problems.append(Problem(f"not valid CSV: {error}", (), file, reader.line_num))
    if problems:
        raise DesignError(problems)
    return Sources(entries)


def _cell(cells: Sequence[str], column: int | None) -> str:
    return cells[column] if column is not None and column < len(cells) else ""


def _columns(cells: list[str], file: str, line: int) -> tuple[tuple[int, int | None, int | None], bool]:
    """Where block, name and comment stand, and whether this first row is a header."""
    names = [cell.lower().replace(" ", "_").replace("-", "_") for cell in cells]
    cidr_at = next((i for i, name in enumerate(names) if name in _CIDR_KEYS), None)
    if cidr_at is not None:
        name_at = next((i for i, name in enumerate(names) if name in _NAME_KEYS), None)
        comment_at = next((i for i, name in enumerate(names) if name in _COMMENT_KEYS), None)
        return (cidr_at, name_at, comment_at), True
    if not any(character.isdigit() or character == ":" for character in cells[0]):
        _refuse(file, f"no column of this header is named 'cidr': {', '.join(cells)[:80]}", line=line,
                hint="name the column with the blocks 'cidr'")  # fmt: skip
    return (0, 1, 2), False


# ----------------------------------------------------------------------------------------------------- JSON


def _read_json(text: str, file: str) -> Sources:
    try:
        data = json.loads(text, object_pairs_hook=_pairs)
    except json.JSONDecodeError as error:
        _refuse(
            file,
            f"not valid JSON: {error.msg[0].lower()}{error.msg[1:]}",
            line=error.lineno,
            column=error.colno,
        )
    except ValueError as error:
        _refuse(file, f"not valid JSON: {error}")
    except RecursionError:
        _refuse(file, "not usable JSON: nested too deeply")
    if isinstance(data, dict) and "vpcs" in data:
        return _read_model(text, file)
    if isinstance(data, dict) and "Vpcs" in data:
        data = [_flatten_vpc(vpc) for vpc in _list(data["Vpcs"], file)]
    entries: list[Entry] = []
    wrong: list[tuple[Path, str]] = []
    for path, value, owner, comment in _json_values(data):
        try:
            if not isinstance(value, str):
                raise ValueError(f'a block is text such as "10.0.0.0/16", not {shown(value)}')
            entries.append(Entry(Cidr.parse_peer(value), owner, comment, file))
        except ValueError as error:
            wrong.append((path, str(error)))
            if len(wrong) == MOST_PROBLEMS:
                break
    if wrong:
        raise DesignError(_place_json(text, file, wrong))
    return Sources(entries)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ValueError(f"the key {shown(key)} stands twice in one object")
            seen.add(key)
    return made


def _list(value: Any, file: str) -> list[Any]:
    if not isinstance(value, list):
        _refuse(file, f"Vpcs: expected a list, found {shown(value)}")
    return value


def _flatten_vpc(vpc: Any) -> Any:
    """One VPC as `aws ec2 describe-vpcs` prints it, as an object with our keys."""
    if not isinstance(vpc, dict):
        return vpc
    tags = vpc.get("Tags") or []
    name = next((tag.get("Value") for tag in tags if isinstance(tag, dict) and tag.get("Key") == "Name"), None)
    blocks = [
        item.get("CidrBlock", item.get("Ipv6CidrBlock"))
        for key in ("CidrBlockAssociationSet", "Ipv6CidrBlockAssociationSet")
        for item in vpc.get(key) or []
        if isinstance(item, dict)
    ]
    return {"name": name or vpc.get("VpcId", ""), "cidrs": blocks or [vpc.get("CidrBlock")]}


def _json_values(data: Any) -> Iterator[tuple[Path, Any, str, str]]:
    """Path, value, owner and comment of everything that should be a block."""
    if isinstance(data, dict) and not any(str(key).lower() in _CIDR_KEYS for key in data):
        for name, value in data.items():
            if isinstance(value, dict):
                for path, block, owner, comment in _json_object((name,), value):
                    yield path, block, owner or name, comment
            elif isinstance(value, list):
                for index, block in enumerate(value):
                    yield (name, index), block, name, ""
            else:
                yield (name,), value, name, ""
        return
    for index, item in enumerate(data if isinstance(data, list) else [data]):
        here: Path = (index,) if isinstance(data, list) else ()
        if isinstance(item, dict):
            yield from _json_object(here, item)
        else:
            yield here, item, "", ""


def _json_object(path: Path, item: dict[str, Any]) -> Iterator[tuple[Path, Any, str, str]]:
    keys = {str(key).lower(): key for key in item}
    name = next((item[keys[key]] for key in _NAME_KEYS if key in keys), "")
    comment = next((item[keys[key]] for key in _COMMENT_KEYS if key in keys), "")
    key = next((keys[key] for key in _CIDR_KEYS if key in keys), None)
    if key is None:
        yield path, item, "", ""
        return
    value = item[key]
    for index, block in enumerate(value if isinstance(value, list) else [value]):
        where = (*path, key, index) if isinstance(value, list) else (*path, key)
        yield where, block, str(name or ""), str(comment or "")


_PAIR: Final = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", re.IGNORECASE)


def json_as_yaml(text: str) -> str:
    """JSON that a YAML reader takes: JSON writes a character beyond 16 bits as two escapes, YAML does not."""

    def joined(match: re.Match[str]) -> str:
        return chr(0x10000 + ((int(match[1], 16) & 0x3FF) << 10 | int(match[2], 16) & 0x3FF))

    return _PAIR.sub(joined, text)


def _place_json(text: str, file: str, wrong: list[tuple[Path, str]]) -> list[Problem]:
    """Problems with their lines. JSON has no positions, so it is read once more as the YAML that it nearly
    is."""
    text = json_as_yaml(text)
    wrapped = text.lstrip()[:1] == "["
    try:
        document = read_document('{"": ' + text + "}" if wrapped else text, file=file)
    except DesignError:  # JSON that is not YAML, or too large: paths without lines
        return [Problem(message, path, file) for path, message in wrong]
    out = []
    for path, message in wrong:
        line, column = document.position(("", *path) if wrapped else path)
        if wrapped and line == 1:
            column -= len('{"": ')
        out.append(Problem(message, path, file, line, column))
    return out


# --------------------------------------------------------------------------------------------------- models


def _read_model(text: str, file: str) -> Sources:
    document = read_document(text, file=file)
    if document.problems:
        raise DesignError(document.problems)
    return sources_of_document(document)


def sources_of_document(document: Document) -> Sources:
    """The blocks, subnets and peering connections of a model that was read, whatever else is in it."""
    reader = _ModelReader(document)
    found = reader.read()
    if reader.problems:
        raise DesignError(reader.problems)
    return found


class _ModelReader:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []

    def read(self) -> Sources:
        data = self.document.data
        if "vpcs" not in data:
            hint = "a model has 'vpcs'; a list of blocks is a file without the ending .yaml"
            self.problems.append(self.document.problem("this is not a reachsim model: it has no 'vpcs'", (), hint=hint))
            return Sources()
        out = Sources()
        for name, vpc in self._mapping(("vpcs",), data["vpcs"]).items():
            path: Path = ("vpcs", name)
            vpc = self._mapping(path, vpc)
            cidrs: list[Cidr] = []
            for key in ("cidrs", "ipv6_cidrs"):
                for index, value in enumerate(self._items((*path, key), vpc.get(key))):
                    where = (*path, key, index) if isinstance(vpc[key], list) else (*path, key)
                    block = self._block(where, value)
                    if block is not None:
                        cidrs.append(block)
                        line = self.document.position(where)[0]
                        out.entries.append(Entry(block, name, "", self.document.file, line))
            out.standing.append(
                Standing(name, tuple(cidrs), tuple(self._subnets(path, vpc)), tuple(self._destinations(path, vpc)), vpc)
            )
        out.connections += self._gateways(self._mapping(("vpcs",), data["vpcs"]), data.get("transit_gateways"))
        peerings = self._mapping(("peering_connections",), data.get("peering_connections"))
        for name, peering in peerings.items():
            peering = self._mapping(("peering_connections", name), peering)
            one, other = peering.get("requester"), peering.get("accepter")
            if isinstance(one, str) and isinstance(other, str):
                status = peering.get("status", "active")
                out.connections.append(Connection(name, one, other, status if isinstance(status, str) else "active"))
        return out

    def _gateways(self, vpcs: dict[str, Any], gateways: Any) -> Iterator[Connection]:
        """VPCs with routes to one transit gateway, joined by it."""
        for gateway in gateways if isinstance(gateways, dict) else ():
            joined = [name for name, vpc in vpcs.items() if gateway in _targets(vpc)]
            for index, one in enumerate(joined):
                for other in joined[index + 1 :]:
                    yield Connection(gateway, one, other, kind="transit gateway")

    def _subnets(self, path: Path, vpc: dict[str, Any]) -> Iterator[tuple[str, Cidr]]:
        for name, subnet in self._mapping((*path, "subnets"), vpc.get("subnets")).items():
            for key in ("cidr", "ipv6_cidr"):
                if isinstance(subnet, dict) and subnet.get(key) is not None:
                    block = self._block((*path, "subnets", name, key), subnet[key])
                    if block is not None:
                        yield name, block

    def _destinations(self, path: Path, vpc: dict[str, Any]) -> Iterator[Cidr]:
        """Destinations of routes to elsewhere; what is no block (a prefix list, a longer form) has none
        here."""
        tables = vpc.get("route_tables")
        for routes in tables.values() if isinstance(tables, dict) else ():
            for destination, target in routes.items() if isinstance(routes, dict) else ():
                if target != "local":
                    try:
                        yield Cidr.parse_lenient(destination)
                    except ValueError:
                        continue

    def _mapping(self, path: Path, value: Any) -> dict[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.problems.append(self.document.problem(f"expected a mapping, found {shown(value)}", path))
            return {}
        return value

    def _items(self, path: Path, value: Any) -> list[Any]:
        if value is None:
            return []
        return value if isinstance(value, list) else [value]

    def _block(self, path: Path, value: Any) -> Cidr | None:
        try:
            if not isinstance(value, str):
                raise ValueError(f"expected a block such as 10.0.0.0/16, found {shown(value)}")
            return Cidr.parse(value)
        except ValueError as error:
            self.problems.append(self.document.problem(str(error), path))
            return None


def _targets(vpc: Any) -> set[Any]:
    tables = vpc.get("route_tables") if isinstance(vpc, dict) else None
    return {
        target
        for routes in (tables.values() if isinstance(tables, dict) else ())
        for target in (routes.values() if isinstance(routes, dict) else ())
        if isinstance(target, str)
    }


def _refuse(
    file: str, message: str, *, line: int | None = None, column: int | None = None, hint: str | None = None
) -> NoReturn:
    raise DesignError(Problem(message, (), file, line, column, hint))
