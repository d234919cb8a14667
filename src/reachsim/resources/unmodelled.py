"""Components that a design may have and reachsim does not model: doors of unknown width.

What reaches one is not judged: wherever it could change an answer, the answer is "cannot decide", with this reason. A `Door`
says, as widely as its few well-known keys do not rule it out, in which subnets it may have addresses of its own.
docs/limits.md lists the components.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator

from reachsim.calls import made_by
from reachsim.dataplane.checkpoint import Checkpoint, CheckpointType, Forward, Header, Leg, Step, Undecided
from reachsim.dataplane.filters import Direction, Filter, Query
from reachsim.dataplane.place import GroupSet
from reachsim.dataplane.scope import ANY
from reachsim.dataplane.site import VpcSite
from reachsim.errors import with_article
from reachsim.faces import Faced
from reachsim.resources.fields import Written
from reachsim.resources.reference import UNKNOWN
from reachsim.rules.clauses import NO_GROUPS, KeyPath


def _anything(value: Any) -> Any:
    return value if isinstance(value, dict) else {}


Unmodelled = Annotated[dict[str, Any], BeforeValidator(_anything), Written(lambda own: {})]
"""Any mapping; only the keys that say where its doors are, are looked at."""


_HOST = "host"
"""The `kind` of what sends and takes connections of its own alone, as an instance, a task or a database does."""


@made_by("net.not_modelled")
@dataclass(frozen=True, repr=False)
class Door(Faced):
    """One component that is not modelled.

    `name`: full name; `noun`: what it is; `path`: where it is written. `subnets`: ``(vpc, subnet)`` in which it may have
    addresses of its own. `tags`: as it writes them. `why`: the reason, where it is another than that it is not modelled.
    `host`: whether it may be what instances are, and start connections and have public addresses. `anything`: whether it may
    be of any kind, such as a load balancer, an endpoint, or a router with networks behind it. `public`: whether it may have
    a public address. `enters`: the VPCs into which it may bring packets of networks that the design does not tell. `ipv6`:
    whether it may have an IPv6 address. `groups`: the security groups of a host that is one network interface, or several
    with the same groups, in its subnets, with addresses that nothing else of the design has; None where that is not told.
    """

    name: str
    noun: str
    path: KeyPath
    subnets: frozenset[tuple[str, str]] = frozenset()
    tags: tuple[tuple[str, str], ...] = ()
    why: str = ""
    host: bool = True
    anything: bool = True
    public: bool = True
    enters: frozenset[str] = frozenset()
    ipv6: bool = True
    groups: tuple[str, ...] | None = None

    @property
    def vpc(self) -> str:
        """The VPC that it is written in; empty for what is in none."""
        return str(self.path[1]) if self.path[0] == "vpcs" else ""

    @property
    def reason(self) -> str:
        """Why an answer that depends on it cannot be decided."""
        if self.why:
            return self.why
        return f"{self.name} is {with_article(self.noun)}, which is not modelled"

    def __str__(self) -> str:
        return f"{self.noun} {self.name}"


def unknown_interfaces(vpc: str, subnet: str) -> Door:
    """The door that a subnet is in which there may be interfaces that the design does not tell."""
    name = f"{vpc}.{subnet}"
    why = f"what interfaces are in subnet {name} is not known"
    path: KeyPath = ("vpcs", vpc, "subnets", subnet)
    return Door(name, "subnet with interfaces that are not known,", path, frozenset({(vpc, subnet)}), (), why)


def _texts(value: Any) -> list[str]:
    return [item for item in (value if isinstance(value, list | tuple) else [value]) if isinstance(item, str)]


def _bare(value: Any) -> Iterator[str]:
    """Bare names in a value that is a name or a list of names."""
    for item in _texts(value):
        yield item.rpartition(".")[2]


def _all_known(value: Any, known: Collection[str]) -> frozenset[str] | None:
    """The names in a value that is a name, a list or a mapping of names; None unless each of them is known."""
    items = value if isinstance(value, list | tuple | dict) else [value]
    names = frozenset(_bare(list(items)))
    return names if len(names) == len(items) and names <= set(known) else None


def door_in_vpc(
    section: str,
    noun: str,
    vpc: str,
    name: str,
    body: Mapping[str, Any],
    subnets: Iterable[str],
    groups: Collection[str] = (),
) -> Door:
    """The door that a component of a VPC is: in the subnets that it names, in all (`subnets`) where it does not or names one
    that is not there. Its `why`, where it has one, is the reason of what is undecided because of it. Groups of a host that
    are not all among the VPC's (`groups`) may be any."""
    known = tuple(subnets)
    places = _all_known(body.get("subnets", body.get("subnet")), known) or known
    tags = body.get("tags")
    written = tuple((str(k), str(v)) for k, v in tags.items()) if isinstance(tags, dict) else ()
    why = f"{vpc}.{name}: {body['why']}" if isinstance(body.get("why"), str) else ""
    where = frozenset((vpc, at) for at in places)
    host = section != "network_firewalls"  # whose endpoints start nothing, and have no public address
    anything = section == "unknown_components" and body.get("kind") != _HOST
    public = body.get("public") is not False
    named = tuple(text.removeprefix(f"{vpc}.") for text in _texts(body.get("security_groups")))
    own = named if {*named} <= {*groups, "default", UNKNOWN} else (UNKNOWN,)
    interface = bool(named) and places is not known and body.get("kind") == _HOST
    path: KeyPath = ("vpcs", vpc, section, name)
    ipv6 = anything or body.get("ipv6") is not False
    full = f"{vpc}.{name}"
    told = own if interface else None
    return Door(full, noun, path, where, written, why, host, anything, public, ipv6=ipv6, groups=told)


