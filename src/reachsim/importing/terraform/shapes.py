"""What sort of value an attribute has, by its name: whoever reads it need not ask. What is of another sort is not known."""

from __future__ import annotations

from typing import Any, Final

from reachsim.importing.inventory import Unknown
from reachsim.importing.rules import block
from reachsim.net.address import format_address, parse_address

_OTHER: Final = "the file has something else in its place"
_TEXTS: Final = frozenset(
    {
        "vpc_security_group_ids", "security_groups", "security_group_ids", "subnet_ids", "subnets", "route_table_ids",
        "prefix_list_ids", "vpc_zone_identifier", "target_group_arns", "instances", "propagating_vgws", "cidr_blocks",
        "ipv6_cidr_blocks", "private_ips", "ipv6_addresses", "ipv4_prefixes", "ipv6_prefixes", "secondary_private_ips",
        "network_interface_ids",
        "vpc_subnet_ids", "client_subnets", "load_balancers", "records", "secondary_allocation_ids",
        "source_security_group_ids", "network_load_balancer_arns", "gateway_load_balancer_arns", "allocation_ids",
    }
)  # fmt: skip
"""Lists and sets of texts."""
_BLOCKS: Final = frozenset(
    {
        "ingress", "egress", "route", "routes", "entry", "entries", "network_interface", "network_interfaces",
        "attachment", "attachments", "accepter", "requester", "vpc_config", "subnet_mapping", "default_action",
        "action", "forward", "target_group", "network_configuration", "launch_template", "load_balancer",
        "traffic_source", "associations", "cidr_block_associations", "broker_node_group_info", "vpc_options",
        "compute_resources", "mixed_instances_policy", "subnet_configuration", "vpc", "alias",
        "listener", "health_check", "remote_access", "scaling_config", "connectivity_info", "public_access",
        "launch_template_specification", "override", "primary_network_interface",
        "availability_zone_address",
    }
)  # fmt: skip
"""Blocks, one or several."""
_WITHOUT_BLOCKS: Final = frozenset({"aws_eip", "aws_network_acl_rule"})
"""Types that have a text or a flag by the name of a block (`network_interface`, `egress`)."""
_TEXT_ENDINGS: Final = ("_id", "_arn", "_ip", "_cidr", "cidr_block", "_name", "_zone", "_type")
_NO_TEXTS: Final = frozenset({"icmp_type", "assign_public_ip", "preserve_client_ip"})
"""Names with the ending of a text that are of numbers and flags."""
_BLOCK_KEYS: Final = frozenset(
    {
        "cidr_block", "ipv6_cidr_block", "cidr_ipv4", "cidr_ipv6", "destination_cidr_block", "cidr", "cidr_blocks",
        "destination_ipv6_cidr_block", "ipv6_cidr_blocks", "local_ipv4_network_cidr", "remote_ipv4_network_cidr",
    }
)  # fmt: skip
_ADDRESS_KEYS: Final = frozenset(
    {
        "private_ip", "public_ip", "private_ips", "secondary_private_ips", "ipv6_addresses", "private_ip_address",
        "associate_with_private_ip", "private_ipv4_address", "ipv6_address",
    }
)  # fmt: skip
_FREE: Final = frozenset({"tags", "tags_all"})


def shaped(type: str, values: dict[str, Any]) -> dict[str, Any]:
    """The attributes of a resource of a type, each of its sort or unknown."""
    return {key: _top(type, key, value) for key, value in values.items()}


def _top(type: str, key: str, value: Any) -> Any:
    if key in _TEXTS or (key in _BLOCKS and type not in _WITHOUT_BLOCKS):
        return _listed(key, value)
    return _scalar(key, value) if not isinstance(value, list | dict) else value


def _listed(key: str, value: Any) -> Any:
    if value is None or isinstance(value, Unknown):
        return value
    if key in _BLOCKS:
        blocks = [value] if isinstance(value, dict) else value
        return [_block(each) for each in blocks] if isinstance(blocks, list) else Unknown(_OTHER)
    if isinstance(value, list) and all(isinstance(each, str | Unknown) for each in value):
        return [_written(key, each) for each in value] if key in _BLOCK_KEYS or key in _ADDRESS_KEYS else value
    return Unknown(_OTHER)


def _block(value: Any) -> Any:
    if not isinstance(value, dict):
        return value if isinstance(value, Unknown) else Unknown(_OTHER)
    return {
        key: _listed(key, member)
        if key in _TEXTS or (key in _BLOCKS and isinstance(member, list | dict))
        else _scalar(key, member)
        for key, member in value.items()
    }


def _scalar(key: str, value: Any) -> Any:
    """A text, a number or a flag; ids and addresses are texts."""
    if value is None or isinstance(value, str | Unknown):
        return _written(key, value) if key in _BLOCK_KEYS or key in _ADDRESS_KEYS else value
    if isinstance(value, list | dict) or (key.endswith(_TEXT_ENDINGS) and key not in _NO_TEXTS):
        return value if key in _FREE else Unknown(_OTHER)
    return value


def _written(key: str, value: Any) -> Any:
    """A block with its host bits cleared, as AWS keeps it, or an address as it is written today."""
    if not isinstance(value, str) or not value:
        return value
    try:
        return block(value) if key in _BLOCK_KEYS else format_address(parse_address(value))
    except ValueError:
        return Unknown(f"AWS would refuse what is written for {key}")


def single(value: Any) -> Any:
    """An attribute that is no list and no block."""
    return Unknown(_OTHER) if isinstance(value, list | dict) else value
