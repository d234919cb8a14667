"""One way of a packet, asked about: what the filters on it say, which ports the answer comes back to, hop by hop."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction

from reachsim.dataplane.cause import Cause
from reachsim.dataplane.checkpoint import CheckpointType, Deliver, Drop, Forward, LegName, Step, Undecided
from reachsim.dataplane.ends import Endpoint, Flow
from reachsim.dataplane.filters import FilterBook, Query
from reachsim.dataplane.walk import Visit, Walk
from reachsim.flow.denial import denials, not_known, passing, receiver_of
from reachsim.flow.ports import NO_LOSS, OF_TRAFFIC, choices_of, nat_ports
from reachsim.net.address import format_address
from reachsim.net.intervals import PortSet
from reachsim.net.packet import Packet
from reachsim.net.traffic import PORTED, Traffic, protocol_of, reply_service
from reachsim.reach.evaluation import filters_of
from reachsim.rules.clauses import ANYONE, NO_GROUPS, KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.nat import TRANSLATED_PORTS
from reachsim.topology.round_trip import RoundTrip
from reachsim.trace.result import Action, Blocker, Hop, TracedWay
from reachsim.trace.words import denied, owners

Locate = Callable[[KeyPath], str]
"""From key path to ``file:line``; empty for what is written nowhere."""


GROUP_CODES = frozenset({Code.ENI_SG_RULES_MISMATCH, Code.SG_HAS_NO_RULES})
"""Codes of filters whose rules may name groups."""


PREFERRED_PORT = 50000
"""The source port that a trace shows when none is asked for and the client may use it."""


class Asker:
    """Asks the filters of one round trip about one service and the ports of its client."""

    def __init__(
        self,
        found: RoundTrip,
        flow: Flow,
        service: int,
        asked: PortSet,
        locate: Locate,
        book: FilterBook,
        below: Fraction,
    ) -> None:
        self.found = found
        self.flow = flow
        self.service = service
        self.ported = protocol_of(service) in PORTED
        self.asked = asked
        self.locate = locate
        self.book = book
        self.owners = owners(found, flow)
        self.client = asked
        self.choices = NO_LOSS
        self.lost_client = PortSet.nothing()
        self.unsure: dict[LegName, str] = {}
        self.nat_ports: list[int] = []
        if self.ported and found.reply is not None:
            self._pass_ports(found.reply, below)
        self.client_port = self._pick(self.lost_client, asked)

    def _pass_ports(self, reply: Walk, below: Fraction) -> None:
        """The ports of the client, and of NAT devices, to which the answer comes back (**WALK-18**, NAT-PORT); and which
        port of each device to show: one that fails where these decide, else one that does not."""
        protocol = protocol_of(self.service)
        bounds = [(n, *passing(query, filter, query.peer)) for query, filter, n in filters_of(reply, self.book)]
        passes, most = [(n, sure) for n, sure, _ in bounds], [(n, best) for n, _, best in bounds]
        inner, *beyond = OF_TRAFFIC.by_depth(passes)
        self.client &= inner.ports(protocol)
        self.lost_client = self._first_lost(most, 0, self.asked) or self._first_lost(passes, 0, self.asked)
        self.choices = choices_of((~outer for outer in beyond), protocol)
        for depth, outer in enumerate(beyond, 1):
            if self.choices.counts(below):
                self.nat_ports.append(self._pick(PortSet.nothing(), outer.ports(protocol) & TRANSLATED_PORTS))
            else:  # one that is lost for certain, or else one that may be
                lost = self._first_lost(most, depth, TRANSLATED_PORTS)
                lost = lost or self._first_lost(passes, depth, TRANSLATED_PORTS)
                self.nat_ports.append(self._pick(lost, TRANSLATED_PORTS))

    def _first_lost(self, passes: list[tuple[int, Traffic]], depth: int, asked: PortSet) -> PortSet:
        """The ports among some that the first filter stops that stops any, between two devices."""
        ports = (asked - traffic.ports(protocol_of(self.service)) for at, traffic in passes if at == depth)
        return next((lost for lost in ports if lost), PortSet.nothing())

    def _pick(self, failing: PortSet, asked: PortSet) -> int:
        """The port to show: where some fail, one that fails first on the way; else a usual one."""
        if failing:
            return failing.first
        return PREFERRED_PORT if PREFERRED_PORT in asked or not asked else asked.first

    def way(self, destination: Endpoint) -> TracedWay:
        """The way's hops and blockers."""
        origin = self.flow.origin
        found = self.found
        forward, blockers, packet = self._leg(found.forward, "forward")
        if found.stray is not None:
            blockers.append(self._stray(found.stray, found.forward, "forward", packet))
        stopped = bool(blockers)
        delivered = not stopped and "forward" not in self.unsure and found.forward.arrived is not None
        reply: list[Hop] = []
        answers = reply_service(self.service, self.client_port) is not None
        reachable = delivered
        if found.reply is not None and answers:
            reply, back, answer = self._leg(found.reply, "reply")
            if found.reply_stray is not None:
                back.append(self._stray(found.reply_stray, found.reply, "reply", answer))
            reachable = delivered and not back
            blockers += back
        # What is stopped before the unknown is decided; an unknown way back leaves the way there as it is.
        unknown = "" if blockers else found.unknown if answers else found.forward.unknown
        if "forward" in self.unsure and not stopped:
            unknown, blockers = self.unsure["forward"], []
        elif not blockers:
            unknown = unknown or self.unsure.get("reply", "")
        listens, asked = self._listener(destination)
        refused = listens is not None and asked not in listens
        return TracedWay(
            self.flow.label,
            origin.share,
            packet,
            delivered,
            reachable and not unknown,
            tuple(forward),
            tuple(reply),
            tuple(_without_repeats(blockers)),
            self.client if self._answers_fully() else PortSet.nothing(),
            self.asked,
            self.choices,
            unknown,
            refused,
        )

    def _stray(self, cause: Cause, walk: Walk, leg: LegName, packet: Packet) -> Blocker:
        """A packet that came to somebody else."""
        return replace(self._blocker(cause, leg), packet=packet, hop=len(walk.visits))

    def _listener(self, destination: Endpoint) -> tuple[Traffic | None, int]:
        """What is answered at the end of the way, and the service that comes there."""
        last = self.found.forward.visits[-1]
        interface = getattr(last.checkpoint, "interface", None) if self.flow.relays else None
        listens = destination.listens if interface is None else interface.listens
        return listens, self.service if last.service is None else last.service

    def _answers_fully(self) -> bool:
        """Whether nothing but ports stops the answer."""
        reply = self.found.reply
        return reply is not None and not reply.lost and self.found.reply_stray is None

    def _leg(self, walk: Walk, leg: LegName) -> tuple[list[Hop], list[Blocker], Packet]:
        hops: list[Hop] = []
        blockers: list[Blocker] = []
        first: Packet | None = None
        for index, visit in enumerate(walk.visits):
            before = self._packet(visit, visit.depth, leg)
            first = first or before
            following = walk.visits[index + 1] if index + 1 < len(walk.visits) else None
            after = before if following is None else self._packet(following, following.depth, leg)
            hop, found = self._judge(visit, before, after, leg)
            blockers += (self._placed(blocker, before, index, visit) for blocker in found)
            hops.append(hop)
        for visit in walk.anyway:
            before, query = self._packet(visit, visit.depth, leg), visit.step.asks
            if query is not None and self.service not in self.book[query.filter].possible(query.peer, query.groups):
                hop, found = self._judge(visit, before, before, leg)
                blockers += (self._placed(blocker, before, len(hops), visit) for blocker in found)
                hops.append(hop)
        if first is None:  # pragma: no cover - a walk has at least its start
            raise ValueError("a walk without visits")
        return hops, blockers, first

    def _placed(self, blocker: Blocker, packet: Packet, index: int, visit: Visit) -> Blocker:
        """With the packet, its place on the way, and what would have to pass there."""
        query = visit.step.asks
        groups = NO_GROUPS if query is None or query.filter.code not in GROUP_CODES else query.groups - ANYONE
        ports = TRANSLATED_PORTS if visit.depth else self.asked
        around = query is not None and query.abroad and query.service is not None
        if query is not None and around:  # of the packet around it a filter looks at one end
            packet = Packet(query.peer, query.peer, query.service or 0)
        return replace(blocker, packet=packet, hop=index, asked_ports=ports, groups=groups, around=around)

    def _packet(self, visit: Visit, depth: int, leg: LegName) -> Packet:
        here = self.service if visit.service is None else visit.service
        return self._headers(visit.header.source, visit.header.destination, depth, leg, here)

    def _headers(self, source: int, destination: int, depth: int, leg: LegName, here: int) -> Packet:
        """The packet, or its answer, where the packet's service is `here`."""
        port = self.client_port
        if depth:
            port = self.nat_ports[depth - 1] if depth <= len(self.nat_ports) else PREFERRED_PORT
        if leg == "forward":
            return Packet(source, destination, here, port if self.ported else 0)
        service = reply_service(here, port)
        return Packet(
            source,
            destination,
            here if service is None else service,
            here & 0xFFFF if self.ported else 0,
        )

    def _judge(self, visit: Visit, before: Packet, after: Packet, leg: LegName) -> tuple[Hop, list[Blocker]]:
        step = visit.step
        checkpoint = visit.checkpoint
        action: Action = "route" if checkpoint.is_a is CheckpointType.ROUTE_TABLE else "pass"
        if (before.source, before.destination) != (after.source, after.destination) or _translates(step):
            action = "translate"
        if isinstance(step, Deliver):
            action = "deliver"
        rule, rule_id, where = _and(_rewrite(before, after), step.text), step.rule, self.locate(step.path)
        blocker, said = None, ""
        rule_path: KeyPath = ()
        if step.asks is not None:
            if step.asks.tracked:
                action, rule, rule_id = "tracked", "answer to tracked traffic", "SG-4"
            else:
                blocker, decided, path = self._ask(visit, step.asks, before, leg)
                if leg in self.unsure and self.unsure[leg] == decided:
                    action = "unknown"
                said = decided if blocker is not None else ""
                rule = _and(decided, rule)
                rule_id, where, rule_path = self.book[step.asks.filter].rule, self.locate(path), path
        if isinstance(step, Undecided):
            action, rule = "unknown", step.reason
        blockers = [] if blocker is None else [blocker]
        if isinstance(step, Drop):  # what would have been asked otherwise may be in the way too
            said = step.cause.sentence
            lost = leg == "reply" and step.cause.code is not Code.ASYMMETRIC_RETURN
            blocker = self._blocker(step.cause, leg, f"the answer is dropped: {said}" if lost else said)
            blockers.insert(0, blocker)
        if blocker is not None:
            action, rule, rule_id, where = "drop", said or blocker.text, blocker.rule_id, blocker.where
        path = step.onward.path if isinstance(step, Drop) and step.onward is not None else step.path
        # a host drops some packets before they come to the groups of its interface, which is where the walk begins
        blames = isinstance(step, Drop) and step.cause.component == checkpoint.component
        at = checkpoint.component, step.cause.checkpoint if isinstance(step, Drop) and blames else checkpoint.role
        hop = Hop(*at, before, after, action, rule, rule_id, where, path, rule_path, checkpoint.inspects)
        return hop, blockers

    def _ask(self, visit: Visit, query: Query, before: Packet, leg: LegName) -> tuple[Blocker | None, str, KeyPath]:
        """What a filter says: a blocker or None, what decided, and where that is written."""
        filter = self.book[query.filter]
        service = before.service if query.service is None else query.service
        clause = filter.decide(query.peer, query.groups, service)
        if clause is not None and clause.permits:
            return None, clause.text, clause.path
        if service in filter.possible(query.peer, query.groups):
            reason = not_known(query, filter, service)
            rule = filter.doubtful(query.peer, service)
            self.unsure.setdefault(leg, reason)
            return None, reason, filter.path if rule is None else rule.path
        ports = ""
        if leg == "reply" and self.ported and not query.abroad:
            open_ports = filter.allowed(query.peer, query.groups).ports(protocol_of(self.service))
            asked = TRANSLATED_PORTS if visit.depth else self.asked
            if asked & open_ports:
                failing = asked - open_ports
                ports = nat_ports(failing) if visit.depth else f"client ports {failing}"
        ends = self.flow.origin.interface, receiver_of(self.flow, self.found.forward)
        sender, receiver = (None, None) if query.abroad else ends if leg == "forward" else ends[::-1]
        found = denials(visit, query, filter, query.peer, sender, receiver)
        cause = next(cause for cause, traffic in found if before.service in traffic)
        said = denied(cause, filter, query, before, self.owners)
        answer = f"the answer to {ports}" if ports else "the answer"
        text = said if leg == "forward" else f"{answer} is dropped: {said}"
        return self._blocker(cause, leg, text, ports), said, cause.path

    def _blocker(self, cause: Cause, leg: LegName, text: str = "", ports: str = "") -> Blocker:
        where, variant = self.locate(cause.path), self.flow.label
        return Blocker(cause, leg, text or cause.sentence, where, ports, variant)


def _translates(step: Step) -> bool:
    onward = step.onward if isinstance(step, Drop) else step
    return isinstance(onward, Forward) and onward.translated != 0


def _rewrite(before: Packet, after: Packet) -> str:
    """What a checkpoint changed in the addresses, in words."""
    parts = []
    if before.source != after.source:
        parts.append(f"the source becomes {format_address(after.source)}")
    if before.destination != after.destination:
        parts.append(f"the destination becomes {format_address(after.destination)}")
    return ", ".join(parts)


def _and(*texts: str) -> str:
    return "; ".join(text for text in texts if text)


_SWITCHES = frozenset({Code.ENI_SOURCE_DEST_CHECK_RESTRICTION.value, Code.BAD_STATE.value})


def _without_repeats(blockers: Iterable[Blocker]) -> list[Blocker]:
    """Each cause once: a switch of one interface is one, whichever way a packet meets it."""
    seen: set[tuple[str, str, str, str]] = set()
    out: list[Blocker] = []
    for blocker in blockers:
        place = "" if blocker.code in _SWITCHES else blocker.checkpoint
        key = blocker.code, blocker.component, blocker.where, place
        if key not in seen:
            seen.add(key)
            out.append(blocker)
    return out