class UnmodelledCheckpoint(Checkpoint, is_a=CheckpointType.UNMODELLED, cuts=False, asks=False):
    """A component that reachsim does not model: whatever reaches it is undecided."""

    __slots__ = ("door",)

    def __init__(self, door: Door) -> None:
        super().__init__(door.name, door.noun, door.path)
        self.door = door

    def step(self, header: Header, leg: Leg) -> Step:
        """Say that reachsim cannot tell."""
        return Undecided(self.door.reason, header, path=self.path, scope=ANY)

    def successors(self) -> tuple[Checkpoint, ...]:
        """None that reachsim knows of."""
        return ()


class HiddenGroups(Checkpoint, is_a=CheckpointType.SECURITY_GROUPS, cuts=False, asks=True):
    """The security groups of a host of which it is not known where it is: they judge all that it sends and all that is sent
    to it, wherever that is (SG-22). A rule of somebody else's names it by them (SG-10)."""

    __slots__ = ("direction", "door", "filter", "groups", "next", "vpc")

    def __init__(self, door: Door, vpc: VpcSite, groups: GroupSet, direction: Direction, next: Checkpoint) -> None:
        self.filter = groups.egress if direction is Direction.EGRESS else groups.ingress
        super().__init__(door.name, f"{self.filter.name} {direction.value}", door.path)
        self.door, self.vpc, self.groups, self.direction, self.next = door, vpc, groups.groups, direction, next

    def step(self, header: Header, leg: Leg) -> Step:
        """Ask the groups, then go on. What it sends is its own, with its groups (SG-14); whose groups those of the other end
        are is known as well as these."""
        out = self.direction is Direction.EGRESS
        peer = header.destination if out else header.source
        carried = None if out else header.carried
        if carried is None:
            carried = self.vpc.groups_at(peer, inbound=not out) if out or header.direct else NO_GROUPS
        query = Query(self.filter, peer, carried=carried)
        onward = header._replace(carried=self.groups) if out else header
        return Forward(self.next, onward, scope=ANY, asks=query)

    def filters(self) -> Iterable[Filter]:
        """The groups."""
        return (self.filter,)

    def successors(self) -> tuple[Checkpoint, ...]:
        """What comes after them."""
        return (self.next,)
