"""Gateways of a VPC, peering connections, VPN, endpoints."""

from __future__ import annotations

from typing import Any, Final

from reachsim.importing.inventory import Attributes, Unknown
from reachsim.importing.terraform.assembly import Assembly, known, name_given, present
from reachsim.importing.terraform.families.hosts import allocated, vpc_of
from reachsim.importing.terraform.snapshot import Resource

TYPES: Final = frozenset(
    {
        "aws_internet_gateway", "aws_internet_gateway_attachment", "aws_egress_only_internet_gateway",
        "aws_nat_gateway", "aws_nat_gateway_eip_association", "aws_vpc_peering_connection",
        "aws_vpc_peering_connection_accepter", "aws_networkmanager_vpc_attachment",
        "aws_ec2_local_gateway_route_table_vpc_association",
        "aws_vpc_peering_connection_options", "aws_vpn_gateway", "aws_vpn_gateway_attachment", "aws_vpn_connection",
        "aws_vpn_connection_route", "aws_customer_gateway", "aws_dx_gateway_association", "aws_vpc_endpoint",
        "aws_vpc_endpoint_route_table_association", "aws_vpc_endpoint_subnet_association",
        "aws_vpc_endpoint_security_group_association", "aws_vpc_endpoint_service",
        "aws_vpc_endpoint_connection_accepter", "aws_vpc_endpoint_service_allowed_principal",
    }
)  # fmt: skip

_PENDING: Final = "pending-acceptance"


def add(made: Assembly) -> None:
    """Everything that joins a VPC with something else, but transit gateways."""
    _add_internet(made)
    _add_nat(made)
    _add_peerings(made)
    _add_core_networks(made)
    _add_vpn(made)
    _add_endpoints(made)


def _attached(vpc: Any, state: str) -> list[Attributes]:
    return [] if vpc is None else [{"VpcId": vpc, "State": state}]


def _add_internet(made: Assembly) -> None:
    for each in made.found.of("aws_internet_gateway"):
        made.put("InternetGateways", each, {"Attachments": _attached(each.get("vpc_id"), "available")})
    for each in made.found.of("aws_internet_gateway_attachment"):
        attachment = _attached(each.get("vpc_id"), "available")
        holder = made.one("InternetGateways", each.get("internet_gateway_id"))
        if holder is not None:  # a state that was refreshed tells it at the gateway, too
            holder["Attachments"] = []
        made.append("InternetGateways", each, "Attachments", "internet_gateway_id", attachment)
    for each in made.found.of("aws_egress_only_internet_gateway"):
        made.put("EgressOnlyInternetGateways", each, {"Attachments": _attached(each.get("vpc_id"), "attached")})


def _add_nat(made: Assembly) -> None:
    for each in made.found.of("aws_nat_gateway"):
        public = each.get("connectivity_type") != "private"
        address = present(
            {
                "AllocationId": each.get("allocation_id"),
                "PrivateIp": each.get("private_ip"),
                "PublicIp": _public(made, each) if public else None,
                "NetworkInterfaceId": each.get("network_interface_id"),
            }
        )
        body = {
            "SubnetId": each.get("subnet_id"),
            "VpcId": vpc_of(made, each.get("subnet_id")) or each.get("vpc_id"),
            "State": "available",
            "ConnectivityType": each.get("connectivity_type"),
            "AvailabilityMode": each.get("availability_mode"),
            "NatGatewayAddresses": [address, *_further(made, each)],
        }
        if each.get("availability_mode") == "regional":
            body |= _regional(made, each)
        made.put("NatGateways", each, present(body))


def _subnets(endpoint: Resource) -> Any:
    """The subnets of an endpoint, of which some may be told with their addresses alone."""
    told = _ids(endpoint.values.get("subnet_ids"))
    more = [each.get("SubnetId") for each in _configured(endpoint)]
    return (
        told if not isinstance(told, list | None) else [*(told or []), *(id for id in more if id not in (told or []))]
    )


def _configured(endpoint: Resource) -> list[Attributes]:
    """The addresses that an endpoint is given in its subnets."""
    listed = [each for each in endpoint.each("subnet_configuration") if isinstance(each, dict)]
    return [
        present({"SubnetId": each.get("subnet_id"), "Ipv4": each.get("ipv4"), "Ipv6": each.get("ipv6")})
        for each in listed
    ]


