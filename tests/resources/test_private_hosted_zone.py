"""Private hosted zones (DNS-2)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.designs import ANY, GONE, Changes, blames, load, passes, problems

ZONE: Changes = {
    "vpcs app enable_dns_hostnames": True,
    "private_hosted_zones corp.example": {
        "vpcs": ["app"],
        "records": {"db": "10.0.2.20", "twin.corp.example": "twin", "pair": ["10.0.2.20", "10.0.2.77"], "@": "db"},
    },
}


@pytest.mark.rule("DNS-2")
def test_its_names_mean_something_in_its_vpcs() -> None:
    net = load(ZONE)
    trace = net.trace("probe", "db.corp.example", "tcp/80")
    passes(trace)
    assert trace.resolved == "db.corp.example is 10.0.2.20: private zone corp.example (DNS-2)"
    twin = net.trace("probe", "twin.corp.example", "tcp/80")
    assert (twin.reachable, twin.forward[-1].component) == (True, "app.twin")
    assert net.trace("probe", "corp.example", "tcp/80").forward[-1].component == "app.db"


@pytest.mark.rule("DNS-2")
def test_it_is_not_seen_elsewhere_nor_without_both_attributes() -> None:
    asked = ("db.corp.example", "tcp/80")
    net = load(ZONE, {"vpcs data enable_dns_hostnames": True})
    blames(net.trace("api", *asked), "NAME_NOT_RESOLVED", "DNS-2", "db.corp.example")
    blames(net.trace("www", *asked), "NAME_NOT_RESOLVED", "DNS-2", "db.corp.example")
    for attribute in ("enable_dns_hostnames", "enable_dns_support"):
        trace = load(ZONE, {f"vpcs app {attribute}": False}).trace("probe", *asked)
        blames(trace, "NAME_NOT_RESOLVED", "DNS-2", "db.corp.example")
        assert f"{attribute} of VPC app is false" in trace.blockers[0].text


@pytest.mark.rule("DNS-2")
def test_it_hides_public_names_where_it_is_seen() -> None:
    host = {"internet hosts": {"www.corp.example": {"ip": "203.0.113.9"}}}
    blames(
        load(ZONE, host).trace("probe", "www.corp.example", "tcp/80"), "NAME_NOT_RESOLVED", "DNS-2", "www.corp.example"
    )
    elsewhere = load(ZONE, host, {"private_hosted_zones corp.example vpcs": ["data"]})
    trace = elsewhere.trace("probe", "www.corp.example", "tcp/80")
    assert (trace.reachable, trace.forward[-1].component) == (True, "internet")
    assert "VPC app is not associated with it" in trace.resolved


def test_a_name_of_several_addresses_means_all_of_them() -> None:
    promise = {"expect": [{"from": "probe", "to": "pair.corp.example", "allow": "tcp/80"}]}
    net = load(ZONE, promise)
    assert {way.verdict for way in net.trace("probe", "pair.corp.example", "tcp/80").ways} == {"reachable", "blocked"}
    assert net.check()[0].verdict == "fails"


@pytest.mark.rule("DNS-2")
def test_what_is_not_known_of_it_is_undecided() -> None:
    def verdicts(*names: str, zone: str = "corp.example", **changes: Any) -> list[str]:
        net = load(ZONE, {f"private_hosted_zones {zone} {key}": value for key, value in changes.items()})
        return [net.trace("probe", f"{name}.corp.example", "tcp/80").verdict for name in names]

    assert verdicts("db", "x", records={"db": "unknown"}) == ["undecided", "blocked"]
    assert verdicts("db", "x", records={"db": ["10.0.2.20", "unknown"]}) == ["undecided", "blocked"]
    assert verdicts("db", "x", records={"db": "10.0.2.20", "unknown": "unknown"}) == ["reachable", "undecided"]
    assert verdicts("db", vpcs=["unknown"]) == ["undecided"]
    assert verdicts("db", vpcs=["app", "unknown"]) == ["reachable"]
    assert verdicts("db", vpcs=["data", "unknown"]) == ["undecided"]


@pytest.mark.rule("DNS-2")
@pytest.mark.parametrize("wanted", ["allow", "deny"])
def test_of_several_doubts_a_promise_tells_that_of_the_first_sender(wanted: str) -> None:
    """In the order of the file, as a trace does. Each VPC sees a zone of its own that has the name."""
    zones = {
        zone: {"vpcs": [vpc], "records": {record: "unknown"}}
        for zone, vpc, record in [("a.internal", "app", "x"), ("internal", "data", "x.a")]
    }
    ask = ("10.0.0.0/8", "x.a.internal")
    promise = {"from": ask[0], "to": ask[1], wanted: "tcp/443"}
    hostnames = {f"vpcs {vpc} enable_dns_hostnames": True for vpc in ("app", "data")}
    net = load({"private_hosted_zones": zones, "expect": [promise]}, hostnames)
    (result,) = net.check()
    told = str(result.reason), net.trace(*ask, "tcp/443").undecided
    assert told == ("what x.a.internal means in private zone a.internal is not known",) * 2


@pytest.mark.rule("DNS-2")
def test_the_smallest_zone_that_is_seen_speaks_for_a_name() -> None:
    inner = {"vpcs": ["app"], "records": {"b": "twin"}}
    outer = {"vpcs": ["app"], "records": {"b.a.corp.example": "10.0.2.20", "c.a.corp.example": "10.0.2.20"}}
    zones = {"a.corp.example": inner, "corp.example": outer}
    for order in (list, reversed):
        net = load(ZONE, {"private_hosted_zones": {name: zones[name] for name in order(list(zones))}})
        passes(net.trace("probe", "b.a.corp.example", "tcp/80"))
        assert net.trace("probe", "b.a.corp.example", "tcp/80").forward[-1].component == "app.twin"
        blames(net.trace("probe", "c.a.corp.example", "tcp/80"), "NAME_NOT_RESOLVED", "DNS-2", "c.a.corp.example")


def test_mistakes() -> None:
    found = problems(
        ZONE, {"private_hosted_zones corp.example": {"vpcs": ["prod"], "records": {"x": ["nobody", "10.0.0.300"]}}}
    )
    assert [problem.message for problem in found] == [
        "there is no VPC 'prod'",
        "'nobody' is neither an address nor the name of something that has one",
        "'10.0.0.300' is neither an address nor the name of something that has one",
    ]
    assert [problem.path[2:] for problem in found] == [("vpcs", 0), ("records", "x"), ("records", "x")]


SHARED: Changes = {
    "region": "eu-west-1",
    "vpcs app enable_dns_hostnames": True,
    "vpcs data enable_dns_hostnames": True,
    "vpcs data security_groups https": {"ingress": [{"allow": "tcp/443", "from": "10.0.0.0/8"}]},
    "vpcs data vpc_endpoints kms": {
        "type": "interface", "service": "kms", "subnets": ["api"], "security_groups": ["https"], "private_dns": False,
    },
    "vpcs app route_tables private": {"10.1.0.0/16": "pcx"},
}  # fmt: skip
"""An endpoint in one VPC for both: its private DNS is off, and a zone has the name."""
KMS = "kms.eu-west-1.amazonaws.com"


def shared(zone: str, **records: str) -> Changes:
    """A zone that both VPCs see."""
    return {f"private_hosted_zones {zone}": {"vpcs": ["app", "data"], "records": {**records}}}


@pytest.mark.rule("DNS-2")
@pytest.mark.rule("EP-8")
@pytest.mark.parametrize("region", [{}, {"region": GONE}])
def test_a_service_is_what_a_zone_with_its_public_name_says(region: Changes) -> None:
    """From the VPCs that see it, by `service:` as by the host name; elsewhere it is its public addresses."""
    net = load(SHARED, shared(KMS, **{"@": "data.kms"}), region)
    for name in ("service:kms", KMS):
        trace = net.trace("probe", name, "tcp/443")
        passes(trace)
        assert trace.forward[-1].component == "data.kms"
    alone = load(SHARED, shared(KMS, **{"@": "data.kms"}), {f"private_hosted_zones {KMS} vpcs": ["data"]}, region)
    blames(alone.trace("probe", "service:kms", "tcp/443"), "NO_ROUTE_TO_DESTINATION", "ROUTE-16", "app")
    fixes = alone.fixes("probe", "service:kms", "tcp/443")
    assert f"associate private zone {KMS} with VPC app" in map(str, fixes)


@pytest.mark.rule("DNS-2")
def test_a_zone_of_the_whole_region_hides_the_services_that_it_has_not() -> None:
    net = load(
        SHARED, shared("eu-west-1.amazonaws.com", kms="data.kms"), {"vpcs app route_tables private": {ANY: "ngw"}}
    )
    assert net.trace("probe", "service:kms", "tcp/443").forward[0].component == "app.probe"
    blames(net.trace("probe", "service:sts", "tcp/443"), "NAME_NOT_RESOLVED", "DNS-2", "service:sts")
    off = {"vpcs app enable_dns_hostnames": False}  # the zone is not seen, which is told
    seen = load(SHARED, shared(KMS), off).trace("probe", "service:kms", "tcp/443").resolved
    assert seen.endswith(f"; private zone {KMS} is not seen here: enable_dns_hostnames of VPC app is false")
    passes(
        load(SHARED, shared("eu-west-1.amazonaws.com"), {"vpcs app route_tables private": {ANY: "ngw"}}, off).trace(
            "probe", "service:sts", "tcp/443"
        )
    )


@pytest.mark.rule("DNS-2")
@pytest.mark.rule("EP-8")
@pytest.mark.parametrize("name", ["service:kms", KMS])
@pytest.mark.parametrize("records", [{}, {"kms": "db"}, {"*": "db"}])
def test_the_zone_of_an_endpoint_goes_before_that_of_the_whole_region(name: str, records: dict[str, str]) -> None:
    """Private DNS is a zone with the name of the service, and of two that are seen the more specific one answers."""
    own = {"vpcs data vpc_endpoints kms private_dns": True}
    net = load(SHARED, shared("eu-west-1.amazonaws.com", **records), own)
    trace = net.trace("api", name, "tcp/443")
    passes(trace)
    assert trace.forward[-1].component == "data.kms"
    other = net.trace("probe", name, "tcp/443")  # its VPC has no endpoint
    assert "private zone eu-west-1" in (other.resolved if records else other.blockers[0].text)


@pytest.mark.rule("DNS-2")
@pytest.mark.rule("EP-8")
@pytest.mark.parametrize("name", ["service:kms", KMS])
@pytest.mark.parametrize("records", [{}, {"kms": "db"}, {"kms": "10.9.9.9"}])
def test_nor_is_it_known_what_that_says_where_there_may_be_an_endpoint(name: str, records: dict[str, str]) -> None:
    """A zone with the service's own name rules out such an endpoint: AWS has one zone of a name in a VPC."""
    perhaps = {"vpcs app unknown_components it": {"subnets": ["isolated"], "why": "not read"}}
    above = load(SHARED, shared("eu-west-1.amazonaws.com", **records), perhaps)
    assert above.trace("probe", name, "tcp/443").verdict == "undecided"
    assert above.reach("probe", name).undecided
    assert above.expect("probe", name, allow="tcp/443").verdict == "undecided"
    same = load(SHARED, shared(KMS, **{"@": "data.kms"}), perhaps)
    passes(same.trace("probe", name, "tcp/443"))


