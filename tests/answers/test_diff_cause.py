"""What is behind a change of a diff: where the packet fares otherwise, and the key that was edited, wherever it stands."""

from __future__ import annotations

import pytest
from tests.designs import GONE, Changes, design
from tests.oracle.text import write_yaml

import reachsim
from reachsim.answers.diff_cause import Behind, causes_of
from reachsim.report.diff import diff_text
from reachsim.topology.edit import parse_path

NAMED: Changes = {
    "vpcs app security_groups dbs": {"ingress": [{"allow": "tcp/5432", "from": "client"}]},
    "vpcs app instances db security_groups": ["dbs"],
}
WORD: Changes = {
    "vpcs app security_groups tags": {"ingress": [{"allow": "tcp/5432", "from": "client"}]},
    "vpcs app instances db security_groups": ["tags"],
}
LISTED: Changes = {
    "prefix_lists pl": ["10.0.1.0/24"],
    "vpcs data security_groups open": {"ingress": [{"allow": "all", "from": "pl"}]},
}
STRICT: Changes = {"vpcs app network_acls strict": {"ingress": [], "egress": []}}
NAT: Changes = {"vpcs app route_tables private 0.0.0.0/0": "nat"}


def network(name: str, *changes: Changes) -> reachsim.Network:
    """A design by way of its text."""
    return reachsim.loads(write_yaml(design(*changes)), file=f"{name}.yaml")


def causes(one: Changes, other: Changes) -> tuple[reachsim.Network, reachsim.Network, list[Behind]]:
    """What is behind the changes between two designs."""
    before, after = network("before", one), network("after", one, other)
    found = reachsim.diff(before, after)
    assert found.changes
    behind = causes_of(found, before, after)
    assert len(behind) == len(found.changes)
    return before, after, list(behind.values())


@pytest.mark.parametrize(
    ("one", "other", "key"),
    [
        # What decides is an unchanged line; that the packet comes to it, or meets it otherwise, is the edit.
        (NAMED, {"vpcs app instances probe security_groups": ["open"]}, "vpcs.app.instances.probe.security_groups[0]"),
        ({}, {"vpcs app subnets private route_table": GONE}, "vpcs.app.subnets.private.route_table"),
        (STRICT, {"vpcs app subnets isolated network_acl": "strict"}, "vpcs.app.subnets.isolated.network_acl"),
        ({"vpcs app nat_gateways ngw": {"subnet": "public"}}, {"vpcs app nat_gateways ngw subnet": "isolated"},
         "vpcs.app.nat_gateways.ngw.subnet"),
        (LISTED, {"prefix_lists pl": ["10.0.2.0/24"]}, "prefix_lists.pl[0]"),
        ({}, {"vpcs app instances web public_ip": GONE}, "vpcs.app.instances.web.public_ip"),
        # The packet is lost far from the edit, by a line that nobody touched: the route that sent it there is the place.
        ({}, {"vpcs app route_tables private 10.1.0.0/16": GONE}, "vpcs.app.route_tables.private.'10.1.0.0/16'"),
        ({}, {"vpcs app route_tables private 0.0.0.0/0": "igw"}, "vpcs.app.route_tables.private.'0.0.0.0/0'"),
        # The line that decides is the edited one.
        (NAT, {"vpcs app instances nat source_dest_check": True}, "vpcs.app.instances.nat.source_dest_check"),
        ({}, {"peering_connections pcx status": "deleted"}, "peering_connections.pcx.status"),
        ({}, {"vpcs data route_tables api": {}}, "vpcs.data.route_tables.api.'10.0.0.0/16'"),
        (NAMED, {"vpcs app security_groups dbs ingress": []}, "vpcs.app.security_groups.dbs.ingress"),
        # A name may be any word, also one that is a key which no packet meets.
        (WORD, {"vpcs app security_groups tags ingress": []}, "vpcs.app.security_groups.tags.ingress"),
    ],
)  # fmt: skip
def test_the_cause_is_the_edited_key(one: Changes, other: Changes, key: str) -> None:
    before, after, found = causes(one, other)
    path = {cause.edited for cause in found}
    assert path == {key}
    for cause in found:
        assert cause.edited_where in (before.locate(parse_path(key)), after.locate(parse_path(key)))
        assert cause.edited_where


def test_the_place_is_the_route_that_was_edited_and_not_where_the_packet_is_lost_then() -> None:
    _, _, (cause, *_) = causes({}, {"vpcs app route_tables private 0.0.0.0/0": "igw"})
    assert (cause.component, cause.checkpoint) == ("app", "route table private")
    assert (cause.before, cause.after) == ("0.0.0.0/0 -> ngw", "0.0.0.0/0 -> igw")


def test_of_two_edits_each_change_has_its_own() -> None:
    """A rule for the database and a route of others: neither cause names the other's key."""
    edits: Changes = {"vpcs app security_groups dbs ingress": [], "vpcs data route_tables api": {}}
    before, after = network("before", NAMED), network("after", NAMED, edits)
    found = reachsim.diff(before, after)
    behind = causes_of(found, before, after)
    keys = {
        "app.db" in change.destinations and "data.api" not in change.sources: behind[number].edited
        for number, change in enumerate(found.changes)
        if ("app.db" in change.destinations) != ("data.api" in (*change.sources, *change.destinations))
    }
    assert keys == {True: "vpcs.app.security_groups.dbs.ingress", False: "vpcs.data.route_tables.api.'10.0.0.0/16'"}


def test_the_text_tells_the_edited_line_where_it_is_elsewhere() -> None:
    one, other = (
        network("before", NAMED),
        network("after", NAMED, {"vpcs app instances probe security_groups": ["open"]}),
    )
    text = diff_text(reachsim.diff(one, other), [], (one, other))
    assert "    edited  vpcs.app.instances.probe.security_groups[0], after.yaml:" in text
    one, other = network("before"), network("after", {"vpcs app route_tables private 0.0.0.0/0": "igw"})
    assert "edited" not in diff_text(reachsim.diff(one, other), [], (one, other))


def test_of_two_edits_the_nearest_is_told_where_none_is_on_the_line_that_decides() -> None:
    edits: Changes = {"vpcs app instances probe security_groups": ["open"], "vpcs data route_tables api": {}}
    before, after = network("before", NAMED), network("after", NAMED, edits)
    found = reachsim.diff(before, after)
    behind = causes_of(found, before, after)
    to_db = next(number for number, change in enumerate(found.changes) if change.destinations == ("app.db",))
    assert behind[to_db].edited == "vpcs.app.instances.probe.security_groups[0]"


@pytest.mark.rule("EP-8")
def test_where_a_name_means_another_address_what_stops_the_packet_to_that_is_told() -> None:
    """Not the first thing that it passes on its new way, and that lets it pass."""
    text = """
version: 1
region: eu-west-1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    enable_dns_hostnames: true
    subnets: {work: {cidr: 10.0.1.0/24, az: a}}
    security_groups: {node: {}, door: {ingress: [{allow: tcp/443, from: node}]}}
    instances: {node: {subnet: work, security_groups: [node]}}
    vpc_endpoints:
      ssm: {type: interface, service: ssm, subnets: [work], security_groups: [door], private_dns: true}
"""
    before, after = reachsim.loads(text), reachsim.loads(text.replace("private_dns: true", "private_dns: false"))
    found = reachsim.diff(before, after)
    (behind,) = causes_of(found, before, after).values()
    assert behind.checkpoint == "route table main"
    assert behind.after.startswith("no route to ")
    assert (behind.before, behind.edited) == ("", "vpcs.app.vpc_endpoints.ssm.private_dns")
