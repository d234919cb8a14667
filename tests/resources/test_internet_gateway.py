import pytest
from tests.designs import ANY, DUAL, GONE, NAT_INSTANCE, blames, load, passes, refuses

from reachsim.dataplane.checkpoint import Drop, Header, Leg
from reachsim.net.address import parse_address

SIX = "2001:db8:0:1::11"
NOT_MASQUERADED = {"vpcs app instances nat nat": {"ip_forward": True, "masquerade": False}}
DIRECT = {f"vpcs app route_tables private {ANY}": "igw"}


@pytest.mark.rule("IGW-3")
@pytest.mark.rule("WALK-11")
@pytest.mark.rule("WALK-12")
def test_the_gateway_translates_one_to_one_in_both_directions():
    out = load().trace("web", "www", "tcp/443", source_port=40000)
    passes(out)
    gateway = next(hop for hop in out.forward if hop.checkpoint == "internet gateway")
    assert (str(gateway.before), str(gateway.after)) == (
        "tcp 10.0.0.20:40000 -> 203.0.113.9:443",
        "tcp 198.51.100.20:40000 -> 203.0.113.9:443",
    )
    assert str(out.forward[-1].before) == str(gateway.after)
    into = load().trace("www", "web", "tcp/22", source_port=40000)
    passes(into)
    assert [hop.checkpoint for hop in into.forward] == [
        "internet",
        "internet gateway",
        "network ACL default ingress",
        "link",
        "security group open ingress",
        "instance",
    ]
    assert str(into.forward[-1].after) == "tcp 203.0.113.9:40000 -> 10.0.0.20:22"
    assert str(into.reply[-1].after) == "tcp 198.51.100.20:22 -> 203.0.113.9:40000"


