"""The matrix: every ordered pair of endpoints, held by classes.

Memory follows the classes, not the pairs: one number for each ordered pair of classes, and a table of distinct answers.
Interfaces are covered by rows of ints; functions, named hosts and the internet are asked when somebody looks at them,
class by class.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, as_completed
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, get_args

from reachsim.errors import EndpointError, ReachsimError, Undecided, UsageError, shown
from reachsim.fabric.checkpoint import Relays
from reachsim.fabric.filters import FilterBook
from reachsim.fabric.site import Nic
from reachsim.markup import card, csv_line
from reachsim.net.address import IPV4_LAST
from reachsim.net.cidr import EVERY_IPV4, EVERY_IPV6, AddressSet
from reachsim.net.headerspace import HeaderSpace
from reachsim.net.traffic import Traffic
from reachsim.reach.atoms import Atoms
from reachsim.reach.blocks import NOTHING, UNKNOWN, Answer, BlockWorker, Templates
from reachsim.reach.classes import Classes, InterfaceClass, all_filters, classify
from reachsim.reach.pair import Progress as Progress
from reachsim.reach.pair import Reach, reach
from reachsim.reach.part import Part, rectangles
from reachsim.topology.build import Topology
from reachsim.topology.endpoints import Endpoints

if TYPE_CHECKING:
    import networkx

T = TypeVar("T")
Grouping = Literal["class", "subnet", "vpc"]
_WIDE = 12
"""Groups of which a notebook shows a table."""


class LostWorker(ReachsimError):
    """A worker of the executor died, or its work could not be sent to it."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Cell:
    """What gets from one endpoint to another.

    `delivered`: traffic that arrives. `back`: services of answers that come back to the client (for TCP and UDP the client's
    ports). `undecided`: why reachsim cannot say. One cell serves all pairs of two classes, so it has no addresses; `Reach`
    has them.
    """

    source: str
    destination: str
    ways: tuple[tuple[bool, Traffic, Traffic], ...]
    undecided: str = ""

    @property
    def delivered(self) -> Traffic:
        """Traffic that arrives, in any address family."""
        return Traffic.union_of(span for _, there, _ in self.ways for span in there.spans)

    @property
    def reachable(self) -> Traffic:
        """Traffic whose answer comes back too, at least to some port of the client."""
        return Traffic.union_of(
            span for _, there, back in self.ways for traffic, _ in rectangles(there, back) for span in traffic.spans
        )

    def space(self) -> HeaderSpace:
        """The round trip with ports, of any addresses of the right family."""
        spaces: list[HeaderSpace] = []
        for ipv6, there, back in self.ways:
            line = (EVERY_IPV6 if ipv6 else EVERY_IPV4).addresses
            spaces += [HeaderSpace.box(t, line, line, ports) for t, ports in rectangles(there, back)]
        return HeaderSpace.union(spaces)

    def __bool__(self) -> bool:
        return any(rectangles(there, back) for _, there, back in self.ways)

    def __str__(self) -> str:
        if self.undecided:
            return f"undecided: {self.undecided}"
        line = AddressSet.everything()
        families = {ipv6 for ipv6, _, _ in self.ways}
        if len(families) == 1:  # what goes without saying for two addresses of one family
            line = (EVERY_IPV6 if families.pop() else EVERY_IPV4).addresses
        return self.space().describe(known_sources=line, known_destinations=line)


