"""One packet's headers, as far as AWS's filters and routers look at them (WALK-1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypedDict, Unpack

from reachsim.calls import made_by
from reachsim.faces import Faced
from reachsim.net.address import IPV4_LAST, format_address
from reachsim.net.traffic import ICMP, ICMPV6, PORTED, PROTOCOL_NAMES, protocol_of, reply_service


class Headers(TypedDict, total=False):
    """What a packet may get in place of what it has."""

    source: int
    destination: int
    service: int
    source_port: int


@made_by("net.trace(source, destination, traffic).packet", by_hand=True)
@dataclass(frozen=True, slots=True, repr=False)
class Packet(Faced):
    """Headers of one packet.

    `source`, `destination`: places on the address line. `service`: protocol with destination port or ICMP
    type and code (`reachsim.net.traffic`). `source_port`: 0 to 65535; for ICMP echo the identifier; 0 where
    the protocol has neither.
    """

    source: int
    destination: int
    service: int
    source_port: int = 0

    @property
    def protocol(self) -> int:
        """IANA protocol number."""
        return protocol_of(self.service)

    @property
    def destination_port(self) -> int | None:
        """The destination port of TCP and UDP, None for other protocols."""
        return self.service & 0xFFFF if self.protocol in PORTED else None

    @property
    def icmp(self) -> tuple[int, int] | None:
        """Type and code of ICMP and ICMPv6, None for other protocols."""
        return (self.service >> 8 & 0xFF, self.service & 0xFF) if self.protocol in (ICMP, ICMPV6) else None

    def with_(self, **changes: Unpack[Headers]) -> Packet:
        """A copy with some fields changed."""
        return replace(self, **changes)

    def answer(self) -> Packet | None:
        """The packet that answers this one, as the destination sends it; None where there is no answer."""
        service = reply_service(self.service, self.source_port)
        if service is None:
            return None
        port = self.service & 0xFFFF if self.protocol in PORTED else self.source_port
        return Packet(self.destination, self.source, service, port)

    def __str__(self) -> str:
        name = PROTOCOL_NAMES.get(self.protocol, f"proto/{self.protocol}")
        source, destination = format_address(self.source), format_address(self.destination)
        if self.protocol in PORTED:
            if self.source > IPV4_LAST:
                source, destination = f"[{source}]", f"[{destination}]"
            return f"{name} {source}:{self.source_port} -> {destination}:{self.service & 0xFFFF}"
        if self.icmp is not None:
            kind, code = self.icmp
            return f"{name}/{kind}/{code} {source} -> {destination}"
        return f"{name} {source} -> {destination}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON, with addresses as text."""
        out: dict[str, Any] = {
            "source": format_address(self.source),
            "destination": format_address(self.destination),
            "protocol": PROTOCOL_NAMES.get(self.protocol, self.protocol),
        }
        if self.protocol in PORTED:
            out |= {"source_port": self.source_port, "destination_port": self.service & 0xFFFF}
        elif self.icmp is not None:
            out |= {"icmp_type": self.icmp[0], "icmp_code": self.icmp[1]}
        return out
