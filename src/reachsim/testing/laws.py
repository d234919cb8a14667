"""Laws for tests of one's own networks. Each is a function that raises `Broken`, with the cause, where it does not hold.

>>> import reachsim
>>> from reachsim.testing import laws
>>> laws.nothing_reaches(reachsim.load("models/three-tier.yaml"), "internet", "db-a")
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reachsim.answers.expectations import Result
from reachsim.calls import checks_types
from reachsim.dataplane.site import NetworkInterface, SubnetSite
from reachsim.engine import Asked
from reachsim.errors import UsageError, shown
from reachsim.net.traffic import Traffic
from reachsim.network import Network, diff
from reachsim.resources.vpc_endpoint import SERVICE
from reachsim.rules.clauses import KeyPath
from reachsim.rules.subnet import usable_count
from reachsim.testing.reasons import result_reason
from reachsim.testing.zones import is_host, survivors, without, zones

__all__ = [
    "Broken",
    "closing_opens_nothing",
    "nothing_reaches",
    "private_subnets_reach_endpoints",
    "subnets_have_room",
    "zones_survive",
]

_MOST = 3
"""Breaches that are told in full."""


def __dir__() -> list[str]:
    return sorted(__all__)


@dataclass(frozen=True, slots=True)
class _Breach:
    """One way in which a law does not hold. `result`, of `network`: the question that told so, if one did."""

    text: str
    result: Result | None = None
    network: Network | None = None

    def told(self, fixes: bool) -> str:
        if self.result is None or self.network is None:
            return self.text
        return result_reason(self.result, self.network, fixes)


class Broken(AssertionError):
    """A law that does not hold. The text says for whom, why, and at which line of the design."""

    def __init__(self, *breaches: str | _Breach) -> None:
        self._breaches = [_Breach(each) if isinstance(each, str) else each for each in breaches]
        super().__init__(self.told())

    def told(self, fixes: bool = False) -> str:
        """The text, with the proven fix where one is looked for, which takes time."""
        more = [f"and {len(self._breaches) - _MOST} more"] if len(self._breaches) > _MOST else []
        return "\n".join([*(breach.told(fixes) for breach in self._breaches[:_MOST]), *more])


def _require(breaches: Sequence[str | _Breach]) -> None:
    __tracebackhide__ = True
    if breaches:
        raise Broken(*breaches)


def _breach(result: Result, network: Network) -> Iterator[_Breach]:
    if not result.holds:
        yield _Breach(result_reason(result, network, fixes=False), result, network)


@checks_types
def nothing_reaches(network: Network, source: Asked, destination: Asked, traffic: str | Traffic = "all") -> None:
    """Nothing of `traffic` that `source` sends is delivered to `destination`: no prod from dev.

    Ends as for `Network.expect`: names, blocks, ``{"vpc": "dev"}``. Raises Broken also where it cannot be decided.
    """
    __tracebackhide__ = True
    _require(list(_breach(network.expect(source, destination, deny=traffic), network)))


@checks_types
def private_subnets_reach_endpoints(network: Network, traffic: str | Traffic = "tcp/443") -> None:
    """Every instance and interface in a private subnet reaches each VPC endpoint of its VPC, there and back.

    Private is a subnet without a route to an internet gateway. Of interfaces that nothing tells apart one is asked for all.
    A gateway endpoint is asked about by its service, an interface endpoint by its name.
    """
    __tracebackhide__ = True
    breaches: list[_Breach] = []
    for group in network.classes.classes:
        for interface in _one_of_each_subnet(group.members):
            if is_host(interface) and _is_private(network, interface.subnet):
                for endpoint in _endpoints_of(network, interface.subnet.vpc.name):
                    breaches += _breach(network.expect(interface.name, endpoint, allow=traffic), network)
    _require(breaches)


def _one_of_each_subnet(members: Any) -> Iterator[NetworkInterface]:
    yield from {interface.subnet.full_name: interface for interface in reversed(members)}.values()


def _is_private(network: Network, subnet: SubnetSite) -> bool:
    """Whether a subnet surely has no route to an internet gateway, which is what AWS calls private."""
    gateway = network.design.vpcs[subnet.vpc.name].internet_gateway
    table = network.topology.table_of(subnet)
    known = not table.unwritten and not any(route.unknown for route in table.routes)
    return known and not any(gateway is not None and route.target == gateway for route in table.routes)


def _endpoints_of(network: Network, vpc: str) -> Iterator[str]:
    for name, endpoint in getattr(network.design.vpcs[vpc], "vpc_endpoints", {}).items():
        if endpoint.type == "gateway":
            yield f"{SERVICE}{endpoint.short}"
        elif endpoint.type == "interface":
            yield f"{vpc}.{name}"


@checks_types
def zones_survive(network: Network) -> None:
    """Each expectation that allows something still holds between what is left, whichever Availability Zone is lost.

    A lost zone lets nothing in or out of its subnets; load balancers, endpoints, functions and target groups go on in their
    other zones. Expectations that fail before the loss do not count. Raises UsageError for a network with no zone written.
    """
    __tracebackhide__ = True
    there = zones(network)
    if not there:
        raise UsageError(f"no subnet of {network.source.file} says its zone; write az: a")
    breaches: list[str] = []
    for zone in there:
        after = without(network, zone)
        for expectation, source, destination in survivors(network, zone):
            asked: dict[str, Any] = {"allow": expectation.allow, "one_way": expectation.one_way}
            if network.expect(source, destination, **asked):
                told = _breach(after.expect(source, destination, **asked), network)
                breaches += [f"without zone {zone}: {breach.text}" for breach in told]
    _require(breaches)


@checks_types
def closing_opens_nothing(network: Network, edits: Mapping[str | KeyPath, Any]) -> None:
    """An edit that takes away a rule (`strategies.closings`) lets nothing through that did not flow before."""
    __tracebackhide__ = True
    opened = diff(network, network.with_(edits)).opened
    _require([str(change) for change in opened])


@checks_types
def subnets_have_room(network: Network, fleets: Mapping[str, int] | None = None, *, growth: int = 0) -> None:
    """No subnet runs out of IPv4 addresses: with what the design has, `growth` percent more executions of functions, all of
    them in one zone, and so many more addresses as `fleets` says by subnet (``{"app.private-a": 40}``).

    Raises Broken also where addresses of a subnet are not known, UsageError for a subnet that there is not.
    """
    __tracebackhide__ = True
    wanted = dict.fromkeys(_subnets(network), 0)
    for name, more in (fleets or {}).items():
        if name not in wanted:
            raise UsageError(f"there is no subnet {shown(name)}; there are {', '.join(wanted)}")
        wanted[name] += more
    busy = {subnet.name: subnet for subnet in network.lambda_addresses(growth).subnets}
    breaches: list[str] = []
    for name, more in wanted.items():
        site = _subnets(network)[name]
        free = busy[name].free_at_least if name in busy else _free(network, site)
        if free < more:
            breaches.append(f"{network.locate(site.path)}: {name} has {free} addresses free and {more} are to come")
        elif site.hidden and name in (fleets or {}):
            breaches.append(
                f"{network.locate(site.path)}: nobody knows whether {name} has {more} addresses: {site.hidden}"
            )
    _require(breaches)


def _subnets(network: Network) -> dict[str, SubnetSite]:
    return {site.full_name: site for vpc in network.topology.vpcs.values() for site in vpc.subnets.values()}


def _free(network: Network, site: SubnetSite) -> int:
    body = network.design.vpcs[site.vpc.name].subnets[site.name]
    used = network.source.addresses.used.get((site.vpc.name, site.name), 0)
    return 0 if body.cidr is None else usable_count(body.cidr) - used
