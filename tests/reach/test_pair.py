"""The exact set of a pair, packet by packet against the trace and against the naive oracle."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from tests.designs import ANY, DUAL, NAT_INSTANCE, acl_of, group, load
from tests.networks import NOWHERE, border, laws, network, seeds, some_pairs, traces, twins
from tests.oracle.blocks import number, within
from tests.oracle.naive import judge
from tests.oracle.naive.world import World

from reachsim.flow.ports import NO_LOSS
from reachsim.net.address import format_address
from reachsim.net.cidr import AddressSet, Cidr
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.intervals import PortSet
from reachsim.net.packet import Packet
from reachsim.net.traffic import ICMP, ICMPV6, PORTED, TCP, UDP, Traffic
from reachsim.reach.flow_answer import rectangles
from reachsim.reach.pair import Reach
from reachsim.rules.nat import TRANSLATED_PORTS

REFINED = {"SG_REFERENCES_NOT_PRESERVED": "ENI_SG_RULES_MISMATCH"}
"""What a trace says more exactly than a set does."""


def borders(rng: random.Random, answer: Reach) -> set[Packet]:
    """Packets in, out and at the borders of an answer's sets."""
    spaces = (answer.reachable, answer.sometimes, answer.delivered, answer.asked - answer.reachable)
    return {packet for space in spaces for packet in border(rng, space, 5)}


@laws(8)
@given(seeds)
def test_a_packet_is_in_the_set_exactly_when_its_trace_says_so(seed: int) -> None:
    rng, design, net = network(seed)
    for source, destination in some_pairs(rng, net, 8, design=design):
        answer = net.reach(source, destination)
        for packet in borders(rng, answer):
            told = list(traces(net, source, destination, packet))
            assert any(trace.delivered for trace in told) == (packet in answer.delivered), (source, destination, packet)
            assert any(trace.reachable for trace in told) == (packet in answer.reachable), (source, destination, packet)
            assert any(trace.always for trace in told) == (packet in answer.always), (source, destination, packet)
            assert (packet in answer.partial) == ({trace.verdict for trace in told} == {"partial"})
            lost = {way.choices for trace in told for way in trace.ways if trace.delivered and way.choices.share}
            assert lost - {NO_LOSS} >= {choices for choices, space in answer.losses.items() if packet in space}
            assert (packet in answer) == (packet in answer.reachable)


@laws(8)
@given(seeds)
def test_every_witness_replays(seed: int) -> None:
    rng, design, net = network(seed)
    for source, destination in some_pairs(rng, net, 8, design=design):
        answer = net.reach(source, destination)
        witness = answer.witness()
        assert (witness is None) == (not answer)
        if witness is not None:
            assert witness in answer
            assert any(trace.reachable for trace in traces(net, source, destination, witness))
        refused = (answer.asked - answer.reachable).witness()
        if refused is not None:
            assert not any(trace.reachable for trace in traces(net, source, destination, refused))


@laws(8)
@given(seeds)
def test_stops_and_what_is_reachable_make_up_what_is_asked(seed: int) -> None:
    rng, design, net = network(seed)
    for source, destination in some_pairs(rng, net, 8, design=design):
        answer = net.reach(source, destination)
        if answer.undecided:
            continue
        stops = answer.stops
        assert HeaderSpace.union([answer.always, *(stop.space for stop in stops)]) == answer.asked
        assert answer.always <= answer.reachable <= answer.always | answer.sometimes <= answer.delivered
        assert answer.always.isdisjoint(answer.sometimes)
        assert all(stop.space for stop in stops)
        places = {(part.sources, part.destinations) for part in answer.parts}
        if len(places) < len(answer.parts):  # a function that may send from one interface in two versions
            continue
        taken = answer.always
        for stop in stops:
            assert stop.space.isdisjoint(answer.delivered) == (stop.leg == "forward"), str(stop)
            if stop.nat_ports is not None:
                assert stop.space.isdisjoint(answer.always), str(stop)
                assert stop.nat_ports <= TRANSLATED_PORTS - PortSet.nothing()
                continue
            assert stop.space.isdisjoint(taken | answer.sometimes), str(stop)
            taken |= stop.space


