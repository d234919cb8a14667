"""What a design says of itself without being asked: warnings, idle rules, dead ends and exposures, in one shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

from reachsim.answers.listed import Answers
from reachsim.answers.policy import DeadEnd, Exposed, dead_ends, exposure
from reachsim.answers.rulesets import IdleRule, idle_rules
from reachsim.engine import Engine
from reachsim.errors import Problem, counted, format_path
from reachsim.faces import Faced
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code

Severity = Literal["error", "warning", "note"]
WARNED = "WARNING"
"""The code of a warning that no rule of the rule book is behind."""
IDLE = {"shadowed": "SHADOWED_RULE", "redundant": "REDUNDANT_RULE"}
EXPOSED = "EXPOSED_TO_INTERNET"


@dataclass(frozen=True, repr=False)
class Finding(Faced):
    """One thing that a person may want to look at.

    `code`: stable: of a blocker (docs/codes.md), of the rule behind a warning, or one of this module. `severity`: "error"
    for what loses packets for certain, "warning" for what may not have been meant, "note" for what is only told. `path`: the
    key to edit. `text`: one sentence. `evidence`: what shows it, a line each. `cure`: what to do, empty where nothing is
    wrong. `where`: ``file:line``.
    """

    code: str
    severity: Severity
    path: KeyPath
    text: str
    evidence: tuple[str, ...] = ()
    cure: str = ""
    where: str = ""

    def __str__(self) -> str:
        return f"{self.severity}: {self.text} [{self.code}]"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "code": self.code,
            "severity": self.severity,
            "path": format_path(self.path),
            "text": self.text,
            "evidence": list(self.evidence),
            "cure": self.cure,
            "where": self.where,
        }


class Findings(Answers[Finding]):
    """Everything that a design says of itself without being asked."""

    __slots__ = ()
    key = "findings"

    @property
    def title(self) -> str:
        """How many of each severity there are."""
        counts = {severity: sum(each.severity == severity for each in self) for severity in get_args(Severity)}
        return ", ".join(counted(count, severity) for severity, count in counts.items() if count) or "nothing found"


def findings(network: Engine) -> Findings:
    """Everything that is found, in the order of the file; of one place, warnings first."""
    place = network.source.document.place
    return Findings(sorted(_all(network), key=lambda finding: place(finding.path)))


def _all(network: Engine) -> Iterator[Finding]:
    yield from (of_warning(warning, network) for warning in network.source.warnings)
    yield from map(of_idle_rule, idle_rules(network))
    yield from map(of_dead_end, dead_ends(network))
    yield from (of_exposure(found, network) for found in exposure(network))


def of_warning(warning: Problem, network: Engine) -> Finding:
    """What AWS accepts, or the file waives."""
    code, where = warning.code or WARNED, network.locate(warning.path)
    return Finding(code, "warning", warning.path, warning.message, (), warning.hint or "", where)


def of_idle_rule(rule: IdleRule) -> Finding:
    """A rule that decides nothing."""
    text = f"{rule.owner} {rule.direction}: {rule.rule} is {rule.why}"
    return Finding(IDLE[rule.kind], "warning", rule.path, text, rule.by, "remove the rule", rule.where)


def of_dead_end(end: DeadEnd) -> Finding:
    """A route into a blackhole or a loop."""
    cure = (
        "lead the route elsewhere" if end.code == Code.FORWARDING_LOOP else "mend the target of the route, or remove it"
    )
    text, evidence = f"{end.table}: {end.text}", (f"{end.route} takes {end.destinations}",)
    return Finding(end.code, "error", end.path, text, evidence, cure, end.where)


def of_exposure(exposed: Exposed, network: Engine) -> Finding:
    """What the internet reaches of some interfaces."""
    path = network.topology.interfaces[exposed.interfaces[0]].path
    what = exposed.text if exposed.space else f"undecided: {exposed.undecided}"
    text = f"the internet reaches {', '.join(exposed.interfaces)}: {what}"
    return Finding(EXPOSED, "note", path, text, (), "", network.locate(path))
