"""Strategies: what they draw is what they say, loads, reaches every component, and shrinks to what a person reads."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from tests.addresses import ip_address, ip_network
from tests.agreement import ask

import reachsim
from reachsim.net.address import IPV4_LAST, Address, format_address
from reachsim.net.cidr import AddressSet, Cidr
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.intervals import PortSet
from reachsim.net.packet import Packet
from reachsim.net.traffic import Traffic
from reachsim.testing import laws
from reachsim.testing import strategies as rs
from reachsim.testing.strategies.edits import closing
from reachsim.testing.strategies.questions import border_tokens

MODELS = Path(__file__).parents[2] / "models"
QUICK = settings(max_examples=25, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])
SEARCH = settings(
    max_examples=2000, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def keys(value: Any) -> Iterator[str]:
    """Every key of a design, and what a few of them hold."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from (key, f"{key}={item}")
            yield from keys(item)


class TestValues:
    @given(rs.cidrs(), st.data())
    def test_blocks_inside_overlapping_and_apart(self, block: Cidr, data: st.DataObject) -> None:
        own = ip_network(str(block))
        inside = ip_network(str(data.draw(rs.cidrs(inside=block))))
        assert inside.subnet_of(own)
        assert ip_address(str(data.draw(rs.addresses(inside=block)))) in own
        assert ip_network(str(data.draw(rs.overlapping_cidrs(block)))).overlaps(own)
        if block.prefix_length:
            other = ip_network(str(data.draw(rs.disjoint_cidrs(block))))
            assert other.version == own.version
            assert not other.overlaps(own)

    def test_nothing_is_apart_from_everything(self) -> None:
        with pytest.raises(InvalidArgument, match="every block of its family"):
            find(rs.disjoint_cidrs("0.0.0.0/0"), lambda _: True)

    @pytest.mark.parametrize("wanted", ["10.0.0.0/7", "12.0.0.0/8", "128.0.0.0/1", "10.1.0.0/16"])
    def test_neighbours_and_strangers_are_drawn(self, wanted: str) -> None:
        """10.0.0.0/16 overlaps 10.0.0.0/7, and not the others."""
        strategy = rs.overlapping_cidrs if wanted == "10.0.0.0/7" else rs.disjoint_cidrs
        assert find(strategy("10.0.0.0/16"), lambda block: block in Cidr.parse(wanted), settings=SEARCH)

    @given(rs.cidr_lists("10.0.0.0/20", min_size=2, max_size=5, shortest=24, longest=27))
    def test_lists_of_blocks(self, blocks: list[Cidr]) -> None:
        own = [ip_network(str(block)) for block in blocks]
        assert 2 <= len(own) <= 5
        assert all(24 <= block.prefixlen <= 27 and block.subnet_of(ip_network("10.0.0.0/20")) for block in own)
        assert all(not own[a].overlaps(own[b]) for a in range(len(own)) for b in range(a))

    @given(rs.packets(), rs.packets(source="10.0.0.0/24", destination="192.168.0.0/16", traffic="tcp/22-23"))
    def test_packets(self, any_packet: Packet, chosen: Packet) -> None:
        assert any_packet in HeaderSpace.everything()
        assert ip_address(format_address(chosen.source)) in ip_network("10.0.0.0/24")
        assert ip_address(format_address(chosen.destination)) in ip_network("192.168.0.0/16")
        assert chosen.destination_port in (22, 23)

    @pytest.mark.parametrize("kind", [Address, Cidr, AddressSet, PortSet, Traffic, Packet])
    def test_types_are_known(self, kind: type) -> None:
        assert type(find(st.from_type(kind), lambda _: True, settings=QUICK)) is kind

    def test_addresses_of_a_family(self) -> None:
        with pytest.raises(InvalidArgument, match="no IPv6 address is inside"):
            rs.addresses(inside="10.0.0.0/8", version=6)
        assert find(rs.addresses(version=6), lambda _: True, settings=QUICK) > IPV4_LAST

    def test_an_example_shows_an_address_as_one(self) -> None:
        @settings(QUICK, max_examples=1)
        @given(rs.addresses(inside="10.0.0.1/32"))
        def fails(address: Address) -> None:
            raise AssertionError

        with pytest.raises(AssertionError) as caught:
            fails()
        assert "address=Address('10.0.0.1')" in "\n".join(caught.value.__notes__)

    def test_an_example_shows_values_as_they_are_written(self) -> None:
        """Not the fields that they have: an address would be a number."""

        @settings(SEARCH, max_examples=5, phases=[Phase.generate, Phase.shrink])
        @given(block=rs.cidrs(inside="10.0.0.0/8"), packet=rs.packets(), wanted=rs.traffic())
        def never(block: Cidr, packet: Packet, wanted: Traffic) -> None:
            raise AssertionError

        with pytest.raises(AssertionError) as caught:
            never()
        told = "\n".join(caught.value.__notes__)
        assert "block=Cidr('10.0.0.0/8')" in told
        assert "packet=<Packet tcp 0.0.0.0:50000 -> 0.0.0.0:443>" in told
        assert "wanted=Traffic('tcp/443')" in told

    def test_they_shrink_to_what_is_plain(self) -> None:
        """Hypothesis prefers what took fewer draws: a packet without ports may not be among these."""
        assert str(find(rs.packets(), lambda packet: True, settings=SEARCH)) == "tcp 0.0.0.0:50000 -> 0.0.0.0:443"


