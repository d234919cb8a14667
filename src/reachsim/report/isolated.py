"""Whether two sets of endpoints are apart, as text: what gets between them, and one packet of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reachsim.answers.isolation import Isolation, Leak
from reachsim.garbage import collector_paused
from reachsim.net.traffic import Traffic
from reachsim.network import Network
from reachsim.reach.cell import say
from reachsim.report.groups import Crowd, NameGroup, together
from reachsim.report.text import PLAIN, Look, hanging

_LEAKS = 12
_REASONS = 5


def isolated_text(found: Isolation, net: Network, look: Look = PLAIN) -> str:
    """The verdict, then what is delivered from whom to whom, the same traffic told together."""
    style = look.style
    question = style.bold(f"{found.one} <-> {found.other}")
    if found:
        lines = [f"{style.green('ISOLATED')}  {question}", "  no packet is delivered, in either direction"]
        return "\n".join([*lines, *hanging("  ", found.remark, look.width)] if found.remark else lines)
    if not found.leaks:
        lines = [f"{style.yellow('CANNOT DECIDE')}  {question}", "  as far as it can be decided, nothing is delivered"]
    else:
        with collector_paused():  # there may be a million of them
            lines = [f"{style.red('NOT ISOLATED')}  {question}", *_leaks(found, net, look)]
    for reason in look.few(found.undecided, _REASONS):
        lines += hanging("  cannot decide: ", reason, look.width)
    rest = look.rest(found.undecided, _REASONS)
    return "\n".join([*lines, f"  {rest}"] if rest else lines)


def _leaks(found: Isolation, net: Network, look: Look) -> list[str]:
    firsts: dict[tuple[str, Traffic], Leak] = {}
    for leak in found.leaks:
        firsts.setdefault((leak.source, leak.traffic), leak)
    groups = together(_links(found, net))
    groups.sort(key=lambda group: -len(group[0]) * len(group[1]))
    crowd = Crowd([net])
    shared = {leak.via for leak in found.leaks}
    lines = hanging("  ", f"all of it via {', '.join(*shared)}", look.width) if len(shared) == 1 and all(shared) else []
    for sources, destinations, traffic in look.few(groups, _LEAKS):
        lines += hanging("  ", f"{crowd.describe(sources, look)} -> {crowd.describe(destinations, look)}", look.width)
        first = next((firsts[name, traffic] for name in sources if (name, traffic) in firsts), None)
        ways = _ways(found, sources, destinations) if len(shared) > 1 else ""
        lines += hanging("      delivered  ", f"{say(traffic)}, {ways}" if ways else say(traffic), look.width)
        if first is not None and first.witness is not None:
            lines += hanging("      such as    ", str(first.witness), look.width, look.style.dim)
    rest = look.rest(groups, _LEAKS)
    return [*lines, f"  {rest}"] if rest else lines


def _ways(found: Isolation, sources: NameGroup, destinations: NameGroup) -> str:
    """By way of what it gets from one to the other, where that is not inside one network."""
    ends = frozenset(sources), frozenset(destinations)
    ways = (leak.via for leak in found.leaks if leak.source in ends[0] and leak.destination in ends[1])
    return " or ".join(f"via {', '.join(via)}" for via in dict.fromkeys(ways) if via)


def _links(found: Isolation, net: Network) -> Iterator[tuple[NameGroup, NameGroup, Traffic]]:
    """The leaks with all interfaces for which the one that was asked stands."""
    stand_for = _StandFor(found, net)
    traffic: dict[tuple[NameGroup, NameGroup], dict[Traffic, None]] = {}
    for leak in found.leaks:
        traffic.setdefault(stand_for.of(leak), {})[leak.traffic] = None
    for (sources, destinations), some in traffic.items():
        one = next(iter(some))
        whole = one if len(some) == 1 else Traffic.union_of(span for each in some for span in each.spans)
        yield sources, destinations, whole


class _StandFor:
    """For which interfaces of its side each one stands that was asked."""

    def __init__(self, found: Isolation, net: Network) -> None:
        self.sides = [frozenset(side) for side in found.sides]
        self.alone = self.sides[0] == self.sides[1]
        inside = self.sides[0] | self.sides[1]
        self.alike: dict[str, NameGroup] = {}
        for cls in net.classes.classes:
            names = tuple(interface.name for interface in cls.members if interface.name in inside)
            self.alike.update(dict.fromkeys(names, names))
        self._known: dict[tuple[str, int], NameGroup] = {}

    def of(self, leak: Leak) -> tuple[NameGroup, NameGroup]:
        """Those of both ends of a leak."""
        for number, side in enumerate(self.sides):
            if leak.source in side and (self.alone or leak.destination not in side):
                destinations = self._on(leak.destination, 1 - number)
                return self._on(leak.source, number), destinations or self._whole(leak.destination)
        return self._whole(leak.source), self._whole(leak.destination)

    def _whole(self, name: str) -> NameGroup:
        return self.alike.get(name, (name,))

    def _on(self, name: str, side: int) -> NameGroup:
        known = self._known.get((name, side))
        if known is None:
            on_side = self.sides[side]
            known = self._known[name, side] = tuple(each for each in self._whole(name) if each in on_side)
        return known


def isolated_data(found: Isolation, net: Network) -> dict[str, Any]:
    """Plain data for JSON; the shape is documented in docs/cli.md."""
    return {"file": net.source.file, **found.told()}
