"""Peering connections, and the VPCs behind them that were not read."""

from __future__ import annotations

from reachsim.importing.builder.draft import GONE, Data, Draft
from reachsim.importing.inventory import Item, inner
from reachsim.importing.naming import cleaned
from reachsim.importing.rules import block
from reachsim.net.cidr import Cidr
from reachsim.resources.reference import UNKNOWN


def add_peerings(draft: Draft) -> None:
    """Peering connections; a side that was not read is a VPC of which only the blocks are known."""
    for item in draft.found.of("VpcPeeringConnections"):
        status = str(inner(item, "Status").get("Code") or "active")
        sides = [inner(item, "RequesterVpcInfo"), inner(item, "AccepterVpcInfo")]
        ids = [str(side.get("VpcId") or "") for side in sides]
        if status in GONE or not all(ids) or ids[0] == ids[1]:
            continue
        for id, side in zip(ids, sides, strict=True):
            if id not in draft.names:
                add_strange_vpc(draft, id, side, item)
        if not all(id in draft.names for id in ids):
            draft.note("left out", item.id, "a VPC that it joins is not known", item)
            continue
        name = draft.naming.name("targets", item.name, item.id)
        body: Data = {"requester": draft.names[ids[0]], "accepter": draft.names[ids[1]]}
        if status != "active":
            body["status"] = status
        for key, side in zip(("requester_dns", "accepter_dns"), sides, strict=True):
            if inner(side, "PeeringOptions").get("AllowDnsResolutionFromRemoteVpc"):
                body[key] = True
        draft.top("peering_connections")[name] = body
        draft.place(item, ("peering_connections", name))


def add_strange_vpc(draft: Draft, id: str, side: Data, item: Item) -> None:
    """A VPC of somebody else: its blocks, and nothing of what is in it."""
    listed = [each.get("CidrBlock") for each in side.get("CidrBlockSet") or ()] or [side.get("CidrBlock")]
    blocks = list(dict.fromkeys(block(text) for text in listed if text))
    if not blocks:
        return
    name = draft.naming.name("vpcs", "", id)
    body: Data = {"cidrs": blocks, "subnets": {}}
    for index, text in enumerate(blocks):
        whole = Cidr.parse(text)
        if whole.version == 4 and 16 <= whole.prefix_length <= 28:
            body["subnets"][f"unknown-{index}"] = {
                "cidr": text, "route_table": UNKNOWN, "network_acl": UNKNOWN, "interfaces": UNKNOWN,
            }  # fmt: skip
    account = cleaned(str(side.get("OwnerId") or ""))
    if account:
        body["account"] = account
    draft.vpcs[name] = body
    draft.names[id] = name
    draft.out.names[id] = name
    draft.note("unknown", name, f"VPC {id} was not collected: only its blocks are known", item)
