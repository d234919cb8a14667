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
    from reachsim.answers.difference import Change, Difference
    from reachsim.answers.expectations import Check, Result
    from reachsim.answers.explain import Explanation, Layer, Obstacle
    from reachsim.answers.finding import Finding
    from reachsim.answers.findings import Findings
    from reachsim.answers.fixes import Fix, Fixes, FixPlan
    from reachsim.answers.isolation import Isolation, Leak
    from reachsim.answers.lambda_addresses import LambdaAddresses
    from reachsim.answers.lint.run import Lint
    from reachsim.answers.neighbours import Neighbour, Neighbours
    from reachsim.answers.policy import DeadEnd, DeadEnds, Exposed, Exposure
    from reachsim.answers.rulesets import IdleRule, IdleRules
    from reachsim.answers.session_manager import ManagedNode, Need, SessionManager
    from reachsim.dataplane.ends import Endpoint
    from reachsim.loading.patch import Patch
    from reachsim.named import Named
    from reachsim.net.headerspace import HeaderSpace
    from reachsim.net.packet import Packet
    from reachsim.net.traffic import Traffic
    from reachsim.network import Network, diff, load, load_sides, loads
    from reachsim.picture.draw import Picture
    from reachsim.reach.cell import Cell
    from reachsim.reach.grouped import GroupedMatrix
    from reachsim.reach.matrix import Matrix, Slice
    from reachsim.reach.pair import Reach
    from reachsim.reach.rows import Rows
    from reachsim.reach.stops import Stop
    from reachsim.reach.workers import LostWorker
    from reachsim.resources.mending import Edit
    from reachsim.topology.interfaces import Interface
    from reachsim.trace.result import Blocker, Hop, Trace, TracedWay

__version__ = "0.2.0"
__all__ = [
    "Blocker",
    "Cell",
    "Change",
    "Check",
    "DeadEnd",
    "DeadEnds",
    "DesignError",
    "Difference",
    "Edit",
    "Endpoint",
    "EndpointError",
    "Explanation",
    "Exposed",
    "Exposure",
    "Finding",
    "Findings",
    "Fix",
    "FixPlan",
    "Fixes",
    "GroupedMatrix",
    "HeaderSpace",
    "Hop",
    "IdleRule",
    "IdleRules",
    "Interface",
    "Isolation",
    "LambdaAddresses",
    "Layer",
    "Leak",
    "Lint",
    "LostWorker",
    "ManagedNode",
    "Matrix",
    "Named",
    "Need",
    "Neighbour",
    "Neighbours",
    "Network",
    "Obstacle",
    "Packet",
    "Patch",
    "Picture",
    "Problem",
    "Reach",
    "ReachsimError",
    "Result",
    "Rows",
    "SessionManager",
    "Slice",
    "Stop",
    "Trace",
    "TracedWay",
    "Traffic",
    "UsageError",
    "__version__",
    "diff",
    "load",
    "load_sides",
    "loads",
]

_HOMES = {
    "Blocker": "reachsim.trace.result",
    "Cell": "reachsim.reach.cell",
    "Change": "reachsim.answers.difference",
    "Check": "reachsim.answers.expectations",
    "DeadEnd": "reachsim.answers.policy",
    "DeadEnds": "reachsim.answers.policy",
    "Difference": "reachsim.answers.difference",
    "Explanation": "reachsim.answers.explain",
    "Exposed": "reachsim.answers.policy",
    "Exposure": "reachsim.answers.policy",
    "Finding": "reachsim.answers.finding",
    "Findings": "reachsim.answers.findings",
    "Fix": "reachsim.answers.fixes",
    "Fixes": "reachsim.answers.fixes",
    "GroupedMatrix": "reachsim.reach.grouped",
    "Hop": "reachsim.trace.result",
    "IdleRule": "reachsim.answers.rulesets",
    "IdleRules": "reachsim.answers.rulesets",
    "Interface": "reachsim.topology.interfaces",
    "Isolation": "reachsim.answers.isolation",
    "LambdaAddresses": "reachsim.answers.lambda_addresses",
    "Lint": "reachsim.answers.lint.run",
    "LostWorker": "reachsim.reach.workers",
    "Matrix": "reachsim.reach.matrix",
    "Named": "reachsim.named",
    "Neighbour": "reachsim.answers.neighbours",
    "Neighbours": "reachsim.answers.neighbours",
    "Network": "reachsim.network",
    "Packet": "reachsim.net.packet",
    "FixPlan": "reachsim.answers.fixes",
    "Reach": "reachsim.reach.pair",
    "Result": "reachsim.answers.expectations",
    "Rows": "reachsim.reach.rows",
    "SessionManager": "reachsim.answers.session_manager",
    "Slice": "reachsim.reach.matrix",
    "Trace": "reachsim.trace.result",
    "Traffic": "reachsim.net.traffic",
    "Edit": "reachsim.resources.mending",
    "Endpoint": "reachsim.dataplane.ends",
    "HeaderSpace": "reachsim.net.headerspace",
    "Layer": "reachsim.answers.explain",
    "Leak": "reachsim.answers.isolation",
    "ManagedNode": "reachsim.answers.session_manager",
    "Need": "reachsim.answers.session_manager",
    "Obstacle": "reachsim.answers.explain",
    "Patch": "reachsim.loading.patch",
    "Picture": "reachsim.picture.draw",
    "Stop": "reachsim.reach.stops",
    "TracedWay": "reachsim.trace.result",
    "diff": "reachsim.network",
    "load": "reachsim.network",
    "load_sides": "reachsim.network",
    "loads": "reachsim.network",
}
"""Where each name lives; read when first used, so that a start-up pays only for what it needs."""


shown_by(cards="reachsim.report.cards", texts="reachsim.report.texts")


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'reachsim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
