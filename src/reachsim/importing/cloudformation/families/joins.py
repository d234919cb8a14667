"""What joins VPCs with each other and with the world: peerings, transit gateways, endpoints and VPNs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from reachsim.importing.cloudformation.evaluate import Composite, External, Reference
from reachsim.importing.cloudformation.made import Made, flag, id_of, ids_of, tags_of, without_none
from reachsim.importing.cloudformation.stack import Resource
from reachsim.importing.inventory import REFERENCING, Item, Unknown

_VPN: Final = "AWS::EC2::VPNConnection"
_OTHERS: Final = {
    _VPN: "vpn",
    "AWS::EC2::TransitGatewayPeeringAttachment": "peering",
    "AWS::EC2::TransitGatewayConnect": "connect",
}
"""Attachments of no VPC, by type of resource."""
_NETWORKS: Final = ("LocalIpv4NetworkCidr", "RemoteIpv4NetworkCidr")
"""What of the network, and of AWS's side, may communicate over a VPN connection (VPN-7)."""
_VPC_ATTACHMENTS: Final = ("AWS::EC2::TransitGatewayAttachment", "AWS::EC2::TransitGatewayVpcAttachment")


def peering(made: Made, resource: Resource) -> None:
    """Active at once within an account and a Region, and where a role accepts it on the other side."""
    here, there = id_of(resource.get("VpcId")), id_of(resource.get("PeerVpcId"))
    owner, role = resource.get("PeerOwnerId"), resource.get("PeerRoleArn")
    own = isinstance(there, str) and made.inventory.one("Vpcs", there) is not None
    accepted = owner is None or role is not None or own
    code: Any = "active" if accepted else Unknown("whether the other account accepts it")
    attributes = {
        "RequesterVpcInfo": without_none({"VpcId": here}),
        "AccepterVpcInfo": without_none({"VpcId": there, "OwnerId": owner if isinstance(owner, str) else None}),
        "Status": {"Code": code},
        "Tags": tags_of(resource.get("Tags")),
    }
    made.add("VpcPeeringConnections", resource, attributes, within=here if isinstance(here, str) else "")


def core_network(made: Made, resource: Resource) -> None:
    """An attachment to a core network of Cloud WAN, which names its VPC by an ARN."""
    told = resource.get("VpcArn")
    parts = told.parts if isinstance(told, Composite) else ()
    named = [part.id for part in parts if isinstance(part, Reference)]
    named += [told.rpartition("/")[2]] if isinstance(told, str) else []
    known = [id for id in named if made.inventory.one("Vpcs", id) is not None]
    vpc = known[0] if known else Unknown("which VPC it attaches")
    attributes = {"VpcId": vpc, "Why": "what a core network brings is not read"}
    made.add("OtherConnections", resource, attributes, within=known[0] if known else "")


def direct_connect(made: Made, resource: Resource) -> None:
    """A Direct Connect gateway behind a virtual private gateway or a transit gateway, with networks that nothing tells."""
    gateway = id_of(resource.get("AssociatedGatewayId"))
    why = "what a Direct Connect gateway brings is not in a template"
    if isinstance(gateway, str) and made.inventory.one("TransitGateways", gateway) is not None:
        attributes = {
            "TransitGatewayId": gateway,
            "ResourceType": "direct-connect-gateway",
            "Association": Unknown(why),
        }
        made.add("TransitGatewayAttachments", resource, {**attributes, "State": "available"})
        return
    attached = [
        id_of(each.get("VpcId"))
        for each in made.resources.values()
        if each.type == "AWS::EC2::VPCGatewayAttachment" and id_of(each.get("VpnGatewayId")) == gateway
    ]
    vpc = attached[0] if attached else Unknown("which VPC its gateway is attached to")
    made.add("OtherConnections", resource, {"VpcId": vpc, "Why": why}, within=vpc if isinstance(vpc, str) else "")


def local_gateway(made: Made, resource: Resource) -> None:
    """The VPC of an Outpost, into which a local gateway brings what it likes."""
    vpc = id_of(resource.get("VpcId"))
    attributes = {"VpcId": vpc, "Why": "what a local gateway brings is not in a template"}
    made.add("OtherConnections", resource, attributes, within=vpc if isinstance(vpc, str) else "")


# -- transit gateways --------------------------------------------------------------------------------------------


