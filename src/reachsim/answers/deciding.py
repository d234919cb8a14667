"""Expectations decided for all packets."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from fractions import Fraction

from reachsim.answers.between import asked_between, set_of, to_themselves, told_between
from reachsim.answers.expectations import Result, ResultVerdict
from reachsim.answers.rowwise import Failures, Tell, by_rows, delivers, reach_between
from reachsim.dataplane.ends import Endpoint
from reachsim.dataplane.filters import Filter
from reachsim.dataplane.site import NetworkInterface
from reachsim.engine import Engine
from reachsim.flow.ports import NO_LOSS, Choices
from reachsim.net.box import ALL_PORTS
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.intervals import PortSet
from reachsim.net.packet import Packet
from reachsim.net.traffic import Traffic
from reachsim.reach.classes import Classes
from reachsim.reach.flow_answer import FlowAnswer, trips
from reachsim.reach.pair import Progress, Reach, reach
from reachsim.resources.expectation import EndpointField, Expectation, Selector
from reachsim.topology.endpoints import Endpoints
from reachsim.trace.result import Trace


def decide(
    number: int,
    expectation: Expectation,
    network: Engine,
    where: str,
    progress: Progress | None = None,
    *,
    ends: tuple[Endpoint, Endpoint] | None = None,
) -> tuple[Result, frozenset[Filter]]:
    """Decide one expectation for all packets: every address behind the two names and every source port that the client
    may use (NACL-12). Also returns every filter that the answer depends on. Raises EndpointError.

    Where an end is many interfaces, one of a class speaks for all; what fails between many is read off rows of the matrix,
    and only one pair that does is asked, for a packet, and those of which rows say that something is undecided.

    `ends`: some of what its two ends mean, in place of all.
    """
    endpoints, book = network.ends, network.book.recording()
    source, destination = ends or (endpoints.resolve(expectation.from_), endpoints.resolve(expectation.to))
    names = _name(expectation.from_, source), _name(expectation.to, destination)
    whole = rows = None
    every = source, destination
    links = expectation.allow is None
    tell = _tell(expectation, source, endpoints)
    if destination.resolve is None and max(len(source.origins), len(destination.interfaces)) > MANY:
        whole = _Whole(source, destination, network.classes)
        source, destination = few_of_each(source, destination, network.classes)
        if tell is not None:
            rows = by_rows(network, source, destination, tell, book, progress, links=links)
    if rows is not None:  # what fails is known, but for a part of it that shows how
        pairs, heard = rows.ask_with_first(), progress if rows.ask else None
        answer = reach_between(network, source, destination, pairs, book, heard, links=links)
    else:
        answer = reach(source, destination, endpoints, book, progress, links=links)
    judged = _Judged(expectation, endpoints, whole)
    judged.take(answer)
    asked = HeaderSpace.nothing()
    if rows is not None and ((told := told_between(rows, *every, expectation.traffic)) or judged.allow):
        itself = to_themselves(*every, endpoints)
        judged.failing.append(told - itself)
        ports = tell.ports if isinstance(tell, Failures) else ALL_PORTS
        asked = asked_between(rows, *every, (expectation.traffic, ports), itself)
    space = HeaderSpace.union(judged.failing)
    witness = judged.witness(network, source, destination, space)
    nothing_asked = judged.allow and not (asked or _is_asked(answer, expectation))
    verdict = judged.verdict(nothing_asked)
    text = ""
    if space:
        text = _text(answer, expectation, space, asked | _asked(answer, expectation, whole, judged.ports))
    loss = NO_LOSS
    if judged.allow and not expectation.one_way:
        by_row = tell.loss if isinstance(tell, Failures) else NO_LOSS
        loss = max(by_row, _worst_loss(answer, expectation, judged.ports), key=lambda each: each.loss)
    reason = _reason(verdict, judged.allow, judged.unknown, witness, text, loss)
    if verdict == "holds" and expectation.one_way:
        reason = "every packet is delivered"
    if nothing_asked and verdict == "fails" and judged.worst is None:
        reason = f"no packet of {expectation.traffic} goes from {names[0]} to {names[1]}, so nothing is allowed"
    warning = str(loss) if verdict == "holds" and loss else ""
    result = Result(number, expectation, *names, verdict, reason, where, space, text, witness, warning)
    return result, frozenset(book.asked or ())


def _tell(expectation: Expectation, source: Endpoint, endpoints: Endpoints) -> Failures | Tell | None:
    """What rows are to tell of an expectation; None where its senders use other client ports each."""
    if expectation.deny is not None:
        return delivers(expectation.deny)
    ports = {origin.client_ports for origin in source.origins}
    if len(ports) != 1:
        return None
    below = _below(expectation, endpoints)
    return Failures(expectation.traffic, ports.pop(), below, one_way=expectation.one_way)


def _below(expectation: Expectation, endpoints: Endpoints) -> Fraction:
    """The share of NAT's choices of which less may be lost: as the expectation says, or else the design."""
    stated = expectation.nat_loss_below
    return endpoints.design.nat_loss_below if stated is None else stated


def _is_asked(answer: Reach, expectation: Expectation) -> bool:
    """Whether there is any packet that an `allow` is about."""
    return any(
        expectation.traffic & part.family
        for part in answer.parts
        if part.found is not None and not part.flow.perhaps and not part.flow.beside
    )


