"""The design, with addresses assigned and every question about its parts answered by a linear scan."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from tests.oracle.naive.addresses import Address, address, block, inside, network
from tests.oracle.naive.packets import NAT_PORTS, listed, span, tokens_of
from tests.oracle.naive.parts import Design, Group, Interface

Bodies = dict[str, Any]
HOSTS = ("instance", "interface", "nat_gateway")


def every_block(value: Any) -> list[str]:
    """Every CIDR and address that a design writes anywhere."""
    if isinstance(value, dict):
        return [cidr for key, each in value.items() for cidr in (*every_block(key), *every_block(each))]
    if isinstance(value, list):
        return [cidr for each in value for cidr in every_block(each)]
    return [value] if isinstance(value, str) and network(value) is not None else []


def edge_ports(design: Any) -> set[int]:
    """Every port at which some rule of the design begins or has just ended to match.

    Verdicts can change only there as the NAT device's port grows, so one port of each stretch stands for all.
    Where two devices translate, each one's port counts in a part of the way back of its own, so that the same
    port for both finds every failure.
    """
    ports = {NAT_PORTS.start}
    if isinstance(design, dict):
        design = [*design.values()]
    if isinstance(design, list):
        ports |= {port for each in design for port in edge_ports(each)}
    elif isinstance(design, str) and design.startswith(("tcp/", "udp/")):
        for token in tokens_of(design):
            if token.startswith(("tcp/", "udp/")):
                low, high = span(token.split("/")[1])
                ports |= {low, high + 1}
    return {port for port in ports if port in NAT_PORTS}


class World:
    """All that the file says. Keys that are left out have AWS's default."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self.vpcs: Bodies = design.get("vpcs") or {}
        self.peerings: Bodies = design.get("peering_connections") or {}
        self.functions: Bodies = design.get("lambda_functions") or {}
        self.gateways: Bodies = design.get("api_gateways") or {}
        self.hosts: Bodies = (design.get("internet") or {}).get("hosts") or {}
        self.headers: Bodies = design.get("transit_gateways") or {}
        self.connections: Bodies = design.get("vpn_connections") or {}
        self.direct: Bodies = design.get("direct_connect_gateways") or {}
        self.networks: Bodies = design.get("networks") or {}
        self.services: Bodies = design.get("endpoint_services") or {}
        self.zones: Bodies = design.get("private_hosted_zones") or {}
        self.prefix_lists: Bodies = design.get("prefix_lists") or {}
        self.symbolic: dict[str, Address] = {}  # some address of each service that nobody has written
        self.interfaces: list[Interface] = []
        for vpc in self.vpcs:
            taken = {address(text) for text in self.explicit(vpc)}
            self.add_function_interfaces(vpc, taken)
            for kind in HOSTS:
                for name, body in self.bodies(vpc, kind + "s"):
                    self.add_host(vpc, kind, name, body, taken)
            for name, body in self.bodies(vpc, "vpc_endpoints"):
                if body.get("type") in ("interface", "gateway_load_balancer"):
                    self.add_endpoint(vpc, name, body, taken)
            for name, body in self.bodies(vpc, "load_balancers"):
                self.add_load_balancer(vpc, name, body, taken)

    # --- reading ----------------------------------------------------------------------------------

    @functools.cached_property
    def edge_ports(self) -> list[int]:
        """Those of all rules, in order."""
        return sorted(edge_ports(self.vpcs))

    @functools.cached_property
    def addresses_written(self) -> frozenset[str]:
        """Every address and first address of a block that the design writes anywhere."""
        return frozenset(str(block(cidr).first) for cidr in every_block(self.design))

    def bodies(self, vpc: str, section: str) -> Iterator[tuple[str, Any]]:
        """(name, body) of a section of a VPC."""
        for name, body in (self.vpcs[vpc].get(section) or {}).items():
            yield name, body or {}

    def region(self, vpc: str) -> str:
        """The Region of a VPC."""
        return str(self.vpcs[vpc].get("region") or self.design.get("region") or "")

    def zone(self, vpc: str, subnet: str) -> str:
        """The Availability Zone of a subnet."""
        return str(self.vpcs[vpc]["subnets"][subnet].get("az") or "") if subnet else ""

    def blocks(self, vpc: str, subnet: str) -> list[str]:
        """The IPv4 and IPv6 block of a subnet."""
        body = self.vpcs[vpc]["subnets"][subnet] if subnet else {}
        return [body[key] for key in ("cidr", "ipv6_cidr") if body.get(key)]

    def subnet_of(self, vpc: str, where: Address) -> str | None:
        """The subnet that has the address."""
        return next(
            (name for name in self.vpcs[vpc].get("subnets") or {} if inside(where, self.blocks(vpc, name))), None
        )

    def owner(self, vpc: str, where: Address) -> Interface | None:
        """Who has this private address in the VPC."""
        return next((i for i in self.interfaces if i.vpc == vpc and where in i.addresses), None)

    def public_owner(self, where: Address) -> Interface | None:
        """Whose public address this is."""
        return next((i for i in self.interfaces if where in i.publics), None)

    def entries(self, name: str, vpc: str = "") -> list[str] | None:
        """The CIDRs of a prefix list (PL-1); None if there is none of that name."""
        own = (self.vpcs[vpc].get("prefix_lists") or {}) if vpc else {}
        body = own.get(name, self.prefix_lists.get(name))
        if body is None:
            return None
        return [str(each["cidr"] if isinstance(each, dict) else each) for each in listed(
            body["entries"] if isinstance(body, dict) else body
        )]  # fmt: skip

    def peered(self, one: str, other: str, any_status: bool = False) -> bool:
        """Is there a peering connection between the two VPCs, and is it active (PEER-1)?"""
        return any(
            {body["requester"], body["accepter"]} == {one, other}
            and (any_status or body.get("status", "active") == "active")
            for body in self.peerings.values()
        )

    def joined(self, one: str, other: str) -> bool:
        """Does a peering or a transit gateway lead from the one VPC to the other, whatever the routes say?"""
        if self.peered(one, other, any_status=True):
            return True
        return any(other in self.reached_by(name) for name in self.headers if one in self.attached(name))

    def attached(self, header: str) -> list[str]:
        """The VPCs that are attached to a transit gateway."""
        attachments = self.headers[header].get("attachments") or {}
        return [body["vpc"] for body in attachments.values() if body and body.get("vpc")]

    def reached_by(self, header: str) -> set[str]:
        """The VPCs attached to a transit gateway or to one that it is peered with."""
        found, seen, todo = set(), set(), [header]
        while todo:
            name = todo.pop()
            if name in seen or name not in self.headers:
                continue
            seen.add(name)
            found.update(self.attached(name))
            bodies = (self.headers[name].get("attachments") or {}).values()
            todo += [str(body["peer"]).partition(".")[0] for body in bodies if body and body.get("peer")]
        return found

    # --- building ---------------------------------------------------------------------------------

    def explicit(self, vpc: str) -> list[str]:
        """Every private address that the file writes."""
        found: list[str] = []
        for section in (*[kind + "s" for kind in HOSTS], "vpc_endpoints", "load_balancers"):
            for _, body in self.bodies(vpc, section):
                for part in [body, *(body.get("network_interfaces") or {}).values()]:
                    found += [part["private_ip"]] if part.get("private_ip") else []
                    for each in listed(part.get("secondary_private_ips")):
                        found.append(each["private_ip"] if isinstance(each, dict) else each)
                found += (body.get("private_ips") or {}).values()
                found += (body.get("ipv6_addresses") or {}).values()
        return found

    def free_address(self, vpc: str, subnet: str, taken: set[Address], lowest: bool = True) -> Address:
        """The lowest or highest address of the subnet that is neither taken nor reserved; it is taken now."""
        whole = block(self.vpcs[vpc]["subnets"][subnet]["cidr"])
        usable = range(4, whole.size - 1)  # SUBNET-2
        free = next(whole[n] for n in (usable if lowest else reversed(usable)) if whole[n] not in taken)
        taken.add(free)
        return free

    def ipv6_of(self, vpc: str, subnet: str, body: Any, taken: set[Address]) -> tuple[Address, ...]:
        """LB-11: the IPv6 address of a dual-stack load balancer or endpoint, as written or the lowest free one."""
        if not str(body.get("ip_address_type", "ipv4")).startswith("dualstack"):
            return ()
        own = (body.get("ipv6_addresses") or {}).get(subnet)
        if own:
            return (address(own),)
        whole = block(self.vpcs[vpc]["subnets"][subnet]["ipv6_cidr"])
        free = next(whole[n] for n in range(4, 10_000) if whole[n] not in taken)
        taken.add(free)
        return (free,)

    def some_public(self) -> Address:
        """DECISION: for `public_ip: true` and what AWS assigns."""
        return address("198.18.0.1") + sum(len(i.ipv4) for i in self.interfaces)

    def public(self, value: Any) -> Address | None:
        """An address as written, one that is assigned for `true`, none for nothing and `false`."""
        if value is True:
            return self.some_public()
        return address(value) if value else None

    def groups(self, vpc: str, names: Any) -> frozenset[Group]:
        """The groups of an interface: the default one where none is named (SG-3), others' by `vpc.name` (SG-17)."""
        found: set[Group] = set()
        for name in listed(names) or ["default"]:
            home, _, group = name.rpartition(".")
            found.add((home or vpc, group))
        return frozenset(found)

    def add_host(self, vpc: str, kind: str, name: str, body: Any, taken: set[Address]) -> None:
        """An instance, a bare interface or a NAT gateway, with all its interfaces."""
        if kind == "nat_gateway" and body.get("availability") == "regional":
            self.add_regional(vpc, name, body)
            return
        parts = [(interface, {**body, **part}) for interface, part in (body.get("network_interfaces") or {}).items()]
        if not parts and body.get("subnets"):
            subnets = body["subnets"]  # DECISION: `count` in all, in turn over the subnets; one each where left out
            parts = [
                (str(n) if n else "", {**body, "subnet": subnets[n % len(subnets)]})
                for n in range(body.get("count") or len(subnets))
            ]
        for interface, part in parts or [("", body)]:
            self.add_interface(vpc, kind, name, interface, part, taken)

    def add_interface(self, vpc: str, kind: str, name: str, interface: str, body: Any, taken: set[Address]) -> None:
        """One interface; addresses left out are the lowest free (SUBNET-2)."""
        subnet = body["subnet"]
        rooms = self.vpcs[vpc]["subnets"][subnet]
        ipv4: list[Address] = []
        publics: list[Address | None] = []
        if rooms.get("cidr"):
            own = body.get("private_ip")
            ipv4.append(address(own) if own else self.free_address(vpc, subnet, taken))
            public = body.get("public_ip")
            if kind == "nat_gateway":  # NATGW-1, NATGW-2
                public = None if body.get("connectivity") == "private" else public or True
            elif (
                kind == "instance" and "public_ip" not in body and len(body.get("network_interfaces") or {}) < 2
            ):  # IGW-9
                public = bool(rooms.get("map_public_ip_on_launch"))
            publics.append(self.public(public))
        for each in listed(body.get("secondary_private_ips")):
            more = each if isinstance(each, dict) else {"private_ip": each}
            ipv4.append(address(more["private_ip"]))
            publics.append(self.public(more.get("public_ip")))
        nat = body.get("nat", False)
        modes = nat if isinstance(nat, dict) else {"ip_forward": nat, "masquerade": nat}
        if "nat" not in body and body.get("client_networks"):  # DECISION: networks behind a host make it a router
            modes = {"ip_forward": True, "masquerade": False}
        self.interfaces.append(
            Interface(
                vpc, name, interface, kind, subnet, self.zone(vpc, subnet), tuple(ipv4), tuple(publics),
                ipv6=tuple(address(each) for each in listed(body.get("ipv6_address"))),
                groups=frozenset() if kind == "nat_gateway" else self.groups(vpc, body.get("security_groups")),
                check=body.get("source_dest_check", True) is not False,
                forwards=bool(modes.get("ip_forward", True)),  # NATI-5
                masquerades=bool(modes.get("masquerade", True)),
                available=body.get("state", "available") in ("available", "running"),  # NATGW-11, ROUTE-14
                body=body,
            )
        )  # fmt: skip

    def add_regional(self, vpc: str, name: str, body: Any) -> None:
        """NATGW-17, NATGW-18: no subnet; DECISION: with `public_ips` by zone it is in manual mode."""
        chosen = body.get("public_ips") or {"": body.get("public_ip") or True}
        publics = tuple(each for each in map(self.public, chosen.values()) if each is not None)
        state = body.get("state", "available") == "available"
        self.interfaces.append(
            Interface(vpc, name, "", "nat_gateway", "", "", publics, publics, available=state, body=body)
        )

    def add_endpoint(self, vpc: str, name: str, body: Any, taken: set[Address]) -> None:
        """EP-6: an interface for each subnet. A Gateway Load Balancer endpoint has no group (SG-23)."""
        inspects = body["type"] == "gateway_load_balancer"
        for subnet in body.get("subnets") or []:
            own = (body.get("private_ips") or {}).get(subnet)
            ipv4 = address(own) if own else self.free_address(vpc, subnet, taken)
            self.interfaces.append(
                Interface(
                    vpc, name, subnet, "inspection" if inspects else "endpoint", subnet, self.zone(vpc, subnet),
                    (ipv4,), (None,), ipv6=self.ipv6_of(vpc, subnet, body, taken),
                    groups=frozenset() if inspects else self.groups(vpc, body.get("security_groups")),
                    available=str(body.get("state", "available")).lower() == "available" and self.accepted(vpc, body),
                    body=body,
                )
            )  # fmt: skip

    def accepted(self, vpc: str, body: Any) -> bool:
        """Does the owner of an endpoint service accept this VPC? DECISION: everybody where it names nobody."""
        service = self.services.get(body.get("service"))
        if service is None or "accepted" not in service:
            return True
        return bool({vpc, self.vpcs[vpc].get("account")} & set(listed(service["accepted"])))

    def add_load_balancer(self, vpc: str, name: str, body: Any, taken: set[Address]) -> None:
        """An interface for each subnet. An NLB or Gateway Load Balancer has groups only if it names some (LB-3, LB-9)."""
        bare = body.get("type") in ("network", "gateway") and not body.get("security_groups")
        for subnet in body.get("subnets") or []:
            own = (body.get("private_ips") or {}).get(subnet)
            ipv4 = address(own) if own else self.free_address(vpc, subnet, taken)
            facing = body.get("scheme", "internet-facing") == "internet-facing" and body.get("type") != "gateway"
            facing = facing and body.get("ip_address_type") != "dualstack-without-public-ipv4"
            public = self.public((body.get("public_ips") or {}).get(subnet) or facing)
            self.interfaces.append(
                Interface(
                    vpc, name, subnet, "load_balancer", subnet, self.zone(vpc, subnet), (ipv4,), (public,),
                    ipv6=self.ipv6_of(vpc, subnet, body, taken),
                    groups=frozenset() if bare else self.groups(vpc, body.get("security_groups")),
                    body=body,
                )
            )  # fmt: skip

    def add_function_interfaces(self, vpc: str, taken: set[Address]) -> None:
        """One Hyperplane interface per (subnet, set of groups), from the top of the subnet (LAMBDA-3)."""
        for function in self.functions.values():
            for body in [function.get("latest"), *(function.get("versions") or {}).values()]:
                if not body or body.get("vpc") != vpc:
                    continue
                for subnet in body["subnets"]:
                    groups = self.groups(vpc, body.get("security_groups"))
                    if self.hyperplane(vpc, subnet, groups) is None:
                        private = self.free_address(vpc, subnet, taken, lowest=False)
                        zone = self.zone(vpc, subnet)
                        self.interfaces.append(
                            Interface(
                                vpc, f"function in {subnet}", "", "function", subnet, zone, (private,), (None,),
                                groups=groups,
                            )
                        )  # fmt: skip

    def hyperplane(self, vpc: str, subnet: str, groups: frozenset[Group]) -> Interface | None:
        """The interface of all functions with this subnet and these groups."""
        for i in self.interfaces:
            if i.kind == "function" and (i.vpc, i.subnet, i.groups) == (vpc, subnet, groups):
                return i
        return None