@dataclass(eq=False)
class Matrix:
    """All ordered pairs of a network's endpoints. Made by `Network.matrix`.

    ``m["web", "db"]`` is the cell of a pair, ``m["tcp/22"]`` the pairs between which some of that traffic flows, ``for
    source, destination, cell in m`` goes over all pairs of interfaces that anything passes between, lazily.
    """

    endpoints: Endpoints = field(repr=False)
    book: FilterBook = field(repr=False)
    classes: Classes = field(repr=False)
    atoms: Atoms = field(repr=False)
    rows: list[array[int]] = field(repr=False)
    answers: list[Answer] = field(repr=False)
    cells: dict[int, tuple[tuple[bool, Traffic, Traffic], ...]] = field(default_factory=dict, repr=False)
    outer: dict[tuple[str, str], Reach] = field(default_factory=dict, repr=False)

    @property
    def pairs(self) -> int:
        """How many ordered pairs of different interfaces there are."""
        count = len(self.endpoints.topology.nics)
        return count * (count - 1)

    def __repr__(self) -> str:
        return f"<Matrix: {self.pairs} pairs of interfaces in {len(self.classes.classes)} classes>"

    def _repr_html_(self) -> str:
        subnets = len({c.first.subnet for c in self.classes.classes})
        by: Grouping = "subnet" if subnets <= _WIDE else "vpc"
        groups = self.group(by)
        names = list(dict.fromkeys(_group_name(c, by) for c in self.classes.classes))[:_WIDE]
        rows = [(a, *(_brief(groups[a, b]) if (a, b) in groups else "" for b in names)) for a in names]
        title = f"{self.pairs:,} ordered pairs of interfaces in {len(self.classes.classes):,} classes, by {by}"
        return card("plain", "matrix", title, rows, header=("from \\ to", *names))

    # -- asking -------------------------------------------------------------------------------------------------

    def __getitem__(self, asked: tuple[str, str] | str | Traffic) -> Cell | Slice:
        if isinstance(asked, Traffic):
            return Slice(self, asked)
        if not isinstance(asked, str):
            return self.cell(*_pair(asked))
        try:
            return Slice(self, Traffic.parse(asked))
        except ValueError as error:
            raise UsageError(str(error)) from error

    def __contains__(self, asked: object) -> bool:
        """Whether anything is reachable between two endpoints (``("web", "db") in m``), or some traffic between any two
        (``"tcp/22" in m``). Raises TypeError for anything else, and Undecided where reachsim cannot tell."""
        if isinstance(asked, str | Traffic):
            return bool(self[asked])
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
        for flow in self.endpoints.flows(self.endpoints.of_nic(one), self.endpoints.of_nic(other)):
            for ipv6, there, back in ways:
                if flow.loss is None and (flow.destination > IPV4_LAST) == ipv6:
                    spaces += [
                        HeaderSpace.box(traffic, _only(flow.source), _only(flow.destination), ports)
                        for traffic, ports in rectangles(there, back)
                    ]
        return HeaderSpace.union(spaces)

    def number(self, source: Nic, destination: Nic) -> int:
        """The number of the answer for a pair of interfaces."""
        return self.rows[self.classes.of[source].index][self.classes.of[destination].index]

    def _nic(self, name: str) -> Nic | None:
        endpoint = self.endpoints.resolve(name)
        if endpoint.kind == "function" or len(endpoint.nics) != 1 or endpoint.literal is not None:
            return None
        return endpoint.nics[0]

    def _ways(self, number: int) -> tuple[tuple[bool, Traffic, Traffic], ...]:
        found = self.cells.get(number)
        if found is None:
            traffic = self.atoms.traffic
            found = self.cells[number] = tuple(
                (ipv6, traffic(there), traffic(back if back != UNKNOWN else 0))
                for ipv6, there, back in self.answers[number]
                if there != UNKNOWN
            )
        return found

    def undecided(self, number: int) -> str:
        """Why reachsim cannot decide some of an answer; empty where it can."""
        return "the way leads to something that is not modelled" if self.unknown(number) else ""

    def unknown(self, number: int) -> frozenset[bool]:
        """The address families, IPv6 or not, in which reachsim cannot decide an answer."""
        return frozenset(ipv6 for ipv6, there, back in self.answers[number] if UNKNOWN in (there, back))

    def _cell(self, source: Nic, destination: Nic) -> Cell:
        number = self.number(source, destination)
        return Cell(source.name, destination.name, self._ways(number), self.undecided(number))

    def _outer(self, source: str, destination: str) -> Reach:
        key = source, destination
        if key not in self.outer:
            one, other = self.endpoints.resolve(source), self.endpoints.resolve(destination)
            self.outer[key] = reach(one, other, self.endpoints, self.book)
        return self.outer[key]

    def _outer_cell(self, source: str, destination: str) -> Cell:
        answer = self._outer(source, destination)
        ways = [(p.ipv6, p.forward, p.back) for p in answer.parts if p.forward and p.flow.pick is None]
        return Cell(source, destination, (*ways, *_of_picks(answer.parts)), answer.undecided)

    # -- going over it ------------------------------------------------------------------------------------------

    def class_pairs(self) -> Iterator[tuple[InterfaceClass, InterfaceClass, int]]:
        """Every ordered pair of classes between which anything is delivered, with the number of its answer."""
        for source in self.classes.classes:
            row = self.rows[source.index]
            for index, number in enumerate(row):
                if number:
                    yield source, self.classes.classes[index], number

    def __iter__(self) -> Iterator[tuple[str, str, Cell]]:
        for source, destination, number in self.class_pairs():
            ways, undecided = self._ways(number), self.undecided(number)
            for one in source.members:
                for other in destination.members:
                    if one is not other:
                        yield one.name, other.name, Cell(one.name, other.name, ways, undecided)

    def describe_class(self, index: int) -> str:
        """What a class is: how many interfaces, where, with which groups."""
        return str(self.classes.classes[index])

    def group(self, by: Grouping) -> dict[tuple[str, str], Traffic]:
        """The union of reachable traffic between groups of interfaces: classes, subnets or VPCs. Raises UsageError."""
        _check_grouping(by)
        names = [_group_name(c, by) for c in self.classes.classes]
        numbers: dict[tuple[str, str], set[int]] = {}
        for source, destination, number in self.class_pairs():
            numbers.setdefault((names[source.index], names[destination.index]), set()).add(number)
        out: dict[tuple[str, str], Traffic] = {}
        for key, found in numbers.items():
            spans = [span for n in found for span in Cell("", "", self._ways(n)).reachable.spans]
            if spans:
                out[key] = Traffic.union_of(spans)
        return out

    # -- export -------------------------------------------------------------------------------------------------

    def to_networkx(self) -> networkx.DiGraph[str]:
        """A directed graph of interfaces: an edge where anything is reachable, with `traffic` as text."""
        import networkx as nx

        graph: networkx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(self.endpoints.topology.nics)
        for source, destination, cell in self:
            if cell:
                graph.add_edge(source, destination, traffic=str(cell))
        return graph

    def to_dict(self, by: Grouping = "class") -> dict[str, Any]:
        """Plain data for JSON: the classes with their members, and what is reachable between them. Raises UsageError."""
        _check_grouping(by)
        classes = [
            {
                "class": c.index,
                "description": str(c),
                "subnet": c.first.subnet.full_name,
                "vpc": c.first.vpc.name,
                "interfaces": [nic.name for nic in c.members],
            }
            for c in self.classes.classes
        ]
        if by != "class":
            groups = self.group(by)
            return {"by": by, "reachable": [{"from": a, "to": b, "traffic": str(t)} for (a, b), t in groups.items()]}
        texts: dict[int, str] = {}
        reachable = []
        for source, destination, number in self.class_pairs():
            text = texts.get(number)
            if text is None:
                text = texts[number] = str(Cell("", "", self._ways(number)))
            if text != "nothing":
                reachable.append({"from": source.index, "to": destination.index, "traffic": text})
        return {"by": by, "pairs": self.pairs, "classes": classes, "reachable": reachable}

    def to_json(self, by: Grouping = "class") -> str:
        """`to_dict` as text."""
        return json.dumps(self.to_dict(by), indent=2)

    def to_csv(self) -> str:
        """One line for each ordered pair of interfaces that anything is reachable between: source, destination, traffic."""
        lines = [csv_line(("source", "destination", "traffic"))]
        lines += [csv_line((source, destination, cell)) for source, destination, cell in self if cell]
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True)
class Slice:
    """The pairs between which some of one kind of traffic is reachable. Iterates over (source, destination) names."""

    matrix: Matrix = field(repr=False)
    traffic: Traffic

    def class_pairs(self) -> Iterator[tuple[InterfaceClass, InterfaceClass, Traffic]]:
        """By class, with the part of the traffic that is reachable."""
        known: dict[int, Traffic] = {}
        for source, destination, number in self.matrix.class_pairs():
            part = known.get(number)
            if part is None:
                cell = Cell("", "", self.matrix._ways(number))
                part = known[number] = cell.reachable & self.traffic
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

    def __bool__(self) -> bool:
        return next(self.class_pairs(), None) is not None


