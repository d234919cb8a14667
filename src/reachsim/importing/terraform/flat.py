"""Attributes as Terraform 0.11 wrote them: flattened to text, `ingress.2214680975.cidr_blocks.0` with a count under `.#`."""

from __future__ import annotations

from typing import Any, Final

_WORDS: Final = {"true": True, "false": False}


def unflattened(flat: dict[str, Any]) -> dict[str, Any]:
    """The attributes as a tree: a name with a count is a list, in the order of its indices or hashes."""
    tree: dict[str, Any] = {}
    for key, value in flat.items():
        if not isinstance(value, str):
            continue
        node = tree
        *way, last = key.split(".")
        for step in way:
            inner = node.setdefault(step, {})
            if not isinstance(inner, dict):  # a name that is a value and holds others: the others count
                inner = node[step] = {}
            node = inner
        if not isinstance(node.get(last), dict):
            node[last] = value
    whole = _plain(tree)
    return whole if isinstance(whole, dict) else {}


def _plain(node: Any) -> Any:
    if not isinstance(node, dict):
        return _WORDS.get(node, node)
    if "#" in node:
        members = [(key, value) for key, value in node.items() if key != "#"]
        return [_plain(value) for _, value in sorted(members, key=_order)]
    return {key: _plain(value) for key, value in node.items() if key != "%"}


def _order(member: tuple[str, Any]) -> tuple[int, str]:
    return (len(member[0]), member[0])
