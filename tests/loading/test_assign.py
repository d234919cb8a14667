import pytest
from tests.designs import DUAL, load, place, problems

from reachsim.net.address import format_address

CLIENT = {"vpc": "app", "subnets": ["private"], "security_groups": ["client"]}


def private(net, name):
    return [format_address(address) for address in net.topology.interfaces[name].addresses]


def enis(net):
    return {name: private(net, name)[0] for name in net.topology.interfaces if "lambda(" in name}


def test_what_is_left_out_gets_the_lowest_free_address_in_the_order_of_the_file():
    bodies = {name: {"subnet": "isolated"} for name in ("z", "a")} | {
        "fixed": {"subnet": "isolated", "private_ip": "10.0.2.5"}
    }
    for _ in range(2):
        net = load({"vpcs app interfaces": bodies})
        assert (private(net, "app.z"), private(net, "app.a"), private(net, "app.fixed")) == (
            ["10.0.2.4"],
            ["10.0.2.6"],
            ["10.0.2.5"],
        )


def test_a_public_address_that_aws_chooses_is_nobody_elses():
    net = load(
        {
            "vpcs app instances db public_ip": True,
            "vpcs app instances twin public_ip": True,
            "internet hosts one": {"ip": "203.0.113.1"},
        }
    )
    chosen = {format_address(net.topology.interfaces[name].publics[0]) for name in ("app.db", "app.twin")}
    assert chosen == {"203.0.113.2", "203.0.113.3"}


@pytest.mark.parametrize(
    ("block", "pool"),
    [("203.0.113.7/32", "198.51.100."), ("0.0.0.0/0", "203.0.113."), ("192.0.0.0/8", "203.0.113.")],
)
def test_a_public_address_that_aws_chooses_is_not_of_a_range_that_a_rule_names(block, pool):
    group = {"ingress": [{"allow": "tcp/22", "from": block}]}
    net = load({"vpcs app instances db public_ip": True, "vpcs app security_groups named": group})
    assert format_address(net.topology.interfaces["app.db"].publics[0]).startswith(pool)


@pytest.mark.rule("LAMBDA-3")
def test_functions_share_an_interface_for_each_subnet_and_set_of_groups():
    both = CLIENT | {"subnets": ["private", "isolated"]}
    net = load(
        {
            "lambda_functions": {
                "one": {"latest": both},
                "two": {"latest": both},
                "three": {"latest": both | {"security_groups": ["client", "open"]}},
                "four": {"latest": both | {"security_groups": ["open", "client"]}, "concurrency": 500},
            }
        }
    )
    assert enis(net) == {
        "app.lambda(private; client)": "10.0.1.254",
        "app.lambda(isolated; client)": "10.0.2.254",
        "app.lambda(private; client, open)": "10.0.1.253",
        "app.lambda(isolated; client, open)": "10.0.2.253",
    }


@pytest.mark.rule("LAMBDA-16")
def test_a_published_version_keeps_its_interface():
    net = load({"lambda_functions f": {"latest": {}, "versions": {3: CLIENT}}})
    assert enis(net) == {"app.lambda(private; client)": "10.0.1.254"}


@pytest.mark.rule("LAMBDA-18")
def test_an_interface_has_ipv6_where_a_function_asks_for_it():
    net = load(DUAL, {"lambda_functions f latest": CLIENT | {"ipv6": True}})
    assert private(net, "app.lambda(private; client)") == ["10.0.1.254", "2001:db8:0:1:ffff:ffff:ffff:fffe"]


@pytest.mark.rule("SUBNET-2")
@pytest.mark.rule("LAMBDA-6")
def test_a_subnet_that_is_full_is_an_error():
    small = {"vpcs app subnets small": {"cidr": "10.0.9.0/28"}}
    eleven = {f"vpcs app interfaces i{n}": {"subnet": "small"} for n in range(11)}
    assert problems(small, eleven) == ()
    found = problems(small, eleven, {"vpcs app interfaces i11": {"subnet": "small"}})
    assert [(problem.code, place(problem)) for problem in found] == [("SUBNET-2", "vpcs app interfaces i11")]
    found = problems(small, eleven, {"lambda_functions f latest": CLIENT | {"subnets": ["small"]}})
    assert [problem.message for problem in found] == [
        "subnet small has no free address left for a function's interface"
    ]
