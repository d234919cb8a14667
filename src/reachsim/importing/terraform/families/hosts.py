"""Instances, network interfaces and elastic addresses: groups and addresses belong to interfaces, not to instances."""

from __future__ import annotations

from typing import Any, Final

from reachsim.importing.inventory import MAYBE, Attributes, Origin, Unknown
from reachsim.importing.terraform.assembly import Assembly, present
from reachsim.importing.terraform.families.services import template_of
from reachsim.importing.terraform.families.vpcs import subnets_give
from reachsim.importing.terraform.snapshot import Open, Resource
from reachsim.resources.reference import EXISTING
from reachsim.rules.internet_gateway import from_own_pool

TYPES: Final = frozenset(
    {
        "aws_instance", "aws_spot_instance_request", "aws_network_interface", "aws_network_interface_attachment",
        "aws_network_interface_sg_attachment", "aws_eip", "aws_eip_association",
    }
)  # fmt: skip
NOT_TOLD: Final = "the file does not tell it"
_PRIMARY: Final = "primary_network_interface"
"""The first interface, as version 6 of the provider tells it: also of an instance that made it itself."""
_STATES: Final = ("stopped", "stopping", "terminated", "shutting-down")


def add(made: Assembly) -> None:
    """Interfaces, instances with theirs, then what public addresses they get."""
    for each in made.found.of("aws_network_interface"):
        made.put("NetworkInterfaces", each, _interface(made, each))
    for each in made.found.of("aws_instance", "aws_spot_instance_request"):
        _add_instance(made, each)
    for each in made.found.of("aws_network_interface_attachment"):
        link = each.get("network_interface_id")
        why = link.reason if isinstance(link, Unknown) else None
        for holder in made.some("NetworkInterfaces", link):
            attachment = {"InstanceId": each.get("instance_id"), "DeviceIndex": each.get("device_index"), MAYBE: why}
            holder["Attachment"] = present(attachment)
    for each in made.found.of("aws_network_interface_sg_attachment"):
        _add_group(made, each)
    _add_elastic(made)


def vpc_of(made: Assembly, subnet: Any) -> Any:
    """The VPC of a subnet of the file, or of all that it may be."""
    holders = made.some("Subnets", subnet)
    vpcs = {str(holder.get("VpcId")): holder.get("VpcId") for holder in holders}
    return next(iter(vpcs.values())) if len(vpcs) == 1 else None


def groups_of(made: Assembly, subnet: Any, ids: Any) -> Any:
    """The groups of an interface: those that it is given; the default group of its VPC where it is given none (SG-3)."""
    if isinstance(ids, Unknown):
        return ids
    if ids:
        return [each if isinstance(each, Unknown) else {"GroupId": each} for each in ids]
    vpc = vpc_of(made, subnet)
    if isinstance(vpc, str) and vpc in made.default_groups:
        return [{"GroupId": made.default_groups[vpc]}]
    return vpc if isinstance(vpc, Unknown) else Unknown("it has the default group of its VPC, which is not in the file")


def vpc_of_groups(made: Assembly, ids: Any) -> Any:
    """The VPC of groups, for an interface in a subnet that the file does not have."""
    holders = [made.one("SecurityGroups", each) for each in ids] if isinstance(ids, list) else []
    return next((holder.get("VpcId") for holder in holders if holder is not None), None)


def _interface(made: Assembly, each: Resource) -> Attributes:
    attachment: Attributes = {}
    for block in each.each("attachment"):
        if isinstance(block, dict) and block.get("instance"):
            attachment = present({"InstanceId": block["instance"], "DeviceIndex": block.get("device_index")})
    private = each.get("private_ip")
    listed = each.values.get("private_ips")
    if not isinstance(private, str) and isinstance(listed, list) and len(listed) == 1:
        private = listed[0]
    body = {
        "SubnetId": each.get("subnet_id"),
        "VpcId": vpc_of(made, each.get("subnet_id")) or vpc_of_groups(made, each.values.get("security_groups")),
        "InterfaceType": each.get("interface_type") if isinstance(each.get("interface_type"), str) else None,
        "Groups": groups_of(made, each.get("subnet_id"), each.values.get("security_groups", Unknown(NOT_TOLD))),
        "SourceDestCheck": each.get("source_dest_check"),
        "PrivateIpAddress": private,
        "PrivateIpAddresses": _addresses(private, listed, each.get("private_ips_count")),
        "Ipv6Addresses": _ipv6(made, each),
        **_prefixes(each),
        "Attachment": attachment or None,
    }
    return present(body)


