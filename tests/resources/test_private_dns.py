"""Which clients an interface endpoint's private DNS is for (EP-8)."""

from __future__ import annotations

import pytest
from tests.designs import Changes, load
from tests.resources.test_vpc_endpoint import APP, KMS, S3, TO_KMS


@pytest.mark.rule("EP-8")
@pytest.mark.parametrize(("written", "goes_by"), [({}, "10.0.2.99"), ({"private_dns": True}, "10.0.2.99")])
def test_beside_a_gateway_endpoint_private_dns_is_for_inbound_resolver_endpoints(
    written: Changes, goes_by: str
) -> None:
    interface = {**KMS[f"{APP} vpc_endpoints kms"], "service": "s3", **written}
    alone = load({**KMS, f"{APP} vpc_endpoints kms": interface})
    assert goes_by in alone.trace("probe", "service:s3", "tcp/443").resolved
    both = load({**S3, **KMS, f"{APP} vpc_endpoints kms": interface}).trace("probe", "service:s3", "tcp/443")
    assert (goes_by in both.resolved) is bool(written)
    assert ("for inbound Resolver endpoints alone" in both.resolved) is not bool(written)
    other = load({**S3, **KMS}).trace(*TO_KMS)  # of another service than the gateway endpoint's
    assert goes_by in other.resolved


@pytest.mark.rule("EP-8")
def test_its_own_clients_are_what_a_fix_would_make_it_for() -> None:
    interface = {**KMS[f"{APP} vpc_endpoints kms"], "service": "s3"}
    net = load({**S3, **KMS, f"{APP} vpc_endpoints kms": interface, f"{APP} vpc_endpoints s3 route_tables": ["main"],
                f"{APP} route_tables private": {}})  # fmt: skip
    texts = [str(fix) for fix in net.fixes("probe", "service:s3", "tcp/443")]
    assert any("switch the private DNS of endpoint kms on" in text for text in texts), texts
