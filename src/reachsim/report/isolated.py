"""Whether two sets of endpoints are apart, as text: what gets between them, and one packet of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reachsim.answers.policy import Isolation, Leak
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
    alike: dict[str, NameGroup] = {}
    sides = [frozenset(side) for side in found.sides]
    inside = sides[0] | sides[1]
    for cls in net.classes.classes:
        names = tuple(interface.name for interface in cls.members if interface.name in inside)
        for name in names:
            alike[name] = names
    traffic: dict[tuple[NameGroup, NameGroup], list[tuple[int, int]]] = {}
    for leak in found.leaks:
        side = next(
            (s for s in sides if leak.source in s and (leak.destination not in s or sides[0] == sides[1])), None
        )
        sources = alike.get(leak.source, (leak.source,))
        destinations = alike.get(leak.destination, (leak.destination,))
        if side is not None:
            sources = tuple(name for name in sources if name in side)
            other = sides[1] if side is sides[0] else sides[0]
            destinations = tuple(name for name in destinations if name in other) or destinations
        traffic.setdefault((sources, destinations), []).extend(leak.traffic.spans)
    for (sources, destinations), spans in traffic.items():
        yield sources, destinations, Traffic.union_of(spans)


def isolated_data(found: Isolation, net: Network) -> dict[str, Any]:
    """Plain data for JSON; the shape is documented in docs/cli.md."""
    return {"file": net.source.file, **found.to_dict()}
