"""What pools can be: of a tier, of a Region, one in another, with blocks that may overlap; sizes for lost zones,
for nodes of EKS, for more blocks than usual; room for IPv6."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reachsim.cidr import Cidr, Consumers, Plan, PlanVerdict, loads_kept, plan_text, size_for_consumers
from reachsim.errors import DesignError
from reachsim.net.cidr import address_set
from reachsim.report import cidr as report
from reachsim.rules.cidr import refusals_of_blocks
from reachsim.rules.subnet import reserved_addresses


def plan(text: str, keep: Plan | None = None) -> Plan:
    return plan_text("version: 1\n" + text, loads_kept(json.dumps(keep.to_dict())) if keep else None)


def cidrs(found: Plan, name: str) -> list[str]:
    return [str(block) for block in found[name].cidrs]


PODS = """
pools:
  cloud: 10.16.0.0/12
  pods: {cidrs: 100.64.0.0/16, overlap: allowed}
zones: [a, b]
vpcs:
  one: {tiers: {nodes: /26, pods: {size: /18, pool: pods}}}
  two: {tiers: {nodes: /26, pods: {size: /18, pool: pods}}}
"""


def test_a_tier_has_its_own_pool_and_secondary_blocks_may_overlap() -> None:
    found = plan(PODS)
    assert found.ok
    assert cidrs(found, "one") == ["10.16.0.0/25", "100.64.0.0/17"]
    assert str(found["one"].room) == "10.16.0.0/24"
    assert cidrs(found, "two")[1] == "100.64.0.0/17"
    for vpc in found.vpcs:
        assert refusals_of_blocks(vpc.cidrs) == []
        for subnet in vpc.subnets:
            assert subnet.cidr in vpc.cidrs[subnet.tier == "pods"]
    assert not Cidr.parse(cidrs(found, "one")[0]).overlaps(Cidr.parse(cidrs(found, "two")[0]))
    assert "100.64.0.0/17" in report.plan_text(found)
    assert plan(PODS, found).to_dict()["vpcs"]["two"]["cidrs"] == cidrs(found, "two")


@pytest.mark.rule("PEER-7")
def test_a_vpc_that_stands_needs_no_pool_of_its_own_if_each_tier_names_one() -> None:
    text = (
        "pools: {pods: {cidrs: 100.64.0.0/12, overlap: allowed}}\nzones: [a, b]\n"
        "exists: {ci: {cidrs: 10.0.0.0/16, vpc: true}}\nvpcs: {ci: {tiers: {pods: {size: /17, pool: pods}}}}"
    )
    for written in (text, text.replace("{tiers:", "{pool: pods, tiers:")):
        made = plan(written)
        assert made.ok
        assert all(subnet.cidr in Cidr.parse("100.64.0.0/12") for subnet in made["ci"].subnets)  # none of 10.0.0.0/16
        assert [str(cidr) for cidr in made["ci"].cidrs] == ["10.0.0.0/16", "100.64.0.0/16"]


def test_blocks_of_peered_vpcs_never_overlap() -> None:
    found = plan(PODS + "groups: {g: {members: [one, two], peering: true}}")
    assert cidrs(found, "one")[1] == "100.64.0.0/17"
    assert cidrs(found, "two")[1] == "100.64.128.0/17"
    routed = plan(PODS + "groups: {g: {members: [one, two]}}")  # through a gateway, that block stays at home
    assert cidrs(routed, "two")[1] == "100.64.0.0/17"


def test_a_pool_that_may_overlap_is_for_secondary_blocks() -> None:
    with pytest.raises(DesignError, match="blocks of pool pods may overlap, and this would be the primary block"):
        plan(
            "pools: {cloud: 10.0.0.0/16, pods: {cidrs: 100.64.0.0/16, overlap: allowed}}\nvpcs: {a: {size: /24, pool: pods}}"
        )
    with pytest.raises(DesignError, match="has no primary block from another pool; write a size for the VPC"):
        plan(PODS.replace("nodes: /26, ", ""))
    with pytest.raises(DesignError, match="IPv6 blocks never overlap"):
        plan("pools: {p: 10.0.0.0/16, s: {cidrs: '2600::/44', overlap: allowed}}\nvpcs: {a: /24}")
    stands = plan(
        "pools: {pods: {cidrs: 100.64.0.0/16, overlap: allowed}}\nexists: {ci: {cidrs: 10.0.0.0/24, vpc: true}}\n"
        "vpcs: {ci: {pool: pods, tiers: {pods: {size: /18, zones: [a]}}}}"
    )
    assert cidrs(stands, "ci") == ["10.0.0.0/24", "100.64.0.0/18"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(26, 28), min_size=1, max_size=4), st.sets(st.integers(0, 3)), st.booleans())
def test_shared_blocks_fit_if_each_group_of_peers_fits(sizes: list[int], peers: set[int], kept: bool) -> None:
    """Against the arithmetic: blocks of one size up to another, packed by best fit, need the sum of the peers'."""
    members = [f"v{index}" for index in sorted(peers) if index < len(sizes)]
    data: dict[str, Any] = {
        "version": 1,
        "room": "none",
        "pools": {"p": "10.0.0.0/16", "s": {"cidrs": "100.64.0.0/26", "overlap": "allowed"}},
        "vpcs": {
            f"v{index}": {"size": "/28", "tiers": {"t": {"size": f"/{size}", "zones": ["a"], "pool": "s"}}}
            for index, size in enumerate(sizes)
        },
    }
    if len(members) > 1:
        data["groups"] = {"g": {"members": members, "peering": True}}
    found = plan_text(json.dumps(data))
    need = sum(1 << (32 - sizes[int(name[1:])]) for name in members) if len(members) > 1 else 0
    assert (found.verdict is PlanVerdict.FITS) == (need <= 64)
    if found.verdict is not PlanVerdict.FITS:
        return
    if kept:
        found = plan_text(json.dumps(data), loads_kept(json.dumps(found.to_dict())))
        assert found.ok
    for one, other in itertools.combinations(members, 2):
        assert not found[one].cidrs[1].overlaps(found[other].cidrs[1])
    for vpc in found.vpcs:
        assert vpc.cidrs[1] in Cidr.parse("100.64.0.0/26")


