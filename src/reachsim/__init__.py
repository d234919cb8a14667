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

if TYPE_CHECKING:
    from reachsim.net.traffic import Traffic
    from reachsim.network import Network, diff, load, loads
    from reachsim.reach.workers import LostWorker
    from reachsim.trace.result import Trace

__version__ = "0.1.0"
__all__ = [
    "DesignError",
    "EndpointError",
    "LostWorker",
    "Network",
    "Problem",
    "ReachsimError",
    "Trace",
    "Traffic",
    "UsageError",
    "__version__",
    "diff",
    "load",
    "loads",
]

_HOMES = {
    "LostWorker": "reachsim.reach.workers",
    "Network": "reachsim.network",
    "Trace": "reachsim.trace.result",
    "Traffic": "reachsim.net.traffic",
    "diff": "reachsim.network",
    "load": "reachsim.network",
    "loads": "reachsim.network",
}
"""Where each name lives; read when first used, so that a start-up pays only for what it needs."""


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        import_module("reachsim.report.html")  # how notebooks show answers
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'reachsim' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
