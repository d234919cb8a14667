"""reachsim: knows, before anything is deployed, whether a packet flows in an AWS network, and why not.

>>> import reachsim
>>> net = reachsim.load("models/vpc-lambda-as-found.yaml")
>>> net.trace("fetch", "www.google.com", "tcp/443").blockers[0].code
'ENI_SOURCE_DEST_CHECK_RESTRICTION'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from reachsim.errors import DesignError, EndpointError, Problem, ReachsimError, UsageError
from reachsim.faces import shown_by

if TYPE_CHECKING:
    from reachsim.answers.book import Rule
    from reachsim.answers.difference import Change, Difference, OtherMeaning
    from reachsim.answers.expectations import Check, Result
    from reachsim.answers.explain import Explanation, Layer, Obstacle, Probe
    from reachsim.answers.finding import Finding
    from reachsim.answers.findings import Findings
    from reachsim.answers.fixes import Fix, Fixes, FixPlan
    from reachsim.answers.isolation import Isolation, Leak
    from reachsim.answers.lambda_addresses import (
        FunctionNeed,
        Instances,
        LambdaAddresses,
        Merge,
        SharedInterface,
        SubnetRoom,
        VpcInterfaces,
    )
    from reachsim.answers.lint.run import Lint, Silenced
    from reachsim.answers.neighbours import Neighbour, Neighbours
    from reachsim.answers.observe import Tool
    from reachsim.answers.policy import DeadEnd, DeadEnds, Exposed, Exposure
    from reachsim.answers.rulesets import IdleRule, IdleRules
    from reachsim.answers.session_manager import ManagedNode, Need, SessionManager
    from reachsim.answers.superfluous import Superfluous, SuperfluousBastion, SuperfluousRule
    from reachsim.dataplane.ends import Endpoint
    from reachsim.flow.ports import Choices
    from reachsim.loading.patch import Patch
    from reachsim.named import Named
    from reachsim.net.address import Address
    from reachsim.net.box import Box
    from reachsim.net.cidr import AddressSet, Cidr
    from reachsim.net.headerspace import HeaderSpace
    from reachsim.net.intervals import PortSet
    from reachsim.net.packet import Packet
    from reachsim.net.traffic import Traffic
    from reachsim.network import Network, diff, load, load_sides, loads
    from reachsim.picture.draw import Picture
    from reachsim.reach.cell import Cell
    from reachsim.reach.classes import InterfaceClass
    from reachsim.reach.grouped import GroupedMatrix
    from reachsim.reach.matrix import Matrix, Slice
    from reachsim.reach.pair import Reach
    from reachsim.reach.rows import Rows
    from reachsim.reach.stops import Stop
    from reachsim.reach.workers import LostWorker
    from reachsim.resources.design import Design
    from reachsim.resources.expectation import Expectation
    from reachsim.resources.mending import Edit, KeyChange
    from reachsim.resources.unmodelled import Door
    from reachsim.topology.interfaces import Interface
    from reachsim.trace.result import Blocker, Hop, Trace, TracedWay

__version__ = "0.2.0"
__all__ = [
    "Address",
    "AddressSet",
    "Blocker",
    "Box",
    "Cell",
    "Change",
    "Check",
    "Choices",
    "Cidr",
    "DeadEnd",
    "DeadEnds",
    "Design",
    "DesignError",
    "Difference",
    "Door",
    "Edit",
    "Endpoint",
    "EndpointError",
    "Expectation",
    "Explanation",
    "Exposed",
    "Exposure",
    "Finding",
    "Findings",
    "Fix",
    "FixPlan",
    "Fixes",
    "FunctionNeed",
    "GroupedMatrix",
    "HeaderSpace",
    "Hop",
    "IdleRule",
    "IdleRules",
    "Instances",
    "Interface",
    "InterfaceClass",
    "Isolation",
    "KeyChange",
    "LambdaAddresses",
    "Layer",
    "Leak",
    "Lint",
    "LostWorker",
    "ManagedNode",
    "Matrix",
    "Merge",
    "Named",
    "Need",
    "Neighbour",
    "Neighbours",
    "Network",
    "Obstacle",
    "OtherMeaning",
    "Packet",
    "Patch",
    "Picture",
    "PortSet",
    "Probe",
    "Problem",
    "Reach",
    "ReachsimError",
    "Result",
    "Rows",
    "Rule",
    "SessionManager",
    "SharedInterface",
    "Silenced",
    "Slice",
    "Stop",
    "SubnetRoom",
    "Superfluous",
    "SuperfluousBastion",
    "SuperfluousRule",
    "Tool",
    "Trace",
    "TracedWay",
    "Traffic",
    "UsageError",
    "VpcInterfaces",
    "__version__",
    "diff",
    "load",
    "load_sides",
    "loads",
]

_NAMES = {
    "answers.book": "Rule",
    "answers.difference": "Change Difference OtherMeaning",
    "answers.expectations": "Check Result",
    "answers.explain": "Explanation Layer Obstacle Probe",
    "answers.finding": "Finding",
    "answers.findings": "Findings",
    "answers.fixes": "Fix FixPlan Fixes",
    "answers.isolation": "Isolation Leak",
    "answers.lambda_addresses": "FunctionNeed Instances LambdaAddresses Merge SharedInterface SubnetRoom VpcInterfaces",
    "answers.lint.run": "Lint Silenced",
    "answers.neighbours": "Neighbour Neighbours",
    "answers.observe": "Tool",
    "answers.policy": "DeadEnd DeadEnds Exposed Exposure",
    "answers.rulesets": "IdleRule IdleRules",
    "answers.session_manager": "ManagedNode Need SessionManager",
    "answers.superfluous": "Superfluous SuperfluousBastion SuperfluousRule",
    "dataplane.ends": "Endpoint",
    "flow.ports": "Choices",
    "loading.patch": "Patch",
    "named": "Named",
    "net.address": "Address",
    "net.box": "Box",
    "net.cidr": "AddressSet Cidr",
    "net.headerspace": "HeaderSpace",
    "net.intervals": "PortSet",
    "net.packet": "Packet",
    "net.traffic": "Traffic",
    "network": "Network diff load load_sides loads",
    "picture.draw": "Picture",
    "reach.cell": "Cell",
    "reach.classes": "InterfaceClass",
    "reach.grouped": "GroupedMatrix",
    "reach.matrix": "Matrix Slice",
    "reach.pair": "Reach",
    "reach.rows": "Rows",
    "reach.stops": "Stop",
    "reach.workers": "LostWorker",
    "resources.design": "Design",
    "resources.expectation": "Expectation",
    "resources.mending": "Edit KeyChange",
    "resources.unmodelled": "Door",
    "topology.interfaces": "Interface",
    "trace.result": "Blocker Hop Trace TracedWay",
}
_HOMES = {name: f"reachsim.{home}" for home, names in _NAMES.items() for name in names.split()}
"""Where each name lives; read when first used, so that a start-up pays only for what it needs."""


shown_by(cards="reachsim.report.cards", texts="reachsim.report.texts")


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'reachsim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
