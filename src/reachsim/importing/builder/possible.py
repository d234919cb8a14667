"""Interfaces that services make where a file tells only the subnets and the groups: databases, clusters, tasks, fleets.

An item of the kind ``PossibleInterfaces`` has the id of what the interfaces belong to, and the attributes

- ``SubnetIds``: the subnets in which there may be interfaces (AWS chooses among them, and may choose anew);
- ``SecurityGroupIds``: their groups; left out: the VPC's default group;
- ``Count``: how many there are at least; left out or unknown: not known;
- ``Public``: whether they have public addresses, or ``never`` where they can have none; left out: they have none;
- ``SendsForOthers``: whether it sends from its clients' addresses, so that nobody knows what passes;
- ``VpcId``: left out: that of the subnets;
- ``Addresses``: where these are told, an object for each interface: its ``SubnetId``, perhaps its ``PrivateIpAddress``;
- ``Name``: what it is called; ``Kind``: what it is, for the reader ("RDS instance").

The design has one in every subnet, and where there may be several in one, two: whatever holds for all of these holds
wherever AWS puts them.
"""

from __future__ import annotations

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.builder.interfaces import choose, groups_of
from reachsim.importing.builder.places import places
from reachsim.importing.inventory import Item, NotKnown, Unknown
from reachsim.resources.reference import UNKNOWN

KIND = "PossibleInterfaces"


def add_possible_interfaces(draft: Draft) -> None:
    """The interfaces of services."""
    draft.each(KIND, add)


def add(draft: Draft, item: Item) -> None:
    """Those of one service. Raises NotKnown."""
    ids = places(draft, item)
    inside = [id for id in ids if draft.vpc_of.get(id)]
    if not inside:
        draft.nowhere(item)
        return
    vpc = draft.vpc_of[inside[0]]
    subnets = [draft.names[id] for id in inside if draft.vpc_of[id] == vpc]
    if item.get("SendsForOthers"):
        raise NotKnown(Unknown("it sends from the addresses of its clients"))
    count, public = item.either("Count"), item.either("Public")
    body: Data = {}
    groups = groups_of(draft, item, "SecurityGroupIds", vpc)
    if groups is not None:
        body["security_groups"] = groups
    if public:
        body["public_ip"] = UNKNOWN if isinstance(public, Unknown) else public
    told = item.either("Name")
    name = draft.naming.name("targets", told if isinstance(told, str) else item.name, item.id)
    if "Addresses" in item:
        _add_told(draft, item, vpc, name, body)
        return
    for subnet in subnets:
        choose(draft, vpc, subnet)
    whole = {"subnets": subnets, "count": _how_many(count, len(subnets)), **body}
    draft.section(vpc, "interfaces")[name] = whole
    draft.place(item, ("vpcs", draft.names[vpc], "interfaces", name), vpc)
    what = item.text("Kind") or "it"
    draft.note("assumed", item.id, f"{what} has an interface in each of its subnets, which AWS chooses among", item)


def _add_told(draft: Draft, item: Item, vpc: str, name: str, body: Data) -> None:
    """Interfaces of which it is told where each is; several have the names of their subnets behind that of the service.
    Raises NotKnown."""
    told = [
        (draft.names[subnet], each.either("PrivateIpAddress"))
        for each in item.list("Addresses")
        if draft.vpc_of.get(subnet := each.text("SubnetId")) == vpc
    ]
    for index, (subnet, address) in enumerate(told):
        own = name if len(told) == 1 else draft.naming.name("targets", f"{name}-{subnet}", f"{item.id}/{index}")
        if not isinstance(address, str):
            choose(draft, vpc, subnet)
        known = {"private_ip": address} if isinstance(address, str) else {}
        draft.section(vpc, "interfaces")[own] = {"subnet": subnet, **known, **body}
        path = ("vpcs", draft.names[vpc], "interfaces", own)
        if index:
            draft.out.origins[path] = item.origin
        else:
            draft.place(item, path, vpc)


def _how_many(count: object, subnets: int) -> int:
    """Enough to have one in each subnet, and two where there may be two."""
    return subnets if isinstance(count, int) and count <= 1 else 2 * subnets
