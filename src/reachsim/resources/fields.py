"""What the schemas share: the base class and the types of their fields."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Final, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainValidator,
    StrictBool,
    StrictInt,
    WithJsonSchema,
)
from pydantic.functional_serializers import PlainSerializer

from reachsim.errors import HintedError, shown
from reachsim.faces import one_line
from reachsim.net.address import IPV4_LAST, Address, parse_address
from reachsim.net.cidr import Cidr
from reachsim.net.intervals import PortSet
from reachsim.net.traffic import EVERYTHING, Traffic
from reachsim.resources.reference import UNKNOWN


class Schema(BaseModel):
    """Base of every schema: frozen, and an unknown key is an error."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=True,
        defer_build=True,  # most are only validated as a part of the whole design
    )

    home: ClassVar[str] = ""
    """The key that says in which VPC the names in its other keys are; empty: in the one that it is written in."""

    def __repr__(self) -> str:
        return one_line(super().__repr__())


K = TypeVar("K")
V = TypeVar("V")


class ReadOnly(dict[K, V]):
    """A mapping of a design: a network never changes, and `with_` makes an edited copy."""

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise TypeError("a design never changes; net.with_({...}) is an edited copy of a network")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return ReadOnly, (dict(self),)


def _read_only(mapping: dict[Any, Any]) -> ReadOnly[Any, Any]:
    return ReadOnly(mapping)  # a function: old versions of pydantic do not read the signature of a mapping


READ_ONLY: Final = AfterValidator(_read_only)

Boolean = StrictBool
Integer = StrictInt

_NAME: Final = re.compile(r"[^\s./:,\[\]{}\"'\\\x00-\x1f\x7f]+")
_HOST_NAME: Final = re.compile(r"[^\s/:,\[\]{}\"'\\\x00-\x1f\x7f]+")


def _as_text(value: Any) -> Any:
    """Names may look like numbers (version 1); what YAML read as an int becomes its text again, exactly."""
    return str(value) if type(value) is int else value


_NAME_HINT: Final = "write a name of your own choice, in quotes where YAML has another sense for it"


def _name(value: Any) -> str:
    if type(value) is not str:
        value = _as_text(value)
    if not isinstance(value, str):
        raise HintedError(f"a name is expected, got {shown(value)}", hint=_NAME_HINT)
    if not _NAME.fullmatch(value) or len(value) > 255:
        raise HintedError(
            f"{shown(value)} cannot be a name",
            hint="names have no spaces, dots, colons, slashes, commas or brackets",
        )
    return value


def _host_name(value: Any) -> str:
    value = _as_text(value)
    if not isinstance(value, str) or not _HOST_NAME.fullmatch(value) or len(value) > 255:
        raise HintedError(f"{shown(value)} cannot be a host's name", hint="write a DNS name such as www.example.com")
    return value


def _reference(value: Any) -> str:
    if type(value) is not str:
        value = _as_text(value)
    if not isinstance(value, str) or not value:
        inside = [each for each in value.values() if isinstance(each, str)] if isinstance(value, dict) else []
        hint = f"write {shown(inside[0])} alone" if len(inside) == 1 else "write what it is called in this file"
        raise HintedError(f"a name is expected, got {shown(value)}", hint=hint)
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
    if isinstance(value, str):
        return _kept_traffic(value) if len(value) <= _KEPT_LENGTH else Traffic.parse(value)
    if isinstance(value, Traffic):
        return value
    if isinstance(value, list) and value and all(isinstance(token, str) for token in value):
        return Traffic.parse(value)
    port = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 65535
    hint = f"write tcp/{value} or udp/{value}" if port else "write tcp/443, udp/53, icmp/8, all, or a list of them"
    raise HintedError(f"traffic is expected, got {shown(value)}", hint=hint)


class Unknown(Enum):
    """In place of a value that a design does not know."""

    UNKNOWN = UNKNOWN

    def __str__(self) -> str:
        return self.value


def _rule_traffic(value: Any) -> Traffic | Unknown:
    return Unknown.UNKNOWN if value == UNKNOWN or value is Unknown.UNKNOWN else _traffic(value)


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
    if type(value) is not str:
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


def _said(value: Any) -> str:
    # A function of ours, since older versions of pydantic ask for a signature, which `str` has none of.
    return str(value)


def _list_of_one(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) else [value]


# -- how values are written, for the JSON Schema ------------------------------------------------------------