def _prefixes(each: Resource) -> Attributes:
    """The prefixes that are delegated to an interface, as far as they are told."""
    found: Attributes = {}
    for version in ("4", "6"):
        told, asked = each.values.get(f"ipv{version}_prefixes"), each.get(f"ipv{version}_prefix_count")
        if told is not None or (isinstance(asked, int) and asked):
            key = f"Ipv{version}Prefix"
            listed = (
                told if isinstance(told, list) and told else [Unknown("AWS gives the prefix")] if asked or told else []
            )
            found[f"{key}es"] = [{key: one} for one in listed]
    return found


def _addresses(primary: Any, others: Any, more: Any = None) -> Any:
    """The primary address and the others, of which a set has no order. `more`: how many AWS is asked for."""
    if isinstance(others, Unknown):
        own: Attributes = {"PrivateIpAddress": others if primary is None else primary, "Primary": True}
        given: list[Attributes] = (
            [{"PrivateIpAddress": others, "Primary": False}] if isinstance(more, int) and more else []
        )
        return [own, *given] if primary is not None or given else None
    rest = [each for each in others or [] if each != primary]
    first = [] if primary is None else [{"PrivateIpAddress": primary, "Primary": True}]
    return [*first, *({"PrivateIpAddress": each, "Primary": False} for each in rest)]


def _ipv6(made: Assembly, each: Resource) -> list[Any]:
    """The IPv6 addresses that are known, or asked for, or given by the subnet."""
    value = each.values.get("ipv6_addresses")
    if not isinstance(value, Unknown):
        return [{"Ipv6Address": one} for one in value or []]
    count = each.get("ipv6_address_count")
    if isinstance(count, int | str):
        return [{"Ipv6Address": value}] if str(count) != "0" else []
    gives = [one.get("AssignIpv6AddressOnCreation") for one in made.some("Subnets", each.get("subnet_id"))]
    told = {bool(one) for one in gives}
    if any(isinstance(one, Unknown) for one in gives) or len(told) > 1:
        return [Unknown("its subnet may give it an IPv6 address")]
    return [{"Ipv6Address": value}] if told == {True} else []


# -- instances ---------------------------------------------------------------------------------------------------


def _as_launched(made: Assembly, each: Resource) -> Resource:
    """An instance that a plan makes, with what its launch template says where it says nothing itself."""
    if not each.created or not any(each.each("launch_template")):
        return each
    template = template_of(made, each)
    values = dict(each.values)
    told = _of_template(template) if isinstance(template, Resource) else dict.fromkeys(_LAUNCHED, template)
    for key, value in told.items():
        if values.get(key) in (None, [], "") or isinstance(values.get(key), Unknown):
            values[key] = value
    return Resource(each.address, values, each.origin)


def _of_template(template: Resource) -> Attributes:
    """What a launch template says, in the words of an instance; of several interfaces nobody knows which is which."""
    listed = [one for one in template.each("network_interfaces") if one is not None]
    vague = next((one for one in listed if isinstance(one, Unknown)), None)
    if vague is not None or len(listed) > 1:
        return dict.fromkeys(_LAUNCHED, vague or Unknown("its launch template has several interfaces"))
    own = listed[0] if listed else {}
    public = own.get("associate_public_ip_address")
    found = {
        "subnet_id": own.get("subnet_id"),
        "vpc_security_group_ids": own.get("security_groups") or template.values.get("vpc_security_group_ids"),
        "associate_public_ip_address": public == "true" if isinstance(public, str) and public else None,
        "private_ip": own.get("private_ip_address"),
        "ami": template.get("image_id"),
    }
    return {key: value for key, value in found.items() if value not in (None, "", [])}


