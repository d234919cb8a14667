"""Expectations decided for all packets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Literal, overload

from reachsim.answers.rowwise import addresses_between, asked_besides, pairs_to_ask, reach_between
from reachsim.dataplane.ends import Endpoint
from reachsim.dataplane.filters import Filter
from reachsim.dataplane.site import NetworkInterface
from reachsim.engine import Engine
from reachsim.faces import Carded, Faced, record
from reachsim.flow.ports import NO_LOSS, Choices
from reachsim.net.cidr import AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.intervals import PortSet
from reachsim.net.packet import Packet
from reachsim.net.traffic import Traffic
from reachsim.reach.classes import Classes
from reachsim.reach.flow_answer import FlowAnswer, trips
from reachsim.reach.pair import Progress, Reach, reach
from reachsim.resources.expectation import EndpointField, Expectation, Selector
from reachsim.topology.endpoints import Endpoints
from reachsim.trace.result import Blocker, Trace

ResultVerdict = Literal["holds", "fails", "undecided"]
RESULT_TITLES: dict[ResultVerdict, str] = {"holds": "holds", "fails": "FAILS", "undecided": "CANNOT DECIDE"}
"""Verdict of an expectation to the word that a person sees."""


@dataclass(frozen=True, repr=False)
class Result(Faced, Carded):
    """One expectation, decided.

    `number`: counted from 1 in the file; 0 for one that was asked in Python. `where`: ``file:line``. `failing`: exactly the
    packets for which it fails; empty where it holds. `witness`: one of them, traced; None where it holds or there is no
    packet. `reason`: one sentence.
    `warning`: of what holds, what fails now and then all the same, for a NAT device's choice of port (NAT-PORT).
    `notes`: what it does not promise, such as that a load balancer's targets get what its listener takes.
    """

    number: int
    expectation: Expectation = field(hash=False)
    source: str
    destination: str
    verdict: ResultVerdict
    reason: str
    where: str
    failing: HeaderSpace
    failing_text: str
    witness: Trace | None
    warning: str = ""
    notes: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it holds for every packet."""
        return self.verdict == "holds"

    @property
    def blockers(self) -> tuple[Blocker, ...]:
        """What stops the witness of a failing `allow`."""
        return () if self.witness is None else self.witness.blockers

    @property
    def loss(self) -> str:
        """What NAT devices lose, in words: of what holds, or of the failing witness; empty for nothing."""
        return self.warning if self.witness is None or self.expectation.allow is None else self.witness.loss

    @property
    def as_marked(self) -> bool:
        """Whether it holds, or fails by the code that the file says it fails by."""
        mark = self.expectation.fails
        if mark is None:
            return self.holds
        return self.verdict == "fails" and bool(self.blockers) and self.blockers[0].code == mark

    @property
    def question(self) -> str:
        """The expectation in one line."""
        one_way = " one way" if self.expectation.one_way else ""
        verb = "allow" if self.expectation.allow is not None else "deny"
        return f"{self.source} -> {self.destination}: {verb} {self.expectation.traffic}{one_way}"

    def __bool__(self) -> bool:
        return self.holds

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; the shape is documented in docs/cli.md."""
        return {
            "number": self.number,
            "where": self.where,
            "source": self.source,
            "destination": self.destination,
            "allow": None if self.expectation.allow is None else str(self.expectation.allow),
            "deny": None if self.expectation.deny is None else str(self.expectation.deny),
            "one_way": self.expectation.one_way,
            "why": self.expectation.why,
            "marked_as_failing": self.expectation.fails,
            "verdict": self.verdict,
            "reason": self.reason,
            "warning": self.warning,
            "nat": self.loss,
            "failing": self.failing_text,
            "witness": None if self.witness is None else self.witness.to_dict(),
            "notes": list(self.notes),
        }

    @property
    def title(self) -> str:
        """Its number, if it is one of a file's, and the verdict."""
        label = f"#{self.number} " if self.number else ""
        return f"{label}{RESULT_TITLES[self.verdict]}"

    def __str__(self) -> str:
        lines = [f"{self.title}  {self.question}"]
        if not self.holds:
            lines.append(f"  {self.reason}")
        if self.warning:
            lines.append(f"  warning: {self.warning}")
        return "\n".join(lines)


