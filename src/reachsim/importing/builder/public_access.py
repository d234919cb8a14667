"""VPC Block Public Access, a switch of an account in a Region (IGW-14)."""

from __future__ import annotations

from typing import Final

from reachsim.importing.builder.draft import Draft
from reachsim.importing.inventory import Item, Unknown
from reachsim.resources.reference import UNKNOWN

_MODES: Final = {"block-bidirectional": "bidirectional", "block-ingress": "ingress"}


def add_public_access(draft: Draft) -> None:
    """The switch of each VPC's account and Region, with what is excluded."""
    modes = {item.id: _mode(draft, item) for item in draft.found.of("VpcBlockPublicAccessOptions")}
    for vpc in draft.vpc_ids:
        body = draft.body(vpc)
        mode = modes.get(f"{body.get('account')}:{body.get('region')}")
        vague = not {"account", "region"} <= body.keys() or any("?" in id for id in modes)
        if mode is None and vague and any(modes.values()):
            draft.note(
                "unknown", draft.names[vpc], "whose account or Region it is in is not known, nor what is blocked there"
            )
            mode = UNKNOWN
        if mode is not None:
            excluded = _exclusions(draft, vpc)
            body["block_public_access"] = {"mode": mode, "exclusions": excluded} if excluded else mode
        elif (item := draft.found.one("Vpcs", vpc)) is not None and item.members("NetworkFirewallAssociations").known:
            draft.unknown(item, "what its internet gateways let through", "an Automated Internet Firewall inspects it")
            spared = _not_inspected(draft, vpc)
            body["block_public_access"] = {"mode": UNKNOWN, "exclusions": spared} if spared else UNKNOWN


def _not_inspected(draft: Draft, vpc: str) -> dict[str, str]:
    """The subnets of a VPC that its Automated Internet Firewall leaves alone."""
    return {
        f"{draft.names[vpc]}.{draft.names[each.id]}": "allow-bidirectional"
        for each in draft.inside("Subnets", vpc)
        if each.either("NetworkFirewallConnectivityType") in ("exclude", "az-unsupported") and each.id in draft.names
    }


def _mode(draft: Draft, item: Item) -> str | None:
    """What the switch stops; `unknown` where that is not known, None for nothing."""
    told = item.either("InternetGatewayBlockMode")
    mode = _MODES.get(str(told))
    reason = told.reason if isinstance(told, Unknown) else item.maybe if mode is not None else ""
    if reason:
        draft.unknown(item, "what Block Public Access stops", reason)
        return UNKNOWN
    return mode


def _exclusions(draft: Draft, vpc: str) -> dict[str, str]:
    """What is excluded in a VPC; `unknown` where it is not known whether, or how."""
    out: dict[str, str] = {}
    anywhere = ""
    for item in draft.found.of("VpcBlockPublicAccessExclusions"):
        state, place, mode = (item.either(key) for key in ("State", "ResourceArn", "InternetGatewayExclusionMode"))
        if isinstance(state, str) and (state.startswith("delete") or state == "disable-complete"):
            continue
        reason = item.maybe or next((each.reason for each in (place, state, mode) if isinstance(each, Unknown)), "")
        id = place.rpartition("/")[2] if isinstance(place, str) else ""
        inside = id != vpc and draft.local(vpc, id) is not None
        if isinstance(place, Unknown):
            anywhere = reason
        elif id == vpc or inside:
            name = f"{draft.names[vpc]}.{draft.names[id]}" if inside else draft.names[vpc]
            out[name] = UNKNOWN if reason else str(mode)
        if reason and (anywhere or id == vpc or inside):
            draft.unknown(item, f"what Block Public Access spares in {draft.names[vpc]}", reason)
    if anywhere:
        out[draft.names[vpc]] = UNKNOWN
    return out