def transit_gateway(made: Made, resource: Resource) -> None:
    """A gateway, and the route table that AWS makes with it unless both defaults are off."""
    associates, propagates = (
        _enabled(resource.get(key)) for key in ("DefaultRouteTableAssociation", "DefaultRouteTablePropagation")
    )
    table = default_table(resource.id)
    into, out = (id_of(resource.get(f"{key}DefaultRouteTableId")) for key in ("Association", "Propagation"))
    options = {
        "AssociationDefaultRouteTableId": (into or table) if associates is True else None,
        "PropagationDefaultRouteTableId": (out or table) if propagates is True else None,
        "DefaultRouteTableAssociation": _word(associates),
        "DefaultRouteTablePropagation": _word(propagates),
        REFERENCING: resource.get(REFERENCING),
    }
    made.add("TransitGateways", resource, {"Options": without_none(options), "Tags": tags_of(resource.get("Tags"))})
    if associates is not False or propagates is not False:
        _add_table(made, resource, table, resource.id)


def default_table(gateway: str) -> str:
    """The id of the route table that AWS makes with a gateway."""
    return f"{gateway}/default table"


def _enabled(value: Any) -> Any:
    if value is None:
        return True
    if isinstance(value, Unknown):
        return value
    return str(value).lower() != "disable"


def _word(value: Any) -> Any:
    return value if isinstance(value, Unknown) else ("enable" if value else "disable")


def transit_table(made: Made, resource: Resource) -> None:
    _add_table(made, resource, resource.id, id_of(resource.get("TransitGatewayId")))


def _add_table(made: Made, resource: Resource, id: str, gateway: Any) -> None:
    made.add(
        "TransitGatewayRouteTables",
        resource,
        {"TransitGatewayId": gateway, "Tags": tags_of(resource.get("Tags"))},
        id=id,
    )
    made.add("TransitGatewayPropagations", resource, {"TransitGatewayRouteTablePropagations": []}, id=id)
    made.add("TransitGatewayStaticRoutes", resource, {"Routes": []}, id=id)


def vpc_attachment(made: Made, resource: Resource) -> None:
    options = resource.get("Options")
    keys = ("ApplianceModeSupport", REFERENCING, "Ipv6Support")
    told = {key: options.get(key) if isinstance(options, dict) else options for key in keys}
    vpc = id_of(resource.get("VpcId"))
    attributes = {
        "TransitGatewayId": id_of(resource.get("TransitGatewayId")),
        "VpcId": vpc,
        "SubnetIds": [*ids_of(resource.get("SubnetIds")), *ids_of(resource.get("AddSubnetIds"))],
        "ResourceType": "vpc",
        "State": "available",
        "Options": without_none(told),
        "Tags": tags_of(resource.get("Tags")),
    }
    made.add("TransitGatewayVpcAttachments", resource, attributes, within=vpc if isinstance(vpc, str) else "")


def other_attachment(made: Made, resource: Resource) -> None:
    """An attachment of which the other side is not modelled, or not in the template; that of a VPN connection too."""
    gateway = id_of(resource.get("TransitGatewayId"))
    attributes = {"TransitGatewayId": gateway, "ResourceType": _OTHERS[resource.type], "State": "available"}
    if resource.type == _VPN:
        attributes["ResourceId"] = resource.id
    if gateway is not None:
        made.add("TransitGatewayAttachments", resource, attributes, id=_attachment_id(resource))


def _attachment_id(resource: Resource) -> str:
    """The id of an attachment; that of a VPN connection is made with it."""
    return f"{resource.id}/attachment" if resource.type == _VPN else resource.id


def defaults_of_attachment(made: Made, resource: Resource) -> None:
    """What a gateway does with each attachment by itself; a peering propagates nothing (TGW-6)."""
    gateway, id = id_of(resource.get("TransitGatewayId")), _attachment_id(resource)
    item = made.inventory.one("TransitGateways", gateway) if isinstance(gateway, str) else None
    if item is None:
        return
    options = item.attributes["Options"]
    attachment = _attachment(made, id)
    chosen = [each for each in made.resources.values() if _associates(each, id)]
    associates = options["DefaultRouteTableAssociation"]
    if attachment is not None and not chosen and associates != "disable":
        known = options["AssociationDefaultRouteTableId"] if associates == "enable" else associates
        attachment.attributes["Association"] = {"TransitGatewayRouteTableId": known, "State": "associated"}
    propagates = options["DefaultRouteTablePropagation"]
    if propagates != "disable" and _OTHERS.get(resource.type) != "peering":
        entry = propagation_entry(id) if propagates == "enable" else Unknown(propagates.reason)
        table = options.get("PropagationDefaultRouteTableId") or default_table(item.id)
        made.append(
            "TransitGatewayPropagations", table, "TransitGatewayRouteTablePropagations", entry, resource, item.id
        )


