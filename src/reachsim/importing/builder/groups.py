"""Security groups and their rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from reachsim.importing.builder.draft import Data, Draft, in_place_of
from reachsim.importing.imported import Path
from reachsim.importing.inventory import REFERENCING, Fields, Item, Unknown
from reachsim.importing.rules import Refused, block, number, protocol, traffic
from reachsim.resources.reference import UNKNOWN

_WITH_PORTS: Final = ("tcp", "udp", "icmp")
"""Protocols of which a rule has to tell the ports, or types."""
_DIRECTIONS: Final = (("IpPermissions", "ingress", "from"), ("IpPermissionsEgress", "egress", "to"))


def add_groups(draft: Draft) -> None:
    """Security groups with their rules (a rule that AWS would refuse is left out)."""
    draft.each(
        "SecurityGroups",
        add_group,
        in_place_of("security_groups", "what it lets pass", {"ingress": UNKNOWN, "egress": UNKNOWN}),
        maybe=True,
    )


def add_group(draft: Draft, item: Item) -> None:
    """One group; a direction that was not collected is not known."""
    vpc = draft.home(item)
    if not vpc:
        draft.note("left out", item.id, "it is in no VPC that was read", item)
        return
    body: Data = {}
    for key, direction, word in _DIRECTIONS:
        told = item.either(key)
        if isinstance(told, Unknown):
            draft.unknown(item, f"its {direction}", told.reason)
        path = (*draft.path_of[item.id], direction)
        known = told is not None and not isinstance(told, Unknown)
        body[direction] = list(_rules(draft, item, key, word, path)) if known else UNKNOWN
    draft.section(vpc, "security_groups")[draft.names[item.id]] = body


def associate_groups(draft: Draft) -> None:
    """The other VPCs that groups are associated with: those in which something has them (SG-17)."""
    for id, others in draft.associated.items():
        body = draft.section(draft.vpc_of[id], "security_groups").get(draft.names[id])
        if isinstance(body, dict):
            body["associated_vpcs"] = list(others)
            draft.note("assumed", id, f"it is associated with {', '.join(others)}, where something has it")


def _rules(draft: Draft, item: Item, key: str, word: str, path: Path) -> Iterator[Data]:
    listed = item.members(key)
    index = 0
    for permission in listed.known:
        try:
            for rule in group_rules(draft, item, permission, word):
                draft.place_entry((*path, index), permission)
                yield rule
                index += 1
        except Refused as error:
            draft.note("left out", item.id, f"a rule that AWS would refuse: {error}", item)
    if listed.unknown:
        draft.unknown(item, "whether it has other rules", listed.reason)
        yield {"allow": UNKNOWN, word: UNKNOWN}


def group_rules(draft: Draft, item: Item, permission: Fields, word: str) -> Iterator[Data]:
    """The rules of one permission: what is certain of it, and what may be. Raises Refused."""
    told = [permission.either(each) for each in ("IpProtocol", "FromPort", "ToPort")]
    perhaps = bool(permission.maybe)
    token = UNKNOWN
    unknown = next((each for each in told if isinstance(each, Unknown)), None)
    if unknown is not None:
        draft.unknown(item, "the traffic of a rule", unknown.reason)
    if not isinstance(told[0], Unknown):
        ports = (None, None) if unknown is not None else (told[1], told[2])
        if unknown is None and None in map(number, ports) and protocol(told[0] or "-1") in _WITH_PORTS:
            raise Refused(f"{protocol(told[0])} needs a first and a last port (of ICMP: type and code), -1 for all")
        token, perhaps = traffic("-1" if told[0] is None else told[0], *ports), perhaps or unknown is not None
    if permission.maybe:
        draft.unknown(item, "whether it has a rule", permission.maybe)
    certain, maybe = peers(draft, item, permission)
    for named, unsure in ((certain, perhaps), (maybe, True)):
        if named:
            body = {"allow": token, word: named[0] if len(named) == 1 else named}
            yield {**body, "perhaps": True} if unsure and token != UNKNOWN else body


def peers(draft: Draft, item: Item, permission: Fields) -> tuple[list[str], list[str]]:
    """Whom a rule names, and whom it may name. A group, or a list, that was not read is unknown."""
    certain: dict[str, None] = {}
    maybe: dict[str, None] = {}
    for key, peer in _PEERS.items():
        listed = permission.members(key)
        for each in listed.known:
            told = each.either("GroupId")
            if isinstance(told, Unknown) and (some := _candidates(draft, item, told)):
                draft.unknown(item, "a group that a rule names", told.reason)
                maybe |= some
                continue
            for name in peer(draft, item, each):
                if name == UNKNOWN and key == _GROUPS:
                    maybe |= dict.fromkeys(draft.members)
                else:
                    (maybe if each.maybe else certain)[name] = None
        for unknown in listed.unknown:
            draft.unknown(item, "whom a rule names", unknown.reason)
            if key == _GROUPS:
                maybe |= _candidates(draft, item, unknown) or dict.fromkeys(draft.members)
            else:
                certain[UNKNOWN] = None
    return list(certain), [each for each in maybe if each not in certain]


def _candidates(draft: Draft, item: Item, told: Unknown) -> dict[str, None]:
    """The groups that one which is not known can be, where it is known which these are: none of them is certain, and nobody
    else is meant. Empty where it can be any."""
    names: dict[str, None] = {}
    for id in getattr(told, "candidates", ()):
        if draft.local(draft.vpc_of[item.id], id) is None:
            return {}
        names[draft.names[id]] = None
    return names


def _block(draft: Draft, item: Item, each: Fields) -> Iterator[str]:
    for key in ("CidrIp", "CidrIpv6"):
        told = each.either(key)
        if isinstance(told, Unknown):
            draft.unknown(item, "a block that a rule names", told.reason)
            yield UNKNOWN
        elif told:
            try:
                yield block(told)
            except Refused as error:
                draft.note("left out", item.id, f"a block that AWS would refuse: {error}", item)


def _listed(draft: Draft, item: Item, each: Fields) -> Iterator[str]:
    id = each.either("PrefixListId")
    if isinstance(id, str):
        yield from draft.partial.get(id, ())
    yield listed(draft, id, item)


def listed(draft: Draft, id: Any, item: Item) -> str:
    """A prefix list by its name in the design; unknown where its entries are."""
    if isinstance(id, Unknown):
        draft.unknown(item, "a prefix list that a rule names", id.reason)
        return UNKNOWN
    if id not in draft.names:
        draft.note("unknown", item.id, f"the entries of prefix list {id} were not collected", item)
    return draft.names.get(str(id), UNKNOWN)


def _group(draft: Draft, item: Item, each: Fields) -> Iterator[str]:
    id = each.either("GroupId")
    vpc = draft.vpc_of[item.id]
    if isinstance(id, Unknown):
        draft.unknown(item, "a group that a rule names", id.reason)
        yield UNKNOWN
    elif draft.local(vpc, str(id)) is not None:
        yield draft.names[str(id)]
    elif id in draft.names:
        joined = is_joined(draft, vpc, draft.vpc_of.get(str(id), ""))
        if joined is None:
            draft.note("unknown", item.id, f"whether the VPC of {id}, which a rule names, is joined is not known", item)
            yield UNKNOWN
        elif joined:
            yield draft.out.names[str(id)]
        else:
            draft.note("left out", item.id, f"a reference to {id} in a VPC that is not joined matches nothing", item)
    else:
        why = draft.found.why_missing(id)
        missing = f"group {id}, which a rule names, was not collected"
        draft.note("unknown", item.id, f"which group a rule names is not known: {why}" if why else missing, item)
        yield UNKNOWN


_GROUPS: Final = "UserIdGroupPairs"
_PEERS: Final = {"IpRanges": _block, "Ipv6Ranges": _block, "PrefixListIds": _listed, _GROUPS: _group}


def is_joined(draft: Draft, one: str, other: str) -> bool | None:
    """Whether an active peering joins two VPCs, or a transit gateway that passes references on (TGW-14); None where that is
    not known."""
    if _joined_by_gateway(draft, one, other):
        return True
    perhaps = False
    for item in draft.found.of("VpcPeeringConnections"):
        sides = [item.either(key) for key in ("RequesterVpcInfo", "AccepterVpcInfo")]
        ends = [side.either("VpcId") if isinstance(side, Fields) else side for side in sides]
        if any(isinstance(end, str) and end not in (one, other) for end in ends):
            continue
        status = item.either("Status")
        code = status.either("Code") if isinstance(status, Fields) else status
        vague = item.maybe or any(isinstance(each, Unknown) for each in (*ends, code))
        if not vague and set(ends) == {one, other} and code == "active":
            return True
        perhaps = perhaps or bool(vague)
    return None if perhaps else False


def _joined_by_gateway(draft: Draft, one: str, other: str) -> bool:
    attached: dict[str, set[str]] = {}
    for item in draft.found.of("TransitGatewayVpcAttachments"):
        if not item.maybe and item.either("State") == "available":
            attached.setdefault(str(item.either("TransitGatewayId")), set()).add(str(item.either("VpcId")))
    for gateway in draft.found.of("TransitGateways"):
        options = gateway.either("Options")
        passes = isinstance(options, Fields) and options.either(REFERENCING) == "enable"
        if passes and {one, other} <= attached.get(gateway.id, set()):
            return True
    return False
