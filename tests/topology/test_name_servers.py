"""Names that other name servers answer than Amazon's (DNS-5)."""

from __future__ import annotations

import pytest
from tests.designs import Changes, load

import reachsim

SHARED: Changes = {
    "vpcs app enable_dns_hostnames": True,
    "vpcs app vpc_endpoints kms": {
        "type": "interface",
        "service": "kms",
        "subnets": ["isolated"],
        "security_groups": ["open"],
    },
    "private_hosted_zones": {"corp.example": {"vpcs": ["app"], "records": {"db": "db"}}},
    "internet hosts": {"www.example.com": {"ip": "203.0.113.9"}},
}


def asked(name: str, *domains: str) -> reachsim.Trace:
    return load(SHARED, {"vpcs app other_name_servers": list(domains)}).trace("probe", name, "tcp/443")


@pytest.mark.rule("DNS-5")
@pytest.mark.parametrize(
    ("name", "domains", "known"),
    [
        ("db.corp.example", (), True),
        ("db.corp.example", (".",), False),
        ("db.corp.example", ("corp.example",), False),
        ("db.corp.example", ("Example",), False),
        ("db.corp.example", ("orp.example",), True),
        ("db.corp.example", ("x.corp.example", "other.example"), True),
        ("service:kms", (".",), False),
        ("service:kms", ("amazonaws.com",), False),
        ("service:kms", ("corp.example",), True),
        ("db", (".",), True),  # a name of the file, not of DNS
        ("www.example.com", (".",), True),  # a host outside, whose address the file tells
    ],
)
def test_what_a_name_means_that_others_answer_is_not_known(name: str, domains: tuple[str, ...], known: bool) -> None:
    trace = asked(name, *domains)
    assert ("other name servers than Amazon's" in trace.undecided) is not known


@pytest.mark.rule("DNS-5")
def test_it_is_so_in_the_vpc_that_asks_them() -> None:
    net = load(SHARED, {"vpcs data other_name_servers": ["."]})
    assert not net.trace("probe", "db.corp.example", "tcp/443").undecided
