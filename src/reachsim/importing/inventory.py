"""The one inner form of all that is imported: objects in the shapes of AWS's APIs, by kind and id."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from reachsim.calls import made_by

Attributes = dict[str, Any]

NOT_READ: Final = "NotRead"
"""Objects of a kind that is not read and have a place: `Kind`, of `SubnetIds` and `VpcId` what is told, and `HOST`."""
HOST: Final = "Host"
"""Of what is not read: whether it only sends and takes connections of its own, as the tasks of a service do."""
PRIVATE_LINK: Final = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"
"""Of a Network Load Balancer: whether its groups judge what comes by PrivateLink (LB-3)."""
REFERENCING: Final = "SecurityGroupReferencingSupport"
"""Among the options of a transit gateway and of its attachments: whether rules may name groups across it (TGW-14)."""
IDS: Final = {
    "Vpcs": "VpcId",
    "Subnets": "SubnetId",
    "RouteTables": "RouteTableId",
    "NetworkAcls": "NetworkAclId",
    "SecurityGroups": "GroupId",
    "SecurityGroupRules": "SecurityGroupRuleId",
    "NetworkInterfaces": "NetworkInterfaceId",
    "Instances": "InstanceId",
    "InternetGateways": "InternetGatewayId",
    "EgressOnlyInternetGateways": "EgressOnlyInternetGatewayId",
    "NatGateways": "NatGatewayId",
    "VpcPeeringConnections": "VpcPeeringConnectionId",
    "VpcEndpoints": "VpcEndpointId",
    "InstanceConnectEndpoints": "InstanceConnectEndpointId",
    "PrefixLists": "PrefixListId",
    "ManagedPrefixLists": "PrefixListId",
    "TransitGateways": "TransitGatewayId",
    "TransitGatewayRouteTables": "TransitGatewayRouteTableId",
    "TransitGatewayAttachments": "TransitGatewayAttachmentId",
    "TransitGatewayVpcAttachments": "TransitGatewayAttachmentId",
    "TransitGatewayPropagations": "TransitGatewayRouteTableId",
    "TransitGatewayStaticRoutes": "TransitGatewayRouteTableId",
    "VpnGateways": "VpnGatewayId",
    "VpnConnections": "VpnConnectionId",
    "CustomerGateways": "CustomerGatewayId",
    "LoadBalancers": "LoadBalancerArn",
    "TargetGroups": "TargetGroupArn",
    "Listeners": "ListenerArn",
    "LoadBalancerAttributes": "LoadBalancerArn",
    "LoadBalancerTargetHealth": "TargetGroupArn",
    "LoadBalancerDescriptions": "DNSName",
    "Rules": "RuleArn",
    "TargetGroupAttributes": "TargetGroupArn",
    "Functions": "FunctionArn",
    "Aliases": "AliasArn",
    "ServiceConfigurations": "ServiceId",
    "AllowedPrincipals": "ServiceId",
    "TransitGatewayPeeringAttachments": "TransitGatewayAttachmentId",
    "TransitGatewayPolicyTables": "TransitGatewayPolicyTableId",
    "TransitGatewayRouteTableAssociations": "TransitGatewayRouteTableId",
    "DirectConnectGateways": "DirectConnectGatewayId",
    "DirectConnectGatewayAssociations": "AssociationId",
    "HostedZones": "Id",
    "ResourceRecordSets": "HostedZoneId",
    "Addresses": "AllocationId",
    "DhcpOptions": "DhcpOptionsId",
    "ResolverRules": "Id",
    "ResolverRuleAssociations": "Id",
}
"""The kinds of objects that are read, as AWS's APIs name their lists, with the key of an object's id."""


MAYBE: Final = "Maybe"
"""Beside the attributes of an object inside another (a rule, a route, an association): a text, the reason why it is not
known whether it is there. An `Item` has `Item.maybe`."""


PARTS: Final = frozenset({"IpPermissions", "IpPermissionsEgress", "Routes", "Entries", "Associations"})
"""Lists of an object of which each member may be told in a place of its own."""
WHERE: Final = "Where"
"""Beside the attributes of a rule, a route, an entry or an association: a `Where`, if it was read elsewhere than the object
that it is in."""


@dataclass(frozen=True, slots=True, eq=False)
class Unknown:
    """The value of an attribute that a file leaves open, in its place: an attribute is known, absent or unknown.

    It stands for a whole attribute, for an attribute of an inner object, or in a list: there for any number of elements
    that may be there too, none included. `reason`: why, as a clause that can follow "not known:" ("computed when it is
    applied: aws_nat_gateway.b.id"). Two unknown values are never equal.
    """

    reason: str


class NotKnown(Exception):
    """Somebody read what is unknown, without a word for what follows from that."""

    def __init__(self, unknown: Unknown) -> None:
        super().__init__(unknown.reason)
        self.reason = unknown.reason


@made_by("importing.import_files(paths).origins")
@dataclass(frozen=True)
class Origin:
    """Where an object was read: the file, the way through it or the name that it has there, and the line where one is known.

    >>> str(Origin("template.yaml", "DbGroup", 31)), str(Origin("vpcs.json", "Vpcs[0]"))
    ('template.yaml:31 DbGroup', 'vpcs.json: Vpcs[0]')
    """

    file: str
    path: str
    line: int | None = None

    @property
    def folder(self) -> str:
        """The folder of the file, "." where it has none: an account in a Region has a folder of its own."""
        return os.path.dirname(self.file) or "."

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}{':' if self.line is None else ''} {self.path}" if self.path else place


@dataclass(frozen=True, slots=True)
class Where:
    """Where a part of an object was read. What is the same but for the place is equal."""

    origin: Origin = field(compare=False)


@dataclass(frozen=True)
class Members:
    """The elements of a list: those that are known, and why there may be others."""

    known: tuple[Any, ...] = ()
    unknown: tuple[Unknown, ...] = ()

    @property
    def reason(self) -> str:
        """Why there may be others; empty where there are none."""
        return self.unknown[0].reason if self.unknown else ""


class Reading:
    """Reading attributes. What is unknown raises `NotKnown`, so that nobody takes it for absent; who can say what follows
    from it reads by `either` or `members`."""

    attributes: Attributes

    def either(self, key: str) -> Any:
        """An attribute, an `Unknown`, or None where it is absent or null. Objects in it are `Fields`."""
        value = self.attributes.get(key)
        return value if isinstance(value, Unknown) else _wrapped(value)

    def get(self, key: str, default: Any = None) -> Any:
        """An attribute; the default where it is absent or null. Raises NotKnown, also for an object that only may be there,
        and for a list with something of the kind in it."""
        value = self.attributes.get(key)
        if value is None:
            return default
        for each in (value, *(value if isinstance(value, list) else ())):
            if isinstance(each, Unknown):
                raise NotKnown(each)
            if isinstance(each, dict) and each.get(MAYBE):
                raise NotKnown(Unknown(str(each[MAYBE])))
        return _wrapped(value)

    def __contains__(self, key: str) -> bool:
        return self.attributes.get(key) is not None

    def __getitem__(self, key: str) -> Any:
        if key not in self:
            raise KeyError(key)
        return self.get(key)

    def text(self, key: str) -> str:
        """A text; empty where there is none. Raises NotKnown."""
        value = self.get(key)
        return value if isinstance(value, str) else ""

    def list(self, key: str) -> list[Any]:
        """A list, empty where it is absent or null. Raises NotKnown."""
        value = self.get(key)
        return value if isinstance(value, list) else []

    def members(self, key: str) -> Members:
        """A list with what is unknown of it. An object that only may be there is not among the known, unless the reader
        asks for its `maybe`: see `certain`."""
        value = self.attributes.get(key)
        if isinstance(value, Unknown):
            return Members((), (value,))
        listed = value if isinstance(value, list) else []
        return Members(
            tuple(_wrapped(each) for each in listed if each is not None and not isinstance(each, Unknown)),
            tuple(each for each in listed if isinstance(each, Unknown)),
        )

    def certain(self, key: str) -> Members:
        """A list, of which what only may be there counts as unknown."""
        found = self.members(key)
        maybe = [each for each in found.known if isinstance(each, Fields) and each.maybe]
        known = tuple(each for each in found.known if not (isinstance(each, Fields) and each.maybe))
        return Members(known, (*found.unknown, *(Unknown(each.maybe) for each in maybe)))

    def inner(self, key: str) -> Fields:
        """An object inside this one, empty where there is none. Raises NotKnown."""
        value = self.get(key)
        return value if isinstance(value, Fields) else NOTHING


@dataclass(frozen=True)
class Fields(Reading):
    """An object inside another."""

    attributes: Attributes

    def __bool__(self) -> bool:
        return bool(self.attributes)

    @property
    def maybe(self) -> str:
        """Why it is not known whether it is there; empty where it is."""
        return str(self.attributes.get(MAYBE) or "")

    @property
    def origin(self) -> Origin | None:
        """Where it was read, if that is not the place of what it is in."""
        where = self.attributes.get(WHERE)
        return where.origin if isinstance(where, Where) else None


NOTHING: Final = Fields({})


def _wrapped(value: Any) -> Any:
    if isinstance(value, dict):
        return Fields(value)
    return [_wrapped(each) for each in value if each is not None] if isinstance(value, list) else value


@dataclass(frozen=True)
class Item(Reading):
    """One object: its id, its attributes as AWS names them, and where it was read.

    `maybe`: why it is not known whether it is there (a condition that is not known); empty where it is.
    """

    id: str
    attributes: Attributes
    origin: Origin
    maybe: str = ""

    @property
    def name(self) -> str:
        """Its ``Name`` tag, empty where it has none or it is not known: names are decoration."""
        for tag in (*self.members("Tags").known, *self.members("TagSet").known):
            if isinstance(tag, Fields) and tag.attributes.get("Key") == "Name":
                value = tag.either("Value")
                return value if isinstance(value, str) else ""
        return ""


@dataclass
class Inventory:
    """All objects that were read.

    What is not in it is absent where it would be in it: in a VPC that a file creates (`defaults.created_vpc`), and of a kind
    that a file tells all of (`ask`). Anywhere else it is not known, as in a VPC that a template only names.
    """

    items: dict[str, dict[str, Item]] = field(default_factory=dict)
    asked: dict[str, set[str]] = field(default_factory=dict)
    """Kinds of which a file tells all there is, be it nothing: those that a describe call was made for, in which folders."""
    pages: dict[tuple[str, str], tuple[Origin | None, bool]] = field(default_factory=dict)
    """By kind and folder: an answer that says that there are more pages, and whether a last page was read."""
    created: set[str] = field(default_factory=set)
    """Ids of VPCs that a file creates, and so tells all of."""
    differing: list[Item] = field(default_factory=list)
    """Objects that were read before with other attributes; the later ones count."""
    refused: list[tuple[str, str, Origin]] = field(default_factory=list)
    """Values that AWS would refuse: of which object, what is wrong with them, and where they were read."""
    not_read: list[tuple[str, str, Origin]] = field(default_factory=list)
    """What is there and was not taken in: what it is called, why, and where it stands."""
    assumed: list[tuple[str, str, Origin]] = field(default_factory=list)
    """What follows from something else: of which object, what is assumed, and where that stands."""
    two_sides: bool = False
    """Whether a file told both what is and what will be (`Options.before`)."""
    parameters: set[str] = field(default_factory=set)
    """The names of the parameters that templates have."""
    valueless: dict[str, str] = field(default_factory=dict)
    """What files only name, such as a parameter without a value, and why nothing is known of it."""
    aliases: dict[str, str] = field(default_factory=dict)
    """Other words for ids, such as the addresses of resources: who asks may use either."""
    held: list[Any] = field(default_factory=list)
    """Files that are read once all files are there (`Reader.finish`)."""
    without_routes: bool = False
    """Whether the collector is one that never asks for route tables."""

    def ask(self, kind: str, folder: str = "") -> None:
        """Say that a file tells all there is of a kind; in a folder, of the account and Region that has it."""
        self.asked.setdefault(kind, set()).add(folder)

    def collected(self, kind: str, vpc: str = "") -> bool:
        """Whether all of a kind is known that there is (in a VPC), be it nothing.

        A folder in which VPCs were asked for is an account in a Region, and tells of its own VPCs alone.
        """
        if vpc in self.created:
            return True
        folders = self.asked.get(kind)
        if folders is None or kind in self.partial:
            return False
        described = self.one("Vpcs", vpc)
        if described is None:
            return True
        home = described.origin.folder
        return home in folders or not folders <= self.asked.get("Vpcs", set())

    def page(self, kind: str, folder: str, origin: Origin, *, more: bool) -> None:
        """Note an answer of a call: one page of what there is in an account and Region, which have a folder."""
        unfinished, finished = self.pages.get((kind, folder), (None, False))
        self.pages[kind, folder] = (origin if more else unfinished, finished or not more)

    @property
    def partial(self) -> dict[str, Origin]:
        """Kinds of which a last page was not read, with an answer that says that there are more."""
        return {kind: more for (kind, _), (more, finished) in self.pages.items() if more is not None and not finished}

    def add(self, kind: str, item: Item) -> None:
        """Take in an object. A later answer about one id replaces an earlier one of the same folder; in another folder, of
        an account or Region that may see another part of what is shared, it adds to that."""
        known = self.items.setdefault(kind, {})
        before = known.get(item.id)
        if before is not None and before.attributes != item.attributes:
            if before.origin.folder != item.origin.folder:
                item = replace(item, attributes={**before.attributes, **item.attributes})
            if any(item.attributes.get(key) != value for key, value in before.attributes.items() if key != "Tags"):
                self.differing.append(item)
        known[item.id] = item

    def reserve(self, id: str, kind: str) -> None:
        """Drop whatever other kinds have of an id, which can only be one thing's."""
        for other, members in self.items.items():
            if other != kind:
                members.pop(id, None)

    def of(self, kind: str) -> Iterator[Item]:
        """The objects of a kind, in the order in which they were read."""
        yield from list(self.items.get(kind, {}).values())

    def why_missing(self, *ids: object) -> str:
        """Why nothing is known of the first of some ids that a file only names; empty where there is none such."""
        told = (self.valueless.get(id.partition("[")[0], "") for id in ids if isinstance(id, str))
        return next(filter(None, told), "")

    def one(self, kind: str, id: str | None) -> Item | None:
        """One object by its id."""
        return self.items.get(kind, {}).get(id or "")


def inner(holder: Reading, key: str) -> Fields:
    """An object inside another, empty where there is none. Raises NotKnown."""
    return holder.inner(key)