NESTED = """
pools:
  org: 10.0.0.0/8
  eu: {cidrs: 10.0.0.0/12, within: org, region: eu-central-1}
  us: {cidrs: 10.16.0.0/12, within: org, region: us-east-1}
  eu-prod: {cidrs: 10.8.0.0/13, within: eu}
vpcs:
  a: {size: /16, pool: eu}
  b: {size: /16, region: us-east-1}
  c: {size: /16, pool: eu-prod, region: eu-central-1}
  d: {size: /16, pool: org}
"""


def test_pools_within_pools() -> None:
    found = plan(NESTED)
    assert [cidrs(found, name) for name in "abcd"] == [
        ["10.0.0.0/16"],
        ["10.16.0.0/16"],
        ["10.8.0.0/16"],
        ["10.32.0.0/16"],  # not from what the pools within it have
    ]
    free = {pool.name: pool.free_count for pool in found.pools}
    rooms = 65536  # each VPC holds its buddy
    assert free["eu-prod"] == (1 << 19) - 2 * rooms
    assert free["eu"] == (1 << 19) - 2 * rooms
    assert free["org"] == (1 << 24) - (2 << 20) - 2 * rooms
    assert found.to_dict()["pools"]["org"]["pools"] == {"eu": ["10.0.0.0/12"], "us": ["10.16.0.0/12"]}
    assert "in it pool eu, pool us" in report.plan_text(found)


