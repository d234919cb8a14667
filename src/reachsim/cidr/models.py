"""Reading blocks from reachsim models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reachsim.cidr.entries import CidrConnection, Sources, Standing, SubnetEntry
from reachsim.errors import DesignError, Path, Problem, shown
from reachsim.loading.document import Document, read_document
from reachsim.net.cidr import Cidr


def read_model(text: str, file: str) -> Sources:
    """The blocks of a model."""
    document = read_document(text, file=file)
    if document.problems:
        raise DesignError(document.problems)
    return sources_of_document(document)


def sources_of_document(document: Document) -> Sources:
    """The blocks, subnets and peering connections of a model that was read, whatever else is in it."""
    reader = _ModelReader(document)
    found = reader.read()
    if reader.problems:
        raise DesignError(reader.problems)
    return found


class _ModelReader:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []

    def read(self) -> Sources:
        data = self.document.data
        if "vpcs" not in data:
            hint = "a model has 'vpcs'; a list of blocks is a file without the ending .yaml"
            self.problems.append(self.document.problem("this is not a reachsim model: it has no 'vpcs'", (), hint=hint))
            return Sources()
        out = Sources()
        out.entries.begin(self.document.file)
        for name, vpc in self._mapping(("vpcs",), data["vpcs"]).items():
            path: Path = ("vpcs", name)
            vpc = self._mapping(path, vpc)
            cidrs: list[Cidr] = []
            for key in ("cidrs", "ipv6_cidrs"):
                for index, value in enumerate(self._items((*path, key), vpc.get(key))):
                    where = (*path, key, index) if isinstance(vpc[key], list) else (*path, key)
                    block = self._block(where, value)
                    if block is not None:
                        cidrs.append(block)
                        line = self.document.position(where)[0]
                        out.entries.add(block.network, block.prefix_length, name, "", line)
            subnets = tuple(self._subnets(path, vpc))
            out.subnets += [SubnetEntry(block, name, label, file=self.document.file) for label, block in subnets]
            out.standing.append(Standing(name, tuple(cidrs), subnets, tuple(self._destinations(path, vpc)), vpc))
        out.connections += self._gateways(self._mapping(("vpcs",), data["vpcs"]), data.get("transit_gateways"))
        peerings = self._mapping(("peering_connections",), data.get("peering_connections"))
        for name, peering in peerings.items():
            peering = self._mapping(("peering_connections", name), peering)
            one, other = peering.get("requester"), peering.get("accepter")
            if isinstance(one, str) and isinstance(other, str):
                status = peering.get("status", "active")
                out.connections.append(
                    CidrConnection(name, one, other, status if isinstance(status, str) else "active")
                )
        return out

    def _gateways(self, vpcs: dict[str, Any], gateways: Any) -> Iterator[CidrConnection]:
        """VPCs with routes to one transit gateway, joined by it."""
        for gateway in gateways if isinstance(gateways, dict) else ():
            joined = [name for name, vpc in vpcs.items() if gateway in _targets(vpc)]
            for index, one in enumerate(joined):
                for other in joined[index + 1 :]:
                    yield CidrConnection(gateway, one, other, kind="transit gateway")

    def _subnets(self, path: Path, vpc: dict[str, Any]) -> Iterator[tuple[str, Cidr]]:
        for name, subnet in self._mapping((*path, "subnets"), vpc.get("subnets")).items():
            for key in ("cidr", "ipv6_cidr"):
                if isinstance(subnet, dict) and subnet.get(key) is not None:
                    block = self._block((*path, "subnets", name, key), subnet[key])
                    if block is not None:
                        yield name, block

    def _destinations(self, path: Path, vpc: dict[str, Any]) -> Iterator[Cidr]:
        """Destinations of routes to elsewhere; what is no block (a prefix list, a longer form) has none
        here."""
        tables = vpc.get("route_tables")
        for routes in tables.values() if isinstance(tables, dict) else ():
            for destination, target in routes.items() if isinstance(routes, dict) else ():
                if target != "local":
                    try:
                        yield Cidr.parse_lenient(destination)
                    except ValueError:
                        continue

    def _mapping(self, path: Path, value: Any) -> dict[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.problems.append(self.document.problem(f"expected a mapping, found {shown(value)}", path))
            return {}
        return value

    def _items(self, path: Path, value: Any) -> list[Any]:
        if value is None:
            return []
        return value if isinstance(value, list) else [value]

    def _block(self, path: Path, value: Any) -> Cidr | None:
        try:
            if not isinstance(value, str):
                raise ValueError(f"expected a block such as 10.0.0.0/16, found {shown(value)}")
            return Cidr.parse(value)
        except ValueError as error:
            self.problems.append(self.document.problem(str(error), path))
            return None


def _targets(vpc: Any) -> set[Any]:
    tables = vpc.get("route_tables") if isinstance(vpc, dict) else None
    return {
        target
        for routes in (tables.values() if isinstance(tables, dict) else ())
        for target in (routes.values() if isinstance(routes, dict) else ())
        if isinstance(target, str)
    }