@laws(8)
@given(seeds)
def test_a_trace_of_a_packet_of_a_stop_blames_the_same(seed: int) -> None:
    rng, design, net = network(seed)
    for source, destination in some_pairs(rng, net, 6, design=design):
        answer = net.reach(source, destination)
        if not answer.undecided:
            for stop in answer.stops:
                for packet in border(rng, stop.space, 2):
                    told = list(traces(net, source, destination, packet))
                    if stop.nat_ports is not None:
                        lost = [ports for trace in told for way in trace.ways for ports in way.choices.lost]
                        assert any(stop.nat_ports <= ports for ports in lost), (str(stop), packet)
                        continue
                    blamed = {
                        (REFINED.get(b.code, b.code), b.component, b.leg) for trace in told for b in trace.blockers
                    }
                    assert (REFINED.get(stop.code, stop.code), stop.component, stop.leg) in blamed, (str(stop), packet)


def unsettled(lost: str) -> bool:
    """Whether the oracle decides what the rule book leaves open: IPv6 through a host that masquerades (NATI-5)."""
    return "does not translate IPv6" in lost


def unknown_service(address: int) -> bool:
    """Whether one of AWS's services has the address that the oracle does not know of (SG-24)."""
    text = format_address(address)
    return text in ("169.254.170.2", *(f"169.254.169.{n}" for n in (249, 250, 251))) or text.startswith("fd00:ec2:")


def token_of(packet: Packet) -> str | None:
    """A packet's traffic as the oracle reads it; None for what the oracle does not know."""
    protocol, low = packet.protocol, packet.service & 0xFFFF
    if protocol in PORTED:
        return f"{'tcp' if protocol == TCP else 'udp'}/{low}"
    if protocol in (ICMP, ICMPV6):
        if protocol == ICMP and low >> 8 in (13, 15, 17):  # answers that only reachsim knows
            return None
        return f"{'icmp' if protocol == ICMP else 'icmpv6'}/{low >> 8}/{low & 0xFF}"
    return f"proto/{protocol}"


def same_as_the_oracle(world: World, answer: Reach, packet: Packet, sender: str) -> None:
    """Hold an answer against what the oracle says of one packet, where it knows it."""
    token = token_of(packet)
    if token is None:
        return
    said = judge(world, sender, format_address(packet.destination), token, packet.source_port)
    if not unsettled(said.lost):
        told = packet in answer.delivered, packet in answer.always
        assert (said.forward, said.reachable) == told, (sender, packet, said.lost)


@laws(8)
@given(seeds)
def test_sets_agree_with_the_oracle(seed: int) -> None:
    rng, design, net = network(seed)
    world = World(design)
    if twins(design):
        return
    for source, destination in some_pairs(rng, net, 8, inside=True, design=design):
        if "(" in destination or net.topology.interfaces[source].kind not in ("instance", "interface"):
            continue  # a NAT gateway sends nothing of its own
        answer = net.reach(source, destination)
        for packet in sorted(borders(rng, answer), key=str)[:6]:
            same_as_the_oracle(world, answer, packet, source)


@laws(8)
@given(seeds)
def test_sets_from_and_to_the_internet_agree_with_the_oracle(seed: int) -> None:
    rng, design, net = network(seed)
    world = World(design)
    inner = [
        interface.name for interface in net.topology.interfaces.values() if interface.kind in ("instance", "interface")
    ]
    for name in rng.sample(inner, min(3, len(inner))):
        for source, destination in ((name, "internet"), ("internet", name)):
            answer = net.reach(source, destination)
            for packet in sorted(borders(rng, answer), key=str)[:5]:
                sender = name if source == name else format_address(packet.source)
                same_as_the_oracle(world, answer, packet, sender)


@laws(6)
@given(seeds)
def test_a_block_is_the_union_of_what_is_in_it(seed: int) -> None:
    rng, design, net = network(seed)
    vpc = rng.choice(list(design["vpcs"]))
    block = design["vpcs"][vpc]["cidrs"][0]
    other = rng.choice([name for name in net.topology.interfaces if "(" not in name])
    inside = [interface.name for interface in net.endpoint(block).interfaces if interface.name != other]
    mine = Cidr.parse(block).addresses
    senders = [
        o.interface.name for o in net.endpoint(block).origins if o.interface is not None and o.interface.name != other
    ]
    there = HeaderSpace.union(net.reach(one, other).reachable for one in senders)
    # AWS's own services are addresses of the block too (WALK-20).
    services = [format_address(address) for address in net.topology.vpcs[vpc].service_places if address in mine]
    back = HeaderSpace.union(net.reach(other, one).reachable for one in [*inside, *services])
    # A block means secondary addresses too, a name does not.
    second = [a for i in net.topology.interfaces.values() for a in set(i.addresses) - set(i.primary)]
    named = mine - AddressSet.union_of((a, a) for a in second)
    assert net.reach(block, other).reachable.restrict(sources=named) == there.restrict(sources=named)
    if len(design["vpcs"]) == 1:  # from elsewhere a name may mean another address than the one in the block
        assert net.reach(other, block).reachable.restrict(destinations=named) == back.restrict(destinations=named)


