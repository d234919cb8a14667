"""The engine: a loaded design and the two ways of asking it about packets, one at a time and all at once.

`reachsim.network.Network` adds the answers that people ask for; those are written against this class.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Generator, Iterable, Mapping
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final, Never, Self
from uuid import uuid4
from weakref import WeakValueDictionary

from reachsim.calls import says_how_to_call
from reachsim.dataplane.ends import Endpoint
from reachsim.dataplane.filters import AS_BUILT, FilterBook
from reachsim.dataplane.site import NetworkInterface
from reachsim.deadline import each_in_time, in_time
from reachsim.errors import UsageError, cut, shown, suggest
from reachsim.faces import about
from reachsim.garbage import collector_paused
from reachsim.loading.document import Document
from reachsim.loading.load import Source, check
from reachsim.loading.tree import same_values
from reachsim.net.packet import Packet
from reachsim.net.traffic import Traffic, parse_traffic
from reachsim.policy.filters import Policy
from reachsim.reach.atoms import Atoms
from reachsim.reach.blocks import BlockWorker
from reachsim.reach.classes import Classes, InterfaceClass, all_filters, classify, rule_cuts_of
from reachsim.reach.flow_answer import FlowAnswer
from reachsim.reach.matrix import Matrix, Progress, build_matrix
from reachsim.reach.pair import Reach, reach
from reachsim.reach.rows import Rows, rows_between
from reachsim.reach.stream import Block, Question, RowMaker, RowTask, stream
from reachsim.reach.template_book import TemplateBook
from reachsim.reach.touched import Touched, touched_between
from reachsim.reach.workers import check_sharing
from reachsim.resources.design import Design
from reachsim.resources.expectation import Selector
from reachsim.resources.unmodelled import Door
from reachsim.rules.clauses import KeyPath
from reachsim.topology.build import build
from reachsim.topology.endpoints import Endpoints
from reachsim.topology.interfaces import Interface
from reachsim.topology.topology import Topology
from reachsim.trace.result import Trace
from reachsim.trace.trace import replay as replay_packet
from reachsim.trace.trace import trace

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import networkx

Asked = str | Selector | Mapping[str, Any] | Interface | Endpoint
"""How a question names an endpoint: by name, address or block; by selector (``{"vpc": "dev"}``); by one of
`Network.interfaces`; or resolved already."""


_CLASSES_KEPT: Final = 4
"""Ways of sorting one topology's interfaces into classes that are kept for the next edited copy."""


