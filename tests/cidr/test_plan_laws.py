"""Plans: laws against brute force on a small pool, and AWS's limits."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cidr.plans import again

from reachsim.cidr import Cidr, Plan, PlanVerdict, plan_text
from reachsim.net.cidr import address_set
from reachsim.rules.cidr import refusals_of_blocks
from reachsim.rules.subnet import subnet_block_refusal

POOL = Cidr.parse("10.0.0.0/24")  # sixteen /28
SLOTS = [Cidr(POOL.network + 16 * index, 28) for index in range(16)]


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


def without_room(data: dict[str, Any], plan: Plan, new: Iterable[str]) -> tuple[str, ...]:
    """New VPCs that wish room for their growth and have none: every one wishes its buddy, or none does."""
    return tuple(name for name in new if data["room"] == "buddy" and plan[name].room is None)


@settings(max_examples=45, deadline=None)
@given(small_plans())
def test_valid_complete_and_deterministic(data: dict[str, Any]) -> None:
    plan = plan_text(json.dumps(data))
    assert plan.verdict is not PlanVerdict.CANNOT_DECIDE
    assert (plan.verdict is PlanVerdict.FITS) == fits(data)
    if plan.verdict is PlanVerdict.FITS:
        check(data, plan)
        assert plan.roomless == without_room(data, plan, data["vpcs"])
    else:
        assert plan.vpcs == ()
        assert plan.shortage is not None
    assert plan_text(json.dumps(data)).to_dict() == plan.to_dict()


@settings(max_examples=40, deadline=None)
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
        lost = {name for name in vpcs if plan[name].room is not None and later[name].room is None}
        assert set(later.roomless) == {*lost, *without_room(data, later, added)}
    assert later.released == tuple(name for name in data["vpcs"] if name not in vpcs)


@settings(max_examples=45, deadline=None)
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


@settings(max_examples=30, deadline=None)
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


@settings(max_examples=30, deadline=None)
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
