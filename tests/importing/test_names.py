"""DNS attributes, private hosted zones and Block Public Access as their calls answer."""

from __future__ import annotations

from typing import Any

import pytest
from tests.importing.accounts import account, built, imported, interface, loaded, notes

import reachsim
from reachsim.importing.inventory import MAYBE, Unknown
from reachsim.importing.writing import written

WEB = interface("eni-web", "10.0.1.10", "sg-web")
JOB = interface("eni-job", "10.0.2.10", "sg-web", subnet="subnet-b")
ZONE = {"Id": "/hostedzone/Z1", "Name": "corp.example.", "Config": {"PrivateZone": True}}
LISTED = {**ZONE, "ResourceRecordSetCount": 2}
SEEN = {**ZONE, "VPCs": [{"VPCRegion": "eu-west-1", "VPCId": "vpc-1"}]}
NAMES = [{"VpcId": "vpc-1", "EnableDnsHostnames": {"Value": True}}]


def record(name: str, *values: Any, type: str = "A", **more: Any) -> dict[str, Any]:
    return {"Name": name, "Type": type, "ResourceRecords": [{"Value": each} for each in values], **more}


def zone(*records: dict[str, Any], **more: Any) -> Any:
    sets = [{"HostedZoneId": "Z1", "ResourceRecordSets": list(records)}]
    return account(NetworkInterfaces=[WEB, JOB], HostedZones=[SEEN], Records=sets, Attributes=NAMES, **more)


@pytest.mark.rule("DNS-2")
def test_a_record_means_its_address_in_the_vpcs_that_see_the_zone() -> None:
    given = zone(
        record("web.corp.example.", "10.0.1.10"), record("corp.example.", "10.0.2.10"), record("t", "x", type="TXT")
    )
    found = imported(given)
    assert found.design["private_hosted_zones"] == {
        "corp.example": {"vpcs": ["vpc-1"], "records": {"web.corp.example": ["10.0.1.10"], "@": ["10.0.2.10"]}}
    }
    net = loaded(given)
    assert net.trace("eni-job", "web.corp.example", "tcp/443").verdict == "reachable"
    assert net.trace("eni-job", "web.corp.example", "tcp/80").verdict == "blocked"


def test_a_zone_and_its_vpcs_may_come_in_one_answer() -> None:
    answer = {"HostedZone": ZONE, "VPCs": SEEN["VPCs"]}
    found = imported(account(HostedZones=[ZONE], Zone=[answer], Attributes=NAMES))
    assert found.design["private_hosted_zones"]["corp.example"]["vpcs"] == ["vpc-1"]


def test_of_several_records_of_a_name_any_may_be_meant() -> None:
    weighed = [record("web.corp.example.", f"10.0.{n}.10", SetIdentifier=str(n)) for n in (1, 2)]
    found = imported(zone(*weighed))
    assert found.design["private_hosted_zones"]["corp.example"]["records"] == {
        "web.corp.example": ["10.0.1.10", "10.0.2.10"]
    }


WEB_RECORD = record("web.corp.example.", "10.0.1.10")


def answers(given: Any, *names: str) -> list[str]:
    net = loaded(given)
    return [net.trace("eni-job", f"{name}.corp.example", "tcp/443").verdict for name in names]


@pytest.mark.rule("DNS-2")
@pytest.mark.parametrize(
    ("records", "names", "expected"),
    [
        ([record("far.corp.example.", "elsewhere.example.", type="CNAME")], ["web", "far", "x"], "rub"),
        ([record("a.\\052.corp.example.", "10.0.1.10")], ["web", "x", "a.b"], "ruu"),
        ([{"Name": "lb.corp.example.", "Type": "A", "AliasTarget": {"DNSName": "lb-1.example."}}], ["web", "lb"], "ru"),
        ([Unknown("it is computed")], ["web", "x"], "ru"),
        ([{**WEB_RECORD, "Name": Unknown("it is computed")}], ["web", "x"], "ru"),
        ([{**record("db.corp.example.", "10.0.1.10"), "Type": Unknown("it is computed")}], ["web", "db", "x"], "rub"),
        ([record("db.corp.example.", Unknown("it is computed"))], ["web", "db", "x"], "rub"),
        ([{**record("db.corp.example.", "10.0.1.10"), MAYBE: "a condition"}], ["web", "db", "x"], "ruu"),
    ],
)
def test_what_a_record_means_and_nobody_read_is_undecided(records: list[Any], names: list[str], expected: str) -> None:
    found = built(zone(WEB_RECORD), **{"ResourceRecordSets/Z1/ResourceRecordSets": [WEB_RECORD, *records]})
    words = {"r": "reachable", "u": "undecided", "b": "blocked"}
    net = reachsim.loads(written(found))
    told = [net.trace("eni-job", f"{name}.corp.example", "tcp/443").verdict for name in names]
    assert told == [words[each] for each in expected]
    assert any("is not known" in text for text in notes(found, "unknown"))


