"""Traffic: what security group and ACL rules match on besides the peer's address.

A *service* is protocol and destination port (ICMP: type and code) in one int: ``protocol << 16 | low``, where
`low` is the port for TCP and UDP, ``type << 8 | code`` for ICMP and ICMPv6, and without meaning for every
other protocol. So a set of traffic is a set of ints, and all of it has 2**24 members. Protocol numbers are
IANA's.

The tokens: ``tcp/443  tcp/1024-65535  udp/53  icmp  icmp/8 (type)  icmp/3/4 (type/code)  icmpv6  proto/50
tcp  all``.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from reachsim.calls import says_how_to_call
from reachsim.errors import NoValueError, UsageError, shown
from reachsim.net.intervals import IntSet, PortSet, Span

ICMP: Final = 1
TCP: Final = 6
UDP: Final = 17
ICMPV6: Final = 58
PROTOCOL_NAMES: Final = {ICMP: "icmp", TCP: "tcp", UDP: "udp", ICMPV6: "icmpv6"}
PROTOCOL_NUMBERS: Final = {name: number for number, name in PROTOCOL_NAMES.items()}
PORTED: Final = frozenset({TCP, UDP})
"""Protocols whose packets carry ports."""
_MASK: Final = 0xFFFF
_FORMS: Final = "tcp/443, tcp/1024-65535, udp/53, icmp, icmp/8, icmp/3/4, icmpv6, proto/50, tcp or all"
_ECHO_REPLIES: Final = {  # request type -> reply type: RFC 792 (echo, timestamp, information), RFC 950 (mask)
    ICMP: {8: 0, 13: 14, 15: 16, 17: 18},
    ICMPV6: {128: 129},  # RFC 4443, section 4
}


def service(protocol: int, low: int = 0) -> int:
    """The int of one service: `low` is a port, or ``type << 8 | code`` for ICMP and ICMPv6."""
    return protocol << 16 | low


def protocol_of(service: int) -> int:
    """IANA protocol number of a service."""
    return service >> 16


def one_of(traffic: Traffic, service: int) -> Traffic:
    """A service of some traffic, where it is less than the traffic is: nothing of one port, of a type of ICMP whatever its
    code, of a protocol without ports."""
    one, protocol = Traffic.of((service, service)), protocol_of(service)
    if protocol in (1, ICMPV6):
        whole = Traffic.of((service & ~0xFF, service | 0xFF))
    else:
        whole = one if protocol in PORTED else Traffic.protocol(protocol)
    return Traffic.nothing() if traffic in (one, whole) else one


def reply_service(service: int, source_port: int) -> int | None:
    """The service of the answer to a packet, or None where the protocol has no answer.

    TCP and UDP answer to the client's port; an ICMP echo request with the echo reply (RFC 792, RFC 4443); any
    other protocol with itself. ICMP messages that ask nothing have no answer.
    """
    protocol = service >> 16
    if protocol in PORTED:
        return protocol << 16 | source_port
    replies = _ECHO_REPLIES.get(protocol)
    if replies is None:
        return service
    answer = replies.get(service >> 8 & 0xFF)
    return None if answer is None else protocol << 16 | answer << 8


@says_how_to_call
class Traffic(IntSet):
    """A set of services, read from tokens and printed as tokens.

    >>> Traffic.parse("tcp/443") | Traffic.parse("tcp/444-500")
    Traffic('tcp/443-500')
    >>> Traffic.parse(["icmp", "udp/53"])
    Traffic('icmp, udp/53')
    """

    __slots__ = ()
    LAST = (1 << 24) - 1
    WRITTEN = "('tcp/443')"

    @classmethod
    def parse(cls, tokens: str | Iterable[str]) -> Traffic:
        """Read one token (commas separate several) or a list of tokens; their union. Raises NoValueError."""
        if isinstance(tokens, str):
            tokens = [token.strip() for token in tokens.split(",")]
        return cls.union_of(_parse_token(token) for token in tokens)

    @classmethod
    def _read(cls, members: object) -> Traffic:
        if isinstance(members, str) or (isinstance(members, list) and all(isinstance(each, str) for each in members)):
            return cls.parse(members)
        return super()._read(members)

    @classmethod
    def protocol(cls, protocol: int) -> Traffic:
        """Everything of one protocol."""
        return cls(((protocol << 16, protocol << 16 | _MASK),))

    def ports(self, protocol: int) -> PortSet:
        """The ports (or ``type << 8 | code``) of one protocol in the set."""
        inside = self & Traffic.protocol(protocol)
        return PortSet(tuple((low & _MASK, high & _MASK) for low, high in inside.spans))

    def tokens(self) -> list[str]:
        """The canonical tokens of the set, in the order of protocol numbers; ``all`` when it is everything.

        Where more than four protocols without a name are in it, they come last, shortened to ``proto/2-5``.
        """
        return list(_tokens(self.spans))

    def __str__(self) -> str:
        return ", ".join(self.tokens()) if self.spans else "nothing"


EVERYTHING: Final = Traffic.everything()


def in_part(traffic: Traffic | None) -> str:
    """Traffic of which any part counts, in words. None: whatever there is.

    >>> in_part(Traffic.parse("tcp/22")), in_part(EVERYTHING)
    ('some of tcp/22', 'something')
    """
    return "something" if traffic in (None, EVERYTHING) else f"some of {traffic}"


@lru_cache(maxsize=8192)
def _tokens(spans: tuple[Span, ...]) -> tuple[str, ...]:
    """Tokens of canonical spans; kept, since one design prints the same sets over and over."""
    if spans == ((Traffic.FIRST, Traffic.LAST),):
        return ("all",)
    out: list[str] = []
    for low, high in spans:
        while low <= high:
            protocol = low >> 16
            whole_last = (high + 1 >> 16) - 1 if low & _MASK == 0 else protocol - 1
            if whole_last >= protocol:  # one or more whole protocols
                out += [PROTOCOL_NAMES.get(p, f"proto/{p}") for p in range(protocol, whole_last + 1)]
                low = whole_last + 1 << 16
                continue
            end = min(high, protocol << 16 | _MASK)
            out += _part_tokens(protocol, low & _MASK, end & _MASK)
            low = end + 1
    return tuple(_shorten_protocols(out))


def _parse_token(token: str) -> Span:
    if token == "all":
        return Traffic.FIRST, Traffic.LAST
    name, *rest = token.split("/")
    protocol = PROTOCOL_NUMBERS.get(name)
    if protocol is None:
        if name == "proto" and len(rest) == 1:
            protocol = _number(token, rest[0], 255, "a protocol number")
            return protocol << 16, protocol << 16 | _MASK
        if name == "proto":
            raise NoValueError(f"{shown(token)} is not traffic: proto/ takes one protocol number, such as proto/50")
        meant = _meant(token)
        hint = f"did you mean {meant!r}?" if meant else f"write {_FORMS}"
        raise NoValueError(f"{shown(token)} is not traffic; {hint}")
    base = protocol << 16
    if not rest:
        return base, base | _MASK
    if protocol in PORTED:
        if len(rest) > 1:
            raise NoValueError(f"{shown(token)} is not traffic: {name} takes one port or one range of ports")
        first, dash, last = rest[0].partition("-")
        low = _number(token, first, 65535, "a port")
        high = _number(token, last, 65535, "a port") if dash else low
        if low > high:
            turned = f"{name}/{high}-{low}"
            raise NoValueError(f"{shown(token)} is not traffic: the range runs backwards; did you mean {turned!r}?")
        return base | low, base | high
    if len(rest) > 2:
        raise NoValueError(f"{shown(token)} is not traffic: {name} takes a type and a code at most, as in {name}/3/4")
    kind = _number(token, rest[0], 255, f"an {name} type")
    if len(rest) == 1:
        return base | kind << 8, base | kind << 8 | 0xFF
    code = _number(token, rest[1], 255, f"an {name} code")
    return base | kind << 8 | code, base | kind << 8 | code


_USUAL: Final = {
    "http": "tcp/80",
    "https": "tcp/443",
    "ssh": "tcp/22",
    "rdp": "tcp/3389",
    "smtp": "tcp/25",
    "smtps": "tcp/465",
    "ftp": "tcp/21",
    "telnet": "tcp/23",
    "ldap": "tcp/389",
    "ldaps": "tcp/636",
    "smb": "tcp/445",
    "nfs": "tcp/2049",
    "mysql": "tcp/3306",
    "postgres": "tcp/5432",
    "postgresql": "tcp/5432",
    "mssql": "tcp/1433",
    "oracle": "tcp/1521",
    "redis": "tcp/6379",
    "mongodb": "tcp/27017",
    "kafka": "tcp/9092",
    "dns": "udp/53",
    "ntp": "udp/123",
    "dhcp": "udp/67",
    "syslog": "udp/514",
    "snmp": "udp/161",
    "ping": "icmp/8",
    "ping6": "icmpv6/128",
    "any": "all",
    "*": "all",
    "-1": "all",
    "everything": "all",
    "icmp6": "icmpv6",
    "esp": "proto/50",
    "gre": "proto/47",
}
"""What people say for a service (IANA's registry of names and ports), and the token for it."""


def _meant(token: str) -> str | None:
    """The token that was probably meant: a service's name, a bare port, another separator, other letters."""
    if not 0 < len(token) <= 40:
        return None
    words = token.lower().replace(":", "/").replace(" ", "/").split("/")
    if len(words) == 2 and words[1] in PROTOCOL_NUMBERS:  # 443/tcp
        words.reverse()
    if words[0][:1].isdigit():
        words.insert(0, "tcp")
    name, port = words[0].rstrip("0123456789"), words[0]
    if name in ("tcp", "udp") and len(words) == 1 and port != name:  # tcp443
        words = [name, port.removeprefix(name)]
    tries = [_USUAL[words[0]]] if len(words) == 1 and words[0] in _USUAL else []
    tries.append("/".join(words))
    if words[0] not in PROTOCOL_NUMBERS and not tries[0][:1].isdigit():
        from difflib import get_close_matches  # only a message needs it

        tries += ["/".join([near, *words[1:]]) for near in get_close_matches(words[0], PROTOCOL_NUMBERS, 1, 0.65)]
        tries += [_USUAL[near] for near in get_close_matches(token.lower(), _USUAL, 1, 0.75)]
    return next((each for each in tries if _is_token(each)), None)


def _is_token(text: str) -> bool:
    if text != "all" and text.partition("/")[0] not in (*PROTOCOL_NUMBERS, "proto"):
        return False
    try:
        _parse_token(text)
    except ValueError:
        return False
    return True


def _number(token: str, text: str, most: int, what: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise NoValueError(f"{shown(token)} is not traffic: {shown(text[:40])} is not {what}")
    if len(text) > 1 and text[0] == "0":
        raise NoValueError(f"{shown(token)} is not traffic: {shown(text[:40])} has a leading zero")
    if len(text) > 5 or int(text) > most:
        raise NoValueError(f"{shown(token)} is not traffic: {text[:40]} is over {most}, the last for {what}")
    return int(text)


def _part_tokens(protocol: int, low: int, high: int) -> list[str]:
    name = PROTOCOL_NAMES.get(protocol)
    if protocol in PORTED:
        return [f"{name}/{low}" if low == high else f"{name}/{low}-{high}"]
    if name is None:  # the low half means nothing here, so a part of it stands for the protocol
        return [f"proto/{protocol}"]
    out: list[str] = []
    while low <= high:
        kind = low >> 8
        end = min(high, kind << 8 | 0xFF)
        if low & 0xFF == 0 and end & 0xFF == 0xFF:
            out.append(f"{name}/{kind}")
        else:
            out += [f"{name}/{kind}/{code}" for code in range(low & 0xFF, (end & 0xFF) + 1)]
        low = end + 1
    return out


def _shorten_protocols(tokens: list[str]) -> list[str]:
    """Print a long list of other protocols as ``proto/2-5``, which `Traffic.parse` does not take."""
    numbers = [int(t[6:]) for t in tokens if t.startswith("proto/")]
    if len(numbers) <= 4:
        return tokens
    others = IntSet.of(*((n, n) for n in numbers))
    return [t for t in tokens if not t.startswith("proto/")] + [
        f"proto/{low}" if low == high else f"proto/{low}-{high}" for low, high in others.spans
    ]


def parse_traffic(traffic: str | Traffic) -> Traffic:
    """Traffic from a token. Raises UsageError."""
    if isinstance(traffic, Traffic):
        return traffic
    if not (isinstance(traffic, str) or (isinstance(traffic, list | tuple) and all(type(t) is str for t in traffic))):
        raise UsageError(f"traffic is expected, got {shown(traffic)}; write a token such as 'tcp/443'")
    try:
        return Traffic.parse(traffic)
    except ValueError as error:
        raise UsageError(str(error)) from error
