"""Reading blocks from models, lists, CSV and JSON; every way to be wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reachsim.cidr import Cidr, find_overlaps, loads_kept, parse_source, read_source, read_sources
from reachsim.errors import DesignError, UsageError


def pairs(text: str, file: str = "x") -> list[tuple[str, str]]:
    return [(str(entry.cidr), entry.owner) for entry in parse_source(text, file).entries]


def problems(text: str, file: str = "x") -> str:
    with pytest.raises(DesignError) as error:
        parse_source(text, file)
    return str(error.value)


def test_a_list() -> None:
    text = (
        "\ufeff# heading, with a comma\n\n10.0.0.0/16 app # the, app\r\n"
        "2001:db8::/56\tdata base\n10.9.9.9\n10.1.0.0/16, z\n"
    )
    source = parse_source(text.encode(), "list.txt")
    assert [(str(e.cidr), e.owner, e.comment, e.line) for e in source.entries] == [
        ("10.0.0.0/16", "app", "the, app", 3),
        ("2001:db8::/56", "data base", "", 4),
        ("10.9.9.9/32", "", "", 5),
        ("10.1.0.0/16", "z", "", 6),
    ]
    assert source.entries[0].place == "list.txt:3"


def test_every_bad_line_is_told() -> None:
    assert problems("10.0.0.0/16 a\n10.0.0.1/16 b\n10.0.0.0/33\nfoo\n") == (
        "x:2: '10.0.0.1/16' has host bits set; did you mean '10.0.0.0/16'?\n"
        "x:3: '10.0.0.0/33' has a prefix length over 32\n"
        "x:4: 'foo' is not an IPv4 address: it has 1 number, not 4"
    )


def test_of_very_many_bad_lines_a_hundred() -> None:
    with pytest.raises(DesignError) as error:
        parse_source("10.0.0.0/8\n" + "bad\n" * 5000, "x")
    assert len(error.value.problems) == 100
    assert error.value.problems[-1].line == 101
    assert "100th bad entry; the rest of the file was not read" in str(error.value)


def test_a_hundred_thousand_lines_with_a_bad_one() -> None:
    lines = [f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}/32" for n in range(100_000)]
    lines[76_543] = "10.0.0.999/32"
    assert problems("\n".join(lines)) == "x:76544: '10.0.0.999' is not an IPv4 address: 999 is over 255"


def test_csv() -> None:
    assert pairs("Name,CIDR block,Note\napp,10.0.0.0/16,hi\n", "a.csv") == [("10.0.0.0/16", "app")]
    assert pairs("10.0.0.0/16,app,why\n") == [("10.0.0.0/16", "app")]
    assert pairs("cidr;vpc\n10.0.0.0/16;app\n", "a.csv") == [("10.0.0.0/16", "app")]
    assert pairs("cidr\tvpc\n10.0.0.0/16\tapp\n") == [("10.0.0.0/16", "app")]
    assert pairs('# c\n"10.0.0.0/16","a,b"\n') == [("10.0.0.0/16", "a,b")]
    assert problems("name,cidr\na,10.0.0.0/16\n\nb,10.0.0.7/16\n") == (
        "x:4: '10.0.0.7/16' has host bits set; did you mean '10.0.0.0/16'?"
    )
    assert problems("name,size\na,b\n", "a.csv") == (
        "a.csv:1: no column of this header is named 'cidr': name, size; name the column with the blocks 'cidr'"
    )
    assert "not valid CSV" in problems('10.0.0.0/16,"a\n', "a.csv")


@pytest.mark.parametrize(
    "text",
    [
        '["10.0.0.0/16"]',
        '[{"cidr": "10.0.0.0/16"}]',
        '{"cidr_block": "10.0.0.0/16"}',
    ],
)
def test_json_without_names(text: str) -> None:
    assert pairs(text) == [("10.0.0.0/16", "")]


@pytest.mark.parametrize(
    "text",
    [
        '{"app": "10.0.0.0/16"}',
        '{"app": ["10.0.0.0/16"]}',
        '{"app": {"cidr": "10.0.0.0/16", "note": "x"}}',
        '[{"CIDR": "10.0.0.0/16", "name": "app"}]',
        '[{"cidrs": ["10.0.0.0/16"], "vpc": "app"}]',
        '{"Vpcs": [{"CidrBlock": "10.0.0.0/16", "VpcId": "v", "Tags": [{"Key": "Name", "Value": "app"}]}]}',
        '{"vpcs": {"app": {"cidrs": ["10.0.0.0/16"]}}}',
    ],
)
def test_json_with_names(text: str) -> None:
    assert pairs(text, "x.json") == [("10.0.0.0/16", "app")]


def test_what_aws_prints() -> None:
    text = """{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16",
      "CidrBlockAssociationSet": [{"CidrBlock": "10.0.0.0/16"}, {"CidrBlock": "100.64.0.0/16"}],
      "Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": "2600:1f00::/56"}]}]}"""
    assert pairs(text) == [("10.0.0.0/16", "vpc-1"), ("100.64.0.0/16", "vpc-1"), ("2600:1f00::/56", "vpc-1")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '["10.0.0.0/16",\n "10.0.0.1/16"]',
            "x.json:2:2: [1]: '10.0.0.1/16' has host bits set; did you mean '10.0.0.0/16'?",
        ),
        ('{"a": [\n7]}', 'x.json:2:1: a[0]: a block is text such as "10.0.0.0/16", not 7'),
        ('{"a": {\n"name": "b"}}', 'x.json:1:7: a: a block is text such as "10.0.0.0/16", not a mapping'),
        ('["a"', "x.json:1:5: not valid JSON: expecting ',' delimiter"),
        (
            '{"a": "10.0.0.0/8", "a": "10.0.0.0/8"}',
            "x.json: not valid JSON: the key 'a' appears twice in one object",
        ),
        ('{"Vpcs": 3}', "x.json: Vpcs: expected a list, found 3"),
        ("[" * 100_000, "x.json: not usable JSON: nested too deeply"),
    ],
)
def test_bad_json(text: str, expected: str) -> None:
    assert problems(text, "x.json") == expected


MODEL = """version: 1
vpcs:
  a:
    cidrs: [10.0.0.0/16, 2001:db8::/56]
    subnets: {one: {cidr: 10.0.1.0/24}}
    route_tables: {main: {10.1.0.0/16: ab, 0.0.0.0/0: igw, pl: tgw, 10.0.0.0/16: local}}
  b:
    cidrs: 10.1.0.0/16
    route_tables: {main: {10.0.0.0/8: tgw}}
