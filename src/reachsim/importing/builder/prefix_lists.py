"""Prefix lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from functools import partial

from reachsim.importing.builder.draft import Draft
from reachsim.importing.inventory import Fields, Item, Unknown
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
    """One list; of one that may have others only the known entries count (`Draft.partial`). `regional`: services whose lists
    are named after their Region too."""
    found = [item.certain(key) for key in ("Cidrs", "Entries")]
    told = [each.either("Cidr") if isinstance(each, Fields) else each for listed in found for each in listed.known]
    unknown = [
        *(each for listed in found for each in listed.unknown),
        *(each for each in told if isinstance(each, Unknown)),
    ]
    entries = list(dict.fromkeys(block(each) for each in told if not isinstance(each, Unknown)))
    if unknown:
        _doubt(draft, item, unknown[0].reason)
        draft.partial[item.id] = entries
        return
    if (not entries and not item.either("Complete")) or item.id in draft.names:
        return
    whole = item.either("PrefixListName")
    short = whole.rpartition(".")[2] if isinstance(whole, str) else ""
    if isinstance(whole, str) and short in regional:  # the list that is named like a service is that of its one Region
        short = "-".join(reversed(whole.split(".")[-2:]))
    name = draft.naming.name("lists", short, item.id)
    draft.top("prefix_lists")[name] = {"entries": entries}
    draft.place(item, ("prefix_lists", name))