class Check(Sequence[Result], Carded):
    """Every expectation of a design, decided. True when all hold."""

    def __init__(self, results: Sequence[Result]) -> None:
        self.results = tuple(results)

    @overload
    def __getitem__(self, index: int) -> Result: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Result]: ...
    def __getitem__(self, index: int | slice) -> Result | Sequence[Result]:
        return self.results[index]

    def __len__(self) -> int:
        return len(self.results)

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    @property
    def ok(self) -> bool:
        """Whether every expectation holds."""
        return all(result.holds for result in self.results)

    @property
    def failures(self) -> tuple[Result, ...]:
        """Those that fail."""
        return tuple(result for result in self.results if result.verdict == "fails")

    @property
    def undecided(self) -> tuple[Result, ...]:
        """Those that reachsim cannot decide."""
        return tuple(result for result in self.results if result.verdict == "undecided")

    def __bool__(self) -> bool:
        return self.ok

    def __eq__(self, other: object) -> bool:
        return self.results == other.results if isinstance(other, Check) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.results)

    def __str__(self) -> str:
        held = sum(result.holds for result in self.results)
        return "\n".join([f"{held} of {len(self)} expectations hold", *map(str, self.results)])

    def __repr__(self) -> str:
        held = sum(result.holds for result in self.results)
        return f"<Check: {held} of {len(self)} expectations hold>"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; the shape is documented in docs/cli.md."""
        return {"ok": self.ok, "expectations": [result.to_dict() for result in self.results]}

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat record for each expectation, such as ``pandas.DataFrame(...)`` takes."""
        return [
            record(result.to_dict(), witness=str(result.witness.packet or "") if result.witness else "")
            for result in self.results
        ]


def decide(
    number: int, expectation: Expectation, network: Engine, where: str, progress: Progress | None = None
) -> tuple[Result, frozenset[Filter]]:
    """Decide one expectation for all packets: every address behind the two names and every source port that the client
    may use (NACL-12). Also returns every filter that the answer depends on. Raises EndpointError.

    Where an end is many interfaces, one of a class speaks for all; a `deny` between many holds where rows of the matrix say
    so, and is asked pair by pair, for the packets, where they do not.
    """
    endpoints, book = network.ends, network.book.recording()
    source, destination = endpoints.resolve(expectation.from_), endpoints.resolve(expectation.to)
    names = _name(expectation.from_, source), _name(expectation.to, destination)
    whole = pairs = None
    every = source, destination
    if destination.resolve is None and max(len(source.origins), len(destination.interfaces)) > MANY:
        whole = _Whole(source, destination, network.classes)
        source, destination = few_of_each(source, destination, network.classes)
        if expectation.deny is not None:
            pairs = pairs_to_ask(network, source, destination, expectation.deny, book, links=True)
    if expectation.allow is None:
        answer = reach_between(network, source, destination, pairs, book, progress)
    else:
        answer = reach(source, destination, endpoints, book, progress)
    below = expectation.nat_loss_below
    if below is None:
        below = endpoints.design.nat_loss_below
    allow = expectation.allow is not None
    ports = _client_ports if allow else _every_port

    def fails(part: FlowAnswer) -> HeaderSpace:
        return _failing(part, expectation, ports(part), below) if allow else _leaking(part, expectation)

    failing: list[HeaderSpace] = []
    worst: FlowAnswer | None = None
    unknown = ""
    hidden: dict[tuple[int, str], list[FlowAnswer]] = {}
    for part in answer.parts:
        if part.flow.perhaps and allow:
            hidden.setdefault((id(part.flow.origin), part.flow.perhaps), []).append(part)
        if part.flow.perhaps:
            if not allow and part.unsure & expectation.traffic:
                unknown = unknown or part.undecided
            continue
        if part.undecided and part.found is None:
            unknown = unknown or part.undecided
            continue
        if part.flow.beside and allow:
            continue  # a name means its own addresses; nobody who asks for those needs another way
        bad = fails(part)
        if part.aside & expectation.traffic and (not allow or part.destinations.count <= FEW):
            unknown = unknown or part.why_aside
            bad = HeaderSpace.nothing() if allow else bad
        if part.undecided:
            unsure = part.unsure_of(one_way=expectation.one_way or not allow)
            if unsure & part.asked(expectation.traffic & part.family, ports(part)):
                unknown = unknown or part.undecided
            bad -= unsure
        if part.found is None and allow:
            worst = worst or part
        if bad:
            failing.append(bad if whole is None else whole.space(bad, part))
            worst = worst or part
    for (_, reason), parts in hidden.items():  # what has an address that the design does not tell
        if any(part.unsure & expectation.traffic for part in parts):
            unknown = unknown or reason
        elif worst is None:
            worst = parts[0]
            failing.append(worst.asked(expectation.traffic & worst.family, ports(worst)))
    space = HeaderSpace.union(failing)
    witness = None
    if worst is not None:
        packet = _witness(space, worst)
        if packet is not None or worst.found is None:
            witness = network.replay(
                source, destination, packet or Packet(0, 0, expectation.traffic.first), worst, below
            )
    asked = (p for p in answer.parts if p.found is not None and not p.flow.perhaps and not p.flow.beside)
    nothing_asked = allow and not any(expectation.traffic & part.family for part in asked)
    verdict: ResultVerdict = "holds"
    if worst is not None or (nothing_asked and not unknown):
        verdict = "fails"
    elif unknown:
        verdict = "undecided"
    text = ""
    if space and pairs is not None and asked_besides(network, source, destination, expectation.traffic, pairs):
        text = space.describe(*addresses_between(*every, endpoints, expectation.traffic))
    elif space:
        text = _text(answer, expectation, space, whole, ports)
    loss = _worst_loss(answer, expectation, ports) if allow and not expectation.one_way else NO_LOSS
    reason = _reason(verdict, allow, unknown, witness, text, loss)
    if verdict == "holds" and expectation.one_way:
        reason = "every packet is delivered"
    if nothing_asked and verdict == "fails" and worst is None:
        reason = f"no packet of {expectation.traffic} goes from {names[0]} to {names[1]}, so nothing is allowed"
    warning = str(loss) if verdict == "holds" and loss else ""
    result = Result(number, expectation, *names, verdict, reason, where, space, text, witness, warning)
    return result, frozenset(book.asked or ())


