"""Items of an inventory while resources add to them: rules to a group, routes to a table, addresses to interfaces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from reachsim.importing.inventory import MAYBE, PARTS, WHERE, Attributes, Inventory, Item, Origin, Unknown, Where
from reachsim.importing.terraform.addresses import Step
from reachsim.importing.terraform.snapshot import Open, Resource, Snapshot

_STALE: Final = "no resource beside it is like it, and the state may tell it as it was before the last apply"


@dataclass
class Assembly:
    """The items that one snapshot makes. `before`: what a plan starts from, None where the snapshot is no plan's end."""

    found: Snapshot
    before: Snapshot | None = None
    items: dict[str, dict[str, Item]] = field(default_factory=dict)
    assumed: list[tuple[str, str, Origin]] = field(default_factory=list)
    """What follows from something else: of which object, what, and where it was read."""
    ids: dict[str, str] = field(default_factory=dict)
    """By the address of a resource, the id of its item."""
    default_groups: dict[str, str] = field(default_factory=dict)
    """By VPC, the id of its default group."""
    unread: list[tuple[str, str, Origin]] = field(default_factory=list)
    """What could not be placed: of which object, why, and where it was read."""

    def place_of(self, each: Resource) -> tuple[str, str]:
        """What tells the account and the Region of something that a plan makes: its provider, and its own word."""
        block = self.found.blocks.block(each.address) or {}
        return known(block.get("provider_config_key")), known(each.get("region"))

    def put(self, kind: str, resource: Resource, attributes: Attributes, id: str = "") -> Attributes:
        """An item of a kind, with the resource's name and origin; its attributes may still be added to."""
        own = id or resource.id
        self.ids[resource.origin.path] = own
        attributes["Tags"] = [{"Key": "Name", "Value": label(resource)}]
        return self.place(kind, own, attributes, resource.origin)

    def place(self, kind: str, id: str, attributes: Attributes, origin: Origin) -> Attributes:
        """An item of a kind, by its id."""
        self.items.setdefault(kind, {})[id] = Item(id, attributes, origin)
        return attributes

    def perhaps_stale(self, entries: list[Any]) -> list[Any]:
        """What something lists beside separate resources that are like none of it. A plan says whose it is. In a state it is
        its own, or what the last apply took away: the list is as old as the last refresh."""
        if self.before is not None:
            return entries
        return [{**each, MAYBE: _STALE} if isinstance(each, dict) else each for each in entries]

    def one(self, kind: str, id: Any) -> Attributes | None:
        """The attributes of an item; None where the file has none of that id, or the id is not known."""
        item = self.items.get(kind, {}).get(id) if isinstance(id, str) else None
        return None if item is None else item.attributes

    def of(self, kind: str) -> Iterator[Item]:
        """The items of a kind."""
        yield from list(self.items.get(kind, {}).values())

    def possible(self, kind: str, link: Any) -> list[tuple[str, str]]:
        """The ids that a link may name, each with the reason why it is not known that it does: none for one that is known;
        every one of the kind where nothing is known of the link."""
        if isinstance(link, Unknown):
            ids = link.candidates if isinstance(link, Open) and link.candidates else tuple(self.items.get(kind, ()))
            return [(id, link.reason) for id in ids]
        return [(link, "")] if isinstance(link, str) else []

    def some(self, kind: str, link: Any) -> list[Attributes]:
        """The items that a link may name."""
        found = [self.one(kind, id) for id, _ in self.possible(kind, link)]
        return [each for each in found if each is not None]

    def append(self, kind: str, resource: Resource, key: str, link: str, members: Iterable[Attributes | str]) -> None:
        """Add members to a list of the item that a resource links to. Where it is not known which item that is, each of
        the kind may have them. Where the file does not have it, that is noted."""
        id = resource.get(link)
        holders = self.some(kind, id)
        if key in PARTS and kind != "ManagedPrefixLists":
            members = [{**each, WHERE: Where(resource.origin)} if isinstance(each, dict) else each for each in members]
        for holder in holders:
            listed = holder.setdefault(key, [])
            if isinstance(listed, list):
                listed.extend(maybe(each, resource, id) if isinstance(id, Unknown) else each for each in members)
        if not holders:
            self.unread.append(
                (str(resource.address), f"it belongs to {shown_id(id)}, which is not there", resource.origin)
            )

    def into(self, inventory: Inventory) -> None:
        """Hand everything over."""
        for kind, members in self.items.items():
            for item in members.values():
                inventory.add(kind, item)


def label(resource: Resource) -> str:
    """What a resource is called: by its ``Name`` tag, else by its address without the type."""
    for key in ("tags", "tags_all"):
        tags = resource.values.get(key)
        name = tags.get("Name") if isinstance(tags, dict) else None
        if isinstance(name, str) and name:
            return name
    at = resource.address
    return ".".join(map(str, (*at.modules, Step(at.name, at.key))))


def maybe(member: Attributes | str, resource: Resource, id: Unknown) -> Any:
    """A member of a list that may be there."""
    reason = f"{resource.address} may belong to it: {id.reason}"
    return {**member, MAYBE: reason} if isinstance(member, dict) else Unknown(reason)


def name_given(resource: Resource, path: str) -> str:
    """The name that AWS gives something, or a word for it before it is there (`kinds.NAMED`)."""
    told = resource.at(path)
    return f"{resource.id}.{path}" if isinstance(told, Unknown) else known(told)


def shown_id(id: Any) -> str:
    """An id as a note names it."""
    return id if isinstance(id, str) else "something unknown"


def known(value: Any) -> str:
    """A text that is known, else empty."""
    return value if isinstance(value, str) else ""


def present(attributes: Attributes) -> Attributes:
    """Attributes without those that are absent."""
    return {key: value for key, value in attributes.items() if value is not None and value != ""}
