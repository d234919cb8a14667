"""Rules of security groups, network ACLs and route tables, as plain values that a file could have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from hypothesis import strategies as st

from reachsim.calls import checks_types
from reachsim.testing.strategies.choice import chance, pick, up_to
from reachsim.testing.strategies.values import tokens

Body = dict[str, Any]
"""A mapping as a file has it: texts, numbers, truths, lists and mappings."""
Direction = Literal["ingress", "egress"]
DIRECTIONS: Final[tuple[Direction, Direction]] = ("ingress", "egress")
SIDE: Final = {"ingress": "from", "egress": "to"}
"""The key of the peer in a rule of a direction."""
PEERS: Final = ("0.0.0.0/0", "10.0.0.0/16", "10.0.0.0/8", "128.0.0.0/1", "8.8.8.0/24", "198.51.100.0/25")
DESTINATIONS: Final = ("0.0.0.0/0", "8.8.8.0/24", "128.0.0.0/1")


@checks_types
@st.composite
def security_group_rules(draw: st.DrawFn, direction: Direction = "ingress", *, peers: Sequence[str] = PEERS) -> Body:
    """A rule of a security group: `{allow: tcp/443, from: 10.0.0.0/16}`. `peers`: blocks, addresses, groups and prefix
    lists that it may name."""
    return draw_rule(draw, direction, peers)


@checks_types
@st.composite
def security_groups(draw: st.DrawFn, *, peers: Sequence[str] = PEERS, most: int = 3) -> Body:
    """A security group with at most so many rules in a direction; often with AWS's own egress."""
    return draw_group(draw, peers, most)


@checks_types
@st.composite
def network_acl_rules(draw: st.DrawFn, direction: Direction = "ingress", *, peers: Sequence[str] = PEERS) -> Body:
    """A rule of an ACL without its number: `{allow: tcp/443, from: 10.0.0.0/16}`, or `deny:`. `peers`: blocks and
    addresses, since an ACL knows no groups."""
    return draw_rule(draw, direction, peers, ("allow", "allow", "deny"))


@checks_types
@st.composite
def network_acls(draw: st.DrawFn, *, peers: Sequence[str] = PEERS, most: int = 3) -> Body:
    """An ACL with rules in both directions, numbered as AWS's console proposes (100, 110, ...); often with a last rule
    that lets everything through."""
    return draw_acl(draw, peers, most)


@checks_types
@st.composite
def route_tables(draw: st.DrawFn, targets: Sequence[str], *, destinations: Sequence[str] = DESTINATIONS) -> Body:
    """A route table: destination to target, some of each. `blackhole` is a target too."""
    return {to: target for to in destinations if (target := draw_target(draw, targets)) is not None}


# Functions that draw rather than strategies: a design has dozens of these, and a new strategy for each is slow.


def draw_rule(draw: st.DrawFn, direction: Direction, peers: Sequence[str], verbs: Sequence[str] = ("allow",)) -> Body:
    """A rule of a group, or with the verbs of one, of an ACL."""
    peer = pick(draw, peers)
    verb = pick(draw, verbs) if len(verbs) > 1 else verbs[0]
    return {verb: draw(tokens(ipv6=is_ipv6(peer))), SIDE[direction]: peer}


def draw_rules(
    draw: st.DrawFn, direction: Direction, peers: Sequence[str], most: int, verbs: Sequence[str] = ("allow",)
) -> list[Body]:
    """At most so many rules of a direction. Each has its own "one more" before it, so that any of them can go."""
    rules: list[Body] = []
    while len(rules) < most and draw(up_to(2)):
        rules.append(draw_rule(draw, direction, peers, verbs))
    return rules


def draw_group(draw: st.DrawFn, peers: Sequence[str], most: int = 3) -> Body:
    """A security group."""
    body: Body = {"ingress": draw_rules(draw, "ingress", peers, most)}
    if chance(draw, 4):
        body["egress"] = draw_rules(draw, "egress", peers, most)
    return body


def draw_acl(draw: st.DrawFn, peers: Sequence[str], most: int = 3) -> Body:
    """An ACL."""
    everyone = ["0.0.0.0/0", *(["::/0"] if any(map(is_ipv6, peers)) else [])]
    body: Body = {}
    for direction in DIRECTIONS:
        made = draw_rules(draw, direction, peers, most, ("allow", "allow", "deny"))
        rules = [{"rule": 100 + 10 * number, **rule} for number, rule in enumerate(made)]
        if draw(up_to(3)):  # nothing where it shrinks
            rules += [{"rule": 32000 + n, "allow": "all", SIDE[direction]: peer} for n, peer in enumerate(everyone)]
        body[direction] = rules
    return body


def draw_target(draw: st.DrawFn, targets: Sequence[str]) -> str | None:
    """The target of a route; None where there is none."""
    return pick(draw, [None, *targets, *targets, "blackhole"])


def is_ipv6(peer: str) -> bool:
    """Whether a peer is an IPv6 block or address."""
    return ":" in peer
