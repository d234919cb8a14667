"""Networks with verdicts that somebody else asserted (`../shared/data`), asked as their records say.

A record's ends are ids: of AWS in describe data, addresses in Terraform's files, logical ids in templates; `Imported.names`
has them all, so readers of every format are judged by the same code. Some questions are none to the network as it is:

- *filter*: the rules of one group or ACL alone;
- *routes*: routes and addresses alone, so in a copy of the design every group and ACL lets everything pass;
- from or to a *probe*: a host that is not there, put into a copy of the design.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from tests.oracle.text import LOADER

import reachsim
from reachsim.dataplane.filters import Direction
from reachsim.importing import Imported
from reachsim.importing.inventory import Inventory
from reachsim.importing.managed_lists import service_of
from reachsim.net.address import parse_address
from reachsim.net.cidr import Cidr
from reachsim.net.traffic import Traffic
from reachsim.policy.filters import RuleSet, Section

DATA = Path(__file__).parents[2].parent / "shared" / "data"
ABSENT = f"the networks with known verdicts are not here ({DATA.parent.name}/{DATA.name} beside the repository)"
OPEN = "open"
_EVERYBODY = ("0.0.0.0/0", "::/0")
Data = dict[str, Any]


@dataclass(frozen=True)
class Record:
    """One verdict: `fields` as ../shared/data/aws/README.md explains them."""

    case: str
    fields: Data

    @property
    def id(self) -> str:
        return str(self.fields["id"])

    @property
    def level(self) -> str:
        return str(self.fields.get("level") or "")

    @property
    def assume(self) -> Data:
        """What the asserting side takes as given: a folder, parameters, a template."""
        given = self.fields.get("assume")
        return given if isinstance(given, dict) else {}

    @property
    def wanted(self) -> str:
        return str(self.fields["verdict"])


def records(*folders: str) -> Iterator[Record]:
    """The records of all cases in folders of the data."""
    for folder in folders:
        for file in sorted((DATA / folder).glob("*/expected.yaml")):
            for fields in yaml.load(file.read_text(encoding="utf-8"), LOADER):
                yield Record(f"{folder}/{file.parent.name}", fields)


def traffic(record: Record) -> Traffic:
    """What a record asks about."""
    fields = record.fields
    name = str(fields.get("protocol", "any"))
    if name == "any":
        return Traffic.parse("tcp,udp,icmp")
    if name in ("tcp", "udp"):
        ports = fields.get("dport")
        listed = ports if isinstance(ports, list) else [] if ports is None else str(ports).split(",")
        return Traffic.parse(",".join(f"{name}/{str(port).strip()}" for port in listed) or name)
    if name in ("icmp", "icmpv6"):
        type, code = fields.get("icmp_type"), fields.get("icmp_code")
        return Traffic.parse("/".join(str(each) for each in (name, type, code) if each is not None))
    return Traffic.parse(f"proto/{name}")


def answered(record: Record, found: Imported, tables: Mapping[str, str] = MappingProxyType({})) -> str:
    """``reachable``, ``unreachable``, ``partial`` or ``undecided``, and where the record asks for it the answer too, as
    ``reachable, answer allowed``. `tables`: by the id of a subnet that was not collected, the id of its route table."""
    if record.level == "filter":
        return _of_filter(record, found)
    bench = Bench(found, tables, routes_alone=record.level == "routes")
    source, destination = (bench.end(record.fields[side], side == "to") for side in ("from", "to"))
    bench.sends_from(source, record.fields.get("sport"))
    net = _loaded(json.dumps(bench.design))
    asked = traffic(record)
    there = net.expect(source, destination, allow=asked, one_way=True)
    verdict = {"holds": "reachable", "fails": "partial"}.get(there.verdict, "undecided")
    if verdict != "reachable" and record.fields.get("quantifier") == "exists":
        answer = net.reach(source, destination)
        verdict = "reachable" if answer.delivered.traffic() & asked else verdict
    if verdict != "reachable" and net.expect(source, destination, deny=asked).verdict == "holds":
        verdict = "unreachable"
    if verdict == "reachable" and ("response" in record.fields or record.wanted == "undecided"):
        back = net.expect(source, destination, allow=asked).verdict
        verdict += {"holds": ", answer allowed", "fails": ", answer blocked"}.get(back, ", answer undecided")
    return verdict


def wanted(record: Record) -> str:
    """The verdict of a record in the words of `answered`."""
    if record.level != "filter" and record.wanted == "reachable" and "response" in record.fields:
        return f"reachable, answer {record.fields['response']}"
    return record.wanted


def meets(record: Record, answer: str) -> bool:
    """Whether an answer is the verdict. A round trip that cannot be decided is undecided, though the way in may be known."""
    return answer == wanted(record) or (record.wanted == "undecided" and answer.endswith("undecided"))


@cache
def _loaded(text: str) -> reachsim.Network:
    return reachsim.loads(text)


def _of_filter(record: Record, found: Imported) -> str:
    """What one group or ACL says of a peer."""
    direction = Direction(record.fields["direction"])
    ends = (record.fields["to"], record.fields["from"])
    own, peer = ends if direction is Direction.INGRESS else ends[::-1]
    vpc, _, name = found.names[own.get("address") or own["id"]].partition(".")
    net = _loaded(json.dumps(found.design))
    section: Section = "network_acls" if own["kind"] == "network_acl" else "security_groups"
    filter = net.policy.filter(RuleSet(section, vpc, (name,), direction))
    address, groups = parse_address(str(peer.get("ip") or "0.0.0.0")), frozenset[tuple[str, str]]()
    if peer.get("kind") == "security_group":
        of, _, group = found.names[peer.get("address") or peer["id"]].partition(".")
        groups = frozenset({(of, group)})
    asked = traffic(record)
    if asked <= filter.allowed(int(address), groups):
        return "reachable"
    possible = filter.possible(int(address), groups) & asked
    if not possible:
        return "unreachable"
    return "partial" if possible == filter.allowed(int(address), groups) & asked else "undecided"


class Bench:
    """A copy of a design that was imported, to which hosts can be added that are not there."""

    def __init__(self, found: Imported, tables: Mapping[str, str], *, routes_alone: bool) -> None:
        self.found = found
        self.tables = tables
        self.design: Data = copy.deepcopy(found.design)
        self.probes = 0
        if routes_alone:
            for vpc in self.design["vpcs"].values():
                _open(vpc)

    def end(self, end: Data, is_destination: bool) -> str:
        """An end of a record as an end of a question. Where a packet is sent to a public address, that is the end."""
        kind, ip, block = end.get("kind"), end.get("ip"), end.get("cidr")
        if kind in ("probe", "subnet") or ("subnet" in end and kind != "lambda_eni"):
            return self.probe(end)
        if kind == "internet":
            return str(ip or block or "internet")
        if kind == "vpn_gateway":
            return str(ip or self.behind(self.found.names[end["id"]]))
        if kind == "aws_service" and not ip:
            return f"service:{service_of(Inventory(), end['name'].split()[-1]).rpartition('.')[2] or end['name']}"
        name = self.found.names.get(str(end.get("address") or end.get("eni") or end.get("id")))
        public = is_destination and ip and not self.is_private(str(ip))
        return str(ip or block) if public or name is None or kind == "load_balancer_eni" else name

    def is_private(self, ip: str) -> bool:
        """Whether an address is one of the VPCs' own."""
        return any(
            parse_address(ip) in Cidr.parse(text) for vpc in self.design["vpcs"].values() for text in vpc["cidrs"]
        )

    def behind(self, gateway: str) -> str:
        """An address behind a VPN."""
        blocks = (
            each.get("static_routes") or each.get("bgp_routes")
            for each in self.design["vpn_connections"].values()
            if each["gateway"] == gateway
        )
        return str(next(texts[0].partition("/")[0] for texts in blocks if texts))

    def probe(self, end: Data) -> str:
        """A host in a subnet, with the groups that it names (one that is not there is open)."""
        id = end.get("subnet") or end["id"]
        vpc, _, subnet = (self.found.names.get(id) or self.unread(id, end.get("ip"))).partition(".")
        body = self.design["vpcs"][vpc]
        body.setdefault("security_groups", {})[OPEN] = _group()
        groups = [self.found.names.get(id, f".{OPEN}").partition(".")[2] for id in end.get("security_groups") or ("",)]
        host: Data = {"subnet": subnet, "security_groups": groups}
        if end.get("ipv6"):
            host["ipv6_address"] = (
                str(Cidr.parse(body["subnets"][subnet]["ipv6_cidr"]).first).removesuffix("::") + "::77"
            )
        if end.get("ip"):
            host["private_ip"] = end["ip"]
        if end.get("public_ip"):
            host["public_ip"] = True
        self.probes += 1
        body.setdefault("interfaces", {})[f"probe-{self.probes}"] = host
        return f"{vpc}.probe-{self.probes}"

    def unread(self, id: str, ip: str | None) -> str:
        """A subnet of which only the table is known, around an address or at the start of its VPC."""
        vpc, _, table = self.found.names[self.tables[id]].partition(".")
        body = self.design["vpcs"][vpc]
        start = ip or body["cidrs"][0].partition("/")[0]
        body.setdefault("subnets", {})[id] = {"cidr": str(Cidr.parse_lenient(f"{start}/28")), "route_table": table}
        return f"{vpc}.{id}"

    def sends_from(self, source: str, port: int | str | None) -> None:
        """Let an instance use the source port that a record names, as a client."""
        vpc, _, name = source.partition(".")
        hosts = self.design["vpcs"].get(vpc, {}).get("instances", {})
        if port is not None and name in hosts:
            hosts[name]["client_ports"] = str(port).split(",")[-1]  # one range of them: a design has room for no more


def _group() -> Data:
    rules = {word: list(_EVERYBODY) for word in ("from", "to")}
    return {"ingress": [{"allow": "all", "from": rules["from"]}], "egress": [{"allow": "all", "to": rules["to"]}]}


def _open(vpc: Data) -> None:
    """Let everything pass the groups and ACLs of a VPC."""
    rules = [
        (word, [{"rule": n, "allow": "all", word: peer} for n, peer in enumerate(_EVERYBODY, 1)])
        for word in ("from", "to")
    ]
    vpc.setdefault("network_acls", {})[OPEN] = {"ingress": rules[0][1], "egress": rules[1][1]}
    vpc.setdefault("security_groups", {})[OPEN] = _group()
    for subnet in vpc.get("subnets", {}).values():
        subnet["network_acl"] = OPEN
    for host in (*vpc.get("instances", {}).values(), *vpc.get("interfaces", {}).values()):
        for each in host.get("network_interfaces", {}).values() or [host]:
            each["security_groups"] = [OPEN]
