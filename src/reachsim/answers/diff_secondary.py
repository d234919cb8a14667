"""The secondary addresses that a diff compares by themselves: no interface's name means them, but rules and routes do."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from reachsim.dataplane.site import NetworkInterface
from reachsim.engine import Engine
from reachsim.net.address import IPV4_LAST, format_address
from reachsim.net.cidr import Cidr


class Alike(NamedTuple):
    """Addresses of which one speaks for all: it as a block, and each in words."""

    one: str
    all: tuple[str, ...]


class _As(NamedTuple):
    """How an address stands in a network: whether it has a public one, and whether it fares as the first one."""

    public: bool
    as_first: bool


def secondary(
    before: Engine, after: Engine, groups: Iterable[Collection[str]], old_names: Mapping[str, str]
) -> list[Alike]:
    """Those that may fare otherwise than the first address of their interface, which its name means: a block that is written
    somewhere tells the two apart, one of them alone has a public address, or one of the networks has it alone.

    `groups`: interfaces that are alike in both networks, by their new names. `old_names`: what renamed ones were called.
    """
    if not any(_has_some(each) for engine in (before, after) for each in engine.topology.interfaces.values()):
        return []
    cuts = sorted({cut for engine in (before, after) for cut in _cuts(engine)})
    found: list[Alike] = []
    for group in groups:
        standing: dict[int, list[_As | None]] = {}
        called = [old_names.get(name, name) for name in group]
        for side, (engine, names) in enumerate(((before, called), (after, group))):
            for interface in filter(None, map(engine.topology.interfaces.get, names)):
                for address, how in _standing(interface, cuts):
                    standing.setdefault(address, [None, None])[side] = how
        alike: dict[tuple[int, bool | None, bool | None], list[int]] = {}
        for address, (was, now) in standing.items():
            if was is None or now is None or not (was.as_first and now.as_first):
                run = bisect_right(cuts, address)
                alike.setdefault((run, was and was.public, now and now.public), []).append(address)
        found += [Alike(str(Cidr.single(one[0])), tuple(map(format_address, one))) for one in alike.values()]
    return found


def _has_some(interface: NetworkInterface) -> bool:
    return len(interface.addresses) > len(interface.primary)


def _standing(interface: NetworkInterface, cuts: Sequence[int]) -> Iterator[tuple[int, _As]]:
    firsts = {pair.private > IPV4_LAST: pair for pair in interface.pairs if pair.private in interface.primary}
    for pair in interface.pairs:
        if pair.private not in interface.primary:
            first = firsts.get(pair.private > IPV4_LAST)
            public = pair.public is not None
            same = first is not None and (first.public is not None) == public
            near = first is not None and bisect_right(cuts, first.private) == bisect_right(cuts, pair.private)
            yield pair.private, _As(public, same and near)


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
