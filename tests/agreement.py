"""The engine against the oracle of `tests.oracle.naive`: random designs, random packets, both asked.

`python -m tests.agreement --worlds 1000 --probes 10` asks 10,000 packets, counts the verdicts and prints every
disagreement with the seed of its world, so that it can be asked again. Nothing is excused unseen: a verdict that the
oracle does not share, and every "undecided", has to be explained by a rule, the explanation is checked, and it is counted.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from tests.oracle.blocks import span, text, within
from tests.oracle.naive import Verdict, judge, judge_variants
from tests.oracle.naive.world import World
from tests.oracle.text import as_text
from tests.oracle.worlds import leaves_vpc, random_design, random_probe

import reachsim
from reachsim.net.address import IPV4_LAST, format_address
from reachsim.trace.result import Trace, TracedWay

Design = dict[str, Any]
Probe = tuple[str, str, str, int]


@dataclass(frozen=True)
class Question:
    """One packet asked of both. `said` and `judged` are (delivered, reachable whatever ports NAT devices choose)."""

    seed: int
    design: Design
    probe: Probe
    trace: Trace
    verdict: Verdict
    explained: str

    @property
    def said(self) -> tuple[bool, bool]:
        """What the engine says."""
        return self.trace.delivered, self.trace.always

    @property
    def judged(self) -> tuple[bool, bool]:
        """What the oracle says."""
        return self.verdict.forward, self.verdict.reachable

    @property
    def agree(self) -> bool:
        """Whether the two say the same. A verdict that is open agrees with nothing."""
        return self.said == self.judged and not self.trace.undecided

    def __str__(self) -> str:
        blockers = "".join(f"\n    {blocker}" for blocker in self.trace.blockers)
        return (
            f"seed {self.seed}, {' '.join(map(str, self.probe))}: engine {self.said}, oracle {self.judged}"
            f"\n  oracle: {self.verdict.lost or 'reachable'}\n  engine: {self.trace.verdict}{blockers}"
        )


NOT_WORLD = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"),
    *("224.0.0.0/4", "240.0.0.0/4"),
)  # RFC 6890


def written(value: Any) -> Iterator[str]:
    """Every text of a design."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from written(item)
    elif isinstance(value, list):
        for item in value:
            yield from written(item)
    elif isinstance(value, str):
        yield value


def strangers(design: Design) -> list[str]:
    """IPv4 addresses of the world that the design may tell apart: at both sides of the ends of every block in it."""
    blocks = {
        each for each in written(design) if each.count(".") == 3 and each.replace(".", "").replace("/", "").isdigit()
    }
    ends = {each for _, low, high in map(span, blocks) for each in (low - 1, low, high, high + 1)}
    owned = [cidr for vpc in design["vpcs"].values() for cidr in vpc["cidrs"]]
    for vpc in design["vpcs"].values():
        for kind in ("instances", "interfaces", "nat_gateways"):
            owned += [
                body["public_ip"] for body in vpc.get(kind, {}).values() if isinstance(body.get("public_ip"), str)
            ]
    addresses = [text(4, each) for each in sorted(ends) if 0 <= each < 1 << 32]
    return [each for each in addresses if not any(within(each, block) for block in (*NOT_WORLD, *owned))]


def from_anywhere(world: World, probe: Probe) -> list[Verdict]:
    """What the oracle says if the Lambda service picks this or that address for a function outside every VPC."""
    design = world.design
    if not leaves_vpc(design, probe[0]) or not probe[2].startswith(("tcp", "udp")):
        return []
    return [judge(world, address, *probe[1:]) for address in strangers(design)]


def elsewhere(net: reachsim.Network, probe: Probe, trace: Trace, way: TracedWay, verdict: Verdict) -> bool:
    """Whether the packet comes to another interface than the named one, which has the address too, or goes down a connection
    to a network that may have it (PEER-9).

    A name means an interface; the oracle asks for its address, and whoever has the address is right. So, asked for the
    address, the two have to agree.
    """
    first = way.blockers[0] if way.blockers else None
    if first is None or (first.code, first.leg) != ("DELIVERED_ELSEWHERE", "forward") or way.packet is None:
        return False
    address = format_address(way.packet.destination)
    have = {name for name, each in net.topology.interfaces.items() if way.packet.destination in each.addresses}
    named = {interface.name for interface in net.endpoint(probe[1]).interfaces}
    if not named & have or first.component in named | (net.topology.interfaces.keys() - have):
        return False
    try:
        again = net.trace(probe[0], address, probe[2], source_port=probe[3])
    except reachsim.UsageError:  # it is the sender's own
        return False
    return (again.delivered, again.reachable) == (verdict.forward, verdict.reachable)


