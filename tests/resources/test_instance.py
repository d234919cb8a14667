import pytest
from tests.designs import NAT_INSTANCE, acl_of, load, passes, problems

ACL = acl_of("isolated", ["allow all 0.0.0.0/0"], ["allow tcp/32768-60999 0.0.0.0/0"])


@pytest.mark.rule("NACL-12")
@pytest.mark.parametrize(
    ("ami", "verdict"),
    [
        ("amzn2-ami-hvm", "reachable"),
        ("ubuntu/images/noble", "reachable"),
        ("Windows_Server-2022", "partial"),
        ("ami-0abc", "partial"),
        (None, "partial"),
    ],
)
def test_the_image_tells_the_ports_of_its_clients(ami, verdict):
    net = load(ACL, {"vpcs app instances probe ami": ami} if ami else {})
    trace = net.trace("probe", "db", "tcp/5432")
    assert trace.verdict == verdict
    assert trace.delivered


@pytest.mark.rule("NACL-12")
def test_written_ports_go_before_the_image():
    ports = {
        "vpcs app instances probe client_ports": "40000-41000",
        "vpcs app instances probe ami": "windows",
    }
    passes(load(ACL, ports).trace("probe", "db", "tcp/5432"))


@pytest.mark.parametrize("nat", [True, {}, {"ip_forward": True}, {"ip_forward": True, "masquerade": True}])
def test_forms_of_nat(nat):
    passes(load(NAT_INSTANCE, {"vpcs app instances nat nat": nat}).trace("probe", "www", "tcp/443"))


@pytest.mark.parametrize("nat", ["yes", 1, ["true"]])
def test_nat_is_true_false_or_a_mapping(nat):
    assert [problem.path[-1] for problem in problems({"vpcs app instances nat nat": nat})] == ["nat"]


@pytest.mark.rule("ROUTE-14")
def test_a_stopped_instance_answers_nothing():
    net = load({"vpcs app instances db state": "stopped"})
    trace = net.trace("probe", "db", "tcp/80")
    assert [(blocker.code, blocker.rule_id) for blocker in trace.blockers] == [("BAD_STATE", "ROUTE-14")]


def test_subnets_stand_in_place_of_a_subnet():
    both = {"vpcs app instances more": {"subnet": "private", "subnets": ["private"]}}
    (problem,) = problems(both)
    assert problem.message == "'subnets' stands in place of 'subnet'"
    assert problem.path == ("vpcs", "app", "instances", "more", "subnets")
