"""What AWS would refuse is left out, that and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

import reachsim
from reachsim.errors import DesignError
from reachsim.importing import refusals
from reachsim.importing.builder import build
from reachsim.importing.imported import Imported
from reachsim.importing.inventory import Inventory, Item, Origin
from reachsim.importing.refusals import leave_out_refused
from reachsim.loading.load import check
from reachsim.loading.tree import Document


def design(rules: list[Any], **more: Any) -> Imported:
    vpc = {
        "cidrs": ["10.0.0.0/16"],
        "subnets": {"a": {"cidr": "10.0.1.0/24"}},
        "security_groups": {"web": {"ingress": rules}},
        **more,
    }
    return Imported({"version": 1, "vpcs": {"app": vpc}})


def ports(out: Imported) -> list[str]:
    return [rule["allow"] for rule in out.design["vpcs"]["app"]["security_groups"]["web"]["ingress"]]


def rule(port: int, peer: str = "10.0.0.0/8", *, good: bool = True) -> dict[str, Any]:
    return {"allow": f"tcp/{port}" if good else f"tcp/{port + 70000}", "from": peer}


def test_what_is_refused_of_itself_is_found_by_one_load(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much it is; a second one finds that the rest is right."""
    loads: list[Document] = []

    def counted(document: Document) -> Any:
        loads.append(document)
        return check(document)

    monkeypatch.setattr(refusals, "check", counted)
    out = design([rule(n, good=n % 2 == 0) for n in range(400)])
    leave_out_refused(out)
    assert ports(out) == [f"tcp/{n}" for n in range(0, 400, 2)]
    assert len(loads) == 2


@pytest.mark.parametrize("bad", [{0}, {0, 1}, {1, 3}, {0, 2, 4}, {4}, {0, 1, 2, 3, 4}])
def test_of_a_list_just_the_refused_go(bad: set[int]) -> None:
    out = design([rule(n, good=n not in bad) for n in range(5)])
    leave_out_refused(out)
    assert ports(out) == [f"tcp/{n}" for n in range(5) if n not in bad]
    assert len([note for note in out.notes if note.kind == "left out"]) == len(bad)


def test_two_faults_of_one_rule_are_one_rule() -> None:
    out = design([rule(1, "nobody", good=False), rule(2), rule(3)])
    leave_out_refused(out)
    assert ports(out) == ["tcp/2", "tcp/3"]


def test_a_block_that_is_none_goes_alone() -> None:
    """Host bits are cleared, as AWS does; what is no block is told, and the rest of its rule stays."""
    blocks = [{"CidrIp": text} for text in ("10.0.0.1/8", "10.0.0.0/33", "192.0.2.0/24")]
    found = Inventory()
    here = Origin("plan.json", "aws_security_group.web")
    rule = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "IpRanges": blocks}
    group = {"VpcId": "v", "GroupName": "web", "IpPermissions": [rule], "IpPermissionsEgress": []}
    found.add("Vpcs", Item("v", {"CidrBlock": "10.0.0.0/16"}, here))
    found.add("SecurityGroups", Item("g", group, here))
    out = build(found)
    ingress = out.design["vpcs"]["v"]["security_groups"]["web"]["ingress"]
    assert ingress == [{"allow": "tcp/1", "from": ["10.0.0.0/8", "192.0.2.0/24"]}]
    assert [note.what for note in out.notes if note.kind == "left out"] == ["g"]


def test_what_is_in_a_part_that_goes_goes_with_it() -> None:
    subnets = {"a": {"cidr": "10.0.1.0/24"}, "b": {"cidr": "10.0.1.0/25"}}
    interfaces = {"one": {"subnet": "a"}, "two": {"subnet": "b", "private_ip": "10.0.1.300"}}
    out = design([], subnets=subnets, interfaces=interfaces)
    leave_out_refused(out)
    assert list(out.design["vpcs"]["app"]["interfaces"]) == ["one"]
    assert list(out.design["vpcs"]["app"]["subnets"]) == ["a"]


def test_a_design_that_is_refused_as_a_whole_is_an_error() -> None:
    with pytest.raises(DesignError):
        leave_out_refused(Imported({"version": 2, "vpcs": {}}))


def answers(out: Imported, destination: str, traffic: str = "tcp/443") -> str:
    leave_out_refused(out)
    return str(reachsim.loads(json.dumps(out.design)).trace("app.x", destination, traffic).verdict)


def wired(**more: Any) -> Imported:
    tables = {"main": {"0.0.0.0/0": "nat"}, "public": {"0.0.0.0/0": "igw"}}
    subnets = {"a": {"cidr": "10.0.1.0/24"}, "b": {"cidr": "10.0.2.0/24", "route_table": "public"}}
    vpc = {
        "internet_gateway": "igw",
        "route_tables": tables,
        "subnets": subnets,
        "nat_gateways": {"nat": {"subnet": "b"}},
    }
    return design([], **{"interfaces": {"x": {"subnet": "a", "security_groups": ["web"]}}, **vpc, **more})


def test_what_a_route_leads_to_is_not_known_where_that_was_refused() -> None:
    """There is a NAT gateway, with other values than were read; nobody knows what becomes of what is led to it."""
    assert answers(wired(), "8.8.8.8") == "reachable"
    refused = {"nat_gateways": {"nat": {"subnet": "b", "connectivity": "public", "state": "nonsense"}}}
    assert answers(wired(**refused), "8.8.8.8") == "undecided"
    twice = {"nat_gateways": {name: {"subnet": "b", "public_ip": "198.51.100.1"} for name in ("other", "nat")}}
    assert answers(wired(**twice), "8.8.8.8") == "reachable"  # its address is another one, whichever


def test_what_names_a_connection_that_was_refused_is_not_known() -> None:
    tables = {"main": {"10.9.0.0/16": "peer"}}
    out = wired(route_tables=tables, subnets={"a": {"cidr": "10.0.1.0/24"}}, nat_gateways={})
    out.design["peering_connections"] = {"peer": {"requester": "app", "accepter": "nobody"}}
    assert answers(out, "10.9.0.1") == "undecided"


def test_a_rule_about_a_list_that_was_refused_is_about_nobody_knows_whom() -> None:
    groups = {"web": {"egress": [{"allow": "tcp/443", "to": "offices"}]}}
    out = wired(security_groups=groups)
    out.design["prefix_lists"] = {"offices": {"entries": [], "color": "red"}}
    assert answers(out, "8.8.8.8") == "undecided"
    out = wired(security_groups=groups)
    out.design["prefix_lists"] = {"offices": {"entries": [], "color": "red"}}
    assert answers(out, "8.8.8.8", "tcp/22") == "blocked"


def test_the_groups_of_an_interface_are_not_known_where_one_is_gone() -> None:
    out = wired(interfaces={"x": {"subnet": "a", "security_groups": ["web", "nobody"]}})
    assert answers(out, "8.8.8.8") == "undecided"
