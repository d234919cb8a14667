"""Whether what lint says is true, by a second reading: `python -m tests.oracle.findings FILE ...`.

Each finding is held against the design as it is written: packets go to the naive evaluator, rules are asked one by one about
every corner that any of them has, members, records and rules are counted. Nothing here knows how lint came to it. Prints for
each code how many findings are confirmed, and each that is not; 1 where there is one.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.oracle.naive import judge
from tests.oracle.naive.addresses import WIDTH, Address, address, network
from tests.oracle.naive.packets import ICMP, ICMPV6, Packet, covers, listed, span, tokens_of
from tests.oracle.naive.parts import Verdict
from tests.oracle.naive.world import World
from tests.oracle.text import read_yaml

import reachsim
from reachsim.answers.findings import Finding

KeyPath = tuple[str | int, ...]
DIRECTIONS = {"ingress": "from", "egress": "to"}
CLIENT_PORT = 50_000
STRANGER = "8.8.8.8"


class Reading(NamedTuple):
    """A design as it is written, and all findings about it."""

    world: World
    findings: list[Finding]

    def at(self, path: Iterable[str | int]) -> Any:
        """What stands at a path."""
        value: Any = self.world.design
        for key in path:
            value = value[key]
        return value

    def asked(self, source: str, destination: str, traffic: str, port: int = CLIENT_PORT) -> Verdict:
        """The naive evaluator's verdict."""
        verdict = judge(self.world, source, destination, traffic, port)
        assert not verdict.undecided, (source, destination, traffic, verdict)
        return verdict


# -- rules ------------------------------------------------------------------------------------------------


def corners(rules: list[Any], side: str, world: World, vpc: str) -> tuple[list[Packet], list[Address], set[str]]:
    """Packets and peers between which any rule changes, each with its neighbours, and the groups that rules name."""
    ports, kinds, others, blocks, groups = {0, 65535}, {(0, 0), (8, 0)}, {99}, [], set[str]()
    for rule in rules:
        for token in tokens_of(rule.get("allow", rule.get("deny"))):
            name, *details = token.split("/")
            if name in ("tcp", "udp") and details:
                ports |= {each + step for each in span(details[0]) for step in (-1, 0, 1) if 0 <= each + step <= 65535}
            elif name == "proto":
                others.add(int(details[0]))
            elif details:
                kinds |= {(int(details[0]) + step, int(details[1]) if len(details) > 1 else 0) for step in (0, 1)}
        for peer in listed(rule[side]):
            entries = [peer] if network(peer) is not None else world.entries(peer, vpc)
            blocks += [network(each) for each in entries or ()]
            groups |= set() if entries is not None else {peer}
    where = Address(4, 1), Address(6, 1)
    packet = [Packet(*where, protocol, 0, port) for protocol in (6, 17) for port in sorted(ports)]
    packet += [Packet(*where, protocol, 0, 0, *kind) for protocol in (1, 58) for kind in sorted(kinds)]
    packet += [Packet(*where, protocol) for protocol in sorted(others)]
    near = {
        Address(block.first.version, end.value + step)
        for block in blocks
        if block is not None
        for end in (block.first, block.last)
        for step in (-1, 0, 1)
        if 0 <= end.value + step < 1 << WIDTH[end.version]
    }
    return packet, sorted(near | {*where}), groups


