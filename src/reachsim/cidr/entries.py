"""Blocks that were read, and whose they are: few bytes for each, since a list may have a million."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, overload

from reachsim.calls import made_by
from reachsim.net.cidr import Cidr

_DEAD: Final = frozenset({"deleted", "deleting", "rejected", "expired"})


@made_by("Entry(Cidr.parse('10.0.0.0/16'))", by_hand=True, itself=True)
@dataclass(frozen=True, slots=True)
class Entry:
    """A block, whose it is, and where it was read.

    `owner`: the network that has it, such as a VPC's name; empty where nobody said. `comment`: what stood
    beside it. `file`, `line`: where it stands; None where it came from the command line or from Python.
    `id`: AWS's ID of the network, where the source has one: it says who is who, whatever the names.
    """

    cidr: Cidr
    owner: str = ""
    comment: str = ""
    file: str | None = None
    line: int | None = None
    id: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.cidr, Cidr):
            raise TypeError("no block")  # told by `made_by`

    @property
    def place(self) -> str:
        """``file:line``, as much of it as there is."""
        return ":".join(str(part) for part in (self.file, self.line) if part is not None)

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.cidr), self.owner) if part)


@made_by("Entries([Entry(Cidr.parse('10.0.0.0/16'))])", by_hand=True)
class Entries(Sequence[Entry]):
    """A list of entries that keeps columns rather than objects.

    >>> entries = Entries([Entry(Cidr.parse("10.0.0.0/8"), "app")])
    >>> entries.add(Cidr.parse("10.1.0.0/16").network, 16, "data")
    >>> [str(entry) for entry in entries]
    ['10.0.0.0/8 app', '10.1.0.0/16 data']
    """

    __slots__ = ("_comments", "_files", "_ids", "_lines", "_starts", "lengths", "networks", "owners")

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.networks: array[int] | list[int] = array("Q")
        self.lengths = bytearray()
        self.owners: list[str] = []
        self._comments: dict[int, str] = {}
        self._ids: dict[int, str] = {}
        self._lines = array("L")
        self._starts: list[int] = []  # a file holds from its start to the next one's
        self._files: list[str | None] = []
        self.extend(entries)

    def begin(self, file: str | None) -> None:
        """Say which file the entries that follow are from."""
        if not self._files or self._files[-1] != file:
            self._starts.append(len(self.owners))
            self._files.append(file)

    def add(
        self,
        network: int,
        prefix_length: int,
        owner: str = "",
        comment: str = "",
        line: int | None = None,
        id: str = "",
    ) -> None:
        """Add an entry of the file that was begun."""
        try:
            self.networks.append(network)
        except OverflowError:  # the first IPv6 block, far along the line
            self.networks = [*self.networks, network]
        self.lengths.append(prefix_length)
        if comment:
            self._comments[len(self.owners)] = comment
        if id:
            self._ids[len(self.owners)] = id
        self.owners.append(owner)
        self._lines.append(line or 0)

    def columns(
        self,
    ) -> tuple[Callable[[int], None], Callable[[int], None], Callable[[str], None], Callable[[int], None]]:
        """What appends to networks, lengths, owners and lines: `add` for a reader in a hurry, one of each for an
        entry, of IPv4. Valid until the next call of anything else."""
        return self.networks.append, self.lengths.append, self.owners.append, self._lines.append

    def append(self, entry: Entry) -> None:
        """Add an entry."""
        self.begin(entry.file)
        self.add(entry.cidr.network, entry.cidr.prefix_length, entry.owner, entry.comment, entry.line, entry.id)

    def extend(self, entries: Iterable[Entry]) -> None:
        """Add many."""
        if not isinstance(entries, Entries):
            for entry in entries:
                self.append(entry)
            return
        offset = len(self)
        if isinstance(self.networks, array) and isinstance(entries.networks, array):
            self.networks.extend(entries.networks)
        else:
            self.networks = [*self.networks, *entries.networks]
        self.lengths += entries.lengths
        self.owners += entries.owners
        self._lines.extend(entries._lines)
        self._comments.update((offset + index, text) for index, text in entries._comments.items())
        self._ids.update((offset + index, text) for index, text in entries._ids.items())
        self._starts += [offset + start for start in entries._starts]
        self._files += entries._files

    def cidr(self, index: int) -> Cidr:
        """The block of an entry."""
        return Cidr(self.networks[index], self.lengths[index])

    def file(self, index: int) -> str | None:
        """Where an entry was read."""
        at = bisect_right(self._starts, index) - 1
        return self._files[at] if at >= 0 else None

    def id(self, index: int) -> str:
        """AWS's ID of the network of an entry."""
        return self._ids.get(index, "")

    @property
    def named_by_id(self) -> Mapping[int, str]:
        """The entries whose networks have an ID of AWS, by index."""
        return self._ids

    def __len__(self) -> int:
        return len(self.owners)

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> Entries: ...
    def __getitem__(self, index: int | slice) -> Entry | Entries:
        if isinstance(index, slice):
            return Entries(self[at] for at in range(*index.indices(len(self))))
        if index < 0:
            index += len(self)
        return Entry(
            Cidr(self.networks[index], self.lengths[index]),
            self.owners[index],
            self._comments.get(index, ""),
            self.file(index),
            self._lines[index] or None,
            self._ids.get(index, ""),
        )

    def __iter__(self) -> Iterator[Entry]:
        return (self[index] for index in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Sequence)
            and len(self) == len(other)
            and all(a == b for a, b in zip(self, other, strict=True))
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Entries({list(self)!r})"


@made_by("CidrConnection(name, one, other)", by_hand=True)
@dataclass(frozen=True, slots=True)
class CidrConnection:
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


@made_by("cidr.read_sources(FILES).standing")
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


@made_by("SubnetEntry(Cidr.parse('10.0.1.0/24'), vpc)", by_hand=True)
@dataclass(frozen=True, slots=True)
class SubnetEntry:
    """A subnet's block. `vpc`: the network that it is in. `available`: addresses that AWS says are free in it.

    `vpc_id`: AWS's ID of that network, `id` that of the subnet, where the source has them.
    """

    cidr: Cidr
    vpc: str
    name: str = ""
    available: int | None = None
    vpc_id: str = ""
    id: str = ""
    comment: str = ""
    file: str | None = None
    line: int | None = None


@made_by("cidr.read_sources(paths)", by_hand=True)
@dataclass(slots=True)
class Sources:
    """What some files hold together. `subnets`: those inside the blocks of `entries`."""

    entries: Entries = field(default_factory=Entries)
    connections: list[CidrConnection] = field(default_factory=list)
    standing: list[Standing] = field(default_factory=list)
    subnets: list[SubnetEntry] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not isinstance(self.entries, Entries):
            self.entries = Entries(self.entries)

    def add(self, other: Sources) -> None:
        """Take over what another one holds."""
        self.entries.extend(other.entries)
        self.connections += other.connections
        self.standing += other.standing
        self.subnets += other.subnets
