"""Edits that would undo what stops a packet: what one is, what those who propose some are told, and where they register.

Each kind of component knows what mends its own blockers: a resource by its method `mend` (and `route_for`, where a route may
lead to it), what is written in a VPC without being a resource by a function under `@mends`. Nobody here decides whether an
edit helps: `answers.fix` applies it to a copy and asks again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from reachsim.calls import made_by
from reachsim.dataplane.cause import Cause
from reachsim.dataplane.site import NetworkInterface
from reachsim.errors import format_path
from reachsim.faces import Faced
from reachsim.net.cidr import Cidr
from reachsim.net.traffic import Traffic
from reachsim.rules.clauses import GroupId, KeyPath
from reachsim.rules.codes import Code

ChangeAction = Literal["set", "add", "remove"]


@made_by("net.fixes(source, destination, traffic).best.edits[0].changes")
@dataclass(frozen=True, repr=False)
class KeyChange(Faced):
    """One change of the file. `set`: the value of the key at `path`, which may be new, as may the mappings above it; `add`:
    one more item of the list at `path`; `remove`: the key or the item at `path` is gone. `value`: as YAML has it."""

    path: KeyPath
    value: Any = None
    action: ChangeAction = "set"

    def __str__(self) -> str:
        where = format_path(self.path)
        if self.action == "remove":
            return f"remove {where}"
        return f"{where}: {'+ ' if self.action == 'add' else ''}{self.value}"


@made_by("net.fixes(source, destination, traffic).best.edits")
@dataclass(frozen=True, repr=False)
class Edit(Faced):
    """One thing that a person would do, which may change several keys.

    `text`: what is done, in the imperative. `cost`: how intrusive it is, from 1 (a rule, a switch) to 9 (something is built
    anew); of sets that open the same, that of the least cost is shown first.
    """

    changes: tuple[KeyChange, ...]
    text: str
    cost: int = 1

    @property
    def key(self) -> str:
        """The same for edits that change the same keys to the same values."""
        return "; ".join(map(str, self.changes))

    @classmethod
    def setting(cls, path: KeyPath, value: Any, text: str, cost: int = 1) -> Edit:
        """One key gets a value."""
        return cls((KeyChange(path, value),), text, cost)

    @classmethod
    def adding(cls, path: KeyPath, value: Any, text: str, cost: int = 1) -> Edit:
        """A list gets one more item."""
        return cls((KeyChange(path, value, "add"),), text, cost)

    def __str__(self) -> str:
        return self.text


class View(Protocol):
    """What a proposer may look at: the network as it is now."""

    @property
    def design(self) -> Any:
        """The design."""

    @property
    def data(self) -> Mapping[str, Any]:
        """The values of the file."""

    def written(self, path: KeyPath) -> Any:
        """What the file has at a path; None where it has nothing."""

    def owner(self, address: int, vpc: str = "") -> NetworkInterface | None:
        """The interface with a private or public address, in one VPC where several may have it."""

    def fixed(self, address: int) -> bool:
        """Whether a rule may rely on an address: it is nobody's in the design, or the file writes it."""

    def interface(self, name: str) -> NetworkInterface | None:
        """An interface by full name."""

    def interfaces(self) -> Iterator[NetworkInterface]:
        """All of them."""

    def carriers(self, group: GroupId) -> int:
        """How many interfaces carry a security group."""

    def names(self, vpc: str = "") -> frozenset[str]:
        """Every name that a route of a VPC may lead to; of every VPC, where none is named."""

    def free(self, vpc: str, prefix_length: int) -> Cidr | None:
        """A block of a VPC that no subnet has, of a size; None where there is none."""

    def target(self, vpc: str, table: str, destination: str) -> str | None:
        """Where a route of a table leads, as it is written; None where there is none."""

    def offers(self, case: Case, vpc: str) -> Iterator[RouteOffer]:
        """The routes of a VPC that resources offer for a case."""

    def table_of(self, subnet: str, vpc: str) -> str:
        """The name of the route table of a subnet."""


