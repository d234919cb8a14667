"""What to change so that an expectation holds, with the proof: a search over the edits that components propose.

Nothing is believed of an edit. A set of edits is a fix when the text of the file, patched and read again, makes the
expectation hold, breaks no other one and brings no warning; `diff` between the two files says what else it opens. A design
that was made of other files has no text of its own: there it is an edited copy that is asked, and no patch is written.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from typing import Any

from reachsim.answers.before import Before
from reachsim.answers.cases import advice, case_of, closings, proposals
from reachsim.answers.deciding import decide
from reachsim.answers.diff import diff
from reachsim.answers.difference import Change as Opened
from reachsim.answers.earlier import stays
from reachsim.answers.editable import Editable
from reachsim.answers.expectations import Result
from reachsim.answers.fixes import Fix, Fixes, FixPlan, SessionPlan
from reachsim.dataplane.ends import Endpoint
from reachsim.errors import ReachsimError, counted
from reachsim.garbage import collector_paused
from reachsim.loading.patch import Patch, Patcher, as_edits, changed, patched
from reachsim.loading.tree import same_values
from reachsim.reach.pair import Progress
from reachsim.resources.expectation import Expectation
from reachsim.resources.mending import Edit, KeyChange
from reachsim.stages import going_over

MOST_EDITS = 6
"""Edits of a set: more is a redesign."""
MOST_TRIED = 150
"""Sets of edits that are tried for one question."""
PARTS = 1_000
"""In which a set of edits is counted for who hears of the progress."""
MOST_FOUND = 4
"""Sets that are proven."""
MOST_TOLD = 3
"""Sets that are told of those that make an expectation hold and are refused."""
ENOUGH = 3
"""Sets that are proven for each expectation of a whole file."""
MUCH_MORE = 3
"""A set that costs so much more than the first that was proven is looked at, and no dearer one."""


@dataclass(frozen=True)
class Tools:
    """What the network above lends: the text of a network, changed and loaded as its file is."""

    load: Callable[[str, Editable], Editable]
    progress: Progress | None = None
    """Hears of each question: parts of a set of edits that are done, of the most that there may be."""

    def asked(self, done: int, total: int) -> None:
        """How far the question is asked of the file as it is. Most sets of edits take about as long."""
        if self.progress is not None:
            self.progress(PARTS * done // total if total else 0, PARTS * (MOST_TRIED + 1))

    def tried(self, sets: int) -> None:
        """So many sets of edits are tried."""
        if self.progress is not None:
            self.progress(PARTS * (sets + 1), PARTS * (MOST_TRIED + 1))

    def edited(self, engine: Editable, edits: Sequence[Edit]) -> Editable:
        """A copy with some edits made."""
        return engine.with_(as_edits(engine.source.document.data, changes_of(edits)))

    def patched(self, engine: Editable, edits: Sequence[Edit]) -> Editable:
        """The network of its file with some edits made; an edited copy where it has no text."""
        patch = patch_of(engine, edits)
        return self.edited(engine, edits) if patch is None else self.load(patch.after, engine)

    def all_decided(self, engine: Editable) -> list[Result]:
        """Its expectations, in their order."""
        return [engine.decide(number) for number in range(1, len(engine.design.expect) + 1)]


def changes_of(edits: Iterable[Edit]) -> list[KeyChange]:
    """All that some edits change, in their order."""
    return [change for edit in edits for change in edit.changes]


def ask(engine: Editable, expectation: Expectation, progress: Progress | None = None) -> Result:
    """An expectation that its file need not have, decided in a network."""
    result, _ = decide(0, expectation, engine, "", progress)
    return result


@dataclass(frozen=True)
class _State:
    """A network with some edits made, and what is said of the expectation there."""

    engine: Editable
    edits: tuple[Edit, ...]
    result: Result

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(edit.key for edit in self.edits)

    @property
    def cost(self) -> int:
        return sum(edit.cost for edit in self.edits)

    @property
    def signature(self) -> Any:
        """What stops it: the same where an edit changed nothing."""
        return self.result.failing, tuple((b.cause, b.leg) for b in self.result.blockers)


@dataclass(frozen=True)
class _Next:
    """A network with some edits made, and one more that may be."""

    state: _State
    edit: Edit

    @property
    def keys(self) -> frozenset[str]:
        return self.state.keys | {self.edit.key}

    @property
    def cost(self) -> int:
        return self.state.cost + self.edit.cost


def _alike(one: _State, other: _State) -> bool:
    """Whether two sets of edits come to the same file, as where the second edit of one undoes its first."""
    return same_values(one.engine.source.document.data, other.engine.source.document.data)


@dataclass
class Search:
    """Sets of edits, the least intrusive first, until some make the expectation hold."""

    start: Editable
    expectation: Expectation
    number: int
    tools: Tools
    tried: int = 0
    reasons: list[str] = field(default_factory=list)
    enough: int | None = None
    """The most that a set may cost; None for any, as long as none that was found is proven."""

    def proven(self, cost: int) -> None:
        """A set of some cost is a fix: what is much dearer is not looked at."""
        if self.enough is None:
            self.enough = cost + MUCH_MORE

    def run(self, first: Result) -> Iterator[_State]:
        """Edited copies in which it holds; the edits of none are a part of those of another one.

        A set is asked only when its turn comes: it costs no less than what its edits cost, so those before it come first
        whatever it brings.
        """
        seen: set[frozenset[str]] = {frozenset()}
        heap: list[tuple[int, int, _State | _Next]] = [(0, 0, _State(self.start, (), first))]
        order = count(1)
        found: list[_State] = []
        while heap and self.tried < MOST_TRIED:
            _, turn, state = heapq.heappop(heap)
            if self._too_dear(state):
                continue
            if isinstance(state, _Next):
                made = self._made(state)
                self.tools.tried(self.tried)
                if made is None:
                    continue
                state = made
                if not state.result.holds:
                    heapq.heappush(heap, (state.cost + (len(state.result.blockers) or 1), turn, state))
                    continue
            if state.result.holds:
                state = self._without_idle(state)
                if not any(other.keys <= state.keys or _alike(other, state) for other in found):
                    found.append(state)
                    yield state
                continue
            for child in self._children(state, seen):
                if not any(other.keys <= child.keys for other in found):
                    heapq.heappush(heap, (child.cost, next(order), child))

    def _too_dear(self, state: _State | _Next) -> bool:
        return self.enough is not None and state.cost > self.enough

    def _children(self, state: _State, seen: set[frozenset[str]]) -> Iterator[_Next]:
        if state.result.verdict != "fails" or len(state.edits) >= MOST_EDITS:
            return
        for edit in self._proposals(state):
            child = _Next(state, edit)
            if child.keys in seen or self._too_dear(child):
                continue
            seen.add(child.keys)
            yield child

    def _proposals(self, state: _State) -> list[Edit]:
        if self.expectation.deny is not None:
            return closings(state.engine, state.result)
        case = case_of(state.engine, state.result)
        if case is None:
            return []
        if not state.edits:
            self.reasons = advice(case)
        return proposals(case)

    def _made(self, wanted: _Next) -> _State | None:
        """A set of edits made and asked; None where one leads nowhere, or changes nothing of what stops it."""
        self.tried += 1
        made = self._with(wanted.state.engine, (wanted.edit,), (*wanted.state.edits, wanted.edit))
        return None if made is None or made.signature == wanted.state.signature else made

    def _with(self, engine: Editable, new: tuple[Edit, ...], edits: tuple[Edit, ...]) -> _State | None:
        """A network with some more edits made; None where one leads nowhere, or to no design."""
        try:
            with collector_paused():
                copy = self.tools.edited(engine, new)
                return _State(copy, edits, self._asked(copy))
        except (ReachsimError, KeyError, IndexError, TypeError):
            return None

    def _asked(self, engine: Editable) -> Result:
        return engine.decide(self.number) if self.number else ask(engine, self.expectation)

    def _without_idle(self, state: _State) -> _State:
        """The same without the edits that it holds without."""
        if len(state.edits) > 1:
            for edit in state.edits:
                fewer = tuple(each for each in state.edits if each is not edit)
                self.tried += 1
                without = self._with(self.start, fewer, fewer)
                if without is not None and without.result.holds:
                    state = without
        return state


def fixes(engine: Editable, expectation: Expectation, tools: Tools, number: int = 0, most: int = MOST_FOUND) -> Fixes:
    """Proven fixes of one expectation, the best first, `most` at most. `number`: from 1, 0 for a question that is not in the
    file."""
    first = engine.decide(number) if number else ask(engine, expectation, tools.asked if tools.progress else None)
    if first.verdict != "fails":
        return Fixes(first, (), (first.reason,) if first.verdict == "undecided" else (), 0)
    search = Search(engine, expectation, number, tools)
    judge = Judge(engine, tools)
    proven: list[Fix] = []
    refused: list[str] = []
    for state in search.run(first):
        with collector_paused():  # in between, it finds what is left of the copies that were made for this one
            fix = judge.proven(state.edits, expectation, number, state.engine)
        if isinstance(fix, Fix):
            proven.append(fix)
            search.proven(state.cost)
        else:
            refused.append(fix)
        if len(proven) >= most or len(refused) >= 2 * MOST_FOUND:
            break
    proven.sort(key=lambda fix: fix.rank)
    reasons = [*search.reasons, *([] if proven else _refusals(list(dict.fromkeys(refused))))]
    return Fixes(first, proven, reasons, search.tried)


def _refusals(refused: list[str]) -> list[str]:
    """Why sets of edits that make an expectation hold are no fixes: of the least intrusive."""
    more = len(refused) - MOST_TOLD
    return [
        *refused[:MOST_TOLD],
        *([f"{counted(more, 'further set')} of edits refused as well"] if more > 0 else []),
    ]


class Judge:
    """Proves fixes of one file: patches its text, reads it again, and asks everything again."""

    def __init__(self, engine: Editable, tools: Tools) -> None:
        self.engine = engine
        self.tools = tools
        self.kept = Before(engine)

    def _changes(self, after: Editable) -> Iterator[tuple[Result, Result]]:
        """The expectations that edits may touch, as they stood and as they stand."""
        may = after.touched_since(self.engine.topology, self.engine.book)
        asked = going_over("expectations held against the file", self.engine.design.expect)
        for number, expectation in enumerate(asked, 1):
            if may is None or not stays(expectation, self.engine, after, may):
                yield self.engine.decide(number), after.decide(number)

    @cached_property
    def patcher(self) -> Patcher | None:
        """What patches the text; None where there is none."""
        document = self.engine.source.document
        return None if document.text is None else Patcher(document.text, document.file)

    def _after(self, edits: tuple[Edit, ...], copy: Editable | None) -> tuple[Editable, Patch | None]:
        """The network of the patched text, and the patch. An edited copy has the same answers as a load of its values, and
        shares what the edits leave as it is: it stands for that load where the text, read again, says just its values."""
        patch = None if self.patcher is None else self.patcher.patched(changes_of(edits))
        copy = self.tools.edited(self.engine, edits) if copy is None else copy
        wanted = changed(self.engine.source.document.data, changes_of(edits))  # what the patched text says
        if patch is None or same_values(copy.source.document.data, wanted):
            return copy, patch
        return self.tools.load(patch.after, self.engine), patch

    def proven(
        self, edits: tuple[Edit, ...], expectation: Expectation, number: int, copy: Editable | None = None
    ) -> Fix | str:
        """The fix, or why it is none. `copy`: the network with the edits made, if there is one already."""
        what = "; ".join(edit.text for edit in edits)
        try:
            after, patch = self._after(edits, copy)
        except ReachsimError as error:
            return f"{what}: {error}"
        asked = after.decide(number) if number else ask(after, expectation)
        if not asked.holds:
            return f"{what}: the expectation does not hold in the patched file"
        known = {warning.message for warning in self.engine.source.warnings}
        new = [warning.message for warning in after.source.warnings if warning.message not in known]
        if new:
            return f"{what}: {new[0]}"
        others: list[Result] = []
        for was, result in self._changes(after):
            if (was.holds and not result.holds) or (was.verdict == "undecided" and result.verdict == "fails"):
                return f"{what}: {_broken(result)}"
            if was.number != number and not was.holds and result.holds:
                others.append(was)
        found = diff(self.engine, after, kept=self.kept)
        opens = tuple(beyond(found.opened, [expectation, *(each.expectation for each in others)], after))
        holds = tuple(each.number for each in others)
        loses = () if expectation.deny is None else tuple(_but(found.closed, expectation, self.engine))
        return Fix(asked.question, edits, patch, opens, found.closed, found.undecided, holds, loses)


def _broken(result: Result) -> str:
    """What is said of an expectation that edits would break: which traffic, and what stops it."""
    question = f"expectation #{result.number}, {result.question}"
    if result.verdict == "undecided":
        return f"would leave {question} undecided: {result.reason}"
    asked = result.expectation.traffic
    which = "all of it" if result.failing_text == f"all of {asked}" else result.failing_text
    ends = "delivered" if result.expectation.allow is None else f"lost at {result.reason}"
    return f"would break {question}; {which} would be {ends}"


def beyond(opened: Sequence[Opened], asked: Sequence[Expectation], after: Editable) -> list[Opened]:
    """What is opened beyond what expectations ask for: other traffic, or between others."""
    left = list(opened)
    for expectation in asked:
        if expectation.allow is not None:
            left = _but(left, expectation, after)
    return left


def _but(changes: Iterable[Opened], expectation: Expectation, network: Editable) -> list[Opened]:
    """What changes that is not what an expectation is about: other traffic, or between others."""
    return [part for change in changes for part in _beyond(change, expectation, network)]


def _beyond(change: Opened, expectation: Expectation, after: Editable) -> Iterator[Opened]:
    sources = _names(after.endpoint(expectation.from_), expectation.from_, after)
    destinations = _names(after.endpoint(expectation.to), expectation.to, after)
    destinations |= _answered_for(after.endpoint(expectation.from_), after.endpoint(expectation.to))
    mine = tuple(name for name in change.sources if name in sources)
    others = tuple(name for name in change.sources if name not in sources)
    wanted = tuple(name for name in change.destinations if name in destinations)
    rest = tuple(name for name in change.destinations if name not in destinations)
    yield from change.between(others, change.destinations)
    yield from change.between(mine, rest)
    if not _within(change, expectation, after):
        yield from change.between(mine, wanted)


def _within(change: Opened, expectation: Expectation, after: Editable) -> bool:
    """Whether what is opened between the two ends is no more than was asked for."""
    if change.traffic - expectation.traffic:
        return False
    for end, addresses in ((expectation.from_, change.space.sources()), (expectation.to, change.space.destinations())):
        asked = after.endpoint(end)
        outside = asked.outside
        if outside and not asked.interfaces and not addresses <= outside:
            return False
    return True


def _answered_for(source: Endpoint, destination: Endpoint) -> set[str]:
    """The interfaces that a name leads to from where it is asked for: those of endpoints that answer for a service."""
    if destination.resolve is None:
        return set()
    ends = (destination.resolve(origin) for origin in source.origins)
    return {interface.name for end in ends for interface in end.interfaces}


def _names(end: Endpoint, asked: object, engine: Editable) -> set[str]:
    """The names that a difference has for an end; an API and the function that it calls are one."""
    names = {interface.name for interface in end.interfaces} | {
        origin.interface.name for origin in end.origins if origin.interface is not None
    }
    names |= {interface.name for part in end.several for interface in part.interfaces}
    if isinstance(asked, str):
        gateways = engine.design.api_gateways
        names |= {asked, *(name for name, body in gateways.items() if body.integration == asked)}
        names |= {gateways[asked].integration} if asked in gateways else set()
    if end.outside or any(origin.outside for origin in end.origins) or end.resolve is not None:
        names.add("internet")
    return names


def plan(engine: Editable, tools: Tools, wanted: Container[int] | None = None) -> FixPlan:
    """What makes all failing expectations of a file hold together, found one after the other and proven together.

    `wanted`: numbers of those to mend; the others are only not to break.
    """
    start = [result for result in tools.all_decided(engine) if wanted is None or result.number in wanted]
    undecided = tuple(result for result in start if result.verdict == "undecided")
    failing = [first for first in start if first.verdict == "fails"]
    parts, left = _in_turn(engine, tools, failing)
    later = {each.result.number for each in left}
    turned = sorted(failing, key=lambda first: first.number not in later)
    if turned != failing:  # an edit for one may stand in the way of what another needs: those first, this time
        parts, left = min((parts, left), _in_turn(engine, tools, turned), key=lambda found: len(found[1]))
    if not parts:
        return FixPlan((), None, left, undecided, len(start))
    first_part = parts[0].result
    whole: Fix | str | None = parts[0].best
    if len(parts) > 1:  # of one part alone, all is proven
        edits = [edit for part in parts if part.best is not None for edit in part.best.edits]
        still = {part.result.number for part in left}
        needed = _needed(engine, tools, edits, [each.number for each in start if each.number not in still])
        judge = Judge(engine, tools)
        for together in (needed, edits):  # fewer may bring a warning that a further edit would have spared
            whole = judge.proven(tuple(together), first_part.expectation, first_part.number)
            if isinstance(whole, Fix):
                break
    if not isinstance(whole, Fix):  # pragma: no cover - each was proven on top of those before it
        return FixPlan((), None, (*parts, *left), undecided, len(start))
    holds = tuple(sorted({first_part.number, *whole.holds}))
    undecided = tuple(each for each in undecided if each.number not in holds)
    return FixPlan(parts, replace(whole, question="", holds=holds), left, undecided, len(start))


def _in_turn(engine: Editable, tools: Tools, failing: list[Result]) -> tuple[tuple[Fixes, ...], tuple[Fixes, ...]]:
    """What was found for each of some failing expectations, in this order, the edits of those before it made; and those for
    which nothing was, by number.

    One without a fix is looked at again once others are mended: its edits may break something only as long as those fail.
    """
    parts: list[Fixes] = []
    without: list[tuple[Fixes, int]] = []  # with how many had been mended when it was looked at
    state, waiting = engine, failing
    while waiting:
        for first in waiting:
            found = fixes(state, first.expectation, tools, first.number, ENOUGH)
            if found.best is not None:
                parts.append(found)
                state = tools.patched(state, found.best.edits)
            elif found.needed:
                without.append((found, len(parts)))
        waiting = [each.result for each, mended in without if mended < len(parts)]
        without = [(each, mended) for each, mended in without if mended == len(parts)]
    return tuple(parts), tuple(each for each, _ in sorted(without, key=lambda item: item[0].result.number))


def _needed(engine: Editable, tools: Tools, edits: list[Edit], mended: list[int]) -> list[Edit]:
    """The edits without those without which no expectation of some fails either."""
    if len(edits) > 1:
        for edit in tuple(edits):
            fewer = [each for each in edits if each is not edit]
            try:
                after = tools.edited(engine, fewer)
            except ReachsimError:
                continue
            if all(after.decide(number).verdict != "fails" for number in mended):
                edits = fewer
    return edits


def patch_of(engine: Editable, edits: Iterable[Edit]) -> Patch | None:
    """The text of a network's file with some edits made; None where it has none. Raises UsageError where that cannot be
    done."""
    text = engine.source.document.text
    return None if text is None else patched(text, changes_of(edits), engine.source.file)


def plan_sessions(engine: Editable, asked: Sequence[Mapping[str, str]], tools: Tools) -> SessionPlan:
    """What makes expectations hold that its file has not, and breaks none that it has. They are numbered after those.

    The edits are found and proven in a copy that has both; the patch is of the file.
    """
    known = list(engine.source.document.data.get("expect") or ())
    if not asked:
        return SessionPlan((), None)
    copy = engine.with_({("expect",): [*known, *asked]})
    found = plan(copy, tools, range(len(known) + 1, len(known) + len(asked) + 1))
    whole = found.whole and replace(found.whole, patch=patch_of(engine, found.whole.edits))
    return SessionPlan(found.parts, whole, found.left, found.undecided, found.total)
