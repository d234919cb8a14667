"""What AWS makes with a VPC: its main route table, default ACL and default group. A plan and a state have their ids alone.

Their contents are AWS's until a resource adopts one (`aws_default_*`), which comes after and takes its place.
"""

from __future__ import annotations

from typing import Any, Final

from reachsim.importing.inventory import Attributes, Unknown
from reachsim.importing.terraform.assembly import Assembly
from reachsim.importing.terraform.snapshot import Resource

TABLE: Final = "default_route_table_id"
ACL: Final = "default_network_acl_id"
GROUP: Final = "default_security_group_id"
ADOPTING: Final = {
    "aws_default_route_table": TABLE,
    "aws_default_network_acl": ACL,
    "aws_default_security_group": GROUP,
}


def default_id(vpc: Resource, key: str) -> str:
    """The id of a default object of a VPC: AWS's, or a word for it before it is there."""
    known = vpc.get(key)
    return known if isinstance(known, str) else f"{vpc.id}.{key}"


def add(made: Assembly) -> None:
    """The defaults of the VPCs that the file makes."""
    adopted = _adopted_somewhere(made)
    for vpc in made.found.of("aws_vpc"):
        place(made, "RouteTables", vpc, TABLE, {"Associations": [{"Main": True}], "Routes": adopted.get(TABLE, [])})
        place(made, "NetworkAcls", vpc, ACL, {"IsDefault": True, "Associations": [], "Entries": adopted.get(ACL, _entries())})
        group = default_id(vpc, GROUP)
        rules = {"IpPermissions": [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group}]}]}
        rules["IpPermissionsEgress"] = [{"IpProtocol": "-1", **_EVERYONE}]
        opened = {key: adopted[GROUP] for key in rules} if GROUP in adopted else {}
        place(made, "SecurityGroups", vpc, GROUP, {"GroupName": "default", **rules, **opened})


def place(made: Assembly, kind: str, vpc: Resource, key: str, attributes: Attributes) -> None:
    """One default object."""
    made.place(kind, default_id(vpc, key), {"VpcId": vpc.id, **attributes}, vpc.origin)


_EVERYONE: Final[Attributes] = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}


def _entries() -> list[Attributes]:
    return [
        {"RuleNumber": number, "Egress": egress, "Protocol": "-1", "RuleAction": "allow", key: everyone}
        for egress in (False, True)
        for number, key, everyone in ((100, "CidrBlock", "0.0.0.0/0"), (101, "Ipv6CidrBlock", "::/0"))
    ]


def _adopted_somewhere(made: Assembly) -> dict[str, Any]:
    """The kinds of defaults of which one is adopted, and it is not known of which VPC: any may be that one."""
    out: dict[str, Any] = {}
    for each in made.found.of(*ADOPTING):
        key = ADOPTING[each.address.type]
        of = each.values.get("vpc_id" if key == GROUP else key)
        if isinstance(of, Unknown) and each.created:
            out[key] = Unknown(f"{each.address} adopts that of some VPC: {of.reason}")
    return out
