"""Services of one's own behind interface endpoints: PrivateLink into a Network Load Balancer and on to its targets."""

from __future__ import annotations

import pytest
from tests.designs import GONE, Changes
from tests.resources.services import ENDPOINT, GROUP, NLB, PEERED, ZONES, allow, ask, code, load, refused

from reachsim.net.address import format_address

# -- the way there and back -----------------------------------------------------------------------------------------


@pytest.mark.rule("EP-10")
def test_the_question_to_the_endpoint_goes_through_to_the_target() -> None:
    """Though both VPCs have one block, and neither has a route to the other."""
    trace = ask()
    assert trace.reachable
    assert [str(trace.forward[index].before) for index in (0, -1)] == [
        "tcp 10.0.1.10:50000 -> 10.0.2.99:443",
        "tcp 10.0.1.50:50000 -> 10.0.2.20:8443",
    ]
    assert [str(trace.reply[index].before) for index in (0, -1)] == [
        "tcp 10.0.2.20:8443 -> 10.0.1.50:50000",
        "tcp 10.0.2.99:443 -> 10.0.1.10:50000",
    ]
    passed = [hop.component for hop in trace.forward]
    assert "consumer.mine" in passed
    assert passed[-1] == "provider.web"
    assert [hop.component for hop in trace.reply if hop.component.startswith("consumer.mine")]


@pytest.mark.rule("EP-10")
@pytest.mark.rule("LB-5")
def test_a_client_with_the_address_of_the_load_balancer_gets_its_own_port_back() -> None:
    """Both VPCs have one block. That an address stays the same does not say that the port does: what the load balancer chose
    is nothing to the client's ACL."""
    shut: Changes = {
        "vpcs consumer instances client private_ip": "10.0.1.50",
        "vpcs consumer instances client client_ports": "50000",
        "vpcs consumer subnets work network_acl": "few",
        "vpcs consumer network_acls few": {
            "ingress": [{"rule": 1, "allow": "tcp/50000", "from": "10.0.0.0/16"}],
            "egress": [{"rule": 1, "allow": "all", "to": "10.0.0.0/16"}],
        },
    }
    trace = ask(shut)
    assert trace.verdict == "reachable"
    assert str(trace.reply[-1].before) == "tcp 10.0.2.99:443 -> 10.0.1.50:50000"


@pytest.mark.rule("LB-5")
@pytest.mark.parametrize(
    ("peer", "opens"),
    [("nlb", True), ("10.0.1.50/32", True), ("10.0.1.10/32", False), ("10.0.2.99/32", False), ("10.0.0.0/16", True)],
)
@pytest.mark.parametrize("keeps", [True, False, None])
def test_the_target_sees_the_load_balancer_whatever_is_kept(peer: str, opens: bool, keeps: bool | None) -> None:
    attribute: Changes = {} if keeps is None else {f"{GROUP} preserve_client_ip": keeps}
    assert ask(allow("web", ("tcp/8443", peer)), attribute).reachable == opens


@pytest.mark.rule("LB-5")
def test_udp_comes_from_the_load_balancer_too() -> None:
    udp: Changes = {f"{NLB} listeners": {"udp/53": "t"}, f"{GROUP} port": "udp/53"}
    trace = ask(
        udp, allow("nlb", ("udp/53", "10.0.1.10/32")), allow("web", ("udp/53", "10.0.1.50/32")), traffic="udp/53"
    )
    assert trace.reachable


@pytest.mark.rule("EP-10")
def test_it_carries_tcp_and_udp() -> None:
    assert code(ask(traffic="icmp/8")) == ("PROTOCOL_RESTRICTION", "EP-10")