_LAUNCHED: Final = ("subnet_id", "vpc_security_group_ids", "associate_public_ip_address")


def _add_instance(made: Assembly, each: Resource) -> None:
    each = _as_launched(made, each)
    id = each.get("spot_instance_id") if each.address.type == "aws_spot_instance_request" else None
    own = id if isinstance(id, str) else each.id
    state = each.get("instance_state")
    body: Attributes = {"State": {"Name": state if state in _STATES else "running"}}
    body |= present({"ImageId": each.get("ami"), "IamInstanceProfile": each.get("iam_instance_profile")})
    subnet = each.get("subnet_id")
    groups = each.values.get("vpc_security_group_ids")
    body |= present({"SubnetId": subnet, "VpcId": vpc_of(made, subnet) or vpc_of_groups(made, groups)})
    made.put("Instances", each, body, own)
    given = [
        {**block, "device_index": block.get("device_index", 0)}
        if name == _PRIMARY and isinstance(block, dict)
        else block
        for name in ("network_interface", _PRIMARY)
        for block in each.each(name)
        if block is not None and not isinstance(each.values.get(name), Unknown)
    ]
    for block in given:
        if isinstance(block, dict):
            _attach(made, each, own, block)
    if not given:
        _own_interface(made, each, own)


def _attach(made: Assembly, each: Resource, own: str, block: dict[str, Any]) -> None:
    """An interface that is a resource of its own, or somebody else's."""
    id = block.get("network_interface_id")
    attachment = {"InstanceId": own, "DeviceIndex": block.get("device_index")}
    holder = made.one("NetworkInterfaces", id)
    if holder is not None:
        holder["Attachment"] = attachment
    elif isinstance(id, str):
        _shown(made, each, own, id, str(block.get("device_index")) == "0")
    else:
        made.unread.append((str(each.address), "which interfaces it has is not known", each.origin))


def _own_interface(made: Assembly, each: Resource, own: str) -> None:
    """The first interface, which an instance makes itself."""
    id = each.get("primary_network_interface_id")
    holder = made.one("NetworkInterfaces", id)
    if holder is not None:
        holder["Attachment"] = {"InstanceId": own, "DeviceIndex": 0}
        return
    _shown(made, each, own, id if isinstance(id, str) else f"{own}.primary_network_interface_id", True)


def _shown(made: Assembly, each: Resource, own: str, id: str, first: bool) -> None:
    """An interface as far as its instance shows it, which it does of the first one alone."""
    groups = each.values.get("vpc_security_group_ids", Unknown(NOT_TOLD))
    if not groups and isinstance(each.values.get("security_groups"), list):
        groups = [
            one for one in each.values["security_groups"] if isinstance(one, str) and one.startswith("sg-")
        ] or groups
    vpc = vpc_of(made, each.get("subnet_id")) or vpc_of_groups(made, groups)
    body: Attributes = {
        "SubnetId": each.get("subnet_id"),
        "VpcId": vpc,
        "Attachment": {"InstanceId": own, "DeviceIndex": 0 if first else 99},
    }
    if first:
        private, others = each.get("private_ip"), each.values.get("secondary_private_ips")
        body |= {
            "Groups": groups_of(made, each.get("subnet_id"), groups),
            "SourceDestCheck": each.get("source_dest_check"),
            "PrivateIpAddress": private,
            "PrivateIpAddresses": _addresses(private, others),
            "Ipv6Addresses": _ipv6(made, each),
            "Association": _public(made, each),
        }
    made.place("NetworkInterfaces", id, present(body), Origin(each.origin.file, each.origin.path))


def _public(made: Assembly, each: Resource) -> Any:
    """The public address of an instance: the one it has; before it is there, whether its subnet gives one (IGW-6)."""
    value = each.get("public_ip")
    if isinstance(value, str):
        return {"PublicIp": value}
    asked = each.get("associate_public_ip_address")
    if "public_ip" not in each.values and not made.found.planned:  # a state that tells less than all
        value = Unknown("the state does not tell its public address")
        asked = value if asked is None else asked
    if not isinstance(value, Unknown):
        return None
    if isinstance(asked, bool):
        return {"PublicIp": value} if asked else None
    link = each.get("subnet_id")
    gives = subnets_give(made, [link] if isinstance(link, str) else link)
    if isinstance(gives, Unknown):
        return gives
    return {"PublicIp": value} if gives is True else None


