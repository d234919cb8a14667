"""The names of groups, route tables and ACLs, which others refer to before they are written."""

from __future__ import annotations

from reachsim.importing.builder.draft import Draft


def name_members(draft: Draft) -> None:
    """Names of groups, tables and ACLs, which others refer to before they are written."""
    for item in draft.found.of("SecurityGroups"):
        vpc = str(item.get("VpcId") or "")
        if vpc in draft.names:
            group = str(item.get("GroupName") or "")
            name = "default" if group == "default" else draft.naming.name(f"{vpc} groups", group, item.id, ("default",))
            draft.place(item, ("vpcs", draft.names[vpc], "security_groups", name), vpc)
    for item in draft.found.of("RouteTables"):
        vpc = str(item.get("VpcId") or "")
        if vpc in draft.names:
            main = any(each.get("Main") for each in item.list("Associations"))
            name = "main" if main else draft.naming.name(f"{vpc} tables", item.name, item.id, ("main",))
            draft.place(item, ("vpcs", draft.names[vpc], "route_tables", name), vpc)
    for item in draft.found.of("NetworkAcls"):
        vpc = str(item.get("VpcId") or "")
        if vpc in draft.names:
            default = bool(item.get("IsDefault"))
            name = "default" if default else draft.naming.name(f"{vpc} acls", item.name, item.id, ("default",))
            draft.place(item, ("vpcs", draft.names[vpc], "network_acls", name), vpc)
