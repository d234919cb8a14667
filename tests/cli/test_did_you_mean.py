"""What was meant: of a command, an option, traffic, and of a name that is something else."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.gateways import load

import reachsim
from reachsim.cli.main import main
from reachsim.errors import DesignError, EndpointError, UsageError
from reachsim.net.traffic import Traffic

ALL_OF = "for all interfaces in it write"
NO_END = "which is no end of a question"
REPAIRED = "models/vpc-lambda-repaired.yaml"


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])


def last_line(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 2
    out = capsys.readouterr()
    assert not out.out
    return out.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https", "tcp/443"),
        ("443", "tcp/443"),
        ("tcp:443", "tcp/443"),
        ("443/tcp", "tcp/443"),
        ("tcp 443", "tcp/443"),
        ("tcp443", "tcp/443"),
        ("udp:53", "udp/53"),
        ("80-90", "tcp/80-90"),
        ("tpc/443", "tcp/443"),
        ("postgress", "tcp/5432"),
        ("dns", "udp/53"),
        ("ping", "icmp/8"),
        ("icmp:8", "icmp/8"),
        ("esp", "proto/50"),
        ("ALL", "all"),
        ("*", "all"),
    ],
)
def test_traffic(written: str, meant: str) -> None:
    """Services by IANA's registry; protocol 50 is ESP (RFC 4303), type 8 an echo request (RFC 792)."""
    with pytest.raises(ValueError, match="did you mean") as caught:
        Traffic.parse(written)
    assert str(caught.value) == f"{written!r} is not traffic; did you mean {meant!r}?"


@pytest.mark.parametrize("written", ["banana", "65536", "1.2.3.4", "10.0.0.0/8", "x" * 500, "a/" * 9])
def test_what_is_like_no_traffic(written: str) -> None:
    with pytest.raises(ValueError, match="is not traffic; write tcp/443, tcp/1024-65535"):
        Traffic.parse(written)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["trac", "x"], "unknown command 'trac'; did you mean 'trace'?"),
        (["cidr", "overlapps"], "unknown command 'overlapps'; did you mean 'overlaps'?"),
        (["check", "--format", "jsn", "x"], "argument --format: unknown choice 'jsn'; did you mean 'json'?"),
        (
            ["matrix", "x", "--traffic=tcp/22"],
            "unrecognized arguments: --traffic=tcp/22; TRAFFIC has no option, only its place: reachsim matrix FILE TRAFFIC",
        ),
        (["check", "x", "--formt", "json"], "unrecognized arguments: --formt json; did you mean --format?"),
        (["cidr", "overlaps", "--strit", "x"], "unrecognized arguments: --strit; did you mean --strict?"),
        (
            ["check", "x", "--color", "never"],
            "unrecognized arguments: --color never; --color stands before the command",
        ),
        (["check", REPAIRED, "--zzzzzz"], "unrecognized arguments: --zzzzzz"),
    ],
)
def test_commands_and_options(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert last_line(capsys, *arguments).endswith(told)


def test_a_command_that_is_like_none_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert "invalid choice: 'frobnicate' (choose from" in last_line(capsys, "frobnicate")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("app", f"'app' is a VPC; {ALL_OF} vpc=app, in a file {{vpc: app}}"),
        ("private", f"'private' is a subnet; {ALL_OF} subnet=app.private, in a file {{subnet: app.private}}"),
        ("app.private", f"'app.private' is a subnet; {ALL_OF} subnet=app.private, in a file {{subnet: app.private}}"),
        ("lambda", f"'lambda' is a security group, {NO_END}; app.probe, app.lambda(private; lambda) have it"),
        ("fetsh", "unknown endpoint 'fetsh'; did you mean 'fetch'?"),
        ("vpc=ap", "there is no VPC 'ap'; did you mean 'app'?"),
        ("vpc=zz", "there is no VPC 'zz'; there are app, partner"),
        ("subnet=privat", "there is no subnet 'privat'; did you mean 'app.private'?"),
    ],
)
def test_a_name_of_another_kind(name: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert last_line(capsys, "trace", REPAIRED, name, "probe", "tcp/443") == f"reachsim: {told}"


def test_tables_and_acls_are_no_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "design.yaml"
    file.write_text(
        "version: 1\nvpcs:\n  a:\n    cidrs: [10.0.0.0/16]\n    subnets: {s: {cidr: 10.0.0.0/24}}\n"
        "    instances: {i: {subnet: s}}\n    route_tables: {t: {}}\n    network_acls: {n: {}}\n"
        "    security_groups: {g: {}}\n"
        "prefix_lists: {l: [8.8.8.0/24]}\n",
        encoding="utf-8",
    )
    for name, told in {
        "t": "'t' is a route table, which is no end of a question",
        "a.n": "'a.n' is a network ACL, which is no end of a question",
        "l": "'l' is a prefix list, which is no end of a question",
        "g": "'g' is a security group, which is no end of a question; nothing has it",
    }.items():
        assert last_line(capsys, "trace", str(file), "i", name, "tcp/443") == f"reachsim: {told}"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("old.vgw", "a virtual private gateway"),
        ("vgw", "a virtual private gateway"),
        ("tgw", "a transit gateway"),
        ("line", "a VPN connection"),
        ("dx", "a Direct Connect gateway"),
        ("pcx", "a peering connection"),
    ],
)
def test_what_joins_networks_is_no_end(name: str, kind: str) -> None:
    joined = {
        "peering_connections pcx": {"requester": "app", "accepter": "data"},
        "direct_connect_gateways dx": {"gateways": ["old.vgw"], "prefixes": ["172.21.0.0/16"]},
    }
    with pytest.raises(EndpointError, match=f"^{name!r} is {kind}, {NO_END}$"):
        load(joined).endpoint(name)