class TestDesigns:
    def test_all_load_and_reach_every_component(self) -> None:
        seen: set[str] = set()

        @settings(QUICK, max_examples=120)
        @given(rs.networks(vpcs=3))
        def draw(network: reachsim.Network) -> None:
            seen.update(keys(rs.plain(network)))

        draw()
        wanted = {
            *(
                "internet_gateway",
                "egress_only_internet_gateway",
                "ipv6_cidr",
                "public_ip",
                "interfaces",
                "prefix_lists",
            ),
            *(
                "nat_gateways",
                "connectivity=private",
                "source_dest_check=False",
                "peering_connections",
                "transit_gateways",
            ),
            *("vpn_gateways", "state=down", "networks", "vpc_endpoints", "type=gateway", "type=interface", "hosts"),
            *("load_balancers", "scheme=internal", "lambda_functions", "network_acls", "network_acl=edge", "deny"),
            *("status=pending-acceptance", "route_table=one", "egress", "0.0.0.0/0=igw", "0.0.0.0/0=nat"),
        }
        nested = {"deny"}  # in lists of rules
        assert wanted - nested <= seen

    @settings(QUICK, max_examples=10)
    @given(rs.designs(vpcs=1, subnets=1, hosts=1, components=["internet_gateways"]))
    def test_size_and_components_are_chosen(self, design: dict[str, Any]) -> None:
        assert list(design) == ["version", "region", "vpcs"]
        (vpc,) = design["vpcs"].values()
        assert len(vpc["subnets"]) == len(vpc["instances"]) == 1
        assert vpc.keys() <= {"cidrs", "subnets", "instances", "internet_gateway", "security_groups", "route_tables"}

    def test_a_component_that_there_is_not(self) -> None:
        with pytest.raises(InvalidArgument, match="unknown components nat; there are internet_gateways, ipv6"):
            find(rs.designs(components=["nat"]), lambda _: True)

    def test_a_failing_design_shrinks_to_a_handful_of_lines(self) -> None:
        """A subnet with an ACL needs a VPC and the ACL, and every VPC has a host; nothing else is left."""
        drawn = rs.designs(vpcs=1, subnets=2, hosts=1, components=["network_acls"])
        design = find(drawn, lambda each: "network_acl" in str(each["vpcs"]["app"]["subnets"]), settings=SEARCH)
        assert rs.to_yaml(design).splitlines() == [
            "version: 1",
            "region: eu-west-1",
            "vpcs:",
            "  app:",
            "    cidrs: [10.0.0.0/16]",
            "    subnets:",
            "      a: {cidr: 10.0.0.0/24, az: a, network_acl: edge}",
            "    instances:",
            "      app1: {subnet: a}",
            "    network_acls:",
            "      edge:",
            "        ingress: []",
            "        egress: []",
        ]

    def test_a_law_that_fails_shows_a_handful_of_lines(self) -> None:
        """No dev to prod: a peering, a route, a rule and a host at each end break it; nothing else is left."""
        broken: list[dict[str, Any]] = []

        @settings(SEARCH, max_examples=400, phases=[Phase.generate, Phase.shrink])
        @given(rs.designs(vpcs=2, subnets=1, hosts=1, components=["peering_connections"]))
        def holds(design: dict[str, Any]) -> None:
            assume(len(design["vpcs"]) == 2 and "peering_connections" in design)  # before a network is built
            broken.append(design)
            laws.nothing_reaches(reachsim.loads(rs.to_yaml(design)), {"vpc": "app"}, {"vpc": "data"})

        with pytest.raises(laws.Broken):
            holds()
        design = broken[-1]
        vpcs = design["vpcs"].values()
        assert [len(vpc["subnets"]) for vpc in vpcs] == [len(vpc["instances"]) for vpc in vpcs] == [1, 1]
        assert len(design["peering_connections"]) == 1
        assert sum(len(table) for vpc in vpcs for table in vpc.get("route_tables", {}).values()) == 1
        assert sum(len(group["ingress"]) for vpc in vpcs for group in vpc.get("security_groups", {}).values()) == 1

    def test_a_failure_shows_its_design(self) -> None:
        @settings(QUICK, max_examples=1)
        @given(rs.networks(vpcs=1))
        def fails(network: reachsim.Network) -> None:
            raise AssertionError

        with pytest.raises(AssertionError) as caught:
            fails()
        assert "    cidrs: [10.0.0.0/16]" in "\n".join(caught.value.__notes__)


