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
    """One of them. Raises NotKnown."""
    arns = [*item.list("NetworkLoadBalancerArns"), *item.list("GatewayLoadBalancerArns")]
    known = [draft.out.names[arn] for arn in arns if _is_written(draft, arn)]
    if len(known) != 1 or len(arns) != 1:
        reason = "the load balancer behind it was not read" if len(arns) == 1 else f"{len(arns)} of them are behind it"
        draft.unknown(item, "where it leads", reason)
        _leave_open(draft, item, f"where service {item.name or item.id} leads is not known: {reason}")
        return
    name = draft.naming.name("services", item.name, item.id)
    body: Data = {"load_balancer": known[0]}
    if item.text("PrivateDnsName"):
        body["private_dns_name"] = item.text("PrivateDnsName")
    draft.top("endpoint_services")[name] = body
    draft.place(item, ("endpoint_services", name))
    for _, _, endpoint in _endpoints(draft, item):
        endpoint["service"] = name


def _is_written(draft: Draft, arn: str) -> bool:
    """Whether a load balancer was read, and all that decides of it."""
    vpc = draft.vpc_of.get(arn)
    return bool(vpc) and draft.names[arn] in draft.section(str(vpc), "load_balancers")


def _endpoints(draft: Draft, item: Item) -> list[tuple[Data, str, Data]]:
    """The endpoints that lead to a service: their VPC, name and body."""
    service = item.text("ServiceName")
    held = ((vpc, vpc.get("vpc_endpoints", {})) for vpc in draft.vpcs.values())
    return [(vpc, name, body) for vpc, named in held for name, body in named.items() if body["service"] == service]


def _leave_open(draft: Draft, item: Item, reason: str) -> None:
    """Put components of which nothing is known in the place of the endpoints that lead to a service."""
    for vpc, name, body in _endpoints(draft, item):
        del vpc["vpc_endpoints"][name]
        vpc.setdefault("unknown_components", {})[name] = {"subnets": body.get("subnets", []), "why": reason}
