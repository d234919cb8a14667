"""What the families of a design share while it is made: the inventory, the design so far, and what everything is called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Any, Final

from reachsim.importing.builder.choices import Choices, choices
from reachsim.importing.builder.nature import as_interface, nature
from reachsim.importing.imported import Imported, Note, Path
from reachsim.importing.inventory import Fields, Inventory, Item, NotKnown, Unknown
from reachsim.importing.naming import Naming
from reachsim.importing.rules import Refused
from reachsim.net.address import format_address
from reachsim.net.cidr import Cidr, blocks_of
from reachsim.rules.addresses import NETWORKS

Data = dict[str, Any]
GONE: Final = frozenset({"deleted", "deleting", "terminated", "shutting-down", "failed", "rejected", "expired"})
"""States of what is there no more."""
_IN_VPCS: Final = ("Subnets", "RouteTables", "NetworkAcls", "SecurityGroups", "NetworkInterfaces", "NatGateways")

_FIRST_HOST: Final = 16
"""From which place of its block on an IPv6 address is chosen; AWS keeps the first four and the last."""
_EVERY_IPV6: Final = "::/0"
_CALLED: Final = ("LoadBalancerName", "FunctionName", "Name")
"""What things are called that have no ``Name`` tag."""


@dataclass
class Draft:
    """A design in the making.

    `found`: what it is made of. `out`: what is made. `names`: by id, the bare name in its VPC, or of what is in none.
    `vpc_of`: by id, the id of the VPC that it is in, empty for what is in none. `doubted`: by id, why it is not known what
    becomes of packets that a route leads to it. `learning`: by the id of a route table, why it may have routes that nobody
    wrote. `vague`: by the id of a virtual private gateway, why not all prefixes that it knows are known.
    `partial`: by the id of a prefix list, its known entries where there may be others. `anywhere`: by the id of a virtual
    private gateway, what it is called in each VPC that it may be of, where that is not known.
    `path_of`: by id, its key path. `associated`: by the id of a group, the names of other VPCs in which something has it.
    """

    found: Inventory
    out: Imported = field(default_factory=lambda: Imported({"version": 1, "vpcs": {}}))
    naming: Naming = field(default_factory=Naming)
    names: dict[str, str] = field(default_factory=dict)
    vpc_of: dict[str, str] = field(default_factory=dict)
    doubted: dict[str, str] = field(default_factory=dict)
    unplaced: set[str] = field(default_factory=set)
    learning: dict[str, str] = field(default_factory=dict)
    vague: dict[str, str] = field(default_factory=dict)
    partial: dict[str, list[str]] = field(default_factory=dict)
    anywhere: dict[str, list[str]] = field(default_factory=dict)
    path_of: dict[str, Path] = field(default_factory=dict)
    associated: dict[str, dict[str, None]] = field(default_factory=dict)
    _inside: dict[str, dict[str, list[Item]]] = field(default_factory=dict)
    _adrift: dict[str, list[Item]] = field(default_factory=dict)

    @cached_property
    def choices(self) -> Choices:
        """What may be chosen where it is not known."""
        return choices(self.found)

    @cached_property
    def unowned(self) -> list[tuple[Item, Unknown]]:
        """The interfaces that may be some instance's, each with the reason."""
        told = [(item, item.either("Attachment")) for item in self.found.of("NetworkInterfaces")]
        owners = [(item, each.either("InstanceId") if isinstance(each, Fields) else each) for item, each in told]
        maybe = [(item, Unknown(each.maybe)) for item, each in told if isinstance(each, Fields) and each.maybe]
        return [*((item, owner) for item, owner in owners if isinstance(owner, Unknown)), *maybe]

    def other_interface(self, instance: Item, vpc: str, members: Iterable[Item] = ()) -> Unknown | None:
        """Why an instance may have an interface that is not known to be its own (`members`); None where it may not: of one
        device index it has one."""
        taken = {index_of(each) for each in members} - {None}
        for item, why in self.unowned:
            candidates = getattr(why, "candidates", ())
            of = self.vpc_of.get(str(item.either("SubnetId")), vpc)
            if of == vpc and index_of(item) not in taken and (not candidates or instance.id in candidates):
                return why
        return None

    @cached_property
    def members(self) -> tuple[str, ...]:
        """The addresses that members of a group may have of which nothing is known: such as networks have, or those of a
        VPC; a public one never counts (SG-10, SG-12)."""
        known = [block for block in blocks_of(NETWORKS) if block.version == 4]
        own = (Cidr.parse(text) for body in self.vpcs.values() for text in body["cidrs"])
        further = [each for each in own if each.version == 4 and not any(each in block for block in known)]
        return (*dict.fromkeys(map(str, (*known, *further))), _EVERY_IPV6)

    @cached_property
    def attached(self) -> dict[str, list[Item]]:
        """The interfaces that were read by themselves, by the instance that has them, or may have them."""
        found: dict[str, list[Item]] = {}
        for each in self.found.of("NetworkInterfaces"):
            attachment = each.either("Attachment")
            owner = attachment.either("InstanceId") if isinstance(attachment, Fields) else None
            if isinstance(owner, str):
                found.setdefault(owner, []).append(each)
        return found

    @cached_property
    def elastic(self) -> tuple[dict[str, list[Item]], list[Unknown]]:
        """Elastic IPs by the interface or instance that has them, and why others may be anybody's."""
        by_owner: dict[str, list[Item]] = {}
        unowned: list[Unknown] = []
        for item in self.found.of("Addresses"):
            told = [item.either(key) for key in ("NetworkInterfaceId", "InstanceId")]
            for id in told:
                if isinstance(id, str) and id:
                    by_owner.setdefault(id, []).append(item)
            if not any(isinstance(id, str) and id for id in told):
                unowned += [id for id in told if isinstance(id, Unknown)][:1]
        return by_owner, unowned

    @cached_property
    def described(self) -> dict[str, list[Item]]:
        """Interfaces by their description, which tells whose they are."""
        out: dict[str, list[Item]] = {}
        for item in self.found.of("NetworkInterfaces"):
            out.setdefault(str(item.either("Description") or ""), []).append(item)
        return out

    def next_ipv6(self, block: Cidr) -> str:
        """An IPv6 address of a block that nothing else has, for one that AWS gives."""
        while True:
            address = format_address(block.network + next(self._ipv6_hosts))
            if address not in self._written_ipv6:
                return address

    @cached_property
    def _ipv6_hosts(self) -> Iterator[int]:
        return count(_FIRST_HOST)

    @cached_property
    def _written_ipv6(self) -> set[str]:
        told = (each for item in self.found.of("NetworkInterfaces") for each in item.members("Ipv6Addresses").known)
        return {str(each.either("Ipv6Address")) for each in told if isinstance(each, Fields)}

    def inside(self, kind: str, vpc: str) -> list[Item]:
        """The objects of a kind of which it is known that they are in a VPC."""
        if kind not in self._inside:
            own = self._inside[kind] = {}
            self._adrift[kind] = []
            for item in self.found.of(kind):
                at = item.either("VpcId")
                if isinstance(at, str):
                    own.setdefault(at, []).append(item)
                elif isinstance(at, Unknown):
                    self._adrift[kind].append(item)
        return self._inside[kind].get(vpc, [])

    def adrift(self, kind: str) -> list[Item]:
        """The objects of a kind of which it is not known in which VPC they are."""
        self.inside(kind, "")
        return self._adrift[kind]

    # -- what is said --------------------------------------------------------------------------------------------

    def note(self, kind: str, what: str, text: str, item: Item | None = None) -> None:
        """Say something about what was imported."""
        self.out.notes.append(Note(kind, what, text, str(item.origin) if item is not None else ""))

    def nowhere(self, item: Item, text: str = "it is in no subnet that was read") -> None:
        """Leave out something with addresses, since it is not known where it is (`builder.unplaced`)."""
        self.unplaced.add(item.id)
        self.note("left out", item.id, text, item)

    def unknown(self, item: Item, what: str, reason: str) -> None:
        """Say that something about an object is not known."""
        self.note("unknown", item.id, f"{what} is not known: {reason}" if reason else f"{what} is not known", item)

    # -- what is made --------------------------------------------------------------------------------------------

    def each(
        self,
        kinds: str | Iterable[str],
        add: Callable[[Draft, Item], None],
        otherwise: Callable[[Draft, Item, str], None] | None = None,
        *,
        maybe: bool = False,
    ) -> None:
        """Add every object of some kinds. `otherwise`: what becomes of one of which `add` reads what is not known, and,
        unless `maybe`, of one that may not be there; left out, `doubt`. So whatever `add` does not ask about is never taken
        for absent."""
        for kind in (kinds,) if isinstance(kinds, str) else kinds:
            for item in self.found.of(kind):
                self.one(item, add, otherwise, maybe=maybe)

    def one(
        self,
        item: Item,
        add: Callable[[Draft, Item], None],
        otherwise: Callable[[Draft, Item, str], None] | None = None,
        *,
        maybe: bool = False,
    ) -> None:
        """Add one object, as `each` does."""
        unsure = otherwise or Draft.doubt
        if item.maybe and not maybe:
            unsure(self, item, f"whether it is there is not known: {item.maybe}")
            return
        try:
            add(self, item)
        except NotKnown as error:
            unsure(self, item, error.reason)
        except Refused as error:
            self.note("left out", item.id, f"AWS would refuse it: {error}", item)

    def doubt(self, item: Item, reason: str) -> None:
        """Put in place of an object a component of which nothing but its name is known, and where it may be."""
        self.unknown(item, "what it does", reason)
        self.stand_in(item, reason)

    def stand_in(self, item: Item, reason: str, section: str = "unknown_components") -> None:
        """Put a component of which nothing but its name is known where an object may be."""
        vpc, subnets = self.whereabouts(item)
        if not vpc or item.id in self.vpc_of:
            self.doubted[item.id] = reason
            return
        name = self.naming.name("targets", called(item), item.id)
        body: Data = {"subnets": list(dict.fromkeys(subnets))} if subnets else {}
        members = self.attached.get(item.id, [])
        what = nature(self.found, item, members)
        known = body and what.get("kind") and self.found.one("Instances", item.id) is item
        if known and self.other_interface(item, vpc, members) is None:
            what |= as_interface(self.found, item, members, vpc, self.vpc_of, self.names, body["subnets"])
        self.section(vpc, section)[name] = {**body, **what, "why": reason}
        self.place(item, ("vpcs", self.names[vpc], section, name), vpc)

    def whereabouts(self, item: Item) -> tuple[str, list[str]]:
        """The VPC of an object, empty where none is known, and the names of its subnets, none where not all are known."""
        listed = item.members("SubnetIds")
        own = item.either("SubnetId")
        zones = item.members("AvailabilityZones").known
        ids = [own] if own is not None else list(listed.known)
        ids = ids or [each.either("SubnetId") for each in zones if isinstance(each, Fields)]
        told = (item.either(key) for key in ("SubnetId", "SubnetIds", "AvailabilityZones"))
        among = next((list(each.candidates) for each in told if getattr(each, "candidates", ())), [])
        if among and {self.vpc_of.get(each, "") for each in among} == {self.vpc_of.get(among[0]) or "?"}:
            return self.vpc_of[among[0]], [self.names[each] for each in among]
        known = [each for each in ids if isinstance(each, str) and self.vpc_of.get(each)]
        written = item.either("VpcId")
        vpc = written if isinstance(written, str) and written in self.names else self.vpc_of[known[0]] if known else ""
        inside = [self.names[each] for each in known if self.vpc_of[each] == vpc]
        return vpc, [] if listed.unknown or len(inside) < len(ids) else inside

    def place(self, item: Item, path: Path, vpc: str = "") -> None:
        """Remember what an object is called, and where it was read."""
        name = str(path[-1])
        self.names[item.id] = name
        self.vpc_of[item.id] = vpc
        self.out.names[item.id] = f"{self.names[vpc]}.{name}" if vpc else name
        self.out.origins[path] = item.origin
        self.path_of[item.id] = path

    def place_entry(self, path: Path, entry: Fields) -> None:
        """Remember where a rule, a route or an association was read, if that is not the place of what it is in."""
        if entry.origin is not None:
            self.out.entries[path] = entry.origin

    @property
    def vpcs(self) -> dict[str, Data]:
        """The VPCs of the design, by name."""
        vpcs: dict[str, Data] = self.out.design["vpcs"]
        return vpcs

    def body(self, vpc: str) -> Data:
        """What the design says of a VPC, by its id."""
        return self.vpcs[self.names[vpc]]

    def section(self, vpc: str, section: str) -> Data:
        """One section of a VPC, made where it is not there yet."""
        members: Data = self.body(vpc).setdefault(section, {})
        return members

    def top(self, section: str) -> Data:
        """A section of the design outside its VPCs, made where it is not there yet."""
        members: Data = self.out.design.setdefault(section, {})
        return members

    # -- what is asked -------------------------------------------------------------------------------------------

    def local(self, vpc: str, id: str) -> str | None:
        """The name of something in a VPC, None where that has nothing of the sort."""
        return self.names.get(id) if self.vpc_of.get(id) == vpc else None

    def subnets(self, vpc: str, ids: Iterable[str]) -> list[str]:
        """The names of subnets of a VPC; those that were not read are left out. Raises NotKnown for one that was read while
        it is not known where it is."""
        names = []
        for id in ids:
            if self.local(vpc, id) is not None:
                names.append(self.names[id])
            elif id not in self.names and self.found.one("Subnets", id) is not None:
                raise NotKnown(Unknown(f"where its subnet {id} is is not known"))
        return names

    def home(self, item: Item) -> str:
        """The id of the VPC that an object is in, empty where it is in none that the design has. Raises NotKnown."""
        vpc = item.text("VpcId")
        return vpc if vpc in self.names else ""

    @cached_property
    def vpc_ids(self) -> Mapping[str, None]:
        """Every VPC that was read, or that something is in, in order."""
        ids = [item.id for item in self.found.of("Vpcs") if item.either("State") not in GONE]
        for kind in _IN_VPCS:
            inside = (item.either("VpcId") for item in self.found.of(kind))
            ids += [vpc for vpc in inside if isinstance(vpc, str) and vpc]
        return dict.fromkeys(ids)


def called(item: Item) -> str:
    """What an object is called by those who ask about it, wherever it turns out to be; empty where nothing tells."""
    return next((each for each in map(item.either, _CALLED) if isinstance(each, str) and each), item.name)


def index_of(interface: Item) -> int | None:
    """The device index of an interface, None where it is not known."""
    attachment = interface.either("Attachment")
    index = attachment.either("DeviceIndex") if isinstance(attachment, Fields) else None
    return index if isinstance(index, int) else None


def known(value: Any) -> Any:
    """A value that may be unknown; None in place of what is unknown."""
    return None if isinstance(value, Unknown) else value


def in_place_of(section: str, what: str, body: Data) -> Callable[[Draft, Item, str], None]:
    """For `Draft.each`: what is written in place of an item of a VPC of which too little is known, and what is not known."""

    def doubt(draft: Draft, item: Item, reason: str) -> None:
        draft.unknown(item, what, reason)
        vpc = draft.vpc_of.get(item.id)
        if vpc:
            draft.section(vpc, section)[draft.names[item.id]] = dict(body)

    return doubt