def _dns_options(endpoint: Resource) -> Attributes | None:
    """Whether private DNS is for inbound endpoints of Route 53 Resolver alone, where that is told."""
    told = endpoint.at("dns_options.private_dns_only_for_inbound_resolver_endpoint")
    return {"PrivateDnsOnlyForInboundResolverEndpoint": told} if isinstance(told, bool) else None


def _public(made: Assembly, gateway: Resource) -> Any:
    """The address of a NAT gateway; of one that is not there yet that of its allocation."""
    told, allocation = gateway.get("public_ip"), gateway.get("allocation_id")
    return told if isinstance(told, str) or not allocation else allocated(made, allocation)


def _regional(made: Assembly, gateway: Resource) -> Attributes:
    """Of a NAT gateway of all zones (NATGW-17): whether AWS chooses the zones, else the addresses in those it is given."""
    zones = [each for each in gateway.each("availability_zone_address") if isinstance(each, dict)]
    addresses = [
        {"AvailabilityZone": zone.get("availability_zone"), "AllocationId": id, "PublicIp": allocated(made, id)}
        for zone in zones
        for id in zone.get("allocation_ids") or []
    ]
    told = known(gateway.get("auto_provision_zones")) or ("disabled" if zones else "enabled")
    return {"AutoProvisionZones": told, "NatGatewayAddresses": [present(each) for each in addresses]}


def _further(made: Assembly, gateway: Resource) -> list[Attributes]:
    """The further addresses of a NAT gateway: the public ones, as far as they are known; the private ones of a private
    gateway, one that AWS gives in place of all that it is asked for."""
    if gateway.get("connectivity_type") == "private":
        told = gateway.values.get("secondary_private_ip_addresses")
        count = gateway.get("secondary_private_ip_address_count")
        if isinstance(told, list) and told:
            return [{"PrivateIp": each} for each in told]
        return [{"PrivateIp": Unknown("AWS gives the address")}] if isinstance(count, int) and count else []
    ids = {*gateway.each("secondary_allocation_ids")} | {
        each.get("allocation_id")
        for each in made.found.of("aws_nat_gateway_eip_association")
        if each.get("nat_gateway_id") == gateway.id
    }
    addresses = [allocated(made, each) for each in sorted(each for each in ids if isinstance(each, str))]
    return [{"PublicIp": each} for each in addresses if isinstance(each, str)]


# -- peering connections -----------------------------------------------------------------------------------------


def _add_peerings(made: Assembly) -> None:
    accepters = {
        each.get("vpc_peering_connection_id"): each for each in made.found.of("aws_vpc_peering_connection_accepter")
    }
    accepted = {id: each.get("auto_accept") for id, each in accepters.items()}
    for each in made.found.of("aws_vpc_peering_connection"):
        status = each.get("accept_status")
        accepter = accepters.get(each.id)
        if status == _PENDING and accepter is not None:
            # The accepter acts after the requester was read, so its word is the later one (PEER-1).
            status = _accepter_status(accepter)
        if not isinstance(status, str):
            given = [value for value in (each.get("auto_accept"), accepted.get(each.id)) if value is not None]
            later = any(isinstance(id, Unknown) for id in accepted)
            status = "active" if True in given else status if later else _PENDING
        body = {
            "Status": {"Code": status},
            "RequesterVpcInfo": _side(made, each, "vpc_id", "requester"),
            "AccepterVpcInfo": _side(made, each, "peer_vpc_id", "accepter"),
        }
        made.put("VpcPeeringConnections", each, body)
    for each in made.found.of("aws_vpc_peering_connection_accepter", "aws_vpc_peering_connection_options"):
        link = each.get("vpc_peering_connection_id")
        for holder in made.some("VpcPeeringConnections", link):
            for word, key in (("requester", "RequesterVpcInfo"), ("accepter", "AccepterVpcInfo")):
                if (options := _options(each, word)) is not None:
                    holder[key]["PeeringOptions"] = link if isinstance(link, Unknown) else options
    for each in made.found.of("aws_vpc_peering_connection_accepter"):
        id = each.get("vpc_peering_connection_id")
        if isinstance(id, str) and made.one("VpcPeeringConnections", id) is None:
            _accepted_here(made, each, id)


def _accepter_status(each: Resource) -> Any:
    """The status of a connection as the side that accepts it tells it."""
    active = each.get("auto_accept") is True or each.get("accept_status") == "active"
    return "active" if active else each.get("accept_status") or _PENDING


