"""What the schemas share: the base class and the types of their fields."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Any, Final

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainValidator,
    StrictBool,
    StrictInt,
    WithJsonSchema,
)
from pydantic.functional_serializers import PlainSerializer

from reachsim.errors import HintedError, shown
from reachsim.net.address import IPV4_LAST, Address, parse_address
from reachsim.net.cidr import Cidr
from reachsim.net.intervals import PortSet
from reachsim.net.traffic import Traffic


class Kind(BaseModel):
    """Base of every schema: frozen, and an unknown key is an error."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
        defer_build=True,  # most are only validated as a part of the whole design
    )


Boolean = StrictBool
Integer = StrictInt

_NAME: Final = re.compile(r"[^\s./:,\[\]{}\"'\\\x00-\x1f\x7f]+")
_HOST_NAME: Final = re.compile(r"[^\s/:,\[\]{}\"'\\\x00-\x1f\x7f]+")


def _as_text(value: Any) -> Any:
    """Names may look like numbers (version 1); what YAML read as an int becomes its text again, exactly."""
    return str(value) if type(value) is int else value


def _name(value: Any) -> str:
    value = _as_text(value)
    if not isinstance(value, str):
        raise HintedError(f"a name is expected, got {shown(value)}", hint="write it in quotes")
    if not _NAME.fullmatch(value) or len(value) > 255:
        raise HintedError(
            f"{value[:80]!r} cannot be a name",
            hint="names have no spaces, dots, colons, slashes, commas or brackets",
        )
    return value


def _host_name(value: Any) -> str:
    value = _as_text(value)
    if not isinstance(value, str) or not _HOST_NAME.fullmatch(value) or len(value) > 255:
        raise HintedError(f"{shown(value)} cannot be a host's name", hint="write a DNS name such as www.example.com")
    return value


def _reference(value: Any) -> str:
    value = _as_text(value)
    if not isinstance(value, str) or not value:
        raise ValueError(f"a name is expected, got {shown(value)}")
    return value


# A large design writes the same few tokens and blocks again and again. What they mean is immutable, so it is
# read once and shared. An error is never kept, nor is a text longer than a token has any reason to be.
_KEPT: Final = 4096
_KEPT_LENGTH: Final = 64
_kept_traffic = lru_cache(_KEPT)(Traffic.parse)
_kept_cidr = lru_cache(_KEPT)(Cidr.parse)


def _cidr(value: Any) -> Cidr:
    if isinstance(value, Cidr):
        return value
    if not isinstance(value, str):
        raise ValueError(f"a block such as 10.0.0.0/16 is expected, got {shown(value)}")
    return _kept_cidr(value) if len(value) <= _KEPT_LENGTH else Cidr.parse(value)


def _ipv4_cidr(value: Any) -> Cidr:
    block = _cidr(value)
    if block.version != 4:
        raise HintedError(f"'{block}' is an IPv6 block", hint="write it under ipv6_cidr")
    return block


def _ipv6_cidr(value: Any) -> Cidr:
    block = _cidr(value)
    if block.version != 6:
        raise HintedError(f"'{block}' is an IPv4 block", hint="write it under cidr")
    return block


def _address(value: Any) -> Address:
    if isinstance(value, Address):
        return value
    if not isinstance(value, str):
        raise ValueError(f"an address such as 10.0.0.10 is expected, got {shown(value)}")
    return parse_address(value)


def _ipv4_address(value: Any) -> Address:
    address = _address(value)
    if address > IPV4_LAST:
        raise ValueError(f"'{address}' is an IPv6 address where an IPv4 address is expected")
    return address


def _ipv6_address(value: Any) -> Address:
    address = _address(value)
    if address <= IPV4_LAST:
        raise ValueError(f"'{address}' is an IPv4 address where an IPv6 address is expected")
    return address


def _traffic(value: Any) -> Traffic:
    if isinstance(value, Traffic):
        return value
    if isinstance(value, str):
        return _kept_traffic(value) if len(value) <= _KEPT_LENGTH else Traffic.parse(value)
    if isinstance(value, list) and value and all(isinstance(token, str) for token in value):
        return Traffic.parse(value)
    raise HintedError(
        f"traffic is expected, got {shown(value)}", hint="write tcp/443, udp/53, icmp/8, all, or a list of them"
    )


def _ports(value: Any) -> PortSet:
    if isinstance(value, PortSet):
        return value
    text = _as_text(value)
    if isinstance(text, str) and re.fullmatch(r"[0-9]{1,5}(-[0-9]{1,5})?", text):
        low, _, high = text.partition("-")
        first, last = int(low), int(high or low)
        if first <= last <= 65535:
            return PortSet.of((first, last))
    raise HintedError(f"a range of ports is expected, got {shown(value)}", hint="write 32768-60999")


