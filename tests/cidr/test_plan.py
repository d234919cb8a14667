"""Plans: AWS's limits, growth of what stands, and what is told where it does not fit."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cidr.plans import cidrs, plan

from reachsim.cidr import PlanVerdict, plan_file
from reachsim.rules.cidr import refusals_of_blocks


def test_a_vpc_larger_than_a_16_has_several_blocks() -> None:
    found = plan("pools: {p: 10.0.0.0/12}\nvpcs: {big: {tiers: {t: /17}}}")
    assert cidrs(found, "big") == ["10.0.0.0/16", "10.1.0.0/17"]
    assert [subnet.cidr.prefix_length for subnet in found["big"].subnets] == [17, 17, 17]


@pytest.mark.rule("CIDR-4")
def test_ten_zero_comes_first_where_there_are_several() -> None:
    found = plan("pools: {p: [10.1.0.0/16, 10.0.0.0/16]}\nvpcs: {big: {tiers: {t: {size: /16, zones: [a, b]}}}}")
    assert cidrs(found, "big") == ["10.0.0.0/16", "10.1.0.0/16"]
    assert refusals_of_blocks(found["big"].cidrs) == []


@pytest.mark.rule("CIDR-1")
def test_at_most_five_blocks() -> None:
    found = plan("pools: {p: 10.0.0.0/8}\nvpcs: {big: {tiers: {t: {size: /16, zones: [a, b, c, d, e, f]}}}}")
    assert found.verdict is PlanVerdict.DOES_NOT_FIT
    assert found.shortage is not None
    assert found.shortage.impossible == (
        "big: it would have 6 IPv4 blocks, and AWS grants 5 (CIDR-1); split it in two",
    )


GROWING = "pools: {p: 10.16.0.0/16}\nvpcs: {app: {tiers: {web: {size: /25, zones: [a, b]}}}, other: /24}"


def test_a_kept_vpc_grows_into_its_room() -> None:
    first = plan(GROWING)
    assert cidrs(first, "app") == ["10.16.0.0/24"]
    assert str(first["app"].room) == "10.16.0.0/23"
    wider = GROWING.replace("zones: [a, b]", "zones: [a, b, c]").replace("other: /24", "other: /24, third: /24")
    later = plan(wider, first)
    assert cidrs(later, "app") == ["10.16.0.0/24", "10.16.1.0/25"]
    assert cidrs(later, "other") == cidrs(first, "other")
    assert [str(subnet.cidr) for subnet in later["app"].subnets] == [
        "10.16.0.0/25",
        "10.16.0.128/25",
        "10.16.1.0/25",
    ]
    assert [subnet.standing for subnet in later["app"].subnets] == [True, True, False]


def test_others_that_are_placed_before_leave_the_room_alone() -> None:
    text = "pools: {p: 10.16.0.0/16}\nvpcs: {app: {tiers: {web: {size: /25, zones: [a, b]}}}}"
    first = plan(text)
    wider = text.replace("[a, b]", "[a, b, c]").replace("vpcs: {", "vpcs: {before: /24, ")
    later = plan(wider, first)
    assert cidrs(later, "app") == ["10.16.0.0/24", "10.16.1.0/25"]
    assert cidrs(later, "before") == ["10.16.2.0/24"]


def test_rooms_are_kept_free_until_they_are_needed() -> None:
    first = plan("pools: {p: 10.16.0.0/24}\nvpcs: {a: /26}")
    assert str(first["a"].room) == "10.16.0.0/25"
    second = plan("pools: {p: 10.16.0.0/24}\nvpcs: {a: /26, b: /26}", first)
    assert cidrs(second, "b") == ["10.16.0.128/26"]
    assert str(second["a"].room) == "10.16.0.0/25"
    full = plan("pools: {p: 10.16.0.0/24}\nvpcs: {a: /26, b: /26, c: /26, d: /26}", second)
    assert cidrs(full, "a") + cidrs(full, "b") == ["10.16.0.0/26", "10.16.0.128/26"]
    assert full["a"].room is None
    assert full["b"].room is None
    assert (first.roomless, second.roomless, full.roomless) == ((), (), ("a", "b", "c", "d"))


def test_a_standing_subnet_is_not_resized() -> None:
    first = plan(GROWING)
    later = plan(GROWING.replace("/25", "/24"), first)
    assert later.verdict is PlanVerdict.DOES_NOT_FIT
    assert "subnet web-a stands as 10.16.0.0/25 and tier web now needs a /24" in str(later)


EXISTING = """
pools: {{p: 10.0.0.0/8}}
exists: {{app: {{cidrs: {primary}, vpc: true, subnets: {{old: {subnet}}}}}}}
vpcs: {{app: {{tiers: {{new: {{size: /24, zones: [a]}}}}}}}}
"""


def test_more_of_a_vpc_that_exists() -> None:
    inside = plan(EXISTING.format(primary="10.8.0.0/16", subnet="10.8.0.0/24"))
    assert cidrs(inside, "app") == ["10.8.0.0/16"]
    assert str(inside["app"].subnets[0].cidr) == "10.8.1.0/24"
    assert inside["app"].existed


@pytest.mark.rule("CIDR-4")
def test_a_secondary_block_is_one_that_aws_accepts() -> None:
    full = plan(EXISTING.format(primary="10.0.0.0/24", subnet="10.0.0.0/24"))
    assert cidrs(full, "app") == ["10.0.0.0/24", "10.1.0.0/24"]  # not 10.0.1.0/24: 10.0.0.0/16 is closed
    foreign = plan(EXISTING.format(primary="192.168.0.0/24", subnet="192.168.0.0/24"))
    assert "no block of pool p can join a VPC whose primary block is 192.168.0.0/24 (CIDR-4)" in str(foreign)


@pytest.mark.rule("CIDR-6")
def test_a_secondary_block_covers_no_route(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(
        "version: 1\nvpcs:\n  app:\n    cidrs: [10.8.0.0/24]\n    subnets: {s: {cidr: 10.8.0.0/24}}\n"
        "    route_tables: {main: {10.8.1.128/25: pcx, 0.0.0.0/0: igw}}\n"
    )
    (tmp_path / "plan.yaml").write_text(
        "version: 1\nmodels: m.yaml\npools: {p: 10.8.0.0/22}\nvpcs: {app: {tiers: {new: {size: /24, zones: [a]}}}}\n"
    )
    found = plan_file(str(tmp_path / "plan.yaml"))
    assert cidrs(found, "app") == ["10.8.0.0/24", "10.8.2.0/24"]


def test_models_exist_and_their_peerings_count(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(
        "version: 1\nvpcs:\n  a: {cidrs: [10.8.0.0/24]}\n  b: {cidrs: [10.8.0.0/25]}\n"
        "peering_connections: {ab: {requester: a, accepter: b}}\n"
    )
    path = tmp_path / "plan.yaml"
    path.write_text("version: 1\nmodels: [m.yaml]\npools: {p: 10.8.0.0/23}\nvpcs: {new: /24}\n")
    found = plan_file(str(path))
    assert cidrs(found, "new") == ["10.8.1.0/24"]
    assert not found.ok
    assert str(found.conflicts[0]) == "a 10.8.0.0/24 overlaps b 10.8.0.0/25: the peering connection ab joins them"


def test_what_exists_and_overlaps_in_a_group_is_told() -> None:
    text = (
        "pools: {p: 10.16.0.0/16}\nexists: {legacy: 10.1.0.0/16, office: 10.0.0.0/12}\nvpcs: {a: /24}\n"
        "groups: {g: [legacy, office, a]}"
    )
    found = plan(text)
    assert (found.verdict, found.ok) == (PlanVerdict.FITS, False)
    assert [str(conflict) for conflict in found.conflicts] == [
        "office 10.0.0.0/12 overlaps legacy 10.1.0.0/16: both are in group g, which never may overlap"
    ]
    assert plan(text.replace("legacy, office", "office")).ok


def test_a_kept_block_that_is_taken_now_is_a_conflict() -> None:
    first = plan("pools: {p: 10.16.0.0/16}\nvpcs: {a: /24}")
    later = plan("pools: {p: 10.16.0.0/16}\nexists: {office: 10.16.0.0/20}\nvpcs: {a: /24}", first)
    assert [conflict.reason for conflict in later.conflicts] == ["a stands there by the plan that is kept"]


def test_groups_lie_under_one_route() -> None:
    text = "pools: {p: 10.16.0.0/16}\nvpcs: {a: /24, x: /24, b: /25, y: /24, c: /23, z: /26}\n"
    found = plan(text + "groups: {one: [a, b, c], two: [x, y, z]}")
    assert {summary.group: len(summary.routes) for summary in found.summaries} == {"one": 1, "two": 1}
    assert all(growth.factor >= 2 for growth in found.growth)
    stated = plan(text + "groups: {one: {members: [a, b, c], summary: /19}, two: [x, y, z]}")
    assert {str(block) for name in "abc" for block in stated[name].cidrs} == {
        "10.16.0.0/24",
        "10.16.2.0/25",
        "10.16.4.0/23",
    }
    assert cidrs(stated, "x") == ["10.16.32.0/24"]


def test_the_smallest_change_makes_it_fit() -> None:
    text = "pools: {p: {cidrs: 10.16.0.0/24, reserved: {r: 10.16.0.0/27}}}\nvpcs: {a: /25, b: %s, c: /28}"
    found = plan(text % "/25")
    assert found.verdict is PlanVerdict.DOES_NOT_FIT
    assert found.shortage is not None
    (pool,) = found.shortage.pools
    assert pool.unplaced == (("b", 25),)
    assert [(change.addresses, str(change)) for change in pool.changes] == [
        (64, "ask for a as a /26 instead of a /25 (64 addresses fewer)"),
        (128, "add a /25 (128 addresses) to pool p, for instance 10.16.1.0/25"),
    ]
    assert plan(text % "/26").ok


def test_impossible_wishes_are_told_apart() -> None:
    found = plan(
        "pools: {p: 10.0.0.0/8}\nvpcs:\n  a: {tiers: {t: {addresses: 70000}}}\n  b: {size: /24, tiers: {t: /25}}\n"
    )
    assert found.shortage is not None
    assert found.shortage.impossible == (
        "a: a subnet of tier t needs 70,000 usable addresses, and a /16 has 65,531; split the tier",
        "b: its tiers need a /23, growth included, and its size is /24",
    )


def test_ipv6() -> None:
    text = "pools: {p: 10.0.0.0/16, six: '2600:1f00::/52'}\nvpcs:\n"
    found = plan(text + "  a: {tiers: {t: /26}, ipv6: six}\n  b: {tiers: {t: /26}, ipv6: {pool: six, size: /60}}")
    assert [str(block) for block in found["a"].ipv6_cidrs] == ["2600:1f00::/56"]
    assert [str(subnet.ipv6_cidr) for subnet in found["a"].subnets] == [
        "2600:1f00::/64",
        "2600:1f00:0:1::/64",
        "2600:1f00:0:2::/64",
    ]
    assert [str(block) for block in found["b"].ipv6_cidrs] == ["2600:1f00:0:100::/60"]
    many = plan(text + "".join(f"  v{i}: {{size: /28, ipv6: six}}\n" for i in range(17)))
    assert many.verdict is PlanVerdict.DOES_NOT_FIT
    assert many.shortage is not None
    assert [pool.pool for pool in many.shortage.pools] == ["six"]
    assert "leave out v0 (IPv6)" in str(many) or "/60 instead of a /56" in str(many)


def test_peerings_that_are_wished() -> None:
    found = plan(
        "pools: {p: 10.16.0.0/16}\nexists: {office: 10.0.0.0/16, old: {cidrs: 10.2.0.0/16, vpc: true}}\n"
        "vpcs: {a: /24, b: /24}\ngroups: {g: {members: [a, b, office], peering: true},"
        " h: {members: [b, old, a], peering: true}}"
    )
    assert found.peerings == (("a-b", "a", "b"), ("b-old", "b", "old"), ("old-a", "old", "a"))


def test_values_print_well() -> None:
    found = plan("pools: {p: 10.16.0.0/16}\nvpcs: {a: {tiers: {t: /26}}}")
    assert str(found).startswith("Fits: 1 VPC, 3 subnets.\n")
    assert repr(found) == "<Plan Fits.>"
    assert "<table>" in found._repr_html_()
    with pytest.raises(KeyError):
        found["nobody"]
    assert "does not fit" in plan("pools: {p: 10.16.0.0/24}\nvpcs: {a: /23}")._repr_html_()
