"""Addresses that the file leaves out: assigned in order, the same on every load.

Instances, interfaces and NAT gateways get the lowest free addresses of their subnet in the order of the file. The
shared interfaces of Lambda functions, one for each subnet and set of groups (LAMBDA-3), get the highest free ones, so
that adding a function moves nobody else. Public addresses are taken from the documentation ranges (RFC 5737), then from
198.18.0.0/15.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reachsim.faces import Faced
from reachsim.net.cidr import Cidr
from reachsim.resources.design import Design
from reachsim.resources.resource import InterfaceNeed
from reachsim.rules.addresses import PUBLIC_POOLS
from reachsim.rules.clauses import KeyPath
from reachsim.rules.subnet import RESERVED_COUNT

EniKey = tuple[str, str, frozenset[str]]
"""A shared interface of Lambda functions: VPC, subnet, set of groups (LAMBDA-3)."""


@dataclass(slots=True, repr=False)
class Addresses(Faced):
    """Addresses of every network interface.

    `private`: by VPC and name, at most one per family, IPv4 first. `public`: by VPC and name. `functions`: by subnet and
    set of groups, in order of first use. `used`: IPv4 addresses taken, by VPC and subnet. `untold`: public addresses that
    stand for others, which exist and are not told, with the name of whose they are.
    """

    private: dict[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    public: dict[tuple[str, str], int] = field(default_factory=dict)
    functions: dict[EniKey, tuple[int, ...]] = field(default_factory=dict)
    used: dict[tuple[str, str], int] = field(default_factory=dict)
    untold: dict[int, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"of {len(self.private)} interfaces and {len(self.functions)} interfaces of functions"


def function_enis(design: Design) -> Iterator[tuple[EniKey, bool, KeyPath]]:
    """The shared interfaces that the functions of a design need, each time one is needed: key, IPv6, where (**LAMBDA-3**).

    Published versions count like $LATEST (**LAMBDA-16**); the order of the groups does not matter.
    """
    for name, function in design.lambda_functions.items():
        here: KeyPath = ("lambda_functions", name)
        for _, body, at in function.configurations():
            if body.vpc is not None:
                for subnet in body.subnet_names:
                    yield (body.vpc, subnet, body.group_names), body.ipv6, (*here, *at)


class _Pool:
    """The free addresses of one block: counted from below for hosts, from above for functions."""

    def __init__(self, block: Cidr, taken: set[int]) -> None:
        self.low = block.network + RESERVED_COUNT - 1
        self.high = block.span[1] - 1
        self.taken = taken

    def lowest(self) -> int | None:
        while self.low <= self.high and self.low in self.taken:
            self.low += 1
        return self._take(self.low)

    def highest(self) -> int | None:
        while self.low <= self.high and self.high in self.taken:
            self.high -= 1
        return self._take(self.high)

    def _take(self, address: int) -> int | None:
        if self.low > self.high:
            return None
        self.taken.add(address)
        return address


def _private(
    need: InterfaceNeed,
    vpc: str,
    subnet: str,
    pools: Mapping[tuple[str, str, int], _Pool],
    report: Callable[[KeyPath, str], None],
) -> tuple[int, ...]:
    """The private addresses of one interface: as written, or the lowest free ones; an IPv6 address only where it is written
    or asked for, or the subnet has nothing else."""
    mine: list[int] = []
    pool = pools.get((vpc, subnet, 4))
    if need.private_ip is not None:
        mine.append(int(need.private_ip))
    elif pool is not None:
        address = pool.lowest()
        if address is None:
            report(need.path, f"subnet {subnet} has no free address left")
        else:
            mine.append(address)
    if need.ipv6_address is not None:
        mine.append(int(need.ipv6_address))
    elif (pool is None or need.assign_ipv6) and (vpc, subnet, 6) in pools:
        address = pools[vpc, subnet, 6].lowest()
        mine += [] if address is None else [address]
    return tuple(mine)


_Report = Callable[[KeyPath, str], None]
"""Hears of what does not fit: where, and what is wrong."""


def assign(design: Design, needs: Mapping[str, Sequence[InterfaceNeed]], report: _Report) -> Addresses:
    """Give every interface its addresses. `needs`: the interfaces of each VPC, in the order in which they get theirs."""
    out = Addresses()
    pools = _pools(design, needs)
    public = _public_addresses(design, needs)
    for vpc in design.vpcs:
        for need in needs[vpc]:
            _assign_to(need, vpc, design, pools, public, out, report)
    _assign_to_functions(design, pools, out, report)
    return out


def _pools(design: Design, needs: Mapping[str, Sequence[InterfaceNeed]]) -> dict[tuple[str, str, int], _Pool]:
    """By VPC, subnet and version, the addresses that nobody writes."""
    pools: dict[tuple[str, str, int], _Pool] = {}
    for vpc, body in design.vpcs.items():
        written = {int(a) for need in needs[vpc] for a in (need.private_ip, need.ipv6_address) if a is not None}
        written |= {private for need in needs[vpc] for private, _ in need.secondary}
        for name, subnet in body.subnets.items():
            for block in subnet.blocks:
                pools[vpc, name, block.version] = _Pool(block, written)
    return pools


def _public_addresses(design: Design, needs: Mapping[str, Sequence[InterfaceNeed]]) -> Iterator[int]:
    """Made-up public addresses, one after the other: those that nobody writes. Ranges that a rule names a part of come last,
    since whom it means is nobody to whom AWS gives an address."""
    every = [need for vpc in design.vpcs for need in needs[vpc]]
    written = {
        int(need.public_ip) for need in every if need.public_ip is not None and not isinstance(need.public_ip, bool)
    }
    written |= {public for need in every for _, public in need.secondary if public is not None}
    written |= {int(host.ip) for host in design.internet.hosts.values()}
    named = {block for block in _named_blocks(design) if not all(pool in block for pool in PUBLIC_POOLS)}
    pools = sorted(PUBLIC_POOLS, key=lambda pool: any(pool in block or block in pool for block in named))
    for pool in pools:
        yield from (address for address in range(pool.network + 1, pool.span[1]) if address not in written)


def _named_blocks(design: Design) -> Iterator[Cidr]:
    """The blocks that rules and prefix lists name."""
    for body in design.vpcs.values():
        for group in body.security_groups.values():
            peers = [rule.peers for rule in group.ingress or ()] + [rule.peers for rule in group.egress or ()]
            yield from (peer for each in peers for peer in each if isinstance(peer, Cidr))
        for acl in body.network_acls.values():
            yield from (
                rule.block for rule in (*(acl.ingress or ()), *(acl.egress or ())) if isinstance(rule.block, Cidr)
            )
    for entries in design.prefix_lists.values():
        yield from entries.entries


def _assign_to(
    need: InterfaceNeed,
    vpc: str,
    design: Design,
    pools: Mapping[tuple[str, str, int], _Pool],
    public: Iterator[int],
    out: Addresses,
    report: _Report,
) -> None:
    """The addresses of one interface."""
    mine, subnet = (vpc, need.name), need.subnet
    if not subnet:  # a regional NAT gateway is in none (NATGW-17)
        out.public[mine] = next(public) if isinstance(need.public_ip, bool) else int(need.public_ip or 0)
        _stand_in(need, vpc, out)
        return
    out.private[mine] = _private(need, vpc, subnet, pools, report)
    out.used[vpc, subnet] = out.used.get((vpc, subnet), 0) + 1 + len(need.secondary)
    place = design.vpcs[vpc].subnets[subnet]
    launched = need.launched and need.public_ip is None and place.map_public_ip_on_launch and place.cidr is not None
    if need.public_ip is True or launched:
        out.public[mine] = next(public)
    elif need.public_ip:
        out.public[mine] = int(need.public_ip)
    _stand_in(need, vpc, out)


def _stand_in(need: InterfaceNeed, vpc: str, out: Addresses) -> None:
    """Remember of a made-up public address that it stands for one that exists."""
    address = out.public.get((vpc, need.name))
    if need.untold and address is not None:
        out.untold[address] = f"{vpc}.{need.name}"


def _assign_to_functions(
    design: Design, pools: Mapping[tuple[str, str, int], _Pool], out: Addresses, report: _Report
) -> None:
    """The addresses of the interfaces that functions share; an IPv6 address where one of them asks for it
    (**LAMBDA-18**)."""
    dual = {key for key, ipv6, _ in function_enis(design) if ipv6}
    for key, _ipv6, path in function_enis(design):
        if key in out.functions:
            continue
        vpc, subnet, _groups = key
        pool = pools.get((vpc, subnet, 4))
        address = None if pool is None else pool.highest()
        if address is None:
            report(path, f"subnet {subnet} has no free address left for a function's interface")
            out.functions[key] = ()
            continue
        addresses = [address]
        if key in dual and (vpc, subnet, 6) in pools:
            highest = pools[vpc, subnet, 6].highest()
            addresses += [] if highest is None else [highest]
        out.functions[key] = tuple(addresses)
        out.used[vpc, subnet] = out.used.get((vpc, subnet), 0) + 1
