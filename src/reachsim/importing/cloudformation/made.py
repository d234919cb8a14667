"""What templates make, taken into an inventory: objects, and what other resources add to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from reachsim.importing.cloudformation.evaluate import ABSENT, Composite, Either, External, Reference, condition
from reachsim.importing.cloudformation.stack import Resource, Stack
from reachsim.importing.defaults import DEFAULT_SUBNET, default_id, stand_in
from reachsim.importing.inventory import (
    HOST,
    IDS,
    MAYBE,
    NOT_READ,
    PARTS,
    WHERE,
    Attributes,
    Inventory,
    Item,
    Unknown,
    Where,
)
from reachsim.importing.rules import Refused, block, number

_BY_OTHERS: Final = frozenset({"Vpcs", "Subnets", "RouteTables", "NetworkAcls", "SecurityGroups"})
"""Kinds that do nothing by themselves: whether they are there shows in what names them."""
DEFAULT_VPC: Final = "default-vpc"
"""What stands for the account's default VPC, which no template makes."""
SCOPES: Final = {"PrivateDefaultScopeId": "private", "PublicDefaultScopeId": "public"}
"""Attributes of an IPAM that are the scopes which it has by default, and what these are."""
CLUSTER_GROUP: Final = "{}/cluster security group"
"""The id of the group that EKS makes for a cluster."""


