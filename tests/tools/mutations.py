"""Small faults put into the program on purpose, to see that a test finds each: `python -m tests.tools.mutations`.

Each mutation changes one place of one file in a copy of the tree: a comparison turned, a condition left out, `and` for `or`,
a number off by one, an element dropped, a negation. The tests that mirror the file run first, then those that ask the
kernel and the models, those of its room, the oracle, and all that put questions; the first failure ends it. What
survives is printed as a line of a diff: it needs a test, or a reason why it changes nothing. Linux and macOS (it forks, so
that what every run imports is imported once).
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("rules", "resources", "dataplane", "topology", "flow", "reach", "trace", "policy")
ALL = "all"
WORDS = {"__repr__", "__str__", "_repr_html_", "__hash__"}
"""Functions that put something into words, which no verdict depends on."""
ASKING = (
    ["tests/test_kernel.py", "tests/test_kernel2.py", "tests/test_kernel_balancers.py", "tests/test_models.py"],
    ["tests/test_scenarios.py", "tests/test_nat_ports.py", "tests/resources", "tests/rules"],
    ["tests/test_agreement.py", "tests/reach/test_matrix.py", "tests/reach/test_pair.py"],
    ["tests/answers", "tests/trace", "tests/topology", "tests/policy", "tests/flow"],
)
"""What is asked after the tests that mirror a file, in this order."""
TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


@dataclass(frozen=True)
class Mutation:
    """A place of a file, and the code that takes the place of what stands there."""

    file: Path
    start: tuple[int, int]
    end: tuple[int, int]
    old: str
    new: str

    def applied(self, source: bytes) -> bytes:
        """The file with the mutation in it."""
        lines = source.splitlines(keepends=True)
        first = sum(map(len, lines[: self.start[0] - 1])) + self.start[1]
        last = sum(map(len, lines[: self.end[0] - 1])) + self.end[1]
        return source[:first] + f"({self.new})".encode() + source[last:]

    def __str__(self) -> str:
        old, new = (" ".join(text.split())[:100] for text in (self.old, self.new))
        return f"{self.file.relative_to(ROOT / 'src/reachsim')}:{self.start[0]}: {old}  ->  {new}"


def variants(node: ast.AST) -> Iterator[ast.expr]:
    """What may stand in place of an expression."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield ast.Compare(node.left, [TURNED[type(node.ops[0])]()], node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        for index in range(len(node.values)):
            rest = [value for place, value in enumerate(node.values) if place != index]
            yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield ast.Constant(node.value + 1)
    elif (
        isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub) and isinstance(node.right, ast.Constant)
    ):
        yield node.left
    elif isinstance(node, ast.Set) and len(node.elts) > 1:
        yield ast.Set(node.elts[:-1])
    elif isinstance(node, ast.Tuple | ast.List) and len(node.elts) > 1 and isinstance(node.ctx, ast.Load):
        yield type(node)(elts=node.elts[:-1], ctx=ast.Load())


def places(tree: ast.AST) -> Iterator[ast.expr]:
    """Expressions that decide something: none of annotations, types, docstrings, messages or defaults of classes."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.FunctionDef) and node.name in WORDS:
            continue
        if isinstance(node, ast.Assert | ast.Raise | ast.Import | ast.ImportFrom | ast.JoinedStr | ast.Subscript):
            continue
        if isinstance(node, ast.If | ast.IfExp | ast.While):
            yield node.test
        skipped = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        todo += [child for child in ast.iter_child_nodes(node) if child not in skipped]
        if isinstance(node, ast.FunctionDef):
            todo = [each for each in todo if each not in node.decorator_list]
        if isinstance(node, ast.expr):
            yield node


def segment(lines: list[bytes], start: tuple[int, int], end: tuple[int, int]) -> str:
    """The source between two places (`ast.get_source_segment` splits the whole file anew for each)."""
    inside = lines[start[0] - 1 : end[0]]
    inside[-1] = inside[-1][: end[1]]
    inside[0] = inside[0][start[1] :]
    return b"".join(inside).decode()


def mutations_of(path: Path) -> Iterator[Mutation]:
    """Every mutation of a file."""
    source = path.read_bytes()
    lines = source.splitlines(keepends=True)
    for node in places(ast.parse(source)):
        parent_is_slot = isinstance(node, ast.Tuple) and all(isinstance(e, ast.Constant) for e in node.elts)
        for new in () if parent_is_slot else variants(node):
            end = (node.end_lineno or node.lineno, node.end_col_offset or 0)
            old = segment(lines, (node.lineno, node.col_offset), end)
            text = ast.unparse(ast.fix_missing_locations(new))
            yield Mutation(path, (node.lineno, node.col_offset), end, old, text)


def chosen(count: int, seed: int, rooms: Iterable[str] = ROOMS) -> list[Mutation]:
    """So many mutations of some rooms, or of `all` files, each place as likely as another."""
    source = ROOT / "src/reachsim"
    files = [path for room in rooms for path in sorted((source / room).glob("*.py"))]
    if ALL in rooms:
        files = [path for path in sorted(source.glob("**/*.py")) if path.name != "__main__.py"]
    every = list(dict.fromkeys(mutation for path in files for mutation in mutations_of(path)))
    return random.Random(seed).sample(every, count)


def tests_of(mutation: Mutation) -> list[list[str]]:
    """The tests that ask about a file, those that mirror it first."""
    room, stem = mutation.file.relative_to(ROOT / "src/reachsim").parts[0], mutation.file.stem
    mirrors = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / room).glob(f"**/test_{stem}*.py"))
    beside = [f"tests/{room}"] if room not in ("resources", "rules") and (ROOT / "tests" / room).is_dir() else []
    return [ring for ring in (mirrors, *ASKING[:2], beside, *ASKING[2:]) if ring]


def fate_of(mutation: Mutation, tree: Path, seconds: int, rings: int) -> str:
    """What becomes of a mutation that stands in the tree."""
    for tests in tests_of(mutation)[:rings]:
        fate = run(tree, tests, seconds)
        if fate != "survived":
            return fate
    return "survived"


def prepared() -> None:
    """Import what every run imports, once; and let whoever ends this process have it tidy up."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    for name in ("networkx", "pydantic", "yaml"):  # pytest wants to import hypothesis itself
        importlib.import_module(name)


