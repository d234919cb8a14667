"""Instances, NAT instances among them (chapter NATI)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from reachsim.errors import HintedError, shown
from reachsim.fabric.site import Nic
from reachsim.kinds.kind import Boolean, Kind, also
from reachsim.kinds.network_interface import Host, Interface


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


class Instance(Interface):
    """An instance with one network interface."""

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


def instance_host(nic: Nic, instance: Instance) -> Host:
    """The checkpoint behind an instance's interface."""
    stopped = instance.state == "stopped"
    if instance.nat is None:
        return Host(nic, stopped=stopped)
    return Host(nic, ip_forward=instance.nat.ip_forward, masquerade=instance.nat.masquerade, stopped=stopped)
