"""Packets of a question, and what the naive evaluator says of them: expectations as well as single probes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.oracle.naive.addresses import network
from tests.oracle.naive.judging import variants
from tests.oracle.naive.packets import span, tokens_of
from tests.oracle.naive.parts import Verdict
from tests.oracle.naive.world import World

STRANGERS = ("203.0.113.9", "8.8.4.4")  # public addresses for `internet`
ALL = ("tcp/22", "tcp/443", "tcp/5432", "udp/53", "udp/123", "icmp/8", "proto/50")
SOURCE_PORTS = (32768, 50000, 60999)


def packets_of(traffic: Any) -> Iterator[str]:
    """Some packets of a traffic: the ends of its ranges, samples of what names no port."""
    for token in tokens_of(traffic):
        name, *details = token.split("/")
        if name == "all":
            yield from ALL
        elif name in ("tcp", "udp"):
            for port in sorted(set(span(details[0]))) if details else (22, 443):
                yield f"{name}/{port}"
        elif name.startswith("icmp") and not details:
            yield f"{name}/{8 if name == 'icmp' else 128}"
        else:
            yield token


def ends_of(end: str) -> list[str]:
    """The sample of addresses that an end of a question stands for."""
    if end == "internet":
        return list(STRANGERS)
    block = network(end)
    if block is not None and "/" in end:
        return sorted({str(block.first), str(block.last)})
    return [end]


def verdicts(world: World, source: str, destination: str, traffic: Any) -> Iterator[tuple[str, Verdict]]:
    """The verdict of every sampled packet of an expectation."""
    for src in ends_of(source):
        for dst in ends_of(destination):
            for token in packets_of(traffic):
                for port in SOURCE_PORTS:
                    for label, verdict in variants(world, src, dst, token, port):
                        yield f"{label} {token} from {port}", verdict


def holds(world: World, expectation: dict[str, Any]) -> bool:
    """Does an expectation hold for all packets of the sample?"""
    verb = "allow" if "allow" in expectation else "deny"
    asked = [each for _, each in verdicts(world, expectation["from"], expectation["to"], expectation[verb])]
    assert asked
    assert not any(each.undecided for each in asked)
    if verb == "deny":
        return not any(each.forward for each in asked)
    return all(each.forward if expectation.get("one_way") else each.reachable for each in asked)
