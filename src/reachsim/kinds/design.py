"""The whole design: what one file says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from reachsim.errors import HintedError, shown
from reachsim.kinds.api_gateway import ApiGateway
from reachsim.kinds.expectation import Expectation
from reachsim.kinds.internet import Internet
from reachsim.kinds.kind import Kind, Name, ShareField
from reachsim.kinds.lambda_function import LambdaFunction
from reachsim.kinds.peering_connection import PeeringConnection
from reachsim.kinds.prefix_list import PrefixList
from reachsim.kinds.unmodelled import Unmodelled
from reachsim.kinds.vpc import Vpc
from reachsim.rules.nat import NAT_LOSS_BELOW


def _number(value: Any) -> Any:
    """The version is a number: Python takes true for 1, which nobody means here."""
    if type(value) is not int:
        raise HintedError(f"expected 1, got {shown(value)}", hint="write version: 1")
    return value


class Design(Kind):
    """A network design, version 1 of the format (docs/format.md)."""

    version: Annotated[Literal[1], BeforeValidator(_number)]
    """The version of the format: 1."""
    name: str = ""
    region: Name | None = None
    """The AWS Region, for the reader."""
    warn: tuple[str, ...] = ()
    """IDs of rules whose refusals become warnings, to simulate what AWS would not accept."""
    nat_loss_below: ShareField = NAT_LOSS_BELOW
    """NAT-PORT: traffic counts as reachable, with a warning, while less than this share of the ports that a NAT device may
    choose is lost; 0: every port has to come back."""
    vpcs: dict[Name, Vpc] = Field(default_factory=dict)
    peering_connections: dict[Name, PeeringConnection] = Field(default_factory=dict)
    prefix_lists: dict[Name, PrefixList] = Field(default_factory=dict)
    lambda_functions: dict[Name, LambdaFunction] = Field(default_factory=dict)
    api_gateways: dict[Name, ApiGateway] = Field(default_factory=dict)
    internet: Internet = Internet()
    expect: tuple[Expectation, ...] = ()

    transit_gateways: dict[Name, Unmodelled] = Field(default_factory=dict)
    """Not modelled yet: traffic to one is undecided."""
    vpn_connections: dict[Name, Unmodelled] = Field(default_factory=dict)
    """Not modelled yet: traffic to one is undecided."""
    direct_connect_gateways: dict[Name, Unmodelled] = Field(default_factory=dict)
    """Not modelled yet: traffic to one is undecided."""

    def unmodelled(self) -> Iterator[tuple[str, str]]:
        """What it has outside VPCs that reachsim does not model: section and name."""
        for section in UNMODELLED_OUTSIDE:
            for name in getattr(self, section):
                yield section, name


UNMODELLED_OUTSIDE = {
    "transit_gateways": "transit gateway",
    "vpn_connections": "VPN connection",
    "direct_connect_gateways": "Direct Connect gateway",
}
"""Sections outside VPCs that reachsim does not model, with the word for one of them."""