def test_a_pool_within_another_is_full_by_itself() -> None:
    found = plan(
        "pools: {org: 10.0.0.0/16, eu: {cidrs: 10.0.0.0/24, within: org}}\nroom: none\n"
        "vpcs: {a: {size: /25, pool: eu}, b: {size: /25, pool: eu}, c: {size: /25, pool: eu}}"
    )
    assert found.shortage is not None
    assert [pool.pool for pool in found.shortage.pools] == ["eu"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "pools: {o: 10.0.0.0/16, i: {cidrs: 10.1.0.0/24, within: o}}\nvpcs: {}",
            "10.1.0.0/24 is not in pool o, which is around this one; that one has 10.0.0.0/16",
        ),
        ("pools: {o: 10.0.0.0/16, i: {cidrs: 10.0.0.0/24, within: x}}\nvpcs: {}", "there is no pool 'x'"),
        ("pools: {o: 10.0.0.0/16, i: {cidrs: 10.0.0.0/24}}\nvpcs: {}", "lies inside 10.0.0.0/16 of pool o"),
        ("pools: {i: {cidrs: 10.0.0.0/24, within: i}}\nvpcs: {}", "pool 'i' is within itself"),
        (
            "pools: {o: {cidrs: 10.0.0.0/16, region: eu}, i: {cidrs: 10.0.0.0/24, within: o, region: us}}\nvpcs: {}",
            "the pool is of us, and pool o around it of eu",
        ),
        (
            "pools: {o: {cidrs: 10.0.0.0/16, region: eu}}\nvpcs: {a: {size: /24, pool: o, region: us}}",
            "pool 'o' is of eu, and the VPC is in us; take a pool of that Region",
        ),
        (
            "pools: {o: {cidrs: 10.0.0.0/16, region: eu}, p: {cidrs: 10.1.0.0/16, region: eu}}\n"
            "vpcs: {a: {size: /24, region: us}}",
            "no pool is named, and there is no IPv4 pool of us of which nothing may overlap",
        ),
        (
            "pools: {o: 10.0.0.0/16, p: {cidrs: 10.1.0.0/16, region: eu}}\n"
            "vpcs: {a: {size: /16, region: us, pool: o, tiers: {t: {size: /24, pool: p}}}}",
            "pool 'p' is of eu, and the VPC is in us",
        ),
        (
            "pools: {p: 10.0.0.0/16}\nvpcs: {a: {tiers: {t: {addresses: 3, zone_loss: 1}}}}",
            "the loss of a zone means nothing",
        ),
        (
            "pools: {p: 10.0.0.0/16}\nzone_loss: 1\nvpcs: {a: {zones: [a], tiers: {t: {consumers: {instances: 3}}}}}",
            "1 of 1 zones may fail, and none is left",
        ),
        ("pools: {p: 10.0.0.0/16}\nipv4_block_quota: 51\nvpcs: {a: /24}", "must be at most 50, got 51"),
        (
            "pools: {p: 10.0.0.0/16, s: '2600::/44'}\nvpcs: {a: {size: /24, ipv6: {pool: s, room: /50}}}",
            "room of a /50 is on no border of four bits",
        ),
    ],
)
def test_what_is_wrong_with_pools_and_sizes(text: str, expected: str) -> None:
    with pytest.raises(DesignError) as error:
        plan(text)
    assert expected in str(error.value)


@pytest.mark.rule("CIDR-1")
def test_the_quota_of_blocks_is_a_key() -> None:
    text = (
        "pools: {pods: 100.64.0.0/12}\nzones: [a, b, c]\n%s"
        "exists: {ci: {cidrs: 10.0.0.0/16, vpc: true}}\n"
        "vpcs: {ci: {%stiers: {pods1: /16, pods2: /16, pods3: /16, pods4: /16}}}"
    )
    short = plan(text % ("", ""))
    assert "AWS grants 5 (CIDR-1); split it in two" in str(short)
    assert "write ipv4_block_quota: 12" in str(short)
    for raised in (text % ("ipv4_block_quota: 12\n", ""), text % ("", "ipv4_block_quota: 12, ")):
        found = plan(raised)
        assert len(found["ci"].cidrs) == 12
        assert refusals_of_blocks(found["ci"].cidrs, 12) == []
    assert "its quota is 11" in str(plan(text % ("ipv4_block_quota: 11\n", "")))


