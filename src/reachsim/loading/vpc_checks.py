"""Checks of what is written in one VPC (`reachsim.loading.checks`)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from reachsim.errors import did_you_mean, shown, with_article
from reachsim.loading.names import (
    BLACKHOLE,
    LOCAL,
    RESERVED,
    UNKNOWN,
    RouteTarget,
)
from reachsim.loading.report import Reports
from reachsim.net.address import IPV4_LAST, format_address
from reachsim.net.cidr import Cidr
from reachsim.resources.network_acl import NetworkAcl
from reachsim.resources.public_service import region_of
from reachsim.resources.resource import At, InterfaceNeed, resources, sections
from reachsim.resources.security_group import SecurityGroup
from reachsim.resources.vpc import UNMODELLED_IN_VPC, Vpc
from reachsim.rules.cidr import block_warning, refusals_of_blocks
from reachsim.rules.clauses import KeyPath
from reachsim.rules.peering import ACTIVE, group_refusal, groups_nameable
from reachsim.rules.quotas import GROUPS_MOST
from reachsim.rules.route import gateway_route_refusal, route_refusal
from reachsim.rules.subnet import reserved_address_refusal, reserved_addresses, subnet_block_refusal

BLOCKS_LOOKED_AT = 200
"""Blocks of one VPC that are checked one against another; more are too many anyhow (CIDR-1)."""


class VpcChecks(Reports):
    """The checks of each VPC."""

    @cached_property
    def peering_states(self) -> dict[frozenset[str], list[str]]:
        """The states of the peerings of each pair of VPCs."""
        out: dict[frozenset[str], list[str]] = {}
        for c in self.design.peering_connections.values():
            out.setdefault(frozenset({c.requester, c.accepter}), []).append(c.status)
        return out

    @cached_property
    def introduced(self) -> set[tuple[str, str]]:
        """Pairs of VPCs of which the first's inbound rules may name the second's groups, other than by peering."""
        return {pair for at, body in resources("design", self.design) for pair in body.introduces(at)}

    @cached_property
    def attached(self) -> set[tuple[str, str]]:
        """Pairs of VPCs that something joins whose groups cannot be named all the same."""
        return {pair for at, body in resources("design", self.design) for pair in body.joins(at)}

    def check_vpc(self, name: str, vpc: Vpc) -> None:
        """Everything under one VPC."""
        here: KeyPath = ("vpcs", name)
        most = vpc.cidrs[:BLOCKS_LOOKED_AT]
        for index, refusal in refusals_of_blocks(most):
            self.refuse((*here, "cidrs", index), refusal)
        for index, block in enumerate(vpc.cidrs):
            warning = block_warning(block)
            if warning is not None:
                self.warn((*here, "cidrs", index), warning.text, warning.rule)
        for index, block in enumerate(vpc.known_private_ipv6):
            if block not in vpc.cidrs:
                text = f"{block} is no IPv6 block of VPC {name}"
                self.report((*here, "private_ipv6", index), text, "write it under cidrs too")
        self.check_names(name, vpc)
        self.check_subnets(here, name, vpc)
        self.check_routes(here, name, vpc)
        for group_name, group in vpc.security_groups.items():
            self.check_group((*here, "security_groups", group_name), name, group)
        for acl_name, acl in vpc.network_acls.items():
            self.check_acl((*here, "network_acls", acl_name), acl)
        self.check_interfaces(name, vpc)

    def check_names(self, name: str, vpc: Vpc) -> None:
        """One name space for all that routes and expectations name (format.md)."""
        seen: dict[str, RouteTarget] = {}
        for section in ("security_groups", "network_acls", "route_tables"):
            if UNKNOWN in getattr(vpc, section):
                self.reserved_word(("vpcs", name, section, UNKNOWN))
        for target in self.names.all_targets[name]:
            if target.name in RESERVED:
                self.reserved_word(target.path)
            elif (other := seen.get(target.name) or self.named_outside(target.name, name)) is not None:
                spot = self.document.spot(other.path, key=True)
                self.report(
                    target.path,
                    f"{shown(target.name)} is the name of {with_article(target.kind)} "
                    f"and of {with_article(other.kind)} ({spot})",
                    "routes and expectations name both, so give them different names",
                    key=True,
                )
            else:
                seen[target.name] = target

    def named_outside(self, name: str, vpc: str) -> RouteTarget | None:
        """What has a name outside the VPCs, and a route of one may lead to: a service may have the name of an endpoint."""
        target = self.names.connections.get(name)
        found = None if target is None else self.names.resource(target)
        leads = found is not None and found[1].routable and found[1].route_refusal(found[0], vpc) is None
        return target if leads else None

    def check_subnets(self, here: KeyPath, name: str, vpc: Vpc) -> None:
        """Blocks of subnets (SUBNET-1), their route tables and ACLs."""
        placed: list[Cidr] = []  # in order of address: only neighbours can overlap, if those before did not
        for subnet_name, subnet in vpc.subnets.items():
            path: KeyPath = (*here, "subnets", subnet_name)
            for key, block in (("cidr", subnet.cidr), ("ipv6_cidr", subnet.ipv6_cidr)):
                if block is not None:
                    place = bisect_left(placed, block)
                    near = placed[max(0, place - 1) : place + 1]
                    self.refuse((*path, key), subnet_block_refusal(block, vpc.cidrs, near))
                    placed.insert(place, block)
            if subnet.route_table is not None:
                self.route_table((*path, "route_table"), name, subnet.route_table)
            if subnet.network_acl is not None:
                at = (*path, "network_acl")
                self.resolve(at, self.names.member, name, "network_acls", subnet.network_acl, "network ACL")

    def check_routes(self, here: KeyPath, name: str, vpc: Vpc) -> None:
        """Targets of routes, and routes that AWS would not create (ROUTE-8, ROUTE-17)."""
        subnets = [block for subnet in vpc.subnets.values() for block in subnet.blocks]
        for table_name, table in vpc.route_tables.items():
            at: KeyPath = (*here, "route_tables", table_name)
            keys = list(self.document_keys(table.path_of(at)))
            lists: list[tuple[str, str]] = []
            for key, (destination, reference) in zip(keys, table.routes.items(), strict=False):
                path = table.path_of(at, key)
                kind = self.route_kind(path, name, reference)
                if kind is None:
                    continue
                if destination == UNKNOWN:
                    continue
                blocks: tuple[Cidr, ...]
                if isinstance(destination, Cidr):
                    blocks = (destination,)
                elif destination in self.design.prefix_lists and table.gateway is not None:
                    self.report(
                        path, "a gateway's route table takes no prefix lists", "write blocks", "ROUTE-21", key=True
                    )
                    continue
                elif destination in self.design.prefix_lists:
                    blocks = self.design.prefix_lists[destination].entries
                    lists.append((destination, reference))
                else:
                    hint = did_you_mean(destination, self.design.prefix_lists)
                    self.report(path, f"{shown(destination)} is neither a block nor a prefix list", hint, key=True)
                    continue
                for block in blocks:
                    self.check_route(path, block, kind, vpc, subnets, edge=table.gateway is not None)
            self.check_list_routes(at, lists)
            for index, gateway in enumerate(table.propagate):
                self.check_gateway((*at, "propagate", index), name, gateway, ("virtual private gateway",))
            if table.gateway is not None:
                kinds = ("internet gateway", "virtual private gateway")
                self.check_gateway((*at, "gateway"), name, table.gateway, kinds)
                if table.propagate or table_name == "main":
                    text = "a gateway's route table neither is the main table nor takes in propagated routes"
                    self.report(at, text, "write a table of its own", "ROUTE-21", key=True)

    def check_gateway(self, path: KeyPath, vpc: str, reference: str, kinds: tuple[str, ...]) -> None:
        """A gateway that a route table names."""
        target = self.resolve(path, self.names.target, vpc, reference)
        if target is not None and target.kind not in kinds:
            self.report(path, f"{shown(reference)} is not a {' or '.join(kinds)}", None, "ROUTE-21")

    def check_route(
        self, path: KeyPath, block: Cidr, kind: str, vpc: Vpc, subnets: list[Cidr], *, edge: bool = False
    ) -> None:
        """One destination of one route; `edge`: of a gateway's route table."""
        refusal = gateway_route_refusal if edge else route_refusal
        self.refuse(path, refusal(block, kind, vpc.cidrs, subnets), key=True)
        if kind == "egress-only internet gateway" and block.version == 4:
            self.report(path, "an egress-only internet gateway carries IPv6 alone", "write ::/0", "IPV6-4", key=True)

    def route_kind(self, path: KeyPath, vpc: str, reference: str) -> str | None:
        """The kind of a route's target, that of a component that is not known included; None, with a problem, where it has
        none."""
        if reference in (LOCAL, BLACKHOLE, UNKNOWN):
            return reference
        target = self.resolve(path, self.names.target, vpc, reference)
        if target is None:
            return None
        found = self.names.resource(target)
        refusal = None if found is None else found[1].route_refusal(found[0], vpc)
        self.refuse(path, refusal)
        if refusal is not None:
            return None
        return UNKNOWN if target.kind == UNMODELLED_IN_VPC["unknown_components"] else str(target.kind)

    def check_list_routes(self, path: KeyPath, lists: list[tuple[str, str]]) -> None:
        """Two prefix lists with overlapping blocks and different targets: AWS picks one (ROUTE-19)."""
        entries = [
            (*block.span, name, target) for name, target in lists for block in self.design.prefix_lists[name].entries
        ]
        told: set[tuple[str, str]] = set()
        around: list[tuple[int, str, str]] = []  # last place, list and target of blocks that are still open
        for low, high, name, target in sorted(entries):
            around = [item for item in around if item[0] >= low]
            for _, other, other_target in around:
                pair = min(name, other), max(name, other)
                if target != other_target and pair not in told:
                    told.add(pair)
                    text = (
                        f"prefix lists {pair[0]} and {pair[1]} overlap and lead to different targets: AWS picks one of"
                    )
                    self.warn(
                        path, f"{text} them; reachsim takes the longest prefix, then {pair[0]}", "ROUTE-19", key=True
                    )
            around.append((high, name, target))

    def document_keys(self, path: KeyPath) -> Iterable[str]:
        """Keys of a mapping as they are written, so that a destination can be found again."""
        node = self.document.value(path)
        return node if isinstance(node, dict) else ()  # a table in the long form may have no routes of its own

    def check_group(self, path: KeyPath, vpc: str, group: SecurityGroup) -> None:
        """Peers of a group's rules, and references beyond what AWS lets a rule name; whom it is shared with."""
        self.check_associations(path, vpc, group)
        for index, inward in enumerate(group.ingress):
            for peer in inward.peers:
                if isinstance(peer, str):
                    self.check_peer((*path, "ingress", index), vpc, peer, "from")
        for index, outward in enumerate(group.egress or ()):
            for peer in outward.peers:
                if isinstance(peer, str):
                    self.check_peer((*path, "egress", index), vpc, peer, "to")

    def check_associations(self, path: KeyPath, vpc: str, group: SecurityGroup) -> None:
        """A group may be associated with VPCs of its Region, but for the default group (**SG-17**)."""
        for index, other in enumerate(group.associated_vpcs):
            at = (*path, "associated_vpcs", index)
            if other not in self.design.vpcs:
                self.report(at, f"there is no VPC {shown(other)}", did_you_mean(other, self.design.vpcs))
            elif path[-1] == "default":
                self.report(
                    at, "the default group is associated with no other VPC", "write a group of its own", "SG-17"
                )
            elif region_of(self.design, other) != region_of(self.design, vpc):
                text = f"VPC {other} is in another Region than {vpc}, so the group cannot be associated with it"
                self.report(at, text, "write a group in each Region", "SG-17")

    def check_peer(self, path: KeyPath, vpc: str, peer: str, word: str) -> None:
        """One peer that is a name."""
        if peer in self.design.vpcs[vpc].security_groups:  # most are groups of the same VPC
            return
        found = self.resolve((*path, word), self.names.peer, vpc, peer)
        for owner, name in () if found is None else found[1]:
            shared = self.design.vpcs[owner].security_groups.get(name)
            if owner == vpc or (shared is not None and vpc in shared.associated_vpcs):
                continue
            states = self.peering_states.get(frozenset({vpc, owner}), [])
            regions = region_of(self.design, vpc), region_of(self.design, owner)
            if any(groups_nameable(status, *regions) for status in states):
                continue
            if word == "from" and regions[0] == regions[1] and (vpc, owner) in self.introduced:
                continue
            if ACTIVE in states or not (states or (vpc, owner) in self.attached):
                self.refuse((*path, word), group_refusal(shown(peer), vpc, owner, states))
            elif (vpc, owner) in self.attached:
                why = (
                    "needs its support on both sides"
                    if word == "from"
                    else "is for what comes in: the rule matches nothing"
                )
                text = f"{shown(peer)} is in VPC {owner}: a reference over a transit gateway {why}"
                self.warn((*path, word), text, "TGW-14")
            else:
                text = (
                    f"{shown(peer)} is in VPC {owner}, and the peering with it is {states[0]}: the rule matches nothing"
                )
                self.warn((*path, word), text, "SG-16")

    def check_acl(self, path: KeyPath, acl: NetworkAcl) -> None:
        """Each number stands once per direction (NACL-2)."""
        for direction, rules in (("ingress", acl.ingress), ("egress", acl.egress)):
            first: dict[int, int] = {}
            for index, rule in enumerate(rules or ()):
                if rule.rule in first:
                    spot = self.document.spot((*path, direction, first[rule.rule]))
                    message = f"rule {rule.rule} appears twice in {direction} (first on {spot})"
                    self.report(
                        (*path, direction, index, "rule"),
                        message,
                        "give each rule a number of its own",
                        "NACL-2",
                    )
                else:
                    first[rule.rule] = index

    def check_interfaces(self, name: str, vpc: Vpc) -> None:
        """Subnets, groups and addresses of everything with a network interface; then what only its kind knows."""
        taken: dict[int, KeyPath] = {}
        needs = self.needs[name] = []
        for at, body in resources("vpc", vpc, name):
            for need in body.interfaces(at):
                needs.append(need)
                self.check_interface(name, vpc, need, taken)
            body.check(at, self)

    def check_outside(self) -> None:
        """Names, and what only its kind knows, of each resource that is in no VPC."""
        for section, kind in sections("design").items():
            members = [(At("", section, name), body) for name, body in getattr(self.design, section, {}).items()]
            for at, body in members:
                if at.name in RESERVED and kind.routable:
                    self.reserved_word(at.path)
                body.check(at, self)
            kind.check_all(members, self)

    def check_interface(self, name: str, vpc: Vpc, need: InterfaceNeed, taken: dict[int, KeyPath]) -> None:
        """One network interface."""
        subnet = need.subnet
        if not subnet:
            return
        if subnet not in vpc.subnets:
            subnet = self.resolve(self.place_of_subnet(need), self.names.member, name, "subnets", need.subnet, "subnet")
        groups = need.security_groups or ()
        for index, group in enumerate(groups):
            if group not in vpc.security_groups:
                self.resolve((*need.path, "security_groups", index), self.names.group, name, group)
        if len(groups) > GROUPS_MOST:
            text = f"{len(groups)} groups are more than the {GROUPS_MOST} an interface can have"
            self.report((*need.path, "security_groups"), text, None, "SG-25")
        if subnet is None:
            return
        blocks = vpc.subnets[subnet].blocks
        if need.public_ip and not need.implied and not _ipv4(blocks):
            hint = "put it into a subnet with an IPv4 block"
            text = "a public address is mapped to a private IPv4 address"
            self.report((*need.path, "public_ip"), text, hint, "IGW-3")
        if need.private_ip is not None:
            self.check_private((*need.path, "private_ip"), int(need.private_ip), subnet, blocks, taken)
        if need.ipv6_address is not None:
            self.check_private((*need.path, "ipv6_address"), int(need.ipv6_address), subnet, blocks, taken)
        for index, (private, _) in enumerate(need.secondary):
            self.check_private((*need.path, "secondary_private_ips", index), private, subnet, blocks, taken)

    def place_of_subnet(self, need: InterfaceNeed) -> KeyPath:
        """Where the name of an interface's subnet is written: as its own, or as one of several."""
        node: Any = self.document.data
        for key in (*need.path, "subnets"):
            node = node.get(key) if isinstance(node, dict) else None
        if isinstance(node, list) and need.subnet in node:
            return (*need.path, "subnets", node.index(need.subnet))
        return (*need.path, "subnet")

    def check_private(
        self, path: KeyPath, address: int, subnet: str, blocks: tuple[Cidr, ...], taken: dict[int, KeyPath]
    ) -> None:
        """A private address lies in its subnet, is not reserved (SUBNET-2) and nobody else's."""
        block = next((block for block in blocks if address in block), None)
        if block is None:
            family = 4 if address <= IPV4_LAST else 6
            mine = next((b for b in blocks if b.version == family), None)
            if mine is None:
                self.report(
                    path,
                    f"subnet {subnet} has no IPv{family} block, so {format_address(address)} is not in it",
                )
            else:
                hint = f"take one from {format_address(mine.network + 4)} to {format_address(mine.span[1] - 1)}"
                self.report(path, f"{format_address(address)} is not in subnet {subnet}, {mine}", hint)
            return
        if address in self.reserved_of(block):
            self.refuse(path, reserved_address_refusal(block, address))
        if address in taken:
            spot = self.document.spot(taken[address])
            owner = taken[address][3]
            self.report(
                path,
                f"{format_address(address)} is already the address of {owner} ({spot})",
                "take a free one",
            )
        taken[address] = path

    def reserved_of(self, block: Cidr) -> tuple[int, ...]:
        """The addresses that AWS keeps in a subnet's block, found once."""
        if block not in self.reserved:
            self.reserved[block] = reserved_addresses(block)
        return self.reserved[block]


def _ipv4(blocks: Iterable[Cidr]) -> bool:
    return any(block.version == 4 for block in blocks)
