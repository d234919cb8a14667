"""An edit of what something unknown may be is undecided, and an edit of what it cannot be is not."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

import reachsim

ANY = "0.0.0.0/0"
ACL = {"ingress": [{"rule": 1, "allow": "all", "from": ANY}], "egress": [{"rule": 1, "allow": "all", "to": ANY}]}
SHUT = {"ingress": [], "egress": []}
DESIGN: dict[str, Any] = {
    "version": 1,
    "vpcs": {
        name: {
            "cidrs": [f"10.{number}.0.0/16"],
            "subnets": {
                "a": {"cidr": f"10.{number}.0.0/24", "route_table": "t", "network_acl": "used"},
                "b": {"cidr": f"10.{number}.1.0/24", "route_table": "t", "network_acl": "used"},
            },
            "route_tables": {"t": {"10.9.0.0/16": "router"}, "spare": {"10.9.0.0/16": "router"}},
            "network_acls": {"used": ACL, "spare": ACL},
            "security_groups": {
                "open": {"ingress": [{"allow": "all", "from": ANY}]},
                "spare": {"ingress": [{"allow": "all", "from": ANY}]},
            },
            "instances": {
                "web": {"subnet": "a", "security_groups": ["open"]},
                "router": {"subnet": "b", "security_groups": ["open"], "source_dest_check": False},
            },
        }
        for number, name in enumerate(("one", "two"), 1)
    },
}


def edited(design: dict[str, Any], way: tuple[str, ...], value: Any) -> dict[str, Any]:
    """A copy with a value set."""
    out = copy.deepcopy(design)
    at = out["vpcs"]["one"]
    for key in way[:-1]:
        at = at[key]
    at[way[-1]] = value
    return out


NO_EDIT_OF_THESE = (
    (("network_acls", "spare"), SHUT),
    (("security_groups", "spare"), {}),
    (("route_tables", "spare"), {}),
)
"""Nothing uses these."""


@pytest.mark.parametrize(
    ("unknown", "matters"),
    [
        (("subnets", "a", "network_acl"), {"network_acls"}),
        (("instances", "web", "security_groups"), {"security_groups"}),
        (("subnets", "a", "route_table"), {"network_acls", "security_groups", "route_tables"}),  # leads anywhere
        (("route_tables", "t", "10.9.0.0/16"), {"network_acls", "security_groups", "route_tables"}),
    ],
)
def test_what_is_not_known_may_be_what_is_edited(unknown: tuple[str, ...], matters: set[str]) -> None:
    given = edited(DESIGN, unknown, "unknown")
    for way, value in NO_EDIT_OF_THESE:
        told = reachsim.diff(*(reachsim.loads(json.dumps(each)) for each in (DESIGN, edited(DESIGN, way, value))))
        assert not told.undecided
        assert not told
        found = reachsim.diff(*(reachsim.loads(json.dumps(each)) for each in (given, edited(given, way, value))))
        assert bool(found.undecided) == (way[0] in matters), (way, found.undecided)
        assert not found


def test_what_is_in_another_vpc_is_not_what_is_edited() -> None:
    given = edited(DESIGN, ("subnets", "a", "network_acl"), "unknown")
    other = copy.deepcopy(given)
    other["vpcs"]["two"]["network_acls"]["spare"] = SHUT
    assert not reachsim.diff(*(reachsim.loads(json.dumps(each)) for each in (given, other))).undecided
