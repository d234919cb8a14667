import pytest
from tests.designs import ANY, blames, group, load, passes
from tests.designs import design as base

STATES = [
    "pending-acceptance",
    "initiating-request",
    "provisioning",
    "deleting",
    "deleted",
    "rejected",
    "expired",
    "failed",
]
THIRD = {
    "vpcs far": {
        "cidrs": ["10.2.0.0/16"],
        "subnets": {"s": {"cidr": "10.2.0.0/24"}},
        "route_tables": {"main": {"10.0.0.0/16": "data-far"}},
        "instances": {"c": {"subnet": "s", "private_ip": "10.2.0.9"}},
    },
    "peering_connections data-far": {"requester": "data", "accepter": "far"},
    "vpcs app route_tables private 10.2.0.0/16": "pcx",
}


@pytest.mark.rule("PEER-1")
@pytest.mark.rule("PEER-12")
@pytest.mark.parametrize("status", STATES)
def test_only_an_active_peering_carries_traffic(status):
    passes(load().trace("probe", "api", "tcp/80"))
    trace = load({"peering_connections pcx status": status}).trace("probe", "api", "tcp/80")
    blames(trace, "BAD_STATE_ROUTE", "PEER-12" if status == "deleted" else "ROUTE-15", "app")


@pytest.mark.rule("PEER-3")
@pytest.mark.rule("WALK-10")
def test_each_side_needs_a_route_of_its_own():
    one_side = load({"vpcs data route_tables api": {}})
    blames(one_side.trace("probe", "api", "tcp/80"), "NO_ROUTE_TO_DESTINATION", "ROUTE-16", "data", "reply")
    narrow = load({"vpcs data route_tables api": {"10.0.1.10/32": "pcx"}})
    passes(narrow.trace("probe", "api", "tcp/80"))
    assert not narrow.trace("twin", "api", "tcp/80").reachable


@pytest.mark.rule("PEER-4")
def test_the_destination_must_be_in_the_far_vpc():
    net = load({f"vpcs app route_tables private {ANY}": "pcx"})
    blames(net.trace("probe", "dns", "tcp/80"), "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", "PEER-4", "pcx")


@pytest.mark.rule("PEER-6")
def test_a_peering_is_not_transitive():
    blames(load(THIRD).trace("probe", "10.2.0.9", "tcp/80"), "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", "PEER-4", "pcx")


@pytest.mark.rule("PEER-6")
def test_what_is_not_from_the_near_vpc_is_not_carried_either():
    """A middlebox of the VPC in between cannot pass on what came over the other peering."""
    way = {
        "vpcs data instances api": base()["vpcs"]["data"]["instances"]["api"]
        | {"source_dest_check": False, "nat": {"masquerade": False}},
        "vpcs data route_tables api": {"10.0.0.0/16": "pcx", "10.2.0.0/16": "data-far"},
        "vpcs far instances c security_groups": ["open"],
        "vpcs far security_groups open": {"ingress": [{"allow": "all", "from": ANY}]},
        "vpcs far route_tables main": {"10.0.0.0/16": "data-far"},
        "vpcs data route_tables main": {},
    }
    net = load(THIRD, way)
    blames(net.trace("c", "10.0.1.10", "tcp/80"), "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", "PEER-4", "data-far")


@pytest.mark.rule("PEER-9")
def test_replies_follow_route_tables_alone():
    """Two peers with the same addresses: the answer goes to the one that the table names."""
    design = base()
    twin = design["vpcs"]["data"] | {"route_tables": {"api": {"10.0.0.0/16": "app-twin"}}}
    net = load({"vpcs twin": twin, "peering_connections app-twin": {"requester": "app", "accepter": "twin"}})
    blames(net.trace("twin.api", "app.twin", "tcp/80"), "DELIVERED_ELSEWHERE", "PEER-9", "data.api", "reply")
    passes(net.trace("data.api", "app.twin", "tcp/80"))
    blames(net.trace("probe", "twin.api", "tcp/80"), "DELIVERED_ELSEWHERE", "PEER-9", "data.api")


@pytest.mark.rule("WALK-9")
def test_no_route_table_of_the_peer_is_read_on_arrival():
    net = load(
        {
            "vpcs data route_tables api": {"10.0.0.0/16": "pcx"},
            "vpcs data route_tables main": {ANY: "blackhole"},
        }
    )
    trace = net.trace("probe", "api", "tcp/80")
    passes(trace)
    assert [hop.checkpoint for hop in trace.forward if hop.component.startswith(("data", "pcx"))] == [
        "peering app -> data",
        "network ACL default ingress",
        "link",
        "security group open ingress",
        "instance",
    ]


def test_the_group_of_the_destination_is_asked():
    trace = load(group("open", vpc="data")).trace("probe", "api", "tcp/80")
    blames(trace, "SG_HAS_NO_RULES", "SG-1", "data.api")
