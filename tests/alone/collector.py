"""The collector of cyclic garbage is as it was after a pause, and nothing that a pause made is out of its reach."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from reachsim import garbage
from reachsim.garbage import collector_paused


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    """Each test begins right after a look at everything, and leaves the collector at work."""
    assert gc.isenabled()
    gc.collect()
    yield
    gc.enable()
    gc.unfreeze()


class Circle:
    """Something that only the collector frees."""

    def __init__(self) -> None:
        self.me = self


def made_in_a_pause(count: int) -> list[Circle]:
    with collector_paused():
        assert not gc.isenabled()
        return [Circle() for _ in range(count)]


def young(kept: list[Circle]) -> bool:
    """Whether the collector's next look goes through what was made."""
    seen = {id(each) for each in gc.get_objects(generation=0)}
    return id(kept[-1]) in seen


def test_the_collector_is_left_as_it_was() -> None:
    made_in_a_pause(1)
    assert gc.isenabled()
    gc.disable()
    made_in_a_pause(1)
    assert not gc.isenabled()
    gc.enable()
    with pytest.raises(ZeroDivisionError), collector_paused():
        raise ZeroDivisionError
    assert gc.isenabled()


def looks() -> int:
    """How often the collector looked at anything."""
    return sum(each["collections"] for each in gc.get_stats())


def test_what_a_large_pause_made_is_not_looked_through_at_once() -> None:
    before = looks()
    kept = made_in_a_pause(garbage._LARGE)
    assert looks() == before
    assert not young(kept)


def test_a_small_pause_leaves_the_ages_of_things_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gc, "freeze", lambda: pytest.fail("frozen"))
    made_in_a_pause(100)


def test_garbage_of_a_large_pause_is_still_found() -> None:
    kept = made_in_a_pause(garbage._LARGE)
    gone = weakref.ref(kept[0])
    del kept
    gc.collect()
    assert gone() is None


def test_only_two_pauses_between_two_looks_at_everything_go_uncounted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a program that does nothing but load would keep the garbage of all its loads."""
    frozen: list[int] = []
    freeze = gc.freeze

    def noted() -> None:
        frozen.append(gc.get_stats()[-1]["collections"])
        freeze()

    monkeypatch.setattr(gc, "freeze", noted)
    for _ in range(12):
        made_in_a_pause(garbage._LARGE)
    assert frozen[0] == frozen[1]
    assert max(map(frozen.count, frozen)) == 2
    assert len(frozen) < 12
    gc.collect()
    made_in_a_pause(garbage._LARGE)
    assert frozen[-1] == gc.get_stats()[-1]["collections"]


def test_what_somebody_froze_stays_frozen() -> None:
    gc.freeze()
    count = gc.get_freeze_count()
    assert count
    made_in_a_pause(garbage._LARGE)
    assert gc.get_freeze_count() == count