@pytest.mark.rule("LB-3")
def test_the_load_balancers_groups_see_the_clients_private_address() -> None:
    assert ask(allow("nlb", ("tcp/443", "10.0.1.10/32"))).reachable
    for peer in ("10.0.2.99/32", "10.0.1.50/32", "10.0.2.0/24"):
        assert code(ask(allow("nlb", ("tcp/443", peer)))) == ("ENI_SG_RULES_MISMATCH", "SG-1")
    off: Changes = {f"{NLB} enforce_inbound_on_private_link": False}
    assert ask(allow("nlb"), off).reachable
    assert ask({f"{NLB} security_groups": GONE}, allow("web", ("tcp/8443", "10.0.1.50"))).reachable
    # They judge what they send all the same.
    shut: Changes = {"vpcs provider security_groups nlb egress": []}
    assert code(ask(off, shut)) == ("SG_HAS_NO_RULES", "SG-1")


@pytest.mark.rule("LB-3")
def test_no_group_is_known_across_privatelink() -> None:
    """`double` has the address of `web`, which its own VPC's rules know by its group."""
    named: Changes = allow("nlb", ("tcp/443", "web"))
    assert code(ask(named, source="double")) == ("ENI_SG_RULES_MISMATCH", "SG-1")
    net = load(named, allow("web", ("tcp/8443", "nlb")))
    assert not net.matrix().cell("consumer.double", "consumer.mine").delivered


@pytest.mark.rule("LB-1")
def test_what_no_listener_takes_and_what_nobody_gets() -> None:
    assert code(ask(allow("nlb", ("all", "10.0.0.0/16")), traffic="tcp/80")) == ("ELBV2_LISTENERS_MISMATCH", "LB-1")
    assert code(ask({f"{NLB} listeners": GONE})) == ("ELBV2_LISTENERS_MISMATCH", "LB-1")
    assert code(ask({f"{GROUP} targets": []})) == ("ELBV2_LISTENER_HAS_NO_TG", "LB-8")
    assert code(ask({f"{GROUP} healthy": False})) == ("TARGETS_UNHEALTHY", "LB-10")


@pytest.mark.rule("EP-7")
def test_clients_beyond_a_peering_reach_the_endpoint() -> None:
    assert ask(PEERED, source="guest", to="10.0.2.99").reachable
    lost = ask(PEERED, {"vpcs consumer route_tables ends": {}}, source="guest", to="10.0.2.99")
    assert (lost.delivered, lost.reachable) == (True, False)
    assert (lost.blockers[0].leg, lost.blockers[0].component) == ("reply", "consumer")


@pytest.mark.rule("NACL-16")
@pytest.mark.parametrize(
    ("vpc", "name", "direction", "rule", "expected"),
    [
        ("consumer", "ends", "ingress", {"deny": "tcp/443", "from": "10.0.1.0/24"}, (False, False)),
        ("consumer", "ends", "egress", {"deny": "tcp/1024-65535", "to": "10.0.1.0/24"}, (True, False)),
        ("provider", "front", "egress", {"deny": "tcp/8443", "to": "10.0.2.0/24"}, (False, False)),
        ("provider", "front", "ingress", {"deny": "tcp/1024-65535", "from": "10.0.2.0/24"}, (True, False)),
        # Nothing of the client's crosses the load balancer's subnet.
        ("provider", "front", "ingress", {"deny": "tcp/443", "from": "0.0.0.0/0"}, (True, True)),
        ("provider", "front", "egress", {"deny": "all", "to": "10.0.1.0/24"}, (True, True)),
    ],
)
def test_the_acls_on_the_way(vpc: str, name: str, direction: str, rule: Changes, expected: tuple[bool, bool]) -> None:
    word = "from" if direction == "ingress" else "to"
    rules = [{"rule": 10, **rule}, {"rule": 100, "allow": "all", word: "0.0.0.0/0"}]
    trace = ask({f"vpcs {vpc} network_acls {name} {direction}": rules})
    assert (trace.delivered, trace.reachable) == expected


