"""The resources of one moment, as Terraform's JSON tells them: what is (a state), or what will be (a plan)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from reachsim.importing.inventory import Origin, Unknown
from reachsim.importing.terraform import addresses
from reachsim.importing.terraform.addresses import Address, Key, Step
from reachsim.importing.terraform.configuration import Configuration
from reachsim.importing.terraform.shapes import shaped, single

COMPUTED: Final = "it is computed when it is applied"
SENSITIVE: Final = "it is marked as sensitive"


@dataclass(frozen=True, slots=True, eq=False)
class Open(Unknown):
    """An id that is not known. `candidates`: the ids that it can be; empty where it can be any."""

    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Resource:
    """One instance of a resource or of a data source. `values`: its attributes; what is not known yet is an `Unknown`."""

    address: Address
    values: dict[str, Any] = field(repr=False)
    origin: Origin

    @property
    def id(self) -> str:
        """AWS's id where it is known, else the address."""
        known = self.values.get("id")
        return known if isinstance(known, str) and known else str(self.address)

    @property
    def created(self) -> bool:
        """Whether it is not there yet: its id is not known."""
        return not isinstance(self.values.get("id"), str)

    def get(self, key: str) -> Any:
        """An attribute: known, None where it is absent or empty, or an `Unknown`."""
        value = self.values.get(key)
        return None if value == "" else single(value)

    def each(self, key: str) -> list[Any]:
        """The members of a list or set; an unknown one, or one that is no list, has a single unknown member."""
        value = self.values.get(key)
        if isinstance(value, Unknown):
            return [value]
        return value if isinstance(value, list) else []

    def at(self, path: str) -> Any:
        """An attribute, or one in the first block of a name (`vpc_config.subnet_ids`); an unknown block is the answer."""
        value: Any = self.values
        for name in path.split("."):
            value = value[0] if isinstance(value, list) and value else value
            if isinstance(value, Unknown):
                return value
            value = value.get(name) if isinstance(value, dict) else None
        return None if value == "" else value


@dataclass
class Snapshot:
    """All resources of one moment, managed ones and data sources. `skipped`: what is no resource that can be read, with the
    reason. `planned`: whether it is what a plan will make, of which not all is known; `configuration`: that of the plan;
    `variables`: what those of its root module are; `relevant`: what its expressions refer to, if it tells; `told`: by
    address, the attributes of resources before their links are resolved."""

    file: str
    managed: list[Resource] = field(default_factory=list)
    data: list[Resource] = field(default_factory=list)
    by_type: dict[str, list[Resource]] = field(default_factory=dict, repr=False)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    planned: bool = False
    configuration: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict, repr=False)
    relevant: Any = field(default=None, repr=False)
    told: dict[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)
    _linked: dict[tuple[str, str], dict[str, list[Resource]]] = field(default_factory=dict, repr=False)

    @cached_property
    def blocks(self) -> Configuration:
        """What the configuration of the plan has in it; nothing of a state."""
        return Configuration(self.configuration, self.variables)

    def keep(self) -> None:
        """Keep what the plan tells, before anything that it does not is put in its place."""
        self.told = {each.origin.path: dict(each.values) for each in self.managed}

    def as_told(self, each: Resource) -> Mapping[str, Any]:
        """The attributes of a resource as the plan tells them."""
        return self.told.get(each.origin.path, each.values)

    def linked(self, type: str, key: str, id: str) -> list[Resource]:
        """The managed resources of a type of which an attribute is the id of something. Ask once all are there."""
        if (type, key) not in self._linked:
            by_id = self._linked[type, key] = {}
            for each in self.of(type):
                link = each.get(key)
                if isinstance(link, str):
                    by_id.setdefault(link, []).append(each)
        return self._linked[type, key].get(id, [])

    def add_text(self, text: str, values: Any, deposed: Any = None) -> None:
        """Take in one instance by the text of its address; a text that is none is skipped."""
        try:
            address = addresses.parse(text)
        except ValueError:
            self.skipped.append((text, "it has no address of a resource"))
        else:
            self.add(address, values, deposed)

    def add(self, address: Address, values: Any, deposed: Any = None) -> None:
        """Take in one instance; what has no values is skipped."""
        if not isinstance(values, dict):
            self.skipped.append((str(address), "it has no values"))
            return
        label = f"{address} (deposed {deposed})" if isinstance(deposed, str) and deposed else str(address)
        found = Resource(address, shaped(address.type, values), Origin(self.file, label))
        (self.data if address.data else self.managed).append(found)
        if not address.data:
            self.by_type.setdefault(address.type, []).append(found)

    def of(self, *types: str) -> Iterator[Resource]:
        """The managed resources of some types."""
        for type in types:
            yield from self.by_type.get(type, ())


def address_of(parts: Mapping[str, Any], modules: tuple[Step, ...]) -> Address | None:
    """The address that parts of a state tell; None where a part is missing."""
    kind, name = parts.get("type"), parts.get("name")
    if not isinstance(kind, str) or not isinstance(name, str) or not kind or not name:
        return None
    key = parts.get("index_key", parts.get("index"))
    known: Key = key if isinstance(key, int | str) and not isinstance(key, bool) else None
    return Address(modules, kind, name, known, parts.get("mode") == "data")


def merged(value: Any, unknown: Any, reason: str = COMPUTED) -> Any:
    """A value with what marks of Terraform say of it: where a mark is true stands an `Unknown`, also where the value has
    no such member, since Terraform leaves out what it does not know."""
    if unknown is True:
        return Unknown(reason)
    if isinstance(unknown, dict) and unknown and isinstance(value, dict | None):
        known = value or {}
        out = {key: merged(member, unknown.get(key), reason) for key, member in known.items()}
        for key, mark in unknown.items():
            if key not in known and (member := merged(None, mark, reason)) is not None:
                out[key] = member
        return out if out or value is not None else None
    if isinstance(unknown, list) and unknown and isinstance(value, list | None):
        listed = value or []
        padded = [*listed, *[None] * (len(unknown) - len(listed))]
        members = [
            merged(member, mark, reason)
            for member, mark in zip(padded, [*unknown, *[None] * (len(padded) - len(unknown))], strict=True)
        ]
        return members if value is not None or any(each is not None for each in members) else None
    return value