@pytest.mark.rule("DNS-2")
@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("a.corp.example", "10.0.2.20"),
        ("x.y.corp.example", "10.0.2.20"),
        ("db.corp.example", "10.0.1.11"),
        ("x.db.corp.example", ""),
        ("x.sub.corp.example", "10.0.1.11"),
        ("sub.corp.example", ""),
        ("corp.example", ""),
        ("example", ""),
    ],
)
def test_a_wildcard_is_for_names_that_are_not_there(name: str, meant: str) -> None:
    """And under which nothing is: RFC 4592, with the nearest name that is there."""
    records = {"*": "10.0.2.20", "db": "10.0.1.11", "*.sub": "10.0.1.11"}
    net = load(ZONE, {"private_hosted_zones corp.example records": records})
    zone = net.design.private_hosted_zones["corp.example"]
    assert (zone.record("corp.example", name) or ("",)) == (meant,)


@pytest.mark.rule("DNS-2")
def test_a_record_that_is_not_known_may_go_before_a_wildcard() -> None:
    records = {"*": "10.0.1.11", "db": "10.0.1.11", "unknown": "unknown"}
    net = load(ZONE, {"private_hosted_zones corp.example records": records})
    told = {name: net.trace("probe", f"{name}.corp.example", "tcp/5432").verdict for name in ("db", "other")}
    assert told["db"] != "undecided"
    assert told["other"] == "undecided"


