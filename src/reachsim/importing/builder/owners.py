"""Whose a network interface is that AWS made for something: of a NAT gateway, an endpoint, a load balancer, functions.

What the interface is of says more than the interface itself; so where that was read the interface is not made a host too.
"""

from __future__ import annotations

import re
from typing import Final

from reachsim.importing.inventory import Fields, Inventory, Item

NAT_OF: Final = re.compile(r"nat-[0-9a-f]+")
"""In the description of a NAT gateway's interface: whose it is."""
_ENDPOINT_OF: Final = re.compile(r"vpce-[0-9a-f]+")
_BALANCER: Final = "ELB "
_FUNCTION: Final = "AWS Lambda VPC ENI"


def balancer_of(item: Item) -> str:
    """In the description of a load balancer's interface: the end of its ARN, or a Classic Load Balancer's name."""
    told = str(item.either("Description") or "")
    return told.removeprefix(_BALANCER) if told.startswith(_BALANCER) else ""


def is_of_functions(item: Item) -> bool:
    """Whether it is one that functions share."""
    return item.either("InterfaceType") == "lambda" or str(item.either("Description") or "").startswith(_FUNCTION)


class Owners:
    """Which interfaces of an inventory a design says in place of hosts: what they are of was read.

    `named`: the ids of those that a gateway or an endpoint itself names.
    """

    def __init__(self, found: Inventory) -> None:
        self.found = found
        self.balancers = {item.id.partition(":loadbalancer/")[2] for item in found.of("LoadBalancers")}
        self.balancers |= {item.either("LoadBalancerName") for item in found.of("LoadBalancerDescriptions")}
        self.named = {id for item in found.of("VpcEndpoints") for id in item.members("NetworkInterfaceIds").known}
        for gateway in found.of("NatGateways"):
            told = gateway.members("NatGatewayAddresses").known
            self.named |= {each.either("NetworkInterfaceId") for each in told if isinstance(each, Fields)}

    def has(self, item: Item) -> bool:
        """Whether the owner of an interface was read, or the interface is one that nothing is ever sent to."""
        told, kind = str(item.either("Description") or ""), item.either("InterfaceType")
        if item.id in self.named or kind in ("transit_gateway", "nat_gateway") or NAT_OF.search(told):
            return True
        if balancer_of(item):
            return balancer_of(item) in self.balancers
        endpoint = _ENDPOINT_OF.search(told)
        if endpoint is not None:
            return self.found.one("VpcEndpoints", endpoint[0]) is not None
        return is_of_functions(item) and self.found.collected("Functions")


def takes_what_it_likes(item: Item) -> bool:
    """Whether it is of something that decides what it takes beyond its groups: a load balancer has listeners."""
    return bool(balancer_of(item)) or item.either("InterfaceType") in ("network_load_balancer", "gateway_load_balancer")