def _side(made: Assembly, each: Resource, key: str, word: str) -> Attributes:
    vpc = made.one("Vpcs", each.get(key)) or {}
    peer = key == "peer_vpc_id"
    body = {
        "VpcId": each.get(key),
        "CidrBlock": vpc.get("CidrBlock"),
        "OwnerId": each.get("peer_owner_id") if peer else None,
        "Region": each.get("peer_region") if peer else None,
        "PeeringOptions": _options(each, word),
    }
    return present(body)


def _options(each: Resource, word: str) -> Attributes | None:
    for block in each.each(word):
        value = block if isinstance(block, Unknown) else block.get("allow_remote_vpc_dns_resolution")
        return {"AllowDnsResolutionFromRemoteVpc": value}
    return None


def _accepted_here(made: Assembly, each: Resource, id: str) -> None:
    """A connection that somebody else asked for, and that this file accepts."""
    body: Attributes = {
        "Status": {"Code": _accepter_status(each)},
        "AccepterVpcInfo": present({"VpcId": each.get("vpc_id")}),
        "RequesterVpcInfo": present({"VpcId": each.get("peer_vpc_id"), "OwnerId": each.get("peer_owner_id")}),
    }
    made.put("VpcPeeringConnections", each, body, id)


def _add_core_networks(made: Assembly) -> None:
    """Attachments to a core network of Cloud WAN, which name their VPC by its ARN, and VPCs of a local gateway."""
    vpcs = {one.get("arn"): one.id for one in made.found.of("aws_vpc", "aws_default_vpc")}
    for each in made.found.of("aws_networkmanager_vpc_attachment"):
        told = each.get("vpc_arn")
        if isinstance(told, str):
            told = vpcs.get(told, told.rpartition("/")[2])
        made.put("OtherConnections", each, {"VpcId": told, "Why": "what a core network brings is not read"})
    for each in made.found.of("aws_ec2_local_gateway_route_table_vpc_association"):
        body = {"VpcId": each.get("vpc_id"), "Why": "what a local gateway brings is not in the file"}
        made.put("OtherConnections", each, body)


# -- VPN ---------------------------------------------------------------------------------------------------------


def _add_vpn(made: Assembly) -> None:
    for each in made.found.of("aws_vpn_gateway"):
        made.put(
            "VpnGateways", each, {"State": "available", "VpcAttachments": _attached(each.get("vpc_id"), "attached")}
        )
    for each in made.found.of("aws_vpn_gateway_attachment"):
        holder = made.one("VpnGateways", each.get("vpn_gateway_id"))
        if holder is not None:
            holder["VpcAttachments"] = []
        made.append("VpnGateways", each, "VpcAttachments", "vpn_gateway_id", _attached(each.get("vpc_id"), "attached"))
        if isinstance(each.get("vpn_gateway_id"), str) and holder is None:
            why = f"what is behind {each.get('vpn_gateway_id')} is not in the file"
            made.put("OtherConnections", each, {"VpcId": each.get("vpc_id"), "Why": why})
    for each in made.found.of("aws_customer_gateway"):
        made.put("CustomerGateways", each, {"State": "available"})
    for each in made.found.of("aws_vpn_connection"):
        body = {
            "State": "available",
            "CustomerGatewayId": each.get("customer_gateway_id"),
            "VpnGatewayId": each.get("vpn_gateway_id"),
            "TransitGatewayId": each.get("transit_gateway_id"),
            "TransitGatewayAttachmentId": known(each.get("transit_gateway_attachment_id")),
            "Options": {
                "StaticRoutesOnly": each.get("static_routes_only"),
                **{
                    f"{side}Ipv4NetworkCidr": each.get(f"{side.lower()}_ipv4_network_cidr")
                    for side in ("Local", "Remote")
                },
            },
            "Routes": [],
        }
        made.put("VpnConnections", each, present(body))
    for each in made.found.of("aws_dx_gateway_association"):
        if not is_of_transit_gateway(made, each):  # as far as anybody knows what is behind it, it is like a VPN
            behind = Unknown(f"what {each.address} announces is not in the file")
            made.put("VpnConnections", each, {"VpnGatewayId": each.get("associated_gateway_id"), "Routes": [behind]})
    for each in made.found.of("aws_vpn_connection_route"):
        route = [{"DestinationCidrBlock": each.get("destination_cidr_block"), "State": "available"}]
        made.append("VpnConnections", each, "Routes", "vpn_connection_id", route)


