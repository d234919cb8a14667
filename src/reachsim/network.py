"""A loaded network: the object that a notebook, a test or the command line asks."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

from reachsim.answers.deciding import decide, work_of
from reachsim.answers.earlier import Decisions, Earlier
from reachsim.answers.editable import Editable
from reachsim.answers.expectations import Check, Result
from reachsim.answers.promised import asked_end, checked, promise
from reachsim.answers.share import Work, decided_elsewhere
from reachsim.calls import made_by, says_how_to_call
from reachsim.dataplane.ends import Endpoint
from reachsim.dataplane.filters import Filter
from reachsim.deadline import in_time
from reachsim.engine import Asked, Engine, loaded, some_traffic
from reachsim.errors import EndpointError, UsageError, counted, shown, suggest
from reachsim.faces import about, face, record
from reachsim.garbage import collector_paused
from reachsim.loading.load import Source, check
from reachsim.named import Named
from reachsim.net.traffic import Traffic, parse_traffic
from reachsim.opening import Given, Said, changed_source, open_sides, open_source, text_source
from reachsim.reach.matrix import Progress
from reachsim.rules.clauses import KeyPath
from reachsim.topology.edit import edited, edited_filters, rules_that_differ, with_rules
from reachsim.topology.interfaces import Interface, interface_of
from reachsim.trace.beyond import load_balancers
from reachsim.trace.result import Trace
from reachsim.trace.trace import past_listeners

if TYPE_CHECKING:  # a command pays for the start of its own answer alone: its room is imported where it is asked
    from concurrent.futures import Executor

    from reachsim.answers.difference import Difference
    from reachsim.answers.explain import Explanation
    from reachsim.answers.findings import Findings
    from reachsim.answers.fixes import Fixes, FixPlan
    from reachsim.answers.isolation import Isolation
    from reachsim.answers.lambda_addresses import LambdaAddresses
    from reachsim.answers.lint.run import Lint
    from reachsim.answers.neighbours import Neighbours
    from reachsim.answers.policy import DeadEnds, Exposure
    from reachsim.answers.rulesets import IdleRules
    from reachsim.answers.session_manager import SessionManager
    from reachsim.picture.draw import Picture


@made_by("reachsim.load(FILE)")
class Network(Editable):
    """A design, ready to be asked. Made by `reachsim.load` and `reachsim.loads`.

    >>> import reachsim
    >>> net = reachsim.load("models/vpc-lambda-as-found.yaml")
    >>> net.trace("probe", "partner.api", "tcp/80").reachable
    True
    """

    _decisions: Decisions
    _earlier: Earlier | None

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._hold(_decisions=Decisions(), _earlier=None)

    @cached_property
    def interfaces(self) -> Named[Interface]:
        """Its network interfaces by name: ``net.interfaces["web-a"]``, ``net.interfaces.web_a``.

        >>> net = reachsim.load("models/three-tier.yaml")
        >>> net.interfaces["web-a"].addresses, net.interfaces.db_a.groups
        (('10.40.0.20',), ('shop.db',))
        """
        known = self.topology.interfaces
        return Named(
            "interface",
            {name: name.split(".", 1)[1] for name in known},
            lambda name: interface_of(known[self._interface(name)], self.locate),
            lambda interface: record(interface.to_dict()),
        )

    def _interface(self, name: str) -> str:
        """A full name of an interface. Raises EndpointError for any other."""
        if name in self.topology.interfaces:
            return name
        near = suggest(name, [*self.topology.interfaces, *(full.split(".", 1)[1] for full in self.topology.interfaces)])
        raise EndpointError.unknown(name, [] if near is None else [near])

    @cached_property
    def endpoints(self) -> Named[Endpoint]:
        """Everything that a question may name, by name: interfaces, functions, hosts and networks outside, services."""
        from reachsim.answers.neighbours import other_names

        inside = [
            name for name in self.ends.names() if name in self.topology.interfaces or name in self.topology.groups
        ]
        names = {name: name.split(".", 1)[1] for name in inside}
        others = [name for direction in ("who", "what") for name in other_names(self, direction)]
        names |= {name: "" for name in (*others, *self.ends.names(), *self.ends.further_names()) if name not in names}
        return Named("endpoint", names, self.endpoint, lambda end: {"name": end.name, "kind": end.kind})

    def __dir__(self) -> list[str]:
        return list(_FOR_GUESTS)

    @in_time
    def check(
        self,
        *,
        executor: Executor | None = None,
        jobs: int | None = None,
        progress: Progress | None = None,
        deadline: float | None = None,
    ) -> Check:
        """Every expectation of the design, decided for all packets, in the order of the file.

        `executor`, `jobs`: as for `rows`. `progress(done, total)` counts pairs of ends: one expectation may be thousands.
        Raises EndpointError where an expectation names nothing.
        """
        numbers = range(1, len(self.design.expect) + 1)
        work = Work([work_of(e, self.ends) for e in self.design.expect] if progress else [], progress)
        results: dict[int, Result] = {}
        for block in decided_elsewhere(self, numbers, executor, jobs):
            results |= {result.number: result for result in block}
            work.finished(result.number for result in block)
        for number in numbers:
            if number not in results:
                results[number] = self._decide(number, work.part(number))
                work.finished((number,))
        return about(Check([results[number] for number in numbers]), self)

    def decide(self, number: int) -> Result:
        """One expectation, counted from 1, decided for all packets; kept, also for edited copies it does not concern.

        Raises UsageError where there is none of that number.
        """
        count = len(self.design.expect)
        if type(number) is not int or not 1 <= number <= count:
            there = f"they count from 1 to {count}" if count else "the design has none"
            raise UsageError(f"there is no expectation {shown(number)}; {there}")
        return self._decide(number, None)

    def _decide(self, number: int, progress: Progress | None) -> Result:
        known = self._decisions.get(number)
        still = None if known or not self._earlier else self._earlier.still_holds(number, self)
        if still is not None:
            return self._noted(still)
        if known is None:
            expectation = self.design.expect[number - 1]
            where = self.locate(("expect", number - 1))
            known = self._decisions.own[number] = decide(number, expectation, self, where, progress)
        return self._noted(known[0])

    def expect(
        self,
        source: Asked,
        destination: Asked,
        *,
        allow: str | Traffic | None = None,
        deny: str | Traffic | None = None,
        one_way: bool = False,
    ) -> Result:
        """A promise that is not in the file, decided for all packets as `check` decides those that are; its number is 0.

        Exactly one of `allow` (every packet of it is delivered, and its answer comes back; with `one_way`, delivered
        alone) and `deny` (none is delivered). Endpoints as for `trace`, and blocks and selectors. Raises EndpointError,
        and UsageError for what is no promise.

        >>> net = reachsim.load("models/three-tier.yaml")
        >>> print(net.expect("internet", "db-a", deny="all"))
        holds  internet -> db-a: deny all
        """
        if not isinstance(one_way, bool):
            raise UsageError(f"one_way is {shown(one_way)}; write True or False")
        actions = {verb: some_traffic(asked) for verb, asked in (("allow", allow), ("deny", deny)) if asked is not None}
        ends = {"from": asked_end(source), "to": asked_end(destination)}
        if (sender := self.endpoint(source)).candidates:
            raise EndpointError.ambiguous(sender.name, sender.candidates)
        self.endpoint(destination)
        expectation = promise({**ends, **actions, "one_way": one_way})
        return self._noted(decide(0, expectation, self, "", None)[0])

    def _noted(self, result: Result) -> Result:
        """With what targets of load balancers do not get, where an `allow` holds for their listeners."""
        wanted = result.expectation.allow
        destination = self.endpoint(result.expectation.to)
        nodes = [node for interface in self.ends.relaying(destination) for node in load_balancers(interface)]
        if wanted is None or not result.holds or not nodes:
            return result
        return replace(result, notes=past_listeners(nodes, wanted, self.ends, self.locate, self.book).notes)

    @in_time
    def exposure(self, *, progress: Progress | None = None, deadline: float | None = None) -> Exposure:
        """What the internet reaches: for each group of interfaces treated alike, the traffic and from where."""
        from reachsim.answers import policy

        return about(policy.exposure(self, progress), self)

    @in_time
    def isolated(
        self, one: Asked, other: Asked, *, progress: Progress | None = None, deadline: float | None = None
    ) -> Isolation:
        """Whether nothing is delivered between two endpoints or sets of them (selectors such as ``{"vpc": "dev"}``)."""
        from reachsim.answers.isolation import isolated

        with collector_paused():
            return about(isolated(self, one, other, progress), self)

    @in_time
    def who_reaches(
        self,
        to: Asked,
        traffic: str | Traffic | None = None,
        *,
        progress: Progress | None = None,
        deadline: float | None = None,
    ) -> Neighbours:
        """Who sends something to an end that is delivered: interfaces by class, functions, networks and the internet.

        `traffic`: of this alone. Raises EndpointError, UsageError.

        >>> reachsim.load("models/three-tier.yaml").who_reaches("db-a", "tcp/5432")
        <Neighbours 3 of 13 other ends reach shop.db-a with tcp/5432>
        """
        from reachsim.answers.neighbours import neighbours

        return about(neighbours(self, "who", to, traffic, progress), self)

    @in_time
    def reaches_what(
        self,
        source: Asked,
        traffic: str | Traffic | None = None,
        *,
        progress: Progress | None = None,
        deadline: float | None = None,
    ) -> Neighbours:
        """What an end sends something to that is delivered: interfaces by class, services, networks and the internet.

        `traffic`: of this alone. Raises EndpointError, UsageError.
        """
        from reachsim.answers.neighbours import neighbours

        return about(neighbours(self, "what", source, traffic, progress), self)

    @in_time
    def dead_ends(self, *, progress: Progress | None = None, deadline: float | None = None) -> DeadEnds:
        """Forwarding loops and blackholes, over all destinations."""
        from reachsim.answers import policy

        return about(policy.dead_ends(self, progress), self)

    @in_time
    def idle_rules(self, *, progress: Progress | None = None, deadline: float | None = None) -> IdleRules:
        """Rules of ACLs and security groups that decide nothing, with the rules that make them so."""
        from reachsim.answers import rulesets

        return about(rulesets.idle_rules(self, progress), self)

    @in_time
    def findings(self, *, deadline: float | None = None) -> Findings:
        """Warnings, idle rules, dead ends and exposures in one shape, in the order of the file."""
        from reachsim.answers.findings import findings

        return about(findings(self), self)

    def lambda_addresses(self, growth: int = 0) -> LambdaAddresses:
        """What the functions need of their subnets: shared interfaces, addresses, quota, and what is left over.

        `growth`: percent more executions than are written. Raises UsageError for a growth that makes no sense.
        """
        from reachsim.answers import lambda_planning

        return about(lambda_planning.lambda_addresses(self, growth), self)

    @in_time
    def session_manager(
        self, *instances: str, minutes: int | None = None, deadline: float | None = None
    ) -> SessionManager:
        """Which instances Session Manager can open a session on, what the others lack, and what may then be removed.

        `instances`: by name; all of them where none is named. `minutes`: since they were started or mended; left out: long
        enough. Raises EndpointError for a name that is no instance.
        """
        from reachsim.answers.session_manager import session_manager

        return about(session_manager(self, instances, minutes), self)

    @in_time
    def lint(self, *only: str, progress: Progress | None = None, deadline: float | None = None) -> Lint:
        """What is wrong or fragile, before any question is asked: each finding with a code, evidence and a cure.

        `only`: codes to look for; all of them where none is named. Raises UsageError for a code that there is not.
        """
        from reachsim.answers.lint.run import lint

        return about(lint(self, only, progress), self)

    def explain(
        self, source: Asked, destination: Asked, traffic: str | Traffic, source_port: int | None = None
    ) -> Explanation:
        """Why traffic flows or does not: every blocker with the key to edit and AWS's reason, which layers are innocent
        (proven by opening them), what a plain instance would see in the place of a function, and what ping, curl,
        traceroute and netstat show. Asked as `trace` is; raises as it does.

        >>> net = reachsim.load("models/vpc-lambda-as-found.yaml")
        >>> net.explain("fetch", "www.google.com", "tcp/443").layers[0].text
        'security groups and network ACLs are innocent: with every one of them open the same would stop it'
        """
        from reachsim.answers.explain import explain

        ends = self.endpoint(source), self.endpoint(destination)
        return about(explain(self, *ends, parse_traffic(traffic), source_port, self.with_), self)

    @in_time
    def fixes(
        self,
        source: Asked | int,
        destination: Asked = "",
        traffic: str | Traffic = "",
        *,
        deny: str | Traffic | None = None,
        one_way: bool = False,
        progress: Progress | None = None,
        deadline: float | None = None,
    ) -> Fixes:
        """What to change so that traffic flows that does not, or that what is to be denied (`deny`, in place of `traffic`)
        flows no more; each set of edits proven, the best first.

        Asked as `trace` is, or by the number of an expectation of the file. A fix has its `edits`, the `patch` of the file's
        text (None for an edited copy and for an imported design, where the change is made in what it comes from), and what
        it `opens` beyond what was asked for. Where there is none, `reasons` tell why. Raises as `trace` does.

        >>> net = reachsim.load("models/vpc-lambda-as-found.yaml")
        >>> print(net.fixes("fetch", "www.google.com", "tcp/443").best)
        switch source/dest check off on app.nat (source_dest_check: false)
        """
        from reachsim.answers import fix

        if isinstance(source, int):
            return about(fix.fixes(self, self.decide(source).expectation, fix.Tools(_patched, progress), source), self)
        asked = {"allow": parse_traffic(traffic)} if deny is None else {"deny": some_traffic(deny)}
        expectation = promise({"from": asked_end(source), "to": asked_end(destination), **asked, "one_way": one_way})
        for end in (expectation.from_, expectation.to):
            self.endpoint(end)
        return about(fix.fixes(self, expectation, fix.Tools(_patched, progress)), self)

    @in_time
    def fix_all(self, *, progress: Progress | None = None, deadline: float | None = None) -> FixPlan:
        """What to change so that every failing expectation holds, proven together: one patch, where there is a text."""
        from reachsim.answers import fix

        return about(fix.plan(self, fix.Tools(_patched, progress)), self)

    @in_time
    def fix_sessions(self, *instances: str, progress: Progress | None = None, deadline: float | None = None) -> FixPlan:
        """What to change so that the agents of instances (all of them where none is named) reach what Session Manager needs:
        proven, and one patch. None of the file's own expectations breaks. Raises EndpointError, DeadlinePassed."""
        from reachsim.answers import fix

        return about(
            fix.plan_sessions(self, self.session_manager(*instances).ways_missing, fix.Tools(_patched, progress)), self
        )

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
        document, paths = edited(self.source.document, edits)
        found = with_rules(self.source, document, paths)
        if found is None:
            anew = Network(check(document))
            anew._hold(
                policy=self.policy.rebuilt(anew.source), _earlier=Earlier.of(self, self._decisions, self._earlier)
            )
            return checked(anew)
        copy, changed = self._with_rules(*found)
        copy._hold(_decisions=Decisions(self._decisions, frozenset(changed)))
        return copy

    def _with_rules(self, source: Source, components: set[KeyPath]) -> tuple[Network, Mapping[Filter, Filter]]:
        """The network of a design that differs in the rules of some groups and ACLs alone, on the checkpoints of this one;
        and the filters that are others."""
        copy = Network(source)
        copy._hold(policy=self.policy.edited(source))
        changed = edited_filters(self.topology, copy.policy, components)
        copy._hold(
            topology=self.topology,
            ends=self.ends,
            book=self.book.with_(changed),
            templates=self.templates,
            known_classes=self.known_classes,
        )
        return copy, changed

    def _seen_from(self, other: Network) -> Network:
        """This network as an edited copy of another one, where no more than rules differ; otherwise itself. Both answer
        alike: an edited copy is equal to the edited file, loaded."""
        if self.topology is other.topology:
            return self
        components = rules_that_differ(other.source, self.source)
        return self if components is None else other._with_rules(self.source, components)[0]

    def draw(
        self,
        *,
        trace: Trace | tuple[Asked, Asked, str | Traffic] | None = None,
        diff: Network | None = None,
        matrix: str | Traffic | None = None,
    ) -> Picture:
        """The network as nested boxes: `.svg` is the document. What is alike is folded, so large networks stay legible.

        `trace`: one of its traces, or what to trace, told over the picture: the way there and back, and what stops it
        where it stops; raises as `trace` does. `diff`: what is to become of it: both in one picture, with what differs,
        and what that opens and closes. `matrix`: some traffic: who reaches whom with it. Raises UsageError for two of
        them.
        """
        from reachsim.picture.draw import drawn

        told = self.trace(*trace) if isinstance(trace, tuple) else trace
        return drawn(self, told, diff, None if matrix is None else some_traffic(matrix))

    def _repr_html_(self) -> str:
        return self.draw()._repr_html_()

    def __repr__(self) -> str:
        vpcs, interfaces = counted(len(self.design.vpcs), "VPC"), counted(len(self.topology.interfaces), "interface")
        return face("Network", f"{self.source.file}: {vpcs}, {interfaces}")


