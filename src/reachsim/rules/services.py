"""AWS's public services: their names, and the published addresses of those that gateway endpoints lead to (EP-1).

A small table of what AWS publishes, of the date that `PREFIXES_OF` says. A design that writes the list itself, as one of its
`prefix_lists`, goes before it. Source: https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-ranges.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from reachsim.net.cidr import AddressSet, Cidr, address_set

PREFIXES_OF: Final = "late 2024"
"""When AWS published the table. It is told wherever the table decides."""

GATEWAY_SERVICES: Final = ("s3", "dynamodb")
"""The services that have gateway endpoints (EP-1)."""

_S3: Final = {
    "af-south-1": "3.5.228.0/22 52.95.175.0/24 52.95.176.0/24 52.95.180.0/24 13.245.93.176/28 13.245.93.192/28",
    "ap-east-1": "3.5.236.0/22 16.12.6.0/23 16.12.8.0/24 52.95.160.0/23 52.95.162.0/24 18.167.88.96/28 18.167.88.112/28",
    "ap-northeast-1": "3.5.152.0/21 52.219.0.0/20 52.219.16.0/22 52.219.68.0/22 52.219.136.0/22 52.219.150.0/23"
    " 52.219.152.0/22 52.219.162.0/23 52.219.172.0/22 52.219.195.0/24 52.219.196.0/22 52.219.200.0/23 35.72.164.240/28"
    " 35.73.115.0/28",
    "ap-northeast-2": "3.5.140.0/22 3.5.144.0/23 3.5.184.0/21 52.219.56.0/22 52.219.60.0/23 52.219.144.0/22"
    " 52.219.148.0/23 52.219.202.0/23 52.219.204.0/22 3.36.167.64/28 3.36.167.80/28",
    "ap-northeast-3": "3.5.240.0/22 52.95.157.0/24 52.95.158.0/23 52.95.181.0/24 52.95.182.0/23 15.152.133.112/28"
    " 15.152.133.128/28",
    "ap-south-1": "3.5.208.0/22 3.5.212.0/23 16.12.36.0/22 16.12.40.0/23 52.219.62.0/23 52.219.64.0/22 52.219.156.0/22"
    " 52.219.160.0/23 65.1.103.208/28 65.1.103.224/28",
    "ap-south-2": "3.5.44.0/22 52.95.184.0/23 52.95.186.0/24 18.60.78.192/28 18.60.78.208/28",
    "ap-southeast-1": "3.5.146.0/23 3.5.148.0/22 16.12.48.0/21 52.219.32.0/21 52.219.40.0/22 52.219.124.0/22"
    " 52.219.128.0/22 52.219.132.0/22 52.219.164.0/22 52.219.180.0/22 52.219.184.0/21 13.213.20.144/28 13.213.20.160/28",
    "ap-southeast-2": "3.5.164.0/22 3.5.168.0/23 52.95.128.0/21 3.26.88.0/27",
    "ap-southeast-3": "3.5.36.0/22 52.95.177.0/24 52.95.178.0/23 43.218.193.96/28 108.136.154.16/28 108.136.154.32/27",
    "ap-southeast-4": "3.5.40.0/22 52.95.166.0/23 52.95.168.0/24 16.50.69.192/27",
    "ap-southeast-5": "16.12.42.0/23 16.12.44.0/24",
    "ca-central-1": "3.5.252.0/22 16.12.4.0/23 52.95.145.0/24 52.95.146.0/23 52.95.190.0/24 3.98.24.0/27",
    "ca-west-1": "3.5.172.0/22 16.12.56.0/23 16.12.58.0/24",
    "cn-north-1": "54.222.48.0/22 54.222.52.0/22 54.222.96.0/22 54.222.100.0/22 54.222.112.0/20",
    "cn-northwest-1": "52.82.164.0/22 52.82.188.0/22",
    "eu-central-1": "3.5.134.0/23 3.5.136.0/22 16.12.24.0/21 16.12.32.0/22 52.219.44.0/22 52.219.72.0/22 52.219.140.0/24"
    " 52.219.168.0/22 52.219.208.0/22 52.219.218.0/24 3.65.246.0/27",
    "eu-central-2": "3.5.52.0/22 52.95.139.0/24 52.95.140.0/23 16.62.56.224/27",
    "eu-north-1": "3.5.216.0/22 16.12.9.0/24 16.12.10.0/23 52.95.169.0/24 52.95.170.0/23 13.51.71.176/28 13.51.71.192/28",
    "eu-south-1": "3.5.248.0/22 16.12.21.0/24 16.12.59.0/24 52.95.151.0/24 52.95.152.0/23 52.219.254.0/24"
    " 35.152.74.144/28 35.152.74.160/28",
    "eu-south-2": "3.5.32.0/22 52.95.136.0/23 52.95.138.0/24 18.100.209.224/27",
    "eu-west-1": "3.5.64.0/21 3.5.72.0/23 52.92.0.0/17 52.218.0.0/17 3.251.110.208/28 3.251.110.224/28",
    "eu-west-2": "3.5.244.0/22 16.12.15.0/24 16.12.16.0/23 52.95.142.0/23 52.95.144.0/24 52.95.148.0/23 52.95.150.0/24"
    " 52.95.191.0/24 52.219.219.0/24 18.168.37.160/27",
    "eu-west-3": "3.5.204.0/22 3.5.224.0/22 16.12.18.0/23 16.12.20.0/24 52.95.154.0/23 52.95.156.0/24 13.36.84.48/28"
    " 13.36.84.64/28",
    "il-central-1": "3.5.56.0/22 16.12.12.0/23 16.12.14.0/24",
    "me-central-1": "3.5.48.0/22 52.95.187.0/24 52.95.188.0/23 3.28.70.48/28 3.28.70.96/27",
    "me-south-1": "3.5.220.0/22 52.95.172.0/23 52.95.174.0/24 15.184.125.240/28 15.184.153.0/28",
    "sa-east-1": "3.5.232.0/22 16.12.0.0/23 16.12.2.0/24 52.95.163.0/24 52.95.164.0/23 15.228.107.0/27",
    "us-east-1": "3.5.0.0/19 16.182.0.0/16 18.34.0.0/19 18.34.232.0/21 52.216.0.0/15 54.231.0.0/16 44.192.134.240/28"
    " 44.192.140.64/28",
    "us-east-2": "3.5.128.0/22 3.5.132.0/23 16.12.60.0/22 16.12.64.0/22 18.34.72.0/21 18.34.252.0/22 52.219.80.0/20"
    " 52.219.96.0/20 52.219.141.0/24 52.219.142.0/23 52.219.176.0/22 52.219.212.0/22 52.219.224.0/22 52.219.228.0/22"
    " 52.219.232.0/22 3.141.102.208/28 3.141.102.224/28",
    "us-gov-east-1": "108.175.52.0/22 108.175.60.0/22 18.252.145.192/27",
    "us-gov-west-1": "108.175.48.0/22 108.175.56.0/22 15.200.28.240/28 15.200.176.128/28",
    "us-west-1": "3.5.160.0/22 16.15.0.0/21 52.219.24.0/21 52.219.112.0/21 52.219.120.0/22 52.219.192.0/23"
    " 52.219.194.0/24 52.219.216.0/23 52.219.220.0/23 52.219.253.0/24 52.219.255.0/24 3.101.163.64/27 3.101.163.96/28",
    "us-west-2": "3.5.76.0/22 3.5.80.0/21 18.34.48.0/20 18.34.244.0/22 52.92.128.0/17 52.218.128.0/17 35.80.36.208/28"
    " 35.80.36.224/28",
}
_DYNAMODB: Final = {
    "af-south-1": "52.94.30.0/24",
    "ap-east-1": "52.119.248.0/24",
    "ap-northeast-1": "13.248.69.0/24 13.248.70.0/24 52.94.8.0/24",
    "ap-northeast-2": "52.94.6.0/24",
    "ap-northeast-3": "52.94.19.0/24",
    "ap-south-1": "52.94.20.0/24",
    "ap-south-2": "13.248.64.0/24",
    "ap-southeast-1": "52.94.11.0/24",
    "ap-southeast-2": "52.94.13.0/24",
    "ap-southeast-3": "52.94.31.0/24",
    "ca-central-1": "52.94.14.0/24",
    "cn-north-1": "54.222.57.0/24",
    "cn-northwest-1": "52.82.187.0/24",
    "eu-central-1": "52.94.17.0/24",
    "eu-central-2": "13.248.68.0/24",
    "eu-north-1": "52.94.23.0/24",
    "eu-south-1": "52.94.18.0/24",
    "eu-south-2": "13.248.65.0/24",
    "eu-west-1": "52.94.5.0/24 52.94.24.0/23 52.94.26.0/23 52.119.240.0/21",
    "eu-west-2": "52.94.15.0/24",
    "eu-west-3": "52.94.16.0/24",
    "me-south-1": "52.119.249.0/24",
    "sa-east-1": "52.94.7.0/24",
    "us-east-1": "3.218.180.0/22 52.94.0.0/22 52.119.224.0/20",
    "us-east-2": "52.94.4.0/24",
    "us-gov-east-1": "52.94.22.0/24",
    "us-gov-west-1": "52.94.9.0/24",
    "us-west-1": "52.94.12.0/24",
    "us-west-2": "52.94.10.0/24 52.94.28.0/23 52.119.252.0/22",
}
_TABLE: Final = {"s3": _S3, "dynamodb": _DYNAMODB}

AWS_DOMAINS: Final = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".on.aws")
"""Domains of AWS's public service names."""
STAND_INS: Final = address_set(
    map(Cidr.parse, ("99.78.128.0/17", "99.150.0.0/16", "15.230.128.0/17", "52.144.192.0/18"))
)
"""Where addresses come from that stand for services whose addresses nobody has written: all AWS's, rarely named."""


