"""The whole suite on every core: `python -m tests`, with arguments of pytest if there are any.

The suite's files know nothing of each other, so each process gets every so-manyth of them, and is an ordinary run of pytest:
no plugin is needed. What they print comes as it comes; the last line sums up, in pytest's words. Whoever wants one process
(for `--pdb`, say) runs `pytest`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
MOST = 8
"""More processes would each collect a few files only."""
NOTHING_COLLECTED = 5
"""pytest's exit code where no test fits what is asked for."""
_SUMMARY = re.compile(r"(=* ?)(\d+ [a-z]+|no tests ran)(, \d+ [a-z]+)* in [\d.]+s( \([\d:]+\))?( ?=*)")
_COUNT = re.compile(r"(\d+) ([a-z]+)")


def cores() -> int:
    """How many processes can run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def parts(files: Sequence[Path], count: int) -> list[list[Path]]:
    """The files dealt out like cards: neighbours, which are about the same and take as long, come apart."""
    return [part for first in range(count) if (part := list(files[first::count]))]


def summary(lines: Sequence[str], seconds: float) -> str:
    """The last lines of several runs of pytest as one."""
    counts: Counter[str] = Counter()
    for line in lines:
        for number, word in _COUNT.findall(line.partition(" in ")[0]):
            counts[word.removesuffix("s") if word in ("errors", "warnings") else word] += int(number)
    order = ("failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "warning", "error")
    several = {word: f"{word}s" for word in ("warning", "error") if counts[word] != 1}
    told = [f"{counts[word]} {several.get(word, word)}" for word in order if counts[word]]
    return f"{', '.join(told) or 'no tests ran'} in {seconds:.2f}s"


def run(part: Sequence[Path], arguments: Sequence[str], ends: list[str]) -> int:
    """One run of pytest. Prints what it prints, but for its last line, which goes to `ends`."""
    command = [sys.executable, "-m", "pytest", *arguments, *map(str, part)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=HERE.parent) as process:
        assert process.stdout is not None
        for raw in process.stdout:
            line = raw.decode(errors="backslashreplace").rstrip("\r\n")
            if _SUMMARY.fullmatch(line):
                ends.append(line)
            else:
                print(line, flush=True)
    return process.returncode


def main(arguments: Sequence[str]) -> int:
    """Run everything; pytest's exit code, the worst of them."""
    began = time.monotonic()
    ends: list[str] = []
    codes: list[int] = []
    files = sorted(HERE.rglob("test_*.py"))
    threads = [
        threading.Thread(target=lambda part=part: codes.append(run(part, arguments, ends)))
        for part in parts(files, min(cores(), MOST))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(summary(ends, time.monotonic() - began), flush=True)
    bad = [code for code in codes if code not in (0, NOTHING_COLLECTED)]
    if bad:
        return max(bad)
    return 0 if 0 in codes else NOTHING_COLLECTED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