_FOR_GUESTS = (
    "check", "dead_ends", "design", "draw", "endpoint", "endpoints", "expect", "explain", "exposure", "findings",
    "fix_all", "fix_sessions", "fixes", "graph", "idle_rules", "interfaces", "isolated", "lambda_addresses", "lint",
    "matrix", "not_modelled", "reach", "reaches_what", "rows", "session_manager", "trace", "warnings", "who_reaches",
    "with_",
)  # fmt: skip
"""What the tab key offers: questions, not what they are answered with."""


def _patched(text: str, network: Engine) -> Network:
    return checked(Network(changed_source(text, network.source)))


@says_how_to_call
def load(given: Given, *, expect: str | os.PathLike[str] | None = None, **said: Unpack[Said]) -> Network:
    """Load a design from a file ("-": standard input), or from what AWS's and Terraform's tools write: a file, a folder,
    several of them, or plain data as JSON has it (``Template.from_stack(stack).to_json()``).

    `expect`: a file of expectations alone, for a design that has none. `said`: what such a file leaves open, as
    `reachsim.importing.read_options` takes it (``parameters={"Env": "prod"}``). Raises ReachsimError (a DesignError with
    every problem of the file: line, column, what was wrong, what would be right).
    """
    with collector_paused():  # over the whole, or it would look through what is made twice
        return checked(Network(open_source(given, said, expect)))


