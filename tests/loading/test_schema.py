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
FILES = [*sorted((ROOT / "models").glob("*.yaml")), *sorted((ROOT / "tests").glob("kernel*/*.yaml"))]
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
    in_editors, loaded = as_editors_read(text), read_document(text, file=str(path)).data
    assert errors(in_editors) == []
    assert loaded == in_editors or errors(loaded) == []  # equal values are valid alike


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
      l: {subnet: s, nat: false, client_ports: 5000, listens: [tcp/80, tcp/443], instance_profile: p, ssm_agent: 3.3.40.0}
      l2: {subnet: s, instance_profile: [p, "arn:aws:iam::aws:policy/q"], ssm_agent: {running: false, version: "3.0"}}
      l3: {subnet: s, instance_profile: {policies: [p], actions: ["*", "ssm:*"]}, ssm_agent: false}
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
    "what hosts are": """\
version: 1
nat_loss_below: 0.5%
vpcs:
  a:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    account: 111122223333
    subnets:
      s: {cidr: 10.0.0.0/24, map_public_ip_on_launch: true}
      t: {cidr: 10.0.1.0/24}
    network_firewalls: {fw: {subnets: [s], whatever: {it: [has]}}, bare: {}, empty: null}
    instances:
      i: {subnet: s, secondary_private_ips: [10.0.0.20, {private_ip: 10.0.0.21, public_ip: 198.51.100.7}]}
      j: {subnet: s, client_networks: [172.20.0.0/16], local_networks: [172.17.0.0/16], external_snat: false}
      k: {subnet: s, public_dns_name: k.example.com, public_ip: true}
      router:
        nat: {ip_forward: true, masquerade: false}
        network_interfaces:
          eth0: {subnet: s, security_groups: default, private_ip: 10.0.0.30, public_ip: 198.51.100.8}
          1: {subnet: t, secondary_private_ips: [10.0.1.30], source_dest_check: false}
    interfaces:
      tasks: {subnets: [s, t], count: 3, listens: [tcp/80]}
      one: {subnets: s}
      box: {subnet: s, nat: {ip_forward: true}, source_dest_check: false, public_dns_name: fw.example.com}
    nat_gateways:
      p: {subnet: s, connectivity: private}
      q: {subnet: s, state: deleting, tags: {a: 1}}
expect:
  - {from: i, to: internet, allow: tcp/443, nat_loss_below: 0}
  - {from: i, to: internet, allow: tcp/443, nat_loss_below: "2%"}
  - {from: router/eth0, to: tasks/1, deny: all}
""",
    "balancers and endpoints": """\
version: 1
region: eu-west-1
vpcs:
  a:
    cidrs: [10.0.0.0/16]
    enable_dns_hostnames: true
    region: eu-west-1
    subnets: {s: {cidr: 10.0.0.0/24, az: a}, t: {cidr: 10.0.1.0/24, az: b}}
    route_tables: {r: {routes: {0.0.0.0/0: gwlbe}}, edge: {routes: {}, gateway: igw}, long: {routes: {}, propagate: vgw}}
    internet_gateway: igw
    vpn_gateways: {vgw: {propagate_to: [r], tags: {a: b}}, other: {propagate_to: main}, none: {}}
    instances: {i: {subnet: s}}
    load_balancers:
      alb: {subnets: [s, t], security_groups: [], listeners: {http/80: web, https/443: [web, fn]}, scheme: internal,
            target_groups: {web: {targets: [i], port: tcp/8080, health_check: tcp/8081},
                            fn: {targets: f, target_type: lambda}}}
      nlb: {type: network, subnets: s, cross_zone: true, private_ips: {s: 10.0.0.40}, public_ips: {s: 198.51.100.9},
            enforce_inbound_on_private_link: false, listeners: {tcp/443: t, udp/53: u, tcp_udp/54: u, tls/444: t},
            target_groups: {t: {targets: [10.0.1.9], preserve_client_ip: true, cross_zone: false, healthy: false},
                            u: {targets: i}},
            tags: {x: y}}
      clb: {type: classic, subnets: [s], listeners: {ssl/443: c}, target_groups: {c: {targets: [i]}}}
      gwlb: {type: gateway, subnets: [s], listeners: {all: g}, target_groups: {g: {targets: [i]}, empty: null}}
    vpc_endpoints:
      s3: {service: s3, route_tables: [r], prefix_list: pl, tags: {a: b}}
      kms: {type: interface, service: com.amazonaws.eu-west-1.kms, subnets: [s, t], security_groups: default,
            private_ips: {s: 10.0.0.50}, private_dns: false, state: pending-acceptance}
      own: {type: interface, service: svc, subnets: s, private_dns: true, state: pendingAcceptance}
      gwlbe: {type: gateway_load_balancer, service: inspect, subnets: [t]}
lambda_functions: {f: {}}
prefix_lists: {pl: [52.218.0.0/17]}
endpoint_services:
  svc: {load_balancer: a.nlb, private_dns_name: api.example.com, accepted: [a, 111122223333], tags: {a: b}}
  inspect: {load_balancer: a.gwlb}
private_hosted_zones:
  corp.example: {vpcs: [a], records: {db: i, "@": 10.0.0.9, www: [10.0.0.9, 10.0.0.10], alb: alb, long.corp.example: i}}
  none.example: {vpcs: a}
expect:
  - {from: i, to: "service:s3", allow: tcp/443}
  - {from: i, to: db.corp.example, deny: all}
  - {from: alb/s, to: i, deny: all}
""",
    "gateways between networks": """\
version: 1
vpcs:
  a:
    cidrs: [10.0.0.0/16, "2001:db8::/56"]
    subnets: {s: {cidr: 10.0.0.0/24, ipv6_cidr: "2001:db8::/64"}}
    vpn_gateways: {vgw: {}}
  b: {cidrs: [10.1.0.0/16], subnets: {s: {cidr: 10.1.0.0/24}}}
peering_connections: {p: {requester: a, accepter: b, requester_dns: true, accepter_dns: false}}
transit_gateways:
  tgw:
    security_group_referencing: true
    region: eu-west-1
    account: 111122223333
    tags: {a: b}
    attachments:
      a: {vpc: a, subnets: [s], appliance_mode: true, security_group_referencing: false, state: available}
      b: {vpc: b, subnets: s, state: pendingAcceptance, tags: {a: b}}
      office: {vpn: office}
      dx: {direct_connect_gateway: dx}
      west: {peer: far.east}
      sdwan: {connect: anything}
    route_tables:
      main:
        associations: [a, office]
        propagations: a
        routes: {0.0.0.0/0: b, 10.9.0.0/16: blackhole, "2001:db8:9::/48": west}
      empty: {}
  far: {attachments: {east: {peer: tgw.west}}, policy_tables: [x]}
  bare: {}
vpn_connections:
  office: {gateway: tgw, bgp_routes: [192.168.0.0/16], state: down, tags: {a: b}}
  old: {gateway: a.vgw, static_routes: [192.168.8.0/24]}
direct_connect_gateways:
  dx: {gateways: [a.vgw], allowed_prefixes: [], prefixes: [172.20.0.0/16], tags: {a: b}}
networks:
  hq:
    cidrs: [192.168.0.0/16, "fd00:1::/32"]
    via: [office, dx]
    hosts: {pc: {ip: 192.168.1.9, listens: tcp/22}}
    tags: {a: b}
  shop: {via: old}
expect:
  - {from: hq.pc, to: 10.0.0.9, deny: all}
  - {from: hq, to: 10.0.0.0/24, deny: tcp}
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


def test_descriptions_are_plain_text() -> None:
    """As editors show them; in the source the home of a rule has its ID in bold."""
    told = [node["description"] for _, node in nodes(SCHEMA) if isinstance(node, dict) and "description" in node]
    assert any("(IGW-1)" in text for text in told if isinstance(text, str))
    assert not [text for text in told if isinstance(text, str) and "**" in text]


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
