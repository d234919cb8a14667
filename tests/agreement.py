"""The engine against the oracle of `tests.oracle.naive`: random designs, random packets, both asked.

`python -m tests.agreement --worlds 1000 --probes 10` asks 10,000 packets, counts the verdicts and prints
every
disagreement with the seed of its world, so that it can be asked again.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from tests.oracle.naive import Verdict, judge_variants
from tests.oracle.worlds import random_design, random_probe

import reachsim
from reachsim.trace.result import Trace, Way

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
        """Whether the two say the same."""
        return self.said == self.judged

    def __str__(self) -> str:
        blockers = "".join(f"\n    {blocker}" for blocker in self.trace.blockers)
        return (
            f"seed {self.seed}, {' '.join(map(str, self.probe))}: engine {self.said}, oracle {self.judged}"
            f"\n  oracle: {self.verdict.lost or 'reachable'}\n  engine: {self.trace.verdict}{blockers}"
        )


def elsewhere(way: Way) -> bool:
    """Whether the packet, or its answer, comes to somebody who was not meant, and that is all that is wrong.

    In a VPC with a twin of the same addresses a name means an interface, and the sender's network may give
    its address
    to another one (PEER-9). The oracle asks for addresses alone, and whoever has the address is right.
    """
    return bool(way.blockers) and way.blockers[0].code == "DELIVERED_ELSEWHERE"


def to_itself(way: Way) -> bool:
    """Whether a function sends to the interface that it sends from."""
    sender = way.forward[0].component if way.forward else ""
    return any(b.code == "LAMBDA_OUTBOUND_ONLY" and b.component == sender for b in way.blockers)


def explanation(trace: Trace, verdict: Verdict) -> str:
    """Why the two may differ, where that is known; empty where it is not.

    All known differences are of one kind: the engine says no, or that it cannot say, where the oracle says
    yes.
    """
    if (trace.delivered, trace.always) > (verdict.forward, verdict.reachable):
        return ""
    if trace.undecided:
        return "undecided: the Lambda service picks the source address"
    failing = [way for way in trace.ways if not way.always]
    if all(elsewhere(way) for way in failing):
        return "another interface has the address that is meant (PEER-9)"
    if all(to_itself(way) for way in failing):
        return "a function does not reach itself (LAMBDA-8), and the oracle lets everybody talk to themselves"
    return ""


def ask(net: reachsim.Network, design: Design, seed: int, probe: Probe) -> Question:
    """One packet, asked of both."""
    trace = net.trace(*probe[:3], source_port=probe[3])
    verdicts = [verdict for _, verdict in judge_variants(design, *probe)]
    verdict = Verdict(
        all(v.forward for v in verdicts),
        all(v.reply for v in verdicts),
        all(v.reachable for v in verdicts),
        next((v.lost for v in verdicts if v.lost), ""),
    )
    return Question(seed, design, probe, trace, verdict, explanation(trace, verdict))


def world(seed: int) -> tuple[random.Random, Design, reachsim.Network]:
    """The design of a seed, loaded, with the source of chance that goes on from there."""
    rng = random.Random(seed)
    design = random_design(rng)
    return rng, design, reachsim.loads(yaml.safe_dump(design, sort_keys=False), file=f"seed-{seed}")


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
