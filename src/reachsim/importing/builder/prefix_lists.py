"""Prefix lists."""

from __future__ import annotations

from reachsim.importing.builder.draft import Draft
from reachsim.importing.rules import block


def add_prefix_lists(draft: Draft) -> None:
    """Prefix lists of which the entries are known."""
    for item in (*draft.found.of("PrefixLists"), *draft.found.of("ManagedPrefixLists")):
        entries = item.list("Cidrs") or [each.get("Cidr") for each in item.list("Entries")]
        if not entries or item.id in draft.names:
            continue
        short = str(item.get("PrefixListName") or "").rpartition(".")[2]
        name = draft.naming.name("lists", short, item.id)
        draft.top("prefix_lists")[name] = {"entries": [block(text) for text in entries]}
        draft.place(item, ("prefix_lists", name))
