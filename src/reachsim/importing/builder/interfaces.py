"""Instances with their interfaces, and interfaces that belong to none."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.importing.builder.draft import GONE, Data, Draft
from reachsim.importing.builder.owners import Owners, takes_what_it_likes
from reachsim.importing.imported import Path
from reachsim.importing.inventory import Inventory, Item, inner
from reachsim.resources.reference import UNKNOWN


def every_interface(found: Inventory) -> Iterator[Item]:
    """Every interface: those that were read, and those that instances tell of and that were not."""
    yield from found.of("NetworkInterfaces")
    for instance in found.of("Instances"):
        for index, each in enumerate(instance.list("NetworkInterfaces")):
            id = each.get("NetworkInterfaceId")
            if id and found.one("NetworkInterfaces", id) is None:
                nested = {"Attachment": {"InstanceId": instance.id, "DeviceIndex": index}, **each}
                nested["Attachment"] = {
                    "DeviceIndex": index,
                    **inner(each, "Attachment"),
                    "InstanceId": instance.id,
                }
                yield Item(id, nested, instance.origin)


def add_interfaces(draft: Draft) -> None:
    """Instances with their interfaces, and interfaces that belong to none."""
    of_instance: dict[str, list[Item]] = {}
    alone: list[Item] = []
    owners = Owners(draft.found)
    for item in every_interface(draft.found):
        if draft.local(str(item.get("VpcId")), str(item.get("SubnetId"))) is None:
            draft.note("left out", item.id, "it is in no subnet that was read", item)
            continue
        owner = inner(item, "Attachment").get("InstanceId")
        if owner and owner not in draft.out.names:
            of_instance.setdefault(owner, []).append(item)
        elif not owners.has(item):
            alone.append(item)
    for id, members in of_instance.items():
        add_instance(draft, id, sorted(members, key=_device))
    for instance in draft.found.of("Instances"):
        if instance.id not in of_instance and inner(instance, "State").get("Name") not in GONE:
            add_bare_instance(draft, instance)
    for item in alone:
        vpc = str(item.get("VpcId"))
        name = draft.naming.name("targets", item.name, item.id)
        body = settings(draft, item)
        if takes_what_it_likes(item):
            body["security_groups"] = UNKNOWN
            draft.note("unknown", item.id, "the load balancer that it is of was not collected", item)
        draft.section(vpc, "interfaces")[name] = body
        draft.place(item, ("vpcs", draft.names[vpc], "interfaces", name), vpc)


def add_instance(draft: Draft, id: str, members: list[Item]) -> None:
    """An instance, whose interfaces say where it is (the first interface is what the instance itself shows)."""
    instance = draft.found.one("Instances", id)
    vpc = str(members[0].get("VpcId"))
    name = draft.naming.name("targets", instance.name if instance is not None else "", id)
    path: Path = ("vpcs", draft.names[vpc], "instances", name)
    body: Data = {}
    if len(members) == 1:
        body |= settings(draft, members[0])
        draft.names[members[0].id], draft.vpc_of[members[0].id] = name, vpc
        draft.out.names[members[0].id] = f"{draft.names[vpc]}.{name}"
    else:
        body["network_interfaces"] = {}
        for index, member in enumerate(members):
            body["network_interfaces"][f"eth{index}"] = settings(draft, member)
            draft.names[member.id], draft.vpc_of[member.id] = f"{name}/eth{index}", vpc
            draft.out.names[member.id] = f"{draft.names[vpc]}.{name}/eth{index}"
    if instance is not None and inner(instance, "State").get("Name") in ("stopped", "stopping"):
        body["state"] = "stopped"
    draft.section(vpc, "instances")[name] = body
    draft.place(instance or Item(id, {}, members[0].origin), path, vpc)


def add_bare_instance(draft: Draft, instance: Item) -> None:
    """An instance that tells of no interface: as far as it tells itself."""
    vpc, subnet = instance.get("VpcId"), instance.get("SubnetId")
    if vpc not in draft.names or subnet not in draft.names:
        draft.note("left out", instance.id, "it is in no subnet that was read", instance)
        return
    listed = instance.attributes.get("SecurityGroups")
    attributes: Data = {"SubnetId": subnet, "Groups": listed}
    for key in ("PrivateIpAddress", "SourceDestCheck"):
        if instance.get(key) is not None:
            attributes[key] = instance.get(key)
    if instance.get("PublicIpAddress"):
        attributes["Association"] = {"PublicIp": instance.get("PublicIpAddress")}
    name = draft.naming.name("targets", instance.name, instance.id)
    draft.section(vpc, "instances")[name] = settings(draft, Item(instance.id, attributes, instance.origin))
    draft.place(instance, ("vpcs", draft.names[vpc], "instances", name), vpc)


def settings(draft: Draft, item: Item) -> Data:
    """One interface in the words of a design."""
    body: Data = {"subnet": draft.names[str(item.get("SubnetId"))]}
    groups = item.attributes.get("Groups")
    known = [draft.names[each["GroupId"]] for each in groups or () if each.get("GroupId") in draft.names]
    body["security_groups"] = known if groups is not None and len(known) == len(groups) and known else UNKNOWN
    if body["security_groups"] == UNKNOWN:
        draft.note("unknown", item.id, "its security groups were not collected", item)
    addresses = item.list("PrivateIpAddresses")
    primary = next((each for each in addresses if each.get("Primary")), addresses[0] if addresses else {})
    private = primary.get("PrivateIpAddress") or item.get("PrivateIpAddress")
    if private:
        body["private_ip"] = private
    public = (inner(primary, "Association") or inner(item, "Association")).get("PublicIp")
    if public:
        body["public_ip"] = public
    others = [each for each in addresses if each is not primary and each.get("PrivateIpAddress") != private]
    if others:
        body["secondary_private_ips"] = [_secondary(each) for each in others]
    ipv6 = [each.get("Ipv6Address") for each in item.list("Ipv6Addresses") if each.get("Ipv6Address")]
    if ipv6:
        body["ipv6_address"] = ipv6[0]
    if item.attributes.get("SourceDestCheck") is False:
        body["source_dest_check"] = False
    return body


def _device(item: Item) -> tuple[int, str]:
    index = inner(item, "Attachment").get("DeviceIndex")
    return (index if isinstance(index, int) else 99, item.id)


def _secondary(each: Data) -> str | Data:
    public = inner(each, "Association").get("PublicIp")
    private = str(each.get("PrivateIpAddress"))
    return {"private_ip": private, "public_ip": public} if public else private
