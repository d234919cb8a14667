"""Load balancers that do not reach what they send to."""

from __future__ import annotations

from collections.abc import Iterator

from reachsim.answers.lint.registry import Found, Subject, finds
from reachsim.dataplane.relay import Relay
from reachsim.net.traffic import EVERYTHING
from reachsim.rules.lint import LintCode
from reachsim.trace.trace import past_listeners


@finds(LintCode.TARGET_CLOSED)
def targets_that_are_not_reached(subject: Subject) -> Iterator[Found]:
    """Targets that do not get the connections, the GENEVE or the health checks of their load balancer (LB-1, LB-9, LB-10):
    each packet is traced."""
    network = subject.network
    seen: set[tuple[object, ...]] = set()
    for interface in subject.topology.interfaces.values():
        if (
            not isinstance(interface.host, Relay)
            or not interface.host.targets
            or interface.path[2:3] != ("load_balancers",)
        ):
            continue
        for trace in past_listeners([interface], EVERYTHING, network.ends, network.locate, network.book).traces:
            key = interface.path, trace.destination, trace.traffic
            if trace.reachable or trace.undecided or not trace.blockers or key in seen:
                continue
            seen.add(key)
            blocker = trace.blockers[0]
            balancer, health = interface.name.partition("/")[0], trace.purpose == "health check"
            what = "health checks" if health else "connections"
            yield Found(
                LintCode.TARGET_CLOSED,
                balancer,
                blocker.cause.path or interface.path,
                f"target {trace.destination} does not get its {what} on {trace.traffic}",
                f"{trace.packet} ({interface.name}) {'is lost' if not trace.delivered else 'gets no answer'}: {blocker}",
                f"let {trace.traffic} pass from the load balancer to its target",
                "LB-10" if health else blocker.rule_id,
            )
