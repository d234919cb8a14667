"""Addresses, blocks, traffic and packets. All are biased to borders, where mistakes are, and shrink to the plainest."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, Literal, TypeVar

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from reachsim.calls import checks_types, says_how_to_call
from reachsim.net.address import IPV4_LAST, IPV6_FIRST, LINE_LAST, Address, width_of
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6, AddressSet, Cidr
from reachsim.net.intervals import IntSet, PortSet, Span
from reachsim.net.packet import Packet
from reachsim.net.traffic import ICMP, ICMPV6, PORTED, Traffic, protocol_of, service

Version = Literal[4, 6]
Kind = TypeVar("Kind", bound=IntSet)

BORDER_PLACES: Final = (
    0,
    1,
    0x0A000000,
    0x0A0000FF,
    0x0A000100,
    0xCB007101,
    IPV4_LAST - 1,
    IPV4_LAST,
    IPV6_FIRST,
    IPV6_FIRST + 1,
    IPV6_FIRST + (0x20010DB8 << 96),
    IPV6_FIRST + (0xFFFF << 32),
    LINE_LAST - 1,
    LINE_LAST,
)
"""Addresses at the ends of families and blocks (places on the address line)."""
BORDER_SERVICES: Final = (
    0,
    0xFFFF,
    service(1),
    service(1, 8 << 8),
    service(1, 0xFFFF),
    service(2),
    service(6),
    service(6, 22),
    service(6, 443),
    service(6, 65535),
    service(7),
    service(17, 53),
    service(50),
    service(58, 128 << 8),
    service(255, 0xFFFF),
)
"""Services at the ends of protocols and of ranges of ports."""
BORDER_PORTS: Final = (0, 1, 1023, 1024, 32768, 50000, 65535)
USUAL_PORTS: Final = (443, 22, 53, 80, 1023, 1024, 3306, 5432, 8080, 32768, 65535, 1)
TOKENS: Final = (
    *("tcp/443", "tcp", "all", "udp/53", "tcp/22", "tcp/5432", "icmp/8", "icmp", "udp", "tcp/1024-65535"),
    *("tcp/32768-60999", "udp/1024-65535", "tcp/80-443", "icmp/3/4", "icmpv6", "icmpv6/128", "proto/50"),
)
"""Traffic as people write it, the plainest first."""

places: Final = st.sampled_from(BORDER_PLACES) | st.integers(0, IPV4_LAST) | st.integers(IPV6_FIRST, LINE_LAST)
"""Addresses of both families as ints on the address line."""
ports: Final = st.sampled_from(USUAL_PORTS) | st.integers(0, 65535)
"""Ports of TCP and UDP."""


def _block(inside: Cidr | str | None, version: Version | None) -> Cidr | None:
    """The block to stay in; None for both families."""
    if inside is None:
        return None if version is None else EVERY_IPV4 if version == 4 else EVERY_IPV6
    block = Cidr.parse(inside) if isinstance(inside, str) else inside
    if version is not None and block.version != version:
        raise InvalidArgument(f"no IPv{version} address is inside {block}")
    return block


@checks_types
def addresses(*, inside: Cidr | str | None = None, version: Version | None = None) -> st.SearchStrategy[Address]:
    """Addresses; `inside` a block, of one family (`version`), or of both. The first and the last come up often."""
    block = _block(inside, version)
    if block is None:
        return places.map(Address)
    first, last = block.span
    near = sorted({place for place in (first, first + 1, last - 1, last) if first <= place <= last})
    known = [place for place in BORDER_PLACES if first <= place <= last]
    return (st.sampled_from(near + known) | st.integers(first, last)).map(Address)


@checks_types
@st.composite
def cidrs(
    draw: st.DrawFn,
    *,
    inside: Cidr | str | None = None,
    version: Version | None = None,
    shortest: int = 0,
    longest: int = 128,
) -> Cidr:
    """Blocks; `inside` another (or equal to it), of one family, with prefix lengths from `shortest` to `longest`."""
    place = draw(addresses(inside=inside, version=version))
    block = _block(inside, version)
    low = max(shortest, block.prefix_length if block is not None else 0)
    high = min(longest, width_of(place))
    if low > high:
        raise InvalidArgument(f"no prefix length is from {low} to {high}")
    return Cidr.single(place).supernet(draw(st.integers(low, high)))


@checks_types
@st.composite
def overlapping_cidrs(draw: st.DrawFn, block: Cidr | str) -> Cidr:
    """Blocks that have an address in common with `block`: it, those inside it and those around it."""
    own = Cidr.parse(block) if isinstance(block, str) else block
    if draw(st.booleans()):
        return own.supernet(draw(st.integers(0, own.prefix_length)))
    return draw(cidrs(inside=own))


@checks_types
@st.composite
def disjoint_cidrs(draw: st.DrawFn, block: Cidr | str) -> Cidr:
    """Blocks of the same family that have no address in common with `block`; its neighbours come up often."""
    own = Cidr.parse(block) if isinstance(block, str) else block
    if own.prefix_length == 0:
        raise InvalidArgument(f"every block of its family overlaps {own}")
    # Two blocks are apart where some bit that both fix differs: the one around the first such bit, the other half.
    length = draw(st.integers(1, own.prefix_length).map(lambda each: own.prefix_length + 1 - each))
    around = own.supernet(length - 1)
    other = next(half for half in around.subnets(length) if own not in half)
    return draw(st.just(other) | cidrs(inside=other))


@checks_types
@st.composite
def cidr_lists(
    draw: st.DrawFn,
    inside: Cidr | str = "10.0.0.0/16",
    *,
    min_size: int = 1,
    max_size: int = 6,
    shortest: int = 24,
    longest: int = 28,
) -> list[Cidr]:
    """Blocks inside one, of which no two overlap, in order, some with gaps between them: subnets of a VPC."""
    block = Cidr.parse(inside) if isinstance(inside, str) else inside
    count = draw(st.integers(min_size, max_size))
    out: list[Cidr] = []
    at = block.network
    for _ in range(count):
        length = draw(st.integers(shortest, longest))
        size = 1 << (block.width - length)
        at = -(-(at - block.network) // size) * size + block.network + size * draw(st.integers(0, 2))
        if at + size - 1 > block.last:
            break
        out.append(Cidr(at, length))
        at += size
    if len(out) < min_size:
        raise InvalidArgument(f"{block} has no room for {min_size} blocks of /{shortest} to /{longest} with gaps")
    return out


def spans(values: st.SearchStrategy[int]) -> st.SearchStrategy[Span]:
    """Spans between two values, in order."""
    return st.tuples(values, values).map(lambda pair: (min(pair), max(pair)))


@checks_types
def interval_sets(kind: type[Kind], values: st.SearchStrategy[int], *, most: int = 3) -> st.SearchStrategy[Kind]:
    """Sets of a kind (`AddressSet`, `PortSet`, `Traffic`) whose at most so many runs begin and end at `values`;
    sometimes empty, sometimes everything."""
    usual = st.lists(spans(values), min_size=1, max_size=most).map(kind.union_of)
    rare = st.sampled_from([kind.nothing(), kind.everything(), kind.everything()])
    return st.integers(0, 9).flatmap(lambda draw: usual if draw else rare)


@checks_types
def address_sets(*, most: int = 3) -> st.SearchStrategy[AddressSet]:
    """Sets of addresses of both families."""
    return interval_sets(AddressSet, places, most=most)


@checks_types
def port_sets(*, most: int = 2) -> st.SearchStrategy[PortSet]:
    """Sets of ports."""
    return interval_sets(PortSet, ports, most=most)


@checks_types
@lru_cache
def tokens(*, ipv6: bool = True) -> st.SearchStrategy[str]:
    """Tokens of traffic as a file has them: `tcp/443`, `udp/53`, `tcp/1024-65535`, `icmp`, `all`, ..."""
    usual = [token for token in TOKENS if ipv6 or not token.startswith("icmpv6")]
    ranges = st.tuples(st.sampled_from(["tcp", "udp"]), spans(ports))
    return st.sampled_from(usual) | ranges.map(lambda drawn: _range(drawn[0], *drawn[1]))


def _range(name: str, low: int, high: int) -> str:
    return f"{name}/{low}" if low == high else f"{name}/{low}-{high}"


@checks_types
def traffic(*, most: int = 2) -> st.SearchStrategy[Traffic]:
    """Traffic: the union of one to `most` tokens."""
    return st.lists(tokens(), min_size=1, max_size=most).map(Traffic)


@checks_types
@st.composite
def packets(
    draw: st.DrawFn,
    *,
    source: Cidr | str | None = None,
    destination: Cidr | str | None = None,
    traffic: Traffic | str | None = None,
) -> Packet:
    """Packets from one block to another of its family, all of `traffic` (left out: any)."""
    ends = [Cidr.parse(block) if isinstance(block, str) else block for block in (source, destination)]
    given = next((block for block in ends if block is not None), None)
    ipv6 = draw(st.booleans()) if given is None else given.version == 6
    family: Version = 6 if ipv6 else 4
    one, other = (draw(addresses(inside=block, version=family)) for block in ends)
    wanted = Traffic.parse(traffic) if isinstance(traffic, str) else traffic or Traffic.everything()
    # ICMP goes over IPv4 and ICMPv6 over IPv6 (RFC 792, RFC 4443).
    wanted -= Traffic.protocol(ICMPV6 if family == 4 else ICMP)
    if not wanted:
        raise InvalidArgument(f"there is no packet of {traffic} over IPv{family}")
    number = draw(members(wanted, service(6, 443), *BORDER_SERVICES))
    port = draw(client_ports)  # always: with fewer draws a packet without ports would count as simpler
    return Packet(one, other, number, port if protocol_of(number) in PORTED else 0)


client_ports: Final = st.sampled_from([50000, 1024, 32768, 60999, 61000, 65535, 1023]) | st.integers(1, 65535)
"""Ports that a client sends from."""


@st.composite
def members(draw: st.DrawFn, of: IntSet, *often: int) -> int:
    """Members of a set that is not empty: those of `often` that are in it, the ends of its runs, and any."""
    usual = [each for each in often if each in of]
    ends = sorted({end for span in of.spans for end in span})
    if draw(st.integers(0, 3)) < 3:
        return draw(st.sampled_from(usual + ends))
    return draw(st.integers(*draw(st.sampled_from(of.spans))))


@says_how_to_call
def register(register_type: Callable[..., None] = st.register_type_strategy) -> None:
    """So that `st.from_type`, `st.builds` and annotations of `@given` know reachsim's values."""
    register_type(Address, addresses())
    register_type(Cidr, cidrs())
    register_type(AddressSet, address_sets())
    register_type(PortSet, port_sets())
    register_type(Traffic, traffic())
    register_type(Packet, packets())
