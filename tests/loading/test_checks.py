import pytest
from tests.designs import GONE, load, place, problems, refuses

from reachsim.loading.checks import _by_number
from reachsim.loading.report import WAIVABLE

CLIENT = "vpcs app security_groups client"


def test_all_problems_of_a_file_are_reported_at_once_in_the_order_of_the_file():
    found = problems(
        {
            "vpcs app subnets private route_table": "nope",
            "vpcs app instances probe private_ip": "10.0.2.30",
            "vpcs app nat_gateways ngw subnet": "nope",
            "peering_connections pcx accepter": "nope",
        }
    )
    assert [place(problem) for problem in found][:2] == [
        "vpcs app subnets private route_table",
        "vpcs app instances probe private_ip",
    ]
    assert len(found) == 5  # the route of VPC data to a peering that is not its own is the fifth
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)


@pytest.mark.rule("SG-11")
def test_a_reference_needs_a_peering():
    rule = {
        f"{CLIENT} ingress": [{"allow": "all", "from": "far.default"}],
        "vpcs far": {"cidrs": ["10.9.0.0/16"]},
    }
    problem = refuses("SG-11", f"{CLIENT} ingress 0 from", rule)
    assert problem.message == "'far.default' is a group of VPC far, which is not peered with app"
    assert len(load(rule, {"warn": ["SG-11"]}).warnings) == 1


@pytest.mark.rule("SG-25")
def test_an_interface_has_sixteen_groups_at_most():
    groups = {f"vpcs app security_groups g{n}": {} for n in range(17)}
    names = [f"g{n}" for n in range(17)]
    refuses(
        "SG-25",
        "vpcs app instances db security_groups",
        groups,
        {"vpcs app instances db security_groups": names},
    )
    assert problems(groups, {"vpcs app instances db security_groups": names[:16]}) == ()


@pytest.mark.rule("NACL-2")
def test_a_rule_number_stands_once_in_a_direction():
    rules = [
        {"rule": 1, "allow": "all", "from": "0.0.0.0/0"},
        {"rule": 1, "deny": "all", "from": "10.0.0.0/8"},
    ]
    problem = refuses(
        "NACL-2",
        "vpcs app network_acls default ingress 1 rule",
        {"vpcs app network_acls default ingress": rules},
    )
    assert problem.message.startswith("rule 1 appears twice in ingress (first on line ")
    other = [{"rule": 1, "allow": "all", "to": "0.0.0.0/0"}]
    assert (
        problems(
            {
                "vpcs app network_acls default ingress": rules[:1],
                "vpcs app network_acls default egress": other,
            }
        )
        == ()
    )


@pytest.mark.rule("PEER-2")
def test_two_vpcs_have_one_peering():
    refuses(
        "PEER-2",
        "peering_connections more",
        {"peering_connections more": {"requester": "data", "accepter": "app"}},
    )
    refuses(
        "PEER-2",
        "peering_connections self",
        {"peering_connections self": {"requester": "app", "accepter": "app"}},
    )
    gone = {"requester": "data", "accepter": "app", "status": "deleted"}
    assert problems({"peering_connections more": gone}) == ()


@pytest.mark.rule("LAMBDA-5")
def test_functions_have_five_hundred_interfaces_in_a_vpc_at_most():
    groups = {f"vpcs app security_groups g{n}": {} for n in range(501)}
    functions = {
        f"lambda_functions f{n} latest": {"vpc": "app", "subnets": ["wide"], "security_groups": [f"g{n}"]}
        for n in range(501)
    }
    wide = {"vpcs app subnets wide": {"cidr": "10.0.16.0/20"}}
    found = problems(groups, functions, wide)
    assert [(problem.code, place(problem)) for problem in found] == [("LAMBDA-5", "lambda_functions f500 latest")]
    del functions["lambda_functions f500 latest"]
    assert problems(groups, functions, wide) == ()


@pytest.mark.rule("IGW-2")
def test_a_public_address_is_public_and_one_interfaces_alone():
    refuses("IGW-2", "vpcs app instances db public_ip", {"vpcs app instances db public_ip": "10.9.9.9"})
    problem = refuses(
        None, "vpcs app nat_gateways ngw public_ip", {"vpcs app nat_gateways ngw public_ip": "198.51.100.20"}
    )
    assert problem.message.startswith("198.51.100.20 is already the public address of app.web (line ")


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("10.0.1.20", "10.0.1.20 is not in subnet isolated, 10.0.2.0/24"),
        ("10.0.2.30", "10.0.2.30 is already the address of spare (line "),
    ],
)
def test_a_private_address_is_in_its_subnet_and_nobody_elses(address, message):
    change = {
        "vpcs app instances": {
            "spare": {"subnet": "isolated", "private_ip": "10.0.2.30"},
            "db": {"subnet": "isolated", "private_ip": address},
        },
        "vpcs app route_tables private 0.0.0.0/0": "ngw",
    }
    problem = refuses(None, "vpcs app instances db private_ip", change)
    assert problem.message.startswith(message)
    several = {"vpcs app instances db": {"subnet": "isolated", "secondary_private_ips": ["10.0.2.40", address]}}
    problem = refuses(None, "vpcs app instances db secondary_private_ips 1", change, several)
    assert problem.message.startswith(message)


def test_warn_names_rules_that_can_be_waived():
    problem = problems({"warn": ["PEER-6"]})[0]
    assert (problem.message, problem.hint) == (
        "'PEER-6' is not a rule that can be turned into a warning",
        "these can: PEER-2, PEER-7",  # another number is no slip of the hand
    )
    assert problems({"warn": ["OBS-1"]})[0].hint == f"these can: {', '.join(sorted(WAIVABLE, key=_by_number))}"
    assert load({"warn": sorted(WAIVABLE)}).warnings == ()


def test_the_base_has_nothing_to_complain_about():
    assert problems() == ()
    assert load().warnings == ()
    assert [place(problem) for problem in problems({"vpcs data subnets": GONE})] == ["vpcs data instances api subnet"]