def _attachment(made: Made, id: Any) -> Item | None:
    """An attachment of any kind."""
    found = (made.inventory.one(f"TransitGateway{kind}Attachments", id) for kind in ("Vpc", "") if isinstance(id, str))
    return next(filter(None, found), None)


def _associates(resource: Resource, attachment: str) -> bool:
    known = resource.type == "AWS::EC2::TransitGatewayRouteTableAssociation"
    return known and id_of(resource.get("TransitGatewayAttachmentId")) == attachment


def propagation_entry(attachment: Any) -> Any:
    """One attachment whose routes a table learns."""
    if isinstance(attachment, Unknown):
        return attachment
    return {"TransitGatewayAttachmentId": attachment, "State": "enabled"}


def transit_association(made: Made, resource: Resource) -> None:
    id = id_of(resource.get("TransitGatewayAttachmentId"))
    table = id_of(resource.get("TransitGatewayRouteTableId"))
    item = _attachment(made, id)
    if item is None:
        made.beyond(resource, id)
        return
    maybe = made.maybe(resource, item.id)
    item.attributes["Association"] = (
        Unknown(maybe) if maybe else {"TransitGatewayRouteTableId": table, "State": "associated"}
    )


def transit_propagation(made: Made, resource: Resource) -> None:
    attachment = id_of(resource.get("TransitGatewayAttachmentId"))
    table = resource.get("TransitGatewayRouteTableId")
    given = attachment if isinstance(attachment, str) else ""
    entry = propagation_entry(attachment)
    made.append("TransitGatewayPropagations", table, "TransitGatewayRouteTablePropagations", entry, resource, given)


def transit_route(made: Made, resource: Resource) -> None:
    block = made.block(resource, resource.get("DestinationCidrBlock"))
    if block is None:
        return
    attachment = id_of(resource.get("TransitGatewayAttachmentId"))
    blackhole = flag(resource.get("Blackhole"))
    to = (
        [attachment if isinstance(attachment, Unknown) else {"TransitGatewayAttachmentId": attachment}]
        if attachment
        else []
    )
    state = blackhole if isinstance(blackhole, Unknown) else "blackhole" if blackhole else "active"
    entry = {"DestinationCidrBlock": block, "Type": "static", "State": state, "TransitGatewayAttachments": to}
    made.append("TransitGatewayStaticRoutes", resource.get("TransitGatewayRouteTableId"), "Routes", entry, resource)


# -- endpoints ---------------------------------------------------------------------------------------------------


def endpoint(made: Made, resource: Resource) -> None:
    vpc = id_of(resource.get("VpcId"))
    kind = resource.get("VpcEndpointType")
    kind = "Gateway" if kind is None else kind
    dns = flag(
        resource.get("PrivateDnsEnabled")
    )  # unlike AWS's API, CloudFormation takes it for false where it is left out
    attributes = {
        "VpcId": vpc,
        "VpcEndpointType": kind,
        "ServiceName": service_name(resource.get("ServiceName")),
        "State": accepted(made, service_name(resource.get("ServiceName"))),
        "IpAddressType": resource.get("IpAddressType"),
        "Tags": tags_of(resource.get("Tags")),
    }
    if kind == "Gateway":
        attributes["RouteTableIds"] = ids_of(resource.get("RouteTableIds"))
    else:
        attributes["SubnetIds"] = ids_of(resource.get("SubnetIds"))
    if kind == "Interface" or isinstance(kind, Unknown):
        attributes["Groups"] = made.groups_of(resource.get("SecurityGroupIds"), vpc)
        attributes["PrivateDnsEnabled"] = False if dns is None else dns
        options = resource.get("DnsOptions")
        told = options.get("PrivateDnsOnlyForInboundResolverEndpoint") if isinstance(options, dict) else options
        if told is not None:
            alone = told if isinstance(told, Unknown) else str(told) in ("OnlyInboundResolver", "true", "True")
            attributes["DnsOptions"] = {"PrivateDnsOnlyForInboundResolverEndpoint": alone}
    made.add("VpcEndpoints", resource, attributes, within=vpc if isinstance(vpc, str) else "")


