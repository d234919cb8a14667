"""Ready-made laws: each holds where it should, and says what is wrong, and where, where it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.designs import Changes, edited

import reachsim
from reachsim.errors import UsageError
from reachsim.testing import laws, zones
from reachsim.testing import strategies as rs

SHOP: dict[str, Any] = {
    "version": 1,
    "region": "eu-west-1",
    "vpcs": {
        "shop": {
            "cidrs": ["10.0.0.0/16"],
            "internet_gateway": "igw",
            "enable_dns_hostnames": True,
            "subnets": {
                "edge-a": {"cidr": "10.0.0.0/24", "az": "a", "route_table": "edge"},
                "edge-b": {"cidr": "10.0.1.0/24", "az": "b", "route_table": "edge"},
                "app-a": {"cidr": "10.0.2.0/24", "az": "a", "route_table": "app-a"},
                "app-b": {"cidr": "10.0.3.0/28", "az": "b", "route_table": "app-b"},
            },
            "route_tables": {
                "edge": {"0.0.0.0/0": "igw"},
                "app-a": {"0.0.0.0/0": "ngw-a"},
                "app-b": {"0.0.0.0/0": "ngw-b"},
            },
            "security_groups": {
                "app": {"ingress": [{"allow": "tcp/8080", "from": "app"}]},
                "endpoint": {"ingress": [{"allow": "tcp/443", "from": "app"}]},
            },
            "instances": {
                "one": {"subnet": "app-a", "security_groups": ["app"]},
                "two": {"subnet": "app-b", "security_groups": ["app"]},
                "three": {"subnet": "app-b", "security_groups": ["app"]},
            },
            "nat_gateways": {"ngw-a": {"subnet": "edge-a"}, "ngw-b": {"subnet": "edge-b"}},
            "vpc_endpoints": {
                "kms": {
                    "type": "interface",
                    "service": "kms",
                    "subnets": ["app-a", "app-b"],
                    "security_groups": ["endpoint"],
                },
                "s3": {"type": "gateway", "service": "s3", "route_tables": ["app-a", "app-b"]},
            },
        }
    },
    "expect": [
        {"from": "two", "to": "internet", "allow": "tcp/443"},
        {"from": "one", "to": "internet", "allow": "tcp/443"},
        {"from": {"vpc": "shop", "tag": {"none": "such"}}, "to": "one", "deny": "tcp/22"},
        {"from": "two", "to": "kms", "allow": "tcp/443"},
        {"from": "two", "to": "three", "allow": "tcp/8080"},
    ],
}
del SHOP["expect"][2]


def shop(*changes: Changes) -> reachsim.Network:
    return reachsim.loads(rs.to_yaml(edited(SHOP, *changes)), file="shop.yaml")


def broken(law: Callable[..., None], *arguments: Any, **more: Any) -> str:
    with pytest.raises(laws.Broken) as caught:
        law(*arguments, **more)
    return str(caught.value)


class TestNothingReaches:
    def test_it_holds(self) -> None:
        laws.nothing_reaches(shop(), "internet", {"vpc": "shop"})
        laws.nothing_reaches(shop(), "one", "two", "tcp/22")

    def test_it_is_broken(self) -> None:
        told = broken(laws.nothing_reaches, shop(), "one", "two", "tcp/8080")
        assert told.startswith("FAILS  one -> two: deny tcp/8080")
        assert "let by shop.two security group app ingress: tcp/8080 from app" in " ".join(told.split())

    def test_what_cannot_be_decided_is_broken(self) -> None:
        unknown = shop({"vpcs shop security_groups app ingress": "unknown"})
        assert broken(laws.nothing_reaches, unknown, "one", "two").startswith("CANNOT DECIDE")


class TestPrivateSubnetsReachEndpoints:
    def test_it_holds(self) -> None:
        laws.private_subnets_reach_endpoints(shop())

    def test_a_group_that_does_not_let_them_in(self) -> None:
        told = broken(
            laws.private_subnets_reach_endpoints,
            shop({"vpcs shop security_groups endpoint ingress": []}),
        )
        assert "shop.one -> shop.kms: allow tcp/443" in told
        assert "SG_HAS_NO_RULES" in told
        assert "shop.yaml:" in told

    def test_a_table_without_the_gateway_endpoint(self) -> None:
        """The table of zone b has no default route either, so the service is out of reach."""
        net = shop({"vpcs shop vpc_endpoints s3 route_tables": ["app-a"], "vpcs shop route_tables app-b": {}})
        told = broken(laws.private_subnets_reach_endpoints, net)
        assert "-> service:s3: allow tcp/443" in told
        assert "shop.one" not in told

    def test_hosts_of_public_subnets_do_not_count(self) -> None:
        host = {"subnet": "edge-a", "security_groups": ["endpoint"]}
        laws.private_subnets_reach_endpoints(shop({"vpcs shop instances bastion": host}))


class TestZonesSurvive:
    def test_it_holds(self) -> None:
        laws.zones_survive(shop())

    def test_a_nat_gateway_in_another_zone(self) -> None:
        net = shop({"vpcs shop route_tables app-b": {"0.0.0.0/0": "ngw-a"}})
        told = broken(laws.zones_survive, net)
        assert told.startswith("without zone a: FAILS  two -> internet: allow tcp/443")
        assert "without zone b" not in told

    def test_an_endpoint_in_one_zone(self) -> None:
        told = broken(laws.zones_survive, shop({"vpcs shop vpc_endpoints kms subnets": ["app-a"]}))
        assert told.startswith("without zone a: FAILS  two -> kms: allow tcp/443")

    def test_a_function_in_one_zone(self) -> None:
        function = {"latest": {"vpc": "shop", "subnets": ["app-a"], "security_groups": ["app"]}}
        promise = [{"from": "fetch", "to": "internet", "allow": "tcp/443"}]
        told = broken(laws.zones_survive, shop({"lambda_functions": {"fetch": function}, "expect": promise}))
        assert told.startswith("without zone a: FAILS  fetch -> internet: allow tcp/443")
        function["latest"]["subnets"] = ["app-a", "app-b"]
        laws.zones_survive(shop({"lambda_functions": {"fetch": function}, "expect": promise}))

    def test_a_load_balancer_goes_on_with_the_rest(self) -> None:
        front = {
            "type": "network",
            "subnets": ["edge-a", "edge-b"],
            "private_ips": {"edge-a": "10.0.0.9", "edge-b": "10.0.1.9"},
            "listeners": {"tcp/8080": "hosts"},
            "target_groups": {"hosts": {"targets": ["one", "two"]}},
        }
        world = {"ingress": [{"allow": "tcp/8080", "from": "0.0.0.0/0"}]}
        promise = [{"from": "internet", "to": "front", "allow": "tcp/8080"}]
        changes = {
            "vpcs shop load_balancers": {"front": front},
            "vpcs shop security_groups app": world,
            "expect": promise,
        }
        cross = {"vpcs shop load_balancers front cross_zone": True}
        laws.zones_survive(shop(changes, cross))
        alone = {"vpcs shop load_balancers front target_groups hosts targets": ["two"]}
        assert "without zone b: FAILS" in broken(laws.zones_survive, shop(changes, cross, alone))

    def test_ends_that_are_lost_do_not_count(self) -> None:
        """Of hosts of zone b alone nothing is asked when it is lost."""
        net = shop()
        ends = [(source, destination) for _, source, destination in zones.survivors(net, "b")]
        assert ends == [("one", "internet")]

    def test_a_selection_is_asked_about_what_is_left(self) -> None:
        net = shop(
            {"expect": [{"from": {"vpc": "shop", "subnet": ["app-a", "app-b"]}, "to": "internet", "allow": "tcp/443"}]}
        )
        sources = [source for _, source, _ in zones.survivors(net, "a")]
        assert set(sources) >= {"shop.two", "shop.three"}
        assert "shop.one" not in sources

    def test_nothing_leaves_a_lost_zone(self) -> None:
        """WALK-6: what crosses the border of a subnet meets its ACL."""
        after = zones.without(shop(), "a")
        assert not after.trace("one", "8.8.8.8", "tcp/443").delivered
        assert not after.trace("two", "one", "tcp/8080").delivered
        assert after.trace("two", "8.8.8.8", "tcp/443").reachable

    def test_no_zone_is_written(self) -> None:
        net = shop(
            {
                f"vpcs shop subnets {name}": {"cidr": f"10.0.{n}.0/24"}
                for n, name in enumerate(SHOP["vpcs"]["shop"]["subnets"])
            }
        )
        with pytest.raises(UsageError, match=r"no subnet of shop\.yaml says its zone; write az: a"):
            laws.zones_survive(net)


class TestClosing:
    @settings(max_examples=8, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def test_it_holds(self, data: st.DataObject) -> None:
        net = shop()
        laws.closing_opens_nothing(net, data.draw(rs.closings(net)))

    def test_it_is_broken(self) -> None:
        """What lets something in is no closing."""
        told = broken(
            laws.closing_opens_nothing,
            shop(),
            {"vpcs.shop.security_groups.app.ingress[0].allow": "tcp/8080-8081"},
        )
        assert told.startswith("opened: tcp/8081")


class TestSubnetsHaveRoom:
    """Of a /28 AWS keeps five of 16 addresses (SUBNET-2); two hosts and an endpoint are in `app-b`: eight are free."""

    def test_it_holds(self) -> None:
        laws.subnets_have_room(shop())
        laws.subnets_have_room(shop(), {"shop.app-b": 8, "shop.app-a": 100})

    def test_a_fleet_that_grows_too_much(self) -> None:
        line = 1 + [text.strip()[:6] for text in rs.to_yaml(SHOP).splitlines()].index("app-b:")
        told = broken(laws.subnets_have_room, shop(), {"shop.app-b": 9})
        assert told == f"shop.yaml:{line}: shop.app-b has 8 addresses free and 9 are to come"

    def test_functions_count_with_all_executions_in_one_zone(self) -> None:
        """LAMBDA-4: an interface carries 65,000 connections; of 65,001 in one zone there are two."""
        function = {"vpc": "shop", "subnets": ["app-a", "app-b"], "security_groups": ["app"]}
        busy = {"latest": function, "concurrency": 65001, "connections_per_execution": 1}
        net = shop({"lambda_functions": {"fetch": busy}})
        laws.subnets_have_room(net, {"shop.app-b": 6})
        assert "has 6 addresses free and 7 are to come" in broken(laws.subnets_have_room, net, {"shop.app-b": 7})
        assert "has 5 addresses free" in broken(laws.subnets_have_room, net, {"shop.app-b": 6}, growth=100)

    def test_hosts_that_nobody_knows(self) -> None:
        net = shop({"vpcs shop subnets app-b interfaces": "unknown"})
        laws.subnets_have_room(net)
        assert "nobody knows whether shop.app-b has 3 addresses" in broken(
            laws.subnets_have_room, net, {"shop.app-b": 3}
        )

    def test_a_subnet_that_there_is_not(self) -> None:
        with pytest.raises(UsageError, match=r"there is no subnet 'app-b'; there are shop\.edge-a, shop\.edge-b"):
            laws.subnets_have_room(shop(), {"app-b": 1})
