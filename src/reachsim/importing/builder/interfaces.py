"""Instances with their interfaces, and interfaces that belong to none."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from reachsim.importing.builder.addresses import Addresses, addresses_of
from reachsim.importing.builder.draft import GONE, Data, Draft, index_of
from reachsim.importing.builder.owners import Owners, takes_what_it_likes
from reachsim.importing.builder.places import settled
from reachsim.importing.imported import Path
from reachsim.importing.inventory import Fields, Inventory, Item, NotKnown, Unknown
from reachsim.net.cidr import Cidr
from reachsim.resources.reference import UNKNOWN


def every_interface(found: Inventory) -> Iterator[Item]:
    """Every interface: those that were read, and those that instances tell of and that were not."""
    yield from found.of("NetworkInterfaces")
    for instance in found.of("Instances"):
        for index, each in enumerate(instance.members("NetworkInterfaces").known):
            id = each.either("NetworkInterfaceId") or f"{instance.id}/eth{index}"
            if isinstance(id, str) and found.one("NetworkInterfaces", id) is None:
                attachment = each.either("Attachment")
                told = attachment.attributes if isinstance(attachment, Fields) else {}
                attached = {"DeviceIndex": index, **told, "InstanceId": instance.id}
                whole = {"VpcId": instance.attributes.get("VpcId"), **each.attributes, "Attachment": attached}
                yield Item(id, whole, instance.origin, instance.maybe or each.maybe)


def add_interfaces(draft: Draft) -> None:
    """Instances with their interfaces, and interfaces that belong to none."""
    of_instance: dict[str, list[Item]] = {}
    alone: list[Item] = []
    owners = Owners(draft.found)
    for each in every_interface(draft.found):
        item = settled(draft, each)
        owner = owner_of(item)
        if owner and owner not in draft.out.names:
            of_instance.setdefault(owner, []).append(item)
        elif not owners.has(item):
            alone.append(item)
    for id, members in of_instance.items():
        instance = draft.found.one("Instances", id) or Item(id, members[0].attributes, members[0].origin)
        other = draft.other_interface(instance, draft.vpc_of.get(str(members[0].either("SubnetId")), ""), members)
        if other is None:
            draft.one(instance, partial(add_instance, members=members))
        else:  # what its name means is not known, what each of its interfaces does is
            draft.doubt(instance, f"whether it has another interface is not known: {other.reason}")
            alone += members
    for instance in draft.found.of("Instances"):
        if instance.id not in of_instance:
            draft.one(instance, add_bare_instance)
    for item in alone:
        draft.one(item, add_interface)


def owner_of(item: Item) -> str:
    """The instance that an interface is known to belong to, empty where it belongs to none."""
    attachment = item.either("Attachment")
    owner = attachment.either("InstanceId") if isinstance(attachment, Fields) and not attachment.maybe else None
    return owner if isinstance(owner, str) else ""


def add_interface(draft: Draft, item: Item) -> None:
    """An interface that belongs to no instance. Raises NotKnown."""
    vpc = home(draft, item)
    if item.either("InterfaceType") == "ec2_instance_connect_endpoint":
        _sends_for_itself(draft, item)
    if vpc:
        body = settings(draft, item, vpc)
        name = draft.naming.name("targets", item.name, item.id)
        if takes_what_it_likes(item):
            body["security_groups"] = UNKNOWN
            draft.note("unknown", item.id, "the load balancer that it is of was not collected", item)
        draft.section(vpc, "interfaces")[name] = body
        draft.place(item, ("vpcs", draft.names[vpc], "interfaces", name), vpc)


def _sends_for_itself(draft: Draft, item: Item) -> None:
    """Make sure that an Instance Connect Endpoint sends from its own address. Raises NotKnown."""
    for each in draft.found.of("InstanceConnectEndpoints"):
        if item.id in each.list("NetworkInterfaceIds") and each.get("PreserveClientIp") is False:
            return
    raise NotKnown(Unknown("it is an Instance Connect Endpoint, and may send from its clients' addresses"))


def home(draft: Draft, item: Item) -> str:
    """The VPC that an interface is in; empty, with a note, where its subnet is none that the design has. Raises NotKnown."""
    subnet = item.text("SubnetId")
    vpc = draft.vpc_of.get(subnet, "")
    written = item.either("VpcId")
    if (vpc and written in (vpc, None)) or (vpc and isinstance(written, Unknown)):
        return vpc
    described = draft.found.one("Subnets", subnet)
    if described is not None and not vpc:
        raise NotKnown(Unknown(f"where its subnet {described.name or subnet} is is not known"))
    draft.nowhere(item)
    return ""


def add_instance(draft: Draft, instance: Item, members: list[Item]) -> None:
    """An instance, whose interfaces say where it is (the first interface is what the instance itself shows)."""
    members = sorted(members, key=_device)
    places = [home(draft, member) for member in members]
    members = [member for member, vpc in zip(members, places, strict=True) if vpc]
    if not members:
        draft.nowhere(instance)
        return
    vpc = next(filter(None, places))
    bodies = [settings(draft, member, vpc) for member in members]
    state = instance.inner("State").get("Name")
    name = draft.naming.name("targets", instance.name, instance.id)
    path: Path = ("vpcs", draft.names[vpc], "instances", name)
    body: Data = {}
    if len(members) == 1:
        body |= bodies[0]
        draft.names[members[0].id], draft.vpc_of[members[0].id] = name, vpc
        draft.out.names[members[0].id] = f"{draft.names[vpc]}.{name}"
    else:
        body["network_interfaces"] = {f"eth{index}": each for index, each in enumerate(bodies)}
        for index, member in enumerate(members):
            draft.names[member.id], draft.vpc_of[member.id] = f"{name}/eth{index}", vpc
            draft.out.names[member.id] = f"{draft.names[vpc]}.{name}/eth{index}"
    if state in ("stopped", "stopping"):
        body["state"] = "stopped"
    if instance.either("Forwards") is True:
        body["nat"] = True
    draft.section(vpc, "instances")[name] = body
    draft.place(instance, path, vpc)
    if members[0].id in draft.doubted:
        draft.doubted[instance.id] = draft.doubted[members[0].id]


def add_bare_instance(draft: Draft, instance: Item) -> None:
    """An instance that tells of no interface: as far as it tells itself. Raises NotKnown."""
    if instance.inner("State").get("Name") in GONE:
        return
    instance = settled(draft, instance)
    vpc = home(draft, instance)
    if not vpc:
        return
    other = draft.other_interface(instance, vpc)
    if other is not None:
        raise NotKnown(other)
    own = dict(instance.attributes)
    attributes: Data = {key: own[key] for key in _OF_INSTANCES if key in own}
    for key in ("SecurityGroups", "SecurityGroupIds"):
        if own.get(key) is not None:
            attributes["Groups"] = own[key]
    if own.get("PublicIpAddress") is not None:
        attributes["Association"] = {"PublicIp": own["PublicIpAddress"]}
    body = settings(draft, Item(instance.id, attributes, instance.origin), vpc)
    name = draft.naming.name("targets", instance.name, instance.id)
    draft.section(vpc, "instances")[name] = body
    draft.place(instance, ("vpcs", draft.names[vpc], "instances", name), vpc)


_OF_INSTANCES: Final = (
    *("SubnetId", "PrivateIpAddress", "SourceDestCheck", "AssociatePublicIpAddress", "Association", "Groups"),
    *("Ipv6Addresses", "PrivateIpAddresses", "Ipv4Prefixes", "Ipv6Prefixes"),
)


def settings(draft: Draft, item: Item, vpc: str) -> Data:
    """One interface in the words of a design. Raises NotKnown where the design has no words for what is not known."""
    subnet = draft.names[item.text("SubnetId")]
    body: Data = {"subnet": subnet}
    groups = groups_of(draft, item, "Groups", vpc)
    if groups is not None:
        body["security_groups"] = groups
    found = addresses_of(draft, item)
    if found.private:
        body["private_ip"] = found.private
    if found.more or not found.private:
        choose(draft, vpc, subnet)
    body |= _public(draft, item, found)
    if found.unwritten:
        _add_unwritten(draft, item, vpc, body)
    check = item.either("SourceDestCheck")
    if check is False:
        body["source_dest_check"] = False
    elif isinstance(check, Unknown):
        draft.doubted[item.id] = f"whether it checks sources and destinations is not known: {check.reason}"
        draft.unknown(item, "whether it checks sources and destinations", check.reason)
    return body


def _add_unwritten(draft: Draft, item: Item, vpc: str, body: Data) -> None:
    """A host with the groups of an interface, for further IPv6 addresses of this one: a design has no word for them."""
    name = draft.naming.name("targets", f"{item.name or item.id} IPv6", f"{item.id}/ipv6")
    groups = body.get("security_groups", ["default"])
    draft.section(vpc, "unknown_components")[name] = {
        "kind": "host",
        "public": False,
        "subnets": [body["subnet"]],
        "security_groups": [groups] if isinstance(groups, str) else groups,
        "why": f"{item.name or item.id} has further IPv6 addresses",
    }
    draft.unknown(item, "which other IPv6 addresses it has", "a design has one of an interface")


def _public(draft: Draft, item: Item, found: Addresses) -> Data:
    body: Data = {}
    if isinstance(found.public, Unknown):
        body["public_ip"] = UNKNOWN
        draft.unknown(item, "whether it has a public address", found.public.reason)
    elif found.public:
        body["public_ip"] = found.public
    if found.others:
        body["secondary_private_ips"] = list(found.others)
    if found.ipv6:
        body["ipv6_address"] = found.ipv6
    return body


def choose(draft: Draft, vpc: str, subnet: str) -> None:
    """Leave an address to the design. Raises NotKnown where rules tell the addresses of the subnet apart."""
    block = draft.section(vpc, "subnets")[subnet].get("cidr")
    if block is not None and not draft.choices.indifferent(Cidr.parse(block)):
        raise NotKnown(Unknown(f"its private address is not known, and a rule is about a part of {block}"))


def choose_ipv6(draft: Draft, vpc: str, subnet: str) -> None:
    """Leave an IPv6 address to the design. Raises NotKnown where rules tell those of the subnet apart, or it has no block
    that is known."""
    block = draft.section(vpc, "subnets")[subnet].get("ipv6_cidr")
    if block is None:
        raise NotKnown(Unknown(f"the IPv6 block of subnet {subnet} is not known"))
    if not draft.choices.indifferent(Cidr.parse(block)):
        raise NotKnown(Unknown(f"its IPv6 address is not known, and a rule is about a part of {block}"))


def groups_of(draft: Draft, item: Item, key: str, vpc: str) -> Any:
    """The groups that an interface has: names, `unknown` among them or in their place; None for the default group, which
    an interface of a VPC that is created has where it says nothing (SG-3)."""
    listed = item.certain(key)
    ids = [each.either("GroupId") if isinstance(each, Fields) else each for each in listed.known]
    unknown = [*listed.unknown, *(id for id in ids if isinstance(id, Unknown))]
    known = [_group(draft, vpc, id) for id in ids if isinstance(id, str) and id in draft.vpc_of]
    if not ids and not unknown:
        if vpc in draft.found.created:
            return None
        draft.unknown(item, "what security groups it has", "")
        return UNKNOWN
    if unknown:
        draft.unknown(item, "what security groups it has", unknown[0].reason)
    elif len(known) < len(ids):
        why = draft.found.why_missing(*(id for id in ids if id not in draft.vpc_of))
        missing = "its security groups were not collected"
        draft.note("unknown", item.id, f"what security groups it has is not known: {why}" if why else missing, item)
    else:
        return known
    return [*known, UNKNOWN] if known else UNKNOWN


def _group(draft: Draft, vpc: str, id: str) -> str:
    if draft.vpc_of[id] == vpc:
        return draft.names[id]
    if vpc not in draft.found.created or _is_associated(
        draft, vpc, id
    ):  # what is there shows that it can have it (SG-17)
        draft.associated.setdefault(id, {})[draft.names[vpc]] = None
    return draft.out.names[id]


def _is_associated(draft: Draft, vpc: str, group: str) -> bool:
    """Whether a file associates a group with a VPC."""
    told = draft.found.of("SecurityGroupVpcAssociations")
    return any(each.either("GroupId") == group and each.either("VpcId") == vpc for each in told)


def _device(item: Item) -> tuple[int, str]:
    index = index_of(item)
    return (99 if index is None else index, item.id)
