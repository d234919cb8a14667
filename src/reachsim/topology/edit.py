"""Edits of a loaded design: values at key paths, and how little has to be built anew.

An edit of the rules of one security group or ACL changes what some filters say and nothing else: addresses, routes and
walks stay. Such an edit is applied to the filters alone. Everything else is built anew from the edited values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from reachsim.dataplane.filters import Filter
from reachsim.errors import DesignError, UsageError, format_path, shown
from reachsim.loading.checks import Checker
from reachsim.loading.document import Document
from reachsim.loading.edits import edited_document
from reachsim.loading.load import Source, check, in_order
from reachsim.loading.references import Home, settled_in
from reachsim.loading.report import TooManyProblems
from reachsim.loading.tree import same_values
from reachsim.loading.validation import validate
from reachsim.net.cidr import AddressSet, address_set
from reachsim.policy.filters import Policy
from reachsim.resources.fields import ReadOnly, Schema
from reachsim.resources.network_acl import NetworkAcl
from reachsim.resources.public_service import named_addresses, spans_of
from reachsim.resources.security_group import SecurityGroup
from reachsim.rules.addresses import PUBLIC_POOLS
from reachsim.rules.clauses import KeyPath
from reachsim.rules.services import STAND_INS
from reachsim.topology.topology import Topology

_RULES: dict[str, type[Schema]] = {"security_groups": SecurityGroup, "network_acls": NetworkAcl}


def parse_path(path: str | KeyPath) -> KeyPath:
    """A key path from its text, as messages print it: ``vpcs.app.cidrs[0]``; a key with dots stands in quotes.

    >>> parse_path("vpcs.app.route_tables.private.'0.0.0.0/0'")
    ('vpcs', 'app', 'route_tables', 'private', '0.0.0.0/0')

    Raises UsageError.
    """
    if not isinstance(path, str):
        if isinstance(path, tuple) and path and all(type(step) in (str, int) for step in path):
            return path
        raise UsageError(f"{shown(path)} is not a key path; write 'vpcs.app.cidrs[0]', or a tuple of keys and numbers")
    if not path:
        raise UsageError("a key path is empty; write one such as 'vpcs.app.cidrs[0]'")
    out: list[str | int] = []
    at = 0
    while at < len(path):
        if path[at] in "'\"":
            end = path.find(path[at], at + 1)
            if end < 0:
                raise UsageError(f"{shown(path)} is not a key path: a quote is not closed")
            out.append(path[at + 1 : end])
            at = end + 1
        elif path[at] == "[":
            end = path.find("]", at)
            if end < 0 or not path[at + 1 : end].isdecimal():
                raise UsageError(f"{shown(path)} is not a key path: [ ] takes a number, counted from 0")
            out.append(int(path[at + 1 : end]))
            at = end + 1
        else:
            end = min((i for i in (path.find(".", at), path.find("[", at)) if i >= 0), default=len(path))
            if end == at:
                raise UsageError(f"{shown(path)} is not a key path: a key is empty")
            out.append(path[at:end])
            at = end
        if at < len(path) and path[at] == ".":
            at += 1
    return tuple(out)


def edited(document: Document, edits: Mapping[str | KeyPath, Any]) -> tuple[Document, list[KeyPath]]:
    """The document with values replaced (None removes), and the paths. Raises UsageError where a path leads nowhere, or
    a value is none that a file could have."""
    if not isinstance(edits, Mapping):
        raise UsageError(f"edits are a mapping of key paths to values, not {shown(edits)}")
    paths: list[KeyPath] = []
    for text, value in edits.items():
        path = parse_path(text)
        try:
            document = edited_document(document, path, value)
        except (KeyError, IndexError) as error:
            raise UsageError(f"there is nothing at {format_path(path)} to edit") from error
        paths.append(path)
    return document, paths


def with_rules(source: Source, document: Document, paths: list[KeyPath]) -> tuple[Source, set[KeyPath]] | None:
    """The source with the rules of the edited groups and ACLs read anew, and which these are; None where edits change more:
    other keys, or which addresses are given to what nobody writes one for. Raises DesignError, with all that a load would
    tell."""
    components = rules_only(source, paths)
    if components is None:
        return None
    new = edit_rules(source, document, components)
    # What was edited keeps the addresses of what it was; a load may give others.
    if _names_made_up(source, new, components) and _moves_made_up(source, check(document)):
        return None
    return new, components


_MADE_UP: Final = address_set(PUBLIC_POOLS) | STAND_INS
"""Where addresses come from that nobody writes. Which of them are taken depends on what rules name (SG-1, EP-1)."""


def _names_made_up(one: Source, other: Source, components: set[KeyPath]) -> bool:
    """Whether the rules in which two designs differ name different ones of these addresses."""
    changed = [(str(path[1]), str(path[2]), str(path[3])) for path in components]
    named = [
        AddressSet.union_of(spans_of([getattr(each.design.vpcs[v], s)[n] for v, s, n in changed])) & _MADE_UP
        for each in (one, other)
    ]
    return named[0] != named[1]


def _moves_made_up(one: Source, other: Source) -> bool:
    """Whether two loaded designs give different addresses to what nobody writes one for: public ones, and those that stand
    for services."""
    stand = [named_addresses(each.design) & STAND_INS for each in (one, other)]
    return one.addresses != other.addresses or stand[0] != stand[1]


def rules_only(source: Source, paths: list[KeyPath]) -> set[KeyPath] | None:
    """The groups and ACLs that edits change, if they change nothing else; otherwise None."""
    out: set[KeyPath] = set()
    for path in paths:
        if len(path) < 5 or path[0] != "vpcs" or path[2] not in _RULES or path[4] in ("tags", "associated_vpcs"):
            return None
        vpc = source.design.vpcs.get(str(path[1]))
        if vpc is None or str(path[3]) not in getattr(vpc, str(path[2])):
            return None
        out.add(path[:4])
    return out


def rules_that_differ(one: Source, other: Source) -> set[KeyPath] | None:
    """The groups and ACLs whose rules differ between two designs, where no packet could tell anything else of them apart;
    otherwise None.

    Names, promises and the place of a line in a file decide on no packet. Everything else is equal, in the same order, and
    so are the assigned addresses.
    """
    if one.addresses != other.addresses:
        return None
    components = rules_only(one, list(_differing(network_of(one), network_of(other), ())))
    if components is None or (_names_made_up(one, other, components) and _moves_made_up(one, other)):
        return None
    return components


def network_of(source: Source) -> dict[str, Any]:
    """What a design says of the network: all but what is said about it."""
    return {key: value for key, value in source.document.data.items() if key not in ("name", "expect")}


def _differing(one: Any, other: Any, at: KeyPath) -> Iterator[KeyPath]:
    """The paths of what differs between two plain values, as deep down as both have the same keys in the same order."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        if not same_values(one, other):
            yield at
    elif len(at) == 4 and at[2] in _RULES:  # in a group or an ACL the order of keys says nothing
        for key in dict.fromkeys([*one, *other]):
            if key not in one or key not in other or not same_values(one[key], other[key]):
                yield (*at, key)
    elif [*one] != [*other]:
        yield at
    else:
        for key in one:
            yield from _differing(one[key], other[key], (*at, key))


