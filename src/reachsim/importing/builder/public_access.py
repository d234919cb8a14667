"""VPC Block Public Access, a switch of an account in a Region (IGW-14)."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.inventory import Item

_MODES: Final = {"block-bidirectional": "bidirectional", "block-ingress": "ingress"}


def add_public_access(draft: Draft) -> None:
    """The switch of each VPC's account and Region, with what is excluded."""
    modes: dict[str, str | None] = {}
    draft.each("VpcBlockPublicAccessOptions", partial(_add_mode, modes=modes))
    for vpc in draft.vpc_ids():
        body = draft.body(vpc)
        mode = modes.get(f"{body.get('account')}:{body.get('region')}")
        if mode is not None:
            excluded = dict(_exclusions(draft, vpc))
            body["block_public_access"] = {"mode": mode, "exclusions": excluded} if excluded else mode


def _add_mode(draft: Draft, item: Item, modes: dict[str, str | None]) -> None:
    modes[item.id] = _MODES.get(item.text("InternetGatewayBlockMode"))


def _exclusions(draft: Draft, vpc: str) -> Data:
    out: dict[str, Any] = {}
    for item in draft.found.of("VpcBlockPublicAccessExclusions"):
        place = item.text("ResourceArn").rpartition("/")[2]
        if item.text("State").startswith("delete") or item.text("State") == "disable-complete":
            continue
        if place == vpc:
            out[draft.names[vpc]] = item.text("InternetGatewayExclusionMode")
        elif draft.local(vpc, place) is not None:
            out[f"{draft.names[vpc]}.{draft.names[place]}"] = item.text("InternetGatewayExclusionMode")
    return out
