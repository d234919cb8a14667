"""Load balancers that do not reach what they send to."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.answers.lint.registry import Found, Subject, finds
from reachsim.dataplane.relay import Relay
from reachsim.dataplane.site import NetworkInterface
from reachsim.net.traffic import EVERYTHING
from reachsim.rules.clauses import KeyPath
from reachsim.rules.codes import Code
from reachsim.rules.lint import LintCode
from reachsim.trace.result import Trace
from reachsim.trace.trace import past_listeners


@finds(LintCode.TARGET_CLOSED)
def targets_that_are_not_reached(subject: Subject) -> Iterator[Found]:
    """Targets that do not get the connections, the GENEVE or the health checks of their load balancer (LB-1, LB-9, LB-10):
    each packet is traced. Those that the same rules stop are one finding."""
    for lost in _lost(subject).values():
        interface, trace = lost[0]
        blocker = trace.blockers[0]
        names = [*dict.fromkeys(each.destination for _, each in lost)]
        some = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
        health = trace.purpose == "health check"
        yield Found(
            LintCode.TARGET_CLOSED,
            interface.name.partition("/")[0],
            blocker.cause.path or interface.path,
            f"{'targets' if len(names) > 1 else 'target'} {some} {'do' if len(names) > 1 else 'does'} not get "
            f"{'health checks' if health else 'connections'} on {trace.traffic}",
            f"{trace.packet} ({interface.name}) {'gets no answer' if trace.delivered else 'is lost'}: {blocker}",
            f"let {trace.traffic} pass from the load balancer to its targets",
            "LB-10" if health else blocker.rule_id,
        )


_NAMED = 3
"""Targets that a finding names."""


@finds(LintCode.TARGET_CLOSED)
def targets_outside_the_enabled_zones(subject: Subject) -> Iterator[Found]:
    """Listeners all of whose targets are in zones that are not enabled, so that clients get 503, or nothing (LB-8)."""
    told: set[tuple[KeyPath, str]] = set()
    for interface, host in _balancers(subject):
        for about in dict.fromkeys(choice.about for choice in host.targets):
            losses = [choice.loss for choice in host.targets if choice.about == about]
            loss = losses[0]
            if loss is None or None in losses or loss.code is not Code.ELB_INSTALLED_AZ_RESTRICTION:
                continue
            if (interface.path, loss.text) in told:
                continue
            told.add((interface.path, loss.text))
            name = interface.name.partition("/")[0]
            text = f"nobody gets what comes on {about}"
            path = loss.path or (*interface.path, "subnets")
            yield Found(
                LintCode.TARGET_CLOSED, name, path, text, f"{loss.text} [{loss.code}]",
                "enable the zone of the targets for the load balancer, by a subnet there", "LB-8",
            )  # fmt: skip


def _balancers(subject: Subject) -> Iterator[tuple[NetworkInterface, Relay]]:
    """The interfaces of load balancers with targets."""
    for interface in subject.topology.interfaces.values():
        host = interface.host
        if isinstance(host, Relay) and host.targets and interface.path[2:3] == ("load_balancers",):
            yield interface, host


def _lost(subject: Subject) -> dict[tuple[object, ...], list[tuple[NetworkInterface, Trace]]]:
    """What is lost of what load balancers send themselves, by load balancer, purpose, traffic and what stops it. Answers to
    some of its ports alone are the ACL's matter (`ANSWERS_CLOSED`): most connections work."""
    network = subject.network
    found: dict[tuple[object, ...], list[tuple[NetworkInterface, Trace]]] = {}
    for interface, _ in _balancers(subject):
        for trace in past_listeners([interface], EVERYTHING, network.ends, network.locate, network.book).traces:
            whole = any(way.verdict in ("blocked", "no reply") for way in trace.ways)
            if whole and not trace.undecided and trace.blockers:
                cause = trace.blockers[0].cause
                key = interface.path, trace.purpose, trace.traffic, cause.code, cause.path[:4]
                found.setdefault(key, []).append((interface, trace))
    return found
