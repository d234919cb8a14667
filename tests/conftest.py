"""What holds for the whole suite: property tests ask the same examples at every push, and fresh ones in a soak
(`tests.soak`); how often garbage is looked for, that Ctrl-C counts, and that a busy machine changes no text."""

from __future__ import annotations

import gc
import os
import signal

from hypothesis import settings
from tests.networks import FIXED, FRESH

from reachsim.cli import common

if not os.environ.get(FRESH):
    settings.register_profile("fixed", FIXED, max_examples=20)
    settings.load_profile("fixed")


def pytest_configure() -> None:
    """A suite makes much that stays and hardly a cycle, so the collector looks less often. What a shell runs in the
    background ignores Ctrl-C, and so would what the tests start and interrupt. On a machine that does much else a forecast
    would stand in what a command prints; tests that are about forecasts ask for them (`tests/cli/conftest.py`)."""
    gc.set_threshold(50_000, 20, 100)
    common._LONG = 3600.0
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_unconfigure() -> None:
    """pytest looks for garbage several times when it ends, and a process of `python -m tests` ends once for each lot. What
    is there once the garbage is gone stays, modules and shared networks above all: none of it is looked at again."""
    gc.collect()
    gc.freeze()
