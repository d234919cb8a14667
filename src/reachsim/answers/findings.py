"""What a design says of itself without being asked: warnings, idle rules, dead ends and exposures, in one shape."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.answers.finding import Finding, weighed
from reachsim.answers.listed import Answers
from reachsim.answers.policy import DeadEnd, Exposed, dead_ends, exposure
from reachsim.answers.rulesets import IdleRule, idle_rules
from reachsim.calls import made_by
from reachsim.engine import Engine
from reachsim.errors import Problem
from reachsim.rules.codes import Code

WARNED = "WARNING"
"""The code of a warning that no rule of the rule book is behind."""
IDLE = {"shadowed": "SHADOWED_RULE", "redundant": "REDUNDANT_RULE"}
EXPOSED = "EXPOSED_TO_INTERNET"


@made_by("net.findings()")
class Findings(Answers[Finding]):
    """Everything that a design says of itself without being asked."""

    key = "findings"

    @property
    def title(self) -> str:
        """How many of each severity there are."""
        return weighed(self)


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
    return Finding(code, "warning", warning.path, warning.message, cure=warning.hint or "", where=where)


def of_idle_rule(rule: IdleRule) -> Finding:
    """A rule that decides nothing."""
    text = f"{rule.rule} is {rule.why}"
    evidence, owner = "; ".join(rule.by), f"{rule.owner} {rule.direction}"
    return Finding(IDLE[rule.kind], "warning", rule.path, text, evidence, "remove the rule", owner, rule.where)


def of_dead_end(end: DeadEnd) -> Finding:
    """A route into a blackhole or a loop."""
    cure = (
        "lead the route elsewhere" if end.code == Code.FORWARDING_LOOP else "mend the target of the route, or remove it"
    )
    evidence = f"{end.route} takes {end.destinations}"
    return Finding(end.code, "error", end.path, end.text, evidence, cure, end.table, end.where)


def of_exposure(exposed: Exposed, network: Engine) -> Finding:
    """What the internet reaches of some interfaces."""
    name = exposed.interfaces[0]
    path = (network.topology.interfaces.get(name) or network.topology.doors[name]).path
    what = exposed.text if exposed.space else f"undecided: {exposed.undecided}"
    text = f"the internet reaches {', '.join(exposed.interfaces)}: {what}"
    return Finding(EXPOSED, "note", path, text, where=network.locate(path))
