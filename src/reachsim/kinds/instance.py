"""Instances, NAT instances among them (chapter NATI)."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator

from reachsim.errors import HintedError, shown
from reachsim.fabric.site import Nic
from reachsim.kinds.kind import Boolean, Kind, also
from reachsim.kinds.network_interface import Host, Interface
from reachsim.kinds.resource import At, Entrance, Wiring, resource
from reachsim.net.intervals import PortSet
from reachsim.rules.ephemeral import client_ports


class NatSettings(Kind):
    """What the operating system of a NAT instance does (NATI-5). Source/dest check is set apart from it (NATI-1)."""

    ip_forward: Boolean = True
    """It forwards packets that are not to itself."""
    masquerade: Boolean = True
    """It puts its own address into what it forwards."""


def _nat(value: Any) -> Any:
    """`nat: true` forwards and masquerades, as a NAT image does; `nat: false` does neither."""
    if value is True:
        return NatSettings()
    if value is False:
        return None
    if isinstance(value, (dict, NatSettings)) or value is None:
        return value
    raise HintedError(
        f"expected true or false, got {shown(value)}", hint="write true, or {ip_forward: true, masquerade: false}"
    )


@resource("instances", "instance")
class Instance(Interface):
    """An instance with one network interface."""

    order: ClassVar[int] = 0

    nat: Annotated[NatSettings | None, BeforeValidator(_nat), also({"type": "boolean"})] = None
    """`true`: its system forwards and masquerades. Long form: `{ip_forward: true, masquerade: false}`."""
    state: Literal["running", "stopped"] = "running"
    """A stopped instance answers nothing, and a route to it is a blackhole (ROUTE-14)."""
    ami: str | None = None
    """The name of its machine image; one that names its system tells the ports of its clients (NACL-12)."""
    instance_profile: Any = None
    """Its instance profile; not looked at when packets are traced."""
    ssm_agent: Any = None
    """Its Systems Manager agent; not looked at when packets are traced."""

    def usual_client_ports(self) -> PortSet:
        """What its image tells (NACL-12)."""
        return client_ports(self.ami)

    def host(self, nic: Nic) -> Host:
        """Its operating system."""
        stopped = self.state == "stopped"
        if self.nat is None:
            return Host(nic, stopped=stopped)
        return Host(nic, ip_forward=self.nat.ip_forward, masquerade=self.nat.masquerade, stopped=stopped)

    def entrance(self, at: At, wiring: Wiring, vpc: str) -> Entrance:
        """Its interface; a route to a stopped instance is a blackhole (ROUTE-14)."""
        inactive = f"instance {at.name} is stopped" if self.state == "stopped" else ""
        return super().entrance(at, wiring, vpc)._replace(inactive=inactive, rule="ROUTE-14")