@says_how_to_call
def load_sides(given: Given, **said: Unpack[Said]) -> tuple[Network, Network]:
    """What is and what will be, of a plan of Terraform: ``reachsim.diff(*reachsim.load_sides("plan.json"))`` says what it
    opens and closes. `given`, `said`: as for `load`. Raises ReachsimError, also for what tells one of the two alone."""
    with collector_paused():
        before, after = open_sides(given, said)
        return checked(Network(before)), checked(Network(after))


@says_how_to_call
def loads(text: str | bytes, *, file: str = "<text>", **said: Unpack[Said]) -> Network:
    """Load a design from a text; `file` is its name in messages, `said` as for `load`. Raises ReachsimError."""
    with collector_paused():
        return checked(Network(text_source(text, file, said)))


@says_how_to_call
@in_time
def diff(
    before: Network, after: Network, progress: Progress | None = None, *, deadline: float | None = None
) -> Difference:
    """What traffic between whom one network lets through and the other does not.

    `progress(done, total)` hears how much of the work is done; `deadline`: in seconds. Raises UsageError for anything but
    networks, DeadlinePassed.
    """
    from reachsim.answers.diff import diff as compare

    loaded(before)
    loaded(after)
    with collector_paused():
        return about(compare(before, after._seen_from(before), progress), before, after)
