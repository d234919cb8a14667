"""The matrix is what `reach` says, pair by pair."""

from __future__ import annotations

import csv
import io
import json
from itertools import islice

import pytest
from hypothesis import given
from tests.designs import ALL, ANY, DUAL, acl_of, design, group, load
from tests.networks import freed, laws, loaded, network, pairs_of_likes, seeds, some_pairs

from reachsim.errors import EndpointError, UndecidedError, UsageError
from reachsim.net.traffic import Traffic

TGW = {"vpcs app network_firewalls": {"tgw": {}}, "vpcs data network_firewalls": {"tgw": {}}}
"""Something that is not modelled, as a target of routes."""


@laws(7)
@given(seeds)
def test_the_matrix_is_reach_pair_by_pair(seed: int) -> None:
    rng, design, net = network(seed, crowd=True)
    matrix = net.matrix()
    pairs = some_pairs(rng, net, 40, inside=True, design=design) + some_pairs(rng, net, 6) + pairs_of_likes(rng, net, 8)
    for source, destination in pairs:
        answer = net.reach(source, destination)
        assert matrix.reach(source, destination) == answer.reachable, (source, destination)
        cell = matrix.cell(source, destination)
        assert freed(cell.space()) == freed(answer.reachable), (source, destination)
        assert cell.delivered == answer.delivered.traffic()
        assert cell.reachable == answer.reachable.traffic()
        assert cell.partial == answer.partial.traffic()
        assert cell.losses == {choices: space.traffic() for choices, space in answer.losses.items()}
        assert bool(cell) == bool(answer)
        assert bool(cell.undecided) == bool(answer.undecided)


@laws(6)
@given(seeds)
def test_a_cell_reads_as_its_pair_does(seed: int) -> None:
    rng, _, net = network(seed, crowd=True)
    matrix = net.matrix()
    for source, destination in some_pairs(rng, net, 15, inside=True):
        if len(net.topology.interfaces[source].addresses) == len(net.topology.interfaces[destination].addresses) == 1:
            assert str(matrix[source, destination]) == net.reach(source, destination).title


@laws(2)
@given(seeds)
def test_slices_groups_and_exports_say_the_same(seed: int) -> None:
    rng, _, net = network(seed, crowd=True)
    matrix = net.matrix()
    interfaces = net.topology.interfaces
    cells = {(one, other): matrix.cell(one, other) for one in interfaces for other in interfaces if one != other}
    assert matrix.pairs == len(cells)
    told = {pair for pair, cell in cells.items() if cell.ways or cell.undecided}
    assert {(one, other) for one, other, _ in matrix} == told
    assert all(str(cell) == str(cells[one, other]) for one, other, cell in matrix)
    open_pairs = {pair for pair, cell in cells.items() if cell}
    told_pairs = {pair for pair, cell in cells.items() if cell or cell.partial}
    token = rng.choice(["tcp/443", "tcp", "udp/53", "icmp/8", "all"])
    part = matrix[token]
    flowing = {pair for pair, cell in cells.items() if cell.reachable & Traffic.parse(token)}
    assert list(part) == [pair for pair in part if pair in flowing]
    assert (set(part), len(part), bool(part)) == (flowing, len(flowing), bool(flowing))
    for pair in some_pairs(rng, net, 5, inside=True):
        for container, sure in ((part, pair in flowing), (matrix, pair in open_pairs)):
            if cells[pair].undecided and not sure:
                with pytest.raises(UndecidedError):
                    pair in container  # noqa: B015
            else:
                assert (pair in container) == sure
    assert (token in matrix) == bool(flowing)
    for odd in ("app", ("app",), 5, None):
        with pytest.raises((TypeError, UsageError)):
            odd in matrix  # noqa: B015
        with pytest.raises(TypeError):
            odd in part  # noqa: B015
    assert all(found in matrix for found in islice(matrix, 5))
    by_vpc: dict[tuple[str, str], Traffic] = {}
    for one, other in open_pairs:
        key = interfaces[one].vpc.name, interfaces[other].vpc.name
        by_vpc[key] = by_vpc.get(key, Traffic.nothing()) | cells[one, other].reachable
    assert matrix.group("vpc") == by_vpc
    assert {pair[0] for pair in matrix.group("subnet")} <= {
        interface.subnet.full_name for interface in interfaces.values()
    }
    graph = matrix.to_networkx()
    assert set(graph.nodes) == set(interfaces)
    assert set(graph.edges) == told_pairs
    rows = list(csv.reader(io.StringIO(matrix.to_csv())))
    assert rows[0] == ["source", "destination", "traffic", "partial", "nat_loss"]
    deaf = {pair for pair, cell in cells.items() if cell.answerless}
    assert deaf == {pair for pair in told_pairs if net.reach(*pair).answerless and not cells[pair].partial}
    assert {(one, other): text for one, other, text, *_ in rows[1:]} == {
        pair: "nothing" if pair in deaf else str(cells[pair]) for pair in told_pairs
    }
    assert {(row[0], row[1]) for row in rows[1:] if row[3]} == deaf | {
        pair for pair, cell in cells.items() if cell.partial
    }
    assert {(row[0], row[1]) for row in rows[1:] if row[4]} == {pair for pair in told_pairs if cells[pair].losses}
    told = json.loads(matrix.to_json())
    members = {each["class"]: each["interfaces"] for each in told["classes"]}
    assert sorted(name for names in members.values() for name in names) == sorted(interfaces)
    found = {
        (one, other): each["exact"]
        for each in told["reachable"]
        for one in members[each["from"]]
        for other in members[each["to"]]
        if one != other
    }
    assert found == {pair: "nothing" if pair in deaf else str(cells[pair]) for pair in told_pairs}
    by_json = {(each["from"], each["to"]) for each in json.loads(matrix.to_json("vpc"))["reachable"]}
    assert by_json == by_vpc.keys() | {
        (interfaces[one].vpc.name, interfaces[other].vpc.name) for one, other in told_pairs
    }


