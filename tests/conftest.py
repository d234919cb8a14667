"""What holds for the whole suite: examples of a property that does not say how many, and how often garbage is looked for."""

from __future__ import annotations

import gc

from hypothesis import settings

# No deadline: other things run on the machine, and a slow example is no fault.
settings.register_profile("suite", max_examples=50, deadline=None)
settings.load_profile("suite")


def pytest_configure() -> None:
    """A suite makes much that stays and hardly a cycle, so the collector looks less often."""
    gc.set_threshold(20_000, 20, 20)


def pytest_collection_finish() -> None:
    """What is there by now stays until the end: a full collection need not look through it."""
    gc.collect()
    gc.freeze()
