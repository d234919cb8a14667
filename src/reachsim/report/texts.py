"""Every answer as the command line prints it: what its `str` is. Importing this registers the texts with `text_of`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from reachsim.answers.difference import Difference
from reachsim.answers.expectations import Check, Result
from reachsim.answers.explain import Explanation
from reachsim.answers.findings import Findings
from reachsim.answers.fixes import Fixes, FixPlan, SessionPlan
from reachsim.answers.isolation import Isolation
from reachsim.answers.lambda_addresses import LambdaAddresses
from reachsim.answers.lint.run import Lint
from reachsim.answers.neighbours import Neighbours
from reachsim.answers.policy import DeadEnds, Exposure
from reachsim.answers.reach import reach_answer
from reachsim.answers.rulesets import IdleRules
from reachsim.answers.session_manager import SessionManager
from reachsim.cidr.blocks import BlockFacts
from reachsim.cidr.overlaps import OverlapReport
from reachsim.cidr.plan import Plan
from reachsim.faces import text_of
from reachsim.network import Network
from reachsim.reach.grouped import GroupedMatrix
from reachsim.reach.matrix import Matrix, Slice
from reachsim.reach.pair import Reach
from reachsim.report.check import check_text, result_text
from reachsim.report.cidr import SHOWN, facts_text, overlaps_text
from reachsim.report.cidr_plan import plan_text as address_plan_text
from reachsim.report.deadends import deadends_text
from reachsim.report.diff import diff_text
from reachsim.report.explain import explanation_text
from reachsim.report.exposure import exposure_text
from reachsim.report.fix import fixes_text, plan_text, sessions_text
from reachsim.report.isolated import isolated_text
from reachsim.report.lambda_planning import lambda_text
from reachsim.report.lint import lint_text
from reachsim.report.matrix import grouped_text, matrix_text
from reachsim.report.neighbours import neighbours_text
from reachsim.report.reach import reach_text
from reachsim.report.rules import rules_text
from reachsim.report.session_manager import session_manager_text
from reachsim.report.text import with_doors
from reachsim.report.trace import trace_text
from reachsim.trace.result import Trace

A = TypeVar("A")


def _alone(kind: type[A], text: Callable[[A], str]) -> None:
    """Register the text of an answer that needs its networks for what is not modelled alone."""

    @text_of.register(kind)
    def _(answer: A, *networks: Network) -> str:
        return with_doors(text(answer), networks)


def _of_one(kind: type[A], text: Callable[[A, Network], str]) -> None:
    """Register the text of an answer that its network gives names of files and places."""

    @text_of.register(kind)
    def _(answer: A, *networks: Network) -> str | None:
        return with_doors(text(answer, networks[0]), networks) if networks else None


def _file(net: Network) -> str:
    return net.source.file


_alone(Trace, trace_text)
_alone(Explanation, explanation_text)
_alone(Result, result_text)
_alone(Plan, address_plan_text)
_alone(OverlapReport, lambda found: overlaps_text(found, limit=SHOWN))
_alone(BlockFacts, lambda facts: facts_text([facts]))
_of_one(Check, lambda check, net: check_text(check, _file(net), warnings=len(net.warnings)))
_of_one(Reach, lambda found, net: reach_text(reach_answer(found, None), net.locate))
_of_one(Matrix, lambda matrix, net: matrix_text(matrix, _file(net)))
_of_one(Slice, lambda part, net: matrix_text(part.matrix, _file(net), part.traffic))
_of_one(GroupedMatrix, lambda part, net: grouped_text(part, _file(net), part.by))
_of_one(Neighbours, neighbours_text)
_of_one(Exposure, exposure_text)
_of_one(Isolation, isolated_text)
_of_one(DeadEnds, lambda found, net: deadends_text(found, _file(net)))
_of_one(IdleRules, lambda found, net: rules_text(found, _file(net)))
_of_one(Findings, lambda found, net: lint_text(Lint(tuple(found)), _file(net)))
_of_one(Lint, lambda found, net: lint_text(found, _file(net)))
_of_one(Fixes, lambda found, net: fixes_text(found, net.locate))
_of_one(FixPlan, lambda plan, net: plan_text(plan, net.locate))
_of_one(SessionPlan, lambda plan, net: sessions_text(plan, net.locate) or plan.title)
_of_one(LambdaAddresses, lambda plan, net: lambda_text(plan, _file(net)))
_of_one(SessionManager, lambda found, net: session_manager_text(found, _file(net), traces=found.named))


@text_of.register
def _(found: Difference, *networks: Any) -> str | None:
    return with_doors(diff_text(found, (), (networks[0], networks[1])), networks) if networks else None
