"""Instances, interfaces, public addresses and NAT gateways."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from reachsim.importing.cloudformation.made import (
    Made,
    entries,
    flag,
    id_of,
    ids_of,
    tags_of,
    whole,
    without_none,
)
from reachsim.importing.cloudformation.stack import Resource
from reachsim.importing.defaults import DEFAULT_SUBNET
from reachsim.importing.inventory import Attributes, Unknown
from reachsim.resources.reference import EXISTING
from reachsim.rules.internet_gateway import from_own_pool

_ASSIGNED: Final = Unknown("AWS gives the address")
_FORWARDS: Final = re.compile(r"ip_forward", re.IGNORECASE)
_MASQUERADES: Final = re.compile(r"masquerade", re.IGNORECASE)
_CHANGES: Final = re.compile(r"create-route|replace-route|authorize-security-group|modify-instance-attribute")


def instance(made: Made, resource: Resource) -> None:
    """An instance with its interfaces, as far as the template tells them."""
    properties = {**made.launch_data(resource.get("LaunchTemplate")), **resource.properties}
    listed = entries(properties.get("NetworkInterfaces") or [])
    vague = next((each for each in listed if isinstance(each, Unknown)), None)
    brought = [each for each in listed if isinstance(each, dict) and not each.get("NetworkInterfaceId")]
    own = [_interface(made, resource, properties, each, len(listed)) for each in brought if vague is None]
    if not listed:
        own = [_interface(made, resource, properties, {}, 1)]
    first: Attributes = own[0] if own else {}
    attributes = {
        "State": {"Name": "running"},
        "SubnetId": first.get("SubnetId"),
        "VpcId": first.get("VpcId"),
        "Tags": tags_of(properties.get("Tags")),
        "NetworkInterfaces": vague,
        "Forwards": _reads_user_data(made, resource, properties) or None,
    }
    made.add("Instances", resource, attributes, within=_within(first))
    for index, each in enumerate(own):
        id = f"{resource.id}/eth{each['Attachment'].get('DeviceIndex', index)}"
        made.add("NetworkInterfaces", resource, each, id=id, within=_within(each))


def _within(interface: Attributes) -> str:
    subnet = interface.get("SubnetId")
    return subnet if isinstance(subnet, str) else ""


def _interface(
    made: Made, resource: Resource, properties: Mapping[str, Any], inline: Mapping[str, Any], count: int
) -> Attributes:
    """One interface that an instance brings with it."""
    subnet = id_of(inline.get("SubnetId") or properties.get("SubnetId")) or DEFAULT_SUBNET
    vpc = made.vpc_of(subnet)
    named = inline.get("GroupSet") or inline.get("Groups")  # the latter in a launch template
    groups = named or properties.get("SecurityGroupIds") or properties.get("SecurityGroups")
    index = whole(inline.get("DeviceIndex"))
    check = flag(properties.get("SourceDestCheck"))
    attributes = {
        "SubnetId": subnet,
        "VpcId": vpc,
        "Groups": made.groups_of(groups, vpc),
        "Attachment": {"InstanceId": resource.id, "DeviceIndex": index if isinstance(index, int) else 0},
        "PrivateIpAddress": inline.get("PrivateIpAddress") or properties.get("PrivateIpAddress") or _ASSIGNED,
        "SourceDestCheck": True if check is None else check,
        "Association": _at_launch(made, inline, subnet, count),
    }
    return without_none({**attributes, **_addresses(made, inline or properties, subnet)})


def _addresses(made: Made, written: Mapping[str, Any], subnet: Any) -> Attributes:
    """Further addresses of an interface."""
    found: Attributes = {}
    listed = entries(written.get("PrivateIpAddresses") or [])
    if listed:
        found["PrivateIpAddresses"] = [
            each
            if isinstance(each, Unknown)
            else without_none({"PrivateIpAddress": each.get("PrivateIpAddress"), "Primary": flag(each.get("Primary"))})
            for each in listed
        ]
    more = whole(written.get("SecondaryPrivateIpAddressCount"))
    if more and not found:
        found["PrivateIpAddresses"] = [
            {"PrivateIpAddress": written.get("PrivateIpAddress") or _ASSIGNED, "Primary": True}
        ]
        found["PrivateIpAddresses"].append({"PrivateIpAddress": _ASSIGNED})
    for version in ("4", "6"):
        key, asked = f"Ipv{version}Prefix", whole(written.get(f"Ipv{version}PrefixCount"))
        prefixes = [
            each if isinstance(each, Unknown) else {key: each.get(key)}
            for each in entries(written.get(f"{key}es") or [])
        ]
        if prefixes or asked:
            found[f"{key}es"] = prefixes or [{key: _ASSIGNED}]
    addresses = [
        each if isinstance(each, Unknown) else {"Ipv6Address": each.get("Ipv6Address")}
        for each in entries(written.get("Ipv6Addresses") or [])
    ]
    if addresses:
        found["Ipv6Addresses"] = addresses
    else:
        asked = whole(written.get("Ipv6AddressCount"))
        if asked is None:
            item = made.inventory.one("Subnets", subnet) if isinstance(subnet, str) else None
            asked = item.attributes.get("AssignIpv6AddressOnCreation") if item is not None else None
        if isinstance(asked, Unknown):
            found["Ipv6Addresses"] = [Unknown(asked.reason)]
        elif asked:
            found["Ipv6Addresses"] = [{"Ipv6Address": _ASSIGNED}]
    return found


def _at_launch(made: Made, inline: Mapping[str, Any], subnet: Any, count: int) -> Any:
    """The public address that an instance gets when it starts: by its own word, or by its subnet's. One with several
    interfaces gets none."""
    asked = flag(inline.get("AssociatePublicIpAddress"))
    if asked is None and count == 1:
        item = made.inventory.one("Subnets", subnet) if isinstance(subnet, str) else None
        if item is None:
            return Unknown("whether its subnet gives public addresses")
        asked = item.attributes.get("MapPublicIpOnLaunch")
    if isinstance(asked, Unknown):
        return Unknown(asked.reason)
    return {"PublicIp": _ASSIGNED} if asked else None


def _reads_user_data(made: Made, resource: Resource, properties: Mapping[str, Any]) -> bool:
    """Whether the system seems to forward and masquerade, as NAT instances do. A script that runs at the first start is not
    carried out; what it seems to do is said, and no word of it repeated."""
    words = "\n".join(_texts(made.user_data(resource)))
    if _CHANGES.search(words):
        made.not_read(resource, "its UserData seems to change routes or rules")
    forwards = bool(_FORWARDS.search(words) and _MASQUERADES.search(words)) and not made.strict
    if forwards and flag(properties.get("SourceDestCheck")) is False:
        made.assumed(resource, "it forwards and masquerades, as its UserData seems to say")
        return True
    return False


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def interface(made: Made, resource: Resource) -> None:
    subnet = id_of(resource.get("SubnetId"))
    vpc = made.vpc_of(subnet)
    check = flag(resource.get("SourceDestCheck"))
    attributes = {
        "SubnetId": subnet,
        "VpcId": vpc,
        "InterfaceType": "interface",
        "Groups": made.groups_of(resource.get("GroupSet"), vpc),
        "PrivateIpAddress": resource.get("PrivateIpAddress") or _ASSIGNED,
        "SourceDestCheck": True if check is None else check,
        "TagSet": tags_of(resource.get("Tags")),
        **_addresses(made, resource.properties, subnet),
    }
    made.add("NetworkInterfaces", resource, attributes, within=subnet if isinstance(subnet, str) else "")


def attach_inline(made: Made, resource: Resource) -> None:
    """Interfaces that an instance names by id."""
    for each in entries(resource.get("NetworkInterfaces") or []):
        if isinstance(each, dict) and each.get("NetworkInterfaceId"):
            _attach(made, resource, each.get("NetworkInterfaceId"), resource.id, each.get("DeviceIndex"))


def attachment(made: Made, resource: Resource) -> None:
    owner = id_of(resource.get("InstanceId"))
    _attach(made, resource, resource.get("NetworkInterfaceId"), owner, resource.get("DeviceIndex"))


def _attach(made: Made, resource: Resource, interface: Any, owner: Any, device: Any) -> None:
    id = id_of(interface)
    item = made.inventory.one("NetworkInterfaces", id) if isinstance(id, str) else None
    if item is None:
        made.beyond(resource, interface)
        return
    index = whole(device)
    if isinstance(owner, str) and not made.maybe(resource, item.id):
        item.attributes["Attachment"] = {"InstanceId": owner, "DeviceIndex": index if isinstance(index, int) else 0}


def address(made: Made, resource: Resource) -> None:
    made.add("Addresses", resource, {"PublicIp": _own_address(resource), "Domain": "vpc"})


def _own_address(resource: Resource) -> Any:
    """The address of an elastic one that a template makes: out of a pool of one's own it is one that rules may name."""
    given = resource.get("Address")
    if isinstance(given, str):
        return given
    own = from_own_pool(given, resource.get("PublicIpv4Pool"), resource.get("IpamPoolId"))
    return EXISTING if own else _ASSIGNED


