"""The table of AWS's public services, and the names that they have."""

from __future__ import annotations

import pytest

from reachsim.net.cidr import AddressSet, Cidr, address_set
from reachsim.rules.addresses import PUBLIC
from reachsim.rules.services import (
    GATEWAY_SERVICES,
    anywhere,
    may_be_name,
    prefixes,
    public_name_region,
    region_named,
    short_name,
    stand_in,
)


def test_names_of_services() -> None:
    assert [short_name(name) for name in ("s3", "ecr.dkr", "com.amazonaws.eu-west-1.ecr.api")] == [
        "s3",
        "ecr.dkr",
        "ecr.api",
    ]
    assert short_name("cn.com.amazonaws.cn-north-1.sqs") == "sqs"
    assert (region_named("com.amazonaws.eu-west-1.s3"), region_named("s3")) == ("eu-west-1", "")


@pytest.mark.parametrize(
    ("service", "host", "region"),
    [
        ("kms", "kms.eu-west-1.amazonaws.com", "eu-west-1"),
        ("kms", "KMS.eu-west-1.amazonaws.com.", "eu-west-1"),
        ("s3", "bucket.s3.us-east-1.amazonaws.com", "us-east-1"),
        ("ecr.dkr", "123.dkr.ecr.us-west-2.amazonaws.com", "us-west-2"),
        ("sqs", "sqs.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("kms", "kms.amazonaws.com", None),
        ("kms", "sns.eu-west-1.amazonaws.com", None),
        ("kms", "kms.eu-west-1.example.com", None),
        ("ssm", "ssmmessages.eu-west-1.amazonaws.com", None),
    ],
)
@pytest.mark.rule("EP-8")
def test_public_host_names(service: str, host: str, region: str | None) -> None:
    assert public_name_region(service, host) == region


def test_names_that_may_be_a_services() -> None:
    assert may_be_name("s3", "bucket.s3.amazonaws.com")
    assert not may_be_name("s3", "bucket.s3.eu-west-1.amazonaws.com")
    assert not may_be_name("s3", "s3.example.com")
    assert not may_be_name("kms", "sns.amazonaws.com")
    assert may_be_name("kinesis-streams", "kinesis.eu-west-1.amazonaws.com")
    assert may_be_name("s3", "bucket.s3-eu-west-1.amazonaws.com")
    assert may_be_name("sqs", "eu-west-1.queue.amazonaws.com")
    assert may_be_name("iot.data", "abc-ats.iot.eu-west-1.amazonaws.com")
    assert not may_be_name("ecr.api", "123.dkr.ecr.eu-west-1.amazonaws.com")


@pytest.mark.rule("PL-1")
def test_the_table() -> None:
    """No address is in two Regions; what everybody knows of the largest Region is there."""
    for service in GATEWAY_SERVICES:
        assert anywhere(service) <= PUBLIC
    assert Cidr.parse("52.216.0.0/15") in prefixes("s3", "us-east-1")
    assert Cidr.parse("52.94.0.0/22") in prefixes("dynamodb", "us-east-1")
    regions = ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-northeast-1", "ap-southeast-1")
    seen = AddressSet.nothing()
    for region in regions:
        mine = address_set(prefixes("s3", region))
        assert mine.isdisjoint(seen)
        seen |= mine
    assert prefixes("s3", "xx-nowhere-1") == prefixes("kms", "us-east-1") == ()


def test_stand_ins_are_public_and_named_by_nobody() -> None:
    chosen = {stand_in(service, AddressSet.nothing()) for service in ("s3", "dynamodb", "kms")}
    assert len(chosen) == 3
    assert all(address in PUBLIC for address in chosen)
    named = AddressSet.of((0, min(chosen)))
    assert stand_in("s3", named) not in named
    with pytest.raises(ValueError, match="rules name every address"):
        stand_in("s3", AddressSet.everything())
