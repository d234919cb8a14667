"""The whole suite on every core: `python -m tests`, with arguments of pytest if there are any.

The suite's files know nothing of each other, so they are dealt into lots, and each process runs pytest on one lot after
another until none is left: no plugin is needed, and nobody waits long for the last. What they print comes as it comes; the
last line sums up, in pytest's words. Whoever wants one process (for `--pdb`, say) runs `pytest`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

HERE = Path(__file__).parent
MOST = 8
"""More processes would each collect a few files only."""
LOTS = 8
"""For each process. More begin pytest more often, fewer let one process wait for another at the end."""
SERVE = "--serve"
"""What a process is told that takes lots."""
DONE = "\x1e"
"""What it says after each, before pytest's exit code."""
DIED = 3
"""The exit code of a process that ended amid a lot: pytest's for an error of its own."""
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


def serve(arguments: Sequence[str]) -> None:
    """Run pytest on each lot of files that comes in, a line for each, and say how it ended."""
    import pytest

    for line in sys.stdin:
        code = pytest.main([*arguments, *json.loads(line)])
        print(f"{DONE}{int(code)}", flush=True)


def run(lots: deque[list[Path]], arguments: Sequence[str], ends: list[str], codes: list[int]) -> None:
    """One process that takes lots while there are any. Prints what it prints, but for pytest's last lines, which go to
    `ends`, and exit codes, which go to `codes`."""
    command = [sys.executable, "-m", "tests", SERVE, *arguments]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    try:
        with subprocess.Popen(command, cwd=HERE.parent, **pipes) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            while (lot := taken(lots)) is not None:
                process.stdin.write(json.dumps([*map(str, lot)]).encode() + b"\n")
                process.stdin.flush()
                codes.append(heard(process.stdout, ends))
                if codes[-1] == DIED:
                    return
    except BrokenPipeError:  # it died between two lots
        codes.append(DIED)


def taken(lots: deque[list[Path]]) -> list[Path] | None:
    """The next lot; None where another process has taken the last."""
    try:
        return lots.popleft()
    except IndexError:
        return None


def heard(said: Iterable[bytes], ends: list[str]) -> int:
    """The exit code of one lot, from what its process says."""
    for raw in said:
        line = raw.decode(errors="backslashreplace").rstrip("\r\n")
        text, done, code = line.partition(DONE)
        if _SUMMARY.fullmatch(text):
            ends.append(text)
        elif text or not done:
            print(text, flush=True)
        if done:
            return int(code)
    return DIED


@contextmanager
def bytecode_kept() -> Iterator[None]:
    """Where Python is told to write no bytecode, the processes keep it for the run in a folder of its own: each of the many
    that tests start would compile everything anew."""
    if not sys.dont_write_bytecode:
        yield
        return
    folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    with folder as name, patch.dict(os.environ, PYTHONPYCACHEPREFIX=name):
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        yield


def main(arguments: Sequence[str]) -> int:
    """Run everything; pytest's exit code, the worst of them."""
    began = time.monotonic()
    ends: list[str] = []
    codes: list[int] = []
    count = min(cores(), MOST)
    lots = deque(parts(sorted(HERE.rglob("test_*.py")), count * LOTS))
    threads = [threading.Thread(target=run, args=(lots, arguments, ends, codes)) for _ in range(count)]
    with bytecode_kept():
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except KeyboardInterrupt:
            lots.clear()
            raise
    print(summary(ends, time.monotonic() - began), flush=True)
    bad = [code for code in codes if code not in (0, NOTHING_COLLECTED)]
    if bad:
        return max(bad)
    return 0 if 0 in codes else NOTHING_COLLECTED


if __name__ == "__main__":
    if sys.argv[1:2] == [SERVE]:
        serve(sys.argv[2:])
    else:
        sys.exit(main(sys.argv[1:]))