class _Judged:
    """What the parts of an answer say of an expectation, gathered one by one.

    `failing`: the packets of which it fails, and `worst`: a part that has some; `unknown`: why some cannot be decided.
    `hidden`: the parts about what may or may not be there, by what that is and why, and by what they go to: by any address
    that a name may mean. `known`: whether there is a part about what is there.
    """

    def __init__(self, expectation: Expectation, endpoints: Endpoints, whole: _Whole | None) -> None:
        self.expectation = expectation
        self.whole = whole
        self.allow = expectation.allow is not None
        self.ports = _client_ports if self.allow else _every_port
        self.below = _below(expectation, endpoints)
        self.failing: list[HeaderSpace] = []
        self.worst: FlowAnswer | None = None
        self.unknown = ""
        self.hidden: dict[tuple[Hashable, Hashable, Hashable, str], list[FlowAnswer]] = {}
        self.known = False

    def take(self, answer: Reach) -> None:
        """Judge every part."""
        for part in answer.parts:
            if part.flow.perhaps:
                self._perhaps(part)
            elif part.undecided and part.found is None:
                self._doubt(part.undecided)
            elif not (part.flow.beside and self.allow):
                self.known |= part.found is not None
                # A name means its own addresses: nobody who asks for those needs another way.
                self._judge(part)
        self._settle_hidden()

    def _doubt(self, reason: str) -> None:
        """Some cannot be decided; of several reasons the first is told."""
        self.unknown = self.unknown or reason

    def _perhaps(self, part: FlowAnswer) -> None:
        """A flow that exists or not; nobody who asks for an end's own addresses needs a further one."""
        if self.allow and part.flow.beside:
            return
        if self.allow:
            flow, sender = part.flow, (part.flow.origin.label, part.flow.origin.path, part.flow.origin.interface)
            self.hidden.setdefault((sender, flow.target, flow.among, flow.perhaps), []).append(part)
        elif self._may_pass(part):
            self._doubt(part.undecided)

    def _may_pass(self, part: FlowAnswer) -> bool:
        """Whether any of a flow that exists or not may pass."""
        return bool(part.unsure & self.expectation.traffic or (part.undecided and part.found is None))

    def _judge(self, part: FlowAnswer) -> None:
        """A flow that there is."""
        asked, ports = self.expectation.traffic, self.ports(part)
        bad = _failing(part, self.expectation, ports, self.below) if self.allow else _leaking(part, self.expectation)
        if part.aside & asked and (not self.allow or part.destinations.count <= FEW):
            self._doubt(part.why_aside)
            bad = HeaderSpace.nothing() if self.allow else bad
        if part.undecided:
            unsure = part.unsure_of(one_way=self.expectation.one_way or not self.allow)
            if unsure & part.asked(asked & part.family, ports):
                self._doubt(part.undecided)
            bad -= unsure
        if bad:
            self.failing.append(bad if self.whole is None else self.whole.space(bad, part))
        if bad or (part.found is None and self.allow):
            self.worst = self.worst or part

    def _settle_hidden(self) -> None:
        """What has an address that the design does not tell: undecided where one of them could be reached, else it fails, if
        one is there for certain, or nothing else is asked for."""
        known = self.known or any(among is not None for _, _, among, _ in self.hidden)
        for (_, _, among, reason), parts in self.hidden.items():
            if any(self._may_pass(part) for part in parts) or (among is None and known):
                self._doubt(reason)
            elif self.worst is None:
                self.worst = parts[0]
                asked = self.expectation.traffic & self.worst.family
                self.failing.append(self.worst.asked(asked, self.ports(self.worst)))

    def witness(self, network: Engine, source: Endpoint, destination: Endpoint, space: HeaderSpace) -> Trace | None:
        """A packet of which it fails, traced; None where none does, or none can be sent."""
        if self.worst is None:
            return None
        packet = _witness(space, self.worst)
        if packet is None and self.worst.found is not None:
            return None
        first = packet or Packet(0, 0, self.expectation.traffic.first)
        return network.replay(source, destination, first, self.worst, self.below)

    def verdict(self, nothing_asked: bool) -> ResultVerdict:
        """What is to be said of it."""
        if self.worst is not None or (nothing_asked and not self.unknown):
            return "fails"
        return "undecided" if self.unknown else "holds"


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
            space = space.replace_sources(set_of(senders.values()))
        if targets:
            space = space.replace_destinations(set_of(targets.values()))
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
        return space - HeaderSpace.union(HeaderSpace.box(everything, set_of([a]), set_of([b])) for a, b in itself)


def _in_place_of(interface: NetworkInterface, other: NetworkInterface, address: int) -> int:
    """The address that another interface of the class has where this one has `address`."""
    return other.places[interface.places.index(address)]


def _asked(
    answer: Reach, expectation: Expectation, whole: _Whole | None, ports: Callable[[FlowAnswer], PortSet]
) -> HeaderSpace:
    """All packets that an expectation is about."""
    boxes = (
        (part, part.asked(expectation.traffic & part.family, ports(part)))
        for part in answer.parts
        if part.found is not None and not part.flow.perhaps and not (part.flow.beside and expectation.deny is None)
    )
    return HeaderSpace.union(box if whole is None else whole.space(box, part) for part, box in boxes)


def _text(answer: Reach, expectation: Expectation, space: HeaderSpace, asked: HeaderSpace) -> str:
    """A failing set in words, without what goes without saying of the two ends."""
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