@pytest.mark.rule("LB-6")
def test_a_target_may_call_itself_by_an_endpoint() -> None:
    """Its address is not kept, so there is no hairpin."""
    own: Changes = {
        "vpcs provider vpc_endpoints own": {
            "type": "interface",
            "service": "mine",
            "subnets": ["back"],
            "security_groups": ["every"],
        },
        "vpcs provider security_groups every": {"ingress": [{"allow": "all", "from": "0.0.0.0/0"}]},
        f"{GROUP} preserve_client_ip": True,
    }
    assert ask(own, source="provider.web", to="own").reachable


def test_an_endpoint_as_somebody_elses_target_is_not_decided() -> None:
    front: Changes = {
        "vpcs consumer load_balancers front": {
            "type": "network",
            "scheme": "internal",
            "subnets": ["work"],
            "listeners": {"tcp/443": "e"},
            "target_groups": {"e": {"targets": ["10.0.2.99"]}},
        }
    }
    assert "which target of mine consumer.mine leads to is not asked" in ask(front, to="front").undecided


# -- zones, several targets, several interfaces ----------------------------------------------------------------------


@pytest.mark.rule("EP-10")
def test_an_endpoint_leads_to_the_load_balancer_in_its_own_zone() -> None:
    net = load(ZONES, {f"{GROUP} targets": ["web", "other"]})
    trace = net.trace("client", "mine", "tcp/443")
    assert [way.label for way in trace.ways] == ["by provider.nlb/front to provider.web tcp/8443"]
    crossing = load(ZONES, {f"{GROUP} targets": ["web", "other"], f"{NLB} cross_zone": True})
    assert len(crossing.trace("client", "mine", "tcp/443").ways) == 2
    elsewhere: Changes = {f"{ENDPOINT} subnets": ["far"], f"{ENDPOINT} private_ips": GONE}
    assert code(ask(elsewhere)) == ("VPCE_SERVICE_NOT_INSTALLED_IN_AZ", "EP-10")
    assert code(ask(elsewhere, ZONES)) == ("ELB_NOT_CROSSZONE", "LB-8")
    assert ask(elsewhere, ZONES, {f"{NLB} cross_zone": True}).reachable


@pytest.mark.rule("EP-10")
def test_zones_that_are_not_written() -> None:
    some: Changes = {"vpcs provider subnets front az": GONE}
    assert "zones of consumer.mine and of all subnets of provider.nlb decide" in ask(some).undecided
    zones = [("consumer", name) for name in ("work", "ends", "far")] + [
        ("provider", name) for name in ("front", "back", "side")
    ]
    assert ask({f"vpcs {vpc} subnets {name} az": GONE for vpc, name in zones}).reachable


@pytest.mark.rule("EP-10")
def test_from_another_region_any_zone_will_do() -> None:
    regions: Changes = {"vpcs consumer region": "eu-west-1", "vpcs provider region": "us-east-1"}
    elsewhere: Changes = {f"{ENDPOINT} subnets": ["far"], f"{ENDPOINT} private_ips": GONE}
    assert ask(regions, elsewhere).reachable
    net = load(regions, elsewhere, ZONES)
    labels = [way.label for way in net.trace("client", "mine", "tcp/443").ways]
    assert [label.split(" to ")[0] for label in labels] == ["by provider.nlb/front", "by provider.nlb/side"]


def test_what_only_some_targets_get() -> None:
    net = load(
        {f"{GROUP} targets": ["web", "beside"]},
        {"vpcs provider instances beside": {"subnet": "back", "private_ip": "10.0.2.21", "security_groups": ["shut"]}},
        {"vpcs provider security_groups shut": {}},
    )
    trace = net.trace("client", "mine", "tcp/443")
    assert (trace.verdict, trace.listener) == ("partial", True)
    assert [way.verdict for way in trace.ways] == ["reachable", "blocked"]
    assert not net.reach("client", "mine")
    assert not net.matrix().cell("consumer.client", "consumer.mine")


