"""Reading blocks from reachsim models."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from reachsim.cidr.entries import CidrConnection, Sources, Standing, SubnetEntry
from reachsim.errors import DesignError, Path, Problem, shown
from reachsim.loading.document import Document, read_document
from reachsim.net.cidr import Cidr
from reachsim.resources.route_table import in_long_form


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
        vpcs = data["vpcs"] if isinstance(data["vpcs"], dict) else {}
        out.connections += self._gateways(vpcs, data.get("transit_gateways"))
        self._networks(out, vpcs, data)
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

    def _networks(self, out: Sources, vpcs: dict[str, Any], data: dict[str, Any]) -> None:
        """The blocks of networks outside AWS, and the VPCs that VPN connections and Direct Connect join them with."""
        for name, network in self._mapping(("networks",), data.get("networks")).items():
            path: Path = ("networks", name)
            network = self._mapping(path, network)
            owner = f"network {name}" if name in vpcs else name
            for index, value in enumerate(self._items((*path, "cidrs"), network.get("cidrs"))):
                where = (*path, "cidrs", index) if isinstance(network["cidrs"], list) else (*path, "cidrs")
                block = self._block(where, value)
                if block is not None:
                    out.entries.add(
                        block.network, block.prefix_length, owner, "outside AWS", self.document.position(where)[0]
                    )
            for connection in _texts(network.get("via")):
                for vpc, by, kind in _joined_by(connection, vpcs, data):
                    out.connections.append(CidrConnection(by, vpc, owner, kind=kind))

    def _gateways(self, vpcs: dict[str, Any], gateways: Any) -> Iterator[CidrConnection]:
        """VPCs that are attached to one transit gateway or have routes to it, joined by it; so are those of gateways that
        it is peered with."""
        bodies = _bodies(gateways)
        for gateway in bodies:
            own = set(_attached(gateway, bodies, vpcs))
            for pair in combinations(_reached(gateway, bodies, vpcs), 2):
                if not own.isdisjoint(pair):
                    yield CidrConnection(gateway, *pair, kind="transit gateway")

    def _subnets(self, path: Path, vpc: dict[str, Any]) -> Iterator[tuple[str, Cidr]]:
        for name, subnet in self._mapping((*path, "subnets"), vpc.get("subnets")).items():
            body = self._mapping((*path, "subnets", name), subnet)
            for key in ("cidr", "ipv6_cidr"):
                if body.get(key) is not None:
                    block = self._block((*path, "subnets", name, key), body[key])
                    if block is not None:
                        yield name, block

    def _destinations(self, path: Path, vpc: dict[str, Any]) -> Iterator[Cidr]:
        """Destinations of routes to elsewhere; what is no block (a prefix list) has none here."""
        at = (*path, "route_tables")
        for name, table in self._mapping(at, vpc.get("route_tables")).items():
            body = self._mapping((*at, name), table)
            routes = self._mapping((*at, name, "routes"), body.get("routes")) if in_long_form(body) else body
            for destination, target in routes.items():
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
        for table in (tables.values() if isinstance(tables, dict) else ())
        for target in _routes(table).values()
        if isinstance(target, str)
    }


def _routes(table: Any) -> dict[Any, Any]:
    """The routes of a table, which is a mapping of them or has one."""
    if not isinstance(table, dict):
        return {}
    routes = table.get("routes") if in_long_form(table) else table
    return routes if isinstance(routes, dict) else {}


def _texts(value: Any) -> list[str]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]


def _bodies(value: Any) -> dict[str, dict[str, Any]]:
    """Mappings by name, of what is one of mappings."""
    items = value.items() if isinstance(value, dict) else ()
    return {name: body if isinstance(body, dict) else {} for name, body in items}


def _attached(gateway: str, gateways: dict[str, dict[str, Any]], vpcs: dict[str, Any]) -> list[str]:
    """The VPCs of a transit gateway, in the order of the file."""
    attachments = _bodies(gateways.get(gateway, {}).get("attachments"))
    attached = {each.get("vpc") for each in attachments.values() if isinstance(each.get("vpc"), str)}
    return [name for name, vpc in vpcs.items() if name in attached or gateway in _targets(vpc)]


def _reached(gateway: str, gateways: dict[str, dict[str, Any]], vpcs: dict[str, Any]) -> list[str]:
    """The VPCs of a transit gateway and of those that it is peered with, in the order of the file."""
    sides = [each.get("peer") for each in _bodies(gateways.get(gateway, {}).get("attachments")).values()]
    peers = [side.partition(".")[0] for side in sides if isinstance(side, str)]  # written as `gateway.attachment`
    found = {name for each in (gateway, *peers) for name in _attached(each, gateways, vpcs)}
    return [name for name in vpcs if name in found]


def _joined_by(connection: str, vpcs: dict[str, Any], data: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The VPCs that a connection leads to, each with what joins it to the network: a name, and its kind."""
    vpn = _bodies(data.get("vpn_connections")).get(connection, {})
    line = _bodies(data.get("direct_connect_gateways")).get(connection, {})
    kind = "VPN connection" if connection in _bodies(data.get("vpn_connections")) else "Direct Connect gateway"
    ends = [*_texts(vpn.get("gateway")), *_texts(line.get("gateways"))]
    for name, vpc in vpcs.items():
        own = _bodies(vpc.get("vpn_gateways") if isinstance(vpc, dict) else None)
        if any(each in ends or f"{name}.{each}" in ends for each in own):
            yield name, connection, kind
    gateways = _bodies(data.get("transit_gateways"))
    for gateway, body in gateways.items():
        attachments = _bodies(body.get("attachments")).values()
        if gateway in ends or any(connection in (a.get("vpn"), a.get("direct_connect_gateway")) for a in attachments):
            for vpc in _reached(gateway, gateways, vpcs):
                yield vpc, gateway, "transit gateway"
