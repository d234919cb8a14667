import pytest
from tests.designs import load, place, problems

import reachsim
from reachsim.loading.names import UnknownName


@pytest.mark.parametrize("reference", ["db", "app.db"])
def test_a_bare_name_and_its_full_name_are_the_same(reference):
    target = load().source.names.target("app", reference)
    assert (target.kind, target.full_name, target.path) == (
        "instance",
        "app.db",
        ("vpcs", "app", "instances", "db"),
    )


@pytest.mark.parametrize(
    ("changes", "at", "message", "hint"),
    [
        (
            {"vpcs app instances db subnet": "isolatd"},
            "vpcs app instances db subnet",
            "VPC app has no subnet 'isolatd'",
            "did you mean 'isolated'?",
        ),
        *(
            (
                {f"vpcs app {section}": {"several": {"subnets": ["isolated", "isolatd"], **more}}},
                f"vpcs app {section} several subnets 1",
                "VPC app has no subnet 'isolatd'",
                "did you mean 'isolated'?",
            )
            for section, more in (
                ("interfaces", {}),
                (
                    "load_balancers",
                    {"listeners": {"tcp/1": "t"}, "target_groups": {"t": {"targets": ["db"], "port": "tcp/1"}}},
                ),
                ("vpc_endpoints", {"type": "interface", "service": "logs"}),
            )
        ),
        (
            {"vpcs app instances db subnet": "data.api"},
            "vpcs app instances db subnet",
            "'data.api' is not in VPC app",
            "name a subnet of the same VPC",
        ),
        (
            {"vpcs app instances db security_groups": ["opne"]},
            "vpcs app instances db security_groups 0",
            "VPC app has no security group 'opne'",
            "did you mean 'open'?",
        ),
        (
            {"vpcs app subnets private network_acl": "x"},
            "vpcs app subnets private network_acl",
            "VPC app has no network ACL 'x'",
            None,
        ),
        (
            {"vpcs app route_tables private 0.0.0.0/0": "nwg"},
            "vpcs app route_tables private 0.0.0.0/0",
            "'nwg' is not a route target in VPC app",
            "did you mean 'ngw'?",
        ),
        (
            {"vpcs app security_groups open ingress": [{"allow": "all", "from": "clint"}]},
            "vpcs app security_groups open ingress 0 from",
            "'clint' is neither a security group of VPC app nor a prefix list",
            "did you mean 'client'?",
        ),
        *(
            (
                {"vpcs app security_groups open egress": [{"allow": "tcp/443", "to": written}]},
                "vpcs app security_groups open egress 0 to",
                f"'{written}' is neither a security group of VPC app nor a prefix list",
                f"AWS's own lists are written in the file too: prefix_lists: {{{short}: [...]}}",
            )
            for written, short in (
                ("s3", "s3"),
                ("com.amazonaws.eu-west-1.dynamodb", "dynamodb"),
                ("pl-6da54004", "s3"),
            )
        ),
        (
            {"vpcs app security_groups open ingress": [{"allow": "all", "from": "dta.open"}]},
            "vpcs app security_groups open ingress 0 from",
            "'dta.open': there is no VPC 'dta'",
            "did you mean 'data'?",
        ),
        (
            {"peering_connections pcx accepter": "dat"},
            "peering_connections pcx accepter",
            "there is no VPC 'dat'",
            "did you mean 'data'?",
        ),
        (
            {"lambda_functions f latest": {"vpc": "ap", "subnets": ["private"]}},
            "lambda_functions f latest vpc",
            "there is no VPC 'ap'",
            "did you mean 'app'?",
        ),
        ({"api_gateways g integration": "f"}, "api_gateways g integration", "there is no function 'f'", None),
    ],
)
def test_a_name_that_means_nothing_is_one_problem_with_its_place_and_a_hint(changes, at, message, hint):
    found = [problem for problem in problems(changes) if place(problem) == at]
    assert [(problem.message, problem.hint) for problem in found] == [(message, hint)]
    assert found[0].line is not None


def test_names_that_routes_and_expectations_share_are_unique():
    found = problems(
        {"vpcs app interfaces db": {"subnet": "isolated"}, "vpcs app instances pcx": {"subnet": "isolated"}}
    )
    assert [problem.message.split(" (")[0] for problem in found] == [
        "'pcx' is the name of an instance and of a peering connection",
        "'db' is the name of an interface and of an instance",
    ]


@pytest.mark.parametrize("name", ["local", "blackhole", "internet"])
def test_reserved_names(name):
    found = problems({f"vpcs app instances {name}": {"subnet": "isolated"}})
    assert [problem.message for problem in found] == [f"{name!r} is a reserved word"]


@pytest.mark.parametrize("name", ["local", "blackhole", "unknown", "internet"])
def test_reserved_names_of_what_is_in_no_vpc(name: str) -> None:
    """A route to a gateway called ``local`` would be the VPC's own, and nobody would be told."""
    attached = {"attachments": {"a": {"vpc": "app", "subnets": ["isolated"]}}}
    for changes in (
        {f"transit_gateways {name}": attached},
        {f"networks {name}": {"cidrs": ["192.168.0.0/16"]}},
        {f"peering_connections {name}": {"requester": "app", "accepter": "data", "status": "failed"}},
    ):
        assert [problem.message for problem in problems(changes)] == [f"{name!r} is a reserved word"]


@pytest.mark.parametrize("section", ["lambda_functions", "internet hosts"])
def test_nothing_else_is_called_the_internet(section: str) -> None:
    body = {"ip": "9.9.9.9"} if "hosts" in section else {}
    assert [problem.message for problem in problems({f"{section} internet": body})] == ["'internet' is a reserved word"]
    assert not problems({f"{section} world": body})


@pytest.mark.rule("SG-18")
def test_a_peer_is_a_group_before_it_is_a_prefix_list():
    names = load({"prefix_lists client": ["192.0.2.0/24"], "prefix_lists others": ["192.0.2.0/24"]}).source.names
    assert names.peer("app", "client")[1] == {("app", "client")}
    assert str(names.peer("app", "others")[0]) == "192.0.2.0/24"
    with pytest.raises(UnknownName, match="neither a security group of VPC data nor a prefix list"):
        names.peer("data", "client2")


@pytest.mark.rule("SG-3")
@pytest.mark.rule("NACL-3")
@pytest.mark.rule("ROUTE-2")
def test_every_vpc_has_a_default_group_a_default_acl_and_a_main_table():
    net = load(
        {
            "vpcs data subnets api": {"cidr": "10.1.1.0/24", "route_table": "main", "network_acl": "default"},
            "vpcs data instances api security_groups": ["default"],
        }
    )
    assert net.topology.interfaces["data.api"].groups == {("data", "default")}


def test_a_route_to_a_gateway_that_is_not_written_says_how() -> None:
    text = """\
version: 1
vpcs:
  main:
    cidrs: [10.0.0.0/16]
    subnets: {a: {cidr: 10.0.0.0/24, route_table: t}}
    route_tables: {t: {0.0.0.0/0: igw}}
    instances: {web: {subnet: a, sg: web}}
"""
    with pytest.raises(reachsim.DesignError) as caught:
        reachsim.loads(text)
    route, key, group = caught.value.problems
    assert route.message == "'igw' is not a route target in VPC main"
    assert "as in internet_gateway: igw" in (route.hint or "")
    assert key.hint == "did you mean 'security_groups'?"
    assert group.message == "VPC main has no security group 'web'"
    assert reachsim.loads(text.replace(", sg: web", "") + "    internet_gateway: igw\n")
