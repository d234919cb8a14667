"""Address blocks: which overlap and whether it matters, what is free, and plans that never overlap.

```python
from reachsim import cidr

report = cidr.find_overlaps(sources.entries, sources.connections, connect=[("app", "data")])
plan = cidr.plan_file("plan.yaml")
```
docs/cidr.md is the reference.
"""

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
from reachsim.cidr.entries import Connection, Entries, Entry, Sources, Subnet
from reachsim.cidr.kept import KeptPlan, load_kept, loads_kept
from reachsim.cidr.overlaps import Overlap, OverlapReport, Rank, find_overlaps, overlapping_pairs
from reachsim.cidr.plan import Plan, PlannedSubnet, PlannedVpc, Verdict
from reachsim.cidr.planner import plan_file, plan_text
from reachsim.cidr.sources import parse_source, read_source, read_sources
from reachsim.net.cidr import Cidr

__all__ = [
    "BlockFacts",
    "Cidr",
    "Connection",
    "Consumers",
    "Entry",
    "KeptPlan",
    "Overlap",
    "OverlapReport",
    "Plan",
    "PlannedSubnet",
    "PlannedVpc",
    "Rank",
    "Sources",
    "SubnetSize",
    "Verdict",
    "aggregate",
    "buddy",
    "describe",
    "exclude",
    "find_overlaps",
    "free_blocks",
    "load_kept",
    "loads_kept",
    "overlapping_pairs",
    "parse_source",
    "plan_file",
    "plan_text",
    "range_class",
    "read_source",
    "read_sources",
    "size_for_addresses",
    "size_for_consumers",
    "smallest_around",
]