def test_a_file_that_names_another_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "design.yaml"
    file.write_text(
        "version: 1\nvpcs:\n  a:\n    cidrs: [10.0.0.0/16]\n    subnets: {s: {cidr: 10.0.0.0/24}}\n    security_groups:\n"
        "      g: {ingress: [{allow: tcp/22, from: s}, {allow: tcp/22, from: i}]}\n"
        "    instances: {i: {subnet: g, security_groups: [s]}}\n",
        encoding="utf-8",
    )
    assert main(["check", str(file)]) == 2
    told = capsys.readouterr().err.splitlines()
    assert [line.rpartition("; 's' is ")[2] for line in told[:1]] == ["a subnet; write its block, 10.0.0.0/24"]
    assert told[1].endswith("; 'i' is an instance; write its security group, or its address")
    assert told[2].endswith("VPC a has no subnet 'g'; 'g' is a security group")
    assert told[3].endswith("VPC a has no security group 's'; 's' is a subnet")


def test_a_port_without_its_protocol(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "design.yaml"
    file.write_text(
        "version: 1\nvpcs: {a: {cidrs: [10.0.0.0/16], security_groups: {g: {ingress: [{allow: 443, from: 10.0.0.0/8}]}}}}\n",
        encoding="utf-8",
    )
    assert last_line(capsys, "check", str(file)).endswith("traffic is expected, got 443; write tcp/443 or udp/443")


def test_an_interface_of_an_instance_is_named_with_a_slash_and_is_no_address(
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = "models/27-pod-range-not-admitted-as-found.yaml"
    said = last_line(capsys, "trace", model, "node/eth7", "db", "tcp/5432")
    assert said.startswith("reachsim: unknown endpoint 'node/eth7'; did you mean ")
    assert "node/eth" in said.partition("did you mean")[2]
    assert "is not an IPv4 address" in last_line(capsys, "trace", model, "10.0/16", "db", "tcp/5432")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("vpc=app", "{vpc: app}, in Python {'vpc': 'app'}"),
        ("subnet=a,b", "{subnet: [a, b]}, in Python {'subnet': ['a', 'b']}"),
        ("tag=team:tools", "{tag: {team: tools}}, in Python {'tag': {'team': 'tools'}}"),
    ],
)
def test_a_selector_of_the_command_line_elsewhere(written: str, meant: str) -> None:
    """What the command line says to write is tried in Python and in files too."""
    told = f"'{written}' is how the command line writes {meant}"
    text = Path(REPAIRED).read_text(encoding="utf-8")
    with pytest.raises(EndpointError) as asked:
        reachsim.loads(text).isolated(written, "internet")
    assert str(asked.value) == told
    with pytest.raises(DesignError) as read:
        reachsim.loads(f"{text}\n  - {{from: {written!r}, to: internet, deny: all}}\n")
    assert "is how the command line writes" in str(read.value)