def test_the_loss_of_a_zone() -> None:
    consumers = Consumers(instances=300, interface_endpoints=4)
    assert size_for_consumers(consumers, 3).needed == 104
    lost = size_for_consumers(consumers, 3, zone_loss=1)
    assert (lost.needed, lost.prefix_length) == (154, 24)
    assert "1 of 3 zones may fail" in lost.lines
    with pytest.raises(ValueError, match="none is left"):
        size_for_consumers(consumers, 1, zone_loss=1)
    text = "pools: {p: 10.0.0.0/16}\n%svpcs: {a: {tiers: {t: {%sconsumers: {instances: 300}}, u: {addresses: 9}}}}"
    for written in (text % ("zone_loss: 1\n", ""), text % ("", "zone_loss: 1, ")):
        assert plan(written)["a"].subnets[0].size.needed == 150
    assert plan(text % ("zone_loss: 1\n", "zone_loss: 0, "))["a"].subnets[0].size.needed == 100


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(1, 40), st.integers(0, 200), st.integers(1, 3))
def test_prefixes_of_nodes_fit_as_aws_cuts_them(nodes: int, pods: int, others: int, zones: int) -> None:
    """Counted address by address: whole /28 without an address of AWS's for prefixes, the rest for the others."""
    consumers = Consumers(other=others, eks_nodes=nodes, eks_pods=pods)
    size = size_for_consumers(consumers, zones)

    def enough(length: int) -> bool:
        subnet = Cidr.parse_lenient(f"10.0.0.0/{length}")
        kept = set(reserved_addresses(subnet))
        spans = [range(part.span[0], part.span[1] + 1) for part in subnet.subnets(28)]
        whole = [span for span in spans if not kept & set(span)]
        share = -(-nodes // zones)
        prefixes = share * -(-pods // 16)
        left = subnet.size - len(kept) - 16 * prefixes
        return prefixes <= len(whole) and others + share <= left

    assert enough(size.prefix_length)
    if size.prefix_length < 28:
        assert not enough(size.prefix_length + 1)


def test_nodes_of_eks_in_a_plan() -> None:
    found = plan("pools: {p: 10.0.0.0/16}\nvpcs: {a: {tiers: {t: {consumers: {eks_nodes: {count: 30, pods: 110}}}}}}")
    # 10 nodes in a zone, 7 prefixes each: 70 and the two ends, and 10 addresses that have room at the ends
    assert found["a"].subnets[0].cidr.prefix_length == 21
    assert found["a"].subnets[0].size.lines == (
        "30 nodes over 3 zones: 10",
        "70 prefixes of /28 for 110 pods on each node",
    )


@pytest.mark.rule("IPV6-1")
def test_room_for_ipv6_is_on_a_nibble_border() -> None:
    text = "pools: {p: 10.0.0.0/16, six: '2600:1f00::/44'}\nvpcs:\n"
    text += "".join(f"  {name}: {{size: /24, ipv6: {{pool: six, room: %s}}}}\n" for name in "ab")
    found = plan(text % ("nibble", "nibble"))
    assert [str(found[name].ipv6_room) for name in "ab"] == ["2600:1f00::/52", "2600:1f00:0:1000::/52"]
    assert [str(found[name].ipv6_cidrs[0]) for name in "ab"] == ["2600:1f00::/56", "2600:1f00:0:1000::/56"]
    assert [str(found[name].room) for name in "ab"] == ["10.0.0.0/23", "10.0.2.0/23"]
    plain = plan(text % ("none", "none"))
    assert [str(plain[name].ipv6_cidrs[0]) for name in "ab"] == ["2600:1f00::/56", "2600:1f00:0:100::/56"]
    later = plan(text % ("nibble", "nibble") + "  c: {size: /24, ipv6: six}\n", found)
    assert str(later["c"].ipv6_cidrs[0]) == "2600:1f00:0:2000::/56"
    assert later["a"].ipv6_room == found["a"].ipv6_room
    assert "held for a" in report.plan_text(found)
    assert "/44 or 1,048,576 x /64" in report.plan_text(found)
    wide = plan(text % ("/48", "/48"))
    assert str(wide["b"].ipv6_cidrs[0]) == "2600:1f00:1::/56"
    assert "given up" not in report.plan_text(wide)


@pytest.mark.parametrize(("pool", "free"), [("/51", "0 x /64 free"), ("/52", "3,584 x /64 free")])
def test_room_for_ipv6_that_is_not_there_is_told(pool: str, free: str) -> None:
    """Two /56 with the /52 around each fill a /51, and in a /52 neither has its own; the IPv4 room is there in both."""
    text = f"pools: {{p: 10.0.0.0/16, six: '2600:1f00::{pool}'}}\nvpcs:\n"
    found = plan(text + "".join(f"  {name}: {{size: /24, ipv6: {{pool: six, room: nibble}}}}\n" for name in "ab"))
    told = "Room for growth was given up, since not everything fits with it: a, b."
    assert (told in report.plan_text(found)) == (pool == "/52") == found.to_dict()["room_given_up"]
    assert all((found[name].ipv6_room is None) == (pool == "/52") and found[name].room for name in "ab")
    assert free in report.plan_text(found)


def test_no_pool_gives_an_address_twice_and_none_that_is_not_its_own() -> None:
    found = plan(NESTED)
    inside = {"a": "10.0.0.0/13", "b": "10.16.0.0/12", "c": "10.8.0.0/13"}
    for name, pool in inside.items():
        assert address_set(found[name].cidrs) <= Cidr.parse(pool).addresses