@dataclass(frozen=True)
class Case:
    """One blocker of a question that fails.

    `source`, `destination`: of the packet (or the answer) where it is lost. `first_source`, `first_destination`: as it was
    sent. `wanted`: all traffic that has to pass there for the question to hold. `sources`, `destinations`: blocks that have
    to pass there where that end is more than the one address. `sender`, `receiver`: the interfaces at the two ends of the
    question. `asked_from`, `asked_to`: what the question names. `routes`: key paths of the routes that it took before, of
    this leg. `groups`: those that a rule there may name to let the packet through. `literal`: it asks for an address.
    `not_seen`: full names of the inspection endpoints that saw the request of an answer which none of them sees.
    """

    cause: Cause
    reply: bool
    source: int
    destination: int
    first_source: int
    first_destination: int
    wanted: Traffic
    view: View
    sources: tuple[Cidr, ...] = ()
    destinations: tuple[Cidr, ...] = ()
    sender: NetworkInterface | None = None
    receiver: NetworkInterface | None = None
    asked_from: str = ""
    asked_to: str = ""
    routes: tuple[KeyPath, ...] = ()
    groups: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    literal: bool = False
    not_seen: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The code of the blocker."""
        return self.cause.code.value

    @property
    def table(self) -> tuple[str, str] | None:
        """The VPC and the name of the route table that lost the packet, or that sent it to where it was lost last."""
        return next(iter(self.tables), None)

    @property
    def tables(self) -> list[tuple[str, str]]:
        """The tables that a packet met on its way to where it was lost, the last first, each once."""
        found: dict[tuple[str, str], None] = {}
        for each in (self.cause.path, *reversed(self.routes)):
            if len(each) >= 4 and each[0] == "vpcs" and each[2] == "route_tables":
                found[str(each[1]), str(each[3])] = None
        return list(found)

    def through(self, name: str, full_name: str) -> bool:
        """Whether one of the routes leads to something of that name."""
        return any(self.view.written(path) in (name, full_name) for path in self.routes)

    def at(self, *section: str) -> bool:
        """Whether the blocker's key is in one of some sections of a VPC, or of the design."""
        path = self.cause.path
        return bool(path) and (path[0] in section or (path[0] == "vpcs" and len(path) > 2 and path[2] in section))


def inspection_in(case: Case, vpc: str) -> list[str]:
    """The inspection endpoints of a VPC that the answer has to pass as the request did, by name (WALK-19)."""
    return [name.partition(".")[2] for name in case.not_seen if name.partition(".")[0] == vpc]


@dataclass(frozen=True)
class RouteOffer:
    """A route that a resource could take: `destination` to `target`, as a table writes them. `cost` as of an edit; `also`:
    what has to be changed beside it."""

    destination: str
    target: str
    text: str
    cost: int = 1
    also: tuple[KeyChange, ...] = ()


Mender = Callable[[Case], Iterator[Edit]]
MENDERS: list[Mender] = []
"""Proposers that are no resources: rules, tables, subnets, functions."""


def mends(function: Mender) -> Mender:
    """Register a proposer of edits."""
    MENDERS.append(function)
    return function


def tokens_of(traffic: Traffic) -> str | list[str]:
    """Traffic as a file has it: one token, or a list."""
    tokens = traffic.tokens()
    return tokens[0] if len(tokens) == 1 else tokens


FILTERS = frozenset(
    {
        Code.SUBNET_ACL_RESTRICTION,
        Code.ELB_ACL_RESTRICTION,
        Code.ENI_SG_RULES_MISMATCH,
        Code.SG_HAS_NO_RULES,
        Code.SG_REFERENCES_NOT_PRESERVED,
        Code.PROTOCOL_RESTRICTION,
    }
)
"""Codes of what looks at protocols and ports: no other route would help."""


Offerer = Callable[[Case, str], Iterator[RouteOffer]]
OFFERERS: list[Offerer] = []
"""Those who offer routes of a VPC and are no resources."""


def offers(function: Offerer) -> Offerer:
    """Register one who offers routes."""
    OFFERERS.append(function)
    return function


Adviser = Callable[[Case], Iterator[str]]
ADVISERS: list[Adviser] = []
"""Those who can say why no edit helps, and which redesign would."""


def advises(function: Adviser) -> Adviser:
    """Register one who says why no edit helps."""
    ADVISERS.append(function)
    return function


@dataclass(frozen=True)
class LeakyRule:
    """A rule that lets through what a `deny` forbids: of a security group or an ACL, at `path`.

    `source`, `destination`: of a packet as the rule sees it; `sources`, `destinations`: blocks, where that end is
    more than the address. `forbidden`: all traffic that must not pass.
    """

    path: KeyPath
    source: int
    destination: int
    forbidden: Traffic
    view: View
    sources: tuple[Cidr, ...] = ()
    destinations: tuple[Cidr, ...] = ()


Closer = Callable[[LeakyRule], Iterator[Edit]]
CLOSERS: list[Closer] = []
"""Proposers of what stops traffic."""


def closes(function: Closer) -> Closer:
    """Register a proposer of edits that stop traffic."""
    CLOSERS.append(function)
    return function