@says_how_to_call
class Engine:
    """A design, its checkpoints, and what its filters say (`book`). What it holds never changes."""

    source: Source
    book: FilterBook
    templates: TemplateBook
    known_classes: dict[tuple[int, ...], Classes]
    _compared: tuple[Topology, FilterBook, Touched | None] | None

    def __init__(self, source: Source) -> None:
        self._hold(source=source, book=AS_BUILT, templates=TemplateBook(), known_classes={}, _compared=None)

    def _hold(self, **attributes: Any) -> None:
        """Set what it holds, while it is made."""
        vars(self).update(attributes)

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: answers that were given would be wrong. Raises AttributeError."""
        raise AttributeError(f"a network never changes: {name!r} cannot be set; net.with_({{...}}) is an edited copy")

    if not TYPE_CHECKING:  # which would take any attribute for one then

        def __getattr__(self, name: str) -> Never:
            """Say where what is looked for may be found. Raises AttributeError."""
            hint = ""
            if not name.startswith("_") and not hasattr(type(self), name) and "source" in vars(self):
                written = {name, name.replace("_", "-")}
                known = (full for full in self.topology.interfaces if written & {full, full.split(".", 1)[1]})
                full, near = next(known, ""), suggest(name, dir(self))
                hint = f"; write net.interfaces[{full!r}]" if full else f"; did you mean {near}?" if near else ""
            raise AttributeError(f"a network has no {name!r}{hint}")

    def __delattr__(self, name: str) -> None:
        """Refuse. Raises AttributeError."""
        raise AttributeError(f"a network never changes: {name!r} cannot be deleted")

    def __eq__(self, other: object) -> bool:
        """Whether both designs say the same, in the same order: addresses are assigned in the order of the file."""
        if not isinstance(other, Engine):
            return NotImplemented
        return self is other or same_values(self.source.document.data, other.source.document.data)

    def __hash__(self) -> int:
        return hash((tuple(self.source.document.data), tuple(self.design.vpcs), len(self.design.expect)))

    def __copy__(self) -> Self:
        return self  # it never changes

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _built_again, (type(self), self.source.document)

    @property
    def design(self) -> Design:
        """What the file says."""
        return self.source.design

    @property
    def warnings(self) -> tuple[str, ...]:
        """What AWS would accept, or the file waives, and a person may not have meant; one line each."""
        return tuple(map(str, self.source.warnings))

    @property
    def not_modelled(self) -> tuple[Door, ...]:
        """What the design has and reachsim does not model; where one could change an answer, that answer is undecided."""
        return tuple(self.topology.doors.values())

    @cached_property
    def policy(self) -> Policy:
        """Its rules as filters."""
        return Policy(self.source)

    @cached_property
    def topology(self) -> Topology:
        """Its checkpoints."""
        return build(self.policy)

    @cached_property
    def ends(self) -> Endpoints:
        """What its names stand for."""
        with collector_paused():
            return Endpoints(self.topology)

    def graph(self) -> networkx.DiGraph[str]:
        """The checkpoints as a directed networkx graph: every way a packet may go."""
        from reachsim.topology.graph import graph_of

        return graph_of(self.topology)

    def endpoint(self, asked: Asked) -> Endpoint:
        """What a name stands for. Raises EndpointError with near matches or candidates, UsageError for a bad selector."""
        if isinstance(asked, Interface):
            asked = asked.name
        if isinstance(asked, Mapping):
            try:
                asked = Selector.model_validate(asked)
            except ValueError as error:
                raise UsageError(
                    f"{cut(repr(dict(asked)))} is not a selector; write {{'vpc': 'dev'}}, subnet or tag"
                ) from error
        return self.ends.resolve(asked)

    def locate(self, path: KeyPath) -> str:
        """``file:line`` where something is written, or what it is called in a file that was imported (``plan.json:
        aws_vpc.a``); empty for what is written nowhere."""
        place = self.source.place(path)
        return "" if place is None else str(place)

    def trace(self, source: Asked, destination: Asked, traffic: str | Traffic, source_port: int | None = None) -> Trace:
        """Send one packet and its answer, and say hop by hop what happens.

        `source`, `destination`: names (bare where unique, ``vpc.name``, ``function:alias``), addresses, ``internet``.
        `traffic`: a token such as ``tcp/443``. `source_port`: 0 to 65535; left out, the verdict is for every port that the
        client may use. Raises EndpointError for a name that is unknown or ambiguous, UsageError for a bad token or port.
        """
        if source_port is not None and (type(source_port) is not int or not 0 <= source_port <= 65535):
            raise UsageError(f"source port {shown(source_port)} is not a whole number between 0 and 65535")
        found = trace(
            self.endpoint(source), self.endpoint(destination), parse_traffic(traffic), source_port,
            endpoints=self.ends, locate=self.locate, book=self.book,
        )  # fmt: skip
        return about(found, self)

    @in_time
    def reach(
        self, source: Asked, destination: Asked, *, progress: Progress | None = None, deadline: float | None = None
    ) -> Reach:
        """Everything that gets from one endpoint to another: exact sets over all packets, there and back.

        Endpoints as for `trace`, and blocks (``10.0.0.0/8``), and selectors. Raises EndpointError.
        """
        return about(reach(self.endpoint(source), self.endpoint(destination), self.ends, self.book, progress), self)

    @in_time
    def matrix(
        self,
        *asked: Never,
        executor: Executor | None = None,
        jobs: int | None = None,
        progress: Progress | None = None,
        deadline: float | None = None,
    ) -> Matrix:
        """All ordered pairs of interfaces, and on demand functions, hosts and the internet, held by classes.

        `executor`, `jobs`, `progress`: as for `rows`. Raises LostWorker, UsageError, also for an argument of traffic.
        """
        if asked:
            raise UsageError(f"a matrix is of all traffic; its part with some is net.matrix()[{cut(repr(asked[0]))}]")
        with collector_paused():  # what a matrix is made of stays, and none of it is a circle
            worker = self.new_worker()
            blocks = self._stream(RowMaker(worker, kept=True), Question(kept=True), executor, jobs, progress)
            return about(build_matrix(worker, blocks), self)

    def rows(
        self,
        traffic: str | Traffic | None = None,
        *,
        sources: Asked | None = None,
        destinations: Asked | None = None,
        executor: Executor | None = None,
        jobs: int | None = None,
        progress: Progress | None = None,
        deadline: float | None = None,
    ) -> Generator[Rows]:
        """The matrix block by block, in any order, without holding it: for networks whose matrix fits nowhere.

        ``for rows in net.rows()`` and ``for source, destination, cell in rows`` go over the pairs of classes of interfaces
        between which anything is delivered or undecided. `traffic`: of some of this. `sources`, `destinations`: from and to
        these interfaces alone, by name or selector; a function stands for those that it has.

        `executor`: any `concurrent.futures.Executor` to share the work with; `jobs`: that many processes of this machine, or
        how many workers the executor has where it does not say. `progress(done, total)`: of the work. `deadline`: in
        seconds, for the whole stream. A stream that is not read to its end is closed, which ends what it started. Raises
        EndpointError and UsageError here, LostWorker and DeadlinePassed while it is read.

        >>> net = reachsim.load("models/three-tier.yaml")
        >>> sum(rows.pairs(a, b) for rows in net.rows("tcp/5432") for a, b, cell in rows if cell.reachable)
        6
        """
        check_sharing(executor, jobs)
        question = self._question(traffic, sources, destinations, deadline=deadline)
        return each_in_time(self._streamed(question, executor, jobs, progress), deadline)

    @in_time
    def _question(
        self,
        traffic: str | Traffic | None,
        sources: Asked | None,
        destinations: Asked | None,
        *,
        deadline: float | None = None,
    ) -> Question:
        return Question(
            self._classed(sources, lambda end: (origin.interface for origin in end.origins)),
            self._classed(destinations, lambda end: end.interfaces),
            None if traffic is None else some_traffic(traffic),
        )

    def _streamed(
        self, question: Question, executor: Executor | None, jobs: int | None, progress: Progress | None
    ) -> Generator[Rows]:
        """A stream that begins with what takes long in a network of which nothing was asked yet."""
        yield from self._stream(RowMaker(self.new_worker()), question, executor, jobs, progress)

    def _stream(
        self,
        maker: RowMaker,
        question: Question,
        executor: Executor | None,
        jobs: int | None,
        progress: Progress | None,
    ) -> Generator[Rows]:
        return stream(maker, question, lambda: self.payload, block_of, executor=executor, jobs=jobs, progress=progress)

    def _classed(
        self, asked: Asked | None, of: Callable[[Endpoint], Iterable[NetworkInterface | None]]
    ) -> dict[int, InterfaceClass] | None:
        """The classes of the interfaces that an end stands for, each with these alone; None for all. Raises EndpointError,
        UsageError for an end that is anything else."""
        if asked is None:
            return None
        end = self.endpoint(asked)
        found = list(of(end))
        if not end.interfaces or None in found or end.literal is not None:
            raise UsageError(
                f"{shown(end.name)} is no interface of the design, and rows go from interfaces to interfaces; "
                "name one, or several with a selector ({'vpc': 'dev'})"
            )
        named: dict[int, list[NetworkInterface]] = {}
        for interface in filter(None, found):
            named.setdefault(self.classes.of[interface].index, []).append(interface)
        return {index: self.classes.classes[index].only(members) for index, members in named.items()}

    def rows_between(
        self,
        sources: Iterable[NetworkInterface],
        destinations: Iterable[NetworkInterface],
        progress: Progress | None = None,
        *,
        book: FilterBook | None = None,
    ) -> Rows:
        """The answers from some interfaces to others, by class: that part of the matrix; nothing else is computed.

        `book`: its own, recording what the answers depend on (`FilterBook.recording`).
        """
        worker = self.worker if book is None else self.worker.asking(book)
        with collector_paused():
            return rows_between(worker, sources, destinations, progress)

    @cached_property
    def payload(self) -> Payload:
        """What its workers need; kept, so that they know it when the next question comes."""
        return Payload.of(self)

    @cached_property
    def worker(self) -> BlockWorker:
        """What computes rows; kept, so that the next question finds what filters let through."""
        return self.new_worker()

    def new_worker(self) -> BlockWorker:
        """One for a whole matrix is not kept: what it remembers grows with the pairs."""
        atoms = Atoms(all_filters(self.topology, self.book))
        return BlockWorker(self.ends, self.book, self.classes, atoms, self.templates)

    def touched_since(self, topology: Topology, book: FilterBook) -> Touched | None:
        """What may differ between a network of some topology and filters and this one; None where anything may. What was
        found last is kept: an edited copy is compared with one network many times."""
        known = self._compared
        if known is None or known[0] is not topology or known[1] is not book:
            known = topology, book, touched_between((topology, self.topology), (book, self.book))
            self._hold(_compared=known)
        return known[2]

    def replay(
        self, source: Endpoint, destination: Endpoint, packet: Packet, part: FlowAnswer, below: Fraction | None = None
    ) -> Trace:
        """Trace one packet of one part of an answer: its witness. `below`: in place of the design's `nat_loss_below`."""
        traffic = Traffic.of((packet.service, packet.service))
        return replay_packet(
            source, destination, packet, part.flow, traffic,
            locate=self.locate, book=part.book, below=self.design.nat_loss_below if below is None else below,
        )  # fmt: skip

    @cached_property
    def classes(self) -> Classes:
        """The classes of its interfaces: those that nothing in the design tells apart. An edited copy whose rules name the
        same borders of addresses has the same: nothing else of rules counts (`classify`)."""
        cuts = rule_cuts_of(all_filters(self.topology, self.book))
        known = self.known_classes.get(cuts)
        if known is None:
            if len(self.known_classes) >= _CLASSES_KEPT:
                self.known_classes.clear()
            with collector_paused():
                known = self.known_classes[cuts] = classify(self.topology, cuts)
        return known


