"""What a route leads to."""

from __future__ import annotations

from typing import Final

from reachsim.importing.builder.draft import Data

TARGETS: Final = (
    "NatGatewayId", "VpcPeeringConnectionId", "TransitGatewayId", "NetworkInterfaceId", "InstanceId",
    "EgressOnlyInternetGatewayId", "VpcEndpointId", "LocalGatewayId", "CarrierGatewayId", "CoreNetworkArn", "GatewayId",
)  # fmt: skip
"""Where a route may say what it leads to; an instance as a target is its interface too, which says more."""


def target_of(route: Data) -> str | None:
    """The id of what a route leads to; None where it says nothing of it."""
    return next((str(route[key]) for key in TARGETS if route.get(key)), None)
