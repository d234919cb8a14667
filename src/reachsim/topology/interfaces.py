"""The interfaces of a network as people look at them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reachsim.calls import made_by
from reachsim.dataplane.site import NetworkInterface
from reachsim.faces import Faced
from reachsim.net.address import format_address
from reachsim.rules.clauses import KeyPath


@made_by("net.interfaces")
@dataclass(frozen=True, repr=False)
class Interface(Faced):
    """A network interface. It can be asked about in place of its name.

    `name`: its full name; `kind`: of what it belongs to. `subnet`: its full name. `addresses`: private ones, the primary of
    each family first; `public`: those mapped to them. `groups`: names of its security groups, None where it cannot have any.
    `where`: ``file:line``.
    """

    name: str
    kind: str
    vpc: str
    subnet: str
    addresses: tuple[str, ...]
    public: tuple[str, ...]
    groups: tuple[str, ...] | None
    where: str

    def __str__(self) -> str:
        public = f", public {', '.join(self.public)}" if self.public else ""
        return f"{self.name}: {self.kind} in {self.subnet}, {', '.join(self.addresses)}{public}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "name": self.name,
            "kind": self.kind,
            "vpc": self.vpc,
            "subnet": self.subnet,
            "addresses": list(self.addresses),
            "public": list(self.public),
            "security_groups": None if self.groups is None else list(self.groups),
            "where": self.where,
        }


def interface_of(interface: NetworkInterface, locate: Callable[[KeyPath], str]) -> Interface:
    """An interface of the data plane in words."""
    groups = None if interface.groups is None else tuple(sorted(f"{vpc}.{name}" for vpc, name in interface.groups))
    return Interface(
        interface.name,
        interface.kind,
        interface.vpc.name,
        interface.subnet.full_name,
        tuple(map(format_address, interface.addresses)),
        tuple(map(format_address, interface.publics)),
        groups,
        locate(interface.path),
    )
