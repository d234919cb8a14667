"""Edits that mend connections to networks outside AWS: their state, and what each side is told of the other."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.net.cidr import Cidr
from reachsim.resources.mending import FILTERS, Case, Edit, advises, mends
from reachsim.resources.vpn_connection import connections_in, ends_at
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code


@mends
def connection_up(case: Case) -> Iterator[Edit]:
    """A VPN connection that is down, brought up (VPN-4)."""
    path = case.cause.path
    if len(path) == 3 and path[0] == "vpn_connections" and path[2] == "state":
        yield Edit.setting(path, "up", f"bring VPN connection {path[1]} up", 4)


@mends
def announced(case: Case) -> Iterator[Edit]:
    """A prefix of a network, on the connections to it that do not know it (VPN-1)."""
    design = case.view.design
    if case.cause.code not in FILTERS:
        for name, network in design.networks.items():
            for block in network.cidrs:
                if case.destination in block:
                    for via in network.via:
                        yield from _announcing(case, via, name, block)


def _announcing(case: Case, via: str, network: str, block: Cidr) -> Iterator[Edit]:
    for at, body in connections_in(case.view.design):
        if at.name == via and not any(case.destination in known for known in body.behind().blocks):
            key = next((key for key in body.announced_in if getattr(body, key)), body.announced_in[-1])
            text = f"let {body.noun} {via} know {block} of network {network} ({key})"
            yield Edit.adding((*at.path, key), str(block), text, 3)


@mends
def behind_a_connection(case: Case) -> Iterator[Edit]:
    """A network, behind a connection that carries its addresses and leads to none with them (VPN-1)."""
    path = case.cause.path
    if path[:1] != ("networks",) or path[-1] != "via":
        return
    network = case.view.design.networks[str(path[1])]
    address = case.source if case.cause.code is Code.NO_POSSIBLE_SOURCE else case.destination
    for at, body in connections_in(case.view.design):
        block = next((block for block in body.behind().blocks if address in block), None)
        if block is not None and at.name not in network.via:
            text = f"let network {path[1]} be behind {body.noun} {at.name}, which carries {block}"
            yield Edit.adding(path, at.name, text, 2)


@mends
def associated(case: Case) -> Iterator[Edit]:
    """A Direct Connect gateway that leads to one end, with a virtual private gateway of the VPC at the other (VPN-1)."""
    vpcs = [vpc for vpc, _ in case.tables]
    receiver = [] if case.receiver is None else [case.receiver.vpc.name]
    if case.cause.code not in FILTERS:
        for name, body in case.view.design.direct_connect_gateways.items():
            path: KeyPath = ("direct_connect_gateways", name, "gateways")
            known = any(case.destination in block for block in body.prefixes)
            for vpc in dict.fromkeys(receiver if case.cause.path == path else vpcs if known else ()):
                for gateway in case.view.design.vpcs[vpc].vpn_gateways:
                    if not any(ends_at(each, vpc, gateway) for each in body.gateways):
                        text = (
                            f"associate Direct Connect gateway {name} with virtual private gateway {gateway} of {vpc}"
                        )
                        yield Edit.adding(path, f"{vpc}.{gateway}", text, 3)


@mends
def announced_to_the_network(case: Case) -> Iterator[Edit]:
    """The block of a VPC among the allowed prefixes of a Direct Connect gateway (VPN-5)."""
    path = case.cause.path
    if path[:1] != ("direct_connect_gateways",) or path[-1] != "allowed_prefixes":
        return
    for vpc, body in case.view.design.vpcs.items():
        for block in body.cidrs:
            if case.destination in block:
                text = f"let Direct Connect gateway {path[1]} announce {block} of {vpc} (allowed_prefixes)"
                yield Edit.adding(path, str(block), text, 2)


@advises
def no_transit(case: Case) -> Iterator[str]:
    """A virtual private gateway is a way into its own VPC alone (VPN-3)."""
    if case.cause.code in (
        Code.VGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS,
        Code.VGW_PRIVATE_IP_ASSOCIATION_FOR_EGRESS,
    ):
        yield (
            "a virtual private gateway carries what is from or to interfaces of its own VPC, and nothing through it to "
            "peerings, gateways or endpoints of it (VPN-3). Let the connection end at a transit gateway to which all VPCs "
            "are attached, or give the other VPC a gateway and a connection of its own; for a service of AWS's, an "
            "interface endpoint, called by its own address; for the internet, a proxy in the VPC"
        )
