"""Python's collector of cyclic garbage, paused while something large is built."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
            gc.enable()