def _add_group(made: Assembly, each: Resource) -> None:
    group = each.get("security_group_id")
    holder = made.one("NetworkInterfaces", each.get("network_interface_id"))
    listed = None if holder is None else holder.get("Groups")
    if isinstance(listed, list) and {"GroupId": group} in listed:
        return
    made.append("NetworkInterfaces", each, "Groups", "network_interface_id", [{"GroupId": group}])


# -- elastic addresses -------------------------------------------------------------------------------------------


def _add_elastic(made: Assembly) -> None:
    """Elastic addresses, on the interface that has them. Those of NAT gateways are read there."""
    first = {
        item.attributes["Attachment"]["InstanceId"]: item.attributes
        for item in made.of("NetworkInterfaces")
        if _is_first(item.attributes)
    }
    for each in made.found.of("aws_eip"):
        made.put("Addresses", each, present({"PublicIp": each.get("public_ip")}))
        ends = each.get("network_interface"), each.get("instance")
        _give(made, first, each, ends, each.get("associate_with_private_ip"), _own_address(each))
    for each in made.found.of("aws_eip_association"):
        allocation = each.get("allocation_id")
        public = each.get("public_ip")
        public = public if isinstance(public, str) else allocated(made, allocation)
        ends = each.get("network_interface_id"), each.get("instance_id")
        _give(made, first, each, ends, each.get("private_ip_address"), public)


def _own_address(each: Resource) -> Any:
    """The address of an elastic one; of one out of a pool of one's own, that is not there yet, any that rules may name."""
    told = each.get("public_ip")
    if isinstance(told, str):
        return told
    given, pool = each.get("address"), each.get("public_ipv4_pool") or each.get("ipam_pool_id")
    if isinstance(given, str):
        return given
    own = isinstance(pool, str) and from_own_pool(pool)  # a plan knows no pool where none is written
    return told if isinstance(told, Unknown) and not own else EXISTING


def allocated(made: Assembly, allocation: Any) -> Any:
    """The address of an allocation, as far as the files tell it: one that they do not have exists, and is not told."""
    if isinstance(allocation, Open) and allocation.candidates:
        return allocation
    own = next((each for each in made.found.of("aws_eip") if each.id == allocation), None)
    return EXISTING if own is None else _own_address(own)


def _give(
    made: Assembly, first: dict[str, Attributes], each: Resource, ends: tuple[Any, Any], private: Any, public: Any
) -> None:
    """Give an address to an interface, or to the first one of an instance. `ends`: the two links. Where one is not known,
    any interface without an address may have it."""
    association = {"PublicIp": public if public is not None else Unknown("its elastic address is not known")}
    interface, instance = ends
    holder = made.one("NetworkInterfaces", interface)
    if holder is None and isinstance(instance, str):
        holder = first.get(instance)
    if holder is not None:
        listed = holder.get("PrivateIpAddresses")
        if isinstance(listed, list) and isinstance(private, str):
            for address in listed:
                if address.get("PrivateIpAddress") == private:
                    address["Association"] = association
                    return
        holder["Association"] = association
        return
    open = next((link for link in ends if isinstance(link, Unknown)), None)
    if open is not None:
        for item in made.of("NetworkInterfaces"):
            if item.attributes.get("Association") is None:
                item.attributes["Association"] = Unknown(f"{each.address} may be of it: {open.reason if open else ''}")


def _is_first(attributes: Attributes) -> bool:
    """Whether it is known to be the first interface of a known instance."""
    attachment = attributes.get("Attachment") or {}
    certain = isinstance(attachment.get("InstanceId"), str) and MAYBE not in attachment
    return certain and str(attachment.get("DeviceIndex", 0)) == "0"
