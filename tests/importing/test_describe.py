"""Describe calls to a design. Expected verdicts follow from AWS's rules for the small network that is written here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracle.text import read_yaml

import reachsim
from reachsim.errors import ReachsimError
from reachsim.importing import Imported, import_files
from reachsim.importing.rules import Refused, block, traffic
from reachsim.importing.writing import written


def interface(id: str, subnet: str, ip: str, groups: list[str], instance: str = "", **more: Any) -> dict[str, Any]:
    attached = {"Attachment": {"InstanceId": instance, "DeviceIndex": 0}} if instance else {}
    return {
        "NetworkInterfaceId": id, "VpcId": "vpc-1", "SubnetId": subnet, "PrivateIpAddress": ip, "SourceDestCheck": True,
        "Groups": [{"GroupId": group} for group in groups], **attached, **more,
    }  # fmt: skip


ACCOUNT: dict[str, list[Any]] = json.loads((Path(__file__).parent / "account.json").read_text())


def imported(folder: Path, account: dict[str, list[Any]]) -> Imported:
    """One file for each call, as a collector writes them."""
    for key, value in account.items():
        (folder / f"{key}.json").write_text(json.dumps({key: value}))
    return import_files([folder])


def loaded(found: Imported) -> reachsim.Network:
    return reachsim.loads(written(found))


def without(*keys: str) -> dict[str, list[Any]]:
    return {key: value for key, value in ACCOUNT.items() if key not in keys}


@pytest.mark.parametrize(
    ("source", "destination", "asked", "verdict"),
    [
        ("internet", "web-1", "tcp/443", "reachable"),
        ("internet", "web-1", "tcp/22", "blocked"),
        ("web-1", "internet", "tcp/443", "reachable"),
        ("web-1", "eni-db", "tcp/5432", "reachable"),
        ("app.app", "eni-db", "tcp/5432", "reachable"),
        ("app.app", "8.8.8.8", "tcp/443", "reachable"),
        ("app.app", "192.0.2.1", "tcp/443", "blocked"),
        ("eni-db", "8.8.8.8", "tcp/443", "blocked"),
    ],
)
def test_an_account_answers_as_its_rules_say(
    tmp_path: Path, source: str, destination: str, asked: str, verdict: str
) -> None:
    assert loaded(imported(tmp_path, ACCOUNT)).trace(source, destination, asked).verdict == verdict


def test_what_is_written_is_what_was_imported(tmp_path: Path) -> None:
    found = imported(tmp_path, ACCOUNT)
    assert read_yaml(written(found)) == found.design
    assert "Vpcs.json: Vpcs[0]" in written(found)
    assert found.names["i-web"] == "app.web-1"


def test_what_aws_would_refuse_is_left_out_and_told(tmp_path: Path) -> None:
    found = imported(tmp_path, ACCOUNT)
    assert found.design["vpcs"]["app"]["security_groups"]["web-servers"]["ingress"] == [
        {"allow": "tcp/443", "from": "0.0.0.0/0"}
    ]
    assert any(note.kind == "left out" and "70-60" in note.text for note in found.notes)
    twice = {
        **ACCOUNT,
        "Subnets": [*ACCOUNT["Subnets"], {"SubnetId": "subnet-c", "VpcId": "vpc-1", "CidrBlock": "10.0.2.0/25"}],
    }
    found = imported(tmp_path, twice)
    assert list(found.design["vpcs"]["app"]["subnets"]) == ["subnet-a", "subnet-b"]


@pytest.mark.parametrize(
    ("missing", "source", "destination", "asked", "verdict"),
    [
        ("NetworkAcls", "internet", "web-1", "tcp/443", "undecided"),
        ("NetworkAcls", "internet", "web-1", "tcp/22", "blocked"),
        ("RouteTables", "app.app", "8.8.8.8", "tcp/443", "undecided"),
        ("RouteTables", "web-1", "eni-db", "tcp/22", "blocked"),
        ("SecurityGroups", "internet", "web-1", "tcp/443", "undecided"),
        ("NatGateways", "app.app", "8.8.8.8", "tcp/443", "undecided"),
        ("InternetGateways", "internet", "web-1", "tcp/443", "reachable"),  # an active route leads to it
    ],
)
def test_what_was_not_collected_is_unknown(
    tmp_path: Path, missing: str, source: str, destination: str, asked: str, verdict: str
) -> None:
    net = loaded(imported(tmp_path, without(missing)))
    assert net.trace(source, destination, asked).verdict == verdict


def test_blocks_of_the_private_scope_stay_private(tmp_path: Path) -> None:
    """IGW-15: what AWS says of each block, not how it looks."""

    def held(cidr: str, attribute: str, state: str = "associated") -> dict[str, Any]:
        return {"Ipv6CidrBlock": cidr, "Ipv6CidrBlockState": {"State": state}, "Ipv6AddressAttribute": attribute}

    blocks = [
        held("2600:1f18::/56", "private"),
        held("2600:1f19::/56", "public"),
        held("2600:1f1a::/56", "private", "disassociated"),
    ]
    vpc = {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "Ipv6CidrBlockAssociationSet": blocks}
    body = read_yaml(written(imported(tmp_path, {"Vpcs": [vpc]})))["vpcs"]["vpc-1"]
    assert body["cidrs"] == ["10.0.0.0/16", "2600:1f18::/56", "2600:1f19::/56"]
    assert body["private_ipv6"] == ["2600:1f18::/56"]
    blocks[0] = {"Ipv6CidrBlock": "2600:1f18::/56", "IpSource": "none"}  # which says the same
    assert imported(tmp_path, {"Vpcs": [vpc]}).design["vpcs"]["vpc-1"]["private_ipv6"] == ["2600:1f18::/56"]
    blocks[0] = {"Ipv6CidrBlock": "2600:1f18::/56", "IpSource": "byoip"}
    assert "private_ipv6" not in imported(tmp_path, {"Vpcs": [vpc]}).design["vpcs"]["vpc-1"]


def test_a_group_that_a_rule_names_and_nobody_read_is_unknown(tmp_path: Path) -> None:
    lone = {
        **ACCOUNT,
        "NetworkInterfaces": [
            *ACCOUNT["NetworkInterfaces"],
            interface("eni-x", "subnet-b", "10.0.2.12", ["sg-default"]),
        ],
    }
    found = loaded(imported(tmp_path, lone)).trace("eni-x", "eni-db", "tcp/5432")
    assert found.verdict == "undecided"


@pytest.mark.parametrize(
    ("protocol", "first", "last", "token"),
    [
        ("-1", None, None, "all"), ("-1", 0, 65535, "all"), ("tcp", 0, 0, "tcp/0"), ("tcp", 0, 65535, "tcp"),
        ("6", 22, 22, "tcp/22"), (17, "53", "53", "udp/53"), ("icmp", -1, -1, "icmp"), ("icmp", 8, -1, "icmp/8"),
        ("icmp", 0, 0, "icmp/0/0"), ("icmpv6", 128, 0, "icmpv6/128/0"), ("50", 1, 2, "proto/50"), ("udp", -1, -1, "udp"),
        ("tcp", -1, 50, "tcp/0-50"), ("tcp", 30, -1, "tcp/30-65535"), ("icmp", -1, None, "icmp"),
    ],
)  # fmt: skip
def test_protocols_and_ports(protocol: Any, first: Any, last: Any, token: str) -> None:
    assert traffic(protocol, first, last) == token


@pytest.mark.parametrize(
    "values", [("tcp", 9, 8), ("tcp", 1, 70000), ("quic", 1, 2), ("tcp", "x", 2), ("icmp", -1, 9), ("tcp", -5, 9)]
)
def test_what_is_no_traffic_is_refused(values: tuple[Any, Any, Any]) -> None:
    with pytest.raises(Refused):
        traffic(*values)


def test_host_bits_are_cleared() -> None:
    assert block("10.0.0.0/0") == "0.0.0.0/0"
    assert block("10.100.119.0/21") == "10.100.112.0/21"


def test_what_is_wrapped_in_something_is_found(tmp_path: Path) -> None:
    (tmp_path / "all.json").write_text(json.dumps({"status_code": 200, "data": {"accounts": [ACCOUNT]}}))
    assert imported(tmp_path, {}).design == import_files([tmp_path / "all.json"]).design
    (tmp_path / "all.json").write_bytes(json.dumps(ACCOUNT).encode("utf-16"))
    assert "app" in import_files([tmp_path / "all.json"]).design["vpcs"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04", "terraform show -json"),
        (b"{", "as JSON: Expecting property name"),
        (b"\xff\xfe\x00", "is no text in UTF-8 or UTF-16"),
        (b"[" * 100_000, "is no JSON"),
        (b'{"a": 1}', "nothing in it is part of a network"),
    ],
)
def test_what_is_nothing_to_import_is_one_clear_error(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(content)
    with pytest.raises(ReachsimError, match=message):
        import_files([file])
    with pytest.raises(ReachsimError, match="no such file"):
        import_files([tmp_path / "no.json"])


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in some JSON."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(inner for key, member in members for inner in paths(member, (*path, key)))]


PLACES = [path for path in paths(ACCOUNT) if path]


@settings(max_examples=45, deadline=None, derandomize=True)
@given(
    st.sampled_from(PLACES),
    st.sampled_from([None, "", "x", 7, -1, [], {}, [None], {"a": []}, True, 1.5, "10.0.0.0/33"]),
)
def test_whatever_stands_in_a_place_it_loads_or_is_one_error(
    tmp_path_factory: pytest.TempPathFactory, path: tuple[Any, ...], value: Any
) -> None:
    account = json.loads(json.dumps(ACCOUNT))
    holder = account
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    file = tmp_path_factory.mktemp("hostile") / "all.json"
    file.write_text(json.dumps(account))
    try:
        found = import_files([file])
    except ReachsimError:
        return
    loaded(found)
