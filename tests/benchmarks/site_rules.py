"""The rules of an organisation's groups and ACLs, as they gather over the years, and its routes."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from tests.benchmarks.sites import (
    ACL_RULES_MOST,
    DATABASES,
    PARTNERS,
    PORTS,
    PREFIX_LISTS,
    RANGES,
    RULES_MOST,
    Role,
    Site,
)


def add_groups(rng: random.Random, site: Site) -> None:
    """Security groups: a few that every VPC has, and one for each role."""
    offices = "{allow: tcp/22, from: offices}"
    hubs = [peer for peer, _ in site.peers if peer.hub] + ([site] if site.hub else [])
    monitor = [f"{{allow: tcp/9100, from: {'monitor' if hub is site else hub.name + '.monitor'}}}" for hub in hubs]
    base = [
        "{allow: tcp/22, from: bastion}",
        "{allow: icmp/8, from: company}",
        "{allow: udp/161, from: company}",
        *monitor,
    ]
    base += [f"{{allow: tcp/22, from: {address}}}" for address in site.named[:1]]
    base += [f"{{allow: tcp/8301, from: {place.block}}}" for place in site.zones_of("app")]
    site.groups["bastion"] = (
        [offices, "{allow: icmp/8, from: 0.0.0.0/0}", *filler(rng, site, "bastion", 5)],
        None,
    )
    site.groups["base"] = base, None
    site.groups["mesh"] = ["{allow: all, from: mesh}", *filler(rng, site, "mesh", 12)], None
    site.groups["backup"] = (
        filler(rng, site, "backup", 5),
        ["{allow: tcp/443, to: storage}", "{allow: tcp/10000, to: company}"],
    )
    site.groups["canary"] = filler(rng, site, "canary", 6), None
    if site.hub:
        site.groups["monitor"] = (
            ["{allow: tcp/3000, from: company}", *filler(rng, site, "monitor", 10)],
            None,
        )
    if site.nat_instance:
        site.groups["nat"] = [f"{{allow: all, from: {site.block}}}"], None
    for role in site.roles:
        own = role.groups[-1]
        if own not in site.groups:
            size = rng.choice((5, 6, 7, 8, 8, 10, 10, 12, 14, 16, 20, 24, 30, 40, 60))
            known = first_rules(rng, site, role)
            ingress = [*known, *filler(rng, site, own, size - len(known))]
            site.groups[own] = ingress, egress(rng, site, role)


def first_rules(rng: random.Random, site: Site, role: Role) -> list[str]:
    """What a role is there for: the public tier serves the world, and each next tier the one before."""
    if role.tier == "public":
        return ["{allow: [tcp/80, tcp/443], from: 0.0.0.0/0}"]
    if role.tier == "app":
        return [f"{{allow: tcp/8000-8099, from: {group}}}" for group in site.groups_of("public")[:4]]
    if role.tier == "data":
        port = role.extra.rpartition(" ")[2]
        return [f"{{allow: {port}, from: {group}}}" for group in site.groups_of("app")[:5]]
    return ["{allow: tcp/443, from: company}"]


def egress(rng: random.Random, site: Site, role: Role) -> list[str] | None:
    """Rules for what leaves; None for what AWS puts there, everything."""
    if role.tier != "data" and rng.random() < 0.65:
        return None
    rules = [
        "{allow: tcp/443, to: storage}",
        "{allow: [udp/53, tcp/53], to: company}",
        "{allow: tcp/443, to: company}",
    ]
    if role.tier != "data":
        rules += ["{allow: [tcp/80, tcp/443], to: 0.0.0.0/0}"]
        rules += [
            f"{{allow: tcp/{port}, to: {group}}}" for port in DATABASES[:3] for group in site.groups_of("data")[:3]
        ]
    return rules + filler(rng, site, role.groups[-1], rng.randint(2, 12), "to")


def filler(rng: random.Random, site: Site, own: str, count: int, word: str = "from") -> list[str]:
    """Rules as they gather over the years: services, neighbours, partners, somebody's addresses."""
    out: dict[str, None] = {}
    groups = [group for tier in site.tiers for group in site.groups_of(tier)] + ["mesh", "bastion"]
    budget = min(count, RULES_MOST - 10)
    while budget > 0:
        token = f"tcp/{rng.choice(PORTS)}" if rng.random() < 0.75 else rng.choice(RANGES)
        cost = 1
        luck = rng.random()
        if luck < 0.45 or not site.peers:
            peer = rng.choice(groups)
        elif luck < 0.60:
            far = rng.choice(site.peers)[0]
            peer = f"{far.name}.{rng.choice(far.groups_of('app') or ['base'])}"
        elif luck < 0.72:
            peer = rng.choice(list(site.places.values())).block
        elif luck < 0.80:
            peer = rng.choice(site.peers)[0].block
        elif luck < 0.87:
            peer = rng.choice(list(PREFIX_LISTS))
            cost = len(PREFIX_LISTS[peer])
        elif luck < 0.91:
            peer = rng.choice([*site.named, *(a for far, _ in site.peers for a in far.named[:1])])
        else:
            peer = rng.choice(PARTNERS)
        out[f"{{allow: {token}, {word}: {peer}}}"] = None
        budget -= cost
    return list(out)


