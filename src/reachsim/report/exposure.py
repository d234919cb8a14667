"""What the internet reaches, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from reachsim.answers.policy import Exposed
from reachsim.net.address import IPV4_LAST
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6, AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.traffic import Traffic
from reachsim.network import Network
from reachsim.reach.cell import say
from reachsim.report.data import boxes_data
from reachsim.report.groups import Crowd
from reachsim.report.text import PLAIN, Look, TextRow, grid, number
from reachsim.rules.ephemeral import UNKNOWN_CLIENT

_GROUPS = 30


def exposure_text(found: Sequence[Exposed], net: Network, look: Look = PLAIN) -> str:
    """How many interfaces are exposed, then each group of them with the traffic and from where."""
    style, file = look.style, net.source.file
    if not found:
        return (
            f"{style.green('NOT EXPOSED')}  {style.bold('nothing takes packets from the internet')}  {style.dim(file)}"
        )
    sure = [group for group in found if group.space]
    count = sum(len(group.interfaces) for group in sure or found)
    takes = ("takes" if count == 1 else "take") if sure else "may take"
    told = all(name in net.topology.interfaces for group in sure or found for name in group.interfaces)
    who = f"{count:,} of {number(len(net.topology.interfaces), 'interface')}" if told else "what is not told"
    title = f"{who} {takes} packets from the internet"
    verdict = "EXPOSED" if sure else "CANNOT DECIDE"
    lines = [f"{style.yellow(verdict)}  {style.bold(title)}  {style.dim(file)}", ""]
    crowd = Crowd([net])
    rows: list[TextRow] = []
    for group in look.few(found, _GROUPS):
        rows.append(crowd.describe(group.interfaces, look))
        for space, outcome in _by_answer(group):
            rows += [["", traffic, f"from {origin}{outcome}"] for traffic, origin in _sources(space, net.ends.callers)]
        if group.undecided:
            reason = f"whether all comes in and its answer gets back: {group.undecided}"
            rows.append(["", ("cannot decide", style.yellow), reason])
    lines += grid(rows, look.width, indent=2)
    rest = look.rest(found, _GROUPS)
    return "\n".join([*lines, f"  {rest}"] if rest else lines)


def _by_answer(group: Exposed) -> Iterator[tuple[HeaderSpace, str]]:
    """What is delivered, by what becomes of the answer: the packets, and what to say of it."""
    lost = _any_port(group.lost)
    partly = lost & _any_port(group.answered.restrict(source_ports=UNKNOWN_CLIENT))
    if group.space - lost:
        yield group.space - lost, ""
    if partly:
        yield partly, "; the answer is lost to some client ports"
    if lost - partly:
        yield lost - partly, "; the answer is lost"


def _any_port(space: HeaderSpace) -> HeaderSpace:
    """The same packets from any port."""
    return HeaderSpace.union(HeaderSpace.box(box.traffic, box.sources, box.destinations) for box in space.boxes())


def _sources(space: HeaderSpace, world: AddressSet) -> Iterator[tuple[str, str]]:
    """Traffic and where it may come from, for each set of addresses that may send the same."""
    found: dict[AddressSet, list[tuple[int, int]]] = {}
    for family in (EVERY_IPV4, EVERY_IPV6):
        for box in space.restrict(sources=family.addresses).boxes():
            found.setdefault(box.sources, []).extend(box.traffic.spans)
    for sources, spans in found.items():
        yield say(Traffic.union_of(spans)), _origin(sources, world)


def _origin(sources: AddressSet, world: AddressSet) -> str:
    six = sources.first > IPV4_LAST
    family = world & (EVERY_IPV6 if six else EVERY_IPV4).addresses
    name = "the IPv6 internet" if six else "the internet"
    if sources == family:
        return name
    anything = HeaderSpace.box(Traffic.everything(), sources, AddressSet.everything())
    return anything.describe(known_sources=family, sources_name=name).removeprefix("all from ")


def exposure_data(found: Sequence[Exposed], net: Network) -> dict[str, Any]:
    """Plain data for JSON; the shape is documented in docs/cli.md."""
    return {
        "file": net.source.file,
        "exposed": [{**group.to_dict(), "boxes": boxes_data(group.space)} for group in found],
    }
