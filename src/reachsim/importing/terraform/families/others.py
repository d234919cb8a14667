"""What another provider makes in a network of AWS's: it is not read, and what it may change is open.

The provider ``awscc`` has AWS's types by Cloud Control; modules join its tables with subnets of the provider ``aws``.
"""

from __future__ import annotations

from typing import Final

from reachsim.importing.inventory import MAYBE, Unknown
from reachsim.importing.terraform.assembly import Assembly
from reachsim.importing.terraform.families.routes import place_unknown
from reachsim.importing.terraform.snapshot import Resource

_ASSOCIATION: Final = "awscc_ec2_subnet_route_table_association"
_LISTS: Final = {
    "awscc_ec2_route": ("RouteTables", "route_table_id", "Routes"),
    "awscc_ec2_security_group_ingress": ("SecurityGroups", "group_id", "IpPermissions"),
    "awscc_ec2_security_group_egress": ("SecurityGroups", "group_id", "IpPermissionsEgress"),
    "awscc_ec2_network_acl_entry": ("NetworkAcls", "network_acl_id", "Entries"),
}
"""By type: the kind that it adds to, what it names that by, and the list there."""


def add(made: Assembly) -> None:
    """Open the tables of subnets, and the lists of tables, groups and ACLs."""
    for each in made.found.of(_ASSOCIATION):
        for id, why in made.possible("Subnets", each.get("subnet_id")):
            of = {"SubnetId": id, **({MAYBE: why} if why else {})}
            place_unknown(made, each, of, Unknown(f"{each.address} is not read"))
    for each in made.found.of(*_LISTS):
        _open(made, each)


def _open(made: Assembly, each: Resource) -> None:
    kind, link, key = _LISTS[each.address.type]
    for holder in made.some(kind, each.get(link)):
        listed = holder.get(key) or []
        holder[key] = [
            *(listed if isinstance(listed, list) else [listed]),
            Unknown(f"what {each.address} adds is not read"),
        ]
