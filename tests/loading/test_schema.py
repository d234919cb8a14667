"""The JSON Schema of the format: it takes what the loader takes, describes every key, and no other key passes."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from tests.networks import expectations, laws, network, seeds
from tests.oracle.text import read_yaml
from tests.test_docs import ALL_BLOCKS

import reachsim
from reachsim.loading.document import read_document
from reachsim.loading.schema import schema

ROOT = Path(__file__).parents[2]
SCHEMA = schema()
CHECK = jsonschema.Draft202012Validator(SCHEMA)
FILES = [*sorted((ROOT / "models").glob("*.yaml")), *sorted((ROOT / "tests" / "kernel").glob("*.yaml"))]
EXAMPLES = [
    block
    for block in ALL_BLOCKS
    if block.language == "yaml" and block.text.startswith("version: 1") and "\npools:" not in block.text
]


def as_editors_read(text: str) -> Any:
    """YAML as an editor's language server reads it: JSON's values, and text for everything else."""
    return json.loads(json.dumps(read_yaml(text), default=str))


def errors(data: Any) -> list[str]:
    return [f"{error.json_path}: {error.message[:200]}" for error in CHECK.iter_errors(data)]


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_model_is_valid(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert errors(as_editors_read(text)) == []
    assert errors(read_document(text, file=str(path)).data) == []


@pytest.mark.parametrize("block", EXAMPLES, ids=lambda block: block.name)
def test_every_example_is_valid(block: Any) -> None:
    assert errors(as_editors_read(block.text)) == []


@laws(8)
@given(seeds)
def test_every_design_that_loads_is_valid(seed: int) -> None:
    rng, data, net = network(seed, crowd=True)
    data["expect"] = expectations(rng, net, 6)
    assert errors(json.loads(json.dumps(data))) == []


FORMS = {
    "vpcs": """\
version: 1
name: 1.0
region: eu-west-1
warn: [CIDR-1]
vpcs:
  a:
    cidrs: [10.0.0.0/16, "2001:db8::/56"]
    internet_gateway: 7
    egress_only_internet_gateway: eigw
    enable_dns_support: false
    enable_dns_hostnames: true
    tags: {a: b, n: 1, x: 1.5}
    subnets:
      s: {cidr: 10.0.0.0/24, ipv6_cidr: "2001:db8::/64", az: a, route_table: a.main, network_acl: default, tags: {}}
      5: {ipv6_cidr: "2001:db8:0:1::/64", route_table: null}
    route_tables:
      main: {0.0.0.0/0: 7, "::/0": eigw, pl: blackhole, 10.0.0.0/16: local}
      empty:
    network_acls:
      default: {ingress: [{rule: 100, allow: all, from: 0.0.0.0/0, description: x}], egress: []}
      n: {ingress: [{rule: 1, deny: "tcp/22,udp", from: 10.0.0.9}, {rule: 2, allow: [tcp, icmp/3/4], from: "::/0"}]}
      empty:
    security_groups:
      g: {description: d, ingress: [{allow: tcp/1-2, from: [g, a.g, pl, 10.0.0.1, "::1", 10.0.0.0/8]}], egress: []}
      empty:
      one: {ingress: [{allow: [icmpv6/128], from: 5}], egress: [{allow: "proto/50 , tcp", to: "2001:db8::/32"}]}
      5: {}
    instances:
      i: {subnet: s, security_groups: g, private_ip: 10.0.0.10, ipv6_address: "2001:db8::10", public_ip: true}
      j: {subnet: a.s, security_groups: [g, a.g], public_ip: 198.51.100.1, source_dest_check: false, nat: true}
      k: {subnet: s, nat: {ip_forward: true}, state: stopped, ami: x, client_ports: 32768-60999, listens: tcp/80}
      l: {subnet: s, nat: false, client_ports: 5000, listens: [tcp/80, tcp/443], instance_profile: 5, ssm_agent: [x]}
      m: {subnet: 5, nat: null, public_ip: false, security_groups: []}
    interfaces:
      e: {subnet: s, tags: {a: 5}}
    nat_gateways:
      n: {subnet: s, private_ip: 10.0.0.20, public_ip: 198.51.100.2, connectivity: public, state: available}
    vpc_endpoints: {}
prefix_lists:
  pl: [10.9.0.0/16]
  long: {entries: ["2001:db8::/32"], max_entries: 5, tags: {a: b}}
""",
    "the rest": """\
version: 1
vpcs:
  a:
    cidrs: [10.0.0.0/16, "2001:db8::/56"]
    subnets: {s: {cidr: 10.0.0.0/24, ipv6_cidr: "2001:db8::/64"}}
    instances: {i: {subnet: s}, 8: {subnet: s, tags: {t: 1}}}
  b: {cidrs: [10.1.0.0/16]}
peering_connections:
  p: {requester: a, accepter: b, status: pending-acceptance, tags: {a: b}}
