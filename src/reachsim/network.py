"""A loaded network: the object that a notebook, a test or the command line asks."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from reachsim.errors import UsageError
from reachsim.fabric.filters import AS_BUILT
from reachsim.kinds.design import Design
from reachsim.kinds.expectation import Selector
from reachsim.loading.load import Source, load_source, loads_source
from reachsim.loading.load import check as check_document
from reachsim.net.traffic import Traffic
from reachsim.rules.clauses import KeyPath
from reachsim.topology.build import Topology, build
from reachsim.topology.endpoints import Endpoint, Endpoints
from reachsim.trace.result import Trace
from reachsim.trace.trace import replay, trace

if TYPE_CHECKING:
    import networkx

    from concurrent.futures import Executor

    from reachsim.answers.diff import Difference
    from reachsim.answers.expectations import Check, Result
    from reachsim.answers.policy import DeadEnd, Exposed, Isolation
    from reachsim.answers.rulesets import IdleRule
    from reachsim.fabric.filters import Filter
    from reachsim.net.packet import Packet
    from reachsim.reach.classes import Classes
    from reachsim.reach.matrix import Matrix, Progress
    from reachsim.reach.pair import Part, Reach

Asked = str | Selector | Mapping[str, Any] | Endpoint
"""How a question names an endpoint: by name, address or block; by selector (``{"vpc": "dev"}``); or resolved already."""


class Network:
    """A design, ready to be asked. Made by `reachsim.load` and `reachsim.loads`.

    >>> import reachsim
    >>> net = reachsim.load("models/vpc-lambda-as-found.yaml")
    >>> net.trace("probe", "partner.api", "tcp/80").reachable
    True
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.book = AS_BUILT
        self._decided: dict[int, tuple[Result, frozenset[Filter]]] = {}
        self._classes: Classes | None = None

    @property
    def design(self) -> Design:
        """What the file says."""
        return self.source.design

    @property
    def warnings(self) -> tuple[str, ...]:
        """What AWS would accept, or the file waives, and a person may not have meant; one line each."""
        return tuple(map(str, self.source.warnings))

    @cached_property
    def topology(self) -> Topology:
        """Its checkpoints."""
        return build(self.source)

    @cached_property
    def endpoints(self) -> Endpoints:
        """Its endpoints."""
        return Endpoints(self.topology)

    def graph(self) -> networkx.DiGraph[str]:
        """The checkpoints as a directed networkx graph: every way a packet may go."""
        from reachsim.topology.graph import graph_of

        return graph_of(self.topology)

    def endpoint(self, asked: Asked) -> Endpoint:
        """What a name stands for. Raises EndpointError with near matches or candidates, UsageError for a bad selector."""
        if isinstance(asked, Mapping):
            try:
                asked = Selector.model_validate(asked)
            except ValueError as error:
                raise UsageError(f"{dict(asked)!r} is no selector; write {{'vpc': 'dev'}}, subnet or tag") from error
        return self.endpoints.resolve(asked)

    def locate(self, path: KeyPath) -> str:
        """``file:line`` where something is written; empty for what is written nowhere."""
        line = self.source.line(path)
        return "" if line is None else f"{self.source.file}:{line}"

    def trace(
        self, source: Asked, destination: Asked, traffic: str | Traffic, source_port: int | None = None
    ) -> Trace:
        """Send one packet and its answer, and say hop by hop what happens.

        `source`, `destination`: names (bare where unique, ``vpc.name``, ``function:alias``), addresses, ``internet``.
        `traffic`: a token such as ``tcp/443``. `source_port`: 0 to 65535; left out, the verdict is for every port that the
        client may use. Raises EndpointError for a name that is unknown or ambiguous, UsageError for a bad token or port.
        """
        if source_port is not None and not 0 <= source_port <= 65535:
            raise UsageError(f"source port {source_port} is not between 0 and 65535")
        return trace(
            self.endpoint(source), self.endpoint(destination), parse_traffic(traffic), source_port,
            endpoints=self.endpoints, locate=self.locate, book=self.book,
        )  # fmt: skip

    def reach(self, source: Asked, destination: Asked) -> Reach:
        """Everything that gets from one endpoint to another: exact sets over all packets, there and back.

        Endpoints as for `trace`, and blocks (``10.0.0.0/8``), and selectors. Raises EndpointError.
        """
        from reachsim.reach.pair import reach

        return reach(self.endpoint(source), self.endpoint(destination), self.endpoints, self.book)

    def matrix(self, *, executor: Executor | None = None, progress: Progress | None = None) -> Matrix:
        """All ordered pairs of interfaces, and on demand functions, hosts and the internet, held by classes.

        `executor`: any `concurrent.futures.Executor` to share the work with; `progress(done, total)` hears how far it is.
        Raises LostWorker when a worker dies.
        """
        from reachsim.reach.matrix import build_matrix, on_executor

        compute = None
        if executor is not None:
            from reachsim.workers import matrix_block, payload_of

            compute = on_executor(executor, matrix_block, payload_of(self))
        return build_matrix(self.topology, self.endpoints, self.book, compute=compute, progress=progress)

    def check(self, *, executor: Executor | None = None, progress: Progress | None = None) -> Check:
        """Every expectation of the design, decided for all packets, in the order of the file.

        `executor`, `progress`: as for `matrix`. Raises EndpointError where an expectation names nothing.
        """
        from reachsim.answers.expectations import Check

        total = len(self.design.expect)
        results: dict[int, Result] = {}
        if executor is not None:
            from reachsim.reach.matrix import spread
            from reachsim.workers import check_block, payload_of

            for block in spread(executor, check_block, payload_of(self), range(1, total + 1), 8):
                results |= {result.number: result for result in block}
                if progress is not None:
                    progress(len(results), total)
        for number in range(1, total + 1):
            if number not in results:
                results[number] = self.decide(number)
                if progress is not None:
                    progress(number, total)
        return Check([results[number] for number in range(1, total + 1)])

    def decide(self, number: int) -> Result:
        """One expectation, counted from 1, decided for all packets. Kept, also for edited copies that it does not concern."""
        from reachsim.answers.expectations import decide

        known = self._decided.get(number)
        if known is None:
            expectation = self.design.expect[number - 1]
            where = self.locate(("expect", number - 1))
            known = decide(number, expectation, self.endpoints, self.book, where, self._play, self.classes)
            self._decided[number] = known
        return known[0]

    def exposure(self) -> list[Exposed]:
        """What the internet reaches: for each group of interfaces treated alike, the traffic and from where."""
        from reachsim.answers.policy import exposure

        return exposure(self)

    def isolated(self, one: Asked, other: Asked) -> Isolation:
        """Whether nothing is delivered between two endpoints or sets of them (selectors such as ``{"vpc": "dev"}``)."""
        from reachsim.answers.policy import isolated

        return isolated(self, one, other)

    def dead_ends(self) -> list[DeadEnd]:
        """Forwarding loops and blackholes, over all destinations."""
        from reachsim.answers.policy import dead_ends

        return dead_ends(self)

    def idle_rules(self) -> list[IdleRule]:
        """Rules of ACLs and security groups that decide nothing, with the rules that make them so."""
        from reachsim.answers.rulesets import idle_rules

        return idle_rules(self)

    def _play(self, source: Endpoint, destination: Endpoint, packet: Packet, part: Part) -> Trace:
        traffic = Traffic.of((packet.service, packet.service))
        return replay(source, destination, packet, part.flow, traffic, locate=self.locate, book=self.book)

    def classes(self) -> Classes:
        """The classes of its interfaces: those that nothing in the design tells apart."""
        from reachsim.reach.classes import all_filters, classify

        if self._classes is None:
            self._classes = classify(self.topology, all_filters(self.topology, self.book))
        return self._classes

    def with_(self, edits: Mapping[str | KeyPath, Any]) -> Network:
        """An edited copy: key path to new value, None to remove. What the edits do not touch is shared.

        >>> fixed = net.with_({"vpcs.app.instances.nat.source_dest_check": False})
        >>> fixed.trace("fetch", "www.google.com", "tcp/443").reachable
        True

        Equal to loading the edited file, and for an edit of the rules of security groups and ACLs a small fraction of it:
        only what those rules decide is asked again. A key with dots stands in quotes (``vpcs.app.route_tables.private.
        '0.0.0.0/0'``), an index one past the end of a list adds to it. Raises UsageError for a path that leads nowhere,
        DesignError for a design that would not load.
        """
        from reachsim.topology.edit import edit_rules, edited, edited_filters, rules_only

        document, paths = edited(self.source.document, edits)
        components = rules_only(self.source, paths)
        if components is None:
            return Network(check_document(document))
        copy = Network(edit_rules(self.source, document, components))
        changed = edited_filters(self.topology, copy.source, components)
        copy.topology, copy.endpoints = self.topology, self.endpoints
        copy.book = self.book.with_(changed)
        copy._decided = {n: known for n, known in self._decided.items() if known[1].isdisjoint(changed)}
        return copy

    def __repr__(self) -> str:
        nics = len(self.topology.nics)
        return f"<Network {self.source.file}: {len(self.design.vpcs)} VPCs, {nics} interfaces>"


def parse_traffic(traffic: str | Traffic) -> Traffic:
    """Traffic from a token. Raises UsageError."""
    if isinstance(traffic, Traffic):
        return traffic
    try:
        return Traffic.parse(traffic)
    except ValueError as error:
        raise UsageError(str(error)) from error


def load(path: str | os.PathLike[str]) -> Network:
    """Load a design from a file ("-": standard input).

    Raises ReachsimError (a DesignError with every problem of the file: line, column, what was wrong, what would be right).
    """
    return Network(load_source(path))


def loads(text: str | bytes, *, file: str = "<text>") -> Network:
    """Load a design from a text; `file` is its name in messages. Raises ReachsimError."""
    return Network(loads_source(text, file=file))




def diff(before: Network, after: Network) -> Difference:
    """What traffic between whom one network lets through and the other does not."""
    from reachsim.answers.diff import diff as compare

    return compare(before, after)
