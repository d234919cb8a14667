"""Lambda functions with their versions and aliases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from reachsim.importing.cloudformation.made import Made, entries, flag, id_of, ids_of
from reachsim.importing.cloudformation.stack import Resource
from reachsim.importing.inventory import Unknown


def function(made: Made, resource: Resource) -> None:
    """A function of Lambda, also of SAM; only one with subnets is in a VPC."""
    config = resource.get("VpcConfig")
    config = {} if config is None else config
    name = resource.get("FunctionName")
    attributes: dict[str, Any] = {"FunctionName": name if isinstance(name, str) else resource.logical_id}
    if isinstance(config, dict):
        subnets = ids_of(config.get("SubnetIds"))
        vpc = made.vpc_of([each for each in subnets if isinstance(each, str)] or subnets)
        groups = made.groups_of(config.get("SecurityGroupIds"), vpc) if subnets else []
        listed: Any = groups
        if isinstance(groups, list):
            listed = [each if isinstance(each, Unknown) else each["GroupId"] for each in groups]
        inside = {"VpcId": vpc, "SubnetIds": subnets, "SecurityGroupIds": listed}
        dual = flag(config.get("Ipv6AllowedForDualStack"))
        attributes["VpcConfig"] = {**inside, **({"Ipv6AllowedForDualStack": dual} if dual else {})} if subnets else {}
    else:
        attributes["VpcConfig"] = Unknown(getattr(config, "reason", "its VPC is not told"))
    if resource.get("CapacityProviderConfig"):
        attributes["CapacityProviderConfig"] = {}
    made.add("Functions", resource, attributes)
    alias = resource.get("AutoPublishAlias")
    if isinstance(alias, str):
        _publish(made, resource, resource.id)
        _alias(made, resource, resource.id, alias, "1")


def version(made: Made, resource: Resource) -> None:
    """A version that is published: of what the function is."""
    owner = id_of(resource.get("FunctionName"))
    if isinstance(owner, str):
        _publish(made, resource, owner)


def _publish(made: Made, resource: Resource, owner: str) -> None:
    """A version of a function. AWS gives its number; where nothing was published before, they begin with 1."""
    function = made.inventory.one("Functions", owner)
    if function is None:
        made.beyond(resource, owner)
        return
    made.published.setdefault(owner, []).append(resource.id)
    number = str(len(made.published[owner]))
    made.add("Functions", resource, {**function.attributes, "Version": number}, id=f"{owner}:{number}")


def alias(made: Made, resource: Resource) -> None:
    """An alias: of a version of the template, of two with weights, or of $LATEST."""
    owner, name = id_of(resource.get("FunctionName")), resource.get("Name")
    if not isinstance(owner, str) or not isinstance(name, str):
        made.not_read(resource, "an alias whose name or function is not known")
        return
    published = {id: str(number) for number, id in enumerate(made.published.get(owner, []), 1)}
    routing = resource.get("RoutingConfig")
    listed = routing.get("AdditionalVersionWeights") if isinstance(routing, dict) else routing
    more: dict[str, Any] = {}
    if listed:
        more["RoutingConfig"] = {"AdditionalVersionWeights": _weights(listed, published)}
    _alias(made, resource, owner, name, _number(resource.get("FunctionVersion"), published), **more)


def _number(version: Any, published: Mapping[str, str]) -> Any:
    """The number of a version that is named by its resource; a text that is written is one."""
    meant = id_of(version)
    return published.get(meant, meant) if isinstance(meant, str) else Unknown("which version it is is not known")


def _weights(listed: Any, published: Mapping[str, str]) -> Any:
    """The shares of other versions."""
    told = entries(listed)
    if any(isinstance(each, Unknown) for each in told):
        return Unknown("its weights are not known")
    pairs = [(_number(each.get("FunctionVersion"), published), each.get("FunctionWeight")) for each in told]
    if any(isinstance(part, Unknown) for pair in pairs for part in pair):
        return Unknown("its weights are not known")
    return dict(pairs)


def _alias(made: Made, resource: Resource, owner: str, name: str, number: Any, **more: Any) -> None:
    attributes = {"Name": name, "FunctionVersion": number, **more}
    made.add("Aliases", resource, attributes, id=f"{owner}:{name}")


OBJECTS: Final[Mapping[str, Callable[[Made, Resource], None]]] = {
    "AWS::Lambda::Function": function,
    "AWS::Serverless::Function": function,
    "AWS::Lambda::Version": version,
    "AWS::Lambda::Alias": alias,
}
ADDITIONS: Final[Mapping[str, Callable[[Made, Resource], None]]] = {}
