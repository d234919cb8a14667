"""The matrix: every ordered pair of endpoints, held by classes.

Memory follows the classes, not the pairs: a number for each ordered pair of classes that some way joins, and a table of
distinct answers.
Interfaces are covered by rows of ints; functions, named hosts and the internet are asked when somebody looks at them,
class by class.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any, Final, overload

from reachsim.calls import made_by
from reachsim.csvfile import csv_line
from reachsim.dataplane.checkpoint import Relays
from reachsim.dataplane.filters import FilterBook
from reachsim.dataplane.site import NetworkInterface
from reachsim.errors import EndpointError, UndecidedError, UsageError, counted, shown
from reachsim.faces import ToldOf, about, face
from reachsim.flow.ports import choices_of
from reachsim.net.address import IPV4_LAST
from reachsim.net.cidr import AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.traffic import ICMP, TCP, UDP, Traffic, parse_traffic
from reachsim.reach.atoms import Atoms
from reachsim.reach.blocks import NO_ANSWER, BlockWorker, ClassAnswer
from reachsim.reach.cell import Cell, in_columns, loss_in_words, say
from reachsim.reach.classes import Classes, InterfaceClass
from reachsim.reach.evaluation import ALL_TCP, ALL_UDP
from reachsim.reach.flow_answer import Crossing, FlowAnswer
from reachsim.reach.grouped import GroupedMatrix, Grouping, check_grouping
from reachsim.reach.numbered import Numbered
from reachsim.reach.pair import Progress as Progress
from reachsim.reach.pair import Reach, reach
from reachsim.reach.row import NO_ROW, Row
from reachsim.reach.rows import Rows
from reachsim.topology.endpoints import Endpoints
from reachsim.topology.flows import flows

if TYPE_CHECKING:
    import networkx


_FOR_GUESTS: Final = (
    "by", "cell", "describe_class", "group", "pairs", "reach", "title",
    "to_csv", "to_dict", "to_json", "to_networkx", "to_rows",
)  # fmt: skip


@made_by("net.matrix()")
@dataclass(eq=False)
class Matrix(Numbered, ToldOf):
    """All ordered pairs of a network's endpoints. Made by `Network.matrix`.

    ``m["web", "db"]`` is the cell of a pair, ``m["tcp/22"]`` the pairs between which some of that traffic flows, ``for
    source, destination, cell in m`` goes over all pairs of interfaces that anything passes between, lazily.
    """

    endpoints: Endpoints = field(repr=False)
    book: FilterBook = field(repr=False)
    classes: Classes = field(repr=False)
    atoms: Atoms = field(repr=False)
    rows: list[Row] = field(repr=False)
    answers: list[ClassAnswer] = field(repr=False)
    cells: dict[int, tuple[Crossing, ...]] = field(default_factory=dict, repr=False)
    outer: dict[tuple[str, str], Reach] = field(default_factory=dict, repr=False)

    @property
    def pairs(self) -> int:
        """How many ordered pairs of different interfaces there are."""
        count = len(self.endpoints.topology.interfaces)
        return count * (count - 1)

    def __repr__(self) -> str:
        return face("Matrix:", self.title)

    @property
    def title(self) -> str:
        """How many pairs of interfaces there are."""
        classes = counted(len(self.classes.classes), "class", "classes")
        return f"{counted(self.pairs, 'pair')} of interfaces in {classes}"

    def __eq__(self, other: object) -> bool:
        """Whether both have the same interfaces, and each pair of these the same cell."""
        if not isinstance(other, Matrix):
            return NotImplemented
        if self is other:
            return True
        if self._names() != other._names():
            return False
        alike: dict[tuple[int, int], list[str]] = {}
        theirs = {interface.name: c.index for c in other.classes.classes for interface in c.members}
        for c in self.classes.classes:
            for interface in c.members:
                alike.setdefault((c.index, theirs[interface.name]), []).append(interface.name)
        groups = [members[:2] for members in alike.values()]
        return all(
            self.cell(one[0], to[-1]) == other.cell(one[0], to[-1])
            for one in groups
            for to in groups
            if one[0] != to[-1]
        )

    def __hash__(self) -> int:
        return hash(self._names())

    def __dir__(self) -> list[str]:
        """What a person asks a matrix; the rest of it is what it is made of."""
        return list(_FOR_GUESTS)

    def _names(self) -> frozenset[str]:
        return frozenset(self.endpoints.topology.interfaces)

    # -- asking -------------------------------------------------------------------------------------------------

    @overload
    def __getitem__(self, asked: tuple[str, str]) -> Cell: ...
    @overload
    def __getitem__(self, asked: str | Traffic) -> Slice: ...
    def __getitem__(self, asked: tuple[str, str] | str | Traffic) -> Cell | Slice:
        if isinstance(asked, str | Traffic):
            return self._slice(asked)
        return self.cell(*_pair(asked))

    def _slice(self, asked: str | Traffic) -> Slice:
        return about(Slice(self, parse_traffic(asked)), *self._networks())

    def __contains__(self, asked: object) -> bool:
        """Whether anything is reachable between two endpoints (``("web", "db") in m``), or some traffic between any two
        (``"tcp/22" in m``). Raises TypeError for anything else, and Undecided where reachsim cannot tell."""
        if isinstance(asked, str | Traffic):
            part = self._slice(asked)
            return bool(part) or part.no_pair()
        if isinstance(asked, tuple) and len(asked) == 3 and isinstance(asked[2], Cell):  # what iterating gives
            return self.cell(*_pair(asked[:2])) == asked[2]
        return _decided(cell := self.cell(*_pair(asked)), bool(cell))

    def cell(self, source: str, destination: str) -> Cell:
        """What gets from one endpoint to another. Raises EndpointError."""
        one, other = self._nic(source), self._nic(destination)
        if one is not None and other is not None:
            if one is other:
                raise EndpointError(f"{shown(source)} and {shown(destination)} are the same interface", destination)
            return self._cell(one, other)
        return self._outer_cell(source, destination)

    def reach(self, source: str, destination: str) -> HeaderSpace:
        """The exact set of packets from one endpoint to another: what `Network.reach` says, from the matrix."""
        one, other = self._nic(source), self._nic(destination)
        if one is None or other is None:
            return self._outer(source, destination).reachable
        spaces: list[HeaderSpace] = []
        ways = self._ways(self.number(one, other))
        for flow in flows(self.endpoints.of_interface(one), self.endpoints.of_interface(other), self.endpoints):
            for way in ways:
                if flow.loss is None and (flow.destination > IPV4_LAST) == way.ipv6:
                    spaces += [
                        HeaderSpace.box(traffic, _only(flow.source), _only(flow.destination), ports)
                        for traffic, ports, choices in way.trips()
                        if choices.counts(self.below)
                    ]
        return HeaderSpace.union(spaces)

    def number(self, source: NetworkInterface, destination: NetworkInterface) -> int:
        """The number of the answer for a pair of interfaces."""
        return self.rows[self.classes.of[source].index][self.classes.of[destination].index]

    def _nic(self, name: str) -> NetworkInterface | None:
        endpoint = self.endpoints.resolve(name)
        if endpoint.kind == "function" or len(endpoint.interfaces) != 1 or endpoint.literal is not None:
            return None
        return endpoint.interfaces[0]

    @property
    def below(self) -> Fraction:
        """The share of choices of NAT devices of which less may be lost of what is reachable (NAT-PORT)."""
        return self.endpoints.design.nat_loss_below

    def _cell(self, source: NetworkInterface, destination: NetworkInterface) -> Cell:
        return self.cell_of(self.number(source, destination), source.name, destination.name)

    def _outer(self, source: str, destination: str) -> Reach:
        key = source, destination
        if key not in self.outer:
            one, other = self.endpoints.resolve(source), self.endpoints.resolve(destination)
            self.outer[key] = reach(one, other, self.endpoints, self.book)
        return self.outer[key]

    def _outer_cell(self, source: str, destination: str) -> Cell:
        answer = self._outer(source, destination)
        ways = [Crossing(p.ipv6, p.forward, p.back, p.lost) for p in answer.parts if p.forward and p.flow.pick is None]
        return Cell(source, destination, (*ways, *_of_picks(answer.parts)), answer.undecided, self.below)

    # -- going over it ------------------------------------------------------------------------------------------

    def class_pairs(self) -> Iterator[tuple[InterfaceClass, InterfaceClass, int]]:
        """Every ordered pair of classes between which anything is delivered, with the number of its answer."""
        for source in self.classes.classes:
            for index, number in self.rows[source.index].answered():
                yield source, self.classes.classes[index], number

    def __iter__(self) -> Iterator[tuple[str, str, Cell]]:
        for source, destination, number in self.class_pairs():
            cell = self.cell_of(number)
            for one in source.members:
                for other in destination.members:
                    if one is not other:
                        yield one.name, other.name, replace(cell, source=one.name, destination=other.name)

    def describe_class(self, index: int) -> str:
        """What a class is: how many interfaces, where, with which groups. Raises UsageError where there is none."""
        count = len(self.classes.classes)
        if type(index) is not int or not 0 <= index < count:
            raise UsageError(f"there is no class {shown(index)}; they count from 0 to {count - 1}")
        return str(self.classes.classes[index])

    def group(self, by: Grouping) -> dict[tuple[str, str], Traffic]:
        """The union of reachable traffic between groups of interfaces: classes, subnets or VPCs."""
        found = {key: cell.reachable for key, cell in self.grouped(by).items()}
        return {key: traffic for key, traffic in found.items() if traffic}

    def grouped(self, by: Grouping) -> dict[tuple[str, str], Cell]:
        """The cells between groups of interfaces, put together: of a group some pair has each way. Raises UsageError."""
        check_grouping(by)
        names = [group_name(c, by) for c in self.classes.classes]
        numbers: dict[tuple[str, str], set[int]] = {}
        for source, destination, number in self.class_pairs():
            numbers.setdefault((names[source.index], names[destination.index]), set()).add(number)
        return {
            (a, b): Cell(a, b, tuple(way for n in sorted(found) for way in self._ways(n)), "", self.below)
            for (a, b), found in numbers.items()
        }

    # -- export -------------------------------------------------------------------------------------------------

    def to_networkx(self) -> networkx.DiGraph[str]:
        """A directed graph of interfaces: an edge where anything is reachable, with `traffic` as text; or reachable for too
        few choices of NAT devices, with this as `partial`; `nat_loss` says what these lose."""
        import networkx as nx

        graph: networkx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(self.endpoints.topology.interfaces)
        for source, destination, (traffic, partial, nat_loss) in self._in_words():
            graph.add_edge(source, destination, traffic=traffic, partial=partial, nat_loss=nat_loss)
        return graph

    def by(self, by: Grouping, traffic: str | Traffic | None = None) -> GroupedMatrix:
        """The interfaces put together by class, subnet or VPC, and what passes between the groups. `traffic`: of this alone.
        Raises UsageError.

        >>> print(reachsim.load("models/three-tier.yaml").matrix().by("subnet", "tcp/22").to_rows()[0]["to"])
        shop.app-a
        """
        wanted = None if traffic is None else self._slice(traffic).traffic
        return about(GroupedMatrix(self, by, wanted), *self._networks())

    def to_dict(self, by: Grouping = "class", traffic: str | Traffic | None = None) -> dict[str, Any]:
        """Plain data for JSON, as `by` puts interfaces together: what ``reachsim matrix --format json`` prints of it."""
        return self.by(by, traffic).to_dict()

    def to_rows(self, by: Grouping = "class", traffic: str | Traffic | None = None) -> list[dict[str, Any]]:
        """One flat record for each pair of groups, such as ``pandas.DataFrame(...)`` takes."""
        return self.by(by, traffic).to_rows()

    def to_json(self, by: Grouping = "class") -> str:
        """`to_dict` as text."""
        return json.dumps(self.to_dict(by), indent=2)

    def csv_lines(self, traffic: Traffic | None = None, *, ports: bool = False) -> Iterator[str]:
        """One line of CSV for each ordered pair of interfaces that some of the traffic is reachable between: source,
        destination, traffic, what passes for too few choices of NAT devices, and what these lose. `ports`: with the client
        ports, where not every one will do."""
        yield csv_line(("source", "destination", "traffic", "partial", "nat_loss"))
        asked = traffic or Traffic.everything()
        known: dict[int, str] = {}
        names = {each.name: csv_line([each.name]) for each in self.endpoints.topology.interfaces.values()}
        for source, destination, answer in self.class_pairs():
            if answer not in known:
                cell = self.cell_of(answer)
                losses = {choices: inside for choices, t in cell.losses.items() if (inside := t & asked)}
                reachable, partial = cell.reachable & asked, cell.partial & asked
                silent = traffic is None and cell.answerless
                if silent:
                    reachable, partial = Traffic.nothing(), reachable
                columns = in_columns(reachable, partial, losses)
                columns = (str(cell) if ports and not silent else columns[0], *columns[1:])
                known[answer] = csv_line(columns) if reachable or partial else ""
            cells = known[answer]
            if cells:
                for one in source.members:
                    for other in destination.members:
                        if one is not other:
                            yield f"{names[one.name]},{names[other.name]},{cells}"

    def to_csv(self) -> str:
        """`csv_lines` as text, with client ports."""
        return "".join(f"{line}\n" for line in self.csv_lines(ports=True))

    def _in_words(self) -> Iterator[tuple[str, str, tuple[str, str, str]]]:
        """Every ordered pair of interfaces that anything is reachable between: what is, what is in part, what NAT devices
        lose. Put in words once for each answer."""
        known: dict[int, tuple[str, str, str] | None] = {}
        for source, destination, number in self.class_pairs():
            if number not in known:
                cell = self.cell_of(number)
                partial = cell.partial
                words = (str(cell), str(partial or ""), loss_in_words(cell.losses))
                if cell.answerless:
                    words = ("", str(cell), "")
                known[number] = words if cell or partial else None
            words_or_none = known[number]
            if words_or_none is not None:
                for one in source.members:
                    for other in destination.members:
                        if one is not other:
                            yield one.name, other.name, words_or_none


@made_by("net.matrix()['tcp/443']")
@dataclass(frozen=True, repr=False)
class Slice(ToldOf):
    """The pairs between which some of one kind of traffic is reachable. Iterates over (source, destination) names."""

    matrix: Matrix
    traffic: Traffic

    def class_pairs(self) -> Iterator[tuple[InterfaceClass, InterfaceClass, Traffic]]:
        """By class, with the part of the traffic that is reachable."""
        known: dict[int, Traffic] = {}
        for source, destination, number in self.matrix.class_pairs():
            part = known.get(number)
            if part is None:
                part = known[number] = self.matrix.cell_of(number).reachable & self.traffic
            if part:
                yield source, destination, part

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for source, destination, _part in self.class_pairs():
            for one in source.members:
                for other in destination.members:
                    if one is not other:
                        yield one.name, other.name

    def __len__(self) -> int:
        return sum(
            len(a.members) * len(b.members) - (len(a.members) if a is b else 0) for a, b, _ in self.class_pairs()
        )

    def __contains__(self, pair: object) -> bool:
        """Whether some of the traffic is reachable between two endpoints. Raises TypeError for anything but a pair of
        names, EndpointError, and Undecided where reachsim cannot tell."""
        return _decided(cell := self.matrix.cell(*_pair(pair)), bool(cell.reachable & self.traffic))

    def no_pair(self) -> bool:
        """False, where no pair has any of the traffic. Raises UndecidedError where reachsim cannot tell of a pair."""
        for source, destination, number in self.matrix.class_pairs():
            other = next((interface for interface in destination.members if interface is not source.first), None)
            if other is not None:
                _decided(self.matrix.cell_of(number, source.first.name, other.name), False)
        return False

    def __bool__(self) -> bool:
        return next(self.class_pairs(), None) is not None

    @property
    def title(self) -> str:
        """Between how many pairs some of it is reachable."""
        return f"{self.traffic}: {counted(len(self), 'pair')} of interfaces"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"traffic": str(self.traffic), "pairs": [{"from": a, "to": b} for a, b in self]}

    def to_rows(self) -> list[dict[str, Any]]:
        """One flat record for each pair of interfaces, such as ``pandas.DataFrame(...)`` takes."""
        return [
            {"from": one.name, "to": other.name, "traffic": say(part)}
            for source, destination, part in self.class_pairs()
            for one in source.members
            for other in destination.members
            if one is not other
        ]


def _of_picks(parts: Iterable[FlowAnswer]) -> Iterator[Crossing]:
    """Of flows of which AWS takes one, what all of them let through; of what NAT devices lose on them, the worst."""
    picks: dict[Hashable, dict[Relays, list[FlowAnswer]]] = {}
    for part in parts:
        if part.flow.pick is not None:
            picks.setdefault(part.flow.pick, {}).setdefault(part.flow.relays, []).append(part)
    for ways in picks.values():
        there = reduce(and_, (reduce(or_, (part.forward for part in way)) for way in ways.values()))
        back = reduce(and_, (reduce(or_, (part.back for part in way)) for way in ways.values()))
        every = [part for way in ways.values() for part in way if part.forward]
        for protocol, whole in ((TCP, ALL_TCP), (UDP, ALL_UDP), (ICMP, ~(ALL_TCP | ALL_UDP))):
            if there & whole:
                lost = max((part.lost for part in every), key=lambda lost: choices_of(lost, protocol).loss)
                yield Crossing(every[0].ipv6, there & whole, back, lost)


def _pair(asked: object) -> tuple[str, str]:
    """Two names. Raises TypeError."""
    if isinstance(asked, tuple) and len(asked) == 2 and all(isinstance(name, str) for name in asked):
        return asked
    what = f"a tuple of {len(asked)}" if isinstance(asked, tuple) and len(asked) != 2 else shown(asked)
    raise TypeError(f"a pair of names is expected, such as ('web', 'db'), not {what}")


def _decided(cell: Cell, answer: bool) -> bool:
    """The answer, unless it is no only as far as reachsim can tell. Raises Undecided."""
    if cell.undecided and not answer:
        raise UndecidedError(f"{shown(cell.source)} to {shown(cell.destination)}: {cell.undecided}")
    return answer


def _only(address: int) -> Any:
    return AddressSet(((address, address),))


def group_name(interface_class: InterfaceClass, by: Grouping) -> str:
    """What a class, or what it is put together with, is called."""
    interface = interface_class.first
    if by == "vpc":
        return interface.vpc.name
    return interface.subnet.full_name if by == "subnet" else f"class {interface_class.index}"


def build_matrix(worker: BlockWorker, blocks: Iterable[Rows]) -> Matrix:
    """The matrix of a network, from its blocks in any order, in which a number means the same throughout."""
    rows = [NO_ROW] * len(worker.classes.classes)
    answers: list[ClassAnswer] = [NO_ANSWER]  # where there is no block, nobody is there to send
    for block in blocks:
        answers = block.answers
        for index, row in block.rows.items():
            rows[index] = row
    return Matrix(worker.endpoints, worker.book, worker.classes, worker.atoms, rows, answers)