PUBLIC_BLOCKS = ["198.51.100.0/24", "198.51.100.0/25", "198.51.0.0/16", "128.0.0.0/1", "2001:db8::/40", "2000::/3"]


@laws(8)
@given(seeds)
def test_a_public_block_is_the_interfaces_and_the_world_in_it(seed: int) -> None:
    """Each address of a block means itself: as a destination to whom it is mapped, as a source who sends with it."""
    rng, design, net = network(seed)
    block = rng.choice(PUBLIC_BLOCKS)
    inside = Cidr.parse(block).addresses
    other = rng.choice(
        [
            interface.name
            for interface in net.topology.interfaces.values()
            if interface.kind in ("instance", "interface")
        ]
    )
    mapped = [
        (f"{vpc}.{name}", body["public_ip"])
        for vpc, rooms in design["vpcs"].items()
        for kind in ("instances", "interfaces", "nat_gateways")
        for name, body in rooms.get(kind, {}).items()
        if isinstance(body.get("public_ip"), str)
    ]
    held = [(name, public) for name, public in mapped if within(public, block)]
    blocks = [cidr for vpc in design["vpcs"].values() for cidr in vpc["cidrs"]]
    there, back = net.reach(other, block), net.reach(block, other)
    for name, public in held:
        one = Cidr.parse_peer(public).addresses
        if name != other and name in net.topology.interfaces and net.topology.interfaces[name].kind != "nat gateway":
            assert there.reachable.restrict(destinations=one) == net.reach(other, public).reachable, (other, public)
            assert there.delivered.restrict(destinations=one) == net.reach(other, public).delivered, (other, public)
    senders = [name for name, _ in held if name != other and ".".join(name.split(".")[1:]) and "ngw" not in name]
    private = {name: AddressSet.of((net.topology.interfaces[name].addresses[0],) * 2) for name in senders}
    for name in senders:
        if not any(within(format_address(private[name].first), cidr) for cidr in (block,)) and not twins(design):
            assert back.delivered.restrict(sources=private[name]) == net.reach(name, other).delivered.restrict(
                sources=private[name]
            ), (name, other)
    world = inside - AddressSet.union_of(
        span for public in mapped for span in Cidr.parse_peer(public[1]).addresses.spans
    )
    world -= AddressSet.union_of(span for cidr in blocks for span in Cidr.parse(cidr).addresses.spans)
    outward, inward = net.reach(other, "internet"), net.reach("internet", other)
    world &= outward.destinations | inward.sources
    assert there.delivered.restrict(destinations=world) == outward.delivered.restrict(destinations=world)
    assert there.reachable.restrict(destinations=world) == outward.reachable.restrict(destinations=world)
    assert back.delivered.restrict(sources=world) == inward.delivered.restrict(sources=world)
    assert back.reachable.restrict(sources=world) == inward.reachable.restrict(sources=world)


@laws(8)
@given(seeds)
def test_sets_between_blocks_and_interfaces_agree_with_the_oracle(seed: int) -> None:
    rng, design, net = network(seed)
    world = World(design)
    if twins(design):
        return
    inner = [
        interface.name for interface in net.topology.interfaces.values() if interface.kind in ("instance", "interface")
    ]
    for name in rng.sample(inner, min(3, len(inner))):
        block = rng.choice([*PUBLIC_BLOCKS, *(cidr for vpc in design["vpcs"].values() for cidr in vpc["cidrs"])])
        answer = net.reach(name, block)
        for packet in sorted(borders(rng, answer), key=str)[:6]:
            token = token_of(packet)
            if token is None:
                continue
            said = judge(world, name, format_address(packet.destination), token, packet.source_port)
            if not unsettled(said.lost) and not unknown_service(packet.destination):
                assert (said.forward, said.reachable) == (packet in answer.delivered, packet in answer.reachable), (
                    name,
                    block,
                    packet,
                    said.lost,
                )


def place_of(address: str) -> int:
    """An address on the one line of all addresses, where IPv6 comes after IPv4."""
    return number(address) + (1 << 32 if ":" in address else 0)


