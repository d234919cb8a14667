"""What to ask for in place of a name that is something, but no end of a question: a subnet, a security group, ..."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reachsim.errors import EndpointError, cut, shown, summary, with_article
from reachsim.resources.expectation import Selector
from reachsim.resources.resource import At, Resource, resources
from reachsim.topology.topology import Topology

_NOTHING = {
    "route_tables": "a route table",
    "network_acls": "a network ACL",
    "prefix_lists": "a prefix list",
}


def of_the_command_line(asked: str) -> EndpointError | None:
    """The error for a selector as the command line writes it (``vpc=dev``); None for anything else."""
    key, equals, value = asked.partition("=")
    if not equals or key not in Selector.model_fields:
        return None
    return EndpointError(f"{shown(asked)} is how the command line writes {_mapping(key, value)}", asked)


def with_a_colon(asked: str, is_end: Callable[[str], bool]) -> EndpointError | None:
    """The error for a selector with a colon in place of its sign (``vpc:dev``), and for a name with its port (``db:5432``);
    None for anything else. `is_end`: whether a name is one, asked of what has a port alone."""
    before, _, after = asked.partition(":")
    if before == "tag":
        return EndpointError(
            f"{shown(asked)} selects nothing; write tag=KEY:VALUE, in a file {{tag: {{KEY: VALUE}}}}", asked
        )
    if before in Selector.model_fields and after:
        return EndpointError(f"{shown(asked)} selects nothing; {_selector(before, after)}", asked)
    if after.isdecimal() and is_end(before):
        what = (
            f"{shown(asked)} is an end with a port; write the end, {before}, and the traffic apart, such as tcp/{after}"
        )
        return EndpointError(what, asked)
    return None


def of_another_kind(asked: str, topology: Topology) -> EndpointError | None:
    """The error for the name of a VPC, a subnet, a group, a table, an ACL or a resource that is no end; None for the name of
    nothing."""
    design = topology.source.design
    if asked in design.vpcs:
        return EndpointError(f"{shown(asked)} is a VPC; for all interfaces in it {_selector('vpc', asked)}", asked)
    for full, bare in _members(topology, "subnets"):
        if asked in (full, bare):
            what = f"{shown(asked)} is a subnet; for all interfaces in it {_selector('subnet', full)}"
            return EndpointError(what, asked)
    for full, bare in _members(topology, "security_groups"):
        if asked in (full, bare):
            have = _who_have(full, topology)
            of = f"; {summary(have)} {'has' if len(have) == 1 else 'have'} it" if have else "; nothing has it"
            return EndpointError(f"{shown(asked)} is a security group, which is no end of a question{of}", asked, have)
    for section, noun in _NOTHING.items():
        at_top = design.prefix_lists if section == "prefix_lists" else ()
        if asked in at_top or any(asked in names for names in _members(topology, section)):
            return EndpointError(f"{shown(asked)} is {noun}, which is no end of a question", asked)
    for at, body in _resources(topology):
        if asked in (at.full_name, at.name):
            return EndpointError(f"{shown(asked)} is {with_article(body.noun)}, which is no end of a question", asked)
    return None


def _mapping(key: str, value: str) -> str:
    """A selector of the command line as a file and as Python write it."""
    names = value.split(",")
    if key == "tag":
        tag, _, text = value.partition(":")
        yaml, python = f"{{{tag}: {text}}}", repr({tag: text})
    elif len(names) > 1:
        yaml, python = f"[{', '.join(names)}]", repr(names)
    else:
        yaml, python = value, repr(value)
    return f"{{{key}: {cut(yaml)}}}, in Python {{{key!r}: {cut(python)}}}"


def _selector(key: str, name: str) -> str:
    return f"write {key}={name}, in a file {{{key}: {name}}}"


def _members(topology: Topology, section: str) -> Iterator[tuple[str, str]]:
    """Full and bare name of each member of a section of each VPC."""
    for vpc, body in topology.source.design.vpcs.items():
        for name in getattr(body, section, {}):
            yield f"{vpc}.{name}", name


def _resources(topology: Topology) -> Iterator[tuple[At, Resource]]:
    """Every resource of each VPC, and of none."""
    design = topology.source.design
    for vpc, body in design.vpcs.items():
        yield from resources("vpc", body, vpc)
    yield from resources("design", design)


def _who_have(group: str, topology: Topology) -> list[str]:
    vpc, _, name = group.partition(".")
    interfaces = topology.interfaces.values()
    return [each.name for each in interfaces if each.groups is not None and (vpc, name) in each.groups]
