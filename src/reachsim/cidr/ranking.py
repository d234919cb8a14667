"""How much an overlap matters: who is connected with whom, today or by a wish."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Final

from reachsim.cidr.entries import CidrConnection, Entries
from reachsim.errors import UsageError

_MOST_NAMES: Final = 10_000
"""Names among which one that is near is looked for."""


class Rank(Enum):
    """How much an overlap matters, the worst first."""

    ERROR = "error"
    """The two are connected today."""
    WISH = "wish"
    """The two are to be connected, by `--connect` or by a peering connection that failed."""
    WARNING = "warning"
    """The two are not connected, but a third network is connected with both, and can reach each address in
    one only."""
    NOTE = "note"
    """The two never meet."""

    @property
    def matters(self) -> bool:
        """Whether it is a verdict that fails: connected, or to be."""
        return self in (Rank.ERROR, Rank.WISH)


class Ranking:
    """Who is connected with whom, and the reason in words. `default`: the rank of two networks of whom nothing
    is said. `special`: the networks of whom something is said."""

    def __init__(
        self,
        entries: Entries,
        connections: Iterable[CidrConnection],
        connect: Iterable[Iterable[str]],
        *,
        everybody: bool = False,
    ) -> None:
        self.default = Rank.WISH if everybody else Rank.NOTE
        self.today: dict[frozenset[str], str] = {}
        self.wished: dict[frozenset[str], str] = {}
        self.near: dict[str, set[str]] = {}
        for connection in connections:
            pair = frozenset((connection.one, connection.other))
            if connection.state == "up":
                self.today.setdefault(pair, f"connected by the {connection.kind} {connection.name}")
                if connection.status != "active":
                    self.today[pair] += f" ({connection.status})"
                self._join(connection.one, connection.other)
            elif connection.state == "failed":
                self.wished.setdefault(pair, f"the peering connection {connection.name} failed; AWS refuses overlaps")
        names: _Names | None = None
        for wish in connect:
            names = names or _Names(entries)
            members = [names.resolve(name) for name in wish]
            for index, one in enumerate(members):
                for other in members[index + 1 :]:
                    if one != other:
                        self.wished[frozenset((one, other))] = f"to be connected: {one}, {other}"
                        self._join(one, other)
        self.special = frozenset(name for pair in (*self.today, *self.wished) for name in pair)

    def _join(self, one: str, other: str) -> None:
        self.near.setdefault(one, set()).add(other)
        self.near.setdefault(other, set()).add(one)

    def rank(self, one: str, other: str) -> Rank:
        """How much an overlap of two networks matters."""
        if not one or not other:
            return self.default
        if one == other:
            return Rank.NOTE
        pair = frozenset((one, other))
        if pair in self.today:
            return Rank.ERROR
        if pair in self.wished or self.default is Rank.WISH:
            return Rank.WISH
        near, far = self.near.get(one), self.near.get(other)
        return Rank.WARNING if near and far and not near.isdisjoint(far) else Rank.NOTE

    def reason(self, one: str, other: str) -> str:
        """Why an overlap of two networks has its rank."""
        rank = self.rank(one, other)
        pair = frozenset((one, other))
        if rank is Rank.ERROR:
            return self.today[pair]
        if rank is Rank.WISH:
            return self.wished.get(pair, "all are to be connected")
        if rank is Rank.WARNING:
            shared = sorted(self.near[one] & self.near[other])
            return f"not connected, but {_names(shared)} is with both, and can send an address to one only"
        if not one or not other:
            return "nobody says that they meet"
        return "one network" if one == other else "never meet"


def _names(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"each of {', '.join(names)}"


class _Names:
    """The networks that a wish may name."""

    def __init__(self, entries: Entries) -> None:
        self.owners = list(dict.fromkeys(owner for owner in entries.owners if owner))
        self.known = set(self.owners)
        self.by_id = {network: entries.owners[index] for index, network in entries.named_by_id.items()}

    def resolve(self, name: str) -> str:
        """A name as an owner. ``file:name`` may be given as the name alone where that is clear, and so may
        ``name (id)`` as the ID."""
        if name in self.known:
            return name
        if name in self.by_id:
            return self.by_id[name]
        fitting = [owner for owner in self.owners if owner.endswith(f":{name}")]
        alike = [network for network, owner in self.by_id.items() if owner == f"{name} ({network})"]
        if len(fitting) == 1 and not alike:
            return fitting[0]
        if alike:
            choices = " or ".join(repr(network) for network in alike)
            raise UsageError(f"{name!r} is the name of several networks; write {choices}")
        if fitting:
            choices = " or ".join(repr(owner) for owner in fitting)
            raise UsageError(f"{name!r} is in several files; write {choices}")
        near = difflib.get_close_matches(name, self.owners[:_MOST_NAMES], 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        if not near and self.owners:
            hint = f"; there are {', '.join(self.owners[:20])}" + (" and others" if len(self.owners) > 20 else "")
        if not self.owners:
            hint = "; no block has a name (write it after the block)"
        raise UsageError(f"cannot connect {name!r}: no such network{hint}")