def test_several_interfaces_of_an_endpoint() -> None:
    two: Changes = {f"{ENDPOINT} subnets": ["ends", "far"], **ZONES, f"{GROUP} targets": ["web", "other"]}
    trace = ask(two)
    assert [way.label for way in trace.ways] == [
        "consumer.mine/ends, by provider.nlb/front to provider.web tcp/8443",
        "consumer.mine/far, by provider.nlb/side to provider.other tcp/8443",
    ]
    assert trace.reachable


# -- names, owners, mistakes -----------------------------------------------------------------------------------------


@pytest.mark.rule("EP-10")
def test_the_owner_accepts_vpcs_or_accounts() -> None:
    def asked(*accepted: str) -> str:
        trace = ask({"endpoint_services mine accepted": [*accepted]}, to="10.0.2.99", source="10.0.1.10")
        return trace.verdict if trace.reachable else trace.blockers[0].code

    names = ("provider", "consumer", "111", "222")
    assert [asked(name) for name in names] == ["BAD_STATE", "reachable", "reachable", "BAD_STATE"]


@pytest.mark.rule("EP-8")
@pytest.mark.parametrize("name", ["api.corp.example", "service:mine"])
def test_its_name_means_the_endpoint_where_private_dns_is_switched_on(name: str) -> None:
    assert code(ask(to=name)) == ("NAME_NOT_RESOLVED", "EP-8")
    on = ask({f"{ENDPOINT} private_dns": True}, to=name)
    assert (on.reachable, on.resolved) == (True, f"{name} is 10.0.2.99: private DNS of consumer.mine (EP-8)")
    assert code(ask({f"{ENDPOINT} private_dns": True}, source="provider.web", to=name))[0] == "NAME_NOT_RESOLVED"


@pytest.mark.rule("LB-11")
def test_a_dual_stack_endpoint() -> None:
    six: Changes = {
        "vpcs consumer cidrs": ["10.0.0.0/16", "2001:db8::/56"],
        "vpcs consumer subnets work ipv6_cidr": "2001:db8:0:1::/64",
        "vpcs consumer subnets ends ipv6_cidr": "2001:db8:0:2::/64",
        "vpcs consumer instances client ipv6_address": "2001:db8:0:1::10",
        "vpcs consumer security_groups endpoint ingress": [{"allow": "all", "from": ["0.0.0.0/0", "::/0"]}],
        "vpcs consumer network_acls ends ingress": [{"rule": 1, "allow": "all", "from": "::/0"}],
        "vpcs consumer network_acls ends egress": [{"rule": 1, "allow": "all", "to": "::/0"}],
        f"{ENDPOINT} ip_address_type": "dualstack",
        f"{ENDPOINT} ipv6_addresses": {"ends": "2001:db8:0:2::99"},
        "vpcs provider cidrs": ["10.0.0.0/16", "2001:db8:1::/56"],
        "vpcs provider subnets front ipv6_cidr": "2001:db8:1:1::/64",
        f"{NLB} ip_address_type": "dualstack",
        **allow("nlb", ("tcp/443", "2001:db8:0:1::10")),
    }
    trace = load(six).trace("client", "2001:db8:0:2::99", "tcp/443")
    assert trace.reachable, trace.blockers
    assert format_address(trace.forward[-1].before.source) == "10.0.1.50"
    assert [len(load(six).trace("client", "mine", "tcp/443").ways)] == [2]
    udp: Changes = {
        "vpcs provider subnets back ipv6_cidr": "2001:db8:1:2::/64",
        "vpcs provider instances web ipv6_address": "2001:db8:1:2::20",
        f"{NLB} listeners": {"udp/53": "t"},
        f"{NLB} security_groups": GONE,
        GROUP: {"targets": ["web"], "ip_address_type": "ipv6"},
    }
    unsure = load(six, udp).trace("client", "2001:db8:0:2::99", "udp/53").undecided
    assert "which source a target of UDP sees is not known" in unsure
    # Whatever its source is, it comes to the port of the target: what another port lets in decides nothing.
    elsewhere = {**allow("web", ("udp/5353", "2001:db8::/32")), f"{GROUP} port": "udp/5353"}
    changed = {**{key: value for key, value in udp.items() if key != GROUP}, f"{GROUP} targets": ["web"]}
    net = load(six, {**changed, f"{GROUP} ip_address_type": "ipv6"}, elsewhere)
    assert net.isolated("client", "web").undecided
    only4: Changes = {f"{NLB} ip_address_type": GONE, f"{ENDPOINT} ipv6_addresses": GONE}
    assert refused(six, only4) == ["provider.nlb, behind mine, has IPv4 alone"]
    assert refused({f"{ENDPOINT} ip_address_type": "dualstack", f"{NLB} ip_address_type": "dualstack"}) == [
        "subnet ends has no IPv6 block, which a dual-stack endpoint needs",
        "subnet front has no IPv6 block, which a dual-stack load balancer needs",
    ]
    assert "mine has IPv4 alone" in refused({f"{ENDPOINT} ipv6_addresses": {"ends": "2001:db8::1"}})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"endpoint_services mine load_balancer": "prod.nlb"}, "there is no VPC 'prod'"),
        ({"endpoint_services mine load_balancer": "provider.lb"}, "VPC provider has no load balancer 'lb'"),
        ({"endpoint_services mine load_balancer": "lb"}, "there is no load balancer 'lb'"),
        (
            {f"{NLB} type": "application"},
            "provider.nlb is of type application, and no endpoint service stands before one",
        ),
        (
            {"vpcs consumer route_tables work 192.168.0.0/16": "mine"},
            "no route leads to an interface endpoint, and mine is one",
        ),
        (
            {f"{ENDPOINT} type": "gateway_load_balancer", f"{ENDPOINT} security_groups": GONE},
            "mine stands before provider.nlb, a network load balancer",
        ),
    ],
)
def test_mistakes(changes: Changes, message: str) -> None:
    assert message in refused(changes)


