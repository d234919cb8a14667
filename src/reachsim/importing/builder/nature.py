"""What is certain of something of which it is not known where it is, or all that it does: what it cannot be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from reachsim.importing.inventory import HOST, NOT_READ, Fields, Inventory, Item, Reading
from reachsim.resources.reference import UNKNOWN

_HOSTS: Final = ("Instances", "PossibleInterfaces", "Functions")
_BALANCERS: Final = ("LoadBalancers", "LoadBalancerDescriptions")
_PRIVATE: Final = ("Functions", "VpcEndpoints")
"""What never has a public address: a function (LAMBDA-7), an endpoint, whose interfaces have private ones alone (EP-6)."""
_GROUPS: Final = ("Groups", "SecurityGroups", "SecurityGroupIds")
_BLOCKS: Final = "Ipv6CidrBlockAssociationSet"


def nature(found: Inventory, item: Item, members: Iterable[Item] = ()) -> dict[str, Any]:
    """Keys of a component that is not known: that it is a host and nothing else, that it has no public address.

    What passes on packets that are not its own has source/dest check off (NATI-1), or is an endpoint of Instance Connect
    that keeps its clients' addresses; an Application or a Classic Load Balancer answers its clients itself, and sends from
    addresses of its own (LB-1). `members`: interfaces that were read by themselves, of an instance.
    """
    kind = next((kind for kind, members in found.items.items() if members.get(item.id) is item), "")
    parts = [item, *item.members("NetworkInterfaces").known, *members]
    private = kind in _PRIVATE or (kind in _BALANCERS and item.either("Scheme") == "internal")
    return {**({"kind": "host"} if _is_host(kind, item, parts) else {}), **({"public": False} if private else {})}


def as_interface(
    found: Inventory,
    item: Item,
    members: Sequence[Item],
    vpc: str,
    homes: Mapping[str, str],
    names: Mapping[str, str],
    subnets: Collection[str],
) -> dict[str, Any]:
    """Keys of an instance with one interface, of which it is not known in which of some subnets it is: its groups, `unknown`
    among them or in their place; and that it has no IPv6 address, where none of its subnets has a block of these.
    `members`: its interfaces that were read by themselves; `homes`, `names`: the VPC and the name of what was put into the
    design."""
    holder = members[0] if members else item
    if len(members) > 1 or "NetworkInterfaces" in item.attributes or not any(key in holder for key in _GROUPS):
        return {}
    listed = [holder.certain(key) for key in _GROUPS]
    told = [each.either("GroupId") if isinstance(each, Fields) else each for one in listed for each in one.known]
    own = [names[id] for id in told if isinstance(id, str) and homes.get(id) == vpc]
    certain = own and len(own) == len(told) and not any(one.unknown for one in listed)
    groups = own if certain else [*own, UNKNOWN]
    here = (each for each in found.of("Subnets") if homes.get(each.id) == vpc and names.get(each.id) in subnets)
    blocks = any(each.members(_BLOCKS).known or each.members(_BLOCKS).unknown for each in here)
    return {"security_groups": groups, **({} if blocks else {"ipv6": False})}


def _is_host(kind: str, item: Item, parts: Iterable[Reading]) -> bool:
    if kind == NOT_READ:
        return item.either(HOST) is True
    if kind in _HOSTS:
        checks = all(each.either("SourceDestCheck") in (None, True) for each in parts)
        return checks and item.either("SendsForOthers") in (None, False)
    return kind == "LoadBalancerDescriptions" or (kind == "LoadBalancers" and item.either("Type") == "application")
