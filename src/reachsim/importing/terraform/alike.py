"""Links of which it does not matter which one they name, since all that they can name are alike.

A module that makes a NAT gateway and a route table for each zone leaves open which table leads to which gateway
(`element(aws_nat_gateway.x[*].id, ...)`). Where the gateways are in subnets with the same table and ACL, and the tables have
the same routes, what reaches what is the same whichever it is.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from itertools import permutations, product
from typing import Any, Final

from reachsim.importing.inventory import Unknown
from reachsim.importing.terraform.families.acls import entries_let_all_pass
from reachsim.importing.terraform.families.routes import destination_of, route_of
from reachsim.importing.terraform.links import Links
from reachsim.importing.terraform.snapshot import Open, Resource, Snapshot

_LINKS: Final = (
    ("aws_nat_gateway", "subnet_id"),
    ("aws_route", "nat_gateway_id"),
    ("aws_route_table_association", "route_table_id"),
)
"""Links of which it does not matter which one they name where these are alike."""
_PORTS: Final = ("from_port", "to_port")
_EACH_ITS_OWN: Final = (
    ("aws_route_table_association", "subnet_id", ("route_table_id", "gateway_id")),
    ("aws_network_acl_association", "subnet_id", ("network_acl_id",)),
    ("aws_route", "route_table_id", ()),
    *(
        (kind, key, ("ip_protocol", *_PORTS, other, "cidr_ipv4", "cidr_ipv6", "prefix_list_id"))
        for kind in ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")
        for key, other in permutations(("referenced_security_group_id", "security_group_id"))
    ),
    *(
        (
            "aws_security_group_rule", key,
            ("type", "protocol", *_PORTS, other, "cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "self"),
        )
        for key, other in permutations(("source_security_group_id", "security_group_id"))
    ),
)  # fmt: skip
"""By type: a link that no two may have alike (AWS refuses a second one), and what else tells two apart; a route is
told apart as a route."""
_EACH_PAIR: Final = (
    ("aws_route53_zone_association", "zone_id", "vpc_id"),
    (
        "aws_ec2_transit_gateway_route_table_propagation",
        "transit_gateway_attachment_id",
        "transit_gateway_route_table_id",
    ),
)
"""By type: two links that no two may have alike (AWS refuses a second one), and that are all there is to it."""
_RULES: Final = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule", "aws_security_group_rule")
_TARGET_IDS: Final = ("NatGatewayId",)
_ALIKE: Final = "all that it can be are alike"
_PAIRS: Final = "there is one for each pair"


def choose(links: Links) -> None:
    """Take one of those that are alike, the one with the same key if there is such, with a note. One choice may make others
    alike, so this is repeated."""
    _each_pair(links)
    chosen = True
    while chosen:
        likeness = _Likeness(links)
        chosen = _any_of_alike(links, likeness) or _each_its_own(links, likeness)


def _any_of_alike(links: Links, likeness: _Likeness) -> bool:
    chosen = False
    for kind, key in _LINKS:
        for each in links.found.of(kind):
            link = each.get(key)
            if not isinstance(link, Open) or len(link.candidates) < 2:
                continue
            if likeness.all_alike(link):
                _take(links, each, key, _of_same_key(links, each, link.candidates), _ALIKE)
                chosen = True
    return _inline(links, likeness) or chosen


def _inline(links: Links, likeness: _Likeness) -> bool:
    """The same of NAT gateways that routes inside a table lead to."""
    chosen = False
    for each in links.found.of("aws_route_table", "aws_default_route_table"):
        for route in each.each("route"):
            link = route.get("nat_gateway_id") if isinstance(route, dict) else None
            if isinstance(link, Open) and len(link.candidates) > 1 and likeness.all_alike(link):
                route["nat_gateway_id"] = _of_same_key(links, each, link.candidates)
                links.assumed.append((each, f"route.nat_gateway_id: {route['nat_gateway_id']}, for {_ALIKE}"))
                chosen = True
    return chosen


def _each_its_own(links: Links, likeness: _Likeness) -> bool:
    """Where as many as there are candidates have one each, and are alike but for it, it does not matter who has which."""
    for members, key, others in _of_one_block(links):
        given = [each.get(key) for each in members]
        if not all(isinstance(link, Open) and link.candidates == given[0].candidates for link in given):
            continue
        if len(given[0].candidates) != len(members):
            continue
        likes = {likeness.member(each, others) for each in members}
        if len(likes) == 1 and None not in likes:
            for each, own in zip(members, _dealt(links, members, given[0].candidates), strict=True):
                _take(links, each, key, own, "each has its own, and they are alike but for it")
            if members[0].address.type not in _RULES:  # a rule makes nothing else alike
                return True
    return False


def _each_pair(links: Links) -> None:
    """Where as many join two sorts of things as there are pairs of these (`setproduct`), there is one for each pair."""
    for kind, one, other in _EACH_PAIR:
        for members in _by_block(links, kind):
            ends = [(each.get(one), each.get(other)) for each in members]
            told = {tuple(end.candidates if isinstance(end, Open) else () for end in pair) for pair in ends}
            first, second = told.pop() if len(told) == 1 else ((), ())
            if min(len(first), len(second)) > 1 and len(first) * len(second) == len(members):
                pairs = product(sorted(first), sorted(second))
                for each, (left, right) in zip(members, pairs, strict=True):
                    _take(links, each, one, left, _PAIRS)
                    _take(links, each, other, right, _PAIRS)


def _by_block(links: Links, kind: str) -> Iterable[list[Resource]]:
    """What was made of each block of the configuration."""
    blocks: dict[Any, list[Resource]] = {}
    for each in links.found.of(kind):
        blocks.setdefault((each.address.configured, each.address.modules), []).append(each)
    return blocks.values()


def _of_one_block(links: Links) -> Iterator[tuple[list[Resource], str, tuple[str, ...]]]:
    """What was made of one block of the configuration, with the link that each has for its own and what else there is."""
    for kind, key, others in _EACH_ITS_OWN:
        for members in _by_block(links, kind):
            yield members, key, others


def _dealt(links: Links, members: list[Resource], candidates: tuple[str, ...]) -> list[str]:
    """One candidate for each member: that of its key where they have the same keys."""
    keys = {each.address.key for each in members}
    if keys == {links.by_id[id].address.key for id in candidates if id in links.by_id}:
        return [_of_same_key(links, each, candidates) for each in members]
    return sorted(candidates)


def _take(links: Links, each: Resource, key: str, one: str, why: str) -> None:
    each.values[key] = one
    links.assumed.append((each, f"{key}: {one}, for {why}"))


def _of_same_key(links: Links, each: Resource, candidates: tuple[str, ...]) -> str:
    same = [id for id in candidates if links.by_id[id].address.key == each.address.key]
    return (same or list(candidates))[0]


def _filtering_acls(found: Snapshot) -> list[Resource]:
    """The ACLs that do other than the default ones, where these let everything pass."""
    own = list(found.of("aws_network_acl"))
    return [each for each in own if not entries_let_all_pass(found, each)] if _defaults_let_all_pass(found) else own


def _defaults_let_all_pass(found: Snapshot) -> bool:
    """Whether the default ACLs let everything pass: those of VPCs that the plan makes, unless it adopts them or adds rules
    (NACL-3)."""
    made = {each.id for each in found.of("aws_vpc") if each.created}
    told = {each.id for each in found.of("aws_network_acl", "aws_default_network_acl")}
    return (
        all(each.get("vpc_id") in made for each in found.of("aws_subnet", "aws_default_subnet"))
        and all(each.get("network_acl_id") in told for each in found.of("aws_network_acl_rule"))
        and next(found.of("awscc_ec2_network_acl_entry"), None) is None
        and all(entries_let_all_pass(found, each) for each in found.of("aws_default_network_acl"))
    )


def _told(value: Any) -> Hashable:
    """A value, to be compared: what is not known is like nothing else."""
    if value in ("", []):
        return _told(None)
    if isinstance(value, list):
        return tuple(map(_told, value))
    return id(value) if isinstance(value, Unknown) else repr(value)


class _Likeness:
    """What there is to tell two of a kind apart; None where that is not known."""

    def __init__(self, links: Links) -> None:
        self.links = links
        found = links.found
        self.tables: dict[str, Any] = {}
        self.acls: dict[str, list[str]] = {}
        self.routes: dict[str, list[Resource]] = {}
        self.open: set[str] = set()
        """What something may belong to that is not known to."""
        self.asked: set[str] = set()
        for each in found.of("aws_route_table_association"):
            self._relate(self.tables, each, "subnet_id", each.get("route_table_id"))
        for each in _filtering_acls(found):
            for subnet in each.each("subnet_ids"):
                self._relate_to(self.acls, subnet, each.id)
        for each in found.of("aws_network_acl_association"):
            self._relate_to(self.acls, each.get("subnet_id"), str(each.get("network_acl_id")))
        for each in found.of("aws_route", "aws_vpn_gateway_route_propagation"):
            self._relate_to(self.routes, each.get("route_table_id"), each)

    def _relate(self, relation: dict[str, Any], each: Resource, key: str, value: Any) -> None:
        id = each.get(key)
        if isinstance(id, str):
            relation[id] = value
        else:
            self._any_of(id)

    def _relate_to(self, relation: dict[str, list[Any]], id: Any, value: Any) -> None:
        if isinstance(id, str):
            relation.setdefault(id, []).append(value)
        else:
            self._any_of(id)

    def _any_of(self, id: Any) -> None:
        everything = tuple(self.links.by_id)
        self.open.update(id.candidates or everything if isinstance(id, Open) else everything)

    def member(self, each: Resource, others: tuple[str, ...]) -> Hashable:
        """Of a route or an association: all but the link that is its own."""
        if each.address.type == "aws_route":
            return self.route(route_of(each.values))
        parts: list[Hashable] = []
        for key in others:
            link = each.values.get(key)  # lists too
            like = self.of(link)
            if like is None and isinstance(link, Open) and self.links.is_the_same_for_each(each, key):
                like = ("the same", link.candidates)
            parts.append(like if like is not None else _told(link))
        return tuple(parts)

    def all_alike(self, link: Open) -> bool:
        """Whether nothing tells apart what a link can be."""
        likes = {self.of(id) for id in link.candidates}
        return len(likes) == 1 and None not in likes

    def of(self, id: Any) -> Hashable:
        """What tells something apart."""
        each = self.links.by_id.get(id) if isinstance(id, str) else None
        if each is None or id in self.open or id in self.asked:
            return None
        self.asked.add(id)
        try:
            if each.address.type == "aws_subnet":
                return self.subnet(each)
            if each.address.type == "aws_nat_gateway":
                return self.nat_gateway(each)
            return self.table(each) if each.address.type == "aws_route_table" else None
        finally:
            self.asked.discard(id)

    def subnet(self, each: Resource) -> Hashable:
        """Of a subnet that holds a gateway: its VPC, its table, its ACL."""
        vpc, table = each.get("vpc_id"), self.tables.get(each.id, "main")
        if not isinstance(vpc, str) or not isinstance(table, str):
            return None
        return "subnet", vpc, table, tuple(sorted(self.acls.get(each.id, [])))

    def nat_gateway(self, each: Resource) -> Hashable:
        """Of a NAT gateway: its sort and its subnet."""
        link, kind = each.get("subnet_id"), each.get("connectivity_type")
        likes = {self.of(id) for id in (link.candidates if isinstance(link, Open) else [link])}
        if isinstance(kind, Unknown) or len(likes) != 1 or None in likes:
            return None
        return "NAT gateway", kind, likes.pop()

    def table(self, each: Resource) -> Hashable:
        """Of a table: its VPC and its routes."""
        vpc, inline = each.get("vpc_id"), each.values.get("route")
        if not isinstance(vpc, str) or isinstance(inline, Unknown) or each.each("propagating_vgws"):
            return None
        told = [one.values if one.address.type == "aws_route" else None for one in self.routes.get(each.id, [])]
        routes = [route_of(one) if isinstance(one, dict) else None for one in (*(inline or []), *told)]
        likes = [self.route(one) for one in routes]
        return None if None in likes else ("table", vpc, frozenset(likes))

    def route(self, route: dict[str, Any] | None) -> Hashable:
        """Of a route: where to, and by what."""
        if route is None or not isinstance(destination_of(route), str):
            return None
        parts: list[Hashable] = []
        for key, value in sorted(route.items()):
            part: Hashable = value if isinstance(value, str) else None
            if key in _TARGET_IDS:
                likes = {self.of(id) for id in (value.candidates if isinstance(value, Open) else [value])}
                part = likes.pop() if len(likes) == 1 else None
            if part is None:
                return None
            parts.append((key, part))
        return tuple(parts)
