"""The names of groups, route tables and ACLs, which others refer to before they are written."""

from __future__ import annotations

from reachsim.importing.builder.draft import Draft
from reachsim.importing.inventory import Fields, Item, Unknown


def name_members(draft: Draft) -> None:
    """Names of groups, tables and ACLs, which others refer to before they are written."""
    for kind, name in (
        ("SecurityGroups", name_group),
        ("RouteTables", name_table),
        ("NetworkAcls", name_acl),
    ):
        draft.each(kind, name, _doubt, maybe=True)


def _doubt(draft: Draft, item: Item, reason: str) -> None:
    draft.unknown(item, "what it is", reason)


def name_group(draft: Draft, item: Item) -> None:
    """The name of a group; `default` is that of the VPC's default group (SG-3)."""
    vpc = draft.home(item)
    if vpc:
        group = item.either("GroupName")
        wanted = group if isinstance(group, str) else item.name
        name = "default" if group == "default" else draft.naming.name(f"{vpc} groups", wanted, item.id, ("default",))
        draft.place(item, ("vpcs", draft.names[vpc], "security_groups", name), vpc)


def name_table(draft: Draft, item: Item) -> None:
    """The name of a route table; `main` is that of the VPC's main one (ROUTE-2)."""
    vpc = draft.home(item)
    if vpc:
        associations = item.members("Associations").known
        main = any(each.either("Main") is True and not each.maybe for each in associations if isinstance(each, Fields))
        name = "main" if main else draft.naming.name(f"{vpc} tables", item.name, item.id, ("main",))
        draft.place(item, ("vpcs", draft.names[vpc], "route_tables", name), vpc)


def name_acl(draft: Draft, item: Item) -> None:
    """The name of an ACL; `default` is that of the VPC's default one (NACL-1)."""
    vpc = draft.home(item)
    if vpc:
        told = item.either("IsDefault")
        if isinstance(told, Unknown):
            draft.unknown(item, "whether it is the default ACL", told.reason)
        default = told is True
        name = "default" if default else draft.naming.name(f"{vpc} acls", item.name, item.id, ("default",))
        draft.place(item, ("vpcs", draft.names[vpc], "network_acls", name), vpc)