_NUMBER: Final = "(0|[1-9][0-9]{0,4})"
_TRAFFIC: Final = f"(all|(tcp|udp)(/{_NUMBER}(-{_NUMBER})?)?|(icmp|icmpv6)(/{_NUMBER}(/{_NUMBER})?)?|proto/{_NUMBER})"
_OCTET: Final = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4: Final = rf"{_OCTET}(\.{_OCTET}){{3}}"
_IPV6: Final = "[0-9A-Fa-f]*:[0-9A-Fa-f:.]*"
_IPV4_BLOCK: Final = f"{_IPV4}/([12]?[0-9]|3[0-2])"
_IPV6_BLOCK: Final = f"{_IPV6}/([1-9]?[0-9]|1[01][0-9]|12[0-8])"
_NAME_WRITTEN: Final = r"[^\s./:,\[\]{}\"'\\\u0000-\u001f\u007f]+"
_HOST_WRITTEN: Final = r"[^\s/:,\[\]{}\"'\\\u0000-\u001f\u007f]+"
_REFERENCE_WRITTEN: Final = r"[^\s,\[\]{}\"'\\]+"
JsonSchema = dict[str, Any]


FORM: Final = "form"
"""In the JSON Schema of a form that many fields have: its name among the definitions, where it is written once, and what it
is."""


def written(form: str, description: str, pattern: str, *examples: str, number: bool = False, **more: Any) -> JsonSchema:
    """The JSON Schema of text of some form.

    `form`: its name. `pattern`: a regular expression as JSON Schema has them, for the whole text. `number`: what looks like
    a number need not be quoted.
    """
    kind: JsonSchema = {"type": ["string", "number"] if number else "string"}
    few = {"examples": list(examples)} if examples else {}
    return {FORM: (form, description), **kind, "pattern": f"^({pattern})$", **more, **few}


@dataclass(frozen=True)
class Written:
    """In an `Annotated` field: how it may be written beside what its type says, for the JSON Schema.

    `change`: from the schema of the type to that of the field.
    """

    change: Callable[[JsonSchema], JsonSchema]

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> JsonSchema:
        return self.change(handler(core))


def also(*forms: JsonSchema) -> Written:
    """Other forms that a field takes."""
    return Written(lambda own: {"anyOf": [*forms, own]})


def _empty_bodies(own: JsonSchema) -> JsonSchema:
    if "additionalProperties" not in own:
        return own
    return {**own, "additionalProperties": {"anyOf": [own["additionalProperties"], {"type": "null"}]}}


EMPTY_BODIES: Final = Written(_empty_bodies)
"""A mapping in which a name may have nothing behind it."""
_ONE_OR_MORE: Final = Written(lambda own: {"anyOf": [own["items"], own]})
_TOKEN: Final = written(
    "token", "one token of traffic", _TRAFFIC, "tcp/443", "tcp/1024-65535", "udp/53", "icmp/8", "all"
)
_TOKENS: Final = written(
    "tokens", "traffic, tokens with commas between them", rf"\s*{_TRAFFIC}\s*(,\s*{_TRAFFIC}\s*)*", "tcp/443, udp/53"
)
TRAFFIC_WRITTEN: Final = {
    FORM: ("traffic", "traffic, or a list of tokens"),
    "anyOf": [_TOKENS, {"type": "array", "items": _TOKEN, "minItems": 1}],
}
_PEER: Final = written(
    "peer", "a block, an address, a security group (name or vpc.name) or a prefix list",
    f"{_IPV4}|{_IPV6}|{_IPV4_BLOCK}|{_IPV6_BLOCK}|{_REFERENCE_WRITTEN}",
    "10.0.0.0/16", "web", "app.web",
    number=True,
)  # fmt: skip
AS_TEXT: Final = PlainSerializer(_said)
"""A value is shown as the text that a design writes."""

Name = Annotated[
    str, PlainValidator(_name), WithJsonSchema(written("name", "a name", _NAME_WRITTEN, number=True, maxLength=255))
]
HostNameField = Annotated[
    str,
    PlainValidator(_host_name),
    WithJsonSchema(written("host", "a host's name", _HOST_WRITTEN, number=True, maxLength=255)),
]
REFERENCE_FORM: Final = written(
    "reference", "a name of something else, bare or as vpc.name", _REFERENCE_WRITTEN, number=True
)
"""The form of a reference."""
Reference = Annotated[str, PlainValidator(_reference), WithJsonSchema(REFERENCE_FORM)]
"""A name of something written elsewhere, bare or as ``vpc.name``."""


@dataclass(frozen=True)
class NameOf:
    """In an `Annotated` field: what of a VPC it names, so that loading can settle how (`loading.references`).

    `what`: a section of the VPC, ``targets`` of routes, or ``peers`` of rules.
    """

    what: str


