"""Instances, NAT instances among them (chapter NATI)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from reachsim.dataplane.site import NetworkInterface
from reachsim.errors import HintedError
from reachsim.net.cidr import address_set
from reachsim.net.intervals import PortSet
from reachsim.resources.fields import READ_ONLY, BlockField, Boolean, Name, ReadOnly
from reachsim.resources.host import Host
from reachsim.resources.managed_node import Agent, Profile
from reachsim.resources.network_interface import ElasticInterface, InterfaceSettings, NatSettings
from reachsim.resources.resource import At, BlocksBehind, Entrance, Wiring, resource
from reachsim.rules.clauses import KeyPath
from reachsim.rules.ephemeral import client_ports


@resource("instances", "instance")
class Instance(ElasticInterface):
    """An instance with one network interface, or with those under `network_interfaces`."""

    also_called: ClassVar[str] = r"ec2s?|ec2_instances?"

    order: ClassVar[int] = 0

    network_interfaces: Annotated[dict[Name, InterfaceSettings], READ_ONLY] = Field(default_factory=ReadOnly)
    """Its interfaces by name, in place of the keys of a single one."""
    client_networks: tuple[BlockField, ...] = ()
    """Ranges behind it that it forwards for: VPN clients, a router's LAN."""
    local_networks: tuple[BlockField, ...] = ()
    """Ranges that never leave the host, such as a docker bridge."""
    external_snat: Boolean | None = None
    """`false`: what its secondary addresses (pods) send out of the VPC leaves with its primary address."""
    state: Literal["running", "stopped"] = "running"
    """A stopped instance answers nothing, and a route to it is a blackhole (ROUTE-14)."""
    ami: str | None = None
    """The name of its machine image; one that names its system tells the ports of its clients (NACL-12)."""
    instance_profile: Profile = None
    """Its profile: the managed policies of its role, or `{policies: [...], actions: [...]}` (SSM-6). Decides no packet."""
    ssm_agent: Agent = None
    """SSM Agent: `true`, `false`, its version, or `{installed, running, version}`; left out: what `ami` tells (SSM-8)."""

    def settings(self, at: At) -> Sequence[tuple[str, KeyPath, InterfaceSettings]]:
        """Its interfaces, each by name, with where its keys are written."""
        if not self.network_interfaces:
            return super().settings(at)
        here = (*at.path, "network_interfaces")
        return [(f"{at.name}/{name}", (*here, name), settings) for name, settings in self.network_interfaces.items()]

    @property
    def several(self) -> bool:
        """Whether it has interfaces with names of their own."""
        return bool(self.network_interfaces) or super().several

    @model_validator(mode="after")
    def _one_way_of_writing(self) -> Instance:
        if not self.network_interfaces:
            return self
        single = self.model_fields_set & InterfaceSettings.model_fields.keys()
        if single:
            verb = "belongs" if len(single) == 1 else "belong"
            text = f"{' and '.join(sorted(single))} {verb} to each of network_interfaces"
            raise HintedError(text, hint="write them under an interface")
        return self

    def usual_client_ports(self) -> PortSet:
        """What its image tells (NACL-12)."""
        return client_ports(self.ami)

    def host(self, interface: NetworkInterface) -> Host:
        """Its operating system."""
        host = super().host(interface)
        host.stopped = self.state == "stopped"
        if self.client_networks:
            host.clients = address_set(self.client_networks)
        if self.local_networks:
            host.local = address_set(self.local_networks)
        host.snat = self.external_snat is False
        return host

    def forwarding(self) -> NatSettings | None:
        """Networks behind a host make it a router, where `nat` is not written (NATI-5)."""
        if self.client_networks and "nat" not in self.model_fields_set:
            return NatSettings(ip_forward=True, masquerade=False)
        return super().forwarding()

    def behind(self) -> BlocksBehind:
        """The networks behind it (NATI-5)."""
        return BlocksBehind(self.client_networks)

    def down(self) -> str:
        """Its state, where it does not run."""
        return "" if self.state == "running" else self.state

    def entrance(self, at: At, wiring: Wiring, vpc: str) -> Entrance:
        """Its interface; a route to a stopped instance is a blackhole (**ROUTE-14**)."""
        inactive = f"instance {at.name} is stopped" if self.state == "stopped" else ""
        return (
            super().entrance(at, wiring, vpc)._replace(inactive=inactive, rule="ROUTE-14", switch=(*at.path, "state"))
        )
