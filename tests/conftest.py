"""What holds for the whole suite: property tests ask the same examples at every push, and fresh ones in a soak
(`tests.soak`); and how often garbage is looked for."""

from __future__ import annotations

import gc
import os

from hypothesis import settings
from tests.networks import FIXED, FRESH

if not os.environ.get(FRESH):
    settings.register_profile("fixed", FIXED, max_examples=50)
    settings.load_profile("fixed")


def pytest_configure() -> None:
    """A suite makes much that stays and hardly a cycle, so the collector looks less often."""
    gc.set_threshold(50_000, 20, 100)
