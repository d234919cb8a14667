"""The reader of CloudFormation templates, those of SAM and CDK with them."""

from __future__ import annotations

import re
from typing import Any, Final

from reachsim.errors import UsageError
from reachsim.importing.cloudformation import accounted
from reachsim.importing.cloudformation.evaluate import ZONE, External
from reachsim.importing.cloudformation.families import ADDITIONS, OBJECTS
from reachsim.importing.cloudformation.made import Made, entries, flag, id_of
from reachsim.importing.cloudformation.stack import NESTED, Resource
from reachsim.importing.cloudformation.stacks import Stacks
from reachsim.importing.cloudformation.template import Template, recognises, template_of
from reachsim.importing.defaults import created_filters, created_vpc
from reachsim.importing.inventory import NOT_READ, Inventory, Item, Unknown
from reachsim.importing.options import Options
from reachsim.importing.sources import Source

__all__ = ["TAKES", "hold", "read_held", "recognises"]

_ZONE_ID: Final = re.compile(r"[a-z]+\d+-az\d+")
_SORTS: Final = ("name", "id", "place among those of the Region")
TAKES: Final = frozenset({"parameters", "stacks", "region", "account"})


def hold(inventory: Inventory, source: Source, options: Options) -> None:
    """Keep a template until all files are there: a stack may import what another one exports."""
    template = template_of(source)
    inventory.parameters |= set(template.section("Parameters"))
    inventory.held.append(source)


def read_held(inventory: Inventory, options: Options) -> None:
    """Take in all templates that were kept, and those of the stacks that were named. Raises UsageError for a macro that is
    not AWS's own, which nobody else can carry out."""
    names = {source.file: name for name, source in options.stacks.items()}
    sources = {source.file: source for source in (*inventory.held, *options.stacks.values())}
    try:
        _read(inventory, [template_of(source) for source in sources.values()], names, options)
    except RecursionError:
        raise UsageError(f"{', '.join(sources)}: values hang on one another too deeply") from None


def _read(inventory: Inventory, templates: list[Template], names: dict[str, str], options: Options) -> None:
    made = Made(inventory, {}, strict=options.strict)
    stacks = Stacks(templates, names, options, made.stand_in)
    made.stacks = stacks.made
    named = [value for stack in stacks.made.values() for value in stack.scope.values.values()]
    inventory.valueless |= {each.name: each.reason for each in named if isinstance(each, External)}
    resources = [each for stack in stacks.made.values() for each in made.take(stack)]
    for table in (OBJECTS, ADDITIONS):
        order = {kind: place for place, kind in enumerate(table)}
        for resource in sorted((each for each in resources if each.type in table), key=lambda each: order[each.type]):
            table[resource.type](made, resource)
        for resource in resources:  # rules are added to these, too
            if resource.type == "AWS::EC2::VPC":
                created_filters(inventory, resource.id)
    for resource in resources:
        missing = (
            resource.type == NESTED and stacks.made[made.prefix[resource.id]].children.get(resource.logical_id) is None
        )
        if missing or not accounted.reads(resource.type):
            _tell_not_read(made, resource)
        elif resource.type == "AWS::EC2::VPC":
            inventory.items["Vpcs"][resource.id].attributes.update(
                {"OwnerId": options.account} if options.account else {}
            )
            created_vpc(inventory, resource.id)
    for resource in resources:
        if resource.type == accounted.RESTRICTED:
            _restrict(made, resource)
    for vpc, block in made.blocks.items():
        if vpc in made.resources:
            made.assumed(made.resources[vpc], f"{block} stands for the IPv6 block that Amazon gives it")
    _tell_zones_apart(inventory)


def _tell_not_read(made: Made, resource: Resource) -> None:
    """Say of a resource that it is not read, and where it may have interfaces. One of a service that no packet depends on
    counts where it is told subnets: then it has hosts there."""
    if accounted.indifferent(resource.type) and resource.type != NESTED:
        if accounted.has_hosts(resource.type) and made.place_not_read(resource, host=True):
            made.not_read(resource, accounted.why_not_read(resource.type))
        return
    made.not_read(resource, accounted.why_not_read(resource.type))
    if resource.type in accounted.ACCELERATES:
        _accelerate(made, resource)
    elif accounted.stands(resource.type):
        made.place_not_read(resource, host=resource.type in accounted.FLEETS)


def _tell_zones_apart(inventory: Inventory) -> None:
    """Where some zones are named, of others only the place is known or the id, nobody knows which of them are the same."""
    subnets = [each for each in inventory.of("Subnets") if isinstance(each.attributes.get("AvailabilityZone"), str)]
    sorts = [_sort_of(each.attributes["AvailabilityZone"]) for each in subnets]
    for subnet, sort in zip(subnets, sorts, strict=True):
        if sort > min(sorts):
            subnet.attributes["AvailabilityZone"] = Unknown(f"which zone has its {_SORTS[sort]}")


def _sort_of(zone: str) -> int:
    """How a zone is called: by its name, its id, or its place."""
    return 2 if ZONE in zone else 1 if _ZONE_ID.fullmatch(zone) else 0


def _accelerate(made: Made, resource: Resource) -> None:
    """What brings clients of the internet, with their addresses, to instances and load balancers of a VPC that nothing else
    leads to: a component of each VPC of which it is not told that none of them is in it."""
    listed = entries(resource.get("EndpointConfigurations") or resource.get("EndpointId") or [])
    ends = [
        each
        for each in listed
        if isinstance(each, Unknown) or flag(each.get("ClientIPPreservationEnabled")) is not False
    ]
    ids = {each if isinstance(each, Unknown) else id_of(each.get("EndpointId")) for each in ends}
    told = {id: _vpc_of_end(made, id) for id in ids if isinstance(id, str)}
    every = [item.id for item in made.inventory.of("Vpcs")]
    sure = len(told) == len(ids) and all(told.values())
    for vpc in every if not sure else [each for each in every if each in told.values()]:
        item = Item(f"{resource.id} in {vpc}", {"Kind": resource.type, "VpcId": vpc}, resource.origin, resource.maybe)
        made.inventory.add(NOT_READ, item)


def _vpc_of_end(made: Made, id: str) -> str | None:
    """The VPC of a load balancer or an instance; of an elastic address, which is called like any, none; None where it is not
    known."""
    if made.inventory.one("Addresses", id) is not None:
        return "-"
    balancer = made.inventory.one("LoadBalancers", id)
    owned = (each.attributes for each in made.inventory.of("NetworkInterfaces"))
    subnets = [each.get("SubnetId") for each in owned if (each.get("Attachment") or {}).get("InstanceId") == id]
    vpc = balancer.attributes.get("VpcId") if balancer is not None else made.vpc_of(subnets[0]) if subnets else None
    return vpc if isinstance(vpc, str) else None


def _restrict(made: Made, resource: Resource) -> None:
    """CDK's custom resource: it takes all rules out of a default group."""
    group: Any = id_of(resource.get("DefaultSecurityGroupId"))
    item = made.inventory.one("SecurityGroups", group) if isinstance(group, str) else None
    if item is None or made.maybe(resource):
        made.not_read(resource, "a custom resource that may take the rules out of a default group")
        return
    item.attributes.update({"IpPermissions": [], "IpPermissionsEgress": []})
