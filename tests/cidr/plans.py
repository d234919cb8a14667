"""Small plans for the tests of the planner."""

from __future__ import annotations

import json
from typing import Any

from reachsim.cidr import Plan, loads_kept, plan_text


def again(plan: Plan) -> Any:
    """What `--keep` reads, after a round trip through JSON."""
    return loads_kept(json.dumps(plan.to_dict()))


def plan(text: str, keep: Plan | None = None) -> Plan:
    return plan_text("version: 1\n" + text, again(keep) if keep else None)


def cidrs(plan: Plan, name: str) -> list[str]:
    return [str(block) for block in plan[name].cidrs]
