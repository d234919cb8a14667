"""Strategies of Hypothesis for addresses, traffic, rules, whole designs, edits and faults.

>>> from hypothesis import given
>>> from reachsim.testing import strategies as rs
>>> @given(rs.networks(vpcs=1))
... def test_a_check_of_no_expectations_holds(net):
...     assert net.check()

Importing this registers strategies for the types of `reachsim.net` (`st.from_type(Cidr)`).
"""

from __future__ import annotations

try:
    import hypothesis as _hypothesis
except ImportError as error:
    raise ImportError("reachsim.testing.strategies needs Hypothesis: pip install reachsim[test]") from error

from reachsim.testing.strategies.designs import COMPONENTS, designs, networks, plain, to_yaml
from reachsim.testing.strategies.edits import Edit, Fault, closings, edits, faults, faults_of, openings
from reachsim.testing.strategies.questions import Question, border_packets, questions
from reachsim.testing.strategies.rules import (
    Body,
    network_acl_rules,
    network_acls,
    route_tables,
    security_group_rules,
    security_groups,
)
from reachsim.testing.strategies.values import (
    address_sets,
    addresses,
    cidr_lists,
    cidrs,
    disjoint_cidrs,
    interval_sets,
    overlapping_cidrs,
    packets,
    port_sets,
    register,
    tokens,
    traffic,
)

__all__ = [
    "COMPONENTS",
    "Body",
    "Edit",
    "Fault",
    "Question",
    "address_sets",
    "addresses",
    "border_packets",
    "cidr_lists",
    "cidrs",
    "closings",
    "designs",
    "disjoint_cidrs",
    "edits",
    "faults",
    "faults_of",
    "interval_sets",
    "network_acl_rules",
    "network_acls",
    "networks",
    "openings",
    "overlapping_cidrs",
    "packets",
    "plain",
    "port_sets",
    "questions",
    "register",
    "route_tables",
    "security_group_rules",
    "security_groups",
    "to_yaml",
    "tokens",
    "traffic",
]

register()
del _hypothesis


def __dir__() -> list[str]:
    return sorted(__all__)
