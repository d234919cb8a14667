"""What was decided before an edit of structure, and holds after it all the same."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, cast

from reachsim.answers.expectations import Result
from reachsim.dataplane.ends import Endpoint, Origin
from reachsim.dataplane.filters import Filter, FilterBook
from reachsim.engine import Engine
from reachsim.reach.touched import Touched, touched_by_structure
from reachsim.resources.expectation import Expectation
from reachsim.topology.endpoints import Endpoints

Decided = tuple[Result, frozenset[Filter]]
"""A result, with the filters that it depends on."""
_PLAIN: Final = Endpoint("", "")


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
    decided: Mapping[int, Decided]
    kept: dict[int, Decided] = field(default_factory=dict)
    """What was found to hold still, for a further edit."""

    @classmethod
    def of(cls, network: Engine, decided: Mapping[int, Decided], before: Earlier | None) -> Earlier:
        """A network with what is decided there, now and later. `before`: what it was edited from itself, if it was."""
        known = decided if before is None else ChainMap(cast(Any, decided), before.kept)
        return cls(network.ends, network.book, tuple(network.design.expect), known)

    def still_holds(self, number: int, network: Engine) -> Result | None:
        """The result of an expectation of the edited network, where it held before and the edit cannot touch it."""
        known = self.kept.get(number)
        if known is None:
            known = self.decided.get(number)
            if known is None or not known[0].holds or not self._untouched(number, network):
                return None
            self.kept[number] = known
        return known[0]

    def _untouched(self, number: int, network: Engine) -> bool:
        expectation = self.expect[number - 1]
        if expectation != network.design.expect[number - 1] or (may := self._touched(network)) is None:
            return False
        ends = (
            (self.ends.resolve(asked), network.ends.resolve(asked)) for asked in (expectation.from_, expectation.to)
        )
        return all(
            _plain(one) and _content(one) == _content(other) and not _may_differ(one, may) for one, other in ends
        )

    def _touched(self, network: Engine) -> Touched | None:
        """What the edit can touch; found once."""
        if not self._found:
            topologies = self.ends.topology, network.topology
            self._found.append(touched_by_structure(*topologies, (self.book, network.book)))
        return self._found[0]

    _found: list[Touched | None] = field(default_factory=list)


def _plain(end: Endpoint) -> bool:
    """Whether an end means interfaces and parts of the internet, and nothing else."""
    known = {"name", "kind", "origins", "interfaces", "outside", "listens", "note"}
    others = (each.name for each in fields(Endpoint) if each.name not in known)
    return all(getattr(end, name) == getattr(_PLAIN, name) for name in others)


def _content(end: Endpoint) -> tuple[Hashable, ...]:
    """What an end means, so that it compares between two networks."""
    origins = tuple(_origin(origin) for origin in end.origins)
    return end.kind, end.listens, end.outside, origins, tuple(each.name for each in end.interfaces)


def _origin(origin: Origin) -> tuple[Any, ...]:
    interface = "" if origin.interface is None else origin.interface.name
    told = (
        origin.label,
        origin.addresses,
        origin.outside,
        origin.client_ports,
        origin.share,
        origin.certain,
        origin.place,
    )
    return interface, str(origin.start), *told


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
