"""The borders of a VPC: peering, internet gateways, egress-only gateways, gateway endpoints."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.oracle.naive.addresses import NAT64, Address, inside, is_private
from tests.oracle.naive.filters import acl
from tests.oracle.naive.packets import ICMP, TCP, Lost, Packet, Undecided
from tests.oracle.naive.parts import GONE, INTERNET, KEPT, End, Identity, Interface, ServiceOf
from tests.oracle.naive.routes import bare, gateway_target
from tests.oracle.naive.state import State


class Edges(State):
    """What a route leads to, other than a device, a transit gateway or a connection."""

    def through_peering(self, name: str, vpc: str, packet: Packet, identity: Identity) -> End:
        """WALK-9, PEER-1, PEER-4 to PEER-6: from one of the two VPCs to the other and no further."""
        body = self.world.peerings[name]
        ends = [body["requester"], body["accepter"]]
        if body.get("status", "active") != "active" or vpc not in ends:
            raise Lost(f"ROUTE-15: the route from {vpc} to peering {name} is a blackhole")
        far = ends[1] if vpc == ends[0] else ends[0]
        if not inside(packet.dst, self.world.vpcs[far]["cidrs"]):
            raise Lost(f"PEER-4: {packet.dst} is not in {far}, the far side of {name}")
        if not inside(packet.src, self.world.vpcs[vpc]["cidrs"]):
            raise Lost(f"PEER-4: {packet.src} is not in {vpc}, the near side of {name}")
        return self.deliver(far, packet, identity, None)

    def through_gateway_endpoint(self, vpc: str, name: str, packet: Packet) -> End:
        """EP-3, EP-4: TCP and echo only, from an interface of its own VPC only."""
        body = self.world.vpcs[vpc]["vpc_endpoints"][name]
        if str(body.get("state", "available")).lower() != "available":
            raise Lost(f"ROUTE-12: endpoint {name} of {vpc} is not available")
        if self.world.owner(vpc, packet.src) is None:
            raise Lost(f"EP-4: {packet.src} is no interface of {vpc}, whose gateway endpoint {name} is")
        if packet.protocol != TCP and (packet.protocol, packet.icmp_type) not in ((ICMP, 8), (ICMP, 0)):
            raise Lost(f"EP-4: gateway endpoint {name} carries TCP and echo only")
        return ServiceOf(vpc), packet

    # --- internet gateways ------------------------------------------------------------------------

    def out_of_internet_gateway(self, vpc: str, packet: Packet, sender: Interface | None, identity: Identity) -> End:
        """WALK-11, IGW-7 as amended. IPv6 passes untranslated (IGW-8)."""
        owner = self.world.owner(vpc, packet.src)
        if owner is None:
            raise Lost(f"IGW-7: {packet.src} is not an address of an interface of {vpc}")
        gateway = self.world.vpcs[vpc].get("internet_gateway")
        target = gateway_target(self.world, vpc, gateway, packet.src)
        if target != "local":
            middle = self.device(vpc, bare(target, vpc))
            passed = [sender, *(device for device, _ in self.forwarded)]
            if middle not in passed or middle is None:
                raise Lost(
                    f"ROUTE-23: what comes back to {packet.src} is redirected to {target}, which this has not passed"
                )
        self.block_public_access(owner, outward=True)
        if packet.dst.version == 6:
            if self.is_off_the_internet(packet.src) or self.is_off_the_internet(packet.dst):
                raise Lost(f"IGW-15: {packet.src} to {packet.dst} is private IPv6")
            return self.over_the_internet(packet)
        public = owner.public_of(packet.src)
        if public is None:  # also IGW-10 and LAMBDA-7
            raise Lost(f"IGW-4: {packet.src} of {owner.name} has no public address")
        if is_private(packet.dst):
            raise Lost(f"IGW-5: {packet.dst} is not an address of the internet")
        return self.over_the_internet(replace(packet, src=public))

    def out_of_egress_only_gateway(self, vpc: str, packet: Packet, identity: Identity) -> End:
        """IPV6-4: IPv6 only, connections from inside only, and it must have seen them (WALK-19)."""
        owner = self.world.owner(vpc, packet.src)
        if packet.dst.version == 4 or owner is None:
            raise Lost(f"IPV6-4: the egress-only gateway of {vpc} does not carry {packet.src}")
        if self.is_off_the_internet(packet.src) or self.is_off_the_internet(packet.dst):
            raise Lost(f"IGW-15: {packet.src} to {packet.dst} is private IPv6")
        if self.replying:
            raise Lost(f"IPV6-4: the egress-only gateway of {vpc} has not seen the connection")
        self.block_public_access(owner, outward=True, egress_only=True)
        self.egress_only.append(packet)
        return self.over_the_internet(packet)

    def is_off_the_internet(self, where: Address) -> bool:
        """IGW-15: also what a VPC says that it holds as private."""
        return is_private(where) or any(inside(where, vpc.get("private_ipv6", [])) for vpc in self.world.vpcs.values())

    def over_the_internet(self, packet: Packet) -> End:
        """To a host outside AWS, or in through the internet gateway of a VPC (WALK-12, WALK-25, IGW-6)."""
        if self.is_off_the_internet(packet.dst) or self.is_off_the_internet(packet.src):
            raise Lost(f"IGW-6: {packet.src} to {packet.dst} is no traffic of the internet")
        if inside(packet.dst, [NAT64]):
            raise Undecided(f"NATGW-16: {packet.dst} without a NAT gateway")
        vpcs = self.world.vpcs
        if packet.dst.version == 6:
            vpc = next((name for name in vpcs if inside(packet.dst, vpcs[name]["cidrs"])), None)
            if vpc is None:
                return INTERNET, packet
            holder = self.world.owner(vpc, packet.dst)
            if self.replying and any(seen.answer() == packet for seen in self.egress_only):
                return self.deliver(vpc, packet, GONE, None)
            if not vpcs[vpc].get("internet_gateway"):
                raise Lost(f"IPV6-4: {vpc} takes no connections from the internet")
            if holder is not None:
                self.block_public_access(holder, outward=False)
                denied = holder.body.get("ipv6_deny_all_igw_traffic", holder.body.get("scheme") == "internal")
                if holder.kind == "load_balancer" and denied:
                    raise Lost(f"LB-11: internet gateways bring nothing to {holder.name}")
            return self.into(vpc, vpcs[vpc]["internet_gateway"], packet)
        owner = self.world.public_owner(packet.dst)
        if owner is None:
            return INTERNET, packet
        if not vpcs[owner.vpc].get("internet_gateway"):
            raise Lost(f"IGW-6: {owner.vpc} has no internet gateway")
        self.block_public_access(owner, outward=False)
        private = owner.private_of(packet.dst)
        assert private is not None
        if not owner.subnet:  # NATGW-17
            return self.arrive(owner, replace(packet, dst=private), GONE)
        return self.into(owner.vpc, vpcs[owner.vpc]["internet_gateway"], replace(packet, dst=private))

    def into(self, vpc: str, gateway: str, packet: Packet) -> End:
        """WALK-3, ROUTE-21, ROUTE-22: past the gateway's route table, where it has one."""
        target = gateway_target(self.world, vpc, gateway, packet.dst)
        if target == "local":
            return self.deliver(vpc, packet, KEPT, None)
        if target == "blackhole":
            raise Lost(f"ROUTE-13: the route from {gateway} to {packet.dst} is a blackhole")
        device = self.device(vpc, bare(target, vpc))
        by_internet = gateway == self.world.vpcs[vpc].get("internet_gateway")
        if device is None or not device.available:
            raise Lost(f"ROUTE-12: the target {target} of the route from {gateway} is not available")
        if device.kind == "inspection" and not by_internet:
            raise Lost(f"ROUTE-22: a virtual private gateway sends nothing to {device.name}")
        if device.kind not in ("inspection", "instance", "interface"):
            raise Lost(f"ROUTE-21: a gateway route table leads to no {device.kind}")
        if by_internet and packet.dst.version == 4 and device.kind != "inspection" and not any(device.publics):
            raise Lost(f"ROUTE-22: {device.name} has no public address")
        acl(self.world, vpc, device.subnet, "ingress", packet)
        return self.arrive(device, packet, KEPT)

    # --- Block Public Access ----------------------------------------------------------------------

    def block_public_access(self, interface: Interface, outward: bool, egress_only: bool = False) -> None:
        """IGW-14: `bidirectional` stops all; `ingress` what neither a NAT gateway nor an egress-only gateway lets out.

        DECISION: the subnet of the interface that has the address counts, and an `allow-egress` exclusion lets
        the same out as the mode `ingress`.
        """
        mode, excluded = self.access_mode(interface)
        if mode == "off" or excluded == "allow-bidirectional":
            return
        outbound = outward != self.replying
        translated = interface.kind == "nat_gateway" or egress_only
        if translated and outbound and (mode == "ingress" or excluded == "allow-egress"):
            return
        raise Lost(f"IGW-14: Block Public Access of {interface.vpc} is {mode}")

    def access_mode(self, interface: Interface) -> tuple[str, str]:
        """The mode that counts for an interface, and its exclusion."""
        vpc = interface.vpc
        for place, value in ((vpc, self.world.vpcs[vpc].get("block_public_access")),
                             ("", self.world.design.get("block_public_access"))):  # fmt: skip
            if value in (None, False, "off"):
                continue
            body: dict[str, Any] = value if isinstance(value, dict) else {"mode": value}
            exclusions = body.get("exclusions") or {}
            names = (f"{vpc}.{interface.subnet}", interface.subnet if place else "", vpc)
            excluded = next((exclusions[name] for name in names if name and name in exclusions), "")
            mode = body.get("mode")
            return ("off" if mode in (None, False) else str(mode)), str(excluded)
        return "off", ""
