"""Endpoint services: a service of one's own behind a load balancer, which interface endpoints lead to (PrivateLink)."""

from __future__ import annotations

from typing import Any, ClassVar

from reachsim.errors import shown
from reachsim.resources.fields import HostNameField, Reference, References, Tags
from reachsim.resources.resource import At, Checks, Resource, resource


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
    tags: Tags = {}

    def accepts(self, vpc: str, design: Any) -> bool:
        """Whether its owner accepts endpoints of a VPC; one that is not accepted stays pending (EP-10)."""
        return self.accepted is None or bool({vpc, design.vpcs[vpc].account} & {*self.accepted})

    def check(self, at: At, checks: Checks) -> None:
        """Its load balancer, where the design has load balancers at all in the VPC that it names."""
        owner, dot, _ = self.load_balancer.partition(".")
        if dot and owner not in checks.design.vpcs:
            checks.report((*at.path, "load_balancer"), f"there is no VPC {shown(owner)}", "write VPC.LOAD_BALANCER")
