"""The secondary addresses that a diff compares by themselves: no interface's name means them, but rules and routes do."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from reachsim.dataplane.place import AddressPair
from reachsim.dataplane.site import NetworkInterface
from reachsim.engine import Engine
from reachsim.net.address import IPV4_LAST, format_address
from reachsim.net.cidr import Cidr


class Representative(NamedTuple):
    """What is asked about, and all for which it speaks, in words."""

    one: str
    all: tuple[str, ...]


class Alike(NamedTuple):
    """Secondary addresses that fare alike; and the public ones by which they are called, since the name of their interface
    means the public one of its first address."""

    private: Representative
    public: Representative | None

    @property
    def as_destinations(self) -> Iterable[Representative]:
        """What others send to."""
        return filter(None, self)


class _As(NamedTuple):
    """How an address stands in a network. `runs`: the parts of the address line, cut at all that is written, in which it and
    its public one are. `called`: its public one, where the first address has one too. `as_first`: whether it fares alike."""

    runs: tuple[int, int | None]
    called: int | None
    as_first: bool


def secondary(
    before: Engine, after: Engine, groups: Iterable[Collection[str]], old_names: Mapping[str, str]
) -> list[Alike]:
    """Those that may fare otherwise than the first address of their interface, which its name means: a block that is written
    somewhere tells the two apart, or their public addresses, of which one alone may have one; or one of the networks has it
    alone.

    `groups`: interfaces that are alike in both networks, by their new names. `old_names`: what renamed ones were called.
    """
    if not any(_has_some(each) for engine in (before, after) for each in engine.topology.interfaces.values()):
        return []
    cuts = sorted({cut for engine in (before, after) for cut in _cuts(engine)})
    found: list[Alike] = []
    for group in groups:
        standing: dict[int, list[_As | None]] = {}
        then = [old_names.get(name, name) for name in group]
        for side, (engine, names) in enumerate(((before, then), (after, group))):
            for interface in filter(None, map(engine.topology.interfaces.get, names)):
                for address, how in _standing(interface, cuts):
                    standing.setdefault(address, [None, None])[side] = how
        alike: dict[tuple[object, ...], list[tuple[int, int | None]]] = {}
        for address, (was, now) in standing.items():
            if was is None or now is None or not (was.as_first and now.as_first):
                called = was.called if was is not None and now is not None and was.called == now.called else None
                key = was and was.runs, now and now.runs, called is None
                alike.setdefault(key, []).append((address, called))
        for each in alike.values():
            public = [called for _, called in each if called is not None]
            found.append(
                Alike(_representative([address for address, _ in each]), _representative(public) if public else None)
            )
    return found


def _representative(addresses: Sequence[int]) -> Representative:
    return Representative(str(Cidr.single(addresses[0])), tuple(map(format_address, addresses)))


def _has_some(interface: NetworkInterface) -> bool:
    return len(interface.addresses) > len(interface.primary)


def _standing(interface: NetworkInterface, cuts: Sequence[int]) -> Iterator[tuple[int, _As]]:
    firsts = {pair.private > IPV4_LAST: pair for pair in interface.pairs if pair.private in interface.primary}
    for pair in interface.pairs:
        if pair.private not in interface.primary:
            first = firsts.get(pair.private > IPV4_LAST)
            runs = _runs(pair, cuts)
            called = pair.public if first is not None and first.public is not None else None
            yield pair.private, _As(runs, called, first is not None and _runs(first, cuts) == runs)


def _runs(pair: AddressPair, cuts: Sequence[int]) -> tuple[int, int | None]:
    """In which runs between cuts an address and its public one are."""
    return bisect_right(cuts, pair.private), None if pair.public is None else bisect_right(cuts, pair.public)


def _cuts(engine: Engine) -> Iterator[int]:
    """Where the addresses of filters, of routes, and of other blocks that are written begin and end."""
    yield from (start for each in engine.topology.filters for start in engine.book[each].starts)
    for table in engine.topology.tables.values():
        for route in table.routes:
            low, high = route.destination.span
            yield from (low, high + 1)
    for text in _texts(engine.source.document.data):
        if "/" in text:
            try:
                low, high = Cidr.parse_peer(text).span
            except ValueError:
                continue
            yield from (low, high + 1)


def _texts(data: Any) -> Iterator[str]:
    """Every text of a document, keys too."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from _texts(key)
            yield from _texts(value)
    elif isinstance(data, Sequence):
        for value in data:
            yield from _texts(value)