peering_connections:
  ab: {requester: a, accepter: b, status: failed}
transit_gateways:
  tgw: {}
"""


def test_a_model() -> None:
    source = parse_source(MODEL, "-")
    assert [(str(e.cidr), e.owner, e.line) for e in source.entries] == [
        ("10.0.0.0/16", "a", 4),
        ("2001:db8::/56", "a", 4),
        ("10.1.0.0/16", "b", 8),
    ]
    found = {(c.name, c.one, c.other, c.state, c.kind) for c in source.connections}
    assert found == {
        ("ab", "a", "b", "failed", "peering connection"),
        ("tgw", "a", "b", "up", "transit gateway"),
    }
    assert [str(block) for block in source.standing[0].destinations] == ["10.1.0.0/16", "0.0.0.0/0"]
    assert source.standing[0].subnets == (("one", Cidr.parse("10.0.1.0/24")),)


ON_PREMISES = """
version: 1
vpcs:
  app:
    cidrs: [10.0.0.0/16]
    vpn_gateways: {vgw: {}}
    route_tables: {main: {routes: {}, propagate: [vgw]}}
  data: {cidrs: [10.1.0.0/16]}
  lone: {cidrs: [10.2.0.0/16]}
transit_gateways: {tgw: {attachments: {data: {vpc: data, subnets: [a]}, dx: {direct_connect_gateway: dx}}}}
vpn_connections: {line: {gateway: app.vgw, static_routes: [10.0.128.0/20]}}
direct_connect_gateways: {dx: {prefixes: [10.1.4.0/22]}}
networks:
  office: {cidrs: [10.0.128.0/20], via: [line]}
  site: {cidrs: [10.1.4.0/22, 10.2.0.0/24], via: [dx]}
