"""What a round trip says of other addresses of a network outside AWS is true behind NAT gateways and appliances too."""

from __future__ import annotations

import random
from itertools import product

import pytest
from tests.dataplane.test_scopes import hold_all, others, seen
from tests.designs import Changes
from tests.gateways import MAIN, load
from tests.resources.test_network import TWO
from tests.resources.test_transit_gateway import APPLIANCE, INSPECTION, WEST
from tests.resources.test_vpn_gateway import DIRECT, FIREWALL

import reachsim
from reachsim.net.cidr import AddressSet
from reachsim.topology.round_trip import round_trip

DESIGNS: dict[str, tuple[Changes, ...]] = {
    "as it is": (),
    "a peering of gateways": (WEST, {f"{MAIN} routes 10.8.0.0/16": "west"}),
    "appliances by zone": (APPLIANCE,),
    "inspection": (INSPECTION,),
    "allowed prefixes": (DIRECT, {"direct_connect_gateways dx allowed_prefixes": ["10.4.0.0/24"]}),
    "an appliance behind a virtual private gateway": (FIREWALL,),
    "two connections": (TWO,),
    "straight to the internet gateway": ({"vpcs egress route_tables attach": {"0.0.0.0/0": "igw"}},),
}


def from_networks(net: reachsim.Network) -> int:
    """Compare round trips from a network with those from other addresses of their runs; how many were compared."""
    rng, compared = random.Random(3), 0
    for (own, start, label), interface in product(net.topology.senders, net.topology.interfaces.values()):
        for source in (own.first, own.spans[-1][1]):
            found = round_trip(start, None, source, interface.addresses[0], None)
            assert found.run[0] <= source <= found.run[1], (label, interface.name)
            for other in others(rng, found.run, source, AddressSet.everything() - own):
                again = round_trip(start, None, other, interface.addresses[0], None)
                for one, two in ((found.forward, again.forward), (found.reply, again.reply)):
                    assert (one is None) == (two is None)
                    if one is not None and two is not None:
                        assert list(map(seen, one.visits)) == list(map(seen, two.visits)), (
                            label,
                            interface.name,
                            other,
                        )
                compared += 1
    return compared


@pytest.mark.parametrize("name", DESIGNS)
def test_scopes_hold_where_networks_are_joined(name: str) -> None:
    net = load(*DESIGNS[name])
    assert hold_all(random.Random(3), net, 12) > 100
    assert from_networks(net) > 20
