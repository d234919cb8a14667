"""The organisation of `organisation.py` with the rest of AWS's network in it: a transit gateway, endpoints, load balancers.

`python -m tests.benchmarks.components 10000 > organisation.yaml` writes one. The same numbers give the same text.

Every VPC is attached to one transit gateway in each of its zones. Its tables are segments: hubs know all VPCs, and the VPCs
of a stage (prod, test, dev) the hubs and each other, so that a third of all pairs of VPCs are joined. Each VPC has a gateway
endpoint for S3, an interface endpoint for KMS and an internal Network Load Balancer in front of its data tier; every other
one an Application Load Balancer in front of its app tier; hubs have the endpoints of Session Manager as well.
"""

from __future__ import annotations

import sys
from typing import Any

import yaml
from tests.benchmarks.organisation import organisation
from tests.benchmarks.sites import STAGES

Body = dict[str, Any]
GROUPS: Body = {
    "endpoints": {"ingress": [{"allow": "tcp/443", "from": "company"}]},
    "front": {"ingress": [{"allow": ["tcp/80", "tcp/443"], "from": "0.0.0.0/0"}]},
}


def with_components(text: str) -> Body:
    """A design of `organisation` as data, with components."""
    design: Body = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    attachments: Body = {}
    for name, vpc in design["vpcs"].items():
        attachments[name] = {"vpc": name, "subnets": add_attachment_subnets(vpc)}
        add_endpoints(vpc, hub=name.startswith("hub-"))
        add_load_balancers(vpc, outside=len(attachments) % 2 == 0)
        for table in vpc["route_tables"].values():
            table["10.0.0.0/8"] = "tgw"
    tables = dict(segments(list(attachments)))
    design["transit_gateways"] = {"tgw": {"attachments": attachments, "route_tables": tables}}
    return design


def add_attachment_subnets(vpc: Body) -> list[str]:
    """One subnet of the gateway in each zone, at the end of the VPC's block."""
    octets = vpc["cidrs"][0].split(".")[:2]
    zones = sorted({body["az"] for body in vpc["subnets"].values()})
    for place, zone in enumerate(zones):
        vpc["subnets"][f"tgw-{zone}"] = {"cidr": f"{octets[0]}.{octets[1]}.255.{16 * place}/28", "az": zone}
    return [f"tgw-{zone}" for zone in zones]


def segments(vpcs: list[str]) -> list[tuple[str, Body]]:
    """Hubs know everybody; a stage knows the hubs and itself."""
    hubs = [name for name in vpcs if name.startswith("hub-")]
    out: list[tuple[str, Body]] = [("hubs", {"associations": hubs, "propagations": vpcs})]
    for stage in STAGES:
        mine = [name for name in vpcs if name not in hubs and stage in name.split("-")]
        out.append((stage, {"associations": mine, "propagations": [*hubs, *mine]}))
    return out


def add_endpoints(vpc: Body, *, hub: bool) -> None:
    """S3 by a route, KMS by an interface, and in a hub the two of Session Manager."""
    vpc["security_groups"] |= GROUPS
    private = [name for name in vpc["route_tables"] if name != "public"]
    body = {"type": "interface", "subnets": ["app-a"], "security_groups": ["endpoints"]}
    vpc["vpc_endpoints"] = {"s3": {"type": "gateway", "service": "s3", "route_tables": private}}
    vpc["vpc_endpoints"] |= {
        service: {**body, "service": service} for service in ("kms", *(("ssm", "ssmmessages") if hub else ()))
    }


def add_load_balancers(vpc: Body, *, outside: bool) -> None:
    """An NLB in front of the data tier, and perhaps an ALB for the world."""
    members = {**vpc.get("instances", {}), **vpc.get("interfaces", {})}

    def first(tier: str) -> list[str]:
        return [name for name, body in members.items() if body["subnet"].startswith(tier)][:3]

    balancers: Body = {}
    if first("data"):
        balancers["nlb"] = {
            "type": "network", "scheme": "internal", "subnets": ["app-a", "app-b"], "security_groups": ["base"],
            "cross_zone": True, "listeners": {"tcp/5432": "data"},
            "target_groups": {"data": {"targets": first("data"), "port": "tcp/5432"}},
        }  # fmt: skip
    if outside and first("app"):
        balancers["alb"] = {
            "type": "application", "subnets": ["public-a", "public-b"], "security_groups": ["front"],
            "listeners": {"tcp/443": "app"},
            "target_groups": {"app": {"targets": first("app"), "port": "tcp/8080"}},
        }  # fmt: skip
    if balancers:
        vpc["load_balancers"] = balancers


def connected(interfaces: int, *, classes_of: int | None = None) -> str:
    """The YAML text of an organisation with this many instances and bare interfaces, and components besides."""
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return str(
        yaml.dump(with_components(organisation(interfaces, classes_of=classes_of)), Dumper=dumper, sort_keys=False)
    )


if __name__ == "__main__":
    sys.stdout.write(connected(int(sys.argv[1])))
