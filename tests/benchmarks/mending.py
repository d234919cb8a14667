"""What is measured of answers that advise: fixes, lint, Lambda's addresses, Session Manager."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

from tests.benchmarks.clock import Row, asked_afresh, clocked, compiled, text_of


def without_default_route(text: str) -> str:
    """An organisation whose first private table lost its route to the NAT gateway."""
    return re.sub(r"(private-a: \{)0\.0\.0\.0/0: natgw-a, ", r"\1", text, count=1)


def first_of(net: Any, wanted: Callable[[Any], bool]) -> Any:
    """The first failing `allow` whose expectation is of a kind; None where there is none."""
    results = (net.decide(number) for number, e in enumerate(net.design.expect, 1) if e.allow is not None and wanted(e))
    return next((result.expectation for result in results if result.verdict == "fails"), None)


QUESTIONS: dict[str, Callable[[Any], bool]] = {
    "fix: a route": lambda e: e.to == "packages.example.net",
    "fix: a rule of a group": lambda e: str(e.from_).endswith(".bastion"),
    "fix: rules of an ACL": lambda e: e.from_ == "internet",
}


def measure_fix(size: int) -> Iterator[Row]:
    """Proven fixes of one question, in a network of which nothing was asked yet; beside a load of the file."""
    text = without_default_route(text_of(size))
    load = min(clocked(lambda: compiled(text))[0] for _ in range(3))
    for name, wanted in QUESTIONS.items():
        asked = first_of(compiled(text), wanted)
        if asked is None:
            continue
        net = compiled(text)
        ends = asked.from_, asked.to, asked.allow
        mine, peak, found = asked_afresh(text, net, lambda fresh, ends=ends: fresh.fixes(*ends), 15)
        note = f"{len(found)} proven of {found.tried} tried"
        yield Row(name, size, min(mine), median(mine), 1, "", "load and compile", load, peak, note)


def advised(size: int, text: str, name: str, ask: Callable[[Any], Any], part: str) -> Iterator[Row]:
    """An answer about the whole of a design, beside a load of its file."""
    load = min(clocked(lambda: compiled(text))[0] for _ in range(2))
    mine, peak, found = asked_afresh(text, compiled(text), ask, 20)
    yield Row(name, size, min(mine), median(mine), size, part, "load and compile", load, peak, str(found))


def measure_lint(size: int) -> Iterator[Row]:
    """Every finding of a whole organisation."""
    yield from advised(size, text_of(size), "lint", lambda net: f"{len(net.lint())} findings", "interface")


def with_functions(text: str, count: int) -> str:
    """An organisation with functions too: each in the app subnets of a VPC, with one or two of its groups."""
    net = compiled(text)
    places = [
        (vpc, [name for name in body.subnets if name.startswith("app-")], list(body.security_groups))
        for vpc, body in net.design.vpcs.items()
    ]
    places = [place for place in places if place[1] and place[2]]
    lines: list[str] = []
    for number in range(count):
        vpc, subnets, groups = places[number % len(places)]
        mine = groups[number // len(places) % min(8, len(groups)) :][: 1 + number % 2]
        where = f"{{vpc: {vpc}, subnets: [{', '.join(subnets)}], security_groups: [{', '.join(mine)}]}}"
        line = f"  f-{number}: {{memory_mb: 512, concurrency: {1 + number % 50}, "
        lines.append(f"{line}latest: {where}, versions: {{1: {where}}}, aliases: {{prod: 1}}}}")
    head = "lambda_functions:\n"
    return text.replace(head, head + "\n".join(lines) + "\n", 1)


def measure_lambda(size: int) -> Iterator[Row]:
    """The addresses of as many functions, each with a version, in an organisation of 1,000 interfaces."""
    text = with_functions(text_of(min(size, 1000)), size)
    yield from advised(
        size, text, "lambda", lambda net: f"{len(net.lambda_addresses().interfaces)} shared interfaces", "function"
    )


def measure_session_manager(size: int) -> Iterator[Row]:
    """What Session Manager needs of every instance of an organisation."""
    ask: Callable[[Any], Any] = lambda net: f"{len(net.session_manager().nodes)} instances"  # noqa: E731
    yield from advised(size, text_of(size), "session-manager", ask, "interface")
