"""Promises before they are asked: those of Python in the shape that a file gives them, those of a file that name nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any, TypeVar

from pydantic import ValidationError

from reachsim.dataplane.ends import Endpoint
from reachsim.engine import Asked, Engine
from reachsim.errors import DesignError, EndpointError, HintedError, Problem, UsageError, shown
from reachsim.loading.load import Source
from reachsim.resources.design import Design
from reachsim.resources.expectation import Expectation, Selector
from reachsim.resources.resource import Resource, resources
from reachsim.topology.interfaces import Interface

E = TypeVar("E", bound=Engine)


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


def checked(engine: E) -> E:
    """The network, once every expectation names something. Raises DesignError with all that do not."""
    if problems := _unnamed(engine):
        raise DesignError(problems)
    return engine


def _unnamed(engine: Engine) -> list[Problem]:
    """What is wrong with the expectations of a design that name nothing, or no one thing as who sends."""
    ends = [
        (index, key, asked)
        for index, expectation in enumerate(engine.design.expect)
        for key, asked in (("from", expectation.from_), ("to", expectation.to))
    ]
    plain = plain_names(engine.source, (asked for _, _, asked in ends if isinstance(asked, str)))
    selectors = any(not isinstance(asked, str) and asked.subnet for _, _, asked in ends)
    subnets = subnet_names(engine.design) if selectors else {}
    problems: list[Problem] = []
    for index, key, asked in ends:
        if asked in plain if isinstance(asked, str) else plain_selector(engine.design, asked, subnets):
            continue
        try:
            endpoint = engine.endpoint(asked)
            if key == "from" and endpoint.candidates:
                raise EndpointError.ambiguous(endpoint.name, endpoint.candidates)
        except EndpointError as error:
            problems.append(engine.source.document.problem(str(error), ("expect", index, key)))
    return problems


def plain_names(source: Source, asked: Iterable[str]) -> frozenset[str]:
    """Those of some names that surely mean one thing: the internet, a host outside, an instance or a bare interface of which
    the name stands nowhere else in the file. They need no topology, which costs as much as the rest of a load. None where a
    resource outside VPCs gives names of its own kind to something (a network to its hosts)."""
    design, names = source.design, source.names
    if any(_gives_names(type(body)) for _, body in resources("design", design)):
        return frozenset()
    wanted = dict.fromkeys(asked, 0)
    bare = {name.rpartition(".")[2] for name in wanted}
    found: set[str] = set()
    others = (*names.connections, *design.lambda_functions, *design.api_gateways)
    outside = ("internet", *design.internet.hosts)
    for name in (*others, *outside):
        if name in wanted:
            wanted[name] += 1
    found.update(name for name in outside if name in wanted)
    for target in chain.from_iterable(names.all_targets.values()):
        if target.name in bare:
            for name in (target.name, target.full_name):
                if name in wanted:
                    wanted[name] += 1
                    if target.path[2] in ("instances", "interfaces") and "/" not in name:
                        found.add(name)
    return frozenset(name for name in found if wanted[name] == 1)


def subnet_names(design: Design) -> Counter[str]:
    """How many subnets each name means, bare and with its VPC."""
    names = ((vpc, subnet) for vpc, body in design.vpcs.items() for subnet in body.subnets)
    return Counter(name for vpc, subnet in names for name in (subnet, f"{vpc}.{subnet}"))


def plain_selector(design: Design, asked: Selector, subnets: Mapping[str, int]) -> bool:
    """Whether all that a selector names is there, told without the topology: VPCs and subnets (`subnet_names`), no tags."""
    vpcs = all(vpc in design.vpcs for vpc in asked.vpc)
    return vpcs and not asked.tag and all(subnets.get(name) == 1 for name in asked.subnet)


def _gives_names(kind: type[Resource]) -> bool:
    """Whether a kind of resource says what words mean that are no resource's name."""
    return kind.special.__func__ is not Resource.special.__func__  # type: ignore[attr-defined]
