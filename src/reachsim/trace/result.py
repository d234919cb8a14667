"""What a trace says: hops, blockers, and what the client would see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from reachsim.calls import made_by
from reachsim.dataplane.cause import Cause, Caused
from reachsim.dataplane.checkpoint import LegName
from reachsim.faces import Faced, ToldOf, for_engines, record
from reachsim.flow.ports import NO_LOSS, Choices
from reachsim.net.intervals import PortSet
from reachsim.net.packet import Packet
from reachsim.net.traffic import PORTED, Traffic, one_of
from reachsim.rules.clauses import NO_GROUPS, GroupId, KeyPath
from reachsim.rules.codes import Code

Action = Literal["pass", "tracked", "route", "translate", "deliver", "drop", "unknown"]
TraceVerdict = Literal["reachable", "partial", "no reply", "blocked", "undecided"]
TRACE_TITLES: dict[TraceVerdict, str] = {
    "reachable": "REACHABLE",
    "partial": "PARTIAL",
    "no reply": "NO REPLY",
    "blocked": "BLOCKED",
    "undecided": "CANNOT DECIDE",
}
"""Verdict of a trace to the word that a person sees first."""


@made_by("net.trace(source, destination, traffic).forward")
@dataclass(frozen=True, slots=True, repr=False)
class Hop(Faced):
    """One checkpoint on the way.

    `component`: full name of what it belongs to; `checkpoint`: what it is there. `before`, `after`: the packet as it came
    and as it went on. `action`: what was done. `rule`: what decided, as it is written (or AWS's default); `rule_id`: the
    rule of docs/rules.md. `where`: ``file:line`` of it, empty for AWS's defaults. `path`: the key of what it
    went on by, `rule_path`: of the rule that a filter decided by. `inspects`: somebody looks at what passes there.
    """

    component: str
    checkpoint: str
    before: Packet
    after: Packet
    action: Action
    rule: str
    rule_id: str = ""
    where: str = ""
    path: KeyPath = field(default=(), compare=False)
    rule_path: KeyPath = field(default=(), compare=False)
    inspects: bool = field(default=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "component": self.component,
            "checkpoint": self.checkpoint,
            "action": self.action,
            "rule": self.rule,
            "rule_id": self.rule_id,
            "where": self.where,
            "before": self.before.to_dict(),
            "after": self.after.to_dict(),
        }

    def __str__(self) -> str:
        word = {"drop": "dropped: ", "unknown": "unknown: "}.get(self.action, "")
        return f"{self.component} {self.checkpoint}: {word}{self.rule}"


@for_engines("around", "asked_ports", "cause", "groups", "hop", "packet")
@made_by("net.trace(source, destination, traffic).blockers")
@dataclass(frozen=True, slots=True, repr=False)
class Blocker(Caused, Faced):
    """Something that stops the packet or its answer.

    `cause`: what, where and why; the properties below read it. `leg`: "forward" or "reply". `text`: one sentence about the
    packet that is traced. `where`:
    ``file:line`` to edit. `ports`: where only some ports are stopped, which ("client ports 1024-32767"). `variant`: which of
    several ways the source may send, empty where there is one.

    For those who propose edits, and no part of what it is: `packet`: as it is lost; `hop`: how many hops of its leg it
    passed before; `asked_ports`: of an answer, the ports that have to pass; `groups`: those that a rule there may name to
    let it through; `around`: the packet is another one, which carries the one that is traced (LB-9).
    """

    cause: Cause
    leg: LegName
    text: str
    where: str = ""
    ports: str = ""
    variant: str = ""
    packet: Packet | None = field(default=None, compare=False)
    hop: int = field(default=0, compare=False)
    asked_ports: PortSet = field(default=PortSet.nothing(), compare=False)
    groups: frozenset[GroupId] = field(default=NO_GROUPS, compare=False)
    around: bool = field(default=False, compare=False)

    @property
    def rule(self) -> str:
        """What decided, as it is written."""
        return self.cause.decided or self.cause.text

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {name: getattr(self, name) for name in _BLOCKER}

    def __str__(self) -> str:
        return f"{self.component} {self.checkpoint}: {self.text} [{self.code}, {self.rule_id}]"


_BLOCKER = ("code", "component", "checkpoint", "rule", "rule_id", "text", "leg", "where", "ports", "variant")


@made_by("net.trace(source, destination, traffic).ways")
@dataclass(frozen=True, slots=True, repr=False)
class TracedWay(Faced):
    """One way in which the source may send: a subnet of a function, a version of an alias, an address family.

    `delivered`, `reachable`: for every source port asked about. `choices`: what is lost of the choices of the NAT devices on
    the way; the way is `reachable` while this is less than the design lets be (NAT-PORT). `client_ports`: source ports from
    which the answer comes back; `asked_ports`: those asked about.
    """

    label: str
    share: Fraction
    packet: Packet | None
    delivered: bool
    reachable: bool
    forward: tuple[Hop, ...]
    reply: tuple[Hop, ...]
    blockers: tuple[Blocker, ...]
    client_ports: PortSet = PortSet.nothing()
    asked_ports: PortSet = PortSet.nothing()
    choices: Choices = NO_LOSS
    undecided: str = ""
    refused: bool = False

    @property
    def partial(self) -> bool:
        """Whether the answer comes back for some ports only."""
        ported = self.packet is not None and self.packet.protocol in PORTED
        some = ported and bool(self.client_ports) and self.choices.share > 0
        return some and self.delivered and not self.reachable and not self.undecided

    @property
    def always(self) -> bool:
        """Whether it is reachable whatever ports NAT devices choose."""
        return self.reachable and not self.choices

    @property
    def warning(self) -> str:
        """What fails of a way that is reachable all the same (NAT-PORT); empty for nothing."""
        return str(self.choices) if self.reachable and self.choices else ""

    @property
    def verdict(self) -> TraceVerdict:
        """In one word or two."""
        if self.undecided:
            return "undecided"
        if self.reachable:
            return "reachable"
        if self.partial:
            return "partial"
        return "no reply" if self.delivered else "blocked"

    def __str__(self) -> str:
        packet = self.packet or "nothing to send"
        return f"{self.verdict}: {f'{self.label}: ' if self.label else ''}{packet}"


def reached(hops: Sequence[Hop], undecided: str) -> Sequence[Hop]:
    """The hops of a leg as far as the packet gets, the one that stops it included.

    `undecided`: of its way. Where that is empty, a hop of which it is not known whether it lets the packet through decides
    nothing, and the way goes on to the hop that drops it in any case.
    """
    stops = ("drop", "unknown") if undecided else ("drop",)
    end = next((index for index, hop in enumerate(hops) if hop.action in stops), len(hops))
    return hops[: end + 1]


@made_by("net.trace(source, destination, traffic)")
@dataclass(frozen=True, repr=False)
class Trace(ToldOf):
    """The fate of one packet and of its answer.

    `source`, `destination`: the endpoints as named; `traffic`: what was sent. `ways`: one for each way in which the source
    may send; `shown`: the one whose hops `forward` and `reply` are (the first whose answer is lost, else the first that
    fails, else the first). `resolved`: what
    the destination's name was resolved to, and why; empty where it means one thing everywhere. `listener`: of a
    load balancer that passes the packet on, whether it takes the packet and answers itself; None of anything else.
    `beyond`: of a load balancer, what it sends to its targets itself, traced; `purpose`: of one of these, what that is for,
    ``connection`` or ``health check``; empty of all others.
    """

    source: str
    destination: str
    traffic: Traffic
    ways: tuple[TracedWay, ...]
    notes: tuple[str, ...] = ()
    resolved: str = ""
    listener: bool | None = None
    beyond: tuple[Trace, ...] = ()
    purpose: str = ""
    shown: TracedWay = field(init=False)

    def __post_init__(self) -> None:
        order = {"no reply": 0, "blocked": 1, "partial": 2, "undecided": 3, "reachable": 4}
        object.__setattr__(self, "shown", min(self.ways, key=lambda way: order[way.verdict]))

    @property
    def delivered(self) -> bool:
        """Whether the packet reaches the destination, whichever way the source sends it."""
        return all(way.delivered for way in self.ways)

    @property
    def reachable(self) -> bool:
        """Whether it does and its answer comes back, of every protocol alike: the other answer to the one question
        (**WALK-17**)."""
        return all(way.reachable for way in self.ways)

    @property
    def always(self) -> bool:
        """Whether it does whatever ports NAT devices choose."""
        return all(way.always for way in self.ways)

    @property
    def loss(self) -> str:
        """What NAT devices lose of a way that is partial, in words (NAT-PORT); empty for nothing."""
        return next((str(way.choices) for way in self._failing_first() if way.partial and way.choices), "")

    @property
    def warnings(self) -> tuple[str, ...]:
        """What fails now and then of what is reachable, in words (NAT-PORT)."""
        return tuple(dict.fromkeys(way.warning for way in self.ways if way.warning))

    @property
    def undecided(self) -> str:
        """Why reachsim cannot decide; empty where it can."""
        return next((way.undecided for way in self.ways if way.undecided), "")

    @property
    def verdict(self) -> TraceVerdict:
        """``reachable``, ``partial`` (some ways or ports only), ``no reply`` (delivered in some way, and answered in none),
        ``blocked`` or ``undecided``."""
        verdicts = {way.verdict for way in self.ways}
        if len(verdicts) == 1:
            return verdicts.pop()
        if "undecided" in verdicts:
            return "undecided"
        return "no reply" if verdicts <= {"no reply", "blocked"} else "partial"

    @property
    def forward(self) -> tuple[Hop, ...]:
        """The hops there, in order."""
        return self.shown.forward

    @property
    def reply(self) -> tuple[Hop, ...]:
        """The hops of the answer, in order; empty where none starts."""
        return self.shown.reply

    @property
    def packet(self) -> Packet | None:
        """The packet as the source sends it; None where there is no address to send to."""
        return self.shown.packet

    @property
    def let_by(self) -> tuple[Hop, ...]:
        """What lets a packet that is delivered through, of what is written and has a line; empty of any other packet."""
        return tuple(hop for hop in self.forward if hop.where) if self.delivered else ()

    @property
    def blockers(self) -> tuple[Blocker, ...]:
        """Everything in the way, in the order in which AWS would meet it, of every way."""
        return tuple(dict.fromkeys(blocker for way in self._failing_first() for blocker in way.blockers))

    def _failing_first(self) -> list[TracedWay]:
        return sorted(self.ways, key=lambda way: way is not self.shown)

    @property
    def client_sees(self) -> str:
        """What the client sees: ``established`` or ``answered``, ``refused``, ``timeout``, ``unreachable port``,
        ``sent`` (nothing answers this protocol), ``name error`` or ``unknown`` (**OBS-1**, **OBS-2**, **OBS-12**)."""
        way = self.shown
        if way.undecided:
            return "unknown"
        if way.blockers and way.blockers[0].code == Code.NAME_NOT_RESOLVED:
            return "name error"
        if not way.reachable:
            return "timeout"
        protocol = way.packet.protocol if way.packet is not None else 0
        if way.refused:
            return {6: "refused", 17: "unreachable port"}.get(protocol, "timeout")
        if protocol == 6:
            return "established"
        return "answered" if way.packet is not None and way.packet.answer() is not None else "sent"

    def __bool__(self) -> bool:
        return self.reachable

    @property
    def sent(self) -> str:
        """What was sent, in words: of several services that were asked for, the one that is traced."""
        packet = self.packet
        one = Traffic.nothing() if packet is None else one_of(self.traffic, packet.service)
        return f"{one} of {self.traffic}" if one else str(self.traffic)

    @property
    def title(self) -> str:
        """Question and verdict in one line."""
        return f"{self.source} -> {self.destination} {self.sent}: {self.verdict}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; the shape is documented in docs/cli.md."""
        return {
            "source": self.source,
            "destination": self.destination,
            "traffic": str(self.traffic),
            "resolved": self.resolved,
            "verdict": self.verdict,
            "delivered": self.delivered,
            "reachable": self.reachable,
            "client_sees": self.client_sees,
            "undecided": self.undecided,
            "warnings": list(self.warnings),
            "packet": None if self.packet is None else self.packet.to_dict(),
            "blockers": [blocker.to_dict() for blocker in self.blockers],
            "forward": [hop.to_dict() for hop in self.forward],
            "reply": [hop.to_dict() for hop in self.reply],
            "ways": [
                {
                    "label": way.label,
                    "share": float(way.share),
                    "verdict": way.verdict,
                    "delivered": way.delivered,
                    "reachable": way.reachable,
                    "client_ports": str(way.client_ports),
                    "nat": way.choices.to_dict() if way.choices else None,
                    "blockers": [blocker.to_dict() for blocker in way.blockers],
                }
                for way in self.ways
            ],
            "notes": list(self.notes),
            "listener": self.listener,
            "beyond": [
                {
                    "source": each.source,
                    "destination": each.destination,
                    "traffic": str(each.traffic),
                    "purpose": each.purpose,
                    "verdict": each.verdict,
                    "blockers": [blocker.to_dict() for blocker in each.blockers],
                    "forward": [hop.to_dict() for hop in each.forward],
                    "reply": [hop.to_dict() for hop in each.reply],
                }
                for each in self.beyond
            ],
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat record for each hop there and back, such as ``pandas.DataFrame(...)`` takes."""
        return [
            {
                "leg": leg,
                "hop": number,
                **record(hop.to_dict(), before=str(hop.before), after=str(hop.after)),
            }
            for leg, hops in (("forward", self.forward), ("reply", self.reply))
            for number, hop in enumerate(hops, 1)
        ]
