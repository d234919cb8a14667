"""Blocks in what AWS's command line and Terraform print: VPCs, subnets, peerings, IPAM's resources, states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from reachsim.cidr.entries import CidrConnection, Sources, SubnetEntry
from reachsim.cidr.lists import parse_block
from reachsim.cidr.problems import MOST_PROBLEMS, refuse
from reachsim.errors import Path, shown
from reachsim.net.cidr import Cidr
from reachsim.rules.cidr import holds_block
from reachsim.rules.subnet import usable_count

_KEYS: Final = ("Vpcs", "Subnets", "IpamResourceCidrs", "VpcPeeringConnections")


def documents_of(value: Any, file: str) -> tuple[Sources, list[tuple[Path, str]]] | None:
    """The blocks of one JSON value, or of a list of such values, and what is wrong where; None where it is
    nothing of the kind."""
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(one, dict) and _is_known(one) for one in values):
        return None
    reader = _Reader(file)
    for index, one in enumerate(values):
        path: Path = (index,) if isinstance(value, list) else ()
        reader.read(one, path)
    return reader.out, reader.wrong


def _is_known(value: Mapping[str, Any]) -> bool:
    return any(key in value for key in _KEYS) or _is_state(value)


def _is_state(value: Mapping[str, Any]) -> bool:
    return "terraform_version" in value and any(key in value for key in ("resources", "values", "planned_values"))


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.out = Sources()
        self.out.entries.begin(file)
        self.wrong: list[tuple[Path, str]] = []

    def read(self, value: Mapping[str, Any], path: Path) -> None:
        if _is_state(value):
            for where, kind, body in _resources(value, path):
                self._terraform(where, kind, body)
        for key, read in zip(_KEYS, (self._vpc, self._subnet, self._ipam, self._peering), strict=True):
            if key not in value:
                continue
            if not isinstance(value[key], list):
                refuse(self.file, f"{key}: expected a list, found {shown(value[key])}")
            for index, item in enumerate(value[key]):
                if isinstance(item, dict):
                    read((*path, key, index), item)
                else:
                    self._bad((*path, key, index), f"expected an object, found {shown(item)}")

    def _bad(self, path: Path, message: str) -> None:
        if len(self.wrong) < MOST_PROBLEMS:
            self.wrong.append((path, message))

    def _block(self, path: Path, value: Any) -> Cidr | None:
        try:
            if not isinstance(value, str):
                raise ValueError(f'a block is text such as "10.0.0.0/16", not {shown(value)}')
            return Cidr(*parse_block(value))
        except ValueError as error:
            self._bad(path, str(error))
            return None

    def _entry(self, path: Path, value: Any, owner: str, comment: str, network: str) -> None:
        block = self._block(path, value)
        if block is not None:
            self.out.entries.add(block.network, block.prefix_length, owner, comment, None, network)

    def _vpc(self, path: Path, item: Mapping[str, Any]) -> None:
        network, name, comment = _text(item.get("VpcId")), _tag(item), _account(item)
        found = [
            (key, index, block)
            for key, inner in (
                ("CidrBlockAssociationSet", "CidrBlock"),
                ("Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock"),
            )
            for index, one in enumerate(_objects(item.get(key)))
            for block in [one.get(inner)]
            if _there(one, f"{inner}State")
        ]
        if not any(key == "CidrBlockAssociationSet" for key, _, _ in found) and not item.get("CidrBlockAssociationSet"):
            self._entry((*path, "CidrBlock"), item.get("CidrBlock"), name or network, comment, network)
        for key, index, block in found:
            self._entry((*path, key, index), block, name or network, comment, network)

    def _subnet(self, path: Path, item: Mapping[str, Any]) -> None:
        blocks: list[tuple[Path, Any]] = [(("CidrBlock",), item.get("CidrBlock"))] if item.get("CidrBlock") else []
        blocks += [
            (("Ipv6CidrBlockAssociationSet", index), one.get("Ipv6CidrBlock"))
            for index, one in enumerate(_objects(item.get("Ipv6CidrBlockAssociationSet")))
            if _there(one, "Ipv6CidrBlockState")
        ]
        if not blocks:
            self._bad(path, "a subnet has no CidrBlock")
        for where, value in blocks:
            block = self._block((*path, *where), value)
            if block is not None:
                available = self._available(path, item, block) if block.version == 4 else None
                subnet, network = _text(item.get("SubnetId")), _text(item.get("VpcId"))
                self.out.subnets.append(
                    SubnetEntry(block, "", _tag(item), available, network, subnet, _account(item), self.file)
                )

    def _available(self, path: Path, item: Mapping[str, Any], block: Cidr) -> int | None:
        """How many addresses of a subnet are free, where that is told."""
        count = item.get("AvailableIpAddressCount")
        most = usable_count(block)
        if count is None or (type(count) is int and 0 <= count <= most):
            return count
        self._bad(
            (*path, "AvailableIpAddressCount"),
            f"of {block}, 0 to {most:,} addresses can be available, not {shown(count)}",
        )
        return None

    def _ipam(self, path: Path, item: Mapping[str, Any]) -> None:
        """A resource of IPAM. Elastic IP addresses, interfaces and public pools are no networks."""
        kind, resource, name = (_text(item.get(key)) for key in ("ResourceType", "ResourceId", "ResourceName"))
        comment = " ".join(part for part in (_text(item.get("ResourceRegion")), _account(item)) if part)
        where = (*path, "ResourceCidr")
        if kind == "vpc":
            self._entry(where, item.get("ResourceCidr"), name or resource, comment, resource)
        elif kind == "subnet":
            block = self._block(where, item.get("ResourceCidr"))
            if block is not None:
                network = _text(item.get("VpcId"))
                self.out.subnets.append(SubnetEntry(block, "", name, None, network, resource, comment, self.file))

    def _peering(self, path: Path, item: Mapping[str, Any]) -> None:
        """A peering connection, by the IDs of its VPCs."""
        sides = [item.get(key) for key in ("RequesterVpcInfo", "AccepterVpcInfo")]
        one, other = (_text(side.get("VpcId")) if isinstance(side, dict) else "" for side in sides)
        status = item.get("Status")
        code = _text(status.get("Code")) if isinstance(status, dict) else ""
        self._connection(_tag(item) or _text(item.get("VpcPeeringConnectionId")), one, other, code)

    def _connection(self, name: str, one: str, other: str, status: str) -> None:
        if one and other:
            self.out.connections.append(CidrConnection(name, one, other, status or "active"))

    def _terraform(self, path: Path, kind: str, body: Mapping[str, Any]) -> None:
        tags = body.get("tags_all") or body.get("tags") or {}
        name = _text(tags.get("Name")) if isinstance(tags, dict) else ""
        address = ".".join(str(step) for step in path)
        if kind in _PEERINGS:
            ends = _text(body.get("vpc_id")), _text(body.get("peer_vpc_id"))
            self._connection(name or _text(body.get("id")) or address, *ends, _text(body.get("accept_status")))
            return
        network = _text(body.get("id")) if kind in _VPCS else _text(body.get("vpc_id"))
        if kind in _VPCS:
            for key in ("cidr_block", "ipv6_cidr_block"):
                if body.get(key):
                    self._entry((*path, key), body[key], name or network or address, "", network)
        elif kind in _MORE:
            key = _MORE[kind]
            if body.get(key):
                self._entry((*path, key), body[key], network or address, "", network)
        else:
            for key in ("cidr_block", "ipv6_cidr_block"):
                block = self._block((*path, key), body[key]) if body.get(key) else None
                if block is not None:
                    subnet = _text(body.get("id"))
                    self.out.subnets.append(SubnetEntry(block, "", name, None, network, subnet, "", self.file))


_VPCS: Final = ("aws_vpc", "aws_default_vpc")
_MORE: Final = {
    "aws_vpc_ipv4_cidr_block_association": "cidr_block",
    "aws_vpc_ipv6_cidr_block_association": "ipv6_cidr_block",
}
_PEERINGS: Final = ("aws_vpc_peering_connection", "aws_vpc_peering_connection_accepter")
_WANTED: Final = frozenset({*_VPCS, *_MORE, *_PEERINGS, "aws_subnet", "aws_default_subnet"})


def _resources(value: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, str, Mapping[str, Any]]]:
    """Place, type and attributes of what a state has of networks: a state file, or ``terraform show -json``."""
    for resource in _objects(value.get("resources")):
        if resource.get("mode", "managed") == "managed" and _text(resource.get("type")) in _WANTED:
            for instance in _objects(resource.get("instances")):
                where = [resource.get("module"), resource["type"], resource.get("name"), instance.get("index_key")]
                body = instance.get("attributes")
                if isinstance(body, dict):
                    yield (*path, *(_text(part) for part in where if part is not None)), resource["type"], body
    modules = [
        values["root_module"]
        for key in ("values", "planned_values")
        for values in [value.get(key)]
        if isinstance(values, dict) and isinstance(values.get("root_module"), dict)
    ]
    while modules:
        module = modules.pop(0)
        for resource in _objects(module.get("resources")):
            if resource.get("mode", "managed") == "managed" and _text(resource.get("type")) in _WANTED:
                body = resource.get("values")
                if isinstance(body, dict):
                    yield (*path, _text(resource.get("address"))), resource["type"], body
        modules += _objects(module.get("child_modules"))


def _there(association: Mapping[str, Any], key: str) -> bool:
    """Whether a block is the VPC's by the state of its association (CIDR-7)."""
    state = association.get(key)
    return holds_block(_text(state.get("State")) if isinstance(state, dict) else None)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int) else ""


def _tag(item: Mapping[str, Any]) -> str:
    return next((_text(tag.get("Value")) for tag in _objects(item.get("Tags")) if tag.get("Key") == "Name"), "")


def _account(item: Mapping[str, Any]) -> str:
    account = _text(item.get("OwnerId") or item.get("ResourceOwnerId"))
    return f"account {account}" if account else ""