@laws(20)
@given(seeds)
def test_a_name_means_the_addresses_that_the_design_gives_it(seed: int) -> None:
    """Private addresses near by, the public one and IPv6 from elsewhere: read from the design, not from the topology."""
    rng, design, net = network(seed, simple=True)
    members = {
        f"{vpc}.{name}": (vpc, body)
        for vpc, rooms in design["vpcs"].items()
        for kind in ("instances", "interfaces")
        for name, body in rooms.get(kind, {}).items()
        if "private_ip" in body
    }
    peerings = design.get("peering_connections", {}).values()
    peered = {frozenset({ends["requester"], ends["accepter"]}) for ends in peerings}
    for name in rng.sample(list(members), min(4, len(members))):
        vpc, body = members[name]
        six = [body["ipv6_address"]] if "ipv6_address" in body else []
        near, far = [body["private_ip"], *six], [body.get("public_ip", body["private_ip"]), *six]
        for source in rng.sample([*members, "internet"], min(4, len(members) + 1)):
            if source == name:
                continue
            home, sender = members.get(source, ("", {}))
            meant = near if home == vpc or frozenset({home, vpc}) in peered else far
            if source != "internet" and "ipv6_address" not in sender:
                meant = [address for address in meant if ":" not in address]
            asked = AddressSet.union_of((place, place) for place in map(place_of, meant))
            assert net.reach(source, name).destinations == asked, (source, name)


@laws(8)
@given(seeds)
def test_the_first_blocker_of_a_trace_is_the_stop_that_has_the_packet(seed: int) -> None:
    rng, design, net = network(seed)
    for source, destination in some_pairs(rng, net, 8, design=design):
        answer = net.reach(source, destination)
        if answer.undecided:
            continue
        for packet in borders(rng, answer):
            for trace in traces(net, source, destination, packet):
                stops = [(stop.code, stop.component, stop.leg) for stop in answer.stops if packet in stop.space]
                first = [(b.code, b.component, b.leg) for b in trace.blockers[:1]]
                assert not (first and not stops), (source, destination, packet, first)
                assert not first or first[0] in stops, (source, destination, packet, first, stops)
                assert trace.reachable or stops, (source, destination, packet)


# --- by hand ------------------------------------------------------------------------------------------------


@pytest.mark.rule("NACL-12")
def test_an_answer_comes_back_to_some_client_ports() -> None:
    answer = load(acl_of("isolated", [f"allow all {ANY}"], [f"allow tcp/32768-60999 {ANY}"])).reach("probe", "db")
    assert str(answer & HeaderSpace.box(Traffic.parse("tcp"), *[answer.sources, answer.destinations])) == (
        "tcp from 10.0.1.10/32 to 10.0.2.20/32 (client ports 32768-60999 only)"
    )
    assert answer.title.endswith("; tcp (client ports 32768-60999 only)")


@pytest.mark.rule("NATGW-4")
@pytest.mark.parametrize(("ports", "comes_back"), [("1024-65535", True), ("1025-65535", False), ("1024-65534", False)])
def test_every_port_that_a_nat_gateway_may_choose_has_to_come_back(ports: str, comes_back: bool) -> None:
    net = load(acl_of("public", [f"allow tcp/{ports} {ANY}", "allow all 10.0.0.0/16"], [f"allow all {ANY}"]))
    answer = net.reach("probe", "www")
    assert (Traffic.parse("tcp") <= answer.always.traffic()) == comes_back
    assert Traffic.parse("tcp") <= answer.reachable.traffic()
    assert Traffic.parse("tcp") <= answer.delivered.traffic()


@pytest.mark.rule("NATI-7")
def test_client_ports_before_a_nat_instance_are_the_clients() -> None:
    net = load(
        NAT_INSTANCE,
        acl_of("private", [f"allow tcp/40000-40010 {ANY}"], [f"allow all {ANY}"]),
    )
    space = net.reach("probe", "www").reachable.restrict(traffic=Traffic.parse("tcp"))
    assert space.source_ports() == PortSet.of((40000, 40010))


def test_a_set_of_far_addresses_is_cut_where_rules_cut_it() -> None:
    net = load(group("open", ("tcp/22", ["203.0.113.0/24", "198.51.100.128/25"]), ("tcp/443", ANY)))
    answer = net.reach("internet", "web")
    assert str(answer & HeaderSpace.box(Traffic.parse("tcp/443"), answer.sources, answer.destinations)) != "nothing"
    ssh = answer.reachable.restrict(traffic=Traffic.parse("tcp/22"))
    assert str(ssh.sources()) == "198.51.100.128/25,203.0.113.0/24"


