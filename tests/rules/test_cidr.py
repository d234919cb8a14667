import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.designs import load, problems, refuses

from reachsim.net.cidr import Cidr
from reachsim.rules import cidr as rules
from reachsim.rules.subnet import subnet_block_refusal


def block(text):
    return Cidr.parse(text)


def blocks(*texts):
    return [Cidr.parse(text) for text in texts]


def rule(refusal):
    """The rule of a refusal, None where there is none."""
    return None if refusal is None else refusal.rule


APP = "vpcs app cidrs"
ALONE = {"vpcs": {"app": {"cidrs": ["10.1.0.0/16"]}}, "peering_connections": {}}


@pytest.mark.rule("CIDR-1")
@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("10.0.0.0/15", "CIDR-1"),
        ("10.0.0.0/16", None),
        ("10.0.0.0/28", None),
        ("10.0.0.0/29", "CIDR-1"),
        ("10.0.0.0/32", "CIDR-1"),
    ],
)
def test_sizes_of_ipv4_blocks(text, refused):
    assert rule(rules.vpc_block_refusal(block(text))) == refused
    found = problems({"vpcs": {"app": {"cidrs": [text]}}, "peering_connections": {}})
    assert {problem.code for problem in found} == ({refused} if refused else set())


@pytest.mark.rule("CIDR-1")
def test_number_of_blocks():
    five = blocks(*(f"10.{n}.0.0/16" for n in range(5)))
    six = [*five, block("10.5.0.0/16")]
    assert rules.block_count_refusal(five, 5) is None
    assert rule(rules.block_count_refusal(six, 5)) == "CIDR-1"
    assert rules.block_count_refusal(six) is None
    many = [f"10.{n}.0.0/16" for n in range(2, 53)]
    found = problems({"vpcs": {"app": {"cidrs": many}}, "peering_connections": {}})
    assert {problem.code for problem in found} == {"CIDR-1"}


@pytest.mark.rule("CIDR-2")
@pytest.mark.parametrize(
    "text",
    ["0.0.0.0/16", "127.1.0.0/16", "169.254.0.0/16", "169.254.9.0/24", "224.0.0.0/16", "239.255.0.0/16"],
)
def test_ranges_that_no_vpc_has(text):
    assert rule(rules.vpc_block_refusal(block(text))) == "CIDR-2"
    assert "CIDR-2" in {p.code for p in problems({"vpcs": {"app": {"cidrs": [text]}}, "peering_connections": {}})}


@pytest.mark.rule("CIDR-2")
def test_dockers_range_is_a_warning():
    net = load({"vpcs": {"app": {"cidrs": ["172.17.0.0/16"]}}, "peering_connections": {}})
    assert len(net.warnings) == 1
    assert net.warnings[0].endswith("[CIDR-2]")
    assert rules.block_warning(block("172.18.0.0/16")) is None


@pytest.mark.rule("CIDR-3")
@pytest.mark.parametrize("text", ["8.8.0.0/16", "100.64.0.0/16", "203.0.113.0/24"])
def test_other_ranges_are_legal(text):
    assert rules.vpc_block_refusal(block(text)) is None


@pytest.mark.rule("CIDR-3")
def test_local_wins_over_the_internet_for_such_a_range():
    net = load(
        {
            "vpcs app cidrs": ["10.0.0.0/16", "8.8.0.0/16"],
            "vpcs app subnets own": {"cidr": "8.8.8.0/24"},
            "vpcs app instances me": {"subnet": "own", "private_ip": "8.8.8.8", "security_groups": ["open"]},
            "internet": {},
        }
    )
    trace = net.trace("probe", "8.8.8.8", "tcp/443")
    assert trace.reachable
    assert trace.forward[-1].component == "app.me"


TABLE = [  # primary, block, the rule that refuses
    ("10.1.0.0/16", "172.16.0.0/16", "CIDR-4"),
    ("10.1.0.0/16", "192.168.0.0/16", "CIDR-4"),
    ("10.1.0.0/16", "198.19.0.0/16", "CIDR-4"),
    ("10.1.0.0/16", "10.0.5.0/24", "CIDR-4"),
    ("10.0.0.0/16", "10.1.0.0/16", None),
    ("10.2.0.0/16", "10.0.5.0/24", None),
    ("10.2.0.0/16", "100.64.0.0/16", None),
    ("10.2.0.0/16", "8.8.0.0/16", None),
    ("172.16.0.0/16", "10.0.0.0/16", "CIDR-4"),
    ("172.16.0.0/16", "172.31.0.0/16", "CIDR-4"),
    ("172.16.0.0/16", "172.20.0.0/16", None),
    ("192.168.0.0/24", "172.16.0.0/16", "CIDR-4"),
    ("192.168.0.0/24", "192.168.1.0/24", None),
    ("198.19.0.0/20", "10.0.0.0/16", "CIDR-4"),
    ("198.19.0.0/20", "100.64.0.0/16", None),
    ("100.64.0.0/16", "10.0.0.0/16", "CIDR-4"),
    ("8.8.0.0/16", "198.19.0.0/16", "CIDR-4"),
    ("8.8.0.0/16", "9.9.0.0/16", None),
]


