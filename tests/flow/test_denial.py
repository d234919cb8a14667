"""Why a rule that names the other end's group does not match."""

import pytest
from tests.gateways import load


@pytest.mark.rule("SG-11")
def test_an_ipv6_address_of_the_other_vpc_is_its_own():
    """AWS's IPv6 blocks are of the internet's addresses, yet nothing is translated: SG-12 is not the reason."""
    ipv6 = {
        "vpcs app cidrs": ["10.1.0.0/16", "2600:1f18:1::/56"],
        "vpcs app subnets work ipv6_cidr": "2600:1f18:1::/64",
        "vpcs app instances web ipv6_address": "2600:1f18:1::10",
        "vpcs data cidrs": ["10.2.0.0/16", "2600:1f18:2::/56"],
        "vpcs data subnets work ipv6_cidr": "2600:1f18:2::/64",
        "vpcs data instances db ipv6_address": "2600:1f18:2::10",
        "vpcs app security_groups open egress": [{"allow": "all", "to": "data.open"}],
    }
    trace = load(ipv6).trace("app.web", "data.db", "tcp/443")
    assert [(way.label, way.blockers[0].rule_id) for way in trace.ways] == [("IPv4", "SG-11"), ("IPv6", "SG-11")]
