"""Lambda functions: which subnets and groups they run in."""

from __future__ import annotations

from typing import Any, Final

from reachsim.importing.inventory import Attributes, Unknown
from reachsim.importing.terraform.assembly import Assembly, present
from reachsim.importing.terraform.families.hosts import vpc_of
from reachsim.importing.terraform.snapshot import Resource

TYPES: Final = frozenset({"aws_lambda_function", "aws_lambda_alias"})


def add(made: Assembly) -> None:
    """Functions; one without subnets is outside every VPC (LAMBDA-1)."""
    for each in made.found.of("aws_lambda_function"):
        arn = each.get("arn")
        body = {
            "FunctionName": each.get("function_name"),
            "Version": "$LATEST",
            "VpcConfig": _attachment(made, each),
            "MemorySize": each.get("memory_size"),
        }
        made.put("Functions", each, present(body), arn if isinstance(arn, str) else str(each.address))


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
