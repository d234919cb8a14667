"""What the unknown ids of a plan name: exactly one resource, or an `Open` that says which it can be.

An id that is not known belongs to something that the plan makes, so it is one of what can flow into its expression
(`flow`), and of these one whose own id is not known either. Where one is left, it is that. What is inferred (the same key on
both sides; a list that has just what its expression names) is noted, and left open under ``--strict``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from reachsim.importing.inventory import Unknown
from reachsim.importing.terraform.configuration import Expression, Scope, expression, references
from reachsim.importing.terraform.flow import Flow, Flows, may_give
from reachsim.importing.terraform.kinds import (
    ABSENT_UNLESS_WRITTEN,
    LINKS,
    MAY_BE_COMPUTED,
    ROUTE_TARGETS,
    SUBNET,
    VPC,
    Kind,
)
from reachsim.importing.terraform.plain import carries_no_id
from reachsim.importing.terraform.snapshot import COMPUTED, Open, Resource, Snapshot
from reachsim.importing.terraform.types import places_of
from reachsim.net.address import parse_address
from reachsim.net.cidr import Cidr

_SHOWN: Final = 4
SETS: Final = frozenset(
    {
        "vpc_security_group_ids", "security_groups", "subnet_ids", "subnets", "route_table_ids", "security_group_ids",
        "prefix_list_ids", "vpc_zone_identifier", "target_group_arns", "instances", "propagating_vgws",
        "vpc_subnet_ids", "client_subnets", "source_security_group_ids",
        "network_load_balancer_arns", "gateway_load_balancer_arns",
    }
)  # fmt: skip
"""Attributes that name several."""
_LISTS: Final = ("subnets", "subnet_ids", "security_group_id_list")
"""What others end with that do."""
_IN_THE_SAME_VPC: Final = frozenset({"gateway", "NAT gateway", "egress-only internet gateway"})
"""What a route can lead to in its own VPC alone."""


@dataclass
class Links:
    """The links of one plan, resolved in place. `assumed`: what was inferred: of which resource and attribute, and how."""

    found: Snapshot
    strict: bool
    assumed: list[tuple[Resource, str]] = field(default_factory=list)
    known: set[str] = field(default_factory=set, init=False)
    """The ids that a plan knows."""
    by_id: dict[str, Resource] = field(default_factory=dict, init=False)
    """The resources by their ids."""

    def resolve(self) -> None:
        """Put ids in place of what is not known: first of what adopts the defaults of a VPC, which are known by the VPC's,
        whoever names them; then VPCs, since what else is known of a link hangs on them."""
        self.known = {each.id for each in self.found.managed if not each.created}
        self._foreign: dict[str, str] = {}
        self._look()
        for each in self.found.managed:
            self.settle(each)
        self.found.keep()
        adopting = list(self.found.of(*_ADOPTS))
        for each in adopting:
            key = _ADOPTS[each.address.type]
            self.attribute(each, (key,), LINKS[each.address.type][key])
        for each in adopting:
            _adopt(each)
        if adopting:
            self._look()
        for wanted in (VPC, SUBNET, None):
            for each in self.found.managed:
                links = LINKS.get(each.address.type)
                places = places_of(each.address.type, each.values) if links is None else links
                for path, kind in places.items():
                    if wanted is None or kind is wanted:
                        self.attribute(each, tuple(path.split(".")), kind)

    def _look(self) -> None:
        """What flows where, and what has which id."""
        self.flows = Flows(self.found, infers=not self.strict)
        self.by_id = {each.id: each for each in self.found.managed}

    # -- attributes ----------------------------------------------------------------------------------------------

    def settle(self, each: Resource) -> None:
        """Take away what is unknown only because nobody wrote it."""
        block = self.flows.configuration.block(each.address)
        written = block.get("expressions") if block is not None else None
        if (
            isinstance(written, dict)
            and "subnet_id" in written
            and isinstance(each.values.get("network_interface"), Unknown)
        ):
            each.values["network_interface"] = None  # the two exclude each other
        for name in ABSENT_UNLESS_WRITTEN.get(each.address.type, ()):
            if not _computed(each.values.get(name)):
                continue
            if isinstance(written, dict) and name in written and not self.is_null(each, written[name], block or {}):
                continue
            if block is None and name not in _BLOCKS:
                continue
            if name in _BLOCKS:
                # A dynamic block over something unknown looks the same: neither leaves anything in the plan.
                if self.strict:
                    each.values[name] = Unknown("the plan does not tell whether a dynamic block makes some")
                    continue
                self.assumed.append((each, f"{name}: none, as none is written"))
            each.values[name] = None
        _exclude(each)

    def is_null(self, each: Resource, written: Any, block: Mapping[str, Any]) -> bool:
        """Whether an expression comes out as null: it names known values alone, and yet its attribute is computed."""
        refs = references(written if isinstance(written, dict) else None)
        scope = Scope(each.address.modules, block, each.address.key)
        return bool(refs) and all(ref.startswith("var.") and carries_no_id(self.flows, ref, scope) for ref in refs)

    def attribute(self, each: Resource, way: tuple[str, ...], kind: Kind) -> None:
        """Resolve one attribute, in every block that has it."""
        block = self.flows.configuration.block(each.address)
        for holder, index, count in list(holders(each.values, way)):
            value = holder.get(way[-1])
            several = way[-1] in SETS or way[-1].endswith(_LISTS)
            if not _computed(value) and not (isinstance(value, list) and any(map(_computed, value))):
                continue
            own, exact = (None, False) if block is None else expression(block, way, index, count)
            scope = Scope(each.address.modules, block or {}, each.address.key)
            if len(way) == 1 and own is None:
                holder[way[-1]] = self.computed(each, way[-1], kind, value)
            elif several:
                holder[way[-1]] = self.list_of(each, way, kind, value, own, exact, scope)
            else:
                holder[way[-1]] = self.one(each, way, kind, own, exact, scope)

    def computed(self, each: Resource, name: str, kind: Kind, value: Any) -> Any:
        """An attribute that nobody wrote, or of which the plan has no expression."""
        if self.found.configuration:
            return value
        return self.closed(each, kind, "the plan has no configuration")

    # -- one -----------------------------------------------------------------------------------------------------

    def one(
        self, each: Resource, way: tuple[str, ...], kind: Kind, own: Expression | None, exact: bool, scope: Scope
    ) -> Any:
        """An attribute that names one."""
        if not exact:
            return self.shared(each, way, kind, own, scope)
        flow = self.flows.of([own], scope, kind)
        left = self.possible(each, kind, flow.found)
        if flow.indexed and left:
            self.assumed.append((each, f"{'.'.join(way)}: one of {', '.join(sorted(left))}, by a part of each.value"))
        computed = way[-1] in MAY_BE_COMPUTED.get(each.address.type, ()) and not self.needed(each, way[-1])
        if computed and (flow.chosen or (flow.local and self.strict)):
            return open_link(kind, (), _NOTHING)
        if len(left) == 1 and not flow.open:
            if computed and flow.local:
                self.assumed.append((each, f"{'.'.join(way)}: {next(iter(left))}, all that a local can be"))
            return next(iter(left))
        if not self.strict and not flow.open and flow.local and (id := _only_own(each, way[-1], left)):
            self.assumed.append((each, f"{'.'.join(way)}: {id}, the only one that its module makes"))
            return id
        if not self.strict and not flow.open:
            keyed = self.possible(each, kind, self.flows.of([own], scope, kind, keyed=True).found)
            if len(keyed) == 1:
                self.assumed.append((each, f"{'.'.join(way)}: {next(iter(keyed))}, by its key"))
                return next(iter(keyed))
            if keyed and len(keyed) < len(left):
                self.assumed.append((each, f"{'.'.join(way)}: one of {', '.join(sorted(keyed))}, by its key"))
                left = keyed
        return open_link(kind, () if flow.open else tuple(left), flow.open)

    def needed(self, each: Resource, name: str) -> bool:
        """Whether an attribute must have been given, as nothing stands in its place (see `_exclude`, which went before)."""
        block = self.flows.configuration.block(each.address) or {}
        written = block.get("expressions") or {}
        if name in _INSTEAD:
            return _INSTEAD[name] not in written
        if each.address.type == "aws_instance" and name == "subnet_id":
            return "vpc_security_group_ids" in written  # which are of no default VPC
        if each.address.type == "aws_route":
            return not any(each.values.get(key) for key in ROUTE_TARGETS - {name})
        return each.address.type == "aws_security_group_rule" and name == "source_security_group_id"

    def possible(self, each: Resource, kind: Kind, found: dict[str, Resource]) -> dict[str, Resource]:
        """Of what can flow there, what fits: its own id is not known, and addresses, zone and VPC agree."""
        left = {id: one for id, one in found.items() if id not in self.known}
        if kind is SUBNET:
            left = {id: one for id, one in left.items() if _holds(one, each)}
        return left

    def shared(self, each: Resource, way: tuple[str, ...], kind: Kind, own: Expression | None, scope: Scope) -> Any:
        """An attribute of one of several blocks that share a list of references, or have none."""
        sharing = [holder for holder, _, _ in holders(each.values, way) if isinstance(holder.get(way[-1]), Unknown)]
        refs = references(own)
        flow = self.flows.of([own], scope, kind) if own is not None else Flow()
        left = self.possible(each, kind, flow.found)
        if own is not None and len(left) == 1 and not flow.open and self.mentions(refs, kind, scope) == len(sharing):
            return next(iter(left))
        return self.closed(each, kind, "blocks of the plan share what they name, or tell nothing of it")

    def mentions(self, refs: list[str], kind: Kind, scope: Scope) -> int:
        """How many references can be of a kind."""
        return sum(1 for each in refs if self.flows.of([{"references": [each]}], scope, kind).found)

    def closed(self, each: Resource, kind: Kind, reason: str) -> Any:
        """One of all that the plan makes of a kind: the only one, if there is but one that fits."""
        made = {
            one.id: one
            for one in self.found.of(*sorted(kind.types))
            if one.id not in self.known and self.flows.may_flow(one, kind)
        }
        left = self.possible(each, kind, made)
        if kind.name in _IN_THE_SAME_VPC and isinstance(vpc := self.vpc_of(each), str):
            left = {id: one for id, one in left.items() if self.vpc_of(one) in (vpc, None) or _open(self.vpc_of(one))}
        foreign = self.foreign(kind)
        if len(left) == 1 and not foreign and not kind.made_by:
            return next(iter(left))
        return open_link(kind, () if foreign else tuple(left), foreign or reason)

    def foreign(self, kind: Kind) -> str:
        """What of the plan may name things of a kind that are not in it; empty where nothing does."""
        if kind.name not in self._foreign:
            self._foreign[kind.name] = self._foreign_to(kind)
        return self._foreign[kind.name]

    def _foreign_to(self, kind: Kind) -> str:
        for each in self.found.data:
            if may_give(each.address.type, kind) and any(isinstance(value, Unknown) for value in each.values.values()):
                return f"{each.address} is read when it is applied"
        for each in self.found.managed:
            if not each.address.type.startswith(_HOME) or each.address.type in _FOREIGN:
                return f"{each.address} may name others"
        return ""

    def is_the_same_for_each(self, each: Resource, key: str) -> bool:
        """Whether all instances of a block have the same value of an attribute, whatever it is: its expression names
        neither their keys nor what they go over."""
        block = self.flows.configuration.block(each.address)
        own, exact = (None, False) if block is None else expression(block, (key,), None, 1)
        return exact and not any(ref.startswith(("each.", "count.")) for ref in references(own))

    def vpc_of(self, each: Resource) -> Any:
        """The VPC that something is in, as far as it is known: None where nothing is told."""
        direct = each.get("vpc_id")
        if direct is not None and not (isinstance(direct, Unknown) and each.address.type == "aws_nat_gateway"):
            return direct
        for key in ("subnet_id", "route_table_id", "default_route_table_id"):
            id = each.get(key)
            if isinstance(id, str):
                holder = self.by_id.get(id)
                if holder is not None and holder is not each:
                    return self.vpc_of(holder)
                if id.endswith(".default_route_table_id"):
                    return id.removesuffix(".default_route_table_id")
        return None

    # -- lists ---------------------------------------------------------------------------------------------------

    def list_of(
        self,
        each: Resource,
        way: tuple[str, ...],
        kind: Kind,
        value: Any,
        own: Expression | None,
        exact: bool,
        scope: Scope,
    ) -> Any:
        """An attribute that names several. What its expression names are its members, if each names just one."""
        name = ".".join(way)
        refs = references(own)
        if not exact:
            return self.shared_list(each, way, kind, own, refs, scope)
        members = self.each_exact(refs, kind, scope)
        if members is None and _by_key(refs) and not self.strict:
            keyed = self.flows.of([own], scope, kind, keyed=True)
            members = list(keyed.found) if len(keyed.found) == 1 and not keyed.open else None
        if members is None:
            flow = self.flows.of([own], scope, kind, several=True)
            if flow.chosen and name in MAY_BE_COMPUTED.get(each.address.type, ()) and not self.needed(each, name):
                return open_link(kind, (), _NOTHING)
            if flow.unsettled and not isinstance(value, list) and _may_be_empty(each, kind):
                return open_link(kind, (), f"{_NOTHING}, as {flow.unsettled} is not known")
            if self.strict and not isinstance(value, list):  # constants and variables leave no trace in an expression
                return open_link(kind, (), _OTHERS)
            if len(flow.found) == 1 and not flow.open:
                members = list(flow.found)
            else:
                return open_link(kind, () if flow.open else tuple(flow.found), flow.open)
        if isinstance(value, list):
            unknown = [one for one in value if isinstance(one, Unknown)]
            fresh = [id for id in members if id not in self.known]
            if len(unknown) != len(fresh):
                return open_link(kind, tuple(members), "")
            members = [one for one in value if not isinstance(one, Unknown)] + fresh
        elif self.strict:
            return open_link(kind, (), _OTHERS)
        self.assumed.append((each, f"{name}: {', '.join(members)} and nothing else, as its expression names"))
        return members

    def each_exact(self, refs: list[str], kind: Kind, scope: Scope) -> list[str] | None:
        """The ids that references name, where each names one by its id; None where one may be something else."""
        members: list[str] = []
        for each in refs:
            flow = self.flows.of([{"references": [each]}], scope, kind)
            if flow.open or len(flow.found) != 1 or not _names_one(each):
                return None
            members += flow.found
        return list(dict.fromkeys(members)) or None

    def shared_list(
        self, each: Resource, way: tuple[str, ...], kind: Kind, own: Expression | None, refs: list[str], scope: Scope
    ) -> Any:
        """A list in one of several blocks that share a list of references."""
        sharing = [holder for holder, _, _ in holders(each.values, way) if isinstance(holder.get(way[-1]), Unknown)]
        flow = self.flows.of([own], scope, kind) if own is not None else Flow()
        ours = [ref for ref in refs if self.flows.of([{"references": [ref]}], scope, kind).found]
        members = self.each_exact(ours, kind, scope)
        if members is None and len(ours) == len(flow.found) == 1:  # all of a list of one
            members = list(flow.found)
        # The only block has all that is named; several have each the one that is named as often as there are blocks.
        fits = members is not None and (len(sharing) == 1 or (len(members) == 1 and len(ours) == len(sharing)))
        others = [ref for ref in refs if ref not in ours and not carries_no_id(self.flows, ref, scope)]
        if not flow.open and members is not None and fits and not self.strict and not others:
            self.assumed.append((each, f"{'.'.join(way)}: {', '.join(members)}, as the blocks name nothing else"))
            return members
        if own is None or flow.open or others or self.strict:
            return open_link(kind, (), "" if own is None else flow.open or _OTHERS)
        self.assumed.append((each, f"{'.'.join(way)}: some of {', '.join(sorted(flow.found))} and nobody else"))
        return open_link(kind, tuple(flow.found), "")


_INSTEAD: Final = {"subnets": "subnet_mapping", "vpc_zone_identifier": "availability_zones"}
"""Of a load balancer and of a group of instances: where they are, and what says that in its place."""
NEEDS_NO_SUBNET: Final = frozenset(
    {"aws_lambda_function", "aws_vpc_endpoint", "aws_network_acl", "aws_default_network_acl"}
)
"""What AWS takes without a subnet, a list of none included: a function is then outside every VPC (LAMBDA-1)."""
_NOTHING: Final = "its expression may come out as nothing"
_OTHERS: Final = "its list may have others than its expression names"
_BLOCKS: Final = frozenset({"ingress", "egress", "route", "entry"})
"""Attributes that are written as blocks, which may be dynamic."""
_HOME: Final = ("aws_", "random_", "null_", "terraform_", "tls_", "time_", "local_", "archive_")
_FOREIGN: Final = frozenset(
    {"aws_cloudformation_stack", "aws_cloudformation_stack_set", "aws_default_vpc", "aws_default_subnet"}
)


_OWNERS: Final = frozenset({"vpc_id", "security_group_id", "network_acl_id", "route_table_id"})
_OWNED: Final = frozenset(
    {
        "aws_subnet", "aws_security_group", "aws_route_table", "aws_network_acl", "aws_internet_gateway",
        "aws_egress_only_internet_gateway", "aws_vpn_gateway", "aws_default_security_group", "aws_security_group_rule",
        "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule", "aws_network_acl_rule", "aws_route",
        "aws_vpc_ipv4_cidr_block_association", "aws_vpc_ipv6_cidr_block_association", "aws_vpc_endpoint",
    }
)  # fmt: skip
"""What belongs to one VPC, group, ACL or table, and by which attributes."""
_PEERS: Final = ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids")


def _only_own(each: Resource, name: str, candidates: dict[str, Resource]) -> str:
    """Of what something can belong to, the only one that its own module makes; empty where that is not one."""
    if each.address.type not in _OWNED or name not in _OWNERS:
        return ""
    own = [id for id, maker in candidates.items() if maker.address.modules == each.address.modules]
    return own[0] if len(own) == 1 else ""


def _may_be_empty(each: Resource, kind: Kind) -> bool:
    """Whether AWS would take a resource with an empty list of a kind."""
    return kind is not SUBNET or each.address.type in NEEDS_NO_SUBNET


def _exclude(each: Resource) -> None:
    """Take away what is unknown beside something that excludes it: a rule has one sort of peer, a route one target."""
    kind, values = each.address.type, each.values
    other_peer = values.get("self") is True or any(values.get(key) for key in _PEERS)
    if kind == "aws_security_group_rule" and isinstance(values.get("source_security_group_id"), Unknown) and other_peer:
        values["source_security_group_id"] = None
    if kind == "aws_route":
        for key in ("network_interface_id", "instance_id"):
            if isinstance(values.get(key), Unknown) and any(
                values.get(other) for other in ROUTE_TARGETS - {"network_interface_id", "instance_id"}
            ):
                values[key] = None


def _computed(value: Any) -> bool:
    """Whether a value is not known only because it is computed when the plan is applied."""
    return isinstance(value, Unknown) and value.reason == COMPUTED


def _open(value: Any) -> bool:
    return isinstance(value, Unknown)


def holders(values: dict[str, Any], way: tuple[str, ...]) -> Iterable[tuple[dict[str, Any], int | None, int]]:
    """What has the last name of a way: the attributes themselves or blocks of them, with the index of the outermost block
    and how many there are."""
    level: list[tuple[Any, int | None, int]] = [(values, None, 1)]
    for position, name in enumerate(way[:-1]):
        below: list[tuple[Any, int | None, int]] = []
        for holder, index, count in level:
            inner = holder.get(name)
            members = inner if isinstance(inner, list) else [inner]
            for at, each in enumerate(members):
                if isinstance(each, dict):
                    below.append((each, at if position == 0 else index, len(members) if position == 0 else count))
        level = below
    return level


def _by_key(refs: list[str]) -> bool:
    """Whether an expression takes from what it names what has its own key: `x[each.key]`, or a part of `each.value`."""
    return refs[1:] == ["each.key"] or (len(refs) == 1 and refs[0].startswith("each.value"))


def _names_one(reference: str) -> bool:
    """Whether a reference ends in an attribute: one that ends in a name may stand for a part of what it names."""
    return (
        reference.rpartition(".")[2] in ("id", "arn", "name")
        or "_id" in reference.rpartition(".")[2]
        or reference.startswith(("module.", "var."))
    )


def _holds(subnet: Resource, each: Resource) -> bool:
    """Whether a subnet can be the one of an interface: the addresses that it is given are in its block, the zone is its."""
    zone, own = each.get("availability_zone"), subnet.get("availability_zone")
    if isinstance(zone, str) and isinstance(own, str) and zone != own:
        return False
    text = subnet.get("cidr_block")
    given = [each.get("private_ip"), *each.each("private_ips")]
    try:
        return not isinstance(text, str) or all(
            parse_address(ip) in Cidr.parse_lenient(text) for ip in given if isinstance(ip, str)
        )
    except ValueError:
        return True


def open_link(kind: Kind, candidates: tuple[str, ...], reason: str) -> Open:
    shown = sorted(candidates)
    if not shown:
        return Open(
            f"which {kind.name} it is hangs on what the plan does not tell" + (f" ({reason})" if reason else "")
        )
    listed = ", ".join(shown[:_SHOWN]) + (f" and {len(shown) - _SHOWN} others" if len(shown) > _SHOWN else "")
    return Open(f"it is one of {listed}; the plan does not tell which", candidates)


_ADOPTS: Final = {
    "aws_default_route_table": "default_route_table_id",
    "aws_default_network_acl": "default_network_acl_id",
    "aws_default_security_group": "vpc_id",
}
"""What adopts a default object of a VPC, and by which attribute it names that, or the VPC."""


def _adopt(each: Resource) -> None:
    """Give what adopts a default object of a VPC the id that this is known by."""
    key = _ADOPTS[each.address.type]
    named = each.get(key)
    if not each.created or not isinstance(named, str):
        return
    if key == "vpc_id":
        each.values["id"] = f"{named}.default_security_group_id"
        return
    each.values["id"] = named
    vpc = named.removesuffix(f".{key}")
    if vpc != named:
        each.values["vpc_id"] = vpc