class Rules:
    """The rules of one group or ACL in one direction, asked about every corner."""

    def __init__(self, reading: Reading, path: KeyPath) -> None:
        _, vpc, section, _, direction = path
        side = DIRECTIONS[str(direction)]
        self.acl = section == "network_acls"
        self.rules = list(enumerate(reading.at(path)))
        if self.acl:
            self.rules.sort(key=lambda numbered: int(numbered[1]["rule"]))
        packets, self.where, self.groups = corners([rule for _, rule in self.rules], side, reading.world, str(vpc))
        self.traffic, self.peers = {}, {}
        for number, rule in self.rules:
            tokens = rule.get("allow", rule.get("deny"))
            self.traffic[number] = sum(1 << bit for bit, packet in enumerate(packets) if covers(tokens, packet))
            entries = [reading.world.entries(peer, str(vpc)) or [peer] for peer in listed(rule[side])]
            blocks = [block for each in entries for block in map(network, each) if block is not None]
            self.peers[number] = {each for each in self.where if any(each in block for block in blocks)}
            self.peers[number] |= {*listed(rule[side])} & self.groups
        of = {4: ICMPV6, 6: ICMP}  # what is never sent over the family
        self.sent = {
            version: sum(1 << bit for bit, packet in enumerate(packets) if packet.protocol != other)
            for version, other in of.items()
        }

    def without(self, gone: set[int]) -> list[int]:
        """What is let through from every corner, as bits, with some rules gone."""
        left = [(number, rule) for number, rule in self.rules if number not in gone]
        return [
            self.passing(left, (where, group)) & self.sent[where.version]
            for where in self.where
            for group in (None, *sorted(self.groups))
        ]

    def passing(self, rules: list[tuple[int, Any]], peer: tuple[Any, Any]) -> int:
        """What some rules let through from a peer: NACL-2, the first that matches decides; SG-1, any does."""
        passed = decided = 0
        for number, rule in rules:
            if not self.peers[number].isdisjoint(peer):
                passed |= self.traffic[number] & ~decided if "allow" in rule else 0
                decided |= self.traffic[number] if self.acl else 0
        return passed

    def decides(self, index: int) -> bool:
        """Whether anything comes as far as a rule of an ACL."""
        before = [(number, {"allow": True}) for number, _ in self.rules[: [n for n, _ in self.rules].index(index)]]
        return any(
            self.traffic[index] & ~self.passing(before, (where, None))
            for where in self.where
            if where in self.peers[index]
        )


def idle(reading: Reading, finding: Finding) -> bool:
    """Without the rule, and without all that are idle beside it, every corner is let through as before."""
    *path, index = finding.path
    rules = Rules(reading, tuple(path))
    together = {int(each.path[-1]) for each in reading.findings if each.code in IDLE and [*each.path[:-1]] == path}
    whole = rules.without(set())
    shadowed = finding.code != "RULE_SHADOWED" or not rules.decides(int(index))
    return shadowed and rules.without({int(index)}) == whole == rules.without(together)


IDLE = ("RULE_SHADOWED", "RULE_REDUNDANT")


# -- what nothing uses, and counts ------------------------------------------------------------------------


def words(value: Any) -> Iterator[str]:
    """Every text that a design writes."""
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from words(each)
    if isinstance(value, str):
        yield value


def group_unused(reading: Reading, finding: Finding) -> bool:
    """No interface has the group, and its name stands in no rule of another one."""
    _, vpc, _, name = finding.path
    bodies = {**reading.at(("vpcs", vpc, "security_groups"))}
    del bodies[name]
    near = name in words(bodies) or f"{vpc}.{name}" in words(reading.world.design)
    return not near and not any((vpc, name) in i.groups for i in reading.world.interfaces)


def matches_nobody(reading: Reading, finding: Finding) -> bool:
    """No interface has a group that the rule names."""
    _, vpc, _, _, direction, _ = finding.path
    peers = [each for each in listed(reading.at(finding.path)[DIRECTIONS[str(direction)]]) if network(each) is None]
    named = [tuple(each.split(".")) if "." in each else (vpc, each) for each in peers]
    return any(all(group not in i.groups for i in reading.world.interfaces) for group in named)


def near_the_quota(reading: Reading, finding: Finding) -> bool:
    """At 80 percent or more of the rules that a group or an ACL may have (SG-25, NACL-18)."""
    _, vpc, section, _, direction = finding.path
    version, most = int(finding.component[-1]), 20 if section == "network_acls" else 60
    count = 0
    for rule in reading.at(finding.path):
        for peer in listed(rule[DIRECTIONS[str(direction)]]):
            block = network(peer)
            many = 1 if section == "network_acls" else len(tokens_of(rule["allow"]))
            if block is None:
                count += many * len(reading.world.entries(peer, str(vpc)) or [peer])
            elif block.first.version == version:
                count += many
    return finding.text.startswith(f"{count} ") and 0.8 * most <= count <= most


