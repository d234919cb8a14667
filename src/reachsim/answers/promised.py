"""Promises before they are asked: those of Python in the shape that a file gives them, those of a file that name nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from reachsim.dataplane.ends import Endpoint
from reachsim.engine import Asked, Engine
from reachsim.errors import EndpointError, HintedError, Problem, UsageError, shown
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


def unnamed(engine: Engine) -> list[Problem]:
    """What is wrong with the expectations of a design that name nothing, or no one thing as who sends."""
    problems: list[Problem] = []
    for index, expectation in enumerate(engine.design.expect):
        for key, asked in (("from", expectation.from_), ("to", expectation.to)):
            try:
                endpoint = engine.endpoint(asked)
                if key == "from" and endpoint.candidates:
                    raise EndpointError.ambiguous(endpoint.name, endpoint.candidates)
            except EndpointError as error:
                problems.append(engine.source.document.problem(str(error), ("expect", index, key)))
    return problems
