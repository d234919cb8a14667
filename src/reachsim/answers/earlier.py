"""What was decided before an edit of structure, and holds after it all the same."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

from reachsim.answers.deciding import decide
from reachsim.answers.expectations import Result
from reachsim.dataplane.checkpoint import Checkpoint
from reachsim.dataplane.ends import Endpoint, Origin
from reachsim.dataplane.filters import Filter, FilterBook
from reachsim.dataplane.site import NetworkInterface
from reachsim.engine import Engine
from reachsim.reach.touched import Touched
from reachsim.resources.expectation import Expectation
from reachsim.topology.endpoints import Endpoints

Decided = tuple[Result, frozenset[Filter]]
"""A result, with the filters that it depends on."""
_PLAIN: Final = Endpoint("", "")
_MANY: Final = 1_000
"""Pairs of ends under which all of them are as soon decided as some."""
_WORTH: Final = 4
"""How many times fewer pairs an edit has to touch for these to be asked first."""


@dataclass(eq=False)
class Decisions:
    """What is decided in a network, now and later. `before`: of the network that it was edited from in the rules of some
    groups and ACLs alone; what was decided there stands where it asked none of the filters that are others (`changed`)."""

    before: Decisions | None = None
    changed: frozenset[Filter] = frozenset()
    own: dict[int, Decided] = field(default_factory=dict)

    def get(self, number: int) -> Decided | None:
        """What is decided of an expectation, if it is."""
        found = self.own.get(number)
        if found is None and self.before is not None:
            found = self.before.get(number)
            if found is None or not found[1].isdisjoint(self.changed):
                return None
            self.own[number] = found
        return found


@dataclass(eq=False)
class Earlier:
    """A network as it was before an edit of its structure, and the expectations that were decided there.

    What holds between ends that the edit cannot touch holds after it (`reach.touched`): both ends mean the same interfaces,
    addresses and parts of the internet as before, and all that passes between them is as it was. Whatever else a name may
    mean (an address, a block, a service, what is outside AWS) is decided anew, and so is what fails.
    """

    ends: Endpoints
    book: FilterBook
    expect: tuple[Expectation, ...]
    decided: Decisions
    held: Mapping[int, Decided]
    """What was found to hold there still, of what was decided before an edit before this one."""
    kept: dict[int, Decided] = field(default_factory=dict)
    """What was found to hold still, for a further edit."""

    @classmethod
    def of(cls, network: Engine, decided: Decisions, before: Earlier | None) -> Earlier:
        """A network with what is decided there, now and later. `before`: what it was edited from itself, if it was."""
        held = {} if before is None else before.kept
        return cls(network.ends, network.book, tuple(network.design.expect), decided, held)

    def still_holds(self, number: int, network: Engine) -> Result | None:
        """The result of an expectation of the edited network, where it held before and the edit cannot touch it."""
        known = self.kept.get(number)
        if known is None:
            known = self.decided.get(number) or self.held.get(number)
            if known is None or not known[0].holds or not self._untouched(number, network):
                return None
            self.kept[number] = known
        return known[0]

    def _untouched(self, number: int, network: Engine) -> bool:
        expectation = self.expect[number - 1]
        if expectation != network.design.expect[number - 1]:
            return False
        may = network.touched_since(self.ends.topology, self.book)
        return may is not None and untouched(expectation, self.ends, network.ends, may)


def untouched(expectation: Expectation, before: Endpoints, after: Endpoints, may: Touched) -> bool:
    """Whether an edit surely leaves the verdict on an expectation as it is. `may`: what the edit can touch."""
    ends = ((before.resolve(asked), after.resolve(asked)) for asked in (expectation.from_, expectation.to))
    return all(_plain(one) and content(one) == content(other) and not _may_differ(one, may) for one, other in ends)


def stays(expectation: Expectation, before: Engine, after: Engine, may: Touched) -> bool:
    """Whether an edit surely leaves the verdict on an expectation as it is. `may`: what the edit can touch.

    Where it touches some of the ends, these may be few: if it held between them and all others, and holds, the verdict hangs
    on the rest, of which nothing differs. False also where that is no less work than to decide it.
    """
    if untouched(expectation, before.ends, after.ends, may):
        return True
    sides = [(before.ends.resolve(asked), after.ends.resolve(asked)) for asked in (expectation.from_, expectation.to)]
    if not all(_plain(one) and content(one) == content(other) and _inside(one) for one, other in sides):
        return False
    (source, _), (destination, _) = sides
    some = _some_of(source, may.ends), _some_of(destination, may.ends)
    pairs = len(source.origins) * len(destination.interfaces)
    least = len(some[0].origins) * len(destination.interfaces) + len(source.origins) * len(some[1].interfaces)
    if pairs < _MANY or _WORTH * least > pairs:
        return False
    return all(
        decide(0, expectation, network, "", ends=ends)[0].holds
        for network, one, other in zip((before, after), *sides, strict=True)
        for ends in ((_some_of(one, may.ends), other), (one, _some_of(other, may.ends)))
        if ends[0].origins and ends[1].interfaces
    )


def _inside(end: Endpoint) -> bool:
    """Whether an end means interfaces alone."""
    return not end.outside and all(origin.interface is not None for origin in end.origins)


def _some_of(end: Endpoint, names: frozenset[str]) -> Endpoint:
    """An end without the interfaces that are not among some."""
    origins = (each for each in end.origins if each.interface is not None and each.interface.name in names)
    interfaces = (interface for interface in end.interfaces if interface.name in names)
    return replace(end, origins=tuple(origins), interfaces=tuple(interfaces))


def _plain(end: Endpoint) -> bool:
    """Whether an end means interfaces and parts of the internet, and nothing else."""
    known = {"name", "kind", "origins", "interfaces", "outside", "listens", "note"}
    others = (each.name for each in fields(Endpoint) if each.name not in known)
    return all(getattr(end, name) == getattr(_PLAIN, name) for name in others)


def content(value: Any) -> Hashable:
    """What an end means, so that it compares between two networks: all of its fields and of those of its origins, so that
    none can be forgotten. What belongs to one network alone stands in it by its name, which is enough: whether the edit
    can touch it is asked apart."""
    if isinstance(value, Endpoint | Origin):
        return tuple(content(getattr(value, each.name)) for each in fields(value))
    if isinstance(value, tuple):
        return tuple(map(content, value))
    if isinstance(value, NetworkInterface):
        return value.name
    return str(value) if isinstance(value, Checkpoint) else value


def _may_differ(end: Endpoint, may: Touched) -> bool:
    """Whether what an edit can touch is at an end."""
    interfaces = [*end.interfaces, *(each.interface for each in end.origins if each.interface is not None)]
    names = {interface.name for interface in interfaces}
    if not names.isdisjoint(may.ends) or not names.isdisjoint(may.outside):
        return True
    outside: Iterable[Origin] = (each for each in end.origins if each.interface is None)
    if any(each.start.component != "internet" or not each.outside.isdisjoint(may.addresses) for each in outside):
        return True
    return not end.outside.isdisjoint(may.addresses)