def endpoint_service(made: Made, resource: Resource) -> None:
    """A service of one's own; AWS makes its name of its id, which stands for it."""
    attributes = {
        "ServiceName": resource.id,
        "NetworkLoadBalancerArns": ids_of(resource.get("NetworkLoadBalancerArns")),
        "GatewayLoadBalancerArns": ids_of(resource.get("GatewayLoadBalancerArns")),
        "Tags": tags_of(resource.get("Tags")),
    }
    made.add("ServiceConfigurations", resource, attributes)


def accepted(made: Made, service: Any) -> Any:
    """The state of an endpoint: one to a service that has each accepted waits until somebody does."""
    own = made.resources.get(service) if isinstance(service, str) else None
    if own is None or own.type != "AWS::EC2::VPCEndpointService" or flag(own.get("AcceptanceRequired")) is False:
        return "available"
    return Unknown("whether the owner of its service accepts it")


def service_name(value: Any) -> Any:
    """The name of a service; where the Region in it is not known, the short one, which is the same in every Region; of a
    service of one's own its id."""
    if isinstance(value, Composite) and isinstance(value.parts[-1], Reference):
        start = value.parts[0]
        return value.parts[-1].id if isinstance(start, str) and start.startswith("com.amazonaws.vpce.") else value
    if isinstance(value, Composite) and len(value.parts) == 3:
        first, region, last = value.parts
        named = isinstance(region, External) and region.name == "AWS::Region"
        if named and first in ("com.amazonaws.", "aws.sagemaker.") and isinstance(last, str) and last.startswith("."):
            return last[1:]
    return value


# -- VPN ---------------------------------------------------------------------------------------------------------


def vpn_connection(made: Made, resource: Resource) -> None:
    static = flag(resource.get("StaticRoutesOnly"))
    attributes = {
        "VpnGatewayId": id_of(resource.get("VpnGatewayId")),
        "TransitGatewayId": id_of(resource.get("TransitGatewayId")),
        "CustomerGatewayId": id_of(resource.get("CustomerGatewayId")),
        "State": "available",
        "Options": {
            "StaticRoutesOnly": False if static is None else static,
            **{key: block for key in _NETWORKS if (block := made.block(resource, resource.get(key))) is not None},
        },
        "Routes": [] if static is True else [Unknown("what the other side announces")],
        "Tags": tags_of(resource.get("Tags")),
    }
    made.add("VpnConnections", resource, attributes)
    other_attachment(made, resource)


def vpn_route(made: Made, resource: Resource) -> None:
    block = made.block(resource, resource.get("DestinationCidrBlock"))
    if block is not None:
        entry = {"DestinationCidrBlock": block, "State": "available"}
        made.append("VpnConnections", resource.get("VpnConnectionId"), "Routes", entry, resource)


OBJECTS: Final[Mapping[str, Callable[[Made, Resource], None]]] = {
    "AWS::EC2::VPCPeeringConnection": peering,
    "AWS::NetworkManager::VpcAttachment": core_network,
    "AWS::EC2::LocalGatewayRouteTableVPCAssociation": local_gateway,
    "AWS::EC2::TransitGateway": transit_gateway,
    "AWS::EC2::TransitGatewayRouteTable": transit_table,
    **dict.fromkeys(_VPC_ATTACHMENTS, vpc_attachment),
    "AWS::EC2::TransitGatewayPeeringAttachment": other_attachment,
    "AWS::EC2::TransitGatewayConnect": other_attachment,
    "AWS::EC2::VPCEndpointService": endpoint_service,
    "AWS::EC2::VPCEndpoint": endpoint,
    _VPN: vpn_connection,
}
ADDITIONS: Final[Mapping[str, Callable[[Made, Resource], None]]] = {
    "AWS::DirectConnect::DirectConnectGatewayAssociation": direct_connect,
    **dict.fromkeys((*_VPC_ATTACHMENTS, *_OTHERS), defaults_of_attachment),
    "AWS::EC2::TransitGatewayRouteTableAssociation": transit_association,
    "AWS::EC2::TransitGatewayRouteTablePropagation": transit_propagation,
    "AWS::EC2::TransitGatewayRoute": transit_route,
    "AWS::EC2::VPNConnectionRoute": vpn_route,
}
