"""Components that a design may have and reachsim does not model: doors of unknown width.

What reaches one is not judged, and neither is what could come out of it: wherever it could change an answer, the answer is
"cannot decide", with this reason. So a `Door` says, as widely as its few well-known keys do not rule it out, into which VPCs
it may send and from which addresses, in which subnets it may have addresses of its own, and into which route tables it may
write. docs/limits.md lists the components.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import BeforeValidator

from reachsim.fabric.checkpoint import Checkpoint, Leg, Transit
from reachsim.fabric.steps import ANY, Step, Undecided
from reachsim.kinds.kind import Written
from reachsim.net.cidr import AddressSet, Cidr
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.clauses import KeyPath


def _anything(value: Any) -> Any:
    return value if isinstance(value, dict) else {}


Unmodelled = Annotated[dict[str, Any], BeforeValidator(_anything), Written(lambda own: {})]
"""Any mapping; only the keys that say where its doors are, are looked at."""

EVERYWHERE = AddressSet.everything()
NOWHERE = AddressSet.nothing()


@dataclass(frozen=True, eq=False)
class Door:
    """One component that is not modelled.

    `name`: full name; `noun`: what it is; `path`: where it is written. `vpcs`: VPCs into which it may send, None for every
    one. `brings`: addresses outside all VPCs whose packets it may bring. `subnets`: ``(vpc, subnet)`` in which it may
    have addresses of its own. `calls`: whether it may send from these. `public`: whether it may have public addresses too.
    `tables`: ``(vpc, table)`` into which it may write routes, to `routed`. `tags`: as it writes them.
    """

    name: str
    noun: str
    path: KeyPath
    vpcs: frozenset[str] | None = frozenset()
    brings: AddressSet = NOWHERE
    subnets: frozenset[tuple[str, str]] = frozenset()
    calls: bool = False
    public: bool = False
    tables: frozenset[tuple[str, str]] = frozenset()
    routed: AddressSet = NOWHERE
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def reason(self) -> str:
        """Why an answer that depends on it cannot be decided."""
        article = "an" if self.noun[0] in "aeiou" else "a"
        return f"{self.name} is {article} {self.noun}, which is not modelled"

    def into(self, vpc: str) -> bool:
        """Whether it may send into a VPC."""
        return self.vpcs is None or vpc in self.vpcs


@dataclass(frozen=True)
class Surroundings:
    """What a door's keys are read against: each VPC's subnets, route tables and blocks, and the connections to gateways."""

    subnets: Mapping[str, tuple[str, ...]]
    tables: Mapping[str, tuple[str, ...]]
    blocks: Mapping[str, AddressSet]
    connections: tuple[Mapping[str, Any], ...] = ()

    def places(self, vpc: str, body: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
        """The subnets that a body names, all of the VPC where it names none that is there."""
        named = set(_bare(body.get("subnets"))) & set(self.subnets[vpc])
        return frozenset((vpc, subnet) for subnet in named or self.subnets[vpc])

    def tables_of(self, vpc: str, named: Any) -> frozenset[tuple[str, str]]:
        """The route tables that a value names, all of the VPC where it names none."""
        return frozenset((vpc, table) for table in set(_bare(named)) & set(self.tables[vpc]) or self.tables[vpc])

    def behind(self, vpc: str, gateway: str) -> AddressSet:
        """What a gateway's connections say is behind it; everything where one of them does not say, or none is written."""
        found = NOWHERE
        mine = [
            c
            for c in self.connections
            if {gateway, f"{vpc}.{gateway}"} & {*_texts(c.get("gateway")), *_texts(c.get("gateways"))}
        ]
        for connection in mine:
            written = [*_texts(connection.get("static_routes")), *_texts(connection.get("bgp_routes"))]
            blocks = [block for text in written if (block := _block(text)) is not None]
            if not blocks or len(blocks) < len(written):
                return EVERYWHERE
            found |= AddressSet.union_of(block.span for block in blocks)
        return found if mine else EVERYWHERE


