"""Why an assertion about a network failed: the reason, its line in the design, and the proven fix, in a few lines."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from textwrap import dedent
from types import FrameType, MethodType
from typing import Any

from reachsim.answers.expectations import Check, Result
from reachsim.answers.fixes import Fixes
from reachsim.answers.isolation import Isolation, Leak
from reachsim.errors import ReachsimError
from reachsim.network import Network
from reachsim.report.text import Look, hanging, holding, number
from reachsim.report.trace import blocker_lines
from reachsim.trace.result import Trace

_MOST = 3
"""Failures, leaks, other blockers that are told in full."""
_LOOK = Look(width=80)
"""As wide as pytest takes a terminal to be."""
_ANSWERS = (Trace, Check, Result, Isolation)
Answer = Trace | Check | Result | Isolation


def reason_of(frame: FrameType, statement: str, fixes: bool = True, arguments: Iterable[Any] = ()) -> str:
    """What to tell of a failed assertion; empty where it is about no answer.

    `frame`: where it was raised. `statement`: its source. `fixes`: whether to look for the fix. `arguments`: values that
    were handed to a method that asserts.
    """
    values = [*_values(frame, statement), *arguments]
    answers = [value for value in values if issubclass(type(value), _ANSWERS)]
    told = [answer for answer in answers if not answer] or answers
    if not told:
        return ""
    return "\n".join(_lines(told[0], _asked(values, frame), fixes))


def _values(frame: FrameType, statement: str) -> Iterator[Any]:
    """What the asserted statement is about: what pytest kept of its parts, and the values of its names."""
    yield from (value for name, value in frame.f_locals.items() if name.startswith("@py_assert"))
    scope = {**frame.f_globals, **frame.f_locals}
    for node in ast.walk(_parsed(statement)):
        if isinstance(node, ast.Name) and node.id in scope:
            yield scope[node.id]


def _asked(values: Sequence[Any], frame: FrameType) -> Network | None:
    """The network that was asked: the one whose method the assertion calls, or else the only one in sight. None where it
    may be one of several, for then the reason of another would be told.

    Types are compared rather than asked of the values: a test may hold objects that mind every question.
    """
    owners = [value.__self__ for value in values if type(value) is MethodType and type(value.__self__) is Network]
    named = [frame.f_globals[name] for name in frame.f_code.co_names if name in frame.f_globals]
    for seen in (owners, [*values, *frame.f_locals.values()], named):
        networks = {id(value): value for value in seen if type(value) is Network}
        if networks:
            return next(iter(networks.values())) if len(networks) == 1 else None
    return None


def _parsed(statement: str) -> ast.AST:
    try:
        return ast.parse(dedent(statement))
    except SyntaxError:
        return ast.Module([], [])


def _lines(answer: Answer, network: Network | None, fixes: bool) -> list[str]:
    if isinstance(answer, Trace):
        return _trace_lines(answer, network if fixes else None)
    if isinstance(answer, Result):
        return _result_lines(answer, network if fixes else None)
    if isinstance(answer, Check):
        return _check_lines(answer, network if fixes else None)
    return _isolation_lines(answer, network)


def result_reason(result: Result, network: Network, fixes: bool = True) -> str:
    """Why an expectation does not hold, where it stands, and the fix."""
    return "\n".join(_result_lines(result, network if fixes else None))


def _trace_lines(trace: Trace, network: Network | None) -> list[str]:
    lines = [f"{trace.verdict.upper()}  {trace.source} -> {trace.destination}  {trace.traffic}"]
    if trace.undecided:
        return [*lines, *hanging("  ", trace.undecided, _LOOK.width)]
    if trace:
        return [*lines, *_let_through(trace), *_fix_of_trace(trace, network)]
    for blocker in _LOOK.few(trace.blockers, _MOST):
        lines += blocker_lines(blocker, _LOOK, "  ")
    lines.append(f"  the client sees: {trace.client_sees}")
    return [*lines, *_fix_of_trace(trace, network)]


def _fix_of_trace(trace: Trace, network: Network | None) -> list[str]:
    """The fix, where the network says the same of the question for every source port."""
    if network is None:
        return []

    def found() -> Fixes | None:
        question = trace.source, trace.destination, trace.traffic
        if network.trace(*question) != trace:
            return None
        return network.fixes(*question[:2], deny=trace.traffic) if trace else network.fixes(*question)

    return _fix_lines(found)


def _result_lines(result: Result, network: Network | None) -> list[str]:
    place = f"{result.where}: " if result.where else ""
    lines = hanging("", f"{place}{result.title}", _LOOK.width)
    if result.expectation.why:
        lines += hanging("  why: ", result.expectation.why, _LOOK.width)
    witness = result.witness
    denied = result.expectation.deny is not None
    if result.holds:
        return lines
    if denied or not result.blockers:
        lines += hanging("  ", result.reason, _LOOK.width)
    else:
        for blocker in _LOOK.few(result.blockers, _MOST):
            lines += blocker_lines(blocker, _LOOK, "  ")
    if result.failing_text and not (denied and result.failing_text in result.reason):
        lines += hanging("  delivered: " if denied else "  failing: ", result.failing_text, _LOOK.width)[:_MOST]
    if witness is not None and denied:
        lines += _let_through(witness)
    if network is not None and result.verdict == "fails":
        lines += _fix_lines(lambda: _fixes_of(result, network))
    return lines


def _fixes_of(result: Result, network: Network) -> Fixes | None:
    """Those of an expectation of the file, or of what was asked in Python; none where the network says something else."""
    if result.number:
        return network.fixes(result.number) if network.decide(result.number) == result else None
    asked = result.expectation
    question: dict[str, Any] = {"one_way": asked.one_way}
    if asked.allow is None:
        question |= {"deny": asked.deny}
        again = network.expect(asked.from_, asked.to, **question)
    else:
        again = network.expect(asked.from_, asked.to, allow=asked.allow, **question)
        question |= {"traffic": asked.allow}
    return network.fixes(asked.from_, asked.to, **question) if again == result else None


def _check_lines(check: Check, network: Network | None) -> list[str]:
    wrong = [result for result in check if not result.holds]
    if not wrong:
        return [holding(len(check))]
    lines = [f"{len(wrong)} of {number(len(check), 'expectation')} {'does' if len(wrong) == 1 else 'do'} not hold"]
    for result in wrong[:_MOST]:
        lines += _result_lines(result, network)
    lines += [f"also {result.where} {result.title}" for result in wrong[_MOST:]]
    return lines


def _isolation_lines(found: Isolation, network: Network | None) -> list[str]:
    title = "ISOLATED" if found else "NOT ISOLATED" if found.leaks else "CANNOT DECIDE"
    lines = [f"{title}  {found.one} <-> {found.other}"]
    for leak in found.leaks[:_MOST]:
        lines += hanging("  ", str(leak), _LOOK.width)
        if leak.witness is not None:
            lines.append(f"    such as {leak.witness}")
        if network is not None and leak.traffic:
            lines += _let_through_leak(network, leak)
    if len(found.leaks) > _MOST:
        lines.append(f"  and {len(found.leaks) - _MOST} more")
    for reason in found.undecided[:_MOST]:
        lines += hanging("  cannot decide: ", reason, _LOOK.width)
    return lines


def _let_through_leak(network: Network, leak: Leak) -> list[str]:
    try:
        trace = network.trace(leak.source, leak.destination, leak.traffic)
    except ReachsimError:  # a name of a group of interfaces, which is no end of a question
        return []
    return [f"  {line}" for line in _let_through(trace)] if trace.packet == leak.witness else []


def _let_through(trace: Trace) -> list[str]:
    """The rules of the design that let a packet through, with their lines."""
    return [
        line
        for hop in trace.let_by
        for line in (
            *hanging("  let by ", f"{hop.component} {hop.checkpoint}: {hop.rule}", _LOOK.width),
            f"         {hop.where}",
        )
    ]


def _fix_lines(ask: Callable[[], Fixes | None]) -> list[str]:
    """The best fix. A search that finds nothing, or is not possible, adds nothing."""
    try:
        found = ask()
    except ReachsimError:
        return []
    if found is None or found.best is None:
        return []
    lines: list[str] = []
    for edit in found.best.edits:
        lines += hanging("  fix (proven): " if not lines else "  and ", edit.text, _LOOK.width)
    for opened in found.best.opens[:_MOST]:
        lines += hanging("    also ", str(opened), _LOOK.width)
    return lines