def _share(value: Any) -> Fraction:
    if isinstance(value, Fraction):
        return value
    if type(value) is int and value == 0:
        return Fraction(0)
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,9})?%", value):
        share = Fraction(value[:-1]) / 100
        if share <= 1:
            return share
    raise HintedError(
        f"a share in percent is expected, got {shown(value)}", hint="write 1%, 0.5%, or 0 for none at all"
    )


def looks_like_address(text: str) -> bool:
    """Whether a reader meant an address or a block rather than a name: it has a slash, a colon, or only digits and dots."""
    return "/" in text or ":" in text or (text[:1].isdigit() and not re.search(r"[A-Za-z_]", text) and "." in text)


def _peer(value: Any) -> Cidr | str:
    value = _as_text(value)
    if isinstance(value, Cidr):
        return value
    if not isinstance(value, str) or not value:
        raise HintedError(
            f"a block, an address, a security group or a prefix list is expected, got {shown(value)}", hint=None
        )
    return _kept_peer(value) if len(value) <= _KEPT_LENGTH else _peer_of(value)


def _peer_of(text: str) -> Cidr | str:
    return Cidr.parse_peer(text) if looks_like_address(text) else text


_kept_peer = lru_cache(_KEPT)(_peer_of)


def _list_of_one(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) else [value]


_STRING: Final = {"type": "string"}
_TOKEN: Final = {
    "type": "string",
    "pattern": r"^(all|(tcp|udp)(/[0-9]+(-[0-9]+)?)?|(icmp|icmpv6)(/[0-9]+(/[0-9]+)?)?|proto/[0-9]+)"
    r"(, ?(all|(tcp|udp)(/[0-9]+(-[0-9]+)?)?|(icmp|icmpv6)(/[0-9]+(/[0-9]+)?)?|proto/[0-9]+))*$",
    "examples": ["tcp/443", "tcp/1024-65535", "udp/53", "icmp/8", "all"],
}
_text = PlainSerializer(str)

Name = Annotated[str, PlainValidator(_name), WithJsonSchema(_STRING)]
HostName = Annotated[str, PlainValidator(_host_name), WithJsonSchema(_STRING)]
Reference = Annotated[str, PlainValidator(_reference), WithJsonSchema({"type": ["string", "integer"]})]
"""A name of something written elsewhere, bare or as ``vpc.name``."""
BlockField = Annotated[
    Cidr, PlainValidator(_cidr), WithJsonSchema({**_STRING, "examples": ["10.0.0.0/16", "2001:db8::/56"]}), _text
]
Ipv4BlockField = Annotated[
    Cidr, PlainValidator(_ipv4_cidr), WithJsonSchema({**_STRING, "examples": ["10.0.1.0/24"]}), _text
]
Ipv6BlockField = Annotated[
    Cidr, PlainValidator(_ipv6_cidr), WithJsonSchema({**_STRING, "examples": ["2001:db8:0:1::/64"]}), _text
]
AddressField = Annotated[
    Address, PlainValidator(_address), WithJsonSchema({**_STRING, "examples": ["203.0.113.9"]}), _text
]
Ipv4Field = Annotated[Address, PlainValidator(_ipv4_address), WithJsonSchema({**_STRING, "format": "ipv4"}), _text]
Ipv6Field = Annotated[Address, PlainValidator(_ipv6_address), WithJsonSchema({**_STRING, "format": "ipv6"}), _text]
TrafficField = Annotated[
    Traffic,
    PlainValidator(_traffic),
    WithJsonSchema({"anyOf": [_TOKEN, {"type": "array", "items": _TOKEN, "minItems": 1}]}),
    _text,
]
ShareField = Annotated[
    Fraction,
    PlainValidator(_share),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,9})?%$"}, {"const": 0}], "examples": ["1%"]}
    ),
    PlainSerializer(lambda share: f"{float(share * 100):g}%"),
]
"""A share of a whole, in percent: ``1%``, ``0.5%``; ``0`` for none."""
PortsField = Annotated[PortSet, PlainValidator(_ports), WithJsonSchema({"type": ["string", "integer"]}), _text]
PeerField = Annotated[
    Cidr | str,
    PlainValidator(_peer),
    WithJsonSchema(
        {**_STRING, "description": "a block, an address, a security group (name or vpc.name) or a prefix list"}
    ),
    _text,
]
PeersField = Annotated[tuple[PeerField, ...], BeforeValidator(_list_of_one)]
"""One peer, or a list of them."""
References = Annotated[tuple[Reference, ...], BeforeValidator(_list_of_one)]
Tags = dict[str, Annotated[str, BeforeValidator(_as_text)]]