def test_its_load_balancer_by_its_bare_name() -> None:
    assert ask({"endpoint_services mine load_balancer": "nlb"}).reachable
    twice: Changes = {
        "vpcs consumer load_balancers nlb": {"type": "network", "scheme": "internal", "subnets": ["work"]},
        "endpoint_services mine load_balancer": "nlb",
    }
    assert refused(twice) == ["'nlb' may be any of consumer.nlb, provider.nlb"]


@pytest.mark.rule("EP-10")
def test_a_target_may_be_the_endpoint_of_another_service() -> None:
    """Each endpoint leads to the load balancer of its own service. How far such a chain goes is not asked."""
    onward: Changes = {
        f"{GROUP} targets": ["10.0.2.60"],
        "vpcs provider vpc_endpoints onward": {
            "type": "interface",
            "service": "deep",
            "subnets": ["back"],
            "private_ips": {"back": "10.0.2.60"},
            "security_groups": ["web"],
        },
        "vpcs owner": {
            "account": "333",
            "cidrs": ["10.0.0.0/16"],
            "subnets": {"s": {"cidr": "10.0.1.0/24", "az": "a"}},
            "security_groups": {"open": {"ingress": [{"allow": "all", "from": "0.0.0.0/0"}]}},
            "instances": {"last": {"subnet": "s", "security_groups": ["open"]}},
            "load_balancers": {
                "deep": {
                    "type": "network",
                    "scheme": "internal",
                    "subnets": ["s"],
                    "security_groups": ["open"],
                    "listeners": {"tcp/8443": "t"},
                    "target_groups": {"t": {"targets": ["last"], "port": "tcp/9000"}},
                }
            },
        },
        "endpoint_services deep": {"load_balancer": "owner.deep"},
    }
    trace = ask(onward)
    assert trace.verdict == "undecided"
    assert "provider.onward leads to" in trace.undecided