def short_name(service: str) -> str:
    """AWS's short name of a service: that of ``com.amazonaws.eu-west-1.ecr.api`` is ``ecr.api``."""
    parts = service.removeprefix("cn.").split(".")
    return ".".join(parts[3:]) if parts[:2] == ["com", "amazonaws"] and len(parts) > 3 else service


def region_named(service: str) -> str:
    """The Region in the full name of a service; empty where the name is a short one."""
    parts = service.removeprefix("cn.").split(".")
    return parts[2] if parts[:2] == ["com", "amazonaws"] and len(parts) > 3 else ""


def is_amazons(service: str) -> bool:
    """Whether a service is AWS's own: somebody else's is ``com.amazonaws.vpce.REGION.vpce-svc-...``."""
    return "vpce-svc-" not in service


def public_name_region(service: str, host: str) -> str | None:
    """The Region of a host name that is the public name of a service, or a name under it; None where it is none (EP-8).

    >>> public_name_region("ecr.api", "api.ecr.eu-west-1.amazonaws.com")
    'eu-west-1'
    """
    spelt = _spelt(service)
    name = host.lower().rstrip(".")
    for domain in (".amazonaws.com", ".amazonaws.com.cn"):
        if name.endswith(domain):
            own, _, region = name.removesuffix(domain).rpartition(".")
            if "-" in region and (own == spelt or own.endswith(f".{spelt}")):
                return region
    return None


