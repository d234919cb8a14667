"""What is certain of something of which it is not known where it is, or all that it does: what it cannot be."""

from __future__ import annotations

from typing import Any, Final

from reachsim.importing.inventory import Inventory, Item

_HOSTS: Final = ("Instances", "PossibleInterfaces", "Functions")
_BALANCERS: Final = ("LoadBalancers", "LoadBalancerDescriptions")
_PRIVATE: Final = ("Functions", "VpcEndpoints")
"""What never has a public address: a function (LAMBDA-7), an endpoint, whose interfaces have private ones alone (EP-6)."""


def nature(found: Inventory, item: Item) -> dict[str, Any]:
    """Keys of a component that is not known: that it is a host and nothing else, that it has no public address.

    What passes on packets that are not its own has source/dest check off (NATI-1), or is an endpoint of Instance Connect
    that keeps its clients' addresses; an Application or a Classic Load Balancer answers its clients itself, and sends from
    addresses of its own (LB-1).
    """
    kind = next((kind for kind, members in found.items.items() if members.get(item.id) is item), "")
    private = kind in _PRIVATE or (kind in _BALANCERS and item.either("Scheme") == "internal")
    return {**({"kind": "host"} if _is_host(kind, item) else {}), **({"public": False} if private else {})}


def _is_host(kind: str, item: Item) -> bool:
    if kind in _HOSTS:
        return item.either("SourceDestCheck") in (None, True) and item.either("SendsForOthers") in (None, False)
    return kind == "LoadBalancerDescriptions" or (kind == "LoadBalancers" and item.either("Type") == "application")