def _of_picks(parts: Iterable[Part]) -> Iterator[tuple[bool, Traffic, Traffic]]:
    """Of flows of which AWS takes one, what all of them let through."""
    picks: dict[Hashable, dict[Relays, list[Part]]] = {}
    for part in parts:
        if part.flow.pick is not None:
            picks.setdefault(part.flow.pick, {}).setdefault(part.flow.relays, []).append(part)
    for ways in picks.values():
        there = reduce(and_, (reduce(or_, (part.forward for part in way)) for way in ways.values()))
        back = reduce(and_, (reduce(or_, (part.back for part in way)) for way in ways.values()))
        if there:
            yield next(iter(ways.values()))[0].ipv6, there, back


def _check_grouping(by: object) -> None:
    if by not in get_args(Grouping):
        raise UsageError(f"interfaces cannot be put together by {shown(by)}; write 'class', 'subnet' or 'vpc'")


def _pair(asked: object) -> tuple[str, str]:
    """Two names. Raises TypeError."""
    if isinstance(asked, tuple) and len(asked) == 2 and all(isinstance(name, str) for name in asked):
        return asked
    raise TypeError(f"a pair of names is expected, such as ('web', 'db'), not {shown(asked)}")


def _decided(cell: Cell, answer: bool) -> bool:
    """The answer, unless it is no only as far as reachsim can tell. Raises Undecided."""
    if cell.undecided and not answer:
        raise Undecided(f"{shown(cell.source)} to {shown(cell.destination)}: {cell.undecided}")
    return answer


