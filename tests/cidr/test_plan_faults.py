"""Plans that were wrong once: what AWS refuses, what was not said, what was not true."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reachsim.cidr import Cidr, Plan, PlanVerdict, loads_kept, plan_text
from reachsim.report import cidr as report
from reachsim.rules.cidr import order_of_creation, refusals_of_blocks


def plan(text: str, keep: Plan | None = None) -> Plan:
    return plan_text("version: 1\n" + text, loads_kept(json.dumps(keep.to_dict())) if keep else None)


def cidrs(found: Plan, name: str) -> list[str]:
    return [str(block) for block in found[name].cidrs]


# -- blocks that AWS takes together


@pytest.mark.rule("CIDR-4")
def test_the_restricted_range_comes_first() -> None:
    found = plan("pools: {p: 172.30.0.0/15}\nzones: [a, b]\nvpcs: {big: {tiers: {app: /17, db: /20}}}")
    assert cidrs(found, "big") == ["172.31.0.0/19", "172.30.0.0/16"]
    assert "172.31.0.0/19                 big      8,192          primary block" in report.plan_text(found)
    public = plan(
        "pools: {p: [198.19.0.0/17, 100.64.0.0/16]}\nvpcs: {big: {tiers: {t: {size: /17, zones: [a, b, c]}}}}"
    )
    assert cidrs(public, "big") == ["198.19.0.0/17", "100.64.0.0/16"]


SOME = ["10.0.0.0/16", "10.1.0.0/16", "10.2.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.168.0.0/16"]
SOME += ["198.19.0.0/16", "100.64.0.0/16", "8.8.0.0/16"]
some_blocks = st.lists(st.sampled_from(SOME), min_size=1, max_size=5, unique=True)


def legal(blocks: tuple[Cidr, ...]) -> bool:
    return not refusals_of_blocks(blocks)


@pytest.mark.rule("CIDR-4")
@settings(deadline=None)
@given(some_blocks, st.integers(0, 2))
def test_an_order_is_found_if_there_is_one(texts: list[str], standing: int) -> None:
    blocks = [Cidr.parse(text) for text in texts]
    before, new = tuple(blocks[:standing]), tuple(blocks[standing:])
    if not legal(before):
        return
    found = order_of_creation(before, new)
    orders = [order for order in itertools.permutations(new) if legal((*before, *order))]
    assert (found is None) == (not orders)
    if found is not None:
        assert found in orders


@pytest.mark.rule("CIDR-4")
@settings(max_examples=40, deadline=None)
@given(some_blocks, st.integers(1, 4), st.sampled_from(["", "10.3.0.0/16", "172.29.0.0/16", "100.66.0.0/16"]))
def test_a_vpc_of_several_blocks_is_found_if_aws_lets_it_be(pool: list[str], count: int, primary: str) -> None:
    """Against every choice of blocks from the pool, in every order. Tiers of a /16, so that blocks are /16."""
    zones = [f"z{index}" for index in range(count)]
    exists = {"v": {"cidrs": primary, "vpc": True, "subnets": {"all": primary}}} if primary else {}
    data = {
        "version": 1,
        "pools": {"p": pool},
        "room": "none",
        "exists": exists,
        "vpcs": {"v": {"tiers": {"t": {"size": "/16", "zones": zones}}}},
    }
    found = plan_text(json.dumps(data))
    blocks = [Cidr.parse(text) for text in pool]
    before = (Cidr.parse(primary),) if primary else ()
    possible = any(legal((*before, *order)) for order in itertools.permutations(blocks, count))
    possible = possible and count + len(before) <= 5
    assert (found.verdict is PlanVerdict.FITS) == possible
    if possible:
        assert refusals_of_blocks(found["v"].cidrs) == []
        assert len(found["v"].cidrs) == count + len(before)


@pytest.mark.rule("CIDR-4")
@pytest.mark.parametrize(
    ("one", "other"),
    [("10.0.0.0/17", "10.0.128.0/17"), ("172.31.0.0/17", "172.31.128.0/17"), ("10.4.0.0/16", "172.20.0.0/16")],
)
def test_two_pools_of_which_aws_lets_no_blocks_into_one_vpc(one: str, other: str) -> None:
    text = "pools: {a: %s, b: %s}\nvpcs: {v: {size: /24, pool: a, tiers: {t: {size: /26, pool: b}}}}"
    found = plan(text % (one, other))
    assert found.shortage is not None
    assert found.shortage.impossible == (
        "v: no blocks of pools a and b can be in one VPC (CIDR-4); give it other pools",
    )
    wider = plan(text % (one, f"[{other}, 100.64.0.0/24]"))
    assert wider.ok
    assert refusals_of_blocks(wider["v"].cidrs) == []
    assert cidrs(wider, "v")[1] == "100.64.0.0/24"


@pytest.mark.rule("CIDR-2")
def test_dockers_range_is_the_last_to_be_given() -> None:
    text = "pools: {p: %s}\nroom: none\nvpcs: {a: /16, b: /16, c: /16}"
    found = plan(text % "172.16.0.0/12")
    assert [cidrs(found, name)[0] for name in "abc"] == ["172.16.0.0/16", "172.18.0.0/16", "172.19.0.0/16"]
    assert found.warnings == ()
    tight = plan(text % "[172.16.0.0/15, 172.18.0.0/16]")
    assert sorted(cidrs(tight, name)[0] for name in "abc") == ["172.16.0.0/16", "172.17.0.0/16", "172.18.0.0/16"]
    (warning,) = tight.warnings
    assert "172.17.0.0/16 clashes with services" in warning
    assert f"Warning: {warning}." in report.plan_text(tight)
    small = plan("pools: {p: 172.17.4.0/22}\nvpcs: {a: /24}")
    assert small.ok
    assert len(small.warnings) == 1


def test_no_advice_to_take_dockers_range() -> None:
    found = plan("pools: {p: 172.16.0.0/16}\nvpcs: {a: /16, b: /16}")
    assert "172.17." not in str(found)


# -- what the picture says

GROWN = "pools: {cloud: 10.20.0.0/16}\nzones: [a, b]\nvpcs: {app: {tiers: {web: /26%s}}}"


def test_blocks_that_touch_are_told_apart() -> None:
    later = plan(GROWN % ", db: /26", plan(GROWN % ""))
    lines = [line.split() for line in report.plan_text(later).splitlines()]
    assert ["A", "10.20.0.0/25", "app", "128", "primary", "block;", "stands"] in lines
    assert ["A", "10.20.0.128/25", "app", "128"] in lines
    assert ["10.20.0.0/26", "web-a", "59", "usable", "stands"] in lines
    assert ["10.20.0.128/26", "db-a", "59", "usable"] in lines
    assert ["10.20.0.192/26", "db-b", "59", "usable"] in lines
    for name in ("web-a", "web-b", "db-a", "db-b"):
        assert name in report.plan_svg(later)
        assert name in report.plan_csv(later)


def test_no_block_is_shown_that_aws_would_refuse() -> None:
    found = plan("pools: {p: 10.8.0.0/13}\nzones: [a, b]\nvpcs: {big: {tiers: {t: /17, u: /17}}}")
    text = report.plan_text(found)
    assert "A 10.8.0.0/15" not in text
    assert "A 10.8.0.0/16" in text
    assert "A 10.9.0.0/16" in text


def test_what_exists_and_what_is_reserved_is_told_block_by_block() -> None:
    found = plan(
        "pools: {p: {cidrs: 10.8.0.0/20, reserved: {lab: [10.8.2.0/24, 10.8.3.0/24]}}}\n"
        "exists: {old: [10.8.0.0/24, 10.8.1.0/24]}\nvpcs: {a: /24}"
    )
    text = report.plan_text(found)
    for block in ("# 10.8.0.0/24", "# 10.8.1.0/24", "= 10.8.2.0/24", "= 10.8.3.0/24"):
        assert block in text


def test_members_of_a_group_that_may_overlap_are_all_there() -> None:
    found = plan(
        "pools: {cloud: 10.0.0.0/22}\nroom: none\nvpcs: {lab1: /24, lab2: /24, lab3: /25}\n"
        "groups: {labs: {members: [lab1, lab2, lab3], overlap: allowed}}"
    )
    text = report.plan_text(found)
    for name, block in (("lab1", "A 10.0.0.0/24"), ("lab2", "B 10.0.0.0/24"), ("lab3", "C 10.0.0.0/25")):
        assert any(line.split()[:3] == [*block.split(), name] for line in text.splitlines() if line.strip())


def test_a_subnet_that_is_asked_for_no_more_is_given_up_and_told() -> None:
    later = plan(GROWN % "", plan(GROWN % ", db: /26"))
    assert later.released == ("app.db-a", "app.db-b")
    assert "given up: app.db-a, app.db-b" in report.plan_text(later)


# -- summaries


def test_every_group_with_a_summary_counts() -> None:
    found = plan(
        "pools: {org: 10.0.0.0/8}\nroom: none\nvpcs: {a1: /16, a2: /16, b1: /16, a3: /16}\n"
        "groups:\n  all: {members: [a1, a2, b1, a3], summary: /12}\n  prod: {members: [a1, a3], summary: /15}\n"
    )
    assert sorted(cidrs(found, "a1") + cidrs(found, "a3")) == ["10.0.0.0/16", "10.1.0.0/16"]
    assert [(summary.group, summary.met) for summary in found.summaries] == [("all", True), ("prod", True)]
    assert found.to_dict()["summaries"]["prod"]["wished"] == "/15"


def test_an_unmet_summary_is_told() -> None:
    found = plan(
        "pools: {org: 10.0.0.0/8}\nroom: none\nvpcs: {a1: /16, a2: /16, a3: /16}\n"
        "groups: {all: {members: [a1, a2, a3], summary: /15}}"
    )
    assert found.ok
    assert found.warnings == (
        "group all: no single /15 covers it: its blocks lie in 10.0.0.0/14, and in no /15",
    )  # fmt: skip
    assert found.summaries[0].met is False
    assert "the summary of /15 is not met" in report.plan_text(found)
    foreign = plan(
        "pools: {org: 10.0.0.0/15}\nexists: {office: 10.0.128.0/24}\nvpcs: {a1: /24}\n"
        "groups: {all: {members: [a1], summary: /15}}"
    )
    assert foreign.warnings == ("group all: no single /15 covers it: office has 10.0.128.0/24 in 10.0.0.0/15",)


def test_a_summary_goes_before_room() -> None:
    found = plan("pools: {org: 10.0.0.0/8}\nvpcs: {a: /16, b: /16}\ngroups: {all: {members: [a, b], summary: /15}}")
    assert sorted(cidrs(found, "a") + cidrs(found, "b")) == ["10.0.0.0/16", "10.1.0.0/16"]
    assert found.warnings == ()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(26, 28), min_size=2, max_size=5),
    st.lists(st.integers(0, 4), min_size=1, max_size=3, unique=True),
    st.integers(24, 28),
)
def test_met_is_what_it_says(sizes: list[int], some: list[int], summary: int) -> None:
    names = [f"v{index}" for index in range(len(sizes))]
    members = [names[index % len(names)] for index in some]
    members = list(dict.fromkeys(members))
    data = {
        "version": 1,
        "pools": {"p": "10.0.0.0/24"},
        "vpcs": {name: f"/{size}" for name, size in zip(names, sizes, strict=True)},
        "groups": {"g": {"members": members, "summary": f"/{summary}"}},
    }
    found = plan_text(json.dumps(data))
    if found.verdict is not PlanVerdict.FITS:
        return
    around = {found[name].cidrs[0].supernet(summary) for name in members if sizes[names.index(name)] >= summary}
    mine = len(around) == 1 and all(sizes[names.index(name)] >= summary for name in members)
    met = mine and not any(found[name].cidrs[0].overlaps(*around) for name in names if name not in members)
    assert found.summaries[0].met is met
    assert bool(found.warnings) is not met


@st.composite
def summarised(draw: st.DrawFn) -> tuple[dict[str, Cidr], dict[str, int], list[tuple[list[str], int]], str]:
    """What exists, sizes of VPCs, groups with a summary, and room."""
    exists: dict[str, Cidr] = {}
    for index in range(draw(st.integers(0, 2))):
        block = Cidr.parse_lenient(f"10.0.0.{16 * draw(st.integers(0, 15))}/{draw(st.integers(26, 28))}")
        if not any(block.overlaps(other) for other in exists.values()):
            exists[f"e{index}"] = block
    sizes = {f"v{index}": draw(st.integers(26, 28)) for index in range(draw(st.integers(2, 3)))}
    some = st.lists(st.sampled_from([*exists, *sizes]), min_size=2, max_size=3, unique=True)
    groups = [(draw(some), draw(st.integers(25, 27))) for _ in range(draw(st.integers(1, 2)))]
    return exists, sizes, groups, draw(st.sampled_from(["none", "buddy"]))


def kept_by(groups: list[tuple[list[str], int]], where: dict[str, Cidr]) -> bool:
    for members, length in groups:
        if any(where[name].prefix_length < length for name in members):
            return False
        around = {where[name].supernet(length) for name in members}
        if len(around) > 1 or any(b.overlaps(*around) for name, b in where.items() if name not in members):
            return False
    return True


@settings(max_examples=40, deadline=None)
@given(summarised())
def test_no_summary_is_kept_that_is_not_and_one_group_alone_if_it_can_be(
    found: tuple[dict[str, Cidr], dict[str, int], list[tuple[list[str], int]], str],
) -> None:
    """Against every place of every VPC in a pool of sixteen /28."""
    exists, sizes, groups, room = found
    data = {
        "version": 1,
        "pools": {"p": "10.0.0.0/24"},
        "room": room,
        "exists": {name: str(block) for name, block in exists.items()},
        "vpcs": {name: f"/{size}" for name, size in sizes.items()},
        "groups": {f"g{index}": {"members": m, "summary": f"/{s}"} for index, (m, s) in enumerate(groups)},
    }
    made = plan_text(json.dumps(data))
    if made.verdict is not PlanVerdict.FITS:
        return
    met = all(summary.met for summary in made.summaries)
    assert met == kept_by(groups, exists | {vpc.name: vpc.cidrs[0] for vpc in made.vpcs})

    def possible(names: list[str], where: dict[str, Cidr]) -> bool:
        if not names:
            return kept_by(groups, where)
        free = (b for b in POOL.subnets(sizes[names[0]]) if not any(b.overlaps(other) for other in where.values()))
        return any(possible(names[1:], where | {names[0]: block}) for block in free)

    if len(groups) == 1 and not met:
        assert not possible(list(sizes), exists)


POOL = Cidr.parse("10.0.0.0/24")

# -- IPv6

SIX = (
    "pools: {v4: 10.20.0.0/16, six: '2001:db8:1000::/%s'}\nvpcs:\n"
    "  v1: {size: /20, ipv6: {pool: six%s}, tiers: {a: /27, b: /27, c: /27, d: /27, e: /27, f: /27}}"
)


@pytest.mark.parametrize("pool", [44, 60])
@pytest.mark.rule("IPV6-1")
def test_an_ipv6_size_is_never_changed(pool: int) -> None:
    found = plan(SIX % (pool, ", size: /60"))
    assert found.shortage is not None
    assert found.shortage.impossible == ("v1: its 18 IPv6 subnets of /64 need a /56, and its size is /60",)
    wide = plan(SIX % (44, ", size: /52"))
    assert [str(block) for block in wide["v1"].ipv6_cidrs] == ["2001:db8:1000::/52"]
    unsaid = plan(SIX % (44, ""))
    assert [str(block) for block in unsaid["v1"].ipv6_cidrs] == ["2001:db8:1000::/56"]


def test_no_advice_to_ask_for_less_than_the_subnets_need() -> None:
    found = plan(SIX % (60, ""))
    assert "instead of" not in str(found)
    assert "leave out v1 (IPv6) (/56 or 256 x /64)" in str(found)
    fourth = plan("pools: {p: 10.0.0.0/24}\nvpcs: {a: {tiers: {t: {size: /25, zones: [x, y, z]}}}}")
    assert "instead of" not in str(fourth)


@pytest.mark.parametrize("pool", ["44.0.0.0/23", "2600:1f00::/59"])
def test_no_advice_to_take_what_belongs_to_somebody(pool: str) -> None:
    asked = "{size: /23, pool: p}" if "." in pool else "{size: /23, pool: q, ipv6: p}"
    found = plan(f"pools: {{p: '{pool}', q: 10.0.0.0/8}}\nvpcs: {{x: {asked}, y: {asked}}}").shortage
    assert found is not None
    (short,) = found.pools
    (added,) = (change for change in short.changes if change.action == "add")
    assert added.block is None
    assert str(added).endswith("to pool p")


def test_a_block_of_tiers_with_a_pool_of_their_own_is_called_by_them() -> None:
    tiers = "{a: /28, b: {size: /26, pool: q}, c: {size: /26, pool: q}}"
    found = plan(f"zones: [x]\npools: {{p: 10.0.0.0/24, q: 10.1.0.0/26}}\nvpcs: {{v: {{pool: p, tiers: {tiers}}}}}")
    assert "No place is left for v (tiers b, c) (/25)." in str(found)
    assert "leave out v (tiers b, c) (128 addresses)" in str(found)


@st.composite
def short_plans(draw: st.DrawFn) -> dict[str, Any]:
    vpcs: dict[str, Any] = {}
    for index in range(draw(st.integers(1, 4))):
        zones = [f"z{zone}" for zone in range(draw(st.integers(1, 3)))]
        body: dict[str, Any] = {"tiers": {"t": {"size": f"/{draw(st.integers(26, 28))}", "zones": zones}}}
        if draw(st.booleans()):
            body["size"] = "/25"
        if draw(st.booleans()):
            body["ipv6"] = {"pool": "six"}
        vpcs[f"v{index}"] = body
    return {
        "version": 1,
        "room": "none",
        "pools": {
            "p": {"cidrs": "10.0.0.0/25", "reserved": {"r": "10.0.0.0/28"}},
            "six": draw(st.sampled_from(["2001:db8:4000::/52", "2001:db8:4000::/56", "2001:db8:4000::/60"])),
        },
        "exists": draw(st.sampled_from([{}, {"old": "10.0.0.32/28"}])),
        "vpcs": vpcs,
    }


@settings(max_examples=50, deadline=None)
@given(short_plans())
def test_all_advice_is_true(data: dict[str, Any]) -> None:
    """Each change, carried out in the plan file, makes its pool large enough."""
    found = plan_text(json.dumps(data))
    if found.shortage is None or found.shortage.impossible:
        return
    for short in found.shortage.pools:
        for change in short.changes:
            again: dict[str, Any] = json.loads(json.dumps(data))
            name = change.name.partition(" ")[0]
            if change.action == "add":
                cidr = str(change.block)
                assert str(change).endswith(f"for instance {cidr}")
                whole = again["pools"][short.pool]
                blocks = whole["cidrs"] if isinstance(whole, dict) else whole
                reserved = whole.get("reserved", {}) if isinstance(whole, dict) else {}
                again["pools"][short.pool] = {"cidrs": [blocks, cidr], "reserved": reserved}
            elif change.action == "shrink" and "IPv6" in change.name:
                again["vpcs"][name]["ipv6"]["size"] = f"/{change.prefix_length}"
            elif change.action == "shrink":
                again["vpcs"][name]["size"] = f"/{change.prefix_length}"
            elif change.action == "leave out" and "IPv6" in change.name:
                del again["vpcs"][name]["ipv6"]
            elif change.action == "leave out":
                del again["vpcs"][name]
            elif change.action == "give up":
                again["pools"]["p"]["reserved"] = {}
            else:
                assert change.action == "move"
                again["vpcs"]["moved"] = "/28"
                again["exists"] = {}
            later = plan_text(json.dumps(again))
            left = () if later.shortage is None else later.shortage.pools
            assert short.pool not in {pool.pool for pool in left}
            assert later.shortage is None or not later.shortage.impossible


def test_room_survives_a_block_of_the_other_family() -> None:
    found = plan("pools: {p: 10.16.0.0/16, six: '2600:1f00::/44'}\nvpcs: {a: {size: /24, ipv6: six}}")
    assert str(found["a"].room) == "10.16.0.0/23"


# -- kept plans that no longer suit the file

KEPT = "pools: {cloud: %s, other: 10.17.0.0/16}\nvpcs: {app: {size: /24, pool: %s}, b: {size: /24, pool: cloud}}"


def test_a_kept_vpc_in_a_part_that_is_reserved_now() -> None:
    first = plan(KEPT % ("10.16.0.0/16", "cloud"))
    later = plan(KEPT % ("{cidrs: [10.16.0.0/16], reserved: {lab: 10.16.0.0/20}}", "cloud"), first)
    assert not later.ok
    assert [str(conflict) for conflict in later.conflicts] == [
        f"{name} {block} overlaps lab 10.16.0.0/20: {name} stands there by the plan that is kept,"
        " and pool cloud reserves it now"
        for name, block in (("app", "10.16.0.0/24"), ("b", "10.16.2.0/24"))
    ]
    assert "Conflict: app 10.16.0.0/24" in report.plan_text(later)


@pytest.mark.parametrize(
    ("pool", "name", "where", "wrong"),
    [
        ("10.18.0.0/16", "cloud", "pool cloud", ["app", "b"]),  # the pool was changed
        ("10.16.0.0/16", "other", "pool other", ["app"]),  # the VPC is to have another one
    ],
)
def test_a_kept_vpc_outside_its_pool(pool: str, name: str, where: str, wrong: list[str]) -> None:
    later = plan(KEPT % (pool, name), plan(KEPT % ("10.16.0.0/16", "cloud")))
    assert not later.ok
    assert [conflict.one for conflict in later.conflicts] == wrong
    assert f"is not in {where}: app stands there by the plan that is kept" in str(later.conflicts[0])
    assert later.to_dict()["conflicts"][0]["other"] == {"owner": where, "cidr": None}


def test_room_in_a_part_that_is_reserved_now_is_not_held() -> None:
    first = plan("pools: {p: 10.0.0.0/16}\nvpcs: {a: /24}")
    assert str(first["a"].room) == "10.0.0.0/23"
    later = plan("pools: {p: {cidrs: 10.0.0.0/16, reserved: {r: 10.0.1.0/24}}}\nvpcs: {a: /24}", first)
    assert later.ok
    assert later["a"].room is None


def test_what_exists_may_lie_in_a_reserved_part() -> None:
    assert plan(
        "pools: {p: {cidrs: 10.0.0.0/16, reserved: {old: 10.0.0.0/20}}}\nexists: {old: 10.0.0.0/20}\nvpcs: {a: /24}"
    ).ok


def test_a_kept_vpc_that_is_larger_than_what_is_asked() -> None:
    later = plan("pools: {p: 10.0.0.0/16}\nvpcs: {a: /25}", plan("pools: {p: 10.0.0.0/16}\nvpcs: {a: /24}"))
    assert later.warnings == (
        "a: it keeps 256 addresses, more than the /25 that is asked for; a VPC cannot be resized",
    )  # fmt: skip


def test_the_home_of_the_outer_group_is_kept_clear_from_its_first_member_on() -> None:
    found = plan(
        "pools: {org: 10.0.0.0/8}\nroom: none\nvpcs: {a: /16, x: /16, b: /16, c: /16}\n"
        "groups:\n  outer: {members: [a, b, c], summary: /12}\n  inner: {members: [a, c], summary: /15}\n"
    )
    assert [summary.met for summary in found.summaries] == [True, True]
    assert cidrs(found, "x") == ["10.16.0.0/16"]