def allocated(made: Made, allocation: Any) -> Any:
    """The address of an allocation: of the template's own what AWS gives it; else it exists, and is not told."""
    id = id_of(allocation)
    own = made.resources.get(id) if isinstance(id, str) else None
    return _own_address(own) if own is not None and own.type == "AWS::EC2::EIP" else EXISTING


def address_of_instance(made: Made, resource: Resource) -> None:
    """An elastic address that names its instance itself."""
    if resource.get("InstanceId") is not None:
        _give(made, resource, resource.get("InstanceId"), None, None, _own_address(resource))


def association(made: Made, resource: Resource) -> None:
    public = resource.get("EIP")
    if not isinstance(public, str) or not _is_address(public):
        public = allocated(made, resource.get("AllocationId") if public is None else public)
    ends = resource.get("InstanceId"), resource.get("NetworkInterfaceId")
    _give(made, resource, *ends, resource.get("PrivateIpAddress"), public)


def _is_address(text: str) -> bool:
    return text.replace(".", "").isdigit()


def _give(made: Made, resource: Resource, instance: Any, interface: Any, private: Any, public: Any) -> None:
    """An elastic address to the interface that has it, or that may have it."""
    id = id_of(interface if interface is not None else instance)
    if isinstance(id, Unknown):
        for item in made.inventory.of("NetworkInterfaces"):
            item.attributes.setdefault("Association", Unknown(id.reason))
        return
    owned = [
        item
        for item in made.inventory.of("NetworkInterfaces")
        if item.id == id or (item.attributes.get("Attachment") or {}).get("InstanceId") == id
    ]
    owned.sort(key=lambda item: (item.attributes.get("Attachment") or {}).get("DeviceIndex") or 0)
    if not owned:
        made.beyond(resource, id)
        return
    maybe = made.maybe(resource, owned[0].id if owned[0].id in made.resources else str(id))
    entry: Any = Unknown(maybe) if maybe else {"PublicIp": public}
    known = owned[0].attributes.get("Association")
    if maybe and isinstance(known, dict):
        return  # it has one in any case
    listed = owned[0].attributes.get("PrivateIpAddresses")
    if private is not None and isinstance(listed, list):
        for each in listed:
            if isinstance(each, dict) and each.get("PrivateIpAddress") == private:
                each["Association"] = entry
                return
    owned[0].attributes["Association"] = entry


