"""Networks outside AWS as ends of questions about many addresses: never falsely sure."""

import pytest
from tests.gateways import MAIN, TGW, load

from reachsim import Network

OWN = "both ends are in branch, outside AWS"
HUB = {
    "vpn_connections second": {"gateway": "tgw", "static_routes": ["172.30.0.0/16"]},
    f"{TGW} attachments second": {"vpn": "second"},
    f"{MAIN} associations": ["app", "data", "egress", "line", "second"],
    f"{MAIN} propagations": ["app", "data", "egress", "line"],
    f"{MAIN} routes": {},
    "networks branch": {"cidrs": ["172.30.0.0/16"], "via": ["second"]},
}


def apart() -> Network:
    """Two networks on a transit gateway, with no route to the one that is called branch."""
    return load(HUB)


@pytest.mark.parametrize("block", ["172.30.0.0/16", "172.30.4.0/24", "172.30.1.9/32"])
@pytest.mark.parametrize("source", ["branch", "172.30.1.9"])
def test_blocks_of_the_network_itself_are_not_decided_by_the_routes_of_aws(source: str, block: str) -> None:
    """One host may speak to another without AWS, whether they are asked for by name, by address or by block."""
    assert apart().trace(source, block, "tcp/443").undecided == OWN
    assert apart().reach(source, block).undecided


@pytest.mark.parametrize(
    ("source", "block"),
    [("branch", "172.16.0.0/12"), ("172.30.1.9", "172.30.0.0/15"), ("0.0.0.0/0", "172.30.0.0/16")],
)
def test_blocks_with_addresses_of_the_network_itself_are_not_decided_either(source: str, block: str) -> None:
    net = load(HUB, {"expect": [{"from": source, "to": block, "deny": "all"}]})
    assert net.reach(source, block).undecided
    assert net.check().undecided


@pytest.mark.rule("TGW-5")
@pytest.mark.parametrize(
    ("source", "block"), [("branch", "172.31.0.0/16"), ("branch", "172.16.0.0/13"), ("office", "172.16.0.0/12")]
)
def test_blocks_without_any_are_decided(source: str, block: str) -> None:
    net = load(HUB, {"expect": [{"from": source, "to": block, "deny": "all"}]})
    assert not net.reach(source, block).undecided
    assert not net.reach(source, block).delivered
    assert net.check().ok


@pytest.mark.rule("VPN-1")
@pytest.mark.parametrize(
    ("source", "destination"), [("office", "app.web"), ("app.web", "office"), ("office", "8.8.8.8")]
)
def test_a_network_without_blocks_is_anywhere(source: str, destination: str) -> None:
    """Its connection carries 192.168.0.0/16, and nobody says that this is not it."""
    denied = {"expect": [{"from": source, "to": destination, "deny": "all"}]}
    net = load({"networks office cidrs": [], "networks office hosts": {}}, denied)
    assert "office has no `cidrs`" in net.trace(source, destination, "tcp/443").undecided
    assert net.reach(source, destination).undecided
    assert net.check().undecided


def test_a_host_of_a_network_without_blocks_is_an_end() -> None:
    net = load({"networks office cidrs": []})
    assert net.trace("office.pc", "app.web", "tcp/443").reachable