def public_name(service: str, region: str) -> str:
    """The public name of a service in a Region (EP-8).

    >>> public_name("ecr.api", "eu-west-1")
    'api.ecr.eu-west-1.amazonaws.com'
    """
    return f"{_spelt(service)}.{region}.amazonaws.com{'.cn' if region.startswith('cn-') else ''}"


def _spelt(service: str) -> str:
    """A service's short name as its public name has it."""
    head, _, tail = service.partition(".")
    return f"{tail}.{head}" if tail else head


def may_be_name(service: str, host: str) -> bool:
    """Whether a host name may be another public name of a service: a global one (``s3.amazonaws.com``), an older one, or one
    that has only a word in common with it, as ``kinesis.eu-west-1.amazonaws.com`` has with ``kinesis-streams``."""
    name = host.lower().rstrip(".")
    if not name.endswith(AWS_DOMAINS) or public_name_region(service, name) is not None:
        return False
    words = _words(name)
    head, _, tail = service.partition(".")
    if tail:
        return head in words and words.isdisjoint(_SIBLINGS.get(head, frozenset()) - {tail})
    return not words.isdisjoint(_words(service)) or (service == "sqs" and "queue" in words)


_SIBLINGS: Final = {"ecr": frozenset({"api", "dkr"})}
"""Services with a name in two parts whose other parts are services of their own."""


def _words(name: str) -> frozenset[str]:
    return frozenset(re.split(r"[.-]", name))


@lru_cache(maxsize=64)
def prefixes(service: str, region: str) -> tuple[Cidr, ...]:
    """The published IPv4 blocks of a service in a Region; none where the table has none."""
    return tuple(map(Cidr.parse, _TABLE.get(service, {}).get(region, "").split()))


@lru_cache(maxsize=8)
def anywhere(service: str) -> AddressSet:
    """The published blocks of a service in every Region of the table."""
    return address_set(block for region in _TABLE.get(service, {}) for block in prefixes(service, region))


def stand_in(service: str, named: AddressSet) -> int:
    """An address that stands for a service whose addresses are written nowhere: public, the same on every load, and not
    among those that rules name (`named`). Those of services with gateway endpoints are nobody else's. Raises ValueError
    where rules name them all.
    """
    place = GATEWAY_SERVICES.index(service) if service in GATEWAY_SERVICES else len(GATEWAY_SERVICES)
    for low, high in (STAND_INS - named).spans:
        if place <= high - low:
            return low + place
        place -= high - low + 1
    raise ValueError("rules name every address that could stand for a service")
