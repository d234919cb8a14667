"""What a route leads to."""

from __future__ import annotations

from typing import Final

from reachsim.importing.inventory import Reading, Unknown

TARGETS: Final = (
    "NatGatewayId", "VpcPeeringConnectionId", "TransitGatewayId", "NetworkInterfaceId", "InstanceId",
    "EgressOnlyInternetGatewayId", "VpcEndpointId", "LocalGatewayId", "CarrierGatewayId", "CoreNetworkArn", "GatewayId",
)  # fmt: skip
"""Where a route may say what it leads to; an instance as a target is its interface too, which says more."""

CONNECTIONS: Final = ("VpcPeeringConnectionId", "TransitGatewayId", "LocalGatewayId", "CoreNetworkArn", "GatewayId")
"""Of these, where it says one by which packets come in as well."""


def target_of(route: Reading) -> str | Unknown | None:
    """The id of what a route leads to, or why it is not known; None where the route says nothing of it.

    One known target is enough: a route has no other.
    """
    found = [route.either(key) for key in TARGETS]
    told = next((str(each) for each in found if each and not isinstance(each, Unknown)), None)
    return told if told is not None else next((each for each in found if isinstance(each, Unknown)), None)
