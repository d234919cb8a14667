"""Endpoint services of one's own (PrivateLink)."""

from __future__ import annotations

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.inventory import Item


def add_endpoint_services(draft: Draft) -> None:
    """Services behind load balancers that were read, under names by which endpoints lead to them.

    Who may have an endpoint is told by the endpoints that there are: one that is not accepted is not available (EP-10).
    """
    draft.each("ServiceConfigurations", add_endpoint_service)


def add_endpoint_service(draft: Draft, item: Item) -> None:
    """One service. Raises NotKnown."""
    arns = [*item.list("NetworkLoadBalancerArns"), *item.list("GatewayLoadBalancerArns")]
    known = [draft.out.names[arn] for arn in arns if arn in draft.names]
    if not known:
        draft.note("left out", item.id, "no load balancer behind it was read", item)
        return
    if len(arns) > 1:
        draft.note("unknown", item.id, f"{len(arns)} load balancers are behind it; only {known[0]} is told", item)
    name = draft.naming.name("services", item.name, item.id)
    body: Data = {"load_balancer": known[0]}
    if item.text("PrivateDnsName"):
        body["private_dns_name"] = item.text("PrivateDnsName")
    draft.top("endpoint_services")[name] = body
    draft.place(item, ("endpoint_services", name))
    for vpc in draft.vpcs.values():
        for endpoint in vpc.get("vpc_endpoints", {}).values():
            if endpoint["service"] == item.text("ServiceName"):
                endpoint["service"] = name
