"""What nothing in a design was made of, so that nothing is left out in silence."""

from __future__ import annotations

from reachsim.importing.builder.draft import GONE, Draft
from reachsim.importing.builder.owners import Owners
from reachsim.importing.inventory import Fields, Item
from reachsim.importing.kinds import PARTS


def tell_remainder(draft: Draft) -> None:
    """Say that an object is left out that has no name in the design, though it should, and of which nothing was said."""
    owners = Owners(draft.found)
    said = {note.what for note in draft.out.notes}
    for rule in draft.found.of("SecurityGroupRules"):
        group = rule.either("GroupId")
        if isinstance(group, str) and draft.found.one("SecurityGroups", group) is None:
            draft.note("left out", rule.id, f"group {group}, which it is of, was not collected", rule)
    for kind, members in draft.found.items.items():
        for id, item in members.items():
            if kind in PARTS or id in draft.out.names or {id, item.name} & said or is_gone(item) or owners.has(item):
                continue
            if kind == "PrefixLists":
                draft.note("left out", id, "its entries were not collected", item)
            else:
                draft.note("left out", id, "it is in no VPC that was read", item)


def is_gone(item: Item) -> bool:
    """Whether it is there no more."""
    for key in ("State", "Status", "DirectConnectGatewayState"):
        state = item.either(key)
        held = [state.either("Code"), state.either("Name")] if isinstance(state, Fields) else [state]
        if any(isinstance(each, str) and each.lower() in GONE for each in held):
            return True
    return False