OFFICE = "models/26-vpn-routes-not-propagated-repaired.yaml"


@pytest.mark.parametrize(
    ("written", "meant"), [("office.dest", "office.desk"), ("desk", "office.desk"), ("offise", "office")]
)
def test_a_host_of_a_network(written: str, meant: str) -> None:
    """`office.desk` is written in a network, and `desk` alone is nothing."""
    net = reachsim.load(OFFICE)
    with pytest.raises(EndpointError) as caught:
        net.trace(written, "app", "tcp/22")
    assert caught.value.candidates == (meant,)
    assert meant in net.endpoints


def test_some_traffic_for_a_matrix() -> None:
    """Whoever asks a matrix for some traffic means its part."""
    net = reachsim.load(OFFICE)
    with pytest.raises(UsageError, match=r"its part with some is net\.matrix\(\)\['tcp/22'\]"):
        net.matrix("tcp/22")  # type: ignore[arg-type]


def test_a_vpc_for_a_pool(capsys: pytest.CaptureFixture[str]) -> None:
    """A word that is neither a file nor a block may be a VPC of the file before it."""
    assert last_line(capsys, "cidr", "free", OFFICE, "main").endswith(f"reachsim cidr free {OFFICE} --vpc main")
    assert "--vpc" not in last_line(capsys, "cidr", "free", OFFICE, "main.yaml")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("vpc:shop", "'vpc:shop' selects nothing; write vpc=shop, in a file {vpc: shop}"),
        ("tag:env=prod", "'tag:env=prod' selects nothing; write tag=KEY:VALUE, in a file {tag: {KEY: VALUE}}"),
        (
            "db-a:5432",
            "'db-a:5432' is an end with a port; write the end, db-a, and the traffic apart, such as tcp/5432",
        ),
        (
            "http://example.com",
            "unknown endpoint 'http://example.com'; write the name alone: 'example.com'",
        ),
        ("fd00:zz::1", "'fd00:zz::1' is not an IPv6 address: 'zz' is not a group of 1 to 4 hex digits"),
    ],
)
def test_what_has_a_colon_and_is_no_address(asked: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert last_line(capsys, "trace", "models/three-tier.yaml", "web-a", asked, "tcp/443").startswith(
        f"reachsim: {told}"
    )


def test_a_word_of_a_name_is_enough_to_be_told_it() -> None:
    """As imports name things: by a module and a word."""
    net = reachsim.loads("""
version: 1
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    subnets: {s: {cidr: 10.0.0.0/24}}
    interfaces: {app-db: {subnets: [s], count: 2}, web: {subnet: s}, CacheNode: {subnet: s}}
""")
    with pytest.raises(EndpointError, match="unknown endpoint 'db'; did you mean 'app-db'"):
        net.trace("web", "db", "tcp/22")
    with pytest.raises(EndpointError, match="unknown endpoint 'cache'; did you mean 'CacheNode'"):
        net.trace("web", "cache", "tcp/22")


def test_two_letters_in_the_wrong_order() -> None:
    """Most names of databases have two, which are not alike enough for a comparison of all letters."""
    net = reachsim.load("models/tutorial/3-kept.yaml")
    with pytest.raises(EndpointError, match="unknown endpoint 'bd'; did you mean 'db'"):
        net.trace("web", "bd", "tcp/22")


def test_where_nothing_is_alike_what_there_is_is_named() -> None:
    net = reachsim.load("models/tutorial/3-kept.yaml")
    with pytest.raises(EndpointError, match=r"something in the file \(shop.web, shop.db\), an address") as caught:
        net.trace("web", "frontend", "tcp/22")
    assert caught.value.candidates == ()
