"""Address blocks: which overlap and whether it matters, what is free, and plans that never overlap.

>>> from reachsim import cidr
>>> sources = cidr.read_sources(["models/plans/today.txt"])
>>> cidr.find_overlaps(sources.entries, sources.connections)
<OverlapReport 1 overlap among 4 blocks>
>>> cidr.plan_file("models/plans/three-vpcs.yaml")
<Plan Fits.>

docs/cidr.md is the reference.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reachsim.cidr.arithmetic import aggregate_to, blocks_of_range, choose_free, nth_subnet, ranges_of
    from reachsim.cidr.blocks import (
        BlockFacts,
        aggregate,
        buddy,
        describe,
        exclude,
        free_blocks,
        range_class,
        smallest_around,
    )
    from reachsim.cidr.demand import Consumers, SubnetSize, size_for_addresses, size_for_consumers
    from reachsim.cidr.entries import CidrConnection, Entries, Entry, Sources, Standing, SubnetEntry
    from reachsim.cidr.kept import KeptPlan, KeptSubnet, KeptVpc, load_kept, loads_kept
    from reachsim.cidr.metrics import Growth, PoolUse, Summary
    from reachsim.cidr.overlaps import Overlap, OverlapReport, find_overlaps, overlapping_pairs
    from reachsim.cidr.plan import Conflict, Existing, Plan, PlannedSubnet, PlannedVpc, PlanVerdict
    from reachsim.cidr.planner import plan_file, plan_text
    from reachsim.cidr.ranking import Rank
    from reachsim.cidr.shortage import PoolShortage, Remedy, Shortage
    from reachsim.cidr.sources import parse_source, read_source, read_sources
    from reachsim.cidr.use import SubnetUse, VpcUse, holders_of, use_of, vpc_of
    from reachsim.net.address import Address
    from reachsim.net.cidr import AddressSet, Cidr
    from reachsim.rules.refusal import Refusal

__all__ = [
    "Address",
    "AddressSet",
    "BlockFacts",
    "Cidr",
    "CidrConnection",
    "Conflict",
    "Consumers",
    "Entries",
    "Entry",
    "Existing",
    "Growth",
    "KeptPlan",
    "KeptSubnet",
    "KeptVpc",
    "Overlap",
    "OverlapReport",
    "Plan",
    "PlanVerdict",
    "PlannedSubnet",
    "PlannedVpc",
    "PoolShortage",
    "PoolUse",
    "Rank",
    "Refusal",
    "Remedy",
    "Shortage",
    "Sources",
    "Standing",
    "SubnetEntry",
    "SubnetSize",
    "SubnetUse",
    "Summary",
    "VpcUse",
    "aggregate",
    "aggregate_to",
    "blocks_of_range",
    "buddy",
    "choose_free",
    "describe",
    "exclude",
    "find_overlaps",
    "free_blocks",
    "holders_of",
    "load_kept",
    "loads_kept",
    "nth_subnet",
    "overlapping_pairs",
    "parse_source",
    "plan_file",
    "plan_text",
    "range_class",
    "ranges_of",
    "read_source",
    "read_sources",
    "size_for_addresses",
    "size_for_consumers",
    "smallest_around",
    "use_of",
    "vpc_of",
]

_NAMES = {
    "arithmetic": "aggregate_to blocks_of_range choose_free nth_subnet ranges_of",
    "blocks": "BlockFacts aggregate buddy describe exclude free_blocks range_class smallest_around",
    "demand": "Consumers SubnetSize size_for_addresses size_for_consumers",
    "entries": "CidrConnection Entries Entry Sources Standing SubnetEntry",
    "kept": "KeptPlan KeptSubnet KeptVpc load_kept loads_kept",
    "metrics": "Growth PoolUse Summary",
    "shortage": "PoolShortage Remedy Shortage",
    "overlaps": "Overlap OverlapReport find_overlaps overlapping_pairs",
    "ranking": "Rank",
    "plan": "Conflict Existing Plan PlanVerdict PlannedSubnet PlannedVpc",
    "planner": "plan_file plan_text",
    "sources": "parse_source read_source read_sources",
    "use": "SubnetUse VpcUse holders_of use_of vpc_of",
}
# A question about a few blocks need not load the schemas of plans.
_HOMES = {name: f"reachsim.cidr.{home}" for home, names in _NAMES.items() for name in names.split()}
_HOMES |= {"Address": "reachsim.net.address", "AddressSet": "reachsim.net.cidr", "Cidr": "reachsim.net.cidr"}
_HOMES["Refusal"] = "reachsim.rules.refusal"


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'reachsim.cidr' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
