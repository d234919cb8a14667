"""What ping, curl, traceroute and netstat would show of a question (chapter OBS)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from reachsim.calls import made_by
from reachsim.dataplane.ends import Endpoint
from reachsim.engine import Engine
from reachsim.faces import Faced
from reachsim.net.address import IPV4_LAST, format_address
from reachsim.net.traffic import TCP, UDP, protocol_of
from reachsim.trace.result import Trace

PATIENCE = "about 130 s on Linux"
"""How long a client sends SYNs that nobody answers (OBS-1)."""

_FORWARDING = ("NAT gateway", "instance", "interface")
"""Checkpoints that answer packets which expire there, where they pass them on (OBS-9)."""


@made_by("net.explain(source, destination, traffic).tools")
@dataclass(frozen=True, repr=False)
class Tool(Faced):
    """What one tool shows. `rule`: the rule of docs/rules.md."""

    name: str
    text: str
    rule: str

    def __str__(self) -> str:
        return f"{self.name}: {self.text}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"tool": self.name, "shows": self.text, "rule": self.rule}


def observed(engine: Engine, found: Trace, destination: Endpoint, ask: Callable[[str], Trace | None]) -> Iterator[Tool]:
    """What each tool shows. `ask`: the trace of other traffic between the same ends, None where none goes."""
    sees, packet = found.client_sees, found.packet
    if sees == "unknown":
        return
    protocol = 0 if packet is None else protocol_of(packet.service)
    if sees == "name error":
        name = destination.name
        yield Tool("curl", f"Could not resolve host: {name}, at once", "OBS-12")
        yield Tool("ping", f"{name}: Name or service not known, at once", "OBS-12")
        return
    if protocol == TCP:
        yield from _connection(found, packet.service & 0xFFFF if packet is not None else 0)
    elif protocol == UDP:
        text = {"answered": "an answer", "unreachable port": "ICMP port unreachable: no process listens"}.get(sees)
        yield Tool("client", text or "no answer, until it loses patience", "OBS-2" if text else "OBS-1")
    yield from _ping(found, packet.destination if packet is not None else 0, protocol, ask)
    if packet is not None:
        yield _traceroute(engine, found, packet.destination)


def _connection(found: Trace, port: int) -> Iterator[Tool]:
    sees, delivered = found.client_sees, found.shown.delivered
    if sees == "established":
        yield Tool("curl", "connects", "OBS-4")
        yield Tool("netstat", "ESTABLISHED at both ends", "OBS-4")
    elif sees == "refused":
        yield Tool(
            "curl", f"Connection refused, at once: the way is open, and no process listens on port {port}", "OBS-2"
        )
        yield Tool("netstat", "nothing: the connection is gone as soon as it was asked for", "OBS-2")
    elif found.shown.partial:
        ports = found.shown.client_ports
        yield Tool("curl", f"connects now and then: from client ports {ports} only; else it times out", "OBS-1")
        yield Tool("netstat", "SYN_SENT while it hangs, ESTABLISHED when it works", "OBS-3")
    else:
        yield Tool("curl", f"hangs, then Connection timed out ({PATIENCE}, or when the client gives up)", "OBS-1")
        there = "SYN_RECV at the server: its answers are lost" if delivered else "nothing at the server"
        yield Tool("netstat", f"SYN_SENT at the client, {there}", "OBS-3" if delivered else "OBS-1")


def _ping(found: Trace, destination: int, protocol: int, ask: Callable[[str], Trace | None]) -> Iterator[Tool]:
    echo = "icmp/8" if destination <= IPV4_LAST else "icmpv6/128"
    ping = found if protocol in (1, 58) else ask(echo)
    if ping is None or ping.undecided:
        return
    if ping.client_sees == "answered":
        also = "" if found.reachable else ": the way is open to ping, and not to this"
        yield Tool("ping", f"answers{also}", "OBS-1")
    else:
        first = ping.blockers[0] if ping.blockers else None
        why = f" (stopped by {first.component} {first.checkpoint})" if first is not None else ""
        but = ", which says nothing about this traffic" if found.reachable else ""
        yield Tool("ping", f"no answer{why}{but}", "OBS-1")


def _traceroute(engine: Engine, found: Trace, destination: int) -> Tool:
    """Only devices that translate or forward, and the target, have a name in it (**OBS-7** to **OBS-9**)."""
    shown: list[str] = []
    for hop in found.forward:
        if hop.action in ("drop", "unknown"):
            break
        if hop.checkpoint in _FORWARDING and hop.action != "deliver":
            interface = engine.topology.interfaces[hop.component]
            secret = interface.subnet.regional  # its private address is AWS's secret (NATGW-17)
            address = "an address of AWS's" if secret else format_address(interface.addresses[0])
            named = f"{address} ({interface.name})"
            if named not in shown[-1:]:  # a loop goes through it again and again
                shown.append(named)
    shown.append(format_address(destination) if found.reachable else "* * *")
    return Tool("traceroute", ", then ".join(shown), "OBS-9")
