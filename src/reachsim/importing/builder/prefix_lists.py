"""Prefix lists."""

from __future__ import annotations

from collections import Counter

from reachsim.importing.builder.draft import Draft
from reachsim.importing.rules import block


def add_prefix_lists(draft: Draft) -> None:
    """Prefix lists of which the entries are known."""
    regional = several_regions(draft)
    for item in (*draft.found.of("PrefixLists"), *draft.found.of("ManagedPrefixLists")):
        entries = item.list("Cidrs") or [each.get("Cidr") for each in item.list("Entries")]
        if not entries or item.id in draft.names:
            continue
        told = item.text("PrefixListName")
        short = told.rpartition(".")[2]
        if short in regional:  # the list that is named like a service is that of its one Region
            short = "-".join(reversed(told.split(".")[-2:]))
        name = draft.naming.name("lists", short, item.id)
        draft.top("prefix_lists")[name] = {"entries": [block(text) for text in entries]}
        draft.place(item, ("prefix_lists", name))


def several_regions(draft: Draft) -> set[str]:
    """The services whose lists of more than one Region were read."""
    names = {item.text("PrefixListName") for item in draft.found.of("PrefixLists")}
    counts = Counter(name.rpartition(".")[2] for name in names if name.startswith("com.amazonaws."))
    return {service for service, count in counts.items() if count > 1}
