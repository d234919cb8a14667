"""Python's collector of cyclic garbage, paused while something large is built."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_LARGE: Final = 50_000
"""Containers made in one pause from which looking through them takes longer than a person should wait for nothing."""
_TIMES: Final = 2
"""How often what a pause made is counted as old between two looks at everything: a design, and its topology."""
_aged_after, _aged = -1, 0
"""How many times the collector had looked at everything when what a pause made was last counted as old, and how often that
was done since."""


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the collector of cyclic garbage, and leave it as it was, whatever happens.

    What a load makes stays, so a collection in its midst finds nothing, and with 10,000 interfaces looking
    costs a quarter of the load. Two threads may do this at once: the worst is that the collector runs early.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            _age()
            gc.enable()


def _age() -> None:
    """Count what was made as old, so that the collector does not look through all of it as soon as it runs again.

    Freezing and unfreezing moves it there without a look. The collector counts nothing that comes so, so this is done
    `_TIMES` between two of its looks at everything, and never where somebody has frozen something himself.
    """
    global _aged_after, _aged
    if gc.get_count()[0] < _LARGE or gc.get_freeze_count():
        return
    looks = gc.get_stats()[-1]["collections"]
    if looks != _aged_after:
        _aged_after, _aged = looks, 0
    if _aged < _TIMES:
        _aged += 1
        gc.freeze()
        gc.unfreeze()
