"""Small accounts, as describe calls answer for them, to be varied by tests."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import reachsim
from reachsim.importing import Imported, describe, import_files
from reachsim.importing.builder import build
from reachsim.importing.inventory import Inventory
from reachsim.importing.refusals import leave_out_refused
from reachsim.importing.writing import written

Answers = dict[str, list[Any]]
OPEN = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


def acl(id: str, subnets: tuple[str, ...] = (), *, vpc: str = "vpc-1", default: bool = True) -> dict[str, Any]:
    """An ACL that lets everything pass."""
    entries = [
        {"RuleNumber": 100, "Protocol": "-1", "CidrBlock": "0.0.0.0/0", "Egress": egress, "RuleAction": "allow"}
        for egress in (False, True)
    ]
    associations = [{"SubnetId": subnet} for subnet in subnets]
    return {"NetworkAclId": id, "VpcId": vpc, "IsDefault": default, "Entries": entries, "Associations": associations}


def group(id: str, *ingress: dict[str, Any], vpc: str = "vpc-1", egress: Any = OPEN) -> dict[str, Any]:
    """A group; without ingress it lets nothing in."""
    rules = {"IpPermissions": list(ingress), "IpPermissionsEgress": egress}
    return {"GroupId": id, "GroupName": id.removeprefix("sg-"), "VpcId": vpc, **rules}


def lets(token: str, *blocks: str) -> dict[str, Any]:
    """A rule for one port: ``tcp/443``."""
    protocol, _, port = token.partition("/")
    return {
        "IpProtocol": protocol, "FromPort": int(port), "ToPort": int(port),
        "IpRanges": [{"CidrIp": each} for each in blocks or ("0.0.0.0/0",)],
    }  # fmt: skip


def interface(
    id: str, ip: str, *groups: str, subnet: str = "subnet-a", vpc: str = "vpc-1", **more: Any
) -> dict[str, Any]:
    """A network interface."""
    return {
        "NetworkInterfaceId": id, "VpcId": vpc, "SubnetId": subnet, "PrivateIpAddress": ip, "SourceDestCheck": True,
        "Groups": [{"GroupId": group} for group in groups], **more,
    }  # fmt: skip


def table(
    id: str, *routes: dict[str, Any], vpc: str = "vpc-1", subnets: tuple[str, ...] = (), main: bool = False
) -> Any:
    """A route table."""
    associations = [{"Main": False, "SubnetId": subnet} for subnet in subnets] + [{"Main": True}] * main
    return {"RouteTableId": id, "VpcId": vpc, "Associations": associations, "Routes": list(routes)}


def route(destination: str, **target: str) -> dict[str, Any]:
    """A route to a block or a prefix list."""
    key = "DestinationPrefixListId" if destination.startswith("pl-") else "DestinationCidrBlock"
    return {key: destination, "State": "active", **target}


def account(**more: Any) -> Answers:
    """A VPC with two subnets in two zones, a gateway, a host and what calls answer beside (`more`, in place of its own)."""
    answers: Answers = {
        "Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "OwnerId": "111122223333"}],
        "Subnets": [
            {"SubnetId": "subnet-a", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "eu-west-1a"},
            {"SubnetId": "subnet-b", "VpcId": "vpc-1", "CidrBlock": "10.0.2.0/24", "AvailabilityZone": "eu-west-1b"},
        ],
        "InternetGateways": [{"InternetGatewayId": "igw-1", "Attachments": [{"VpcId": "vpc-1", "State": "available"}]}],
        "RouteTables": [table("rtb-main", route("0.0.0.0/0", GatewayId="igw-1"), main=True)],
        "NetworkAcls": [acl("acl-1")],
        "SecurityGroups": [group("sg-web", lets("tcp/443"))],
        "NetworkInterfaces": [interface("eni-web", "10.0.1.10", "sg-web")],
    }
    return {**answers, **more}


def imported(*answers: Answers) -> Imported:
    """What an import makes of accounts, each in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        for number, each in enumerate(answers):
            inner = Path(folder) / str(number)
            inner.mkdir()
            for key, value in each.items():
                (inner / f"{key}.json").write_text(json.dumps({key: value}), encoding="utf-8")
        return import_files([Path(folder)])


def loaded(*answers: Answers) -> reachsim.Network:
    """The network of accounts."""
    return reachsim.loads(written(imported(*answers)))


def notes(found: Imported, kind: str) -> list[str]:
    """What an import says of one sort."""
    return [f"{note.what}: {note.text}" for note in found.notes if note.kind == kind]


def built(answers: Answers, **changes: Any) -> Imported:
    """What an import makes of an account with other attributes, by kind, id and key (``Vpcs/vpc-1/CidrBlock``):
    what no describe call says, such as what is not known."""
    found = Inventory()
    for key, value in answers.items():
        describe.read(found, {key: value}, f"{key}.json")
    for path, value in changes.items():
        kind, _, rest = path.partition("/")
        id, _, key = rest.rpartition("/")
        found.items[kind][id].attributes[key] = value
    out = build(found)
    leave_out_refused(out)
    return out