def name_leads_nowhere(reading: Reading, finding: Finding) -> bool:
    """EP-8: private DNS of an interface endpoint is off, by itself or by an attribute of its VPC, and no text names it."""
    vpc, name = finding.component.split(".")
    body = reading.at(("vpcs", vpc, "vpc_endpoints", name))
    attributes = reading.at(("vpcs", vpc))
    on = attributes.get("enable_dns_support", True) and attributes.get("enable_dns_hostnames", False)
    named = any(finding.component in text for text in words([reading.world.zones, reading.world.design.get("expect")]))
    return body["type"] == "interface" and not (on and body.get("private_dns", True)) and not named


def nat_in_one_zone(reading: Reading, finding: Finding) -> bool:
    """NATGW-15: subnets of other zones with something in them send what has no other route to it."""
    vpc, name = finding.component.split(".")
    body, world = reading.at(("vpcs", vpc)), reading.world
    home = next(i.zone for i in world.interfaces if (i.vpc, i.host) == (vpc, name))
    far = [
        subnet
        for subnet, each in body["subnets"].items()
        if body["route_tables"].get(each.get("route_table", "main"), {}).get("0.0.0.0/0") == name
        and each.get("az") != home
        and any((i.vpc, i.subnet) == (vpc, subnet) for i in world.interfaces)
    ]
    return bool(far) and all(f"{subnet} (zone " in finding.text for subnet in far)


# -- packets ----------------------------------------------------------------------------------------------

ANSWER = re.compile(r"(\S+) -> (\S+) (\S+) is delivered; the answer to client ports (\d+)")
SENT = re.compile(r"(tcp|udp) (\S+):(\d+) -> (\S+):(\d+) \((\S+)\) (?:is lost|gets no answer)")
THROUGH_NAT = re.compile(r"(\S+) -> internet: .*: NAT port (\d+)")
ROUTED = re.compile(r"(\S+) \S+ -> (\S+) is lost at")
ROUTED_AS = ("tcp/443", "icmp/8")
ENTERS = re.compile(r"tcp (\S+):(\d+) -> (\S+):(\d+) \((\S+)\) is delivered")


def found_in(pattern: re.Pattern[str], finding: Finding) -> tuple[str, ...]:
    """What a finding's evidence says, taken apart."""
    found = pattern.match(finding.evidence)
    assert found is not None, finding
    return found.groups()


def answer_lost(reading: Reading, finding: Finding) -> bool:
    """The packet arrives, its answer to this port does not, and one to another port does."""
    source, destination, service, port = found_in(ANSWER, finding)
    lost, other = (reading.asked(source, destination, service, each) for each in (int(port), CLIENT_PORT))
    return lost.forward and not lost.reply and "ACL" in lost.lost and other.reachable


def answer_lost_behind_nat(reading: Reading, finding: Finding) -> bool:
    """A connection is lost when the NAT device picks this port, and not with another one."""
    source, port = found_in(THROUGH_NAT, finding)
    asked = [
        judge(reading.world, source, STRANGER, service, CLIENT_PORT, nat)
        for nat in (int(port), CLIENT_PORT)
        for service in ("tcp/443", "tcp/80", "udp/123")
    ]
    return any(a.forward and not a.reply and b.reachable for a, b in zip(asked[:3], asked[3:], strict=True))


def target_closed(reading: Reading, finding: Finding) -> bool:
    """What the load balancer sends is lost, or its answer, by whichever port it sends it."""
    protocol, source, port, destination, service, balancer = found_in(SENT, finding)
    names = {i.name for i in reading.world.interfaces if source in map(str, i.addresses)}
    return balancer in names and not any(
        reading.asked(source, destination, f"{protocol}/{service}", each).reachable for each in (int(port), CLIENT_PORT)
    )