@pytest.mark.rule("CIDR-4")
@pytest.mark.parametrize(("primary", "added", "refused"), TABLE)
def test_what_may_join_a_primary_block(primary, added, refused):
    assert rule(rules.secondary_block_refusal(block(primary), [block(primary)], block(added))) == refused
    found = problems({"vpcs": {"app": {"cidrs": [primary, added]}}, "peering_connections": {}})
    assert {problem.code for problem in found} == ({refused} if refused else set())


@pytest.mark.rule("CIDR-5")
def test_with_mixed_blocks_the_row_of_the_primary_counts():
    shared_first = {"vpcs": {"app": {"cidrs": ["100.64.0.0/16", "10.0.0.0/16"]}}, "peering_connections": {}}
    shared_later = {
        "vpcs": {"app": {"cidrs": ["10.0.0.0/16", "100.64.0.0/16", "10.2.0.0/16"]}},
        "peering_connections": {},
    }
    assert [problem.path[-1] for problem in problems(shared_first)] == [1]
    assert problems(shared_later) == ()


@pytest.mark.rule("CIDR-6")
def test_a_block_overlaps_no_block_of_its_vpc_and_covers_no_route():
    refuses("CIDR-6", "vpcs app cidrs 1", {APP: ["10.0.0.0/16", "10.0.5.0/24"]})
    routes = blocks("10.4.0.0/24", "10.8.0.0/14")
    assert rules.blocks_over_routes(routes, 24) == blocks("10.4.0.0/24")
    assert rules.blocks_over_routes(routes, 16) == blocks("10.4.0.0/16")
    assert rules.blocks_over_routes(routes, 25) == []


@pytest.mark.rule("PEER-7")
def test_peered_vpcs_overlap_nowhere():
    one, other = blocks("10.0.0.0/16", "100.64.0.0/24"), blocks("10.1.0.0/16", "100.64.0.0/16")
    assert rule(rules.peering_refusal(one, other)) == "PEER-7"
    assert rules.peering_refusal(one[:1], other) is None
    change = {
        "vpcs app cidrs": ["10.0.0.0/16", "100.64.0.0/24"],
        "vpcs data cidrs": ["10.1.0.0/16", "100.64.0.0/16"],
    }
    refuses("PEER-7", "peering_connections pcx", change)
    assert len(load(change, {"warn": ["PEER-7"]}).warnings) == 1
    assert problems(change, {"peering_connections pcx status": "failed"}) == ()


@pytest.mark.rule("IPV6-1")
@pytest.mark.parametrize(
    ("length", "vpc", "subnet"),
    [
        (40, False, False),
        (44, True, True),
        (48, True, True),
        (50, False, False),
        (56, True, True),
        (60, True, True),
        (64, False, True),
        (68, False, False),
    ],
)
def test_sizes_of_ipv6_blocks(length, vpc, subnet):
    six = block(f"2001:db8::/{length}")
    assert (rules.vpc_block_refusal(six) is None) == vpc
    refusal = subnet_block_refusal(six, [block("2001:db8::/32")])
    assert (refusal is None) == subnet
    if not subnet:
        assert rule(refusal) == "IPV6-1"
        assert "/44, /48, /52, /56, /60 or /64" in refusal.text


@pytest.mark.rule("IPV6-1")
def test_number_of_ipv6_blocks():
    six = [f"2001:db8:{n}::/56" for n in range(6)]
    found = problems({"vpcs": {"app": {"cidrs": ["10.0.0.0/16", *six]}}, "peering_connections": {}})
    assert {problem.code for problem in found} == {"IPV6-1"}
    assert problems({"vpcs": {"app": {"cidrs": ["10.0.0.0/16", *six[:5]]}}, "peering_connections": {}}) == ()


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(16, 28)), min_size=1, max_size=4))
def test_refusals_of_blocks_are_those_of_the_single_questions(pairs):
    made = [Cidr.parse_lenient(f"{n >> 24}.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}/{length}") for n, length in pairs]
    refused = {index for index, _ in rules.refusals_of_blocks(made)}
    for index, each in enumerate(made):
        alone = rules.vpc_block_refusal(each) or rules.own_overlap_refusal(made[:index], each)
        if index:
            alone = alone or rules.secondary_block_refusal(made[0], made[:index], each)
        assert (index in refused) == (alone is not None)


@pytest.mark.rule("CIDR-4")
def test_a_block_of_10_0_0_0_16_is_made_before_others_of_10_0_0_0_15() -> None:
    """AWS refuses the second of these where the first stands; the VPC's own block is neither."""
    there, late, first = map(Cidr.parse, ("10.5.0.0/16", "10.1.0.0/16", "10.0.0.0/20"))
    assert rules.secondary_block_refusal(there, (there, late), first) is not None
    assert rules.order_of_creation((there,), (late, first)) == (first, late)