def test_far_addresses_that_fail_for_different_reasons_have_stops_of_their_own() -> None:
    net = load(
        group("open", ("all", "203.0.113.0/24")),
        acl_of("public", ["deny all 198.51.100.0/24", f"allow all {ANY}"], [f"allow all {ANY}"]),
    )
    stops = {stop.code: stop.space.sources() for stop in net.reach("internet", "web").stops}
    assert stops.keys() == {"SUBNET_ACL_RESTRICTION", "ENI_SG_RULES_MISMATCH"}
    assert stops["SUBNET_ACL_RESTRICTION"] <= net.reach("198.51.100.0/24", "web").asked.sources()


def test_what_a_checkpoint_loses_wholly_is_not_blamed_on_its_filter_too() -> None:
    net = load({"vpcs app nat_gateways ngw state": "pending"})
    stops = net.reach("probe", "www").stops
    assert [stop.code for stop in stops] == ["BAD_STATE"]
    assert stops[0].space == net.reach("probe", "www").asked


def test_nothing_is_said_of_what_is_not_modelled() -> None:
    wall = {"vpcs app network_firewalls fw": {"subnet": "private"}, "vpcs data network_firewalls fw": {"subnet": "api"}}
    there = load(wall, {"vpcs app route_tables private 10.1.0.0/16": "fw"}).reach("probe", "api")
    assert "app.fw" in there.undecided
    assert (there.reachable, there.delivered) == (NOWHERE, NOWHERE)
    back = load(wall, {"vpcs data route_tables api 10.0.1.10/32": "fw"}).reach("probe", "api")
    assert "data.fw" in back.undecided
    assert Traffic.parse("tcp").isdisjoint(back.reachable.traffic())


def test_both_families() -> None:
    net = load(DUAL, {"vpcs app route_tables private ::/0": "eigw"})
    answer = net.reach("twin", "web")
    assert answer.reachable.sources().count == 2
    assert answer.title == "all"
    assert net.reach("twin", "six").title == "all"
    assert net.reach("six", "twin").reachable.traffic() == Traffic.parse("icmpv6") - Traffic.parse("icmpv6/128")


def test_a_reach_is_a_set() -> None:
    net = load()
    one, other = net.reach("probe", "db"), net.reach("twin", "db")
    assert (one | other) == HeaderSpace.union([one.reachable, other.reachable])
    assert (one & other) == NOWHERE
    assert one - other == one
    assert (one ^ one.reachable) == NOWHERE
    assert one.reachable & ~one == NOWHERE
    assert one != other
    assert len({one, net.reach("probe", "db")}) == 1
    assert bool(one)
    assert one.__or__(3) is NotImplemented
    assert repr(one) == "<app.probe -> app.db: all>"


def test_an_interface_and_itself_is_no_pair() -> None:
    answer = load().reach("db", "db")
    assert not answer
    assert answer.asked == NOWHERE


def test_a_name_that_means_nobody_has_one_stop_less_part() -> None:
    answer = load().reach("192.168.7.0/24", "db")
    assert not answer
    assert answer.parts[0].flow.loss is not None
    assert answer.stops == ()


def test_rectangles_are_ports_there_times_ports_back() -> None:
    there, back = Traffic.parse("tcp/443, udp/53, icmp/8, icmp/3"), Traffic.parse("tcp/1024-65535, icmp/0")
    found = {str(traffic): ports for traffic, ports in rectangles(there, back)}
    assert found == {"tcp/443": PortSet.of((1024, 65535)), "icmp/3, icmp/8": PortSet.everything()}
    assert rectangles(Traffic.parse(f"proto/{UDP}"), Traffic.nothing()) == ()


def test_networks_of_the_laws_have_all_kinds_of_answers() -> None:
    kinds: set[str] = set()
    for seed in range(60):
        rng, _, net = network(seed)
        for source, destination in some_pairs(rng, net, 12):
            answer = net.reach(source, destination)
            text = answer.title
            kinds.add("all" if text == "all" else "nothing" if text == "nothing" else "some")
            kinds |= {"client ports"} if "client ports" in text else set()
            kinds |= {"undecided"} if answer.undecided else set()
            kinds |= {stop.leg for stop in answer.stops}
    assert kinds == {"all", "nothing", "some", "client ports", "undecided", "forward", "reply"}
