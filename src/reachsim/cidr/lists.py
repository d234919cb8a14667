"""Reading blocks from plain lists and from CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from reachsim.cidr.entries import Entries, Sources, SubnetEntry
from reachsim.cidr.problems import CIDR_KEYS, COMMENT_KEYS, NAME_KEYS, refuse, too_many
from reachsim.errors import DesignError, Problem
from reachsim.net.cidr import Cidr

_NUMBER: Final = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_ADDRESS: Final = rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}\.{_NUMBER}"
_LENGTH: Final = "([12]?[0-9]|3[0-2])"
# A line as almost all are: an IPv4 block, and a name of which no word can be another block. Else the whole line.
_LINES: Final = re.compile(rf"{_ADDRESS}/{_LENGTH}(?:[ \t]+([A-Za-z_][^\n\r\t#,;:/ ]*))?\r?(?:\n|\Z)|([^\n]*)(?:\n|\Z)")
_BLOCK: Final = re.compile(rf"{_ADDRESS}(?:/{_LENGTH})?").fullmatch
# Looking a number up is faster than reading it, and there are few.
_NUMBERS: Final = {str(number): number for number in range(256)}
_HOST_BITS: Final = {str(length): (1 << (32 - length)) - 1 for length in range(33)}
_LIKE_BLOCK: Final = re.compile(r"(?=[^/]*[.:])[0-9A-Fa-f:.]+/[0-9]+|[0-9]+(\.[0-9]+){3}")
_NONE: Final = ("-", "–")
"""What the console writes where there is nothing."""
_KEPT: Final = 1 << 16
"""Names that are remembered, so that one that stands often is kept once."""


def parse_block(text: str) -> tuple[int, int]:
    """Network and prefix length of a block or a single address, as `Cidr.parse_peer` reads it. Raises ValueError.

    >>> parse_block("0.0.1.0/24")
    (256, 24)
    """
    match = _BLOCK(text)
    if match is not None:
        a, b, c, d, length = match.groups()
        place = _NUMBERS[a] << 24 | _NUMBERS[b] << 16 | _NUMBERS[c] << 8 | _NUMBERS[d]
        if length is None:
            return place, 32
        if not place & _HOST_BITS[length]:
            return place, int(length)
    block = Cidr.parse_peer(text)  # IPv6, or wrong: it says what
    return block.network, block.prefix_length


def is_block(word: str) -> bool:
    """Whether a word where a name might stand is meant as one more block, right or wrong."""
    if _LIKE_BLOCK.fullmatch(word):
        return True
    if ":" not in word:
        return False
    try:
        Cidr.parse_peer(word)
    except ValueError:
        return False
    return True


def refuse_late_block(name: str) -> None:
    """Raises ValueError where a block stands behind a name: nobody would miss it."""
    for word in re.split(r"[\s,;]+", name):
        if "/" in word and is_block(word):
            raise ValueError(f"the block {word} stands behind a name; write blocks first, and remarks after #")


def read_list(text: str, file: str) -> Sources:
    """One block or more on a line, then optionally a name, then optionally a comment after ``#``."""
    entries = Entries()
    entries.begin(file)
    problems: list[Problem] = []
    names: dict[str, str] = {}
    numbers, host_bits = _NUMBERS, _HOST_BITS
    put = entries.columns()
    for number, match in enumerate(_LINES.finditer(text), 1):
        a, b, c, d, length, name, other = match.groups()
        if a is not None:
            place = numbers[a] << 24 | numbers[b] << 16 | numbers[c] << 8 | numbers[d]
            if not place & host_bits[length]:
                if name is None:
                    name = ""
                elif name in names:
                    name = names[name]
                elif len(names) < _KEPT:
                    names[name] = name
                put[0](place)
                put[1](numbers[length])
                put[2](name)
                put[3](number)
                continue
            other = match.group()
        body, _, comment = other.partition("#")
        blocks, owner = _line(body)
        try:
            found = [parse_block(block) for block in blocks]
            refuse_late_block(owner)
        except ValueError as error:
            if too_many(problems, Problem(str(error), (), file, number)):
                break
            continue
        for network, bits in found:
            entries.add(network, bits, owner, comment.strip(), number)
            put = entries.columns()
    if problems:
        raise DesignError(problems)
    return Sources(entries)


def _line(body: str) -> tuple[list[str], str]:
    """The blocks at the beginning of a line, and what follows them."""
    blocks: list[str] = []
    rest = body.strip(" \t\r,;")
    while rest and (not blocks or is_block(re.split(r"[\s,;]", rest, maxsplit=1)[0])):
        word, *tail = re.split(r"[\s,;]+", rest, maxsplit=1)
        blocks.append(word)
        rest = tail[0] if tail else ""
    return blocks, rest.strip(" \t\r,;")


# ------------------------------------------------------------------------------------------------------ CSV