def test_an_answer_that_cannot_be_decided_on_the_way_back_is_undecided() -> None:
    net = load(TGW, {"vpcs data route_tables api 10.0.1.10/32": "tgw"})
    cell = net.matrix()["probe", "api"]
    assert cell.undecided
    assert not cell.reachable & Traffic.parse("tcp")
    assert str(cell).startswith("undecided")
    assert net.matrix().reach("probe", "api") == net.reach("probe", "api").reachable
    # The other way round its groups let nothing in, whatever is on the way (SG-22).
    assert {(one, other) for one, other, each in net.matrix() if each.undecided} == {("app.probe", "data.api")}
    with pytest.raises(UndecidedError, match=r"^'app\.probe' to 'data\.api': the way leads to something"):
        ("app.probe", "data.api") in net.matrix()["tcp"]  # noqa: B015


def test_one_family_may_be_decided_where_the_other_is_not() -> None:
    data = design(DUAL, TGW, {"vpcs app route_tables private": {"10.1.0.0/16": "tgw", "2001:db8:1::/56": "pcx"}})
    vpc = data["vpcs"]["data"]
    vpc["cidrs"].append("2001:db8:1::/56")
    vpc["subnets"]["api"]["ipv6_cidr"] = "2001:db8:1:1::/64"
    vpc["instances"]["api"]["ipv6_address"] = "2001:db8:1:1::80"
    vpc["security_groups"]["open"]["ingress"][0]["from"] = [ANY, "::/0"]
    vpc["route_tables"]["api"]["2001:db8::/56"] = "pcx"
    net = loaded(data)
    matrix = net.matrix()
    assert net.reach("twin", "api").title == "all over IPv6"
    assert matrix.reach("twin", "api") == net.reach("twin", "api").reachable
    assert matrix["twin", "api"].undecided


def test_names_that_do_not_fit() -> None:
    matrix = load().matrix()
    with pytest.raises(EndpointError, match="same interface"):
        matrix.cell("web", "app.web")
    with pytest.raises(EndpointError):
        matrix.cell("web", "nobody")
    with pytest.raises(UsageError):
        matrix["tcp/99999"]


def test_likes_share_a_class_and_a_rule_about_one_address_makes_it_another() -> None:
    members = {
        f"m{n}": {"subnet": "isolated", "private_ip": f"10.0.2.{30 + n}", "security_groups": ["open"]} for n in range(4)
    }
    changes = {f"vpcs app instances {name}": body for name, body in members.items()}
    net = load(changes)
    assert len({net.classes.of[net.topology.interfaces[f"app.{name}"]] for name in members}) == 1
    index = net.classes.of[net.topology.interfaces["app.m1"]].index
    assert net.matrix().describe_class(index) == "5 interfaces in app.isolated (instance; open)"
    for odd in (-1, 99, "x", True):
        with pytest.raises(UsageError, match=r"there is no class .*; they count from 0 to "):
            net.matrix().describe_class(odd)
    named = load(changes, acl_of("public", [ALL], ["deny tcp/22 10.0.2.31/32", ALL]))
    classes = [named.classes.of[named.topology.interfaces[f"app.{name}"]].index for name in members]
    assert classes.count(classes[1]) == 1
    assert classes[2] == classes[3]
    assert str(named.matrix()["web", "m1"]) != str(named.matrix()["web", "m2"])


def test_progress_is_told() -> None:
    heard: list[tuple[int, int]] = []
    net = load(group("open", ("tcp/22", ANY)))
    net.matrix(progress=lambda done, total: heard.append((done, total)))
    assert heard[-1][0] == heard[-1][1] >= len(net.classes.classes) ** 2
    assert repr(net.matrix()) == "<Matrix: 42 pairs of interfaces in 7 classes>"


@pytest.mark.rule("PEER-9")
def test_what_comes_to_another_who_has_the_address_is_not_delivered() -> None:
    """Of two VPCs with the same block, each keeps what is sent to an address of it."""
    same_block = {
        "vpcs twin": {
            "cidrs": ["10.0.0.0/16"],
            "subnets": {"s": {"cidr": "10.0.2.0/24"}},
            "security_groups": {"open": {"ingress": [{"allow": "all", "from": "0.0.0.0/0"}]}},
            "instances": {"db": {"subnet": "s", "private_ip": "10.0.2.20", "security_groups": ["open"]}},
        }
    }
    net = load(same_block)
    assert net.trace("app.probe", "twin.db", "tcp/80").blockers[0].code == "DELIVERED_ELSEWHERE"
    assert not net.matrix().cell("app.probe", "twin.db").delivered
    assert net.matrix().cell("app.probe", "app.db").delivered
