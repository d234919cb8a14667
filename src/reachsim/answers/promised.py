"""A promise that is asked for in Python, in the shape that a file gives it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from reachsim.dataplane.ends import Endpoint
from reachsim.engine import Asked
from reachsim.errors import HintedError, UsageError, shown
from reachsim.resources.expectation import Expectation
from reachsim.topology.interfaces import Interface


def promise(asked: Mapping[str, Any]) -> Expectation:
    """An expectation, as a file would have it. Raises UsageError for what is none."""
    try:
        return Expectation.model_validate(asked)
    except ValidationError as error:
        why = error.errors()[0].get("ctx", {}).get("error")
        raise UsageError(f"{why}; {why.hint}" if isinstance(why, HintedError) else str(error)) from None


def asked_end(asked: Asked) -> Any:
    """An end of a question as an expectation has it. Raises UsageError for what was resolved already."""
    if isinstance(asked, Interface):
        return asked.name
    if isinstance(asked, Endpoint):
        raise UsageError(f"write the name of the end, not {shown(asked.name)} resolved")
    return asked