SubnetName = Annotated[Reference, NameOf("subnets")]
RouteTableName = Annotated[Reference, NameOf("route_tables")]
NetworkAclName = Annotated[Reference, NameOf("network_acls")]
SecurityGroupName = Annotated[Reference, NameOf("security_groups")]
TargetName = Annotated[Reference, NameOf("targets")]
"""A name of anything that a route may lead to."""
BlockField = Annotated[
    Cidr,
    PlainValidator(_cidr),
    WithJsonSchema(written("block", "a block", f"{_IPV4_BLOCK}|{_IPV6_BLOCK}", "10.0.0.0/16", "2001:db8::/56")),
    AS_TEXT,
]
Ipv4BlockField = Annotated[
    Cidr,
    PlainValidator(_ipv4_cidr),
    WithJsonSchema(written("ipv4_block", "an IPv4 block", _IPV4_BLOCK, "10.0.1.0/24")),
    AS_TEXT,
]
Ipv6BlockField = Annotated[
    Cidr,
    PlainValidator(_ipv6_cidr),
    WithJsonSchema(written("ipv6_block", "an IPv6 block", _IPV6_BLOCK, "2001:db8:0:1::/64")),
    AS_TEXT,
]
PeerBlockField = WithJsonSchema(
    written(
        "acl_block", "a block or an address", f"{_IPV4}|{_IPV6}|{_IPV4_BLOCK}|{_IPV6_BLOCK}", "0.0.0.0/0", "10.0.0.10"
    )
)
"""For a block that may be written as one address."""
AddressField = Annotated[
    Address,
    PlainValidator(_address),
    WithJsonSchema(written("address", "an address", f"{_IPV4}|{_IPV6}", "203.0.113.9")),
    AS_TEXT,
]
IPV4_FORM: Final = written("ipv4_address", "an IPv4 address", _IPV4, "10.0.0.10")
"""The form of an IPv4 address."""
Ipv4Field = Annotated[
    Address,
    PlainValidator(_ipv4_address),
    WithJsonSchema(IPV4_FORM),
    AS_TEXT,
]
Ipv6Field = Annotated[
    Address,
    PlainValidator(_ipv6_address),
    WithJsonSchema(written("ipv6_address", "an IPv6 address", _IPV6, "2001:db8::10")),
    AS_TEXT,
]
TrafficField = Annotated[Traffic, PlainValidator(_traffic), WithJsonSchema(TRAFFIC_WRITTEN), AS_TEXT]


UNKNOWN_WRITTEN: Final[JsonSchema] = {"const": UNKNOWN}
RuleTrafficField = Annotated[
    Traffic | Unknown,
    PlainValidator(_rule_traffic),
    WithJsonSchema({"anyOf": [TRAFFIC_WRITTEN, UNKNOWN_WRITTEN]}),
    AS_TEXT,
]
"""The traffic of a rule, or ``unknown``."""


def or_unknown(rule: dict[str, Any]) -> BeforeValidator:
    """For a list of rules that may be `unknown` as a whole: it then is one rule (`rule`) that may be about anything."""

    def read(value: Any) -> Any:
        return [rule] if value == UNKNOWN else value

    return BeforeValidator(read)


OR_UNKNOWN: Final = also(UNKNOWN_WRITTEN)
"""Beside `or_unknown`, for the JSON Schema."""


def traffic_of(field: Traffic | Unknown) -> Traffic:
    """The traffic that a rule may be about: all, where it is not known."""
    return field if isinstance(field, Traffic) else EVERYTHING


def in_percent(share: Fraction) -> str:
    """A share as a design writes it."""
    return f"{float(share * 100):g}%"


ShareField = Annotated[
    Fraction,
    PlainValidator(_share),
    WithJsonSchema(
        {
            FORM: ("share", "a share in percent, or 0"),
            "anyOf": [{"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,9})?%$"}, {"const": 0}],
            "examples": ["1%"],
        }
    ),
    PlainSerializer(in_percent),
]
"""A share of a whole, in percent: ``1%``, ``0.5%``; ``0`` for none."""
PortsField = Annotated[
    PortSet,
    PlainValidator(_ports),
    WithJsonSchema(
        written("ports", "a port or a range of ports", "[0-9]{1,5}(-[0-9]{1,5})?", "32768-60999")
        | {"type": ["string", "integer"], "minimum": 0, "maximum": 65535}
    ),
    AS_TEXT,
]
PeerField = Annotated[Cidr | str, PlainValidator(_peer), WithJsonSchema(_PEER), AS_TEXT, NameOf("peers")]
PeersField = Annotated[tuple[PeerField, ...], BeforeValidator(_list_of_one), _ONE_OR_MORE]
"""One peer, or a list of them."""
References = Annotated[tuple[Reference, ...], BeforeValidator(_list_of_one), _ONE_OR_MORE]
"""One name of something written elsewhere, or a list of them."""
SubnetNames = Annotated[tuple[SubnetName, ...], BeforeValidator(_list_of_one), _ONE_OR_MORE]
RouteTableNames = Annotated[tuple[RouteTableName, ...], BeforeValidator(_list_of_one), _ONE_OR_MORE]
SecurityGroupNames = Annotated[tuple[SecurityGroupName, ...], BeforeValidator(_list_of_one), _ONE_OR_MORE]
TargetNames = Annotated[tuple[TargetName, ...], BeforeValidator(_list_of_one), _ONE_OR_MORE]
Tags = Annotated[
    dict[str, Annotated[str, BeforeValidator(_as_text), WithJsonSchema({"type": ["string", "number"]})]],
    READ_ONLY,
    Field(description="Tags, text to text; expectations can select by them."),
]