def _texts(value: Any) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def _block(text: str) -> Cidr | None:
    try:
        return Cidr.parse_peer(text)
    except ValueError:
        return None


def _bare(value: Any) -> Iterator[str]:
    """Bare names in a value that is a name or a list of names."""
    for item in _texts(value):
        yield item.rpartition(".")[2]


def door_in_vpc(section: str, noun: str, vpc: str, name: str, body: Mapping[str, Any], around: Surroundings) -> Door:
    """The door that a component of a VPC is."""
    tags = body.get("tags")
    door = _door_in_vpc(section, noun, vpc, name, body, around)
    return replace(door, tags=tuple((str(k), str(v)) for k, v in tags.items()) if isinstance(tags, dict) else ())


def _door_in_vpc(section: str, noun: str, vpc: str, name: str, body: Mapping[str, Any], around: Surroundings) -> Door:
    full, path, here = f"{vpc}.{name}", ("vpcs", vpc, section, name), frozenset({vpc})
    if section == "vpn_gateways":  # brings whatever is behind it, and may write its routes into every table (VPN-4)
        tables = around.tables_of(vpc, body.get("propagate_to"))
        routed = around.behind(vpc, name) - around.blocks[vpc]  # a propagated route never beats the local one (ROUTE-7)
        return Door(full, noun, path, here, EVERYWHERE, tables=tables, routed=routed)
    kind = body.get("type")
    subnets = around.places(vpc, body)
    if section == "load_balancers":  # an ALB ends the connection (LB-1), an NLB may keep the client's address (LB-5)
        public = body.get("scheme") != "internal"
        keeps = kind not in ("application", "classic", "gateway")
        targets = frozenset({vpc}) | _vpcs_of_addresses(body, around.blocks)
        brings = PUBLIC if public and keeps else NOWHERE
        return Door(full, noun, path, targets, brings, subnets, calls=True, public=public)
    return Door(full, noun, path, subnets=subnets)


def door_outside(section: str, noun: str, name: str, body: Mapping[str, Any], known: Iterable[str]) -> Door:
    """The door that a component in no VPC is. `known`: names of all gateways of the design that are doors themselves."""
    path = (section, name)
    if section == "transit_gateways":
        attachments = body.get("attachments")
        members = attachments.values() if isinstance(attachments, dict) else []
        vpcs = {member["vpc"] for member in members if isinstance(member, dict) and isinstance(member.get("vpc"), str)}
        return Door(name, noun, path, frozenset(vpcs) or None, EVERYWHERE)
    gateways = [*_bare(body.get("gateway")), *_bare(body.get("gateways"))]
    if gateways and set(gateways) <= set(known):
        return Door(name, noun, path)  # what it brings comes in by its gateway, which is a door too
    return Door(name, noun, path, None, EVERYWHERE)


def _vpcs_of_addresses(body: Any, blocks: Mapping[str, AddressSet]) -> frozenset[str]:
    """VPCs whose addresses a body names: targets by address may be in another VPC (LB-8)."""
    found: set[str] = set()
    todo: list[Any] = [body]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            todo += value.values()
        elif isinstance(value, list):
            todo += value
        elif isinstance(value, str) and value[:1].isdigit():
            block = _block(value)
            if block is None:
                continue
            found |= {vpc for vpc, own in blocks.items() if not own.isdisjoint(block.addresses)}
    return frozenset(found)


class UnmodelledCheckpoint(Checkpoint):
    """A component that reachsim does not model: whatever reaches it is undecided, and it may send into its VPCs.

    `inward`: the first checkpoints of the interfaces to which it may send.
    """

    __slots__ = ("door", "inward")

    def __init__(self, door: Door) -> None:
        super().__init__(door.name, door.noun, door.path)
        self.door = door
        self.inward: tuple[Checkpoint, ...] = ()

    def step(self, transit: Transit, leg: Leg) -> Step:
        """Say that reachsim cannot tell."""
        return Undecided(self.door.reason, transit, path=self.path, scope=ANY)

    def successors(self) -> tuple[Checkpoint, ...]:
        """Every interface that it may send to."""
        return self.inward