def test_a_service_of_registries_is_what_a_wildcard_says() -> None:
    zone = shared("dkr.ecr.eu-west-1.amazonaws.com", **{"*": "data.kms"})
    net = load(SHARED, zone, {"vpcs data vpc_endpoints kms service": "ecr.dkr"})
    passes(net.trace("probe", "service:ecr.dkr", "tcp/443"))
    passes(net.trace("probe", "1.dkr.ecr.eu-west-1.amazonaws.com", "tcp/443"))


NEAR: Changes = {
    "vpcs app vpc_endpoints near": {
        "type": "interface",
        "service": "kms",
        "subnets": ["private"],
        "security_groups": ["open"],
    }
}
"""An endpoint of the VPC's own, with private DNS, which is a zone of the service's name."""


@pytest.mark.rule("DNS-2")
def test_a_zone_of_one_registry_goes_before_the_private_dns_of_all() -> None:
    registries = {"vpcs app vpc_endpoints near service": "ecr.dkr"}
    net = load(SHARED, NEAR, registries, shared("1.dkr.ecr.eu-west-1.amazonaws.com", **{"@": "data.kms"}))
    assert net.trace("probe", "1.dkr.ecr.eu-west-1.amazonaws.com", "tcp/443").forward[-1].component == "data.kms"
    assert net.trace("probe", "2.dkr.ecr.eu-west-1.amazonaws.com", "tcp/443").forward[-1].component == "app.near"
    within = "a.1.dkr.ecr.eu-west-1.amazonaws.com"
    blames(net.trace("probe", within, "tcp/443"), "NAME_NOT_RESOLVED", "DNS-2", within)


@pytest.mark.rule("DNS-2")
def test_of_zones_with_a_service_the_smallest_that_is_seen_says_what_it_is() -> None:
    wide = shared("amazonaws.com", **{"*": "app.twin"})
    for zones in ((wide, shared("eu-west-1.amazonaws.com", kms="data.kms")), (wide, shared(KMS, **{"@": "data.kms"}))):
        assert load(SHARED, *zones).trace("probe", "service:kms", "tcp/443").forward[-1].component == "data.kms"