class _Columns(NamedTuple):
    """Where in a row things stand."""

    cidrs: Sequence[int]
    name: int | None = None
    comment: int | None = None
    id: int | None = None
    subnet: int | None = None
    subnet_id: int | None = None
    available: int | None = None
    more: bool = False  # without a header: what may be a name may be one more block


def read_csv(text: str, file: str) -> Sources:
    """A table with a header, as people or AWS's console write it, or without: block, name, comment."""
    sample = text[:4096]
    delimiter = "\t" if "\t" in sample and "," not in sample else ";" if ";" in sample and "," not in sample else ","
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    out = Sources()
    out.entries.begin(file)
    problems: list[Problem] = []
    columns: _Columns | None = None
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells) or cells[0].startswith("#"):
                continue
            if columns is None:
                columns, is_header = _columns(cells, file, reader.line_num)
                if is_header:
                    continue
            try:
                _read_row(out, columns, cells, file, reader.line_num)
            except ValueError as error:
                if too_many(problems, Problem(str(error), (), file, reader.line_num)):
                    break
    except csv.Error as error:
        problems.append(Problem(f"not valid CSV: {error}", (), file, reader.line_num))
    if problems:
        raise DesignError(problems)
    return out


def _read_row(out: Sources, columns: _Columns, cells: list[str], file: str, line: int) -> None:
    name_at, comment_at = columns.name, columns.comment
    if columns.more:
        at = 1
        while at < len(cells) and is_block(cells[at]):
            at += 1
        blocks = [parse_block(cell) for cell in cells[:at]]
        name_at, comment_at = at, at + 1
        for cell in cells[at + 1 :]:
            if is_block(cell):
                refuse_late_block(cell)
    elif len(columns.cidrs) == 1 and _BLOCK(_cell(cells, columns.cidrs[0])):
        blocks = [parse_block(_cell(cells, columns.cidrs[0]))]
    else:
        words = [word for at in columns.cidrs for word in _blocks_of(_cell(cells, at))]
        blocks = [parse_block(word) for word in words or [""]]  # without any, it says that the address is empty
    owner, comment = _cell(cells, name_at), _cell(cells, comment_at)
    owner = "" if owner in _NONE else owner
    network = _id(_cell(cells, columns.id)) if columns.id is not None else ""
    if columns.subnet_id is None:
        for place, bits in blocks:
            out.entries.add(place, bits, owner, comment, line, network)
        return
    free = _cell(cells, columns.available).replace(",", "")
    available = int(free) if free.isascii() and free.isdigit() else None
    name, subnet_id = _cell(cells, columns.subnet), _cell(cells, columns.subnet_id)
    name = "" if name in _NONE else name
    for place, bits in blocks:
        cidr = Cidr(place, bits)
        count = available if cidr.version == 4 else None
        out.subnets.append(SubnetEntry(cidr, "", name, count, network, subnet_id, comment, file, line))


def _id(text: str) -> str:
    """The ID in a cell of the console, which may have the name beside it: ``vpc-0abc | prod``."""
    return text.partition("|")[0].strip()


def _blocks_of(cell: str) -> Iterator[str]:
    """The blocks of a cell; the console writes a dash where there is none."""
    return (word for word in re.split(r"[\s,;]+", cell) if word and word not in _NONE)


def _cell(cells: Sequence[str], column: int | None) -> str:
    return cells[column] if column is not None and column < len(cells) else ""


_CONSOLE_CIDRS: Final = ("ipv4_cidr", "ipv6_cidr")


def _columns(cells: list[str], file: str, line: int) -> tuple[_Columns, bool]:
    """Where block, name and comment stand, and whether this first row is a header."""
    names = [re.sub(r"[\s-]+", "_", re.sub(r"\s*\(.*\)", "", cell.lower())).strip("_") for cell in cells]

    def at(*wanted: str) -> int | None:
        return next((i for i, name in enumerate(names) if name in wanted), None)

    console = [i for i, name in enumerate(names) if name in _CONSOLE_CIDRS]
    subnet_id = at("subnet_id", "subnetid")
    free = at("available_ipv4_addresses", "available_ip_address_count", "availableipaddresscount")
    cidr_at = at(*CIDR_KEYS)
    if console or cidr_at is not None:
        found = console or [i for i in (cidr_at,) if i is not None]
        vpc = (
            at("vpc_id", "vpcid") if at("vpc_id", "vpcid") is not None else at("vpc") if subnet_id is not None else None
        )
        comment = at(*COMMENT_KEYS, "owner_id")
        if subnet_id is not None:
            return _Columns(found, None, comment, vpc, at("name"), subnet_id, free), True
        name = at("name") if at("name") is not None else at(*NAME_KEYS)
        return _Columns(found, name, comment, vpc if vpc != name else None), True
    if not any(character.isdigit() or character == ":" for character in cells[0]):
        refuse(file, f"no column of this header is named 'cidr': {', '.join(cells)[:80]}", line=line,
               hint="name the column with the blocks 'cidr'")  # fmt: skip
    return _Columns((0,), more=True), False