def to_itself(way: TracedWay) -> bool:
    """Whether a function sends to the interface that it sends from."""
    sender = way.forward[0].component if way.forward else ""
    return any(b.code == "LAMBDA_OUTBOUND_ONLY" and b.component == sender for b in way.blockers)


ITSELF = "LAMBDA-8: a function does not reach itself, and the oracle lets everybody talk to themselves"
ELSEWHERE = "PEER-9: another interface has the address that is meant, and asked for the address both agree"
PICKED = "LAMBDA-1: the Lambda service picks the source address, and the oracle does not treat all of them alike"
CAUTIOUS = (
    "LAMBDA-1: the Lambda service picks the source address, and the oracle stops all of them, one here, one there"
)
FRONT = "LAMBDA-27: the own address of an API gateway is not modelled"


def explanation(
    net: reachsim.Network, design: Design, probe: Probe, trace: Trace, verdict: Verdict, picked: list[Verdict]
) -> str:
    """By which rule the two differ, or the engine cannot say; empty where none is known."""
    if trace.undecided:
        if probe[1] in design.get("api_gateways", {}):
            return FRONT
        if len({(v.forward, v.reachable) for v in picked}) > 1:
            return PICKED
        return CAUTIOUS if leaves_vpc(design, probe[0]) and not verdict.reachable else ""
    if (trace.delivered, trace.always) > (verdict.forward, verdict.reachable):
        return ""  # falsely sure, whatever the reason
    failing = [way for way in trace.ways if not way.always]
    if all(to_itself(way) for way in failing):
        return ITSELF
    if all(elsewhere(net, probe, trace, way, verdict) or to_itself(way) for way in failing):
        return ELSEWHERE
    return ""


def of_one_family(trace: Trace) -> Trace:
    """A trace without its IPv6 ways where it has others: the oracle means IPv4 by a name that means both."""
    four = tuple(way for way in trace.ways if way.packet is None or way.packet.destination <= IPV4_LAST)
    return replace(trace, ways=four) if four and four != trace.ways else trace


def ask(net: reachsim.Network, design: Design, seed: int, probe: Probe) -> Question:
    """One packet, asked of both."""
    trace = of_one_family(net.trace(*probe[:3], source_port=probe[3]))
    asked = World(design)
    picked = from_anywhere(asked, probe)
    verdicts = [*(verdict for _, verdict in judge_variants(asked, *probe)), *picked]
    verdict = Verdict(
        all(v.forward for v in verdicts),
        all(v.reply for v in verdicts),
        all(v.reachable for v in verdicts),
        next((v.lost for v in verdicts if v.lost), ""),
    )
    question = Question(seed, design, probe, trace, verdict, "")
    if question.agree:
        return question
    return replace(question, explained=explanation(net, design, probe, trace, verdict, picked))


def world(seed: int) -> tuple[random.Random, Design, reachsim.Network]:
    """The design of a seed, loaded, with the source of chance that goes on from there."""
    rng = random.Random(seed)
    design = random_design(rng)
    return rng, design, reachsim.loads(as_text(design), file=f"seed-{seed}")


def questions(seed: int, probes: int) -> Iterator[Question]:
    """All packets of one world."""
    rng, design, net = world(seed)
    for _ in range(probes):
        yield ask(net, design, seed, random_probe(rng, design))


def main(arguments: list[str] | None = None) -> int:
    """Ask many, print the counts; 1 where a disagreement is left unexplained."""
    parser = argparse.ArgumentParser(prog="python -m tests.agreement", description=__doc__)
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--probes", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0, help="of the first world")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    verdicts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    open_questions = 0
    for seed in range(options.seed, options.seed + options.worlds):
        for question in questions(seed, options.probes):
            verdicts[question.trace.verdict] += 1
            if question.agree:
                continue
            if question.explained:
                reasons[question.explained] += 1
            else:
                open_questions += 1
                print(question)
    total = options.worlds * options.probes
    print(f"{total} packets on {options.worlds} networks in {time.perf_counter() - started:.0f} s")
    print("verdicts: " + ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common()))
    for why, count in reasons.most_common():
        print(f"explained: {count}, {why}")
    print(f"disagreements: {open_questions}")
    return 1 if open_questions else 0


if __name__ == "__main__":
    sys.exit(main())