def edit_rules(source: Source, document: Document, components: set[KeyPath]) -> Source:
    """The source with some groups and ACLs read anew. Raises DesignError, with all that a load would tell."""
    vpcs = dict(source.design.vpcs)
    try:
        for path in components:
            vpc_name, section, name = str(path[1]), str(path[2]), str(path[3])
            home = Home(source.design, vpc_name)
            body: Schema = settled_in(validate(_RULES[section], document, at=path), home)
            members = {**getattr(vpcs[vpc_name], section), name: body}
            vpcs[vpc_name] = vpcs[vpc_name].model_copy(update={section: ReadOnly(members)})
    except DesignError:
        return check(document)
    design = source.design.model_copy(update={"vpcs": ReadOnly(vpcs)})
    checker = Checker(design, document)
    with suppress(TooManyProblems):
        for path in components:
            vpc_name, section, name = str(path[1]), str(path[2]), str(path[3])
            if section == "network_acls":
                checker.check_acl(path, design.vpcs[vpc_name].network_acls[name])
            else:
                checker.check_group(path, vpc_name, design.vpcs[vpc_name].security_groups[name])
    if checker.problems:
        return check(document)
    others = [warning for warning in source.warnings if warning.path[:4] not in components]
    return Source(design, document, source.addresses, in_order(document, [*others, *checker.warnings]))


def edited_filters(topology: Topology, policy: Policy, components: set[KeyPath]) -> dict[Filter, Filter]:
    """The filters of the topology that the edited groups and ACLs belong to, with what stands in their place.

    `policy`: of the edited design.
    """
    return {old: policy.filter(rules) for rules, old in topology.rules.items() if rules.concerns(components)}
