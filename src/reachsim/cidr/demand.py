"""How many addresses a subnet needs: from what will live in it to the size of its block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from reachsim.calls import made_by, says_how_to_call
from reachsim.cidr.blocks import prefix_length_for
from reachsim.errors import NoValueError
from reachsim.rules.cidr import LONGEST_IPV4, SHORTEST_IPV4
from reachsim.rules.lambda_ import interfaces_for
from reachsim.rules.subnet import RESERVED_COUNT

FREE_PER_LOAD_BALANCER: Final = 8
"""Free addresses that a load balancer must find in each of its subnets.

Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
(subnets: "a CIDR block with at least a /27 bitmask ... and at least eight free IP addresses per subnet").
"""
PREFIX_LENGTH: Final = 28
"""The block that AWS delegates to an interface, /28: 16 addresses, aligned.

Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-prefix-eni.html
"""
LOAD_BALANCER_LONGEST: Final = 27
"""The smallest subnet of a load balancer, /27 (same source)."""
_PREFIX: Final = 1 << (32 - PREFIX_LENGTH)
_BESIDE_AWS: Final = 2 * _PREFIX - RESERVED_COUNT
"""Addresses beside AWS's own in the first and the last /28 of a subnet, neither of which can be delegated."""


@made_by("Consumers(instances=3)", by_hand=True)
@dataclass(frozen=True, slots=True)
class Consumers:
    """What lives in a tier. Counts are of the whole tier, over all zones, unless said otherwise.

    `instances`: one address each, spread evenly over the zones. `tasks`: container tasks with an interface
    each (awsvpc mode), spread the same. `lambda_combinations`: distinct sets of security groups among the
    functions of the tier; each takes one address in every subnet, however many functions and executions
    there are (LAMBDA-3). `lambda_connections`: connections that one such combination keeps open at the same
    time in one subnet (LAMBDA-4). `load_balancers`: each needs 8 free addresses in every subnet, and a /27.
    `interface_endpoints`: each has one address in every subnet. `other`: anything else, addresses in every
    subnet. `eks_nodes`: nodes with prefix delegation, spread the same, each with room for `eks_pods` pods:
    one address for the node, and a whole /28 for every 16 pods.
    """

    instances: int = 0
    tasks: int = 0
    lambda_combinations: int = 0
    lambda_connections: int = 0
    load_balancers: int = 0
    interface_endpoints: int = 0
    other: int = 0
    eks_nodes: int = 0
    eks_pods: int = 0

    def prefixes(self, zones: int) -> int:
        """Delegated /28 in one subnet of a tier over so many zones."""
        return -(-self.eks_nodes // zones) * -(-self.eks_pods // _PREFIX)

    def per_subnet(self, zones: int) -> list[tuple[str, int]]:
        """What takes how many single addresses in one subnet of a tier over so many zones, in words and
        numbers."""
        interfaces = interfaces_for(self.lambda_connections)
        combinations = f"{self.lambda_combinations} security-group combinations of Lambda"
        if interfaces > 1:
            combinations += f" with {interfaces} interfaces each"
        spread = f" over {zones} zones" if zones > 1 else ""
        lines = [
            (f"{self.instances} instances{spread}", -(-self.instances // zones)),
            (f"{self.tasks} container tasks{spread}", -(-self.tasks // zones)),
            (combinations, self.lambda_combinations * interfaces),
            (
                f"{self.load_balancers} load balancers with {FREE_PER_LOAD_BALANCER} addresses each",
                self.load_balancers * FREE_PER_LOAD_BALANCER,
            ),
            (f"{self.interface_endpoints} interface endpoints", self.interface_endpoints),
            ("others", self.other),
            (f"{self.eks_nodes} nodes{spread}", -(-self.eks_nodes // zones)),
        ]
        return [(text, count) for text, count in lines if count]


@made_by("cidr.size_for_addresses(100)", by_hand=True)
@dataclass(frozen=True, slots=True)
class SubnetSize:
    """The size of a subnet's block, and why.

    `needed`: addresses that must be usable, growth included; None where the size itself was stated.
    `lines`: how the number came about. `too_large`: more is needed than a /16 has, so no subnet will do.
    """

    prefix_length: int
    needed: int | None = None
    lines: tuple[str, ...] = ()
    too_large: bool = False

    @property
    def usable(self) -> int:
        """Addresses that interfaces can have in an IPv4 subnet of this size (SUBNET-2)."""
        return (1 << (32 - self.prefix_length)) - RESERVED_COUNT


@says_how_to_call
def size_for_addresses(count: int, growth: int = 0, longest: int = LONGEST_IPV4) -> SubnetSize:
    """The smallest IPv4 subnet in which `count` addresses are usable, after growth by so many percent.

    `longest`: the smallest block that will do for another reason. Five addresses are AWS's (SUBNET-2), and
    a subnet is /16 to /28 (SUBNET-1).

    >>> size_for_addresses(251).prefix_length, size_for_addresses(252).prefix_length
    (24, 23)
    """
    needed = grown(count, growth)
    length = min(prefix_length_for(needed + RESERVED_COUNT), longest)
    lines = [f"{count:,} addresses"]
    if growth:
        lines.append(f"{growth} % growth: {needed:,}")
    return SubnetSize(max(length, SHORTEST_IPV4), needed, tuple(lines), length < SHORTEST_IPV4)


@says_how_to_call
def size_for_consumers(consumers: Consumers, zones: int, growth: int = 0, zone_loss: int = 0) -> SubnetSize:
    """The smallest IPv4 subnet for one zone's share of a tier, after growth by so many percent.

    `zone_loss`: so many of the zones may fail, and what is spread must find place in the others.
    """
    left = zones - zone_loss
    if left < 1:
        raise NoValueError(f"{zone_loss} of {zones} zones may fail, and none is left")
    parts = consumers.per_subnet(left)
    longest = LOAD_BALANCER_LONGEST if consumers.load_balancers else LONGEST_IPV4
    size = size_for_addresses(sum(count for _, count in parts), growth, longest)
    lines = [f"{text}: {count:,}" for text, count in parts]
    prefixes = grown(consumers.prefixes(left), growth)
    length, needed = size.prefix_length, size.needed
    if prefixes:
        single = size.needed or 0
        blocks = prefixes + 2 + -(-max(single - _BESIDE_AWS, 0) // _PREFIX)
        length = min(length, prefix_length_for(blocks * _PREFIX))
        needed = single + prefixes * _PREFIX
        lines.append(
            f"{consumers.prefixes(left):,} prefixes of /{PREFIX_LENGTH} for {consumers.eks_pods} pods on each node"
        )
    if zone_loss:
        lines.append(f"{zone_loss} of {zones} zones may fail")
    if growth:
        lines.append(f"{growth} % growth: {needed:,}")
    return SubnetSize(max(length, SHORTEST_IPV4), needed, tuple(lines), size.too_large or length < SHORTEST_IPV4)


def grown(count: int, growth: int) -> int:
    """`count` and so many percent more, rounded up."""
    return -(-count * (100 + growth) // 100)