class TestQuestions:
    @pytest.mark.parametrize("model", ["three-tier", "vpc-lambda-as-found"])
    def test_each_can_be_asked(self, model: str) -> None:
        """Never ICMP of a family that the ends have no addresses of."""
        network = reachsim.load(MODELS / f"{model}.yaml")

        @settings(SEARCH, max_examples=50, phases=[Phase.generate])
        @given(rs.questions(network))
        def ask_all(question: rs.Question) -> None:
            assert network.trace(*question).verdict

        ask_all()
        plainest = find(rs.questions(network, sources=["internet"]), lambda question: True, settings=SEARCH)
        assert plainest.traffic == border_tokens(network)[0]

    def test_ports_at_the_borders_of_rules(self) -> None:
        network = reachsim.load(MODELS / "14-acl-ephemeral-range-too-narrow-as-found.yaml")
        assert {"tcp/49151", "tcp/49152", "tcp/65535", "tcp/1432", "tcp/1433", "tcp/1434"} <= set(
            border_tokens(network)
        )

    @QUICK
    @given(st.data())
    def test_the_engine_and_the_oracle_agree(self, data: st.DataObject) -> None:
        """On designs of the kinds of components that the oracle of packets knows."""
        kinds = ("internet_gateways", "nat_gateways", "peering_connections", "network_acls", "hosts", "interfaces")
        network = data.draw(rs.networks(components=kinds))
        names = [*network.topology.interfaces, *network.design.internet.hosts]
        question = data.draw(rs.questions(network, sources=names, destinations=names))
        if question.source == question.destination or question.traffic in ("all", "tcp", "udp", "icmp", "icmpv6"):
            return
        if "-" in question.traffic or question.source in network.design.internet.hosts:
            return
        asked = ask(network, rs.plain(network), 0, (*question[:3], question.source_port or 50000))
        assert asked.agree or asked.explained, str(asked)

    @QUICK
    @given(st.data())
    def test_packets_at_the_border_are_in_the_set(self, data: st.DataObject) -> None:
        network = reachsim.load(MODELS / "three-tier.yaml")
        space = network.reach("app-a", "db-a").reachable
        assert data.draw(rs.border_packets(space)) in space


class TestEdits:
    @QUICK
    @given(st.data())
    def test_closing_and_opening(self, data: st.DataObject) -> None:
        """A law of AWS's: a rule less closes, a rule more opens, and neither does the other."""
        network = data.draw(rs.networks(vpcs=1, components=["internet_gateways", "network_acls"]))
        design = rs.plain(network)["vpcs"]["app"]
        if design.get("security_groups"):
            assert not reachsim.diff(network, network.with_(data.draw(rs.openings(network)))).closed
        if any(group["ingress"] for group in design.get("security_groups", {}).values()):
            assert not reachsim.diff(network, network.with_(data.draw(rs.closings(network)))).opened

    def test_what_closes(self) -> None:
        """A rule of a group that goes, and an allow of an ACL that becomes a deny; a deny is left alone."""
        acl = {
            "ingress": [{"rule": 1, "deny": "tcp/22", "from": "0.0.0.0/0"}],
            "egress": [{"rule": 2, "allow": "all", "to": "0.0.0.0/0"}],
        }
        groups = {"g": {"ingress": [{"allow": "all", "from": "g"}]}, "h": {"egress": []}, "i": {"ingress": "unknown"}}
        design = {"vpcs": {"v": {"security_groups": groups, "network_acls": {"n": acl}}}}
        assert closing(design) == [
            {("vpcs", "v", "security_groups", "g", "ingress", 0): None},
            {("vpcs", "v", "network_acls", "n", "egress", 0): {"rule": 2, "deny": "all", "to": "0.0.0.0/0"}},
        ]

    @pytest.mark.parametrize(
        "model",
        [
            "vpc-lambda-repaired",
            "hub-and-spoke",
            "16-peering-route-on-one-side-repaired",
            "26-vpn-routes-not-propagated-repaired",
        ],
    )
    def test_every_kind_of_fault_loads(self, model: str) -> None:
        network = reachsim.load(MODELS / f"{model}.yaml")
        by_name = {fault.name: fault for fault in rs.faults_of(rs.plain(network))}
        for fault in by_name.values():
            assert network.with_(fault.edits) != network, fault

    def test_a_fault_that_is_known(self) -> None:
        """The Lambda week: a NAT instance whose source/dest check is on again."""
        network = reachsim.load(MODELS / "vpc-lambda-repaired.yaml")
        fault = next(f for f in rs.faults_of(rs.plain(network)) if f.name == "source/dest check on")
        assert str(fault) == "source/dest check on: vpcs.app.instances.nat.source_dest_check becomes true"
        trace = network.with_(fault.edits).trace("fetch", "www.google.com", "tcp/443")
        assert trace.blockers[0].code == "ENI_SOURCE_DEST_CHECK_RESTRICTION"

    def test_nothing_to_close(self) -> None:
        network = reachsim.loads("version: 1\n", file="empty.yaml")
        with pytest.raises(InvalidArgument, match=r"empty\.yaml has nothing to close"):
            rs.closings(network)


def test_without_hypothesis_it_says_what_to_install() -> None:
    code = "import sys; sys.modules['hypothesis'] = None; import reachsim.testing.strategies"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert "ImportError: reachsim.testing.strategies needs Hypothesis: pip install reachsim[test]" in done.stderr
