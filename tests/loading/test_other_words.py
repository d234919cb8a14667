"""Words for what the format has under another key, in another place, or not at all: the error says what to write."""

from __future__ import annotations

import pytest

import reachsim
from reachsim.loading.other_words import _IN_DESIGN, _IN_VPC
from reachsim.loading.schema import schema

VPC = "version: 1\nvpcs:\n  app:\n    cidrs: [10.0.0.0/16]\n    subnets: {a: {cidr: 10.0.1.0/24}}\n"


def problem(line: str) -> str:
    """The only problem that a design with one more line has."""
    with pytest.raises(reachsim.DesignError) as caught:
        reachsim.loads(VPC + line)
    (found,) = caught.value.problems
    return f"{found.message}; {found.hint}"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("    rds: {db: {subnet: a}}", "is one of 'interfaces'"),
        ("    databases: {db: {subnet: a}}", "is one of 'interfaces'"),
        ("    client_vpn_endpoints: {c: {subnets: [a]}}", "is one of 'interfaces'"),
        ("    resolver_endpoints: {r: {subnets: [a]}}", "is one of 'interfaces'"),
        ("    instance_connect_endpoints: {e: {subnet: a}}", "is one of 'interfaces'"),
        ("    network_interfaces: {e: {subnet: a}}", "did you mean 'interfaces'?"),
        ("    eks_clusters: {k: {}}", "nodes are 'instances'"),
        ("    nat_instances: {n: {subnet: a}}", "nat: true and source_dest_check: false"),
        ("    albs: {}", "did you mean 'load_balancers'?"),
        ("    main_route_table: {0.0.0.0/0: igw}", "named 'main' under 'route_tables'"),
        ("    transit_gateways: {}", "at the top of the file: 'transit_gateways'"),
        ("    tgw: {}", "at the top of the file: 'transit_gateways'"),
        ("    peerings: {}", "at the top of the file: 'peering_connections'"),
        ("    networks: {}", "at the top of the file: 'networks'"),
        ("    vpn-connection: {}", "at the top of the file: 'vpn_connections'"),
        ("    ec2: {}", "did you mean 'instances'?"),
        ("    eni: {}", "did you mean 'interfaces'?"),
        ("    functions: {f: {}}", "at the top of the file: 'lambda_functions'"),
        ("    carrier_gateway: c", "not modelled"),
        ("    internet_gateway: true", "a name is expected, got true; write a name of your own choice"),
        ("    flow_logs: {f: {}}", "decides no packet"),
        ("model: net.yaml", "reachsim check MODEL --expect FILE"),
        ("vpc_peering_connections: {}", "did you mean 'peering_connections'?"),
        ("route53_zones: {}", "did you mean 'private_hosted_zones'?"),
        ("on_premises: {office: {}}", "is one of 'networks'"),
        ("customer_gateways: {office: {}}", "is one of 'networks'"),
        ("global_accelerators: {g: {}}", "not modelled"),
        ("vpc_lattice: {}", "not modelled"),
        ("client_vpn: {c: {}}", "is one of 'interfaces' (docs/recipes.md), under its VPC"),
        ("tgw: {}", "did you mean 'transit_gateways'?"),
        ("instance: {}", "stands under the VPC that it is in"),
        ("alb: {}", "stands under the VPC that it is in"),
        ("security_groups: {web: {}}", "stands under the VPC that it is in"),
    ],
)
def test_a_word_for_something_else_is_told_what_to_write(line: str, said: str) -> None:
    """And nothing else is said of it: a false problem never stands beside the true one."""
    assert said in problem(line)


@pytest.mark.parametrize("section", ["security_groups", "network_acls"])
@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("inbound", "ingress"),
        ("Inbound-Rules", "ingress"),
        ("incoming", "ingress"),
        ("outbound", "egress"),
        ("out", "egress"),
    ],
)
def test_rules_have_the_words_of_the_api_and_those_of_the_console_are_told(section: str, word: str, key: str) -> None:
    assert problem(f"    {section}: {{web: {{{word}: []}}}}") == f"unknown key '{word}'; did you mean '{key}'?"


def test_a_word_that_means_nothing_here_gets_no_advice() -> None:
    assert problem("    wibble: {}") == "unknown key 'wibble'; None"
    assert problem("    '': {}") == "unknown key ''; None"
    assert problem("'': {}") == "unknown key ''; None"


def test_a_name_of_an_interface_may_be_such_a_word() -> None:
    assert reachsim.loads(f"{VPC}    interfaces: {{rds: {{subnet: a}}, eks: {{subnet: a}}}}").interfaces


def test_the_keys_that_are_advised_exist() -> None:
    """Of every key in quotes, and of every one that is taken for another."""
    whole = schema()
    vpc = whole["$defs"]["Vpc"]["properties"]
    design = {**whole["properties"]}
    text = " ".join(found.text for _, found in (*_IN_VPC, *_IN_DESIGN))
    named = {*text.split("'")[1::2]} - {"main", "default", "via", "secondary_private_ips"}
    assert named <= {*vpc, *design}
    assert {found.key for _, found in _IN_VPC if found.key} <= {*vpc}
    assert {found.key for _, found in _IN_DESIGN if found.key} <= {*design}


@pytest.mark.parametrize("word", ["zone", "availability_zone", "AvailabilityZone", "availability-zone"])
def test_a_zone_is_az(word: str) -> None:
    with pytest.raises(reachsim.DesignError, match="did you mean 'az'"):
        reachsim.loads(VPC.replace("{cidr: 10.0.1.0/24}", f"{{cidr: 10.0.1.0/24, {word}: a}}"))
