"""Security groups and network ACLs."""

from __future__ import annotations

from typing import Any

from tests.oracle.naive.addresses import Address, inside, network
from tests.oracle.naive.packets import Lost, Packet, covers, listed
from tests.oracle.naive.parts import Group, Identity, Interface
from tests.oracle.naive.world import World

EVERYWHERE = ["0.0.0.0/0", "::/0"]


def group_rules(world: World, group: Group, direction: str) -> list[Any]:
    """The rules of a group in one direction, AWS's own where the file has none (SG-2, SG-3)."""
    vpc, name = group
    body = (world.vpcs[vpc].get("security_groups") or {}).get(name) or {}
    if direction in body:
        return listed(body[direction])
    if direction == "egress":
        return [{"allow": "all", "to": EVERYWHERE}]
    return [{"allow": "all", "from": "default"}] if name == "default" else []


def carries(world: World, where: Address, group: Group) -> bool:
    """SG-10, SG-12: is it a private address of an interface that has the group? Never a public one."""
    return any(group in i.groups and where in i.addresses for i in world.interfaces)


def reference_holds(
    world: World, at: Interface, home: str, group: Group, where: Address, identity: Identity, inbound: bool
) -> bool:
    """SG-10 to SG-16, TGW-14, LB-4: does a rule of a group of the VPC `home` that names `group` match?"""
    if inbound and group in identity.balancer:
        return True
    if inbound and not identity.kept:  # SG-13, SG-14
        return False
    if group[0] in (home, at.vpc):
        return carries(world, where, group)
    same_region = world.region(group[0]) == world.region(at.vpc)
    if world.peered(group[0], at.vpc) and same_region:  # SG-11, SG-16
        return carries(world, where, group)
    return inbound and identity.header and same_region and carries(world, where, group)


def names(world: World, at: Interface, home: str, peer: str, where: Address, identity: Identity, inbound: bool) -> bool:
    """Does the peer of a rule mean this address? (SG-18)"""
    if network(peer) is not None:
        return inside(where, [peer])
    entries = world.entries(peer, home)
    if entries is not None:
        return inside(where, entries)
    vpc, _, name = peer.rpartition(".")
    return reference_holds(world, at, home, (vpc or home, name), where, identity, inbound)


def group_allows(world: World, at: Interface, direction: str, packet: Packet, identity: Identity) -> bool:
    """SG-1: any rule of any group."""
    inbound = direction == "ingress"
    peer, side = (packet.src, "from") if inbound else (packet.dst, "to")
    return any(
        covers(rule["allow"], packet)
        and any(names(world, at, group[0], each, peer, identity, inbound) for each in listed(rule[side]))
        for group in at.groups
        for rule in group_rules(world, group, direction)
    )


def acl(world: World, vpc: str, subnet: str, direction: str, packet: Packet) -> None:
    """NACL-2, NACL-5, NACL-7: the lowest matching rule decides, what no rule matches is denied."""
    name = world.vpcs[vpc]["subnets"][subnet].get("network_acl", "default")
    body = (world.vpcs[vpc].get("network_acls") or {}).get(name) or {}
    if name == "default" and direction not in body:
        return  # NACL-3: all allowed; DECISION: also in the one direction that the file leaves out
    peer, side = (packet.src, "from") if direction == "ingress" else (packet.dst, "to")
    for rule in sorted(listed(body.get(direction)), key=lambda rule: int(rule["rule"])):
        if inside(peer, listed(rule[side])) and covers(rule.get("allow", rule.get("deny")), packet):
            if "allow" in rule:
                return
            raise Lost(f"NACL-2: {direction} rule {rule['rule']} of ACL {name} of {vpc}.{subnet} denies")
    raise Lost(f"NACL-2: no {direction} rule of ACL {name} of {vpc}.{subnet} matches")
