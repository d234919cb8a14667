"""What stands behind a load balancer that answers: whether its targets get its connections and its health checks.

An Application or Classic Load Balancer ends the client's connection (LB-1). So a target that it does not reach changes
nothing of whether its listener answers, and everything of what the client reads: 502, 503 or 504.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from reachsim.dataplane.ends import Endpoint
from reachsim.dataplane.relay import Choice, Relay, relay_of
from reachsim.dataplane.site import NetworkInterface
from reachsim.net.address import format_address
from reachsim.net.traffic import Traffic
from reachsim.rules.verdict import Loss
from reachsim.topology.endpoints import Endpoints
from reachsim.topology.flows import behind_endpoints
from reachsim.trace.result import Trace

Ask = Callable[[Endpoint, Endpoint, Traffic], Trace]
"""Traces one packet between two endpoints."""


@dataclass(frozen=True)
class Beyond:
    """What a load balancer's targets get. `notes`: what they do not, in words; `traces`: of each packet asked about."""

    notes: tuple[str, ...] = ()
    traces: tuple[Trace, ...] = ()


def load_balancers(interface: NetworkInterface) -> Iterator[NetworkInterface]:
    """The interfaces whose targets stand behind an interface: its own, or those that an endpoint leads to."""
    relay = relay_of(interface)
    if relay is None:
        yield interface
    else:
        yield from relay.nodes()


def by_endpoints(source: Endpoint, destination: Endpoint, endpoints: Endpoints) -> tuple[str, ...]:
    """What stands behind an endpoint that the client may call in its place, in words (EP-10)."""
    return tuple(
        f"{target.name} stands behind {interface.name}, by PrivateLink through {node.name}: what comes to it that way comes "
        f"from the load balancer's address and is a question to {interface.name} (LB-5)"
        for target, interface, node in behind_endpoints(source, destination, endpoints)
    )


def beyond(nodes: Iterable[NetworkInterface], traffic: Traffic, endpoints: Endpoints, ask: Ask) -> Beyond:
    """Ask for the targets of all listeners that take some of the traffic, and for their health checks."""
    notes: dict[tuple[int, str], str] = {}  # each target once, whichever node does not reach it
    traces: dict[tuple[str, int, int], Trace] = {}
    for interface in nodes:
        node = interface.host
        if not isinstance(node, Relay):
            continue
        mine = [choice for choice in node.targets if choice.about & traffic]
        for choice in mine:
            if choice.loss is not None:
                if relay_of(interface) is None and all(other.loss is not None for other in mine):
                    notes.setdefault((0, choice.loss.text), _nobody(choice.loss))
                continue
            for service, health in _asked(choice, ends=relay_of(interface) is None):
                key = interface.name, choice.address, service
                if key in traces:
                    continue
                found = ask(_from(interface, endpoints), _to(choice), Traffic.of((service, service)))
                traces[key] = replace(found, source=interface.name, purpose="health check" if health else "connection")
                for note in _notes(interface, found, health=health):
                    notes.setdefault((choice.address, f"{found.traffic} {health}"), note)
    return Beyond(tuple(notes.values()), tuple(traces.values()))


def _asked(choice: Choice, *, ends: bool) -> Iterator[tuple[int, bool]]:
    """The services that a load balancer opens connections to at a target, each with whether it is the health check alone."""
    traffic = choice.about.first if choice.service is None else choice.service
    if ends:
        yield traffic, False
    if choice.health is not None and not (ends and choice.health == traffic):
        yield choice.health, True


def _from(interface: NetworkInterface, endpoints: Endpoints) -> Endpoint:
    return endpoints.of_interface(interface)


def _to(choice: Choice) -> Endpoint:
    target = choice.target
    name = target.name if target is not None else format_address(choice.address)
    kind, listens = (target.kind, target.listens) if target is not None else ("address", None)
    return Endpoint(name, kind, literal=choice.address, listens=listens)


def _notes(interface: NetworkInterface, found: Trace, *, health: bool) -> Iterator[str]:
    """What a target does not get, and what comes of it."""
    name = found.destination
    if found.undecided:
        yield f"whether {interface.name} reaches target {name} on {found.traffic} cannot be decided: {found.undecided}"
    elif health and not found.reachable:
        yield f"health checks of target {name} on {found.traffic} fail: {_why(found)}; it is taken for unhealthy (LB-10)"
    elif not health and not found.reachable:
        lost = f"target {name} is not reached from {interface.name} on {found.traffic}"
        yield f"{lost}: {_why(found)}; the client gets 504 (LB-1)"
    elif not health and found.client_sees == "refused":
        yield f"target {name} refuses {found.traffic}, where nothing listens; the client gets 502 (LB-1)"


def _why(found: Trace) -> str:
    return str(found.blockers[0]) if found.blockers else found.client_sees


def _nobody(loss: Loss) -> str:
    return f"{loss.text} [{loss.code}, {loss.rule}]; the client gets 503"