def _of_gateway(made: Made, resource: Resource) -> list[Any]:
    """The addresses of a NAT gateway: its own, and others from which it may send too."""
    private, kind = resource.get("PrivateIpAddress"), resource.get("ConnectivityType")
    own = {"PrivateIp": private if isinstance(private, str) else None}
    allocation = resource.get("AllocationId")
    if kind != "private" and allocation is not None:
        own["PublicIp"] = allocated(made, allocation)
    more = [{"PublicIp": allocated(made, id)} for id in ids_of(resource.get("SecondaryAllocationIds"))]
    told = ids_of(resource.get("SecondaryPrivateIpAddresses"))
    count = whole(resource.get("SecondaryPrivateIpAddressCount"))
    told += [_ASSIGNED] if count and not told else []
    private_ones = [{"PrivateIp": each} for each in told]
    return [without_none(own), *(private_ones if kind == "private" else more)]


def _of_zones(made: Made, zones: list[Any]) -> list[Any]:
    """The addresses that a regional NAT gateway is given, by zone (NATGW-17)."""
    return [
        each
        if isinstance(each, Unknown)
        else {
            "AvailabilityZone": each.get("AvailabilityZone", each.get("AvailabilityZoneId")),
            "PublicIp": allocated(made, id),
        }
        for each in zones
        for id in (ids_of(each.get("AllocationIds")) if isinstance(each, dict) else [None])
    ]


def nat_gateway(made: Made, resource: Resource) -> None:
    subnet = id_of(resource.get("SubnetId"))
    vpc = id_of(resource.get("VpcId")) or made.vpc_of(subnet)
    kind = resource.get("ConnectivityType")
    zones = entries(resource.get("AvailabilityZoneAddresses") or [])
    attributes = {
        "SubnetId": subnet,
        "VpcId": vpc,
        "State": "available",
        "ConnectivityType": "public" if kind is None else kind,
        "AvailabilityMode": resource.get("AvailabilityMode"),
        "AutoProvisionZones": "disabled" if zones else None,
        "NatGatewayAddresses": _of_zones(made, zones) if zones else _of_gateway(made, resource),
        "Tags": tags_of(resource.get("Tags")),
    }
    made.add("NatGateways", resource, attributes, within=subnet if isinstance(subnet, str) else "")


OBJECTS: Final[Mapping[str, Callable[[Made, Resource], None]]] = {
    "AWS::EC2::Instance": instance,
    "AWS::EC2::NetworkInterface": interface,
    "AWS::EC2::EIP": address,
    "AWS::EC2::NatGateway": nat_gateway,
}
ADDITIONS: Final[Mapping[str, Callable[[Made, Resource], None]]] = {
    "AWS::EC2::Instance": attach_inline,
    "AWS::EC2::NetworkInterfaceAttachment": attachment,
    "AWS::EC2::EIP": address_of_instance,
    "AWS::EC2::EIPAssociation": association,
}
