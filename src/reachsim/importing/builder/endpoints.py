"""VPC endpoints."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.importing.builder.draft import GONE, Data, Draft
from reachsim.resources.reference import UNKNOWN


def add_endpoints(draft: Draft) -> None:
    """VPC endpoints of the first two types."""
    for item in draft.found.of("VpcEndpoints"):
        vpc = str(item.get("VpcId"))
        if vpc not in draft.names or item.text("State").lower() in GONE:
            continue
        kind = str(item.get("VpcEndpointType") or "Gateway")
        body: Data = {"service": str(item.get("ServiceName"))}
        if kind == "Gateway":
            tables = [draft.names[id] for id in item.list("RouteTableIds") if draft.local(vpc, id) is not None]
            body |= {"type": "gateway", "route_tables": tables}
        elif kind == "Interface":
            subnets = [draft.names[id] for id in item.list("SubnetIds") if draft.local(vpc, id) is not None]
            groups = [each.get("GroupId") for each in item.list("Groups")]
            known = [draft.names[id] for id in groups if id in draft.names]
            body |= {"type": "interface", "subnets": subnets}
            body["security_groups"] = known if known and len(known) == len(groups) else UNKNOWN
            body["private_ips"] = dict(addresses_of(draft, item.list("NetworkInterfaceIds")))
            if item.attributes.get("PrivateDnsEnabled") is not None:
                body["private_dns"] = bool(item.get("PrivateDnsEnabled"))
            if not subnets:
                draft.note("left out", item.id, "it is in no subnet that was read", item)
                continue
        else:
            draft.note("not read", item.id, f"an endpoint of type {kind}", item)
            continue
        name = draft.naming.name("targets", item.name, item.id)
        draft.section(vpc, "vpc_endpoints")[name] = {
            key: value for key, value in body.items() if value not in ({}, None)
        }
        draft.place(item, ("vpcs", draft.names[vpc], "vpc_endpoints", name), vpc)


def addresses_of(draft: Draft, ids: list[str]) -> Iterator[tuple[str, str]]:
    """Subnet and private address of interfaces."""
    for id in ids:
        item = draft.found.one("NetworkInterfaces", id)
        if item is not None and item.get("PrivateIpAddress") and item.get("SubnetId") in draft.names:
            yield draft.names[str(item.get("SubnetId"))], str(item.get("PrivateIpAddress"))
