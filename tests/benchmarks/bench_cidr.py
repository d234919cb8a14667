"""How fast overlaps, longest-prefix match and planning are, each beside a plain yardstick in the same
process.

    python tests/benchmarks/bench_cidr.py [COUNT]

It prints seconds and, what means more on another machine, ratios: the sweep over a plain sort of the same
blocks, the quadratic check over the sweep at a small size, the growth of the cost when the input doubles.
It is no test.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from typing import Any

from reachsim.cidr import Entry, find_overlaps, overlapping_pairs, plan_text
from reachsim.net.cidr import Cidr
from reachsim.net.prefixes import prefix_table


def blocks(count: int, seed: int = 7) -> list[Cidr]:
    """Blocks as an estate has them: many small ones, some of them inside larger ones, a few very large."""
    rng = random.Random(seed)
    lengths = rng.choices(
        range(12, 33),
        weights=[1, 1, 1, 1, 4, 4, 6, 6, 9, 9, 12, 12, 60, 30, 20, 20, 20, 4, 4, 4, 20],
        k=count,
    )
    return [Cidr(rng.getrandbits(32) >> (32 - length) << (32 - length), length) for length in lengths]


def best(ask: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    """The least time of a few runs, and the answer."""
    seconds, answer = [], None
    for _ in range(times):
        start = time.perf_counter()
        answer = ask()
        seconds.append(time.perf_counter() - start)
    return min(seconds), answer


def quadratic(found: list[Cidr]) -> int:
    """The plain check: every pair."""
    return sum(one.overlaps(other) for i, one in enumerate(found) for other in found[:i])


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    whole, half, small = blocks(count), blocks(count // 2), blocks(2_000)

    sort_seconds, _ = best(lambda: sorted(whole))
    tuple_seconds, _ = best(lambda: sorted([(b.network, b.prefix_length) for b in whole]))
    sweep_seconds, pairs = best(lambda: sum(1 for _ in overlapping_pairs(whole)))
    half_seconds, half_pairs = best(lambda: sum(1 for _ in overlapping_pairs(half)))
    print(f"overlaps of {count:,} blocks: {sweep_seconds:.3f} s, {pairs:,} pairs")
    print(f"  over a sort of the blocks ({sort_seconds:.3f} s): {sweep_seconds / sort_seconds:.1f} x")
    print(f"  over a sort of plain tuples ({tuple_seconds:.3f} s): {sweep_seconds / tuple_seconds:.1f} x")
    work, half_work = count + pairs, count // 2 + half_pairs
    print(f"  twice the blocks: {work / half_work:.2f} x input and output, {sweep_seconds / half_seconds:.2f} x time")

    small_seconds, small_pairs = best(lambda: sum(1 for _ in overlapping_pairs(small)))
    plain_seconds, plain_pairs = best(lambda: quadratic(small), times=1)
    assert small_pairs == plain_pairs
    print(f"overlaps of {len(small):,} blocks: {small_seconds * 1000:.1f} ms; every pair: {plain_seconds:.2f} s,")
    print(f"  {plain_seconds / small_seconds:,.0f} x as long")

    entries = [Entry(block, f"n{index}") for index, block in enumerate(whole)]
    ranked_seconds, report = best(lambda: find_overlaps(entries), times=1)
    print(f"ranked, with {len(report.overlaps):,} results as values: {ranked_seconds:.2f} s")

    build_seconds, table = best(lambda: prefix_table((block, index) for index, block in enumerate(whole)))
    rng = random.Random(3)
    asked = [rng.getrandbits(32) for _ in range(count)]
    ask_seconds, _ = best(lambda: [table[place] for place in asked])
    print(
        f"longest-prefix match over {count:,} blocks: built in {build_seconds:.3f} s, {count:,} "
        f"questions in {ask_seconds:.3f} s"
    )
    print(
        f"  build over a sort of the blocks: {build_seconds / sort_seconds:.1f} x; a question: "
        f"{ask_seconds / count * 1e6:.2f} us"
    )
    few = asked[:50]
    scan_seconds, scanned = best(lambda: [_scan(whole, place) for place in few], times=1)
    assert [None if i is None else whole[i] for i in map(table.__getitem__, few)] == scanned
    print(f"  a scan of all blocks for each question: {scan_seconds / len(few) / (ask_seconds / count):,.0f} x as long")

    for vpcs in (250, 500, 1000):
        text = json.dumps({"version": 1, "pools": {"p": "10.0.0.0/8"}, "vpcs": {f"v{n}": "/22" for n in range(vpcs)}})
        seconds, plan = best(lambda text=text: plan_text(text), times=1)  # type: ignore[misc]
        print(f"plan of {vpcs:,} VPCs: {seconds:.2f} s, {plan.verdict.value}")


def _scan(found: list[Cidr], place: int) -> Cidr | None:
    return max((block for block in found if place in block), key=lambda block: block.prefix_length, default=None)


if __name__ == "__main__":
    main()
