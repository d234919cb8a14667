"""Names that mean something else in one network than in another, and what passes to them (chapters DNS and EP)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from reachsim.answers.collected import Collected, Content
from reachsim.answers.difference import OtherMeaning
from reachsim.answers.sides import in_words
from reachsim.dataplane.ends import Endpoint, Origin
from reachsim.dataplane.site import NetworkInterface
from reachsim.engine import Engine
from reachsim.errors import EndpointError
from reachsim.net.address import format_address
from reachsim.resources.resource import resources
from reachsim.stages import going_over

Compare = Callable[[str, str], list[Content]]
"""How what passes from an interface to a name differs."""


def other_meanings(before: Engine, after: Engine, names: Mapping[str, str]) -> list[OtherMeaning]:
    """Every name that hosts of some VPC resolve to something else than before. `names`: interfaces that were renamed, before
    to after. What a name means hangs on nothing that rules of groups and ACLs say."""
    if before.topology is after.topology:
        return []
    found: dict[tuple[str, str, str], list[str]] = {}
    theirs = _askers(after)
    askers = [(vpc, one, theirs[vpc]) for vpc, one in _askers(before).items() if vpc in theirs]
    for name in going_over("names compared", dict.fromkeys([*_names(before), *_names(after)])):
        for vpc, one, other in askers:
            was, now = _meaning(before, name, one, names), _meaning(after, name, other, {})
            if was.key != now.key:
                found.setdefault((name, was.text, now.text), []).append(vpc)
    return [OtherMeaning(name, tuple(vpcs), was, now) for (name, was, now), vpcs in found.items()]


def compare_to_names(
    meanings: Iterable[OtherMeaning], after: Engine, groups: Iterable[list[str]], compare: Compare, out: Collected
) -> None:
    """What passes from hosts of the VPCs to a name that means something else now. `groups`: interfaces that are alike."""
    for meaning in meanings:
        for group in groups:
            asking = tuple(each for each in group if _asks(after, each, meaning.vpcs))
            if asking:
                for content in compare(asking[0], meaning.name):
                    out.add(content, asking, (meaning.name,), in_words(content[1]))


def _asks(network: Engine, name: str, vpcs: tuple[str, ...]) -> bool:
    interface = network.topology.interfaces.get(name)
    return interface is not None and interface.vpc.name in vpcs and interface.silent is None


def _askers(network: Engine) -> dict[str, NetworkInterface]:
    """An interface of each VPC: what names mean hangs on the VPC alone."""
    return {interface.vpc.name: interface for interface in network.topology.interfaces.values()}


def _names(network: Engine) -> Iterator[str]:
    """The names that a design says something of: services, hosts, records of private zones."""
    design = network.design
    for vpc in design.vpcs.values():
        yield from (name for at, body in resources("vpc", vpc) for name in body.names(at))
    yield from network.ends.host_names.owners
    yield from (name for name in design.internet.hosts if "." in name)
    for at, body in resources("design", design):
        yield from body.names(at)


class _Meaning(NamedTuple):
    """What a name means to one client: to compare, and in words."""

    key: object
    text: str


def _meaning(network: Engine, name: str, asker: NetworkInterface, names: Mapping[str, str]) -> _Meaning:
    try:
        end = network.endpoint(name)
    except EndpointError:
        return _Meaning((), "nothing")
    if end.resolve is not None:
        end = end.resolve(Origin.of_interface(asker, "", asker.primary))
    return _Meaning(_key(end, names), _text(end))


def _key(end: Endpoint, names: Mapping[str, str]) -> object:
    if end.loss is not None:
        return ()
    interfaces = tuple(names.get(each.name, each.name) for each in end.interfaces)
    addresses = () if end.within is not None else tuple(each.addresses for each in end.interfaces)
    several = tuple(_key(each, names) for each in end.several)
    if end.unwritten is not None:  # which address stands for them, if any is left, hangs on what rules name
        return end.outside - end.unwritten
    return bool(end.unknown), interfaces, addresses, end.within, end.outside, end.literal, several


def _text(end: Endpoint) -> str:
    if end.loss is not None:
        return f"nothing: {end.loss.text}"
    if end.unknown:
        return f"not known: {end.unknown}"
    if end.note:
        return end.note.partition(" is ")[2] or end.note
    parts = [_text(each) for each in end.several] or [each.name for each in end.interfaces]
    return ", ".join(parts) or ", ".join(format_address(low) for low, _ in end.outside.spans)
