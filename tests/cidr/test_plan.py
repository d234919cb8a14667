"""Plans: laws against brute force on a small pool, AWS's limits, growth of what stands, and bad plan
files."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reachsim.cidr import Cidr, Plan, PlanVerdict, loads_kept, plan_file, plan_text
from reachsim.errors import DesignError
from reachsim.net.cidr import address_set
from reachsim.rules.cidr import refusals_of_blocks
from reachsim.rules.subnet import subnet_block_refusal

POOL = Cidr.parse("10.0.0.0/24")  # sixteen /28
SLOTS = [Cidr(POOL.network + 16 * index, 28) for index in range(16)]


def again(plan: Plan) -> Any:
    """What `--keep` reads, after a round trip through JSON."""
    return loads_kept(json.dumps(plan.to_dict()))


@st.composite
def small_plans(draw: st.DrawFn, most: int = 5) -> dict[str, Any]:
    """A plan file with a pool of sixteen /28, as data. JSON is YAML."""
    blocks: list[Cidr] = []
    for _ in range(draw(st.integers(0, 4))):
        length = draw(st.integers(26, 28))
        block = Cidr.parse_lenient(f"10.0.0.{16 * draw(st.integers(0, 15))}/{length}")
        if not any(block.overlaps(other) for other in blocks):
            blocks.append(block)
    exists = {f"e{index}": str(block) for index, block in enumerate(blocks)}
    vpcs: dict[str, Any] = {
        f"v{index}": {"size": f"/{draw(st.integers(26, 28))}"} for index in range(draw(st.integers(1, most)))
    }
    names = [*exists, *vpcs]
    groups: dict[str, Any] = {}
    if draw(st.booleans()) and len(names) > 1:
        some = draw(st.lists(st.sampled_from(names), min_size=2, max_size=3, unique=True))
        groups["may"] = {"members": some, "overlap": "allowed"}
    if draw(st.booleans()):
        taken = set(groups.get("may", {}).get("members", ())) - set(groups.get("may", {}).get("members", ())[:1])
        left = [name for name in names if name not in taken]
        if left:
            groups["never"] = {"members": draw(st.lists(st.sampled_from(left), min_size=1, max_size=4, unique=True))}
    return {
        "version": 1,
        "pools": {"p": str(POOL)},
        "room": draw(st.sampled_from(["none", "buddy"])),
        "exists": exists,
        "vpcs": vpcs,
        "groups": groups,
    }


def may_overlap(data: dict[str, Any], one: str, other: str) -> bool:
    members = data["groups"].get("may", {}).get("members", ())
    return one != other and one in members and other in members


def fits(data: dict[str, Any]) -> bool:
    """Try every place of every VPC."""

    def place(names: list[str], placed: list[tuple[str, Cidr]]) -> bool:
        if not names:
            return True
        name, *rest = names
        length = int(data["vpcs"][name]["size"][1:])
        for block in POOL.subnets(length):
            if all(may_overlap(data, name, other) or not block.overlaps(b) for other, b in placed) and place(
                rest, [*placed, (name, block)]
            ):
                return True
        return False

    return place(list(data["vpcs"]), [(name, Cidr.parse(block)) for name, block in data["exists"].items()])


def check(data: dict[str, Any], plan: Plan) -> None:
    assert plan.verdict is PlanVerdict.FITS
    everything = [(name, Cidr.parse(block)) for name, block in data["exists"].items()]
    for vpc in plan.vpcs:
        assert [block.prefix_length for block in vpc.cidrs] == [int(data["vpcs"][vpc.name]["size"][1:])]
        assert all(block in POOL for block in vpc.cidrs)
        everything += [(vpc.name, block) for block in vpc.cidrs]
    for (one, block), (other, second) in itertools.combinations(everything, 2):
        assert may_overlap(data, one, other) or not block.overlaps(second)
    assert {existing.name: str(existing.cidrs[0]) for existing in plan.existing} == data["exists"]


@settings(max_examples=90, deadline=None)
@given(small_plans())
def test_valid_complete_and_deterministic(data: dict[str, Any]) -> None:
    plan = plan_text(json.dumps(data))
    assert plan.verdict is not PlanVerdict.CANNOT_DECIDE
    assert (plan.verdict is PlanVerdict.FITS) == fits(data)
    if plan.verdict is PlanVerdict.FITS:
        check(data, plan)
    else:
        assert plan.vpcs == ()
        assert plan.shortage is not None
    assert plan_text(json.dumps(data)).to_dict() == plan.to_dict()


@settings(max_examples=80, deadline=None)
@given(small_plans(), st.data())
def test_a_plan_that_is_kept_never_moves(data: dict[str, Any], more: st.DataObject) -> None:
    """With --keep: whatever is added, wherever in the file, and whatever is taken away."""
    plan = plan_text(json.dumps(data))
    if plan.verdict is not PlanVerdict.FITS:
        return
    vpcs = {name: body for name, body in data["vpcs"].items() if more.draw(st.booleans())}
    added = {f"x{i}": {"size": f"/{more.draw(st.integers(26, 28))}"} for i in range(more.draw(st.integers(0, 3)))}
    names = {name for group in data["groups"].values() for name in group["members"]}
    vpcs |= {name: body for name, body in data["vpcs"].items() if name in names}
    changed = data | {"vpcs": added | vpcs if more.draw(st.booleans()) else vpcs | added}
    later = plan_text(json.dumps(changed), again(plan))
    fixed = changed | {
        "exists": data["exists"] | {name: str(plan[name].cidrs[0]) for name in vpcs},
        "vpcs": added,
    }
    assert (later.verdict is PlanVerdict.FITS) == fits(fixed)
    if later.verdict is PlanVerdict.FITS:
        check(changed, later)
        for name in vpcs:
            assert later[name].cidrs == plan[name].cidrs
    assert later.released == tuple(name for name in data["vpcs"] if name not in vpcs)


@settings(max_examples=90, deadline=None)
@given(small_plans(), st.lists(st.integers(26, 28), max_size=3))
def test_additions_at_the_end_move_nothing(data: dict[str, Any], sizes: list[int]) -> None:
    """Without --keep, as docs/cidr.md says: as long as the plan is not relaxed."""
    changed = data | {"vpcs": data["vpcs"] | {f"x{i}": {"size": f"/{size}"} for i, size in enumerate(sizes)}}
    later = plan_text(json.dumps(changed))
    if later.verdict is PlanVerdict.FITS and not later.relaxed:
        plan = plan_text(json.dumps(data))
        assert plan.verdict is PlanVerdict.FITS
        for vpc in plan.vpcs:
            assert later[vpc.name].cidrs == vpc.cidrs
    if data["room"] == "none" and "may" not in data["groups"]:
        assert not later.relaxed  # so without room, and without overlaps, always


@st.composite
def tiered_plans(draw: st.DrawFn) -> dict[str, Any]:
    def tier() -> Any:
        zones = draw(st.sampled_from([["a"], ["a", "b"], ["a", "b", "c"]]))
        way = draw(st.sampled_from(["size", "addresses", "consumers"]))
        if way == "size":
            return {"size": f"/{draw(st.integers(18, 28))}", "zones": zones}
        growth = {"growth": f"{draw(st.integers(0, 200))}%"}
        if way == "addresses":
            return {"addresses": draw(st.integers(1, 4000)), "zones": zones} | growth
        consumers = {
            "instances": draw(st.integers(0, 500)),
            "lambda": draw(st.integers(0, 9)),
            "load_balancers": draw(st.integers(0, 3)),
        }
        return {"consumers": consumers, "zones": zones} | growth

    vpcs: dict[str, Any] = {}
    for index in range(draw(st.integers(1, 4))):
        vpcs[f"v{index}"] = {
            "tiers": {f"t{j}": tier() for j in range(draw(st.integers(1, 5)))},
            "growth": f"{draw(st.integers(0, 100))}%",
        } | ({"ipv6": "six"} if draw(st.booleans()) else {})
    return {"version": 1, "pools": {"p": "10.0.0.0/9", "six": "2600:1f00::/44"}, "vpcs": vpcs}


@settings(max_examples=60, deadline=None)
@given(tiered_plans())
def test_subnets_are_what_aws_accepts_and_sizes_are_met(data: dict[str, Any]) -> None:
    plan = plan_text(json.dumps(data))
    assert plan.verdict is PlanVerdict.FITS
    for vpc in plan.vpcs:
        blocks = [*vpc.cidrs, *vpc.ipv6_cidrs]
        assert refusals_of_blocks(blocks) == []
        seen: list[Cidr] = []
        for subnet in vpc.subnets:
            for block in filter(None, (subnet.cidr, subnet.ipv6_cidr)):
                assert subnet_block_refusal(block, blocks, seen) is None
                seen.append(block)
            assert subnet.size.needed is None or subnet.usable >= subnet.size.needed
        tiers = data["vpcs"][vpc.name]["tiers"]
        assert len(vpc.subnets) == sum(len(tier["zones"]) for tier in tiers.values())
        asked = sum(subnet.cidr.size for subnet in vpc.subnets)
        assert vpc.addresses * 100 >= asked * (100 + int(data["vpcs"][vpc.name]["growth"][:-1]))
        assert vpc.room is None or vpc.cidrs[0] in vpc.room
    assert not address_set(b for v in plan.vpcs for b in v.cidrs) - address_set([Cidr.parse("10.0.0.0/9")])
    assert sum(v.addresses for v in plan.vpcs) == address_set(b for v in plan.vpcs for b in v.cidrs).count
    # And it is read back as it was written.
    later = plan_text(json.dumps(data), again(plan))
    assert [(v.cidrs, v.ipv6_cidrs, [s.cidr for s in v.subnets]) for v in later.vpcs] == [
        (v.cidrs, v.ipv6_cidrs, [s.cidr for s in v.subnets]) for v in plan.vpcs
    ]
    assert all(subnet.standing for vpc in later.vpcs for subnet in vpc.subnets)


def plan(text: str, keep: Plan | None = None) -> Plan:
    return plan_text("version: 1\n" + text, again(keep) if keep else None)


def cidrs(plan: Plan, name: str) -> list[str]:
    return [str(block) for block in plan[name].cidrs]


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


@settings(max_examples=60, deadline=None)
@given(small_plans())
def test_changes_are_true(data: dict[str, Any]) -> None:
    """Asking for less as the plan says makes it fit, and a little less than that does not."""
    found = plan_text(json.dumps(data))
    if found.verdict is not PlanVerdict.DOES_NOT_FIT or found.shortage is None:
        return
    for change in found.shortage.pools[0].changes:
        words = change.text.split()
        if words[:2] == ["ask", "for"]:
            name, length = words[2], int(words[5][1:])
            smaller = data | {"vpcs": data["vpcs"] | {name: {"size": f"/{length}"}}}
            assert fits(smaller)
            larger = data | {"vpcs": data["vpcs"] | {name: {"size": f"/{length - 1}"}}}
            assert not fits(larger)


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


BAD = [
    (
        "pools: {p: 10.0.0.7/16}\nvpcs: {a: /24}",
        "<text>:2:12: pools.p: '10.0.0.7/16' has host bits set; did you mean '10.0.0.0/16'?",
    ),
    (
        "pools: {p: [10.0.0.0/16, '2600::/44']}\nvpcs: {a: /24}",
        "<text>:2:26: pools.p[1]: 2600::/44 is IPv6 in a pool of IPv4; make a pool for each family",
    ),
    (
        "pools: {p: [10.0.0.0/16, 10.0.1.0/24]}\nvpcs: {a: /24}",
        "<text>:2:26: pools.p[1]: 10.0.1.0/24 lies inside 10.0.0.0/16 of this pool; write each address once",
    ),
    (
        "pools: {p: 10.0.0.0/16, q: 10.0.0.0/16}\nvpcs: {a: {size: /24, pool: p}}",
        "<text>:2:28: pools.q: 10.0.0.0/16 is in pool p already; write each address once",
    ),
    (
        "pools: {p: 10.0.0.0/16, q: 10.0.0.0/8}\nvpcs: {a: {size: /24, pool: p}}",
        "<text>:2:28: pools.q: 10.0.0.0/8 contains 10.0.0.0/16 of pool p; write each address once",
    ),
    (
        "pools: {p: 127.0.0.0/8}\nvpcs: {a: /24}",
        "<text>:2:12: pools.p: 127.0.0.0/8 has addresses of 127.0.0.0/8, which is loopback (RFC "
        "1122) and never a VPC's [CIDR-2]",
    ),
    (
        "pools: {p: {cidrs: 10.0.0.0/16, reserved: {r: 10.1.0.0/24}}}\nvpcs: {a: /24}",
        "<text>:2:47: pools.p.reserved.r: 10.1.0.0/24 is not in the pool; it is 10.0.0.0/16",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: /15}",
        "<text>:3:11: vpcs.a: /15 is larger than AWS allows; an IPv4 block of a VPC or a subnet is /16 to /28 [CIDR-1]",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: /29}",
        "<text>:3:11: vpcs.a: /29 is smaller than AWS allows; an IPv4 block of a VPC or a subnet is "
        "/16 to /28 [CIDR-1]",
    ),
    ("pools: {p: 10.0.0.0/16}\nvpcs: {a: {tiers: {t: {addresses: 0}}}}", "must be at least 1, got 0"),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: {tiers: {t: {addresses: 99999999999}}}}",
        "must be at most 1000000, got 99999999999",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: {tiers: {t: {addresses: 3, growth: 99999%}}}}",
        "growth of 99999 % is absurd; it is at most 1000 %",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: {tiers: {t: {}}}}",
        "nothing says how large its subnets are; write one of size, addresses or consumers",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: {tiers: {t: {size: /24, addresses: 3}}}}",
        "size and addresses say it twice; write one of size, addresses or consumers",
    ),
    ("pools: {p: 10.0.0.0/16}\nvpcs: {a: {}}", "nothing says how large it is; write size: /20, or tiers"),
    (
        "pools: {p: 10.0.0.0/16, q: 10.1.0.0/16}\nvpcs: {a: /24}",
        "<text>:3:8: vpcs.a: no pool is named, and there are 2 IPv4 pools; write pool: p",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: {size: /24, pool: pp}}",
        "<text>:3:29: vpcs.a.pool: there is no pool 'pp'; did you mean 'p'?",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: {size: /24, ipv6: p}}",
        "pool 'p' is IPv4, and an IPv6 pool is meant",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {app: /24}\ngroups: {g: [ap]}",
        "<text>:4:14: groups.g[0]: there is no network 'ap'; did you mean 'app'?",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: /24, b: /24}\ngroups: {g: [a, b], h: {members: [b, a], overlap: allowed}}",
        "<text>:4:21: groups.h: a and b may overlap here, and never in group g; take one of them out of one group",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: /24}\ngroups: {h: {members: [a], overlap: allowed, peering: true}}",
        "peered VPCs never may overlap; remove overlap: allowed [PEER-7]",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nexists: {a: 10.0.0.0/24}\nvpcs: {a: /24}",
        "<text>:4:8: vpcs.a: 'a' exists, and not as a VPC; write vpc: true under exists.a",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nexists: {a: {cidrs: [10.0.0.0/24, 192.168.0.0/24], vpc: true}}\nvpcs: {b: /24}",
        "cannot join a VPC whose primary block 10.0.0.0/24 is in 10.0.0.0/8",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nexists: {a: {cidrs: 10.0.0.0/24, vpc: true, subnets: {s: "
        "10.0.1.0/25}}}\nvpcs: {b: /24}",
        "10.0.1.0/25 is not inside any block of its VPC",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nexists: {a: {cidrs: 10.0.0.0/24, subnets: {s: 10.0.0.0/25}}}\nvpcs: {b: /24}",
        "only a VPC has subnets; write vpc: true",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: {tiers: {x: /24, x-a: {size: /24, zones: [b]}, x-a-b: "
        "{size: /24, zones: [c]}}}}",
        None,
    ),
    (
        "pools: {p: 10.0.0.0/16}\nvpcs: {a: {tiers: {x: {size: /24, zones: [y-z]}, x-y: {size: /24, zones: [z]}}}}",
        "its subnet x-y-z has the name of one of tier x; rename one of them",
    ),
    (
        "pools: {p: 10.0.0.0/16}\nmodels: nowhere.yaml\nvpcs: {b: /24}",
        "<text>:3:9: models: the model 'nowhere.yaml' cannot be read\nnowhere.yaml: no such file",
    ),
    ("pools: {}\nvpcs: {b: /24}", "expected at least 1 entry, got 0"),
    ("pool: {p: 10.0.0.0/16}\nvpcs: {b: /24}", "unknown key 'pool'; did you mean 'pools'?"),
]


@pytest.mark.parametrize(("text", "expected"), BAD)
def test_bad_plan_files(text: str, expected: str | None) -> None:
    if expected is None:
        assert plan(text).ok
        return
    with pytest.raises(DesignError) as error:
        plan(text)
    assert expected in str(error.value)
    if expected.startswith("<text>"):
        assert str(error.value) == expected


def test_a_bad_plan_to_keep() -> None:
    with pytest.raises(DesignError, match="has host bits set"):
        loads_kept('{"vpcs": {"a": {"cidrs": ["10.0.0.1/16"]}}}')
    with pytest.raises(DesignError, match="missing key 'vpcs'"):
        loads_kept("{}")


def test_values_print_well() -> None:
    found = plan("pools: {p: 10.16.0.0/16}\nvpcs: {a: {tiers: {t: /26}}}")
    assert str(found).startswith("Fits.\na      10.16.0.0/24\n  t-a  10.16.0.0/26    59 usable")
    assert "<table>" in found._repr_html_()
    with pytest.raises(KeyError):
        found["nobody"]
    assert "does not fit" in plan("pools: {p: 10.16.0.0/24}\nvpcs: {a: /23}")._repr_html_()
