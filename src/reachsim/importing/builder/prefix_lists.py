"""Prefix lists."""

from __future__ import annotations

from reachsim.importing.builder.draft import Draft
from reachsim.importing.inventory import Fields, Item
from reachsim.importing.rules import block


def add_prefix_lists(draft: Draft) -> None:
    """Prefix lists of which all entries are known; what names another is not known."""
    draft.each(("PrefixLists", "ManagedPrefixLists"), add_prefix_list, _doubt)


def _doubt(draft: Draft, item: Item, reason: str) -> None:
    draft.unknown(item, "what it lists", reason)


def add_prefix_list(draft: Draft, item: Item) -> None:
    """One list. Raises NotKnown."""
    found = item.certain("Entries")
    entries = [each.get("Cidr") if isinstance(each, Fields) else each for each in found.known]
    entries = item.list("Cidrs") or [str(each) for each in entries]
    if found.unknown:
        _doubt(draft, item, found.reason)
        return
    if (not entries and not item.get("Complete")) or item.id in draft.names:
        return
    told = item.either("PrefixListName")
    short = _short(draft, told) if isinstance(told, str) else ""
    name = draft.naming.name("lists", short, item.id)
    draft.top("prefix_lists")[name] = {"entries": [block(text) for text in entries]}
    draft.place(item, ("prefix_lists", name))


def _short(draft: Draft, told: str) -> str:
    """The end of a list's name. The one that is named like a service is that of its one Region; of two, both say which."""
    short = told.rpartition(".")[2]
    if not told.startswith("com.amazonaws."):
        return short
    regions = {str(item.either("PrefixListName")) for item in draft.found.of("PrefixLists")}
    same = [name for name in regions if name.startswith("com.amazonaws.") and name.rpartition(".")[2] == short]
    return short if len(same) < 2 else "-".join(reversed(told.split(".")[-2:]))
