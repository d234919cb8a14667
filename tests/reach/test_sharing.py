"""Walks that are shared by ends which walk alike: not where a device in the subnet of one of them forwards."""

from __future__ import annotations

import pytest
from tests.designs import ALL, ANY, GONE, acl_of, load

import reachsim

ONE_WAY = acl_of("public", [ALL], [f"allow tcp/80 {ANY}"])
"""Nothing but requests to port 80 leaves the subnet of the device."""


def same(net: reachsim.Network) -> None:
    """Every cell of the matrix is what is asked of its pair alone."""
    matrix = net.matrix()
    for one in net.topology.interfaces:
        for other in net.topology.interfaces:
            if one != other:
                assert matrix.reach(one, other) == net.reach(one, other).reachable, (one, other)


@pytest.mark.rule("NACL-5")
def test_a_device_in_one_ends_subnet_is_behind_acls_for_another_end() -> None:
    """What a table sends through `nat`, in place of the local route, comes to `web` on the link that both are on, and to
    `db` by the ACL of that link's subnet, which denies answers to high ports. Whichever walks first, and a second time."""
    net = load(
        ONE_WAY,
        {
            "vpcs app subnets public route_table": GONE,
            "vpcs app route_tables private": {"10.0.0.0/16": "nat"},
            "vpcs app instances nat nat": {"ip_forward": True, "masquerade": False},
            "vpcs app instances nat public_ip": GONE,
            "vpcs app instances web public_ip": GONE,
        },
    )
    matrix = net.matrix()
    assert "client ports 80 only" in str(matrix["app.db", "app.twin"])
    assert not net.trace("app.db", "app.twin", "tcp/443", source_port=50_000)
    same(net)
    same(net)
