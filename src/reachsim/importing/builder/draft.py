"""What the families of a design share while it is made: the inventory, the design so far, and what everything is called."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from reachsim.importing.imported import Imported, Note, Path
from reachsim.importing.inventory import Inventory, Item
from reachsim.importing.naming import Naming

Data = dict[str, Any]
GONE: Final = frozenset({"deleted", "deleting", "terminated", "shutting-down", "failed", "rejected", "expired"})
"""States of what is there no more."""
_IN_VPCS: Final = ("Subnets", "RouteTables", "NetworkAcls", "SecurityGroups", "NetworkInterfaces", "NatGateways")


@dataclass
class Draft:
    """A design in the making.

    `found`: what it is made of. `out`: what is made. `names`: by id, the bare name in its VPC, or of what is in none.
    `vpc_of`: by id, the id of the VPC that it is in, empty for what is in none.
    """

    found: Inventory
    out: Imported = field(default_factory=lambda: Imported({"version": 1, "vpcs": {}}))
    naming: Naming = field(default_factory=Naming)
    names: dict[str, str] = field(default_factory=dict)
    vpc_of: dict[str, str] = field(default_factory=dict)

    def note(self, kind: str, what: str, text: str, item: Item | None = None) -> None:
        """Say something about what was imported."""
        self.out.notes.append(Note(kind, what, text, str(item.origin) if item is not None else ""))

    def place(self, item: Item, path: Path, vpc: str = "") -> None:
        """Remember what an object is called, and where it was read."""
        name = str(path[-1])
        self.names[item.id] = name
        self.vpc_of[item.id] = vpc
        self.out.names[item.id] = f"{self.names[vpc]}.{name}" if vpc else name
        self.out.origins[path] = item.origin

    @property
    def vpcs(self) -> dict[str, Data]:
        """The VPCs of the design, by name."""
        vpcs: dict[str, Data] = self.out.design["vpcs"]
        return vpcs

    def body(self, vpc: str) -> Data:
        """What the design says of a VPC, by its id."""
        return self.vpcs[self.names[vpc]]

    def section(self, vpc: str, section: str) -> Data:
        """One section of a VPC, made where it is not there yet."""
        members: Data = self.body(vpc).setdefault(section, {})
        return members

    def top(self, section: str) -> Data:
        """A section of the design outside its VPCs, made where it is not there yet."""
        members: Data = self.out.design.setdefault(section, {})
        return members

    def local(self, vpc: str, id: str) -> str | None:
        """The name of something in a VPC, None where that has nothing of the sort."""
        return self.names.get(id) if self.vpc_of.get(id) == vpc else None

    def vpc_ids(self) -> list[str]:
        """Every VPC that was read, or that something is in."""
        ids = [item.id for item in self.found.of("Vpcs") if item.text("State") not in GONE]
        for kind in _IN_VPCS:
            ids += [str(item.get("VpcId")) for item in self.found.of(kind) if item.get("VpcId")]
        return list(dict.fromkeys(ids))
