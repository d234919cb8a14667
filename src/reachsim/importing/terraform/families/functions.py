"""Lambda functions with their versions and aliases: which subnets and groups they run in."""

from __future__ import annotations

from typing import Any, Final

from reachsim.importing.inventory import Attributes, Origin, Unknown
from reachsim.importing.terraform.assembly import Assembly, present
from reachsim.importing.terraform.families.hosts import vpc_of
from reachsim.importing.terraform.snapshot import Resource
from reachsim.resources.lambda_function import LATEST

_FUNCTION: Final = "aws_lambda_function"
TYPES: Final = frozenset({_FUNCTION, "aws_lambda_alias"})


def add(made: Assembly) -> None:
    """Functions; one without subnets is outside every VPC (LAMBDA-1)."""
    for each in made.found.of(_FUNCTION):
        body = {
            "FunctionName": each.get("function_name"),
            "Version": LATEST,
            "VpcConfig": _attachment(made, each),
            "MemorySize": each.get("memory_size"),
            "CapacityProviderConfig": {} if each.each("capacity_provider_config") else None,
        }
        told = made.put("Functions", each, present(body), _arn(each))
        number = _published(made, each)
        if number.isdigit():
            made.place("Functions", f"{_arn(each)}:{number}", {**told, "Version": number}, each.origin)
    by_name: dict[str, list[Resource]] = {}
    for each in made.found.of(_FUNCTION):
        for name in _called(each):
            by_name.setdefault(name, []).append(each)
    for each in made.found.of("aws_lambda_alias"):
        _add_alias(made, each, _owners(each.get("function_name"), by_name))


def _arn(each: Resource) -> str:
    arn = each.get("arn")
    return arn if isinstance(arn, str) else str(each.address)


def _published(made: Assembly, each: Resource) -> str:
    """The version that has what the function is: the provider publishes one with each change where it is told to, and calls
    what is not published $LATEST. Empty where it is not known."""
    publish, version = each.get("publish"), each.get("version")
    if isinstance(version, str):
        return version if publish is True or version == LATEST else ""
    if isinstance(publish, Unknown) or not isinstance(version, Unknown):
        return ""
    if not publish:
        return LATEST
    before = (
        next((one for one in made.before.of(_FUNCTION) if one.address == each.address), None) if made.before else None
    )
    last = None if before is None else before.get("version")
    number = str(int(last) + 1) if isinstance(last, str) and last.isdigit() else "1"
    made.assumed.append((str(each.address), f"the version that is published is number {number}", each.origin))
    return number


def _add_alias(made: Assembly, each: Resource, owners: list[Resource]) -> None:
    """An alias of a function of the file; `owners`: which functions it may be of."""
    name, version = each.get("name"), each.get("function_version")
    if len(owners) != 1 or not isinstance(name, str):
        text = "its name is not known" if len(owners) == 1 else "its function is not in the file, or not known"
        made.unread.append((str(each.address), text, each.origin))
        return
    owner = owners[0]
    if version == f"{owner.id}.version":
        version = _published(made, owner) or Unknown(f"which version {owner.address} is is not known")
    routing = next(iter(each.each("routing_config")), None)
    weights = routing.get("additional_version_weights") if isinstance(routing, dict) else routing
    body: Attributes = {
        "Name": name,
        "FunctionVersion": version,
        "RoutingConfig": {"AdditionalVersionWeights": weights} if weights else None,
    }
    id = f"{_arn(owner)}:{name}"
    made.ids[each.origin.path] = id
    made.place("Aliases", id, present(body), Origin(each.origin.file, each.origin.path))


def _called(function: Resource) -> set[str]:
    """What an alias may call a function: its name, its ARN, or what stands for them in a plan."""
    own = function.get("function_name")
    words = {function.id, _arn(function), *(f"{function.id}.{key}" for key in ("function_name", "qualified_arn"))}
    return words | ({own} if isinstance(own, str) else set())


def _owners(named: Any, by_name: dict[str, list[Resource]]) -> list[Resource]:
    """The functions that a text names: also by a part of an ARN, such as `ACCOUNT:function:NAME`."""
    if not isinstance(named, str):
        return []
    if named in by_name or named.startswith("arn:"):
        return by_name.get(named, [])
    arns = ((one, one.get("arn")) for one in by_name.get(named.rpartition(":")[2], []))
    return [one for one, arn in arns if not isinstance(arn, str) or arn.endswith(named)]


def _attachment(made: Assembly, each: Resource) -> Any:
    value = each.values.get("vpc_config")
    if isinstance(value, Unknown):
        return value
    block: Attributes = next((one for one in value or [] if isinstance(one, dict)), {})
    subnets, groups = block.get("subnet_ids"), block.get("security_group_ids")
    if not subnets:
        return {}
    first = subnets[0] if isinstance(subnets, list) else subnets
    return {
        "SubnetIds": subnets,
        "SecurityGroupIds": groups if groups is not None else [],
        "VpcId": first if isinstance(first, Unknown) else vpc_of(made, first),
        "Ipv6AllowedForDualStack": bool(block.get("ipv6_allowed_for_dual_stack")),
    }
