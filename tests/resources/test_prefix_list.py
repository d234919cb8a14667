import pytest
from tests.designs import group, load, problems, refuses

LIST = "prefix_lists clients"


@pytest.mark.rule("PL-1")
def test_a_list_holds_one_family_up_to_its_size():
    found = problems({LIST: ["10.0.0.0/8", "2001:db8::/32"]})
    assert [(problem.code, problem.message) for problem in found] == [
        ("PL-1", "a prefix list holds blocks of one family")
    ]
    found = problems({LIST: {"entries": ["10.0.0.0/8", "8.8.8.0/24"], "max_entries": 1}})
    assert [(problem.code, problem.message) for problem in found] == [
        ("PL-1", "2 entries are more than max_entries, 1")
    ]
    assert problems({LIST: {"entries": ["10.0.0.0/8"], "max_entries": 1}}) == ()


@pytest.mark.rule("PL-2")
def test_a_list_stands_in_groups_and_tables_and_not_in_acls():
    use = {LIST: ["203.0.113.0/24"], "vpcs app route_tables private": {"clients": "ngw"}}
    net = load(use, group("client", egress=[("all", "clients")]))
    assert net.trace("probe", "www", "tcp/443").reachable
    assert not net.trace("probe", "dns", "tcp/443").delivered
    rule = {"rule": 1, "allow": "all", "from": "clients"}
    refuses(
        "NACL-10",
        "vpcs app network_acls default ingress 0 from",
        use,
        {"vpcs app network_acls default ingress": [rule]},
    )


def test_a_route_to_an_unknown_list_is_an_error():
    problem = problems({LIST: ["203.0.113.0/24"], "vpcs app route_tables private": {"client": "ngw"}})[0]
    assert (problem.message, problem.hint) == (
        "'client' is neither a block nor a prefix list",
        "did you mean 'clients'?",
    )