FEW = 2**20
"""More addresses than these are never all of one AWS service."""


def work_of(expectation: Expectation, endpoints: Endpoints) -> int:
    """How much work an expectation is, roughly: the pairs of its two ends. Raises EndpointError."""
    source, destination = endpoints.resolve(expectation.from_), endpoints.resolve(expectation.to)
    return max(1, len(source.origins)) * max(1, len(destination.interfaces) + bool(destination.outside))


MANY = 8
"""From how many interfaces on, one of each class is asked in place of all."""


def few_of_each(source: Endpoint, destination: Endpoint, classes: Classes) -> tuple[Endpoint, Endpoint]:
    """Two endpoints with one interface of each class in place of all; with two where both have interfaces of one class,
    so that pairs inside it are asked too, and where addresses are meant, which may be one's own."""
    senders = {classes.of[origin.interface].index for origin in source.origins if origin.interface is not None}
    apart = senders.isdisjoint(classes.of[interface].index for interface in destination.interfaces)
    apart = apart and destination.literal is None and destination.kind != "block"
    each = 1 if apart else 2
    return _some_of_each(source, classes, each), _some_of_each(destination, classes, each)


def _some_of_each(endpoint: Endpoint, classes: Classes, each: int) -> Endpoint:
    counts: dict[tuple[int, PortSet], int] = {}

    def wanted(interface: NetworkInterface | None) -> bool:
        if interface is None:
            return True
        key = classes.of[interface].index, interface.client_ports
        counts[key] = counts.get(key, 0) + 1
        return counts[key] <= each

    interfaces = tuple(interface for interface in endpoint.interfaces if wanted(interface))
    counts.clear()
    return replace(
        endpoint,
        interfaces=interfaces,
        origins=tuple(origin for origin in endpoint.origins if wanted(origin.interface)),
    )


def _client_ports(part: FlowAnswer) -> PortSet:
    return part.flow.origin.client_ports


def _every_port(part: FlowAnswer) -> PortSet:
    return PortSet.everything()


