"""Blocks in what AWS, Terraform and the console print; who is who; how full subnets are."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest

from reachsim.cidr import Cidr, Rank, find_overlaps, holders_of, parse_source, read_sources, use_of, vpc_of
from reachsim.errors import DesignError, UsageError


def vpc(network: str, *blocks: str, name: str = "", states: tuple[str, ...] = (), account: str = "") -> dict[str, Any]:
    states = states or ("associated",) * len(blocks)
    fourth = [
        {"CidrBlock": block, "CidrBlockState": {"State": state}}
        for block, state in zip(blocks, states, strict=True)
        if ":" not in block
    ]
    sixth = [
        {"Ipv6CidrBlock": block, "Ipv6CidrBlockState": {"State": state}}
        for block, state in zip(blocks, states, strict=True)
        if ":" in block
    ]
    out: dict[str, Any] = {
        "VpcId": network,
        "CidrBlock": blocks[0],
        "CidrBlockAssociationSet": fourth,
        "Ipv6CidrBlockAssociationSet": sixth,
    }
    if name:
        out["Tags"] = [{"Key": "x", "Value": "y"}, {"Key": "Name", "Value": name}]
    if account:
        out["OwnerId"] = account
    return out


def read(data: Any) -> list[tuple[str, str]]:
    return [(str(entry.cidr), entry.owner) for entry in parse_source(json.dumps(data), "x.json").entries]


def test_vpcs_with_one_name_are_two() -> None:
    data = {"Vpcs": [vpc("vpc-0aaa", "10.0.0.0/16", name="prod"), vpc("vpc-0bbb", "10.0.0.0/16", name="prod")]}
    found = parse_source(json.dumps(data), "x.json")
    assert [entry.owner for entry in found.entries] == ["prod (vpc-0aaa)", "prod (vpc-0bbb)"]
    assert [entry.id for entry in found.entries] == ["vpc-0aaa", "vpc-0bbb"]
    assert find_overlaps(found.entries, connect=[("vpc-0aaa", "vpc-0bbb")]).counts[Rank.WISH] == 1
    with pytest.raises(UsageError, match="'prod' is the name of several networks; write 'vpc-0aaa' or 'vpc-0bbb'"):
        find_overlaps(found.entries, connect=[("prod", "vpc-0bbb")])


def test_names_are_told_apart_over_files_and_one_network_is_kept_once(tmp_path: Path) -> None:
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    one.write_text(json.dumps({"Vpcs": [vpc("vpc-1", "10.0.0.0/16", name="prod")]}))
    other.write_text(
        json.dumps({"Vpcs": [vpc("vpc-2", "10.1.0.0/16", name="prod"), vpc("vpc-1", "10.0.0.0/16", name="prod")]})
    )
    assert [entry.owner for entry in read_sources([str(one)]).entries] == ["prod"]
    both = read_sources([str(one), str(other)]).entries
    assert [(str(entry.cidr), entry.owner) for entry in both] == [
        ("10.0.0.0/16", "prod (vpc-1)"),
        ("10.1.0.0/16", "prod (vpc-2)"),
    ]


def test_other_sources_have_ids_too() -> None:
    rows = "name,vpc_id,cidr\nprod,vpc-1,10.0.0.0/16\nprod,vpc-2,10.0.0.0/16\n"
    assert [entry.owner for entry in parse_source(rows, "x.csv").entries] == ["prod (vpc-1)", "prod (vpc-2)"]
    data = [{"name": "prod", "vpc_id": f"vpc-{n}", "cidr": "10.0.0.0/16"} for n in (1, 2)]
    assert [owner for _, owner in read(data)] == ["prod (vpc-1)", "prod (vpc-2)"]


@pytest.mark.rule("CIDR-7")
@pytest.mark.parametrize(
    ("state", "counts"),
    [
        ("associated", True),
        ("associating", True),
        ("disassociating", False),
        ("disassociated", False),
        ("failing", False),
        ("failed", False),
    ],
)
def test_blocks_that_are_associated_count(state: str, counts: bool) -> None:
    for block in ("10.9.0.0/16", "2600:1f00::/56"):
        found = read({"Vpcs": [vpc("vpc-1", "10.0.0.0/16", block, states=("associated", state), name="a")]})
        assert found == [("10.0.0.0/16", "a")] + ([(block, "a")] if counts else [])


def test_several_accounts() -> None:
    one, other = ({"Vpcs": [vpc(f"vpc-{n}", f"10.{n}.0.0/16", account=f"{n}" * 12)]} for n in (1, 2))
    expected = [("10.1.0.0/16", "vpc-1"), ("10.2.0.0/16", "vpc-2")]
    assert read([one, other]) == expected
    lines = json.dumps(one) + "\n" + json.dumps(other) + "\n"  # what a loop over accounts appends
    found = parse_source(lines, "x").entries
    assert [(str(entry.cidr), entry.owner) for entry in found] == expected
    assert [entry.comment for entry in found] == ["account 111111111111", "account 222222222222"]


def subnet(name: str, network: str, block: str, available: int) -> dict[str, Any]:
    return {
        "SubnetId": name,
        "VpcId": network,
        "CidrBlock": block,
        "AvailableIpAddressCount": available,
        "Tags": [{"Key": "Name", "Value": f"{name}-name"}],
    }


def test_subnets_stand_for_a_vpc_that_is_not_there() -> None:
    subnets = {"Subnets": [subnet("s-1", "vpc-1", "10.0.0.0/24", 200), subnet("s-2", "vpc-2", "10.0.0.0/25", 100)]}
    assert read(subnets) == [("10.0.0.0/24", "vpc-1"), ("10.0.0.0/25", "vpc-2")]
    both = subnets | {"Vpcs": [vpc("vpc-1", "10.0.0.0/16", name="prod")]}
    assert read(both) == [("10.0.0.0/16", "prod"), ("10.0.0.0/25", "vpc-2")]
    report = find_overlaps(parse_source(json.dumps(both), "x.json").entries)
    assert report.total == 1  # of two VPCs; a subnet lies in its VPC without being told


def peering(one: str, other: str, status: str) -> dict[str, Any]:
    return {
        "VpcPeeringConnectionId": "pcx-1",
        "RequesterVpcInfo": {"VpcId": one, "CidrBlock": "10.0.0.0/16", "OwnerId": "1" * 12},
        "AccepterVpcInfo": {"VpcId": other, "CidrBlock": "10.0.0.0/17"},
        "Status": {"Code": status, "Message": "as AWS says it"},
    }


OVERLAPPING = [vpc("vpc-1", "10.0.0.0/16", name="shop"), vpc("vpc-2", "10.0.0.0/17", name="shop")]


@pytest.mark.rule("PEER-1")
@pytest.mark.parametrize(
    ("status", "rank"),
    [("active", Rank.ERROR), ("pending-acceptance", Rank.ERROR), ("failed", Rank.WISH), ("deleted", Rank.NOTE)],
)
def test_peering_connections_of_aws_join_vpcs_by_their_ids(status: str, rank: Rank) -> None:
    data = {"Vpcs": OVERLAPPING, "VpcPeeringConnections": [peering("vpc-1", "vpc-2", status)]}
    sources = parse_source(json.dumps(data), "x.json")
    (overlap,) = find_overlaps(sources.entries, sources.connections).overlaps
    assert (overlap.outer.owner, overlap.inner.owner) == ("shop (vpc-1)", "shop (vpc-2)")
    assert overlap.rank is rank
    alone = parse_source(json.dumps({"VpcPeeringConnections": [peering("vpc-8", "vpc-9", status)]}), "x.json")
    assert [(c.one, c.other, c.status) for c in alone.connections] == [("vpc-8", "vpc-9", status)]


def test_peering_connections_of_a_state_and_of_another_file(tmp_path: Path) -> None:
    body = {"id": "pcx-1", "vpc_id": "vpc-1", "peer_vpc_id": "vpc-2", "accept_status": "active", "tags": {"Name": "p"}}
    one = {"mode": "managed", "type": "aws_vpc_peering_connection", "name": "p", "instances": [{"attributes": body}]}
    (tmp_path / "state.json").write_text(json.dumps({"terraform_version": "1.9.0", "resources": [one]}))
    (tmp_path / "vpcs.json").write_text(json.dumps({"Vpcs": OVERLAPPING}))
    sources = read_sources([str(tmp_path / "state.json"), str(tmp_path / "vpcs.json")])
    (overlap,) = find_overlaps(sources.entries, sources.connections).overlaps
    assert (overlap.rank, overlap.reason) == (Rank.ERROR, "connected by the peering connection p")


@pytest.mark.rule("SUBNET-2")
def test_how_full_subnets_are() -> None:
    data = {
        "Vpcs": [vpc("vpc-1", "10.0.0.0/16", "2600:1f00::/56", name="prod")],
        "Subnets": [subnet("s-1", "vpc-1", "10.0.0.0/24", 200), subnet("s-2", "vpc-1", "10.0.1.0/28", 11)],
    }
    sources = parse_source(json.dumps(data), "x.json")
    (use,) = use_of(sources)
    assert (use.name, use.addresses, use.in_subnets) == ("prod", 65536, 272)
    assert [(one.subnet.name, one.usable, one.used) for one in use.subnets] == [
        ("s-1-name", 251, 51),
        ("s-2-name", 11, 0),
    ]
    assert (use.used, use.usable, use.to_dict()["share"]) == (51, 262, 0.1947)
    assert [str(block) for block in use.free][:2] == ["10.0.1.16/28", "10.0.1.32/27"]
    assert str(use.free[-1]) == "2600:1f00::/56"
    assert vpc_of(sources, "vpc-1") == vpc_of(sources, "prod") == use
    with pytest.raises(UsageError, match="there is no network 'x'; there are prod"):
        vpc_of(sources, "x")


def test_which_block_holds_an_address() -> None:
    data = {
        "Vpcs": [vpc("vpc-1", "10.0.0.0/16", name="prod"), vpc("vpc-2", "10.0.0.0/8")],
        "Subnets": [subnet("s-1", "vpc-1", "10.0.0.0/24", 200)],
    }
    sources = parse_source(json.dumps(data), "x.json")
    found = holders_of(sources, Cidr.parse("10.0.0.9/32"))
    assert [(str(entry.cidr), entry.owner) for entry in found] == [
        ("10.0.0.0/24", "prod.s-1-name"),
        ("10.0.0.0/16", "prod"),
        ("10.0.0.0/8", "vpc-2"),
    ]
    assert holders_of(sources, Cidr.parse("11.0.0.0/32")) == []


def test_ipam() -> None:
    resources = [
        ("vpc", "vpc-1", "prod", "10.0.0.0/16", ""),
        ("vpc", "vpc-1", "prod", "10.1.0.0/16", ""),
        ("subnet", "subnet-1", "a", "10.0.1.0/24", "vpc-1"),
        ("subnet", "subnet-2", "b", "10.9.1.0/24", "vpc-9"),
        ("eip", "eipalloc-1", "", "54.0.0.1/32", ""),
        ("public-ipv4-pool", "pool", "", "54.0.0.0/24", ""),
    ]
    data = {
        "IpamResourceCidrs": [
            {"ResourceType": kind, "ResourceId": resource, "ResourceName": name, "ResourceCidr": block, "VpcId": network,
             "ResourceRegion": "eu-central-1", "ResourceOwnerId": "111111111111"}
            for kind, resource, name, block, network in resources
        ]
    }  # fmt: skip
    assert read(data) == [("10.0.0.0/16", "prod"), ("10.1.0.0/16", "prod"), ("10.9.1.0/24", "vpc-9")]
    assert parse_source(json.dumps(data), "x.json").entries[0].comment == "eu-central-1 account 111111111111"


def test_a_state_of_terraform() -> None:
    state = {
        "version": 4,
        "terraform_version": "1.9.0",
        "resources": [
            {"mode": "data", "type": "aws_vpc", "name": "seen",
             "instances": [{"attributes": {"id": "vpc-9", "cidr_block": "10.9.0.0/16"}}]},
            {"mode": "managed", "type": "aws_vpc", "name": "main", "instances": [
                {"attributes": {"id": "vpc-1", "cidr_block": "10.0.0.0/16", "ipv6_cidr_block": "2600:1f00::/56",
                                "tags": {"Name": "prod"}}}]},
            {"mode": "managed", "type": "aws_vpc_ipv4_cidr_block_association", "name": "more",
             "instances": [{"index_key": 0, "attributes": {"vpc_id": "vpc-1", "cidr_block": "10.1.0.0/16"}}]},
            {"mode": "managed", "type": "aws_subnet", "name": "a", "instances": [
                {"attributes": {"id": "subnet-1", "vpc_id": "vpc-1", "cidr_block": "10.0.1.0/24", "ipv6_cidr_block": ""}}]},
            {"mode": "managed", "type": "aws_instance", "name": "i", "instances": [{"attributes": {"id": "i-1"}}]},
        ],
    }  # fmt: skip
    assert read(state) == [("10.0.0.0/16", "prod"), ("2600:1f00::/56", "prod"), ("10.1.0.0/16", "prod")]
    shown = {
        "format_version": "1.0",
        "terraform_version": "1.9.0",
        "values": {
            "root_module": {
                "resources": [
                    {"address": "aws_vpc.main", "mode": "managed", "type": "aws_vpc",
                     "values": {"id": "vpc-1", "cidr_block": "10.0.0.0/16"}}],
                "child_modules": [{"resources": [
                    {"address": "module.x.aws_subnet.a", "mode": "managed", "type": "aws_subnet",
                     "values": {"id": "s-2", "vpc_id": "vpc-2", "cidr_block": "10.2.1.0/24"}}]}],
            }
        },
    }  # fmt: skip
    assert read(shown) == [("10.0.0.0/16", "vpc-1"), ("10.2.1.0/24", "vpc-2")]


def test_the_consoles_csv() -> None:
    vpcs = (
        '"Name","VPC ID","State","Block Public Access","IPv4 CIDR","IPv6 CIDR","Main route table","Owner ID"\n'
        '"prod","vpc-1","Available","Off","10.0.0.0/16","2600:1f00::/56","rtb-1","111111111111"\n'
        '"prod","vpc-2","Available","Off","10.1.0.0/16","–","rtb-2","111111111111"\n'
        '"-","vpc-3","Available","Off","10.2.0.0/16, 10.3.0.0/16","-","rtb-3","111111111111"\n'
    )
    assert [(str(e.cidr), e.owner) for e in parse_source(vpcs, "vpcs.csv").entries] == [
        ("10.0.0.0/16", "prod (vpc-1)"),
        ("2600:1f00::/56", "prod (vpc-1)"),
        ("10.1.0.0/16", "prod (vpc-2)"),
        ("10.2.0.0/16", "vpc-3"),
        ("10.3.0.0/16", "vpc-3"),
    ]
    subnets = (
        "Name,Subnet ID,State,VPC,IPv4 CIDR,IPv6 CIDR,IPv6 CIDR association ID,Available IPv4 addresses\n"
        "web,subnet-1,Available,vpc-1 | prod,10.0.0.0/24,-,-,250\n"
    )
    found = parse_source(subnets, "subnets.csv")
    assert [(str(e.cidr), e.owner, e.comment) for e in found.entries] == [("10.0.0.0/24", "vpc-1", "web")]
    assert (found.subnets[0].available, found.subnets[0].id) == (250, "subnet-1")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            '{"Vpcs": [\n{"VpcId": "v", "CidrBlock": "10.0.0.1/16"}]}',
            "x.json:2:29: Vpcs[0].CidrBlock: '10.0.0.1/16' has host bits set; did you mean '10.0.0.0/16'?",
        ),
        ('{"Vpcs": [7]}', "x.json:1:11: Vpcs[0]: expected an object, found 7"),
        ('{"Subnets": [{"SubnetId": "s"}]}', "x.json:1:14: Subnets[0]: a subnet has no CidrBlock"),
        (
            '{"Subnets": [{"CidrBlock": "10.0.0.0/24", "AvailableIpAddressCount": 252}]}',
            "x.json:1:70: Subnets[0].AvailableIpAddressCount: of 10.0.0.0/24, 0 to 251 addresses can be available, not 252",
        ),
        (
            '{"Subnets": [{"CidrBlock": "10.0.0.0/24", "AvailableIpAddressCount": "9"}]}',
            "x.json:1:70: Subnets[0].AvailableIpAddressCount: of 10.0.0.0/24, 0 to 251 addresses can be available, not '9'",
        ),
        ('{"IpamResourceCidrs": {}}', "x.json: IpamResourceCidrs: expected a list, found a mapping"),
    ],
)
def test_what_is_wrong_is_told(data: str, expected: str) -> None:
    with pytest.raises(DesignError) as error:
        parse_source(data, "x.json")
    assert str(error.value) == expected


# -- a second block on a line


def pairs(text: str, file: str = "x") -> list[tuple[str, str]]:
    return [(str(entry.cidr), entry.owner) for entry in parse_source(text, file).entries]


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.0/16, 10.1.0.0/16\n",
        "10.0.0.0/16 10.1.0.0/16\n",
        "10.0.0.0/16;10.1.0.0/16\n",
        "10.0.0.0/16\t10.1.0.0/16\n",
        "# x\n10.0.0.0/16 , 10.1.0.0/16 ,\n",
    ],
)
def test_a_second_block_on_a_line_is_a_block(text: str) -> None:
    assert pairs(text) == [("10.0.0.0/16", ""), ("10.1.0.0/16", "")]


def test_all_blocks_of_a_line_have_its_name() -> None:
    assert pairs("10.0.0.0/16 2001:db8::/56 10.2.0.1 app # hi\n") == [
        ("10.0.0.0/16", "app"),
        ("2001:db8::/56", "app"),
        ("10.2.0.1/32", "app"),
    ]
    assert pairs("10.0.0.0/16,fd00::/64,app,why\n", "x.csv") == [("10.0.0.0/16", "app"), ("fd00::/64", "app")]
    assert pairs('cidr,name\n"10.0.0.0/16, 10.1.0.0/16",app\n') == [("10.0.0.0/16", "app"), ("10.1.0.0/16", "app")]


@pytest.mark.parametrize("name", ["app", "a/b", "1", "10", "abc1", "face", "a:b", "v1.2", "10.x", "dead/beef"])
def test_names_stay_names(name: str) -> None:
    assert pairs(f"10.0.0.0/16 {name}\n") == [("10.0.0.0/16", name)]


@pytest.mark.parametrize("file", ["x", "x.csv"])
def test_a_wrong_second_block_is_an_error(file: str) -> None:
    with pytest.raises(DesignError, match=r"x(\.csv)?:1: '10\.1\.0\.1/16' has host bits set"):
        parse_source("10.0.0.0/16, 10.1.0.1/16\n", file)


def test_many_columns_are_as_good_as_entries() -> None:
    """What is read fast and what is read slowly is the same."""
    fast = parse_source("10.0.0.0/16 app\n10.1.0.0/16\n", "x").entries
    slow = parse_source("10.0.0.0/16  app #\n 10.1.0.0/16 \n2001:db8::/56 six\n", "x").entries
    assert list(fast) == list(slow[:2])
    assert slow[-1].line == 3
    assert str(slow[2]) == "2001:db8::/56 six"
    for wrong in ("256.0.0.0/8", "10.0.0.0/33", "10.0.0.0/08", "01.0.0.0/8", "10.0.0.1/8"):
        with pytest.raises(DesignError):
            parse_source(f"{wrong} app\n", "x")


# -- what may stand anywhere

WHOLE: list[Any] = [
    {"Vpcs": [vpc("vpc-1", "10.0.0.0/16", "2600::/56", name="a", account="1")]},
    {"Subnets": [subnet("s", "vpc-1", "10.0.0.0/24", 3)]},
    {"IpamResourceCidrs": [{"ResourceType": "vpc", "ResourceId": "vpc-1", "ResourceCidr": "10.0.0.0/16"}]},
    {"terraform_version": "1", "resources": [
        {"mode": "managed", "type": "aws_vpc", "name": "m", "instances": [
            {"attributes": {"id": "vpc-1", "cidr_block": "10.0.0.0/16", "tags": {"Name": "x"}}}]}]},
    {"terraform_version": "1", "values": {"root_module": {"resources": [
        {"address": "a", "type": "aws_subnet", "values": {"id": "s", "vpc_id": "v", "cidr_block": "10.0.0.0/24"}}]}}},
]  # fmt: skip
JUNK: list[Any] = [None, -1, 1.5, True, "", "x", [], {}, [None], {"a": None}, "10.0.0.1/8"]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    return [path, *(place for key in keys for place in places(value[key], (*path, key)))]


@pytest.mark.parametrize("whole", WHOLE)
def test_whatever_stands_anywhere_is_read_or_told(whole: Any) -> None:
    for path in places(whole)[1:]:
        for junk in JUNK:
            changed = json.loads(json.dumps(whole))
            at = changed
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = junk
            with contextlib.suppress(DesignError):
                use_of(parse_source(json.dumps(changed), "x.json"))
