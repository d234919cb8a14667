"""Private hosted zones with their records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from reachsim.importing.cloudformation.made import Made, additions, entries, id_of, without_none
from reachsim.importing.cloudformation.stack import Resource
from reachsim.importing.inventory import MAYBE, Unknown


def zone(made: Made, resource: Resource) -> None:
    """A zone, which is a private one if it has VPCs."""
    listed = resource.get("VPCs")
    vpcs: Any = [
        each if isinstance(each, Unknown) else {"VPCId": id_of(each.get("VPCId")), MAYBE: each.get(MAYBE)}
        for each in additions(listed)
    ]
    vpcs = [each if isinstance(each, Unknown) else without_none(each) for each in vpcs]
    private = {"PrivateZone": bool(vpcs)}
    made.add("HostedZones", resource, {"Name": resource.get("Name"), "VPCs": vpcs, "Config": private})
    made.add("ResourceRecordSets", resource, {"ResourceRecordSets": []})


def record_set(made: Made, resource: Resource) -> None:
    """One record of a zone."""
    _add(made, resource, resource.properties)


def record_set_group(made: Made, resource: Resource) -> None:
    """Several records of one zone."""
    shared = {key: resource.get(key) for key in ("HostedZoneId", "HostedZoneName")}
    for each in entries(resource.get("RecordSets") or []):
        if isinstance(each, Unknown):
            made.append("ResourceRecordSets", _zone(made, shared), "ResourceRecordSets", each, resource)
        else:
            _add(made, resource, {**shared, **each})


def _add(made: Made, resource: Resource, written: Mapping[str, Any]) -> None:
    alias = written.get("AliasTarget")
    values = written.get("ResourceRecords")
    told: dict[str, Any] = {"Name": written.get("Name"), "Type": written.get("Type")}
    if alias is not None:
        told["AliasTarget"] = alias if isinstance(alias, Unknown) else {"DNSName": alias.get("DNSName")}
    else:
        listed = values if isinstance(values, list) else [values]
        told["ResourceRecords"] = values if isinstance(values, Unknown) else [{"Value": each} for each in listed]
    zone = _zone(made, written)
    made.append("ResourceRecordSets", zone, "ResourceRecordSets", without_none(told), resource)


def _zone(made: Made, written: Mapping[str, Any]) -> Any:
    """The zone of a record, by its id or its name."""
    name = written.get("HostedZoneName")
    if written.get("HostedZoneId") is not None or not isinstance(name, str):
        return written.get("HostedZoneId") if name is None or isinstance(name, str) else name
    plain = name.rstrip(".").lower()
    named = [
        item.id
        for item in made.inventory.of("HostedZones")
        if str(item.attributes.get("Name")).rstrip(".").lower() == plain
    ]
    return named[0] if len(named) == 1 else Unknown(f"which zone {name} is") if named else name


OBJECTS: Final[Mapping[str, Callable[[Made, Resource], None]]] = {"AWS::Route53::HostedZone": zone}
ADDITIONS: Final[Mapping[str, Callable[[Made, Resource], None]]] = {
    "AWS::Route53::RecordSet": record_set,
    "AWS::Route53::RecordSetGroup": record_set_group,
}