class _Whole:
    """What the answers of two interfaces of each class say of all interfaces of both ends."""

    def __init__(self, source: Endpoint, destination: Endpoint, classes: Classes) -> None:
        self.classes = classes
        self.sources = self._by_class(origin.interface for origin in source.origins)
        self.destinations = self._by_class(destination.interfaces)

    def _key(self, interface: NetworkInterface) -> tuple[int, PortSet]:
        return self.classes.of[interface].index, interface.client_ports

    def _by_class(
        self, interfaces: Iterable[NetworkInterface | None]
    ) -> dict[tuple[int, PortSet], list[NetworkInterface]]:
        out: dict[tuple[int, PortSet], list[NetworkInterface]] = {}
        for interface in dict.fromkeys(interfaces):
            if interface is not None:
                out.setdefault(self._key(interface), []).append(interface)
        return out

    def space(self, space: HeaderSpace, part: FlowAnswer) -> HeaderSpace:
        """The packets of one part, with those of all interfaces that its two ends stand for."""
        flow, sender, target = part.flow, part.flow.origin.interface, part.flow.target
        senders = (
            {interface: _in_place_of(sender, interface, flow.source) for interface in self.sources[self._key(sender)]}
            if sender
            else {}
        )
        targets = (
            {
                interface: _in_place_of(target, interface, flow.destination)
                for interface in self.destinations[self._key(target)]
            }
            if target and not flow.beside
            else {}
        )
        if senders:
            space = space.replace_sources(_all_of(senders.values()))
        if targets:
            space = space.replace_destinations(_all_of(targets.values()))
        itself = [
            (senders[interface], targets[interface])
            for interface in senders.keys() & targets.keys()
            if not interface.shared
        ]
        if target is None or flow.anybody:  # an address is meant, which may be the sender's own
            own = (
                at
                for interface, at in senders.items()
                if not interface.shared and flow.destination in interface.addresses
            )
            itself += [(at, flow.destination) for at in own]
        everything = Traffic.everything()
        return space - HeaderSpace.union(HeaderSpace.box(everything, _all_of([a]), _all_of([b])) for a, b in itself)


def _in_place_of(interface: NetworkInterface, other: NetworkInterface, address: int) -> int:
    """The address that another interface of the class has where this one has `address`."""
    return other.places[interface.places.index(address)]


def _all_of(addresses: Iterable[int]) -> AddressSet:
    return AddressSet.union_of((address, address) for address in addresses)


def _text(
    answer: Reach,
    expectation: Expectation,
    space: HeaderSpace,
    whole: _Whole | None,
    ports: Callable[[FlowAnswer], PortSet],
) -> str:
    """A failing set in words, without what goes without saying of the two ends."""
    boxes = (
        (part, part.asked(expectation.traffic & part.family, ports(part)))
        for part in answer.parts
        if part.found is not None and not part.flow.perhaps and not (part.flow.beside and expectation.deny is None)
    )
    asked = HeaderSpace.union(box if whole is None else whole.space(box, part) for part, box in boxes)
    if space == asked:
        return f"all of {expectation.traffic}"
    return space.describe(
        asked.sources(),
        asked.destinations(),
        sources_name="the internet" if answer.source == "internet" else "",
        destinations_name="the internet" if answer.destination == "internet" else "",
    )


def _worst_loss(answer: Reach, expectation: Expectation, ports: Callable[[FlowAnswer], PortSet]) -> Choices:
    """What NAT devices lose of the answers to what is asked, where they lose most."""
    found = (
        trip.choices
        for part in answer.parts
        for trip in trips(part.forward & expectation.traffic, part.back, part.lost)
        if part.found is not None and trip.ports & ports(part)
    )
    return max(found, key=lambda choices: choices.loss, default=NO_LOSS)


def _failing(part: FlowAnswer, expectation: Expectation, ports: PortSet, below: Fraction) -> HeaderSpace:
    """Packets of an `allow` that do not get there, or whose answer does not come back; of NAT's choices, too seldom."""
    if part.found is None:
        return HeaderSpace.nothing()
    asked = part.asked(expectation.traffic & part.family, ports)
    return asked - (part.delivered() if expectation.one_way else part.reachable(below))


def _leaking(part: FlowAnswer, expectation: Expectation) -> HeaderSpace:
    """Packets of a `deny` that are delivered, as they are sent or as they arrive."""
    if part.flow.beside and part.arriving & expectation.traffic:
        return part.delivered()
    return part.delivered() & part.asked(expectation.traffic, PortSet.everything())


def _witness(failing: HeaderSpace, part: FlowAnswer) -> Packet | None:
    inside = failing & part.asked(part.family, PortSet.everything()) if part.found is not None else failing
    return (inside or failing).witness()


def _name(asked: EndpointField, endpoint: Endpoint) -> str:
    return endpoint.name if isinstance(asked, Selector) else asked


def _reason(
    verdict: ResultVerdict, allow: bool, unknown: str, witness: Trace | None, failing: str, loss: Choices
) -> str:
    if verdict == "holds":
        if loss:
            return f"every packet passes, and its answer comes back, but {loss}"
        return "every packet passes, and its answer comes back" if allow else "no packet is delivered"
    if verdict == "undecided":
        return unknown
    if allow:
        if witness is not None and witness.blockers:
            return ": ".join(filter(None, (witness.loss and f"in part, {witness.loss}", str(witness.blockers[0]))))
        return f"does not pass: {failing}"
    return f"delivered: {failing}"