@pytest.mark.rule("DNS-2")
def test_a_star_is_for_all_names_that_are_not_there() -> None:
    """One with a record of another type is there."""
    star = record("\\052.corp.example.", "10.0.1.10")
    given = zone(record("gone.corp.example.", "10.0.1.99"), star, record("mail.corp.example.", "x", type="TXT"))
    assert answers(given, "x", "a.b", "gone", "mail") == ["reachable", "reachable", "blocked", "undecided"]


def test_which_vpcs_see_a_zone_is_not_known() -> None:
    for change in (
        {"HostedZones/Z1/VPCs": Unknown("it is computed")},
        {"HostedZones/Z1/VPCs": [{"VPCId": Unknown("it is computed")}]},
        {"HostedZones/Z1/VPCs": [{"VPCId": "vpc-1", MAYBE: "a condition"}]},
        {"HostedZones/Z1/Config": {"PrivateZone": Unknown("it is computed")}},
        {"VpcAttributes/attributes of vpc-1/EnableDnsHostnames": {"Value": Unknown("it is computed")}},
    ):
        net = reachsim.loads(written(built(zone(WEB_RECORD), **change)))
        assert net.trace("eni-job", "web.corp.example", "tcp/443").verdict == "undecided", change
        assert net.trace("eni-job", "x.corp.example", "tcp/443").verdict == "undecided", change


def test_what_was_not_collected_of_a_zone_is_undecided() -> None:
    both = [WEB, JOB]
    assert answers(account(NetworkInterfaces=both, HostedZones=[SEEN], Attributes=NAMES), "web") == ["undecided"]
    sets = [{"HostedZoneId": "Z1", "ResourceRecordSets": [WEB_RECORD]}]
    assert answers(account(NetworkInterfaces=both, HostedZones=[SEEN], Records=sets), "web") == ["undecided"]
    unseen = account(NetworkInterfaces=both, HostedZones=[LISTED], Records=sets, Attributes=NAMES)
    assert answers(unseen, "web") == ["undecided"]
    assert answers(zone(WEB_RECORD), "web", "x") == ["reachable", "blocked"]


def test_two_zones_of_one_name_tell_what_they_agree_on() -> None:
    other = {**SEEN, "Id": "/hostedzone/Z2", "VPCs": [{"VPCId": "vpc-2"}]}
    same, mine = record("web.corp.example.", "10.0.1.10"), record("db.corp.example.", "10.0.1.10")
    sets = [
        {"HostedZoneId": "Z1", "ResourceRecordSets": [same, mine]},
        {"HostedZoneId": "Z2", "ResourceRecordSets": [same, record("db.corp.example.", "10.0.2.10")]},
    ]
    for order in (1, -1):
        zones, records = [SEEN, other][::order], sets[::order]
        given = account(NetworkInterfaces=[WEB, JOB], HostedZones=zones, Records=records, Attributes=NAMES)
        assert answers(given, "web", "db", "x") == ["reachable", "undecided", "undecided"]


def test_a_public_zone_is_nobodys_business() -> None:
    found = imported(account(HostedZones=[{**ZONE, "Config": {"PrivateZone": False}, "ResourceRecordSetCount": 2}]))
    assert "private_hosted_zones" not in found.design


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, {}),
        ({"Attributes": NAMES}, {"enable_dns_hostnames": True}),
        ({"Attributes": [{"VpcId": "vpc-1", "EnableDnsSupport": {"Value": False}}]}, {"enable_dns_support": False}),
        (
            {
                "NetworkInterfaces": [
                    {**WEB, "Association": {"PublicIp": "3.0.0.1", "PublicDnsName": "ec2-3-0-0-1.example"}}
                ]
            },
            {"enable_dns_hostnames": True},
        ),
    ],
)
def test_dns_attributes(more: Any, expected: dict[str, bool]) -> None:
    body = imported(account(**more)).design["vpcs"]["vpc-1"]
    assert {key: value for key, value in body.items() if key.startswith("enable_dns")} == expected


