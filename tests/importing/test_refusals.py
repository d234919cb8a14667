"""What AWS would refuse is left out, that and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from reachsim.errors import DesignError
from reachsim.importing.builder import build
from reachsim.importing.imported import Imported
from reachsim.importing.inventory import Inventory, Item, Origin
from reachsim.importing.refusals import leave_out_refused


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