def copied(tree: Path) -> Path:
    """A folder, with a copy of what tests read."""
    for name in ("src", "tests", "models", "docs"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    return tree


def run(tree: Path, tests: list[str], seconds: int) -> str:
    """What became of it: "killed", "survived", or "endless" for more than so many seconds of computing. Whatever ends this
    process ends the tests too, with all processes that they started: they are one group."""
    child = os.fork()
    with contextlib.suppress(OSError):  # both say it, since either may come first
        os.setpgid(child, child)
    if not child:
        os._exit(asked(tree, tests, seconds))
    try:
        _, status = os.waitpid(child, 0)
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says the second of a group that is gone
            os.killpg(child, signal.SIGKILL)
    if os.WIFSIGNALED(status):
        return "endless" if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL) else "killed"
    code = os.WEXITSTATUS(status)
    if code not in (0, 1, 2, 4):  # pytest: 1 a test failed, 2 a module could not be imported, 4 nor could conftest.py
        raise SystemExit(f"pytest ended with {code}: {' '.join(tests)}")
    return "killed" if code else "survived"


def asked(tree: Path, tests: list[str], seconds: int) -> int:
    """Run tests in a process that was made for them; the exit code of pytest, whatever happens."""
    try:
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        os.chdir(tree)
        sys.path[:0] = [str(tree / "src"), str(tree)]
        sys.dont_write_bytecode = True
        with open(os.devnull, "w", encoding="utf-8") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests]))
    except BaseException:
        return 9


def main(arguments: list[str] | None = None) -> int:
    """Print each mutation with what became of it; 1 where some survived."""
    parser = argparse.ArgumentParser(prog="python -m tests.tools.mutations", description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--skip", type=int, default=0, help="of the chosen ones, the first so many")
    parser.add_argument("--seconds", type=int, default=400, help="of computing, for one ring of tests")
    parser.add_argument(
        "--rings", type=int, default=99, help="of tests to ask: 1 is quick, and names what to ask more of"
    )
    parser.add_argument("--only", default="", help="mutations whose printed line has this text in it")
    parser.add_argument(
        "--rooms", default=",".join(ROOMS), help="packages of src/reachsim, separated by commas, or all"
    )
    parser.add_argument("--list", action="store_true", help="print them and do nothing")
    options = parser.parse_args(arguments)
    picked = chosen(options.count, options.seed, options.rooms.split(","))[options.skip :]
    picked = [mutation for mutation in picked if options.only in str(mutation)]
    if options.list:
        print(*picked, sep="\n")
        return 0
    prepared()
    counts = dict.fromkeys(("killed", "endless", "survived"), 0)
    with tempfile.TemporaryDirectory() as directory:
        tree = copied(Path(directory))
        missing = [test for ring in ASKING for test in ring if not (tree / test).exists()]
        if missing or run(tree, ["tests/test_markup.py"], options.seconds) != "survived":
            raise SystemExit(f"the tests do not run without a mutation: {missing or 'tests/test_markup.py'}")
        for mutation in picked:
            place = tree / mutation.file.relative_to(ROOT)
            source = place.read_bytes()
            place.write_bytes(mutation.applied(source))
            started = time.perf_counter()
            fate = fate_of(mutation, tree, options.seconds, options.rings)
            place.write_bytes(source)
            counts[fate] += 1
            print(f"{fate:8} {time.perf_counter() - started:5.0f} s  {mutation}", flush=True)
    print(", ".join(f"{count} {fate}" for fate, count in counts.items()))
    return 1 if counts["survived"] else 0


if __name__ == "__main__":
    sys.exit(main())