lambda_functions:
  f:
    latest: {vpc: a, subnets: [s], security_groups: default, ipv6: true}
    versions: {1: {}, 2: {vpc: a, subnets: a.s, security_groups: [default]}, "3": {}}
    aliases: {prod: 2, text: "2", split: {2: 90, 3: 10}, api: {"2": 0.9, "3": .1}, whole: {1: 100}}
    memory_mb: 512
    concurrency: 0
  bare: {}
  null_concurrency: {concurrency: null}
api_gateways:
  g: {integration: "f:prod", tags: {}}
  h: {integration: f}
internet:
  hosts:
    www.example.com: {ip: 203.0.113.9, listens: tcp/443, client_ports: 1024-65535}
    six: {ip: "2001:4860:4860::8888"}
expect:
  - {from: internet, to: i, allow: tcp/443, fails: NO_ROUTE_TO_DESTINATION, why: x}
  - {from: 8, to: 8.8.8.8, allow: [tcp/443, udp/53], one_way: true}
  - {from: {vpc: a}, to: {vpc: [a, b], subnet: s, tag: {t: 1}}, deny: all}
  - {from: {tag: {t: 1}}, to: "f:prod", deny: all, allow: null}
  - {from: 10.0.0.0/16, to: "2001:db8::/56", deny: icmp}
  - {from: g, to: www.example.com, deny: "icmpv6, proto/1"}
""",
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_that_the_loader_takes_is_valid(name: str) -> None:
    text = FORMS[name]
    document = read_document(text, file=name)
    reachsim.loads(text)
    assert errors(document.data) == []
    assert errors(as_editors_read(text)) == []


def nodes(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, node
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from nodes(value, (*path, str(key)))


def test_every_key_is_described_and_every_text_has_a_form() -> None:
    for name, body in {"": SCHEMA, **SCHEMA["$defs"]}.items():
        assert body.get("description"), name
        for key, value in body.get("properties", {}).items():
            assert value.get("description") or "$ref" in value, f"{name}.{key}"  # a definition has its own
    free = {"name", "description", "why", "ami", "endpoint", "account"}
    for path, node in nodes(SCHEMA):
        if isinstance(node, dict) and node.get("type") == "string":
            assert {"pattern", "enum", "const"} & node.keys() or free & set(path), path


def test_every_default_is_one_that_may_be_written() -> None:
    defaults = [(node, path) for path, node in nodes(SCHEMA) if isinstance(node, dict) and "default" in node]
    assert defaults
    for node, path in defaults:
        if not isinstance(node["default"], dict):
            told = jsonschema.Draft202012Validator({**node, "$defs": SCHEMA["$defs"]}).iter_errors(node["default"])
            assert not list(told), path


def mutilated(data: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Copies of a design with an unknown key in one of its mappings, where the keys are the format's."""

    def walk(node: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        if isinstance(node, dict):
            yield path
            for key, value in node.items():
                yield from walk(value, (*path, key))
        elif isinstance(node, list):
            for index, value in enumerate(node):
                yield from walk(value, (*path, index))

    for path in walk(data, ()):
        copied = copy.deepcopy(data)
        at = copied
        for step in path:
            at = at[step]
        at["no_such_key"] = {}
        yield path, copied


@pytest.mark.parametrize("name", FORMS)
def test_an_unknown_key_is_an_error_wherever_it_is_one_for_the_loader(name: str) -> None:
    data = json.loads(json.dumps(read_document(FORMS[name], file=name).data))
    for path, odd in mutilated(data):
        try:
            reachsim.loads(json.dumps(odd))
            problems: list[str] = []
        except reachsim.DesignError as error:
            problems = [p.message for p in error.problems if "unknown key" in p.message]
        assert not problems or errors(odd), path


@pytest.mark.parametrize(
    "edit",
    [
        {"cidr": "10.0.0.0/33"},
        {"cidr": "10.0.0.0"},
        {"cidr": "256.0.0.0/8"},
        {"cidr": "::/64"},
        {"ipv6_cidr": "10.0.0.0/24"},
        {"cidr": 5},
        {"az": "a b"},
        {"route_table": ["main"]},
        {"tags": {"a": True}},
    ],
)
def test_a_wrong_value_is_an_error_in_the_editor(edit: dict[str, Any]) -> None:
    subnet = {"cidr": "10.0.0.0/24", **edit}
    assert errors({"version": 1, "vpcs": {"a": {"cidrs": ["10.0.0.0/16"], "subnets": {"s": subnet}}}})


@pytest.mark.parametrize("token", ["tcp/65535", "all", "proto/50", "icmp/3/4", "tcp, udp/53", "tcp/1-2"])
def test_traffic_in_the_editor(token: str) -> None:
    def rule(traffic: Any) -> Any:
        groups = {"g": {"ingress": [{"allow": traffic, "from": "0.0.0.0/0"}]}}
        return {"version": 1, "vpcs": {"a": {"cidrs": ["10.0.0.0/16"], "security_groups": groups}}}

    assert errors(rule(token)) == []
    assert errors(rule([token])) == [] or "," in token
    for odd in (token + "/", token + ",", token.upper(), "", [], 443, None, "tcp/http", "tcp/080", "tcp:443"):
        assert errors(rule(odd)), odd