def loaded(given: Engine) -> None:
    """Refuse what is no network. Raises UsageError."""
    if not isinstance(given, Engine):
        raise UsageError(f"a loaded network is expected, got {shown(given)}; write reachsim.load(FILE)")


def some_traffic(traffic: str | Traffic) -> Traffic:
    """Traffic from a token, not empty: of none at all everything is true. Raises UsageError."""
    found = parse_traffic(traffic)
    if not found:
        raise UsageError("the traffic is empty, so nothing is asked; write a token such as 'tcp/443'")
    return found


def _built_again(kind: type[Engine], document: Document) -> Engine:
    """A network that was pickled: its text as it was read, from which all the rest follows."""
    return kind(check(document))


class Payload:
    """A network for workers: here itself; elsewhere the values of its design, where they stand, and the name of its file.

    Only plain data travels, the design's values out and rows of ints back, so the same code runs in a thread, in a process,
    and on the machines of a cluster, wherever reachsim is installed. A process that is forked from this one finds the
    network as it is by its token, any other one builds it once. `token`: its name, of this one alone.
    """

    def __init__(self, kind: type[Engine], token: str, data: bytes = b"") -> None:
        self.kind = kind
        self.token = token
        self._data = data
        _HERE[token] = self

    @classmethod
    def of(cls, network: Engine) -> Payload:
        """The payload of a network."""
        payload = cls(type(network), uuid4().hex)
        payload.network = network
        return payload

    @cached_property
    def network(self) -> Engine:
        """The network, built once in each worker."""
        document: Document = pickle.loads(self._data)
        return self.kind(check(document))

    @cached_property
    def maker(self) -> RowMaker:
        """What computes blocks of the matrix."""
        return RowMaker(self.network.new_worker())

    def __reduce__(self) -> tuple[Any, ...]:
        data = self._data or pickle.dumps(self.network.source.document, protocol=pickle.HIGHEST_PROTOCOL)
        return received, (self.kind, self.token, data)


_HERE: WeakValueDictionary[str, Payload] = WeakValueDictionary()
"""The payloads that this process has, by their tokens."""


@lru_cache(maxsize=2)
def received(kind: type[Engine], token: str, data: bytes) -> Payload:
    """A payload that came to a process with a block of work: the same one for all blocks of a network."""
    return _HERE.get(token) or Payload(kind, token, data)


def payload_of(sent: Payload | str) -> Payload | None:
    """The payload that a block came with, or that its token names; None for one that never came here."""
    return _HERE.get(sent) if isinstance(sent, str) else sent


def block_of(sent: Payload | str, task: RowTask) -> Block | None:
    """A block of the matrix, computed in a worker; None where the network has to be sent first."""
    payload = payload_of(sent)
    return None if payload is None else payload.maker.block(task)