class Made:
    """The objects that the resources of some stacks make. `stacks`: by prefix. `strict`: infer nothing."""

    def __init__(self, inventory: Inventory, stacks: Mapping[str, Stack], *, strict: bool = False) -> None:
        self.inventory = inventory
        self.strict = strict
        self.stacks = stacks
        self.resources: dict[str, Resource] = {}
        self.prefix: dict[str, str] = {}
        self.blocks: dict[str, str] = {}
        self.published: dict[str, list[str]] = {}

    def take(self, stack: Stack) -> list[Resource]:
        """The resources of a stack, their references replaced by ids."""
        taken = []
        for resource in stack.resources():
            properties = {key: final(value) for key, value in resource.properties.items()}
            known = Resource(**{**_fields(resource), "properties": properties})
            self.resources[known.id] = known
            self.prefix[known.id] = stack.prefix
            taken.append(known)
        return taken

    # -- whether something is there -----------------------------------------------------------------------------

    def maybe(self, resource: Resource, given: str = "") -> str:
        """Why a resource may not be there where `given`, the id of another one, is; empty where it is there for sure."""
        other = self.resources.get(given)
        together = other is not None and self.prefix[other.id] == self.prefix[resource.id]
        if resource.outer and not together:
            return resource.outer
        if not resource.maybe or other is None or not other.condition or not together:
            return resource.maybe
        scope = self.stacks[self.prefix[resource.id]].scope.assuming(other.condition)
        return "" if condition(resource.condition, scope) is True else resource.maybe

    # -- what several families need ------------------------------------------------------------------------------

    def stand_in(self, vpc: str) -> str:
        """What stands for the IPv6 block that Amazon gives a VPC."""
        return self.blocks.setdefault(vpc, stand_in(len(self.blocks)))

    def vpc_of(self, subnet: Any) -> Any:
        """The VPC of a subnet, or of the first of several; the default VPC where none is named."""
        id = first(subnet) if isinstance(subnet, list) else subnet
        if id is None or id == DEFAULT_SUBNET:
            return DEFAULT_VPC
        item = self.inventory.one("Subnets", id) if isinstance(id, str) else None
        if item is not None:
            return item.attributes.get("VpcId")
        if isinstance(id, Unknown):
            return id
        why = self.inventory.why_missing(id)
        return Unknown(f"which VPC {id} is in" + (why and f" is not known: {why}"))

    def launch_data(self, specification: Any) -> dict[str, Any]:
        """What a launch template says of its instances; where it is not made here, that this is not known."""
        found = self.resources.get(self.launch_template(specification))
        data = found.get("LaunchTemplateData") if found is not None else None
        if isinstance(data, dict) or specification is None:
            return data or {}
        missing = Unknown(getattr(data, "reason", "its launch template was not given"))
        return dict.fromkeys(("SubnetId", "SecurityGroupIds", "AssociatePublicIpAddress"), missing)

    def launch_template(self, specification: Any) -> str:
        """The id of the launch template that a specification names, empty where it names none that is made here."""
        if not isinstance(specification, dict):
            return ""
        id = id_of(specification.get("LaunchTemplateId", specification.get("Id")))  # the latter of nodes of EKS
        name = specification.get("LaunchTemplateName", specification.get("Name"))
        if isinstance(id, str):
            return id
        named = (each for each in self.resources.values() if each.type == "AWS::EC2::LaunchTemplate")
        return next(
            (each.id for each in named if name is not None and name in (each.get("LaunchTemplateName"), each.id)), ""
        )

    def launch_interface(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """The first interface that a launch template tells of; empty where it tells of none."""
        return first(each for each in entries(data.get("NetworkInterfaces") or []) if isinstance(each, dict)) or {}

    def launch_groups(self, data: Mapping[str, Any]) -> list[Any]:
        """The groups that a launch template or configuration names."""
        own = self.launch_interface(data).get("Groups")
        found = ids_of(own or data.get("SecurityGroupIds") or data.get("SecurityGroups"))
        return [each if isinstance(each, Unknown) else self.group_id(each) for each in found]

    def user_data(self, resource: Resource) -> Any:
        """The script of an instance as it is written, functions and all; that of its launch template with it."""
        scripts = []
        for id in (resource.id, self.launch_template(resource.get("LaunchTemplate"))):
            found = self.resources.get(id)
            if found is not None:
                written = self.stacks[self.prefix[id]].properties(found.logical_id)
                data = written.get("LaunchTemplateData")
                scripts += [written.get("UserData"), data.get("UserData") if isinstance(data, dict) else None]
        return scripts

    def default_group(self, vpc: Any) -> str:
        """The id of the default group of a VPC."""
        return default_id(vpc, "SecurityGroups")

    def groups_of(self, value: Any, vpc: Any) -> Any:
        """Groups of an interface; the default group of the VPC where none is named."""
        if isinstance(value, Unknown):
            return Unknown(value.reason)
        found = ids_of(value)
        if not found:
            found = [Unknown(vpc.reason) if isinstance(vpc, Unknown) else self.default_group(vpc)]
        return [each if isinstance(each, Unknown) else {"GroupId": self.group_id(each)} for each in found]

    def group_id(self, name: str) -> str:
        """The id of a group that is named by id or by name."""
        found = self.group_called(name)
        return found if isinstance(found, str) else name

    def group_called(self, name: Any) -> Any:
        """The id of the group that has a name; a group without VPC gives its name for its id."""
        id = id_of(name)
        if not isinstance(id, str) or self.inventory.one("SecurityGroups", id) is not None:
            return id
        named = [each.id for each in self.inventory.of("SecurityGroups") if each.attributes.get("GroupName") == id]
        return named[0] if len(named) == 1 else id

    def open_egress(self, group: str) -> None:
        """Leave open whether a group lets out everything."""
        item = self.inventory.one("SecurityGroups", group)
        rules = item.attributes.get("IpPermissionsEgress") if item is not None else None
        if isinstance(rules, list):
            for each in rules:
                if isinstance(each, dict) and each.get("IpProtocol") == "-1" and len(each.get("IpRanges", ())) == 1:
                    each[MAYBE] = "whether a rule beside the group removes the one that lets out everything"

    def foreign_association(self, kind: str, key: str, member: Any, reason: str, resource: Resource) -> None:
        """A table or an ACL of which nothing is known, for something that is made here."""
        vpc = self.inventory.one("Subnets", member) if key == "SubnetId" else None
        if vpc is None:
            self.beyond(resource, member)
            return
        listed = "Routes" if kind == "RouteTables" else "Entries"
        attributes: Attributes = {"VpcId": vpc.attributes.get("VpcId"), listed: Unknown(reason), "Associations": []}
        held = self.add(kind, resource, attributes, id=f"{resource.id}/{kind}")
        self.append(kind, held.id, "Associations", {key: member}, resource, str(member))

    def possible(self, resource: Resource, subnets: list[Any], groups: list[Any], public: Any, count: Any) -> None:
        """Interfaces of which only the subnets and the groups are known."""
        attributes = {
            "SubnetIds": subnets,
            "VpcId": DEFAULT_VPC if subnets == [DEFAULT_SUBNET] else None,
            "SecurityGroupIds": groups or None,
            "Count": count,
            "Public": public,
            "Name": resource.logical_id,
            "Kind": f"its {resource.type.removeprefix('AWS::')}",
        }
        self.add(
            "PossibleInterfaces",
            resource,
            attributes,
            within=first(each for each in subnets if isinstance(each, str)) or "",
        )

    # -- objects -------------------------------------------------------------------------------------------------

    def add(self, kind: str, resource: Resource, attributes: Attributes, *, id: str = "", within: str = "") -> Item:
        """An object of a resource. `within`: the id of what it is part of; where that is, it is there if the resource is."""
        key = id or resource.id
        known = {name: value for name, value in attributes.items() if value is not None}
        maybe = "" if kind in _BY_OTHERS else self.maybe(resource, within)
        item = Item(key, {IDS.get(kind, "Id"): key, **known}, resource.origin, maybe)
        self.inventory.add(kind, item)
        return item

    def append(self, kind: str, id: Any, key: str, entry: Any, resource: Resource, given: str = "") -> None:
        """An entry in a list of an object that another resource makes. `given`: whose being there the entry hangs on; left
        out: the object's. An object that is not known may be any of its kind."""
        if isinstance(id, Unknown) and not isinstance(id, External):
            for each in self.inventory.of(kind):
                listed = each.attributes.setdefault(key, [])
                if isinstance(listed, list):
                    listed.append(Unknown(id.reason))
            return
        item = self.inventory.one(kind, id_of(id))
        if item is None:
            self.beyond(resource, id)
            return
        maybe = self.maybe(resource, given or item.id)
        listed = item.attributes.setdefault(key, [])
        if isinstance(entry, dict):
            own = {WHERE: Where(resource.origin)} if key in PARTS else {}
            entry = {**entry, **own, **({MAYBE: maybe} if maybe else {})}
        if isinstance(listed, list):
            listed.append(entry)

    def places(self, resource: Resource, key: str, count: int) -> list[Where | None]:
        """Where each rule of a list of a resource stands; nowhere in particular, where a function made the list."""
        stack = self.stacks[self.prefix[resource.id]]
        written = stack.properties(resource.logical_id).get(key)
        listed = written if isinstance(written, list) else []
        plain = len(listed) == count and not any(_is_function(each) for each in listed)
        names = [f"{resource.logical_id}.{key}[{index}]" for index in range(count)]
        lines = [stack.template.lines.get(name) if plain else None for name in names]
        return [
            None
            if line is None
            else Where(replace(resource.origin, path=f"{resource.origin.path}.{key}[{index}]", line=line))
            for index, line in enumerate(lines)
        ]

    def beyond(self, resource: Resource, id: Any) -> None:
        """Say that a resource adds to something that no template here makes."""
        of = id_of(id)
        named = of if isinstance(of, str) else "something that is not known"
        self.not_read(resource, f"{resource.type} of {named}, which no template makes that was read")

    def not_read(self, resource: Resource, why: str) -> None:
        """Say that something is there and was not taken in."""
        self.inventory.not_read.append((resource.id, why, resource.origin))

    def place_not_read(self, resource: Resource, *, host: bool = False) -> bool:
        """Say where what is not read may have interfaces: in the subnets, or in the VPC, that its properties name. `host`:
        it is one if it names subnets, and nothing else. Returns whether it has a place."""
        told: Attributes = {}
        subnets = [id for value in _under(resource.properties, _SUBNETS) for id in ids_within(value)]
        vpcs = [id for value in _under(resource.properties, _VPCS) for id in ids_of(value)]
        if subnets:
            told["SubnetIds"] = subnets
        if vpcs and (subnets or not host):
            told["VpcId"] = vpcs[0]
        if told:
            known = {"Kind": resource.type, HOST: host or None, **told}
            item = Item(resource.id, without_none(known), resource.origin, resource.maybe)
            self.inventory.add(NOT_READ, item)
        return bool(told)

    def assumed(self, resource: Resource, what: str) -> None:
        """Say what follows from something else."""
        self.inventory.assumed.append((resource.id, what, resource.origin))

    def refused(self, resource: Resource, text: str) -> None:
        """Say that AWS would refuse a value."""
        self.inventory.refused.append((resource.id, text, resource.origin))

    def block(self, resource: Resource, value: Any) -> Any:
        """A block of addresses as AWS keeps it; None for none, and for what AWS would refuse."""
        if value is None or isinstance(value, Unknown):
            return value
        try:
            return block(value) if value != "" else None
        except Refused as error:
            self.refused(resource, str(error))
            return None


def _is_function(value: Any) -> bool:
    return isinstance(value, dict) and any(key == "Ref" or key.startswith("Fn::") for key in value)


def final(value: Any) -> Any:
    """A value with its references as ids."""
    if isinstance(value, Reference):
        if value.attribute == "ClusterSecurityGroupId":
            return CLUSTER_GROUP.format(value.id)
        if value.attribute in ("DefaultSecurityGroup", "DefaultNetworkAcl"):
            kind = "SecurityGroups" if value.attribute == "DefaultSecurityGroup" else "NetworkAcls"
            return default_id(value.id, kind)
        if value.attribute in SCOPES:
            return f"{value.id}.{value.attribute}"
        return Unknown(f"{value.id}.{value.attribute} is known once it is deployed") if value.attribute else value.id
    if isinstance(value, Either):
        return Either(value.reason, tuple(final(each) for each in value.values))
    if isinstance(value, dict):
        return {key: final(item) for key, item in value.items()}
    return [final(item) for item in value] if isinstance(value, list) else value


def id_of(value: Any) -> Any:
    """The id of one thing: a text, an `Unknown`, or None. What the file only names is called by that name."""
    if isinstance(value, External):
        return value.name
    if isinstance(value, Unknown):
        return value
    return str(value) if isinstance(value, str | int) and value != "" else None


_SUBNETS: Final = ("subnet", "subnets", "subnetid", "subnetids")
_VPCS: Final = ("vpc", "vpcid", "vpcidentifier")


def _under(value: Any, words: tuple[str, ...]) -> Iterator[Any]:
    """What stands, at any depth, under keys whose names end with one of some words, and is no mapping itself."""
    if isinstance(value, list):
        for each in value:
            yield from _under(each, words)
    if isinstance(value, dict):
        if str(value.get("OptionName")).lower().endswith(words):  # a setting of Elastic Beanstalk
            yield value.get("Value")
        for key, each in value.items():
            plain = isinstance(each, list) and not any(isinstance(one, dict) for one in each)
            if str(key).lower().endswith(words) and (plain or not isinstance(each, dict | list)):
                yield each
            else:
                yield from _under(each, words)


def ids_of(value: Any) -> list[Any]:
    """The ids in a list; one id alone is a list of it. An `Unknown` among them stands for any number of others."""
    if isinstance(value, External) and not value.single:
        return [Unknown(value.reason)]
    listed = value if isinstance(value, list) else [value]
    return [each for each in map(id_of, listed) if each is not None]


def ids_within(value: Any) -> list[Any]:
    """The ids in a list, or in a text with commas between them; what stands before a colon is a word for what it is."""
    if isinstance(value, list):
        return [found for each in value for found in ids_within(each)]
    parts: tuple[Any, ...] = value.parts if isinstance(value, Composite) else (value,)
    found: list[Any] = []
    for each in parts:
        if isinstance(each, str):
            found += [id for piece in each.split(",") if (id := piece.strip().rpartition(":")[2])]
        else:
            found += ids_of(final(each))
    return found


def flag(value: Any) -> Any:
    """A truth value, however it is written; None where it is absent."""
    if value is None or isinstance(value, bool | Unknown):
        return value
    text = str(value).strip().lower()
    if text in ("true", "yes", "on", "1"):
        return True
    return False if text in ("false", "no", "off", "0") else Unknown("a value that is neither true nor false")


def whole(value: Any) -> Any:
    """A number, also as text; None where it is absent."""
    if value is None or isinstance(value, Unknown):
        return value
    try:
        return number(value)
    except Refused as error:
        return Unknown(str(error))


def entries(value: Any) -> list[Any]:
    """The objects in a list property, each an object or an `Unknown`; one object alone is a list of it."""
    if isinstance(value, Unknown):
        return [value]
    listed = value if isinstance(value, list) else [value]
    return [each for each in listed if isinstance(each, dict | Unknown)]


def additions(value: Any) -> list[Any]:
    """The objects in a list property whose members only add to each other, as rules do: one that is there under a condition
    that is not known perhaps is there."""
    if isinstance(value, Either):
        found = [each for option in value.values for each in additions(option if option is not ABSENT else [])]
        return [{**each, MAYBE: value.reason} if isinstance(each, dict) else each for each in found]
    if isinstance(value, list):
        return [found for each in value for found in additions(each)]
    return [value] if isinstance(value, dict | Unknown) else []


def tags_of(value: Any) -> list[dict[str, str]]:
    """The tags that are known."""
    return [
        {"Key": each["Key"], "Value": str(each["Value"])}
        for each in (value if isinstance(value, list) else [])
        if isinstance(each, dict) and isinstance(each.get("Key"), str) and isinstance(each.get("Value"), str | int)
    ]


def without_none(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An object without what is absent."""
    return {key: value for key, value in entry.items() if value is not None}


def first(values: Iterable[Any]) -> Any:
    """The first of some values, None where there is none."""
    return next(iter(values), None)


def _fields(resource: Resource) -> dict[str, Any]:
    return {name: getattr(resource, name) for name in Resource.__dataclass_fields__}
