"""The pictures that the documentation shows. Run as a program it draws them anew: ``PYTHONPATH=src:. python -m
tests.picture.documented``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import reachsim
from reachsim.network import Network

DOCS = Path(__file__).parents[2] / "docs"


def model(name: str) -> Network:
    """A model under the name that it has in the repository, on every system."""
    text = (DOCS.parent / "models" / f"{name}.yaml").read_text(encoding="utf-8")
    return reachsim.loads(text, file=f"models/{name}.yaml")


PICTURES: dict[str, Callable[[], str]] = {
    "hub-and-spoke.svg": lambda: model("hub-and-spoke").draw().svg,
    "trace.svg": lambda: model("vpc-lambda-as-found").draw(trace=("fetch", "www.google.com", "tcp/443")).svg,
    "difference.svg": lambda: model("vpc-lambda-as-found").draw(diff=model("vpc-lambda-repaired")).svg,
}
"""Each file of docs/ with what draws it."""

if __name__ == "__main__":
    for name, draw in PICTURES.items():
        (DOCS / name).write_text(draw() + "\n", encoding="utf-8", newline="\n")
