"""Forecasts as users hear them: the rest of the suite is told none (`tests.conftest`)."""

from __future__ import annotations

import pytest


@pytest.fixture
def forecasts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Say how long work will take where that is ten seconds or more."""
    monkeypatch.setattr("reachsim.cli.common._LONG", 10.0)
