"""A seeded generator of realistic organisations, for benchmarks and for whoever wants a large design.

`python -m tests.benchmarks.organisation 10000 > organisation.yaml` writes one with 10,000 network interfaces.
The same numbers and the same seed give the same text.

VPCs stand in divisions of eight: a hub with shared services, five spokes around it, and two more in a chain
behind the last spoke; the hubs are a chain too. Each VPC has tiers of subnets in two or three Availability
Zones (public, app, data, batch), a route table per tier and zone, network ACLs for the public and the data
tier, and roles: a tier, a set of one to three security groups and a kind of interface, placed in the zones of
the tier. Interfaces of one role in one subnet are one class: no rule tells them apart, but for the few that
rules name by address. So the number of classes is chosen (`classes_of`) apart from the number of interfaces.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

TEAMS = (
    "payments", "orders", "search", "catalog", "identity", "billing", "shipping", "pricing", "media", "mail",
    "reports", "ledger", "fraud", "support", "mobile", "partner", "logistics", "insights", "archive", "maps",
    "returns", "loyalty", "tax", "stock", "events", "profile", "reviews", "tickets",
)  # fmt: skip
STAGES = ("prod", "test", "dev")
PORTS = (
    80, 443, 3000, 4317, 5000, 5601, 6443, 7000, 8000, 8080, 8081, 8125, 8443, 8500, 8888, 9000, 9090, 9092,
    9093, 9100, 9200, 9300, 9443, 10250, 11211, 15672, 16686, 27017, 50051,
)  # fmt: skip
RANGES = (
    "tcp/8000-8999", "tcp/9000-9499", "tcp/30000-32767", "udp/33434-33523", "tcp/7000-7999", "udp/4789",
    "udp/8125", "icmp/8", "tcp/2379-2380", "udp/53", "tcp/53",
)  # fmt: skip
DATABASES = (5432, 3306, 6379, 9042, 1433)
AMIS = ("al2023-ami-minimal", "ubuntu-noble-server", "Windows_Server-2022", "golden-image-17")
PARTNERS = ("185.60.112.0/22", "151.101.0.0/16", "13.107.42.14/32", "91.189.88.0/21", "104.16.0.0/13")
PREFIX_LISTS = {
    "offices": ("81.2.69.0/24", "146.70.112.0/24", "193.0.6.128/25"),
    "storage": ("52.216.0.0/15", "3.5.0.0/19"),
    "company": ("10.0.0.0/8", "172.16.0.0/12"),
}
HOSTS = {
    "www.example.com": ("93.184.216.34", "[tcp/80, tcp/443]"),
    "packages.example.net": ("151.101.2.132", "[tcp/80, tcp/443]"),
    "office": ("81.2.69.160", "icmp"),
    "partner": ("185.60.112.9", "[tcp/443, tcp/22]"),
    "scanner": ("45.33.32.156", "[]"),
}
RULES_MOST = 60
"""Rules of a security group in one direction that AWS allows unasked; a prefix list counts by its entries."""
ACL_RULES_MOST = 20
DIVISION = 8


def dotted(address: int) -> str:
    """An IPv4 address as text."""
    return f"{address >> 24}.{address >> 16 & 255}.{address >> 8 & 255}.{address & 255}"


@dataclass
class Place:
    """A subnet. `room`: interfaces that it has to hold."""

    tier: str
    zone: str
    room: int = 0
    low: int = 0
    prefix: int = 0
    explicit: int = 0

    @property
    def name(self) -> str:
        """Its name."""
        return f"{self.tier}-{self.zone}"

    @property
    def block(self) -> str:
        """Its block as text."""
        return f"{dotted(self.low)}/{self.prefix}"

    def next_explicit(self) -> str:
        """An address of its own for an interface that writes one: from the top, where nothing is assigned."""
        self.explicit += 1
        return dotted(self.low + (1 << 32 - self.prefix) - 2 - self.explicit)


@dataclass
class Role:
    """What a set of interfaces has in common."""

    name: str
    tier: str
    groups: tuple[str, ...]
    section: str
    extra: str
    public: str
    weight: float


@dataclass
class Site:
    """A VPC while it is written."""

    index: int
    name: str
    zones: str
    hub: bool
    places: dict[str, Place] = field(default_factory=dict)
    roles: list[Role] = field(default_factory=list)
    cells: list[tuple[Role, Place]] = field(default_factory=list)
    peers: list[tuple[Site, str]] = field(default_factory=list)
    groups: dict[str, tuple[list[str], list[str] | None]] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    named: list[str] = field(default_factory=list)
    """Addresses that rules name one by one."""
    first: dict[str, str] = field(default_factory=dict)
    """For each tier the name of an interface in it."""
    counts: list[int] = field(default_factory=list)

    @property
    def block(self) -> str:
        """Its block as text."""
        return f"10.{self.index}.0.0/16"

    @property
    def nat_instance(self) -> bool:
        """Whether a NAT instance stands where others have NAT gateways."""
        return self.index % 5 == 4

    @property
    def tiers(self) -> tuple[str, ...]:
        """Its tiers."""
        return ("public", "app", "data") if len(self.zones) == 3 else ("public", "app", "data", "batch")

    def zones_of(self, tier: str) -> list[Place]:
        """The subnets of a tier."""
        return [place for place in self.places.values() if place.tier == tier]

    def groups_of(self, tier: str) -> list[str]:
        """The groups that tell the roles of a tier apart."""
        return list(dict.fromkeys(role.groups[-1] for role in self.roles if role.tier == tier))


TIER_SHARE = {"public": 0.15, "app": 0.55, "data": 0.25, "batch": 0.25}
SMALLEST = {"public": 22, "app": 20, "data": 21, "batch": 22}
"""Prefix lengths that tiers have where their interfaces fit."""


class Organisation:
    """One organisation. `classes_of`: the classes are those of an organisation of this many interfaces."""

    def __init__(self, interfaces: int, seed: int, classes_of: int | None) -> None:
        model = interfaces if classes_of is None else classes_of
        if model < 40 or interfaces < model:
            raise ValueError("an organisation has 40 interfaces or more, and no fewer than its classes are made for")
        self.random = random.Random(seed)
        self.interfaces = interfaces
        self.classes = min(11 * math.sqrt(model), 0.55 * model)
        self.public = 0
        count = min(max(2, round(math.sqrt(model) / 4)), 250)
        self.sites = [self.site(index) for index in range(count)]
        self.peerings = list(self.join())
        for site in self.sites:
            self.add_roles(site, self.classes / count)
        self.fill(interfaces)
        for site in self.sites:
            self.lay_out(site)
        for site in self.sites:
            self.name_addresses(site)
        for site in self.sites:
            self.add_groups(site)

    # -- who is there ------------------------------------------------------------------------------------

    def site(self, index: int) -> Site:
        """A VPC without anything in it."""
        hub = index % DIVISION == 0
        serial = index // (len(TEAMS) * len(STAGES))
        name = f"{TEAMS[index // len(STAGES) % len(TEAMS)]}-{STAGES[index % len(STAGES)]}" + (
            f"-{serial}" if serial else ""
        )
        site = Site(index, f"hub-{index // DIVISION}" if hub else name, "ab" if index % 3 == 2 else "abc", hub)
        for tier in site.tiers:
            for zone in site.zones:
                place = Place(tier, zone)
                site.places[place.name] = place
        return site

    def join(self) -> Iterator[tuple[str, Site, Site]]:
        """Peerings: spokes with their hub, chains, and the chain of the hubs."""
        for site in self.sites:
            place = site.index % DIVISION
            back = DIVISION if place == 0 else 1 if place > 5 else place
            if site.index >= back:
                other = self.sites[site.index - back]
                name = f"pcx-{other.name}-{site.name}"
                other.peers.append((site, name))
                site.peers.append((other, name))
                yield name, other, site

    def add_roles(self, site: Site, classes: float) -> None:
        """Roles, until subnets times sets of groups are as many as asked for."""
        # NAT gateways, the bastion, the monitor of a hub and two named addresses are classes of their own.
        left = round(classes) - 3 - (1 if site.nat_instance else len(site.zones)) - site.hub
        tiers = list(site.tiers)
        serial = 0
        while left > 0:
            tier = (
                tiers[serial] if serial < len(tiers) else self.random.choices(tiers, [TIER_SHARE[t] for t in tiers])[0]
            )
            places = site.zones_of(tier)[:left]
            role = self.role(site, tier, serial)
            site.roles.append(role)
            site.cells += [(role, place) for place in places]
            left -= len(places)
            if left > 0 and serial % 3 == 0:  # a variant in one zone: the same with a group more
                groups = (*role.groups[:1], "canary", *role.groups[1:]) if len(role.groups) < 3 else role.groups[1:]
                variant = Role(f"{role.name}-x", tier, groups, role.section, role.extra, role.public, role.weight / 4)
                if all(set(other.groups) != set(groups) for other in site.roles):
                    site.roles.append(variant)
                    site.cells.append((variant, self.random.choice(places)))
                    left -= 1
            serial += 1

    def role(self, site: Site, tier: str, serial: int) -> Role:
        """One role: its groups and what its interfaces have in common."""
        own = f"{tier}-{serial}"
        shared = {
            "public": ["base"],
            "app": ["base", "mesh"],
            "data": ["base", "backup"],
            "batch": ["base", "mesh"],
        }[tier]
        groups = (*shared[: self.random.choice((0, 1, 1, 2))], own)
        section = "interfaces" if tier == "data" or self.random.random() < 0.3 else "instances"
        extra = ""
        if section == "instances" and self.random.random() < 0.4:
            extra = f", ami: {self.random.choice(AMIS)}"
        if tier == "data":
            extra = f", listens: tcp/{self.random.choice(DATABASES)}"
        public = ""
        if tier == "public":
            public = "given" if serial % 2 == 0 else self.random.choice(("given", "chosen", ""))
        weight = TIER_SHARE[tier] * self.random.lognormvariate(0, 0.8)
        return Role(own, tier, groups, section, extra, public, weight)

    def fill(self, interfaces: int) -> None:
        """Spread the interfaces over the cells: one each, the rest by weight."""
        cells = [role for site in self.sites for role, _ in site.cells]
        singles = sum(1 + site.hub + site.nat_instance for site in self.sites)
        rest = interfaces - singles - len(cells)
        if rest < 0:
            raise ValueError(f"{interfaces} interfaces are too few for {len(cells)} classes")
        total = sum(role.weight for role in cells)
        counts = [1 + int(rest * role.weight / total) for role in cells]
        for extra in range(interfaces - singles - sum(counts)):
            counts[extra % len(counts)] += 1
        given = iter(counts)
        for site in self.sites:
            site.counts = [next(given) for _ in site.cells]
            for (_, place), count in zip(site.cells, site.counts, strict=True):
                place.room += count

    def lay_out(self, site: Site) -> None:
        """Blocks for the subnets, the largest first, so that each starts on a border of its own size."""
        for place in site.places.values():
            place.prefix = min(SMALLEST[place.tier], 32 - math.ceil(math.log2(place.room * 1.1 + 20)))
        low = 10 << 24 | site.index << 16
        for place in sorted(site.places.values(), key=lambda place: place.prefix):
            place.low = low
            low += 1 << 32 - place.prefix
        if low > (10 << 24) + (site.index + 1 << 16):
            raise ValueError(f"the interfaces of {site.name} do not fit into {site.block}; raise classes_of")

    # -- interfaces --------------------------------------------------------------------------------------

    def public_address(self) -> str:
        """A public address that nobody else has."""
        self.public += 1
        return dotted((52 << 24 | 95 << 16) + self.public)

    def name_addresses(self, site: Site) -> None:
        """Interfaces with something of their own, and those that rules name by address."""
        public = site.places["public-a"]
        lines: list[str] = []
        bastion = public.next_explicit()
        site.named.append(bastion)
        head = f"subnet: public-a, private_ip: {bastion}, public_ip: {self.public_address()}"
        lines.append(f"      bastion: {{{head}, security_groups: [bastion], ami: {AMIS[0]}}}")
        if site.hub:
            address = site.places["app-a"].next_explicit()
            site.named.append(address)
            lines.append(
                f"      monitor: {{subnet: app-a, private_ip: {address}, security_groups: [monitor], ami: {AMIS[1]}}}"
            )
        if site.nat_instance:
            head = f"subnet: public-a, private_ip: {public.next_explicit()}, public_ip: {self.public_address()}"
            lines.append(f"      nat: {{{head}, security_groups: [nat], nat: true, source_dest_check: false}}")
        site.members = {"instances": lines, "interfaces": []}
        for tier in ("app", "data"):  # the first of each tier writes its address, and rules name it
            place = next((place for role, place in site.cells if role.tier == tier), None)
            if place is not None:
                site.named.append(dotted(place.low + (1 << 32 - place.prefix) - 3 - place.explicit))
        for (role, place), count in zip(site.cells, site.counts, strict=True):
            self.add_members(site, role, place, count)

    def add_members(self, site: Site, role: Role, place: Place, count: int) -> None:
        """The interfaces of one role in one subnet; every other one writes its address."""
        lines = site.members[role.section]
        groups = ", ".join(role.groups)
        head = f"{{subnet: {place.name}, security_groups: [{groups}]"
        stem = f"{role.name}-{place.zone}"
        site.first.setdefault(role.tier, f"{stem}-0")
        public = ", public_ip: true" if role.public == "chosen" else ""
        for number in range(count):
            if role.public == "given":
                public = f", public_ip: {self.public_address()}"
            address = f", private_ip: {place.next_explicit()}" if number % 2 == 0 else ""
            lines.append(f"      {stem}-{number}: {head}{address}{public}{role.extra}}}")

    # -- rules -------------------------------------------------------------------------------------------

    def add_groups(self, site: Site) -> None:
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
            [offices, "{allow: icmp/8, from: 0.0.0.0/0}", *self.filler(site, "bastion", 5)],
            None,
        )
        site.groups["base"] = base, None
        site.groups["mesh"] = ["{allow: all, from: mesh}", *self.filler(site, "mesh", 12)], None
        site.groups["backup"] = (
            self.filler(site, "backup", 5),
            ["{allow: tcp/443, to: storage}", "{allow: tcp/10000, to: company}"],
        )
        site.groups["canary"] = self.filler(site, "canary", 6), None
        if site.hub:
            site.groups["monitor"] = (
                ["{allow: tcp/3000, from: company}", *self.filler(site, "monitor", 10)],
                None,
            )
        if site.nat_instance:
            site.groups["nat"] = [f"{{allow: all, from: {site.block}}}"], None
        for role in site.roles:
            own = role.groups[-1]
            if own not in site.groups:
                size = self.random.choice((5, 6, 7, 8, 8, 10, 10, 12, 14, 16, 20, 24, 30, 40, 60))
                known = self.first_rules(site, role)
                ingress = [*known, *self.filler(site, own, size - len(known))]
                site.groups[own] = ingress, self.egress(site, role)

    def first_rules(self, site: Site, role: Role) -> list[str]:
        """What a role is there for: the public tier serves the world, and each next tier the one before."""
        if role.tier == "public":
            return ["{allow: [tcp/80, tcp/443], from: 0.0.0.0/0}"]
        if role.tier == "app":
            return [f"{{allow: tcp/8000-8099, from: {group}}}" for group in site.groups_of("public")[:4]]
        if role.tier == "data":
            port = role.extra.rpartition(" ")[2]
            return [f"{{allow: {port}, from: {group}}}" for group in site.groups_of("app")[:5]]
        return ["{allow: tcp/443, from: company}"]

    def egress(self, site: Site, role: Role) -> list[str] | None:
        """Rules for what leaves; None for what AWS puts there, everything."""
        if role.tier != "data" and self.random.random() < 0.65:
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
        return rules + self.filler(site, role.groups[-1], self.random.randint(2, 12), "to")

    def filler(self, site: Site, own: str, count: int, word: str = "from") -> list[str]:
        """Rules as they gather over the years: services, neighbours, partners, somebody's addresses."""
        out: dict[str, None] = {}
        groups = [group for tier in site.tiers for group in site.groups_of(tier)] + ["mesh", "bastion"]
        budget = min(count, RULES_MOST - 10)
        while budget > 0:
            token = f"tcp/{self.random.choice(PORTS)}" if self.random.random() < 0.75 else self.random.choice(RANGES)
            cost = 1
            luck = self.random.random()
            if luck < 0.45 or not site.peers:
                peer = self.random.choice(groups)
            elif luck < 0.60:
                far = self.random.choice(site.peers)[0]
                peer = f"{far.name}.{self.random.choice(far.groups_of('app') or ['base'])}"
            elif luck < 0.72:
                peer = self.random.choice(list(site.places.values())).block
            elif luck < 0.80:
                peer = self.random.choice(site.peers)[0].block
            elif luck < 0.87:
                peer = self.random.choice(list(PREFIX_LISTS))
                cost = len(PREFIX_LISTS[peer])
            elif luck < 0.91:
                peer = self.random.choice([*site.named, *(a for far, _ in site.peers for a in far.named[:1])])
            else:
                peer = self.random.choice(PARTNERS)
            out[f"{{allow: {token}, {word}: {peer}}}"] = None
            budget -= cost
        return list(out)

    def acls(self, site: Site) -> Iterator[tuple[str, list[str], list[str]]]:
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

    def tables(self, site: Site) -> Iterator[tuple[str, list[str]]]:
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

    def expectations(self) -> Iterator[str]:
        """What the organisation promises, of up to nine of its VPCs. Not all of it holds."""
        for site in self.sites[:: max(1, -(-len(self.sites) // 9))]:
            first = {tier: f"{site.name}.{member}" for tier, member in site.first.items()}
            if "public" in first:
                ends = f"from: internet, to: {first['public']}"
                yield f"{ends}, allow: tcp/443, why: the public tier serves the world"
            if "data" in first:
                yield f"from: internet, to: {first['data']}, deny: all, why: nobody outside reaches data"
            if "app" in first:
                ends = f"from: {first['app']}, to: packages.example.net"
                yield f"{ends}, allow: tcp/443, why: updates go out through NAT"
                ends = f"from: {site.name}.bastion, to: {first['app']}"
                yield f"{ends}, allow: tcp/22, why: administrators reach the app tier"
        for name, one, other in self.peerings[:4]:
            if "app" in one.first and "app" in other.first:
                ends = f"from: {one.name}.{one.first['app']}, to: {other.name}.{other.first['app']}"
                yield f"{ends}, allow: icmp/8, why: {name} carries it"
        for one, other in zip(self.sites[1:5], self.sites[2:6], strict=False):
            ends = f"from: {one.name}.{one.first['app']}, to: {other.name}.{other.first['app']}"
            if "app" in one.first and "app" in other.first:
                yield f"{ends}, deny: all, why: spokes of one hub do not reach each other"
        if len(self.sites) > 2:
            one, other = self.sites[1:3]
            ends = f"from: {{vpc: {one.name}}}, to: {{vpc: {other.name}}}"
            yield f"{ends}, deny: tcp/22, why: nobody logs in from one stage to another"
        site = self.sites[0]
        yield f"from: internet, to: {{subnet: {site.name}.data-a}}, deny: all, why: data is not exposed"
        yield f"from: {{subnet: {site.name}.data-a}}, to: internet, deny: all, why: data does not leave"
        if len(self.sites) > 1:
            ends = f"from: {site.name}.monitor, to: {self.sites[1].name}.bastion"
            yield f"{ends}, deny: tcp/22, why: the monitor only watches"

    # -- text --------------------------------------------------------------------------------------------

    def text(self) -> Iterator[str]:
        """The file, line by line."""
        yield f"# An organisation of {self.interfaces:,} network interfaces, made by a program."
        yield "version: 1"
        yield "region: eu-west-1"
        yield "prefix_lists:"
        for name, blocks in PREFIX_LISTS.items():
            yield f"  {name}: [{', '.join(blocks)}]"
        yield "vpcs:"
        for site in self.sites:
            yield from self.site_text(site)
        yield "peering_connections:"
        for name, one, other in self.peerings:
            yield f"  {name}: {{requester: {one.name}, accepter: {other.name}}}"
        yield "lambda_functions:"
        functions = self.sites[:: max(1, len(self.sites) // 6)]
        for site in functions:
            subnets = ", ".join(place.name for place in site.zones_of("app"))
            body = f"{{vpc: {site.name}, subnets: [{subnets}], security_groups: [base]}}"
            yield f"  sync-{site.name}:"
            yield "    memory_mb: 512"
            yield f"    latest: {body}"
            yield "    versions:"
            yield "      1: {}"
            yield f"      2: {body}"
            yield "    aliases: {prod: 2, old: 1}"
        yield "api_gateways:"
        yield f"  front: {{integration: 'sync-{functions[0].name}:prod'}}"
        yield "internet:"
        yield "  hosts:"
        for name, (address, listens) in HOSTS.items():
            yield (
                f"    {name}: {{ip: {address}}}"
                if listens == "[]"
                else f"    {name}: {{ip: {address}, listens: {listens}}}"
            )
        yield "expect:"
        for line in self.expectations():
            yield f"  - {{{line}}}"

    def site_text(self, site: Site) -> Iterator[str]:
        """One VPC."""
        yield f"  {site.name}:"
        yield f"    cidrs: [{site.block}]"
        yield "    internet_gateway: igw"
        yield "    subnets:"
        for place in site.places.values():
            table = {"public": "public", "data": "isolated"}.get(place.tier, f"private-{place.zone}")
            acl = f", network_acl: {place.tier}" if place.tier in ("public", "data") else ""
            yield f"      {place.name}: {{cidr: {place.block}, az: {place.zone}, route_table: {table}{acl}}}"
        yield "    route_tables:"
        for name, routes in self.tables(site):
            yield f"      {name}: {{{', '.join(routes)}}}"
        yield "    network_acls:"
        for name, ingress, egress in self.acls(site):
            yield f"      {name}:"
            for word, rules in (("ingress", ingress), ("egress", egress)):
                yield f"        {word}:"
                yield from rules
        if not site.nat_instance:
            yield "    nat_gateways:"
            for zone in site.zones:
                yield f"      natgw-{zone}: {{subnet: public-{zone}, public_ip: {self.public_address()}}}"
        yield "    security_groups:"
        for group, (incoming, outgoing) in site.groups.items():
            yield f"      {group}:"
            for word, lines in (("ingress", incoming), ("egress", outgoing)):
                if lines is not None:
                    yield f"        {word}:"
                    for line in lines:
                        yield f"          - {line}"
        for section, members in site.members.items():
            if members:
                yield f"    {section}:"
                yield from members


def numbered(rules: Sequence[str]) -> list[str]:
    """ACL rules with numbers, at most as many as AWS allows unasked."""
    return [f"          - {{rule: {100 + 10 * place}, {rule}}}" for place, rule in enumerate(rules[:ACL_RULES_MOST])]


def organisation(interfaces: int, seed: int = 7, *, classes_of: int | None = None) -> str:
    """The YAML text of an organisation with this many instances and bare interfaces (NAT gateways besides).

    `classes_of`: put the interfaces into the VPCs, subnets and groups of an organisation of that many; left
    out, of as many as there are. The number of classes is about 11 times the root of it: 1,100 at 10,000.
    Raises ValueError for fewer than 40 interfaces, and where so many do not fit.
    """
    return "\n".join(Organisation(interfaces, seed, classes_of).text()) + "\n"


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Write a realistic organisation as YAML.")
    parser.add_argument("interfaces", type=int)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--classes-of", type=int, help="the classes of an organisation of this many interfaces")
    given = parser.parse_args()
    sys.stdout.write(organisation(given.interfaces, given.seed, classes_of=given.classes_of))


if __name__ == "__main__":
    main()
