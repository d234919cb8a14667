"""What Session Manager makes superfluous: inbound rules for SSH and RDP, and bastions; proven on a copy without them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reachsim.answers.diff import diff
from reachsim.answers.difference import Change
from reachsim.answers.editable import Editable
from reachsim.answers.rulesets import rule_sets
from reachsim.calls import made_by
from reachsim.dataplane.site import NetworkInterface
from reachsim.engine import Asked
from reachsim.errors import DesignError
from reachsim.faces import Faced
from reachsim.net.cidr import Cidr
from reachsim.net.traffic import Traffic
from reachsim.resources.fields import traffic_of
from reachsim.resources.security_group import IngressRule
from reachsim.rules.clauses import GroupId, KeyPath
from reachsim.rules.session_manager import REQUIRED_SERVICES, TRAFFIC
from reachsim.stages import going_over

ADMINISTRATION: Final = Traffic.parse("tcp/22,tcp/3389")
"""What people open a shell or a desktop by."""
_BESIDE: Final = ADMINISTRATION | Traffic.parse("icmp,icmpv6")
"""What a bastion may take besides, and still be one."""


@made_by("net.session_manager().superfluous.rules")
@dataclass(frozen=True, repr=False)
class SuperfluousRule(Faced):
    """An inbound rule for SSH or RDP of a group whose members are all ready for sessions."""

    group: str
    rule: str
    where: str
    path: KeyPath = ()

    def __str__(self) -> str:
        return f"{self.group} ingress: {self.rule}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"group": self.group, "rule": self.rule, "where": self.where}


@made_by("net.session_manager().superfluous.bastions")
@dataclass(frozen=True, repr=False)
class SuperfluousBastion(Faced):
    """An instance that nobody can ask for anything but SSH, RDP and a ping, and that, without these rules, no rule and no
    route of the design is about."""

    name: str
    where: str
    path: KeyPath = ()

    def __str__(self) -> str:
        return self.name

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"name": self.name, "where": self.where}


@made_by("net.session_manager().superfluous")
@dataclass(frozen=True, repr=False)
class Superfluous(Faced):
    """What may be removed, as proven by a copy of the design without it.

    `closed`: everything that flows no more without the rules, which is SSH and RDP. `expectations`: numbers of those that
    hold, and would not without the rules or the bastions: they ask for just that. `undecided`: why nothing is said, or
    empty.
    """

    rules: tuple[SuperfluousRule, ...] = ()
    bastions: tuple[SuperfluousBastion, ...] = ()
    closed: tuple[Change, ...] = ()
    expectations: tuple[int, ...] = ()
    undecided: str = ""

    def __bool__(self) -> bool:
        return bool(self.rules)

    def __str__(self) -> str:
        return "; ".join(map(str, (*self.rules, *self.bastions))) or "nothing"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "rules": [rule.to_dict() for rule in self.rules],
            "bastions": [bastion.to_dict() for bastion in self.bastions],
            "closed": [change.to_dict() for change in self.closed],
            "expectations": list(self.expectations),
            "undecided": self.undecided,
        }


_Found = tuple[GroupId, int, IngressRule]


def superfluous(network: Editable, ready: Sequence[str]) -> Superfluous:
    """What nobody needs any more when sessions on the instances that are ready are opened by Session Manager.

    Rules go where all members of their group are ready, and allow nothing but SSH and RDP. On a copy without them the
    instances are asked again, and both are held against each other: nothing may open, and only SSH and RDP close.
    """
    found = list(_rules(network, frozenset(ready)))
    if not found:
        return Superfluous()
    copy = network.with_(_without(network, found))
    change = diff(network, copy)
    if change.undecided:
        return Superfluous(undecided=change.undecided[0])
    stays = all(
        copy.trace(name, f"service:{s}", TRAFFIC).reachable
        for name in going_over("instances asked again", ready)
        for s in REQUIRED_SERVICES
    )
    if change.opened or any(each.traffic - ADMINISTRATION for each in change.changes) or not stays:
        return Superfluous(undecided="without the rules something else would change")
    bastions = [interface for interface in _bastions(network, copy, found) if _goes(copy, interface)]
    broken = set(_broken(network, copy)) | {n for interface in bastions for n in _about(network, interface)}
    return Superfluous(
        tuple(
            SuperfluousRule(f"{vpc}.{group}", rule.text(), network.locate(path), path)
            for (vpc, group), index, rule in found
            for path in (_path((vpc, group), index),)
        ),
        tuple(
            SuperfluousBastion(interface.name, network.locate(interface.owner), interface.owner)
            for interface in bastions
        ),
        change.closed,
        tuple(sorted(broken)),
    )


def _path(group: GroupId, index: int) -> KeyPath:
    return ("vpcs", group[0], "security_groups", group[1], "ingress", index)


def _rules(network: Editable, ready: frozenset[str]) -> Iterator[_Found]:
    """Inbound rules for SSH and RDP alone, of groups whose members are all interfaces of instances that are ready."""
    members: dict[GroupId, list[NetworkInterface]] = {}
    for interface in network.topology.interfaces.values():
        for group in interface.groups or ():
            members.setdefault(group, []).append(interface)
    for vpc, body in network.design.vpcs.items():
        for name, rules in body.security_groups.items():
            mine = members.get((vpc, name), ())
            if not mine or not all(
                interface.kind == "instance" and _instance(interface) in ready for interface in mine
            ):
                continue
            for index, rule in enumerate(rules.ingress):
                if rule.known and not traffic_of(rule.allow) - ADMINISTRATION:
                    yield (vpc, name), index, rule


def _instance(interface: NetworkInterface) -> str:
    """The full name of the instance that an interface belongs to."""
    return f"{interface.owner[1]}.{interface.owner[3]}"


def _without(network: Editable, found: Iterable[_Found]) -> Mapping[str | KeyPath, Any]:
    """The edits that take some rules away: a whole list for each group, since indexes move."""
    gone: dict[GroupId, set[int]] = {}
    for group, index, _ in found:
        gone.setdefault(group, set()).add(index)
    data: Any = network.source.document.data
    out: dict[str | KeyPath, Any] = {}
    for (vpc, name), indexes in gone.items():
        path: KeyPath = ("vpcs", vpc, "security_groups", name, "ingress")
        rules = data["vpcs"][vpc]["security_groups"][name]["ingress"]
        out[path] = [rule for index, rule in enumerate(rules) if index not in indexes]
    return out


def _bastions(network: Editable, copy: Editable, found: Sequence[_Found]) -> Iterator[NetworkInterface]:
    """Instances that one of the rules lets in, and that are there for nothing else: they take SSH and RDP alone, and without
    the rules no route leads to them and no rule names them."""
    named = list(_let_in(network, found))
    if not named:
        return
    matrix = network.matrix()
    for interface in going_over("instances that may be superfluous", named):
        others = [
            other for other in network.topology.interfaces.values() if other is not interface and not other.shared
        ]
        if any(other.owner == interface.owner for other in others) or _is_router(network, interface):
            continue
        taken = [matrix.cell(other.name, interface.name) for other in others if other.silent is None]
        outside = network.reach("internet", interface.name)
        if any(cell.undecided or cell.delivered - _BESIDE for cell in taken):
            continue
        if not outside.undecided and not outside.delivered.traffic() - _BESIDE and not _named_by_rules(copy, interface):
            yield interface


def _named_by_rules(copy: Editable, interface: NetworkInterface) -> bool:
    """Whether a rule names a group that no other interface has, or the very address of an interface."""
    shared = {
        group
        for other in copy.topology.interfaces.values()
        if other.name != interface.name
        for group in other.groups or ()
    }
    own = (interface.groups or frozenset()) - shared
    spans = {(address, address) for address in interface.places}
    return any(
        own & clause.groups or spans.intersection(clause.peers.spans)
        for _, _, filter in rule_sets(copy)
        for clause in filter.clauses
    )


def _is_router(network: Editable, interface: NetworkInterface) -> bool:
    body = network.design.vpcs[interface.vpc.name].instances[str(interface.owner[3])]
    return body.nat is not None or bool(body.client_networks)


def _let_in(network: Editable, found: Sequence[_Found]) -> Iterator[NetworkInterface]:
    """Instances that rules name by a group of theirs, or by their very address."""
    groups: set[GroupId] = set()
    addresses: set[int] = set()
    for (vpc, own), _, rule in found:
        for peer in rule.peers:
            if isinstance(peer, Cidr):
                addresses |= {peer.network} if peer.size == 1 else set()
            else:
                groups |= network.source.names.peer(vpc, peer)[1] - {(vpc, own)}
    for interface in network.topology.interfaces.values():
        if interface.kind == "instance" and (
            groups & (interface.groups or frozenset()) or addresses & set(interface.addresses)
        ):
            yield interface


def _about(network: Editable, interface: NetworkInterface) -> Iterator[int]:
    """Numbers of the expectations that name an interface."""
    for number, expectation in enumerate(network.design.expect, 1):
        if interface.name in (_means(network, expectation.from_), _means(network, expectation.to)):
            yield number


def _means(network: Editable, asked: Asked) -> str:
    end = network.endpoint(asked)
    return end.name if isinstance(asked, str) and end.literal is None else ""


def _goes(copy: Editable, interface: NetworkInterface) -> bool:
    """Whether a copy without an instance is a design in which everything else is as it was."""
    edits: dict[str | KeyPath, Any] = {interface.owner: None}
    gone = set(_about(copy, interface))
    if gone:
        data: Any = copy.source.document.data
        edits[("expect",)] = [each for number, each in enumerate(data["expect"], 1) if number not in gone]
    try:
        left = copy.with_(edits)
    except DesignError:  # something else of the design names it
        return False
    change = diff(copy, left)
    return not change.undecided and all(
        each.sources == (interface.name,) or each.destinations == (interface.name,) for each in change.changes
    )


def _broken(network: Editable, copy: Editable) -> Iterator[int]:
    """Numbers of the expectations that hold, and do not without the rules."""
    for number in range(1, len(network.design.expect) + 1):
        if network.decide(number).holds and not copy.decide(number).holds:
            yield number
