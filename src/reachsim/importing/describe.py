"""What AWS's describe calls answer: as the command line or boto3 gives it, in whatever a collector wrapped around it.

Objects are known by their keys, and an empty list by its own key; so it matters neither what a file is called nor how deep
an answer lies in it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from reachsim.importing.inventory import PARTS, WHERE, Inventory, Item, Origin, Where
from reachsim.importing.kinds import ANSWERS, IN_PARTS, NO_NETWORK, capital, kind_of
from reachsim.importing.options import Options
from reachsim.importing.shapes import shaped
from reachsim.importing.sources import Source

_LIST_ID: Final = re.compile("pl-[0-9a-f]+", re.IGNORECASE)
_DEEPEST: Final = 12
_MORE: Final = ("NextToken", "NextMarker", "Marker", "PaginationToken", "NextContinuationToken")


def recognises(source: Source) -> bool:
    """Whether it is JSON: a describe call's answer may lie anywhere in it."""
    return not source.not_json


def read_source(inventory: Inventory, source: Source, options: Options) -> None:
    """Take in a file; it says all itself, so it has no use for options."""
    read(inventory, source.data, source.file)


def read(inventory: Inventory, data: Any, file: str) -> None:
    """Take in everything in one document that a describe call may have answered."""
    if isinstance(data, dict) and "collector_version" in data and "route_tables" not in data:
        inventory.without_routes = True  # np-guard's cloud resource collector
    reader = _Reader(inventory, file)
    for (key, path), count in reader.visit(data, "", "", 0).items():
        objects = "an object" if count == 1 else f"{count} objects"
        inventory.not_read.append((key, f"{objects} of a kind that is not read", Origin(file, path)))


Strange = Counter[tuple[str, str]]
"""Objects of no kind that is read, by the key of their list and the path of that."""


@dataclass
class _Reader:
    """One document on its way into an inventory."""

    inventory: Inventory
    file: str
    found: int = field(default=0)

    @property
    def folder(self) -> str:
        """Where it lies: an account and Region have a folder of their own."""
        return Origin(self.file, "").folder

    def visit(self, data: Any, path: str, key: str, depth: int) -> Strange:
        """Take in what a value holds, and say what of it is of no kind."""
        if depth > _DEEPEST:
            return Counter()
        if isinstance(data, dict):
            return self.visit_object({capital(str(name)): value for name, value in data.items()}, path, depth)
        if isinstance(data, list):
            return self.visit_list(data, path, key, depth)
        return Counter()

    def visit_object(self, data: dict[str, Any], path: str, depth: int) -> Strange:
        """An object of a kind that is read, or what is wrapped in one that is not."""
        if isinstance(data.get("HostedZone"), dict) and "VPCs" in data:  # one zone, with the VPCs beside it
            data = {**data["HostedZone"], "VPCs": data["VPCs"]}
        told = kind_of(data)
        if told is not None:
            self.take(*told, data, Origin(self.file, path))
            return Counter()
        strange: Strange = Counter()
        for name, value in data.items():
            if isinstance(value, list) and name.replace("_", "").lower() in ANSWERS:
                self.count_page(ANSWERS[name.replace("_", "").lower()], data, Origin(self.file, path))
            strange += self.visit(value, f"{path}.{name}" if path else name, name, depth + 1)
        return strange

    def take(self, kind: str, id: str, data: dict[str, Any], origin: Origin) -> None:
        """Take in one object."""
        self.found += 1
        self.inventory.ask(kind, self.folder)
        attributes = shaped(data, lambda text: self.inventory.refused.append((id, text, origin)))
        for key in PARTS & attributes.keys():
            for index, part in enumerate(attributes[key]):
                part[WHERE] = Where(Origin(self.file, f"{origin.path}.{key}[{index}]"))
        id = f"attributes of {id}" if kind == "VpcAttributes" else id.removeprefix("/hostedzone/")
        if kind == "TransitGatewayAttachments" and attributes.get("ResourceType") == "peering":
            id = f"{id} of {attributes.get('TransitGatewayId')}"  # both sides of a peering have one id
        if "Entries" in data and kind == "PrefixLists":
            attributes["Complete"] = True
        if kind in IN_PARTS:
            before = self.inventory.one(kind, id)
            attributes = {**(before.attributes if before is not None else {}), **attributes}
            self.inventory.items.setdefault(kind, {})[id] = Item(id, attributes, origin)
        else:
            self.inventory.add(kind, Item(id, attributes, origin))

    def visit_list(self, data: list[Any], path: str, key: str, depth: int) -> Strange:
        """The members of a list. Objects with an id in which nothing is found are of no kind that is read."""
        if _LIST_ID.fullmatch(key):  # the entries of a prefix list, by its id
            self.take("PrefixLists", key.lower(), {"Entries": data}, Origin(self.file, path))
            return Counter()
        kind = ANSWERS.get(key.replace("_", "").lower())
        if kind is not None:
            self.inventory.ask(kind, self.folder)
        strange: Strange = Counter()
        for index, value in enumerate(data):
            before = self.found
            inside = self.visit(value, f"{path}[{index}]", key, depth + 1)
            if self.found == before and isinstance(value, dict) and _has_id(value):
                strange[key, path] += key not in NO_NETWORK
            else:
                strange += inside
        return strange

    def count_page(self, kind: str, answer: dict[str, Any], origin: Origin) -> None:
        """Note whether an answer says that there are more pages of it, and whether it is a last page."""
        more = (
            any(isinstance(answer.get(key), str) and answer[key] for key in _MORE)
            and answer.get("IsTruncated") is not False
        )
        self.inventory.page(kind, self.folder, origin, more=more)


def _has_id(value: dict[str, Any]) -> bool:
    return any(
        str(key).endswith(("Id", "Arn", "ARN", "arn", "Identifier")) and isinstance(each, str)
        for key, each in value.items()
    )