@pytest.mark.rule("IGW-14")
def test_block_public_access_is_that_of_the_vpcs_account_and_region() -> None:
    public = [{**WEB, "Association": {"PublicIp": "3.0.0.1"}}]

    def verdict(region: str, *exclusions: dict[str, Any]) -> str:
        option = {
            "AwsAccountId": "111122223333",
            "AwsRegion": region,
            "InternetGatewayBlockMode": "block-bidirectional",
        }
        net = loaded(account(NetworkInterfaces=public, Options=[option], Exclusions=list(exclusions)))
        return str(net.trace("internet", "eni-web", "tcp/443").verdict)

    arn = "arn:aws:ec2:eu-west-1:111122223333:subnet/subnet-a"
    spared = {
        "ExclusionId": "e",
        "InternetGatewayExclusionMode": "allow-bidirectional",
        "ResourceArn": arn,
        "State": "create-complete",
    }
    assert verdict("eu-west-1") == "blocked"
    assert verdict("us-east-1") == "reachable"
    assert verdict("eu-west-1", spared) == "reachable"
    assert verdict("eu-west-1", {**spared, "State": "delete-complete"}) == "blocked"


@pytest.mark.rule("IGW-14")
@pytest.mark.parametrize(
    ("mode", "changes", "expected"),
    [
        ("block-bidirectional", {}, "blocked"),
        ("off", {}, "reachable"),
        (Unknown("it is computed"), {}, "undecided"),
        ("block-bidirectional", {"InternetGatewayExclusionMode": Unknown("it is computed")}, "undecided"),
        ("block-bidirectional", {"ResourceArn": Unknown("it is computed")}, "undecided"),
        ("block-bidirectional", {"State": Unknown("it is computed")}, "undecided"),
        ("off", {"State": Unknown("it is computed")}, "reachable"),
        ("block-bidirectional", {"State": "delete-complete", "ResourceArn": Unknown("it is computed")}, "blocked"),
    ],
)
def test_what_is_not_known_of_block_public_access_is_undecided(mode: Any, changes: Any, expected: str) -> None:
    public = [{**WEB, "Association": {"PublicIp": "3.0.0.1"}}]
    option = {"AwsAccountId": "111122223333", "AwsRegion": "eu-west-1", "InternetGatewayBlockMode": "off"}
    arn = "arn:aws:ec2:eu-west-1:111122223333:subnet/subnet-a"
    spared = {"ExclusionId": "e", "InternetGatewayExclusionMode": "allow-bidirectional", "ResourceArn": arn}
    exclusions = [{**spared, "State": "create-complete"}] if changes else []
    found = built(
        account(NetworkInterfaces=public, Options=[option], Exclusions=exclusions),
        **{"VpcBlockPublicAccessOptions/111122223333:eu-west-1/InternetGatewayBlockMode": mode},
        **{f"VpcBlockPublicAccessExclusions/e/{key}": value for key, value in changes.items()},
    )
    net = reachsim.loads(written(found))
    assert net.trace("internet", "eni-web", "tcp/443").verdict == expected
    if expected == "undecided":
        assert any("is not known" in text for text in notes(found, "unknown"))


def test_what_shares_a_name_is_called_the_same_in_whatever_order_it_stands() -> None:
    hosts = [
        {"InstanceId": id, "State": {"Name": "running"}, "Tags": [{"Key": "Name", "Value": "web"}]}
        for id in ("i-1", "i-2")
    ]
    cards = [
        interface(f"eni-{n}", f"10.0.{n}.10", "sg-web", subnet=f"subnet-{subnet}", Attachment={"InstanceId": f"i-{n}"})
        for n, subnet in ((1, "a"), (2, "b"))
    ]
    told = [
        imported(account(Instances=hosts[::order], NetworkInterfaces=cards[::other])).names
        for order in (1, -1)
        for other in (1, -1)
    ]
    assert all((names["i-1"], names["i-2"]) == ("vpc-1.web", "vpc-1.web-i-2") for names in told)
