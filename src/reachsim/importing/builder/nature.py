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

    What passes on packets that are not its own has source/dest check off (NATI-1); an Application or a Classic Load Balancer
    answers its clients itself, and sends from addresses of its own (LB-5).
    """
    kind = next((kind for kind, members in found.items.items() if members.get(item.id) is item), "")
    host = kind in _HOSTS and item.either("SourceDestCheck") in (None, True)
    host = (
        host or kind == "LoadBalancerDescriptions" or (kind == "LoadBalancers" and item.either("Type") == "application")
    )
    public = kind not in _PRIVATE and not (kind in _BALANCERS and item.either("Scheme") == "internal")
    return {**({"kind": "host"} if host else {}), **({} if public else {"public": False})}
