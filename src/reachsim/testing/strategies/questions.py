"""Questions and packets on the borders of a network: where one packet passes and the next one does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from reachsim.calls import checks_types, made_by
from reachsim.errors import UsageError
from reachsim.loading.tree import value_at
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.packet import Packet
from reachsim.net.traffic import ICMP, ICMPV6, PORTED, PROTOCOL_NAMES, Traffic, protocol_of
from reachsim.network import Network
from reachsim.testing.strategies.designs import plain
from reachsim.testing.strategies.edits import rule_paths
from reachsim.testing.strategies.values import TOKENS, client_ports, members

_MOST_NAMES: Final = 500
"""Ends that questions are drawn from."""
_LAST_PORT: Final = 65535


@made_by("given(rs.questions(net))")
class Question(NamedTuple):
    """One packet to ask about: `network.trace(*question)`."""

    source: str
    """Who sends: the name of an end."""
    destination: str
    """Whom to: the name of an end."""
    traffic: str
    """Protocol and port, as a file has them: `tcp/443`."""
    source_port: int | None
    """None for any that the client may use."""


def service_token(service: int) -> str:
    """One service as traffic is written: `tcp/443`, `icmp/8/0`, `proto/50`."""
    protocol, low = protocol_of(service), service & 0xFFFF
    name = PROTOCOL_NAMES.get(protocol, f"proto/{protocol}")
    if protocol in PORTED:
        return f"{name}/{low}"
    return f"{name}/{low >> 8}/{low & 0xFF}" if protocol in (ICMP, ICMPV6) else name


def border_tokens(network: Network) -> list[str]:
    """Traffic at and next to the ends of every range that a rule of the network names, then some of each protocol."""
    design = plain(network)
    ends: dict[str, None] = {}
    for section in ("security_groups", "network_acls"):
        for path in rule_paths(design, section):
            rule = value_at(design, path)
            for end in _ends(rule.get("allow", rule.get("deny"))):
                ends[service_token(end)] = None
    return [*ends, *(token for token in TOKENS if token not in ends)]


def _ends(written: object) -> list[int]:
    """The services at and next to the ends of some written traffic."""
    if written == "unknown" or not isinstance(written, str | list) or "unknown" in written:
        return []
    out = []
    for low, high in Traffic.parse(written).spans:
        for end in (low, high, low - 1, high + 1):
            protocol = end >> 16
            if Traffic.FIRST <= end <= Traffic.LAST and protocol in (low >> 16, high >> 16):
                out.append(end)
    return [end for end in out if end >> 16 in PROTOCOL_NAMES]


@checks_types
@st.composite
def questions(
    draw: st.DrawFn, network: Network, *, sources: Sequence[str] = (), destinations: Sequence[str] = ()
) -> Question:
    """Packets to ask about, biased to the ports at which some rule ends. `sources`, `destinations`: names of ends; left out,
    all of the network and the internet."""
    names = list(network.ends.names())[:_MOST_NAMES]
    one = draw(st.sampled_from(list(sources) or [*names, "internet"]))
    other = draw(st.sampled_from(list(destinations) or [name for name in [*names, "internet"] if name != one] or [one]))
    tokens = border_tokens(network)
    traffic = draw(st.sampled_from(tokens))
    port = draw(st.none() | client_ports)  # always: with fewer draws a packet without ports would count as simpler
    if traffic.startswith("icmp") and not _goes(network, one, other, traffic):
        traffic = draw(st.sampled_from([token for token in tokens if not token.startswith("icmp")]))
    return Question(one, other, traffic, port if traffic.startswith(("tcp", "udp")) else None)


def _goes(network: Network, one: str, other: str, traffic: str) -> bool:
    """Whether two ends have addresses of the family over which some ICMP goes."""
    try:
        network.trace(one, other, traffic)
    except UsageError:
        return False
    return True


@checks_types
@st.composite
def border_packets(draw: st.DrawFn, space: HeaderSpace) -> Packet:
    """Packets of a set at the corners of its boxes: each field is at the end of one of its runs, or anywhere in it."""
    if not space:
        raise InvalidArgument("there is no packet in an empty set")
    boxes = list(space.boxes())
    box = draw(st.sampled_from(boxes))
    service, source, destination, port = (
        draw(members(field)) for field in (box.traffic, box.sources, box.destinations, box.source_ports)
    )
    return Packet(source, destination, service, port if protocol_of(service) in PORTED else 0)
