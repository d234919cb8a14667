"""Links that can only name what is in their own VPC: AWS refuses a subnet, a group or a table of another one.

Which VPC something is in follows from what it is linked to, both ways, and what a link can be from that. So it is no guess,
and holds under ``--strict`` too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from reachsim.importing.inventory import Unknown
from reachsim.importing.terraform.kinds import (
    ACL,
    DB_SUBNETS,
    EGRESS_ONLY,
    GATEWAY,
    GROUP,
    LINKS,
    NAT,
    SUBNET,
    TABLE,
    VGW,
    VPC,
    Kind,
)
from reachsim.importing.terraform.links import NEEDS_NO_SUBNET, SETS, Links, holders, open_link
from reachsim.importing.terraform.snapshot import Open, Resource
from reachsim.net.cidr import Cidr

_KINDS: Final = (ACL, DB_SUBNETS, EGRESS_ONLY, GATEWAY, GROUP, NAT, SUBNET, TABLE, VGW, VPC)
_SEVERAL: Final = frozenset(
    {
        "aws_vpc_peering_connection", "aws_route53_zone", "aws_route53_zone_association", "aws_security_group_rule",
        "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule", "aws_dx_gateway_association",
        "aws_vpc_security_group_vpc_association", "aws_vpn_connection",
    }
)  # fmt: skip
"""What may be linked to things of several VPCs."""
_ELSEWHERE: Final = ("ingress.", "egress.", "remote_access.", "transit_gateway_")
"""Links of others that may name groups of a peered VPC."""
_SHARES_GROUPS: Final = "aws_vpc_security_group_vpc_association"


@dataclass(frozen=True)
class _Link:
    """One place that names something: an attribute of a resource or of a block in it."""

    of: Resource
    holder: dict[str, Any]
    name: str
    kind: Kind

    @property
    def value(self) -> Any:
        return self.holder.get(self.name)

    @property
    def ids(self) -> list[Any]:
        return self.value if isinstance(self.value, list) else [] if self.value in (None, "") else [self.value]


def narrow(links: Links) -> None:
    """Leave in each link only what can be in its VPC."""
    homes = _Homes(links)
    homes.settle()
    for link in homes.all:
        homes.narrow(link)


class _Homes:
    """The VPCs that things can be in, by id; of what has no entry nothing is known."""

    def __init__(self, links: Links) -> None:
        self.links = links
        self.may: dict[str, frozenset[str]] = {}
        self.by_resource = [(each, list(self._links(each))) for each in links.found.managed]
        self.all = [link for _, listed in self.by_resource for link in listed]

    def _links(self, each: Resource) -> Iterator[_Link]:
        kind = each.address.type
        shares = next(self.links.found.of(_SHARES_GROUPS), None) is not None
        for path, of in LINKS.get(kind, {}).items():
            if kind in _SEVERAL or of not in _KINDS or path.startswith(_ELSEWHERE) or (shares and of is GROUP):
                continue
            if kind == "aws_nat_gateway" and of is VPC:  # of a regional one alone
                continue
            if kind in DB_SUBNETS.types and not each.created:  # it is known by a name
                continue
            way = tuple(path.split("."))
            for holder, _, _ in holders(each.values, way):
                if of is not DB_SUBNETS or not self._is_a_name(holder.get(way[-1])):
                    yield _Link(each, holder, way[-1], of)

    def _is_a_name(self, id: Any) -> bool:
        """Whether a group of subnets is called by its name, which those of other services and Regions may have too."""
        named = self.links.by_id.get(id) if isinstance(id, str) else None
        return isinstance(id, str) and (named is None or not named.created)

    def settle(self) -> None:
        """Follow links, both ways, until nothing more is known."""
        for each in self.links.found.of("aws_subnet"):
            link = each.get("vpc_id")
            if isinstance(link, Open) and link.candidates:
                self.may[each.id] = frozenset(id for id in link.candidates if self._has_block(id, each))
        changed = True
        while changed:
            changed = False
            for each, listed in self.by_resource:
                changed = self._revise(each, listed) or changed

    def _revise(self, each: Resource, listed: list[_Link]) -> bool:
        own = self.may.get(each.id)
        for link in listed:
            for id in link.ids:
                told = self._of_link(link, id)
                own = told if own is None else own if told is None else own & told
        if not own:  # nothing is told, or what is told contradicts itself
            return False
        changed = self.may.get(each.id) != own
        self.may[each.id] = own
        for link in listed:
            for id in link.ids:
                if isinstance(id, str) and link.kind is not VPC:
                    before = self.of(id)
                    after = own if before is None else before & own
                    if after and after != before and not self._is_made(id):
                        self.may[id] = after
                        changed = True
        return changed

    def of(self, id: str, kind: Kind | None = None) -> frozenset[str] | None:
        """The VPCs that something can be in; None where nothing is known."""
        if kind is VPC or id in self.may:
            return frozenset({id}) if kind is VPC else self.may[id]
        vpc = id.rpartition(".")[0]
        return frozenset({vpc}) if self._is_made(id) else None

    def _is_made(self, id: str) -> bool:
        """Whether it is the default group, table or ACL of a VPC, known by an attribute of it."""
        maker = self.links.by_id.get(id.rpartition(".")[0])
        return maker is not None and maker.address.type == "aws_vpc"

    def _of_link(self, link: _Link, id: Any) -> frozenset[str] | None:
        if isinstance(id, str):
            return self.of(id, link.kind)
        if not isinstance(id, Open) or not id.candidates or isinstance(link.value, list):
            return None
        if link.name in SETS and (link.kind is not SUBNET or link.of.address.type in NEEDS_NO_SUBNET):
            return None  # a list that may be empty
        told = [self.of(one, link.kind) for one in id.candidates]
        return None if None in told else frozenset().union(*(one for one in told if one is not None))

    def narrow(self, link: _Link) -> None:
        """Take out of a link what is in other VPCs."""
        own, value = self.may.get(link.of.id), link.value
        if own is None or not isinstance(value, Open):
            return
        left = tuple(id for id in value.candidates if not own.isdisjoint(self.of(id, link.kind) or own))
        if link.kind is VPC and len(own) == 1:
            link.holder[link.name] = next(iter(own))
        elif not left or len(left) == len(value.candidates):
            return
        elif len(left) > 1:
            link.holder[link.name] = open_link(link.kind, left, "")
        elif link.name not in SETS:
            link.holder[link.name] = left[0]
        elif self.links.strict:
            link.holder[link.name] = open_link(link.kind, left, "")
        else:
            link.holder[link.name] = list(left)
            self.links.assumed.append((link.of, f"{link.name}: {left[0]} and nothing else, the only one of its VPC"))

    def _has_block(self, id: str, subnet: Resource) -> bool:
        """Whether a VPC can have the block of a subnet."""
        further = [
            one
            for one in self.links.found.of("aws_vpc_ipv4_cidr_block_association", "awscc_ec2_vpc_cidr_block")
            if isinstance(one.get("vpc_id"), Unknown) or one.get("vpc_id") == id
        ]
        vpc = self.links.by_id.get(id)
        blocks = [one.get("cidr_block") for one in ([] if vpc is None else [vpc, *further])]
        return vpc is None or any(_inside(subnet.get("cidr_block"), block) for block in blocks)


def _inside(block: Any, of: Any) -> bool:
    """Whether a block can be inside another: one that is not known may be any."""
    try:
        return not (isinstance(block, str) and isinstance(of, str)) or Cidr.parse_lenient(block) in Cidr.parse_lenient(
            of
        )
    except ValueError:
        return True
