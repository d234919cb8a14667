"""What has all its addresses of the service that made it is offered none by `fix`."""

from __future__ import annotations

import pytest
from tests.answers.test_fix import written
from tests.designs import Changes


@pytest.mark.rule("IGW-16")
def test_what_can_have_no_public_address_is_offered_none() -> None:
    """Its table leads to the internet gateway, of which it has no use; its neighbours may have one each."""
    service: Changes = {"vpcs app interfaces job": {"subnet": "public", "public_ip": "never"}}
    asked = ("job", "www", "tcp/443")
    for public_ip in ("never", None):
        net = written(service, {"vpcs app interfaces job public_ip": public_ip})
        texts = [edit.text for fix in net.fixes(*asked) for edit in fix.edits]
        assert net.trace(*asked).blockers[0].code == "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"
        assert ("give app.job a public address" in texts) is (public_ip is None)
        told = "; ".join(net.fixes(*asked).reasons)
        assert ("app.job never gets a public address (IGW-16)" in told) is (public_ip == "never")


@pytest.mark.rule("IGW-16")
@pytest.mark.parametrize("public_ip", ["never", None])
def test_what_can_have_no_further_address_is_offered_none(public_ip: str | None) -> None:
    """Neither an IPv6 address, nor a public one for a secondary address."""
    service: Changes = {
        "vpcs app cidrs": ["10.0.0.0/16", "2001:db8:0:100::/56"],
        "vpcs app subnets public ipv6_cidr": "2001:db8:0:100::/64",
        "vpcs app interfaces job": {"subnet": "public", "secondary_private_ips": ["10.0.0.77"], "public_ip": public_ip},
        "vpcs app instances web ipv6_address": "2001:db8:0:100::20",
    }
    net = written(service)
    for end, offer in (
        ("2001:db8:0:100::20", "give app.job the IPv6 address 2001:db8:0:100::4"),
        ("10.0.0.77", "give 10.0.0.77 of app.job a public address of its own"),
    ):
        asked = ("job", end, "tcp/443") if ":" in end else ("10.0.0.77", "www", "tcp/443")
        texts = [edit.text for fix in net.fixes(*asked) for edit in fix.edits]
        assert (offer in texts) is (public_ip is None), (end, texts)