def acls(site: Site) -> Iterator[tuple[str, list[str], list[str]]]:
    """ACLs of the public and the data tier: name, ingress, egress."""
    every = "0.0.0.0/0"
    # Some deny a network that scanned them, and some a port that answers may come to: real mistakes.
    scanner = ["deny: all, from: 45.33.32.0/24", "deny: all, from: 45.33.49.0/24"] if site.index % 2 == 0 else []
    desktop = [f"deny: tcp/3389, from: {every}"] if site.index % 4 == 3 else []
    yield (
        "public",
        numbered(
            scanner
            + [f"allow: tcp/22, from: {block}" for block in PREFIX_LISTS["offices"]]
            + [
                f"deny: tcp/22, from: {every}",
                *desktop,
                f"deny: tcp/23, from: {every}",
                f"allow: tcp/80, from: {every}",
            ]
            + [
                f"allow: tcp/443, from: {every}",
                f"allow: tcp/1024-65535, from: {every}",
                f"allow: udp/1024-65535, from: {every}",
            ]
            + [f"allow: icmp, from: {every}", f"allow: all, from: {site.block}"]
        ),
        numbered(
            [rule.replace("from", "to") for rule in scanner]
            + [f"deny: tcp/25, to: {every}", f"allow: tcp/80, to: {every}"]
            + [
                f"allow: tcp/443, to: {every}",
                f"allow: tcp/22, to: {every}",
                f"allow: tcp/1024-65535, to: {every}",
            ]
            + [
                f"allow: udp/53, to: {every}",
                f"allow: udp/123, to: {every}",
                f"allow: udp/1024-65535, to: {every}",
            ]
            + [f"allow: icmp, to: {every}", f"allow: all, to: {site.block}"]
        ),
    )
    apps = [place.block for place in site.zones_of("app")]
    near = [peer.block for peer, _ in site.peers][:4]
    yield (
        "data",
        numbered(
            [f"deny: tcp/22, from: {place.block}" for place in site.zones_of("public")[1:]]
            + [f"allow: tcp/{port}, from: {block}" for block in apps for port in DATABASES[: 9 // len(apps)]]
            + [f"allow: tcp/5432, from: {block}" for block in near]
            + [f"allow: all, from: {place.block}" for place in site.zones_of("data")]
            + [f"allow: tcp/1024-65535, from: {every}", "allow: icmp, from: 10.0.0.0/8"]
        ),
        numbered(
            [
                "deny: tcp/3389, to: 0.0.0.0/0",
                "allow: tcp/1024-65535, to: 10.0.0.0/8",
                "allow: udp/1024-65535, to: 10.0.0.0/8",
            ]
            + [
                f"allow: tcp/443, to: {every}",
                "allow: udp/53, to: 10.0.0.0/8",
                "allow: icmp, to: 10.0.0.0/8",
            ]
            + [f"allow: all, to: {place.block}" for place in site.zones_of("data")]
            + [f"allow: tcp/8000-8999, to: {block}" for block in apps]
            + [f"allow: tcp/22, to: {block}" for block in near[:2]]
        ),
    )


def tables(site: Site) -> Iterator[tuple[str, list[str]]]:
    """Route tables: name, routes."""
    far = [f"{peer.block}: {name}" for peer, name in site.peers]
    yield "public", ["0.0.0.0/0: igw", *far]
    for zone in site.zones:
        nat = "nat" if site.nat_instance else f"natgw-{zone}"
        single = ["13.107.42.14/32: blackhole"] if zone == "a" else []
        if site.peers and zone == "b":  # a single host of a neighbour, by the same way as the rest of it
            peer, name = site.peers[0]
            single.append(f"{peer.named[-1]}/32: {name}")
        yield f"private-{zone}", [f"0.0.0.0/0: {nat}", *far, *single]
    yield "isolated", far


def numbered(rules: Sequence[str]) -> list[str]:
    """ACL rules with numbers, at most as many as AWS allows unasked."""
    return [f"          - {{rule: {100 + 10 * place}, {rule}}}" for place, rule in enumerate(rules[:ACL_RULES_MOST])]
