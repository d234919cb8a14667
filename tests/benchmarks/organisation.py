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
from collections.abc import Iterator

from tests.benchmarks.site_rules import acls, add_groups, tables
from tests.benchmarks.sites import (
    AMIS,
    DATABASES,
    DIVISION,
    HOSTS,
    PREFIX_LISTS,
    SMALLEST,
    STAGES,
    TEAMS,
    TIER_SHARE,
    Place,
    Role,
    Site,
    dotted,
)


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
            add_groups(self.random, site)

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
        for name, routes in tables(site):
            yield f"      {name}: {{{', '.join(routes)}}}"
        yield "    network_acls:"
        for name, ingress, egress in acls(site):
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
