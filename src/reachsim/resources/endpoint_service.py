"""Endpoint services: a service of one's own behind a load balancer, which interface endpoints lead to (PrivateLink)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import Field

from reachsim.errors import shown
from reachsim.resources.fields import HostNameField, ReadOnly, Reference, References, Tags
from reachsim.resources.resource import At, Checks, Resource, resource
from reachsim.rules.clauses import KeyPath
from reachsim.rules.load_balancer import GATEWAY, NETWORK


@resource("endpoint_services", "endpoint service", "design")
class EndpointService(Resource):
    """A service of one's own behind a Network or Gateway Load Balancer."""

    routable: ClassVar[bool] = False

    load_balancer: Reference
    """The load balancer that takes its connections, `VPC.NAME`."""
    private_dns_name: HostNameField | None = None
    """The host name that means an endpoint of it where that has `private_dns: true` (EP-8)."""
    accepted: References | None = None
    """Accounts or VPCs whose endpoints its owner accepts; left out: everybody's."""
    tags: Tags = Field(default_factory=ReadOnly)

    def linked(self, at: At) -> Iterator[KeyPath]:
        """The VPC of its load balancer."""
        yield "vpcs", self.load_balancer.rpartition(".")[0]

    def names(self, at: At) -> Iterator[str]:
        """Its private DNS name."""
        if self.private_dns_name is not None:
            yield self.private_dns_name

    def accepts(self, vpc: str, design: Any) -> bool:
        """Whether its owner accepts endpoints of a VPC; one that is not accepted stays pending (EP-10)."""
        return self.accepted is None or bool({vpc, design.vpcs[vpc].account} & {*self.accepted})

    def balancer(self, design: Any) -> At | None:
        """Where its load balancer is written; None where that is nowhere, or not one place."""
        found = self.balancers(design)
        return found[0] if len(found) == 1 else None

    def balancers(self, design: Any) -> list[At]:
        """Every load balancer that has the name."""
        owner, _, name = self.load_balancer.rpartition(".")
        return [
            At(vpc, "load_balancers", name)
            for vpc, body in design.vpcs.items()
            if owner in ("", vpc) and name in body.load_balancers
        ]

    def check(self, at: At, checks: Checks) -> None:
        """Its load balancer is in the design, and is a Network or a Gateway Load Balancer."""
        here = (*at.path, "load_balancer")
        owner, dot, name = self.load_balancer.rpartition(".")
        found = self.balancers(checks.design)
        if dot and owner not in checks.design.vpcs:
            checks.report(here, f"there is no VPC {shown(owner)}", "write VPC.LOAD_BALANCER")
        elif not found:
            where = f"VPC {owner} has no" if dot else "there is no"
            checks.report(here, f"{where} load balancer {shown(name)}", "write VPC.LOAD_BALANCER")
        elif len(found) > 1:
            names = ", ".join(each.full_name for each in found)
            checks.report(here, f"{shown(name)} may be any of {names}", "write VPC.LOAD_BALANCER")
        else:
            kind = checks.design.vpcs[found[0].vpc].load_balancers[name].type
            if kind not in (NETWORK, GATEWAY):
                text = f"{found[0].full_name} is of type {kind}, and no endpoint service stands before one"
                checks.report(here, text, "name a network or a gateway load balancer", "EP-10")
