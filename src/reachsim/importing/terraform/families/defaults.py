"""What AWS makes with a VPC: its main route table, default ACL and default group. A plan and a state have their ids alone.

Their contents are AWS's until a resource adopts one (`aws_default_*`), which comes after and takes its place.
"""

from __future__ import annotations

from typing import Any, Final

from reachsim.importing.defaults import created_vpc, default_group
from reachsim.importing.inventory import Inventory, Item, Unknown
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


_KINDS: Final = {
    "RouteTables": (TABLE, ("Routes",)),
    "NetworkAcls": (ACL, ("Entries",)),
    "SecurityGroups": (GROUP, ("IpPermissions", "IpPermissionsEgress")),
}
"""By kind: what its id is known by, and which attributes are not known where a resource may adopt it."""


def default_id(vpc: Resource, key: str) -> str:
    """The id of a default object of a VPC: AWS's, or a word for it before it is there. An old state tells the main table
    alone."""
    known = vpc.get(key)
    if known is None and key == TABLE:
        known = vpc.get("main_route_table_id")
    return known if isinstance(known, str) else f"{vpc.id}.{key}"


def add(made: Assembly) -> None:
    """The defaults of the VPCs that the file makes."""
    adopted = _adopted_somewhere(made)
    for vpc in made.found.of("aws_vpc"):
        scratch = Inventory({"Vpcs": {vpc.id: Item(vpc.id, {}, vpc.origin)}})
        created_vpc(scratch, vpc.id)
        for kind, (key, opened) in _KINDS.items():
            own = default_id(vpc, key)
            (item,) = scratch.of(kind)
            body = default_group(own) | {"VpcId": vpc.id} if kind == "SecurityGroups" else item.attributes
            made.place(kind, own, body | (dict.fromkeys(opened, adopted[key]) if key in adopted else {}), vpc.origin)


def _adopted_somewhere(made: Assembly) -> dict[str, Any]:
    """The kinds of defaults of which one is adopted, and it is not known of which VPC: any may be that one."""
    out: dict[str, Any] = {}
    for each in made.found.of(*ADOPTING):
        key = ADOPTING[each.address.type]
        of = each.values.get("vpc_id" if key == GROUP else key)
        if isinstance(of, Unknown) and each.created:
            out[key] = Unknown(f"{each.address} adopts that of some VPC: {of.reason}")
    return out
