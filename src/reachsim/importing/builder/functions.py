"""Lambda functions with their versions and aliases."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import Any, Final

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.builder.interfaces import groups_of
from reachsim.importing.inventory import Fields, Item

LATEST: Final = "$LATEST"
_ARN_PARTS: Final = 7
"""Parts of a function's own ARN; one more is a version or an alias."""


def add_functions(draft: Draft) -> None:
    """Functions; one of which a version cannot be placed is left out with what names that version."""
    functions: dict[str, dict[str, Item]] = {}
    for item in draft.found.of("Functions"):
        base, qualifier = _split(item.id)
        functions.setdefault(base, {})[qualifier or str(item.either("Version") or LATEST)] = item
    for base, versions in functions.items():
        first = versions.get(LATEST) or next(iter(versions.values()))
        draft.one(first, partial(add_function, base=base, versions=versions), _doubt)


def _doubt(draft: Draft, item: Item, reason: str) -> None:
    config = item.either("VpcConfig")
    told = {} if not isinstance(config, Fields) else config.attributes
    draft.doubt(Item(item.id, {**item.attributes, **told}, item.origin, item.maybe), reason)


def add_function(draft: Draft, first: Item, base: str, versions: dict[str, Item]) -> None:
    """One function. Raises NotKnown."""
    name = draft.naming.name("functions", first.text("FunctionName"), base)
    body: Data = {}
    carried = {version: attachment(draft, item) for version, item in versions.items()}
    if LATEST in carried and carried[LATEST] is None:
        return
    if carried.get(LATEST):
        body["latest"] = carried[LATEST]
    numbered = {version: own for version, own in carried.items() if version != LATEST and own is not None}
    if numbered:
        body["versions"] = dict(sorted(numbered.items(), key=lambda each: int(each[0])))
    aliases = dict(_aliases(draft, base, numbered))
    if aliases:
        body["aliases"] = aliases
    if first.get("MemorySize"):
        body["memory_mb"] = first.get("MemorySize")
    draft.top("lambda_functions")[name] = body
    draft.place(first, ("lambda_functions", name))
    draft.out.names[base] = name


def attachment(draft: Draft, item: Item) -> Data | None:
    """Where a version runs: empty outside every VPC, None where its subnets were not read."""
    config: Any = item.get("VpcConfig") or {}
    ids = config.get("SubnetIds") or []
    if not ids:
        return {}
    vpc = draft.vpc_of.get(ids[0], "")
    if not vpc or any(draft.local(vpc, id) is None for id in ids):
        draft.note("left out", item.id, "it runs in a subnet that was not read", item)
        return None
    body: Data = {"vpc": draft.names[vpc], "subnets": [draft.names[id] for id in ids]}
    groups = groups_of(draft, Item(item.id, config.attributes, item.origin), "SecurityGroupIds", vpc)
    if groups is not None:
        body["security_groups"] = groups
    if config.get("Ipv6AllowedForDualStack"):
        body["ipv6"] = True
    return body


def _aliases(draft: Draft, base: str, versions: dict[str, Data]) -> Iterator[tuple[str, Any]]:
    """Aliases of a function, each to a version or to two with weights in percent (LAMBDA-25)."""
    for item in draft.found.of("Aliases"):
        owner, name = _split(item.id)
        if owner != base or not name:
            continue
        routing: Any = item.get("RoutingConfig") or {}
        given: Any = routing.get("AdditionalVersionWeights") or {}
        weights = {str(version): Fraction(str(given[version])) for version in getattr(given, "attributes", given)}
        main = item.text("FunctionVersion")
        if any(version not in versions for version in (main, *weights)):
            draft.note("left out", item.id, f"version {main} that it leads to was not read", item)
        elif any(weights.values()):
            shares = {main: 1 - sum(weights.values(), Fraction(0)), **weights}
            yield name, {version: _share(share) for version, share in shares.items() if share}
        else:
            yield name, int(main)


def _share(share: Fraction) -> int | str:
    """Percent where it is whole, else a fraction as the API writes it."""
    return int(share * 100) if (share * 100).denominator == 1 else f"{float(share):.6f}".lstrip("0").rstrip("0")


def _split(arn: str) -> tuple[str, str]:
    """A function's own ARN, or the name that a template has for it, and the version or alias behind it."""
    parts = arn.split(":")
    own = _ARN_PARTS if parts[0] == "arn" else 1
    return ":".join(parts[:own]), ":".join(parts[own:])