def is_of_transit_gateway(made: Assembly, each: Resource) -> bool:
    """Whether what a Direct Connect gateway is associated with is a transit gateway."""
    ids = [one.id for one in made.found.of("aws_ec2_transit_gateway")]
    return each.get("associated_gateway_type") == "transitGateway" or each.get("associated_gateway_id") in ids


# -- endpoints ---------------------------------------------------------------------------------------------------


def _add_endpoints(made: Assembly) -> None:
    for each in made.found.of("aws_vpc_endpoint"):
        service = _service_of(made, each.get("service_name"))
        kind = each.get("vpc_endpoint_type") or "Gateway"
        if isinstance(kind, Unknown) and service is not None:
            kind = "GatewayLoadBalancer" if service.each("gateway_load_balancer_arns") else "Interface"
        groups = each.values.get("security_group_ids")
        body = {
            "VpcId": each.get("vpc_id"),
            "VpcEndpointType": kind,
            "ServiceName": each.get("service_name"),
            "State": each.get("state") if isinstance(each.get("state"), str) else _accepted(made, each, service),
            "RouteTableIds": _ids(each.values.get("route_table_ids")),
            "SubnetIds": _subnets(each),
            "SubnetConfigurations": _configured(each),
            "IpAddressType": each.get("ip_address_type"),
            "Groups": groups if isinstance(groups, Unknown) else [{"GroupId": id} for id in groups or []],
            "NetworkInterfaceIds": _known_ids(each.values.get("network_interface_ids")),
            "DnsEntries": [{"DnsName": name} for name in _names(each)],
            "PrivateDnsEnabled": (each.get("private_dns_enabled") or False) if kind == "Interface" else None,
            "DnsOptions": _dns_options(each),
        }
        made.put("VpcEndpoints", each, present(body))
    for each in made.found.of("aws_vpc_endpoint_service"):
        body = {
            "ServiceName": _name_of(each),
            "NetworkLoadBalancerArns": each.values.get("network_load_balancer_arns"),
            "GatewayLoadBalancerArns": each.values.get("gateway_load_balancer_arns"),
            "PrivateDnsName": each.get("private_dns_name"),
        }
        made.put("ServiceConfigurations", each, present(body))
    for kind, key, link in (
        ("route_table", "RouteTableIds", "route_table_id"),
        ("subnet", "SubnetIds", "subnet_id"),
        ("security_group", "Groups", "security_group_id"),
    ):
        for each in made.found.of(f"aws_vpc_endpoint_{kind}_association"):
            member = each.get(link)
            members = [{"GroupId": member}] if key == "Groups" else [member]
            holder = made.one("VpcEndpoints", each.get("vpc_endpoint_id"))
            listed = None if holder is None else holder.get(key)
            if isinstance(listed, list) and members[0] in listed:
                continue
            made.append("VpcEndpoints", each, key, "vpc_endpoint_id", members)


def _names(endpoint: Resource) -> list[str]:
    """The names of an endpoint."""
    listed = [known(one.get("dns_name")) for one in endpoint.each("dns_entry") if isinstance(one, dict)]
    return list(filter(None, listed)) or list(filter(None, [name_given(endpoint, "dns_entry.dns_name")]))


def _name_of(service: Resource) -> str:
    """The name by which endpoints name a service; a word for it before it is there."""
    return known(service.get("service_name")) or f"{service.id}.service_name"


def _service_of(made: Assembly, name: Any) -> Resource | None:
    """The service of the file that has a name."""
    return next((each for each in made.found.of("aws_vpc_endpoint_service") if _name_of(each) == name), None)


def _accepted(made: Assembly, endpoint: Resource, service: Resource | None) -> Any:
    """The state of an endpoint that is made: a service may ask that it be accepted (EP-10)."""
    asked = False if service is None else service.get("acceptance_required")
    by = made.found.of("aws_vpc_endpoint_connection_accepter")
    if not asked or endpoint.get("auto_accept") is True or any(endpoint.id == one.get("vpc_endpoint_id") for one in by):
        return "available"
    return asked if isinstance(asked, Unknown) else "pendingAcceptance"


def _ids(value: Any) -> Any:
    return value if isinstance(value, Unknown) else list(value or [])


def _known_ids(value: Any) -> list[str]:
    """Ids of what AWS makes itself: left out where they are not known."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