@pytest.mark.rule("IGW-4")
@pytest.mark.rule("IGW-2")
def test_without_a_public_address_nothing_leaves():
    net = load({"vpcs app instances web public_ip": GONE})
    blames(net.trace("web", "dns", "tcp/443"), "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "IGW-4", "app.igw")


@pytest.mark.rule("IGW-5")
@pytest.mark.parametrize(
    ("address", "range"),
    [("10.99.0.1", "1918"), ("172.31.0.1", "1918"), ("192.168.9.9", "1918"), ("100.64.0.9", "6598")],
)
def test_private_destinations_do_not_leave(address, range):
    trace = load().trace("web", address, "tcp/443")
    blames(trace, f"IGW_DESTINATION_ADDRESS_NOT_IN_RFC{range}_EGRESS", "IGW-5", "app.igw")


@pytest.mark.rule("IGW-6")
def test_only_public_addresses_of_interfaces_are_reached_from_outside():
    blames(load().trace("www", "db", "tcp/22"), "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", "IGW-6", "internet")
    no_gateway = {"vpcs data instances api public_ip": "198.51.100.80"}
    blames(
        load(no_gateway).trace("www", "api", "tcp/22"),
        "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS",
        "IGW-6",
        "internet",
    )


@pytest.mark.rule("IGW-6")
@pytest.mark.parametrize(("address", "range"), [("10.9.9.9", "1918"), ("100.64.0.9", "6598")])
def test_private_sources_do_not_enter(address, range):
    from reachsim.net.address import parse_address
    from reachsim.rules.internet_gateway import ingress_loss

    loss = ingress_loss(parse_address(address))
    assert loss is not None
    assert (loss.code, loss.rule) == (f"IGW_SOURCE_ADDRESS_NOT_IN_RFC{range}_INGRESS", "IGW-6")
    assert ingress_loss(parse_address("203.0.113.9")) is None


@pytest.mark.rule("IGW-7")
@pytest.mark.rule("IGW-4")
def test_what_an_appliance_forwards_unchanged_is_carried_for_the_owner_of_its_source():
    """AWS's middleboxes keep the addresses; the gateway puts in the public address of the interface that owns the source,
    and without one drops the packet as it would the interface's own."""
    net = load(NAT_INSTANCE, NOT_MASQUERADED, {"vpcs app instances twin public_ip": "198.51.100.9"})
    trace = net.trace("twin", "www", "tcp/443")
    assert trace.delivered
    assert str(trace.forward[-1].after).split()[1].startswith("198.51.100.9:")
    unmapped = net.trace("probe", "www", "tcp/443")
    blames(unmapped, "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "IGW-4", "app.igw")
    assert "app.nat forwards its packets without putting its own address in" in unmapped.blockers[0].text


@pytest.mark.rule("IGW-7")
def test_a_source_of_no_interface_is_dropped():
    checkpoints = (route.next for table in load().topology.tables.values() for route in table.routes)
    gateway = next(checkpoint for checkpoint in checkpoints if str(checkpoint) == "app.igw internet gateway")
    step = gateway.step(Header(parse_address("10.0.1.77"), parse_address("203.0.113.9")), Leg())
    assert isinstance(step, Drop)
    assert (step.cause.code, step.cause.rule) == ("GATEWAY_REJECTS_SPOOFED_TRAFFIC", "IGW-7")


@pytest.mark.rule("IGW-7")
def test_the_egress_only_gateway_carries_what_an_appliance_forwards():
    net = load(
        DUAL,
        NOT_MASQUERADED,
        {
            "vpcs app instances nat ipv6_address": "2001:db8:0:2::10",
            "vpcs app route_tables private ::/0": "nat",
            "vpcs app route_tables public ::/0": "eigw",
        },
    )
    assert net.trace("twin", "six", "tcp/443").delivered


PRIVATE_IPV6 = {
    "vpcs app cidrs": ["10.0.0.0/16", "fd12:3456:7800::/48"],
    "vpcs app egress_only_internet_gateway": "eigw",
    "vpcs app subnets private ipv6_cidr": "fd12:3456:7800::/64",
    "vpcs app instances twin ipv6_address": "fd12:3456:7800::10",
    "internet hosts six": {"ip": "2606:4700::1111"},
}


@pytest.mark.rule("IGW-15")
@pytest.mark.parametrize("gateway", ["igw", "eigw"])
def test_private_ipv6_is_not_on_the_internet(gateway):
    net = load(PRIVATE_IPV6, {"vpcs app route_tables private ::/0": gateway})
    blames(net.trace("twin", "six", "tcp/443"), "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "IGW-15", f"app.{gateway}")
    inward = net.trace("six", "fd12:3456:7800::10", "tcp/443")
    blames(inward, "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", "IGW-15", "internet")


@pytest.mark.rule("IGW-8")
@pytest.mark.rule("IPV6-3")
def test_ipv6_is_not_translated_and_goes_both_ways():
    net = load(DUAL, {"vpcs app route_tables public ::/0": "igw"})
    out = net.trace("web", "six", "icmpv6/128")
    passes(out)
    assert {str(hop.after) for hop in out.forward} == {"icmpv6/128/0 2001:db8:0:2::20 -> 2001:4860:4860::8888"}
    passes(net.trace("six", "2001:db8:0:2::20", "tcp/443"))


@pytest.mark.rule("IGW-10")
def test_a_private_nat_gateway_does_not_get_out():
    private = {"vpcs app nat_gateways ngw": {"subnet": "public", "connectivity": "private"}}
    blames(
        load(private).trace("probe", "www", "tcp/443"),
        "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
        "IGW-4",
        "app.igw",
    )


@pytest.mark.rule("IGW-11")
@pytest.mark.rule("PEER-5")
@pytest.mark.rule("NATGW-10")
@pytest.mark.rule("NATI-9")
def test_a_peer_cannot_borrow_the_gateway_or_a_nat_device():
    net = load({"vpcs data route_tables api": {ANY: "pcx"}})
    blames(net.trace("api", "www", "tcp/443"), "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", "PEER-4", "pcx")


@pytest.mark.rule("IPV6-4")
def test_the_egress_only_gateway_lets_out_and_answers_in_and_nothing_else():
    way = {
        "vpcs app route_tables private ::/0": "eigw",
        "vpcs app internet_gateway": GONE,
        "vpcs app nat_gateways": GONE,
        "vpcs app route_tables public": {},
        f"vpcs app route_tables private {ANY}": GONE,
    }
    net = load(DUAL, way)
    passes(net.trace("twin", "six", "tcp/443"))
    blames(net.trace("six", SIX, "tcp/443"), "EIGW_OUTBOUND_ONLY", "IPV6-4", "app.eigw")
    refuses(
        "IPV6-4",
        "vpcs app route_tables private 192.0.2.0/24",
        DUAL,
        {"vpcs app route_tables private 192.0.2.0/24": "eigw"},
    )


@pytest.mark.rule("WALK-19")
def test_the_egress_only_gateway_does_not_answer_what_came_in_another_way():
    net = load(DUAL, {"vpcs app route_tables public ::/0": "eigw"})
    trace = net.trace("six", "2001:db8:0:2::20", "tcp/443")
    blames(trace, "ASYMMETRIC_RETURN", "WALK-19", "app.eigw", "reply")


@pytest.mark.rule("ROUTE-25")
def test_a_public_subnet_is_one_with_a_route_to_the_gateway():
    passes(load(DIRECT, {"vpcs app instances probe public_ip": True}).trace("probe", "www", "tcp/443"))
