"""Every law on fresh networks, for as long as one likes: `python -m tests.soak [--minutes N] [--seed S]`.

The suite asks each law of a few networks, always the same ones. A soak asks the same laws of fresh ones, drawn from a seed
that is printed first, round after round until the time is up; `--seed` with that number asks them again. What fails is
printed with its example, and not asked again. The last line is a summary; the exit status is 1 where anything failed.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import os
import pkgutil
import random
import sys
import time
import traceback
import unittest
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import hypothesis
from tests.networks import FRESH, SLOWLY

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = (
    "reach",
    "trace",
    "topology",
    "answers",
    "dataplane",
    "flow",
    "net",
    "rules",
    "oracle",
    "cidr",
    "report",
    "loading",
)
MODULES = ("test_agreement", "test_unknown", "test_workers", "test_one_cause", "test_errors", "test_markup")


@dataclass(frozen=True)
class Law:
    """A property test, with the values of its `parametrize` marks, if it has any."""

    name: str
    test: Callable[..., None]
    arguments: dict[str, Any]

    def ask(self, seed: int) -> None:
        """Ask it of the networks that a seed draws."""
        hypothesis.seed(seed)(self.test)(**self.arguments)


@dataclass
class Run:
    """What a soak has asked so far."""

    asked: Counter[str] = field(default_factory=Counter)
    failed: dict[str, int] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)

    def summary(self, seed: int, seconds: float) -> str:
        """The last line."""
        verdict = f"FAILED: {', '.join(self.failed)}" if self.failed else "all hold"
        known = f", {len(self.known)} known not to hold yet" if self.known else ""
        laws, times = len(self.asked), sum(self.asked.values())
        return f"soak: seed {seed}, {laws} laws asked {times} times in {seconds:.0f} s{known}; {verdict}"


def modules(only: str) -> Iterator[ModuleType]:
    """The modules in which laws stand; those whose text has nothing of `only` are not even read in."""
    inside = [f"{folder}.{found.name}" for folder in FOLDERS for found in pkgutil.iter_modules([str(ROOT / folder)])]
    last = only.rpartition(".")[2].partition("[")[0]
    for name in (*MODULES, *inside):
        if name.rpartition(".")[2].startswith("test_"):
            text = (ROOT / f"{name.replace('.', '/')}.py").read_text(encoding="utf-8")
            if only in name or last in text:
                yield importlib.import_module(f"tests.{name}")


def laws(module: ModuleType) -> Iterator[tuple[Law, str]]:
    """The laws of a module, each with the reason why it is known not to hold yet, if there is one."""
    for name, test in vars(module).items():
        if not (name.startswith("test_") and getattr(test, "is_hypothesis_test", False)):
            continue
        marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name in ("parametrize", "xfail")]
        reason = next((str(mark.kwargs.get("reason", "known")) for mark in marks if mark.name == "xfail"), "")
        cases: list[dict[str, Any]] = [{}]
        for mark in (mark for mark in marks if mark.name == "parametrize" and "," not in mark.args[0]):
            cases = [case | {mark.args[0]: value} for case in cases for value in mark.args[1]]
        for case in cases:
            if not inspect.signature(test).parameters.keys() <= case.keys():
                continue  # a test with fixtures
            inner = "".join(f"[{getattr(value, '__name__', value)}]" for value in case.values())
            yield Law(f"{module.__name__.removeprefix('tests.')}.{name}{inner}", test, case), reason


def soak(seed: int, minutes: float, only: str) -> Run:
    """Ask all laws, round after round."""
    rng, run, end = random.Random(seed), Run(), time.monotonic() + 60 * minutes
    known = {law.name: (law, reason) for module in modules(only) for law, reason in laws(module) if only in law.name}
    rounds = 0
    while not rounds or time.monotonic() < end:
        rounds += 1
        for name, (law, reason) in known.items():
            one = rng.getrandbits(32)
            if name in run.failed or name in run.known or (rounds > 1 and time.monotonic() > end):
                continue
            try:
                law.ask(one)
            except unittest.SkipTest:
                continue
            except Exception:
                if reason:
                    run.known[name] = reason
                else:
                    run.failed[name] = one
                    print(f"{name} does not hold (its seed: {one})\n{traceback.format_exc()}", flush=True)
            run.asked[name] += 1
        print(f"round {rounds}: {sum(run.asked.values())} asked, {len(run.failed)} failed", flush=True)
    return run


def main(arguments: list[str] | None = None) -> int:
    """Print the seed, run, print the summary; 1 where a law does not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="how long (a first round is always finished)")
    parser.add_argument("--seed", type=int, default=None, help="ask the networks of an earlier run again")
    parser.add_argument("--only", default="", help="laws whose names have this text in them")
    parser.add_argument("--factor", type=float, default=1, help="networks for a law in a round, times the suite's")
    options = parser.parse_args(arguments)
    os.environ[FRESH] = str(options.factor)  # read where the laws are imported, below
    hypothesis.settings.register_profile("fresh", SLOWLY)
    hypothesis.settings.load_profile("fresh")
    seed = options.seed if options.seed is not None else random.SystemRandom().getrandbits(32)
    print(f"seed {seed}", flush=True)
    started = time.monotonic()
    run = soak(seed, options.minutes, options.only)
    for name, reason in run.known.items():
        print(f"known: {name} ({reason})")
    print(run.summary(seed, time.monotonic() - started))
    return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(main())
