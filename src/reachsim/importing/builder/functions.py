"""Lambda functions with their versions and aliases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import Any, Final

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.builder.interfaces import groups_of
from reachsim.importing.builder.places import places
from reachsim.importing.inventory import Fields, Item, NotKnown, Unknown
from reachsim.resources.lambda_function import LATEST
from reachsim.resources.reference import UNKNOWN

_WEIGHT: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?|\.[0-9]{1,6}")
_NUMBER: Final = re.compile("[1-9][0-9]{0,17}")
_ARN_PARTS: Final = 7
"""Parts of a function's own ARN; one more is a version or an alias."""


def add_functions(draft: Draft) -> None:
    """Functions; one of which a version cannot be placed is left out with what names that version."""
    functions: dict[str, dict[str, Item]] = {}
    for item in draft.found.of("Functions"):
        told = item.either("Version")
        base, qualifier = _split(item, told)
        functions.setdefault(base, {})[qualifier or (told if isinstance(told, str) else LATEST)] = item
    for base, versions in functions.items():
        first = versions.get(LATEST) or next(iter(versions.values()))
        draft.one(first, partial(add_function, base=base, versions=versions), _doubt)


def _doubt(draft: Draft, item: Item, reason: str) -> None:
    config = item.either("VpcConfig")
    told = {} if not isinstance(config, Fields) else config.attributes
    draft.doubt(Item(item.id, {**item.attributes, **told}, item.origin, item.maybe), reason)


def add_function(draft: Draft, first: Item, base: str, versions: dict[str, Item]) -> None:
    """One function, with those of its versions of which it is known where they run. Raises NotKnown."""
    name = draft.naming.name("functions", first.text("FunctionName"), base)
    body: Data = {}
    carried = {version: _carried(draft, item) for version, item in versions.items()}
    if LATEST in carried and carried[LATEST] is None:
        for version, item in versions.items():
            if version != LATEST and carried[version]:
                _doubt(draft, item, f"where {LATEST} of its function runs is not known")
        return
    if carried.get(LATEST):
        body["latest"] = carried[LATEST]
    numbered = {version: own for version, own in carried.items() if _NUMBER.fullmatch(version) and own is not None}
    if numbered:
        body["versions"] = dict(sorted(numbered.items(), key=lambda each: int(each[0])))
    draft.out.names |= {versions[version].id: f"{name}:{version}" for version in numbered}
    aliases = dict(_aliases(draft, base, name, carried))
    if aliases:
        body["aliases"] = aliases
    if first.get("MemorySize"):
        body["memory_mb"] = first.get("MemorySize")
    draft.top("lambda_functions")[name] = body
    draft.place(first, ("lambda_functions", name))
    draft.out.names[base] = name


def _carried(draft: Draft, item: Item) -> Data | None:
    """What a version carries; None where that is not known, which is then said of this version alone (LAMBDA-22)."""
    try:
        return attachment(draft, item)
    except NotKnown as error:
        _doubt(draft, item, error.reason)
        return None


def attachment(draft: Draft, item: Item) -> Data | None:
    """Where a version runs: empty outside every VPC, None where its subnets were not read. Raises NotKnown, also for one on
    Lambda Managed Instances (LAMBDA-33)."""
    if "CapacityProviderConfig" in item:
        raise NotKnown(Unknown("it runs on Lambda Managed Instances, whose capacity provider is not read"))
    config = item.inner("VpcConfig")
    ids = places(draft, Item(item.id, config.attributes, item.origin))
    if not ids:
        return {}
    vpc = draft.vpc_of.get(ids[0], "")
    if not vpc or any(draft.local(vpc, id) is None for id in ids):
        draft.nowhere(item, "it runs in a subnet that was not read")
        return None
    body: Data = {"vpc": draft.names[vpc], "subnets": [draft.names[id] for id in ids]}
    groups = groups_of(draft, Item(item.id, config.attributes, item.origin), "SecurityGroupIds", vpc)
    if groups is not None:
        body["security_groups"] = groups
    if config.get("Ipv6AllowedForDualStack"):
        body["ipv6"] = True
    return body


def _aliases(draft: Draft, base: str, function: str, carried: dict[str, Data | None]) -> Iterator[tuple[str, Any]]:
    """Aliases of a function, each to a version or to two with weights in percent (LAMBDA-25)."""
    for item in draft.found.of("Aliases"):
        owner, name = _split(item, item.either("Name"))
        if owner == base and name:
            draft.out.names[item.id] = f"{function}:{name}"
            try:
                yield name, _leads_to(draft, item, carried)
            except NotKnown as error:
                draft.unknown(item, "to which version it leads", error.reason)
                yield name, UNKNOWN


def _leads_to(draft: Draft, item: Item, carried: dict[str, Data | None]) -> Any:
    """What an alias stands for, as a design has it. Raises NotKnown."""
    if item.maybe:
        raise NotKnown(Unknown(item.maybe))
    weights = {
        version: _weight(value)
        for version, value in item.inner("RoutingConfig").inner("AdditionalVersionWeights").attributes.items()
    }
    main = item.text("FunctionVersion")
    for version in (main, *weights):
        if carried.get(version) is None or not (version == LATEST or _NUMBER.fullmatch(version)):
            raise NotKnown(Unknown(f"version {version} was not read"))
    if any(weights.values()):
        shares = {main: 1 - sum(weights.values(), Fraction(0)), **weights}
        return {version: _share(share) for version, share in shares.items() if share}
    return main if main == LATEST else int(main)


def _weight(value: Any) -> Fraction:
    """A weight, in any form that a file may have it in. Raises NotKnown for what is none."""
    if not _WEIGHT.fullmatch(str(value)):
        raise NotKnown(Unknown("its weights are not known"))
    return Fraction(str(value))


def _share(share: Fraction) -> int | str:
    """Percent where it is whole, else a fraction as the API writes it."""
    return int(share * 100) if (share * 100).denominator == 1 else f"{float(share):.6f}".lstrip("0").rstrip("0")


def _split(item: Item, last: Any) -> tuple[str, str]:
    """A function's own ARN, or the name that a file has for it, and the version or alias (`last`) behind it."""
    parts = item.id.split(":")
    if parts[0] == "arn":
        return ":".join(parts[:_ARN_PARTS]), ":".join(parts[_ARN_PARTS:])
    base = item.id.removesuffix(f":{last}")
    return base, last if base != item.id else ""
