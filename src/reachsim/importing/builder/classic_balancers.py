"""Classic Load Balancers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from reachsim.importing.builder.draft import Data, Draft
from reachsim.importing.builder.owners import balancer_of
from reachsim.importing.inventory import Item
from reachsim.resources.reference import UNKNOWN

_CHECK: Final = re.compile(r"[A-Za-z]+:([0-9]{1,5})(/.*)?")


def add_classic_balancers(draft: Draft) -> None:
    """Classic Load Balancers with their listeners and the instances that are registered."""
    draft.each("LoadBalancerDescriptions", add_classic_balancer, _doubt)


def _doubt(draft: Draft, item: Item, reason: str) -> None:
    told = {**item.attributes, "VpcId": item.attributes.get("VPCId"), "SubnetIds": item.attributes.get("Subnets")}
    draft.doubt(Item(item.id, told, item.origin, item.maybe), reason)


def add_classic_balancer(draft: Draft, item: Item) -> None:
    """One of them. Raises NotKnown."""
    vpc = item.text("VPCId")
    subnets = [draft.names[id] for id in item.list("Subnets") if draft.local(vpc, id) is not None]
    if not subnets or len(subnets) < len(item.list("Subnets")):
        draft.nowhere(item, "not all of its subnets were read")
        return
    name = draft.naming.name("targets", item.text("LoadBalancerName"), item.id)
    groups = [draft.names[id] for id in item.list("SecurityGroups") if draft.local(vpc, id) is not None]
    if not groups or len(groups) < len(item.list("SecurityGroups")):
        draft.note("unknown", item.id, "its security groups were not collected", item)
        groups = [UNKNOWN]
    body: Data = {"type": "classic", "scheme": item.text("Scheme") or "internet-facing", "subnets": subnets}
    body |= {"security_groups": groups, **dict(_addresses(draft, item))}
    crossing = _crosses_zones(draft, item)
    if crossing is not None:
        body["cross_zone"] = crossing
    body["listeners"], body["target_groups"] = _listeners(draft, item, vpc)
    draft.section(vpc, "load_balancers")[name] = body
    draft.place(item, ("vpcs", draft.names[vpc], "load_balancers", name), vpc)


def _listeners(draft: Draft, item: Item, vpc: str) -> tuple[Data, Data]:
    """Listeners by port, and a group of the instances for each port that they are called by."""
    targets = []
    told_of = item.certain("Instances")
    if told_of.unknown:  # it answers itself, whoever is behind it
        draft.note("unknown", item.id, f"it may have other instances: {told_of.reason}", item)
    for each in told_of.known:
        id = str(each.either("InstanceId"))
        if draft.local(vpc, id) is None:
            draft.note("unknown", item.id, f"instance {id} behind it was not read", item)
        else:
            targets.append(draft.names[id])
    check = _CHECK.fullmatch(str((item.get("HealthCheck") or {}).get("Target") or ""))
    listeners: Data = {}
    groups: Data = {}
    for each in item.list("ListenerDescriptions"):
        told: Any = each.get("Listener") or {}
        group = f"instances-{told.get('InstancePort')}"
        listeners[f"{str(told.get('Protocol')).lower()}/{told.get('LoadBalancerPort')}"] = group
        groups[group] = {"targets": targets, "port": f"tcp/{told.get('InstancePort')}"}
        if check is not None:
            groups[group]["health_check"] = f"tcp/{check[1]}"
    return listeners, groups


def _addresses(draft: Draft, item: Item) -> Iterator[tuple[str, dict[str, str]]]:
    """The addresses of its nodes by subnet, as far as its interfaces were read; one that has grown has more in some."""
    private: dict[str, str] = {}
    public: dict[str, str] = {}
    for each in draft.found.of("NetworkInterfaces"):
        subnet = draft.names.get(str(each.either("SubnetId")))
        if balancer_of(each) == item.text("LoadBalancerName") and subnet is not None and subnet not in private:
            private[subnet] = each.text("PrivateIpAddress")
            told: Any = each.get("Association") or {}
            if told.get("PublicIp"):
                public[subnet] = str(told.get("PublicIp"))
    yield from ((key, held) for key, held in (("private_ips", private), ("public_ips", public)) if held)


def _crosses_zones(draft: Draft, item: Item) -> bool | None:
    attributes = draft.found.one("ClassicLoadBalancerAttributes", item.text("LoadBalancerName"))
    told: Any = (attributes.get("LoadBalancerAttributes") if attributes is not None else None) or {}
    enabled = (told.get("CrossZoneLoadBalancing") or {}).get("Enabled")
    return enabled if isinstance(enabled, bool) else None