"""


def test_networks_outside_aws_and_what_joins_them_with_vpcs() -> None:
    found = parse_source(ON_PREMISES, "model.yaml")
    blocks = [(str(entry.cidr), entry.owner, entry.line) for entry in found.entries]
    assert blocks[3:] == [("10.0.128.0/20", "office", 14), ("10.1.4.0/22", "site", 15), ("10.2.0.0/24", "site", 15)]
    joined = [(each.one, each.other, each.name, each.kind) for each in found.connections]
    assert joined == [
        ("app", "office", "line", "VPN connection"),
        ("data", "site", "tgw", "transit gateway"),
    ]
    report = find_overlaps(found.entries, found.connections)
    said = [(each.rank.value, str(each.outer.cidr), str(each.inner.cidr), each.reason) for each in report.overlaps]
    assert said == [
        ("error", "10.0.0.0/16", "10.0.128.0/20", "connected by the VPN connection line"),
        ("error", "10.1.0.0/16", "10.1.4.0/22", "connected by the transit gateway tgw"),
        ("note", "10.2.0.0/16", "10.2.0.0/24", "never meet"),
    ]


def test_attachments_join_vpcs_and_so_do_routes_in_the_long_form() -> None:
    text = """
vpcs:
  a: {cidrs: [10.0.0.0/16]}
  b: {cidrs: [10.0.0.0/17], route_tables: {main: {routes: {0.0.0.0/0: tgw}}}}
  c: {cidrs: [10.0.0.0/18]}
