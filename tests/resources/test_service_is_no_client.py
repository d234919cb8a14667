"""The internet as a source: services that gateway endpoints lead to are not among it (docs/decisions.md)."""

from __future__ import annotations

import pytest

import reachsim

SITE = """\
version: 1
REGION
prefix_lists: {S3}
vpcs:
  v:
    cidrs: [10.0.0.0/16]
    internet_gateway: igw
    subnets:
      a: {cidr: 10.0.0.0/24, az: a, route_table: public}
    route_tables:
      public: {0.0.0.0/0: igw}
    ENDPOINT
    security_groups:
      web: {ingress: [{from: 0.0.0.0/0, allow: tcp/80}]}
    instances:
      web: {subnet: a, security_groups: [web], public_ip: true}
"""


def site(region: str = "", s3: str = "", endpoint: bool = True) -> reachsim.Network:
    """A web server whose table has the route of a gateway endpoint for S3, or not."""
    written = "vpc_endpoints: {s3: {type: gateway, service: s3, route_tables: [public]}}" if endpoint else ""
    return reachsim.loads(SITE.replace("REGION", region).replace("S3", s3).replace("ENDPOINT", written))


@pytest.mark.parametrize("site_of", [{"region": "region: eu-west-1"}, {"s3": "s3: [52.219.0.0/24]"}, {}])
def test_a_service_with_a_gateway_endpoint_is_no_client_from_the_internet(site_of: dict[str, str]) -> None:
    """It answers and never asks: a web server in a subnet with the endpoint's route is open to the whole internet, though an
    answer to the service's own addresses would go into the endpoint."""
    net = site(**site_of)
    assert net.expect("internet", "web", allow="tcp/80").holds
    assert [str(exposed.lost) for exposed in net.exposure()] == ["nothing"]
    without = site(**site_of, endpoint=False)
    assert [change.sources for change in reachsim.diff(without, net).closed if "internet" in change.sources] == []


def test_an_address_of_the_service_still_means_itself() -> None:
    net = site(s3="s3: [52.219.0.0/24]")
    asked = net.trace("52.219.0.9", "web", "tcp/80")
    assert asked.delivered
    assert not asked.reachable
    assert net.trace("web", "52.219.0.9", "tcp/443").reachable
    assert not net.expect("web", "internet", deny="tcp/443").holds