def route_loses_all(reading: Reading, finding: Finding) -> bool:
    """Nothing that a host sends to a corner of the route's block, which no longer prefix has, comes anywhere."""
    sender, destination = found_in(ROUTED, finding)
    table = reading.at(("vpcs", *finding.component.split(" route table ")[:1], "route_tables"))[
        finding.component.split(" route table ")[1]
    ]
    written = finding.text.split(" ")[0] if "->" in finding.text else str(finding.path[-1])
    block = network(written)
    assert block is not None
    longer = [each for each in map(network, table) if each is not None and each.prefixlen > block.prefixlen]
    longer += [each for each in map(network, reading.at(("vpcs", sender.split(".")[0], "cidrs"))) if each is not None]
    every = {end for each in map(network, set(words(reading.world.design))) if each for end in (each.first, each.last)}
    every |= {block.first, block.last, address(destination)}
    asked = [each for each in sorted(every) if each in block and not any(each in other for other in longer)]
    return not any(reading.asked(sender, str(each), service).forward for each in asked for service in ROUTED_AS)


def open_to_the_world(reading: Reading, finding: Finding) -> bool:
    """SSH or RDP comes to an interface from the internet."""
    source, port, destination, service, _ = found_in(ENTERS, finding)
    return service in ("22", "3389") and reading.asked(source, destination, f"tcp/{service}", int(port)).forward


def alias_outside(reading: Reading, finding: Finding) -> bool:
    """LAMBDA-28: the version has no VPC, $LATEST has one."""
    _, function, _, alias = finding.path
    body = reading.at(("lambda_functions", function))
    version = body["versions"][body["aliases"][alias]] or {}
    return not version.get("vpc") and bool(body["latest"]["vpc"])


SAYS: dict[str, Callable[[Reading, Finding], bool]] = {
    "RULE_SHADOWED": idle,
    "RULE_REDUNDANT": idle,
    "GROUP_UNUSED": group_unused,
    "REFERENCE_NEVER_MATCHES": matches_nobody,
    "QUOTA_NEAR": near_the_quota,
    "ENDPOINT_UNUSED": name_leads_nowhere,
    "NAT_ONE_ZONE": nat_in_one_zone,
    "ANSWERS_CLOSED": answer_lost,
    "NAT_PORTS_CLOSED": answer_lost_behind_nat,
    "TARGET_CLOSED": target_closed,
    "ROUTE_BLACKHOLE": route_loses_all,
    "ROUTE_LEADS_NOWHERE": route_loses_all,
    "ALIAS_OUTSIDE_VPC": alias_outside,
    "ADMIN_PORT_OPEN": open_to_the_world,
}
"""What confirms a finding, by its code: those of the benchmarks' designs, and of most repaired models."""


def read(text: str) -> Reading:
    """A design with all that lint finds in it, and a host on the internet that is no service of AWS."""
    design = read_yaml(text)
    design.setdefault("internet", {}).setdefault("hosts", {})["stranger.example.com"] = {"ip": STRANGER}
    return Reading(World(design), [*reachsim.loads(text).lint()])


def judged(reading: Reading) -> Iterator[tuple[Finding, bool]]:
    """Each finding of which something is known here, and whether it is confirmed."""
    for finding in reading.findings:
        if finding.code in SAYS:
            yield finding, SAYS[finding.code](reading, finding)


def main(files: list[str]) -> int:
    """Print what was found of each file."""
    refuted = 0
    for file in files:
        reading = read(Path(file).read_text(encoding="utf-8"))
        counts: dict[bool, Counter[str]] = defaultdict(Counter)
        for finding, true in judged(reading):
            counts[true][finding.code] += 1
            if not true:
                print(f"not confirmed: {finding.where} {finding}")
        refuted += counts[False].total()
        others = Counter(finding.code for finding in reading.findings if finding.code not in SAYS)
        print(f"{file}: {counts[True].total()} confirmed, {counts[False].total()} not: {dict(counts[True])}", end="")
        print(f"; not asked: {dict(others)}" if others else "", flush=True)
    return 1 if refuted else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