transit_gateways: {tgw: {attachments: {a: {vpc: a, subnets: [s]}}}}
networks: {a: {cidrs: 10.9.0.0/16, via: direct}, x: {cidrs: [], via: nothing}}
direct_connect_gateways: {direct: {gateways: [tgw]}}
"""
    found = parse_source(text, "model.yaml")
    assert [(each.one, each.other, each.name) for each in found.connections] == [
        ("a", "b", "tgw"),
        ("a", "network a", "tgw"),
        ("b", "network a", "tgw"),
    ]
    assert found.entries[3].owner == "network a"


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ("subnets: {a: x}", "subnets.a: expected a mapping, found 'x'"),
        ("route_tables: [x]", "route_tables: expected a mapping, found a list"),
        ("route_tables: {main: x}", "route_tables.main: expected a mapping, found 'x'"),
        ("route_tables: {main: {routes: [x]}}", "route_tables.main.routes: expected a mapping, found a list"),
    ],
)
def test_what_a_plan_would_write_again_is_read_or_told(body: str, where: str) -> None:
    told = problems(f"{{version: 1, vpcs: {{v: {{cidrs: 10.0.0.0/16, {body}}}}}}}", "m.yaml")
    assert told.startswith("m.yaml:1:")
    assert told.endswith(f": vpcs.v.{where}")


def test_bad_models() -> None:
    assert problems("version: 1\nvpcs:\n  a: {cidrs: [10.0.0.1/16, 7]}\n  b: 3\n", "m.yaml") == (
        "m.yaml:3:15: vpcs.a.cidrs[0]: '10.0.0.1/16' has host bits set; did you mean '10.0.0.0/16'?\n"
        "m.yaml:3:28: vpcs.a.cidrs[1]: expected a block such as 10.0.0.0/16, found 7\n"
        "m.yaml:4:6: vpcs.b: expected a mapping, found 3"
    )
    assert "it has no 'vpcs'" in problems("pools: {}\n", "m.yaml")
    assert "m.yaml:2:1" in problems("a: 1\na: 2\n", "m.yaml")


def test_files_blocks_and_names_that_clash(tmp_path: Path) -> None:
    one, other = tmp_path / "one.txt", tmp_path / "other.txt"
    one.write_text("10.0.0.0/16 app\n10.5.0.0/16 same\n")
    other.write_text("10.1.0.0/16 app\n10.5.0.0/16 same\n")
    found = read_sources([str(one), str(other), "10.3.0.0/16", "2001:db8::1"])
    assert [entry.owner for entry in found.entries] == [f"{one}:app", "same", f"{other}:app", "same", "", ""]
    with pytest.raises(UsageError, match="host bits"):
        read_sources(["10.0.0.1/16"])
    with pytest.raises(DesignError, match=r"nowhere\.txt: no such file, and not a block"):
        read_sources(["nowhere.txt"])
    with pytest.raises(DesignError, match="this is a directory without"):
        read_source(str(tmp_path))


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(DesignError, match=r"x:2: the byte 0xff is not UTF-8"):
        parse_source(b"10.0.0.0/8\n\xff\n", "x")


@pytest.mark.parametrize("read", [lambda odd: parse_source(odd, "x"), loads_kept])
@pytest.mark.parametrize("odd", [memoryview(b"10.0.0.0/16"), None, 5, ["10.0.0.0/16"]])
def test_what_is_no_text_is_told(read: Callable[[object], object], odd: object) -> None:
    with pytest.raises(UsageError, match=r"text or bytes are expected, not an? "):
        read(odd)


def test_bytes_are_text() -> None:
    assert [str(entry.cidr) for entry in parse_source(bytearray(b"10.0.0.0/16 a"), "x").entries] == ["10.0.0.0/16"]
    assert list(loads_kept(b'\xef\xbb\xbf{"vpcs": {"a": {"cidrs": ["10.0.0.0/16"]}}}').vpcs) == ["a"]


def test_the_encoding_of_powershell_is_read() -> None:
    for text, file in (('["10.0.0.0/16"]', "x.json"), ("10.0.0.0/16 app\n", "x")):
        assert [str(entry.cidr) for entry in parse_source(text.encode("utf-16"), file).entries] == ["10.0.0.0/16"]
    with pytest.raises(DesignError, match=r"^x:1: this is no text in UTF-16: truncated data; save the file as UTF-8$"):
        parse_source("10.0.0.0/16".encode("utf-16") + b"1", "x")
    with pytest.raises(DesignError, match=r"^x:2: the byte 0xe9 is not UTF-8; save the file as UTF-8$"):
        parse_source(b"10.0.0.0/16\n10.1.0.0/16 caf\xe9\n", "x")


@pytest.mark.parametrize(
    ("line", "swallowed"),
    [
        ("10.0.0.0/16 office 10.1.0.0/16", "10.1.0.0/16"),
        ("10.0.0.0/16 data centre, 10.1.0.0/33", "10.1.0.0/33"),
        ("2001:db8::/32 six 2001:db9::/32", "2001:db9::/32"),
        ("10.0.0.0/16,office,10.1.0.0/16", "10.1.0.0/16"),
        ("10.0.0.0/16,10.2.0.0/16,office,,10.1.0.0/16", "10.1.0.0/16"),
    ],
)
def test_a_block_behind_a_name_is_not_swallowed(line: str, swallowed: str) -> None:
    told = problems(f"10.8.0.0/16 a\n{line}\n" if "," not in line[:20] else f"10.8.0.0/16,a\n{line}\n")
    assert told == f"x:2: the block {swallowed} stands behind a name; write blocks first, and remarks after #"


def test_remarks_may_name_blocks() -> None:
    assert pairs("10.0.0.0/16 office # was 10.1.0.0/16") == [("10.0.0.0/16", "office")]
    assert pairs("10.0.0.0/16,office,was 10.1.0.0/16") == [("10.0.0.0/16", "office")]
    assert pairs("10.0.0.0/16 host/24 and/or 10.0.0.1") == [("10.0.0.0/16", "host/24 and/or 10.0.0.1")]
