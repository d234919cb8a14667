"""Designs that lint finds nothing in, and what it finds after a change."""

from __future__ import annotations

from pathlib import Path

from tests.designs import GONE, Changes, load
from tests.models import shared

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "models"
CALM: Changes = {
    "vpcs app security_groups open ingress": [{"allow": "all", "from": "10.0.0.0/16"}],
    "vpcs app instances nat": GONE,
}
"""The base of `tests.designs` without a door that is open to the world."""

HERE = {"vpc": "app", "subnets": ["private"], "security_groups": ["client"]}


def found(*changes: Changes, only: str = "") -> list[tuple[str, str]]:
    """Codes and components."""
    return [(f.code, f.component) for f in load(CALM, *changes).lint(*([only] if only else []))]


def model(name: str, *only: str) -> list[tuple[str, str, int]]:
    """Codes, components and lines."""
    lint = shared(MODELS / f"{name}.yaml").lint(*only)
    return [(f.code, f.component, int(f.where.rpartition(":")[2])) for f in lint]
