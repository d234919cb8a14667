"""Prefix lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from functools import partial

from reachsim.importing.builder.draft import Draft
from reachsim.importing.inventory import Fields, Item
from reachsim.importing.rules import block


def add_prefix_lists(draft: Draft) -> None:
    """Prefix lists of which all entries are known; what names another is not known."""
    draft.each(("PrefixLists", "ManagedPrefixLists"), partial(add_prefix_list, regional=several_regions(draft)), _doubt)


def several_regions(draft: Draft) -> set[str]:
    """The services whose lists of more than one Region were read."""
    names = {str(item.either("PrefixListName") or "") for item in draft.found.of("PrefixLists")}
    counts = Counter(name.rpartition(".")[2] for name in names if name.startswith("com.amazonaws."))
    return {service for service, count in counts.items() if count > 1}


def _doubt(draft: Draft, item: Item, reason: str) -> None:
    draft.unknown(item, "what it lists", reason)


def add_prefix_list(draft: Draft, item: Item, regional: Set[str]) -> None:
    """One list. `regional`: services whose lists are named after their Region too. Raises NotKnown."""
    found = item.certain("Entries")
    entries = [each.get("Cidr") if isinstance(each, Fields) else each for each in found.known]
    entries = item.list("Cidrs") or [str(each) for each in entries]
    if found.unknown:
        _doubt(draft, item, found.reason)
        return
    if (not entries and not item.get("Complete")) or item.id in draft.names:
        return
    told = item.either("PrefixListName")
    short = told.rpartition(".")[2] if isinstance(told, str) else ""
    if short in regional:  # the list that is named like a service is that of its one Region
        short = "-".join(reversed(told.split(".")[-2:]))
    name = draft.naming.name("lists", short, item.id)
    draft.top("prefix_lists")[name] = {"entries": [block(text) for text in entries]}
    draft.place(item, ("prefix_lists", name))
