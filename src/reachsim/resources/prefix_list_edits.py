"""Edits of prefix lists that a route or a rule names, and that lack a block (chapter PL)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reachsim.net.cidr import Cidr
from reachsim.resources.mending import Case, Edit, KeyChange, mends, tokens_of
from reachsim.resources.public_service import region_of
from reachsim.resources.resource import all_blocks
from reachsim.resources.security_group import GROUP_CODES, narrowest
from reachsim.resources.vpc_endpoint import SERVICE
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.services import PREFIXES_OF, prefixes, short_name


@mends
def blocks_of_lists(case: Case) -> Iterator[Edit]:
    """The block of what is asked for in a list that a route of the table names, or a rule of a group (PL-2)."""
    design = case.view.design
    named = dict.fromkeys([*_of_the_table(case), *_of_the_groups(case)])
    address = case.source if case.cause.checkpoint.endswith("ingress") else case.destination
    around = [block for block in all_blocks(design) if address in block]
    block = max(around, key=lambda each: each.prefix_length, default=None)
    if block is None:
        return
    for name in named:
        entries = design.prefix_lists[name].entries
        if all(each.version == block.version for each in entries):
            changes = (KeyChange(_entries(case, name), str(block), "add"), *_room(name, design.prefix_lists[name]))
            yield Edit(changes, f"add {block} to prefix list {name}", 2)


def _of_the_table(case: Case) -> Iterator[str]:
    """The lists that routes of the table name in which there is no route."""
    if case.cause.code is Code.NO_ROUTE_TO_DESTINATION and case.table is not None:
        vpc, table = case.table
        body = case.view.design.vpcs[vpc].route_tables.get(table)
        routes = {} if body is None else body.routes
        yield from (to for to in routes if not isinstance(to, Cidr) and to in case.view.design.prefix_lists)


def _of_the_groups(case: Case) -> Iterator[str]:
    """The lists that rules for what is wanted name, of the groups that let nothing of it through."""
    interface = case.view.interface(case.cause.component)
    way = case.cause.checkpoint.rpartition(" ")[2]
    if case.cause.code not in GROUP_CODES or interface is None or way not in ("ingress", "egress"):
        return
    design = case.view.design
    for vpc, name in interface.groups or ():
        group = design.vpcs[vpc].security_groups.get(name)
        for rule in () if group is None else getattr(group, way) or ():
            if rule.known and not case.wanted - rule.allow:
                yield from (peer for peer in rule.peers if isinstance(peer, str) and peer in design.prefix_lists)


def _entries(case: Case, name: str) -> KeyPath:
    """Where the blocks of a list are written: it may be a plain list of them."""
    path: KeyPath = ("prefix_lists", name)
    return path if isinstance(case.view.written(path), list) else (*path, "entries")


def _room(name: str, body: Any) -> Iterator[KeyChange]:
    """One entry more, where the list is full (PL-1)."""
    if body.max_entries is not None and len(body.entries) >= body.max_entries:
        yield KeyChange(("prefix_lists", name, "max_entries"), body.max_entries + 1)


@mends
def rules_for_services(case: Case) -> Iterator[Edit]:
    """A rule for what goes out to S3 or DynamoDB by the list that AWS keeps, which is written too if need be (PL-2)."""
    interface, design = case.view.interface(case.cause.component), case.view.design
    found = None if interface is None else narrowest(case, interface)
    if not case.asked_to.startswith(SERVICE) or found is None or case.cause.code not in GROUP_CODES:
        return
    short = short_name(case.asked_to.removeprefix(SERVICE))
    vpc, name = found
    group: KeyPath = ("vpcs", vpc, "security_groups", name)
    blocks = [str(block) for block in prefixes(short, region_of(design, vpc))]
    known = short in design.prefix_lists
    if not case.cause.checkpoint.endswith("egress") or case.view.written(group) is None or not (known or blocks):
        return
    if short not in design.vpcs[vpc].security_groups:  # whose name would go before
        new = () if known else (KeyChange(("prefix_lists", short), blocks),)
        rule = KeyChange((*group, "egress"), {"allow": tokens_of(case.wanted), "to": short}, "add")
        text = f"add to security group {name} the egress rule {case.wanted} to prefix list {short}"
        yield Edit((*new, rule), text if known else f"{text}, AWS's own of {PREFIXES_OF}")
