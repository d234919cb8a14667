"""What answers ask of a network that try edits: copies with edits, and expectations decided once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reachsim.answers.expectations import Result
from reachsim.engine import Engine
from reachsim.rules.clauses import KeyPath


class Editable(Engine):
    """An engine that gives edited copies of itself: `reachsim.network.Network`."""

    def with_(self, edits: Mapping[str | KeyPath, Any]) -> Editable:
        """An edited copy: key path to new value, None to remove. Raises UsageError, DesignError."""
        raise NotImplementedError

    def decide(self, number: int) -> Result:
        """One expectation, counted from 1, decided for all packets. Raises UsageError where there is none of that number."""
        raise NotImplementedError