def _only(address: int) -> Any:
    return AddressSet(((address, address),))


def _brief(traffic: Traffic) -> str:
    """Traffic in a small cell."""
    line = (
        EVERY_IPV6 if traffic.isdisjoint(Traffic.parse("icmp")) and "icmpv6" in str(traffic) else EVERY_IPV4
    ).addresses
    parts = HeaderSpace.box(traffic, line, line).describe(line, line).split(", ")
    return ", ".join(parts if len(parts) <= 5 else [*parts[:4], f"and {len(parts) - 4} more"])


def _group_name(interface_class: InterfaceClass, by: Grouping) -> str:
    nic = interface_class.first
    if by == "vpc":
        return nic.vpc.name
    return nic.subnet.full_name if by == "subnet" else f"class {interface_class.index}"


Block: TypeAlias = "tuple[list[int], dict[int, array[int]], list[Answer]]"
"""A part of a matrix: its routing classes, its rows, and the answers that their numbers mean."""


def build_matrix(
    topology: Topology,
    endpoints: Endpoints,
    book: FilterBook,
    templates: Templates,
    *,
    compute: Callable[[BlockWorker, int], Iterable[Block]] | None = None,
    progress: Progress | None = None,
) -> Matrix:
    """Compute the matrix of a network.

    `compute(worker, total)`: yields the blocks of all `total` routing classes in any order, from wherever they are computed
    (`on_executor`); left out, here. Raises LostWorker.
    """
    worker = block_worker(topology, endpoints, book, templates)
    classes = worker.classes
    total = len(classes.routing)
    rows: list[array[int]] = [array("I")] * len(classes.classes)
    numbers: dict[Answer, int] = {NOTHING: 0}
    done = 0
    for indexes, part, table in (compute or _here)(worker, total):
        renumber = [numbers.setdefault(answer, len(numbers)) for answer in table]
        as_is = renumber == list(range(len(renumber)))
        for index, row in part.items():
            rows[index] = row if as_is else array("I", [renumber[number] for number in row])
        done += len(indexes)
        if progress is not None:
            progress(done, total)
    return Matrix(endpoints, book, classes, worker.atoms, rows, list(numbers))


def _here(worker: BlockWorker, total: int) -> Iterator[Block]:
    for start in range(0, total, BLOCK):
        yield compute_block(worker, list(range(start, min(start + BLOCK, total))))


BLOCK = 16
"""Routing classes in a block: enough to be worth sending, few enough to share out evenly."""


def on_executor(
    executor: Executor, task: Callable[[bytes, list[int]], Block], payload: bytes
) -> Callable[[BlockWorker, int], Iterator[Block]]:
    """Compute blocks on an executor: `task(payload, routing classes)` is sent to the workers."""

    def compute(worker: BlockWorker, total: int) -> Iterator[Block]:
        return spread(executor, task, payload, range(total), BLOCK)

    return compute


def block_worker(topology: Topology, endpoints: Endpoints, book: FilterBook, templates: Templates) -> BlockWorker:
    """What computes the blocks of a network's matrix. `templates`: kept for the next matrix of the same topology."""
    filters = all_filters(topology, book)
    return BlockWorker(endpoints, book, classify(topology, filters), Atoms(filters), templates)


def compute_block(worker: BlockWorker, indexes: list[int]) -> Block:
    """One block of a matrix: the rows of some routing classes."""
    rows: dict[int, array[int]] = {}
    for index in indexes:
        rows |= worker.rows(worker.classes.routing[index])
    return indexes, rows, worker.answers.table()


def spread(
    executor: Executor, task: Callable[[bytes, list[int]], T], payload: bytes, items: Sequence[int], size: int
) -> Iterator[T]:
    """Hand out items in blocks of `size` and yield what comes back, in any order. Raises LostWorker."""
    if not hasattr(executor, "submit"):
        raise UsageError(f"an executor of concurrent.futures is expected, got {shown(executor)}")
    blocks = [list(items[start : start + size]) for start in range(0, len(items), size)]
    futures: dict[Future[T], list[int]] = {}
    try:
        for block in blocks:
            futures[executor.submit(task, payload, block)] = block
        for future in as_completed(futures):
            yield future.result()
    except ReachsimError:
        raise
    except Exception as error:  # whatever an executor raises when a worker dies or work cannot be sent to it
        raise LostWorker(f"a worker was lost: {type(error).__name__}: {error}") from error
    finally:
        for future in futures:
            future.cancel()
